"""Uses the official OpenAI SDK against the scripted model; prints what the SDK made of every answer."""

import json
import sys

import openai

asked = json.load(sys.stdin)
client = openai.OpenAI(api_key="none", base_url=asked["url"], max_retries=0, timeout=10)
results = []
for _ in range(asked["times"]):
    text, calls, finish, usage, error = "", {}, None, None, None
    try:
        stream = client.chat.completions.create(
            model="scripted",
            messages=[{"role": "user", "content": "hello"}],
            stream=True,
            stream_options={"include_usage": True},
            store=False,
            max_completion_tokens=50,
        )
        for chunk in stream:
            if chunk.usage:
                usage = chunk.usage.total_tokens
            for choice in chunk.choices:
                text += choice.delta.content or ""
                finish = choice.finish_reason or finish
                for call in choice.delta.tool_calls or []:
                    known = calls.setdefault(call.index, {"id": "", "name": "", "arguments": ""})
                    known["id"] = call.id or known["id"]
                    known["name"] = call.function.name or known["name"]
                    known["arguments"] += call.function.arguments or ""
    except openai.APIStatusError as failed:
        error = f"{failed.status_code} {failed.code}"
    except openai.APIError as failed:
        error = type(failed).__name__
    except json.JSONDecodeError:
        error = "no JSON"
    results.append(
        {"text": text, "calls": list(calls.values()), "finish": finish, "usage": usage, "error": error}
    )
print(json.dumps(results))
