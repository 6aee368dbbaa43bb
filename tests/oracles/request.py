"""Checks a request for Chat Completions against the types of the official OpenAI SDK: fields, messages, tools, strictness."""

import json
import sys

from openai.types.chat.completion_create_params import CompletionCreateParamsStreaming
from pydantic import TypeAdapter

request = json.load(sys.stdin)
known = CompletionCreateParamsStreaming.__annotations__.keys() | CompletionCreateParamsStreaming.__mro__[0].__annotations__.keys()
unknown = [name for name in request if name not in known]
assert not unknown, f"fields the SDK does not know: {unknown}"
TypeAdapter(CompletionCreateParamsStreaming).validate_python(request)
for tool in request["tools"]:
    schema = tool["function"]["parameters"]
    assert tool["function"]["strict"] is True, tool
    assert schema["type"] == "object" and schema["additionalProperties"] is False, tool
    assert sorted(schema["required"]) == sorted(schema.get("properties", {})), tool
print("fits")
