"""Uses the phone network's recordings through Twilio's own client.

In: {"base", "account", "token", "call"}. Out: what the SDK saw, as JSON. And the TwiML the SDK writes for a recording.
"""
import json
import sys

from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from twilio.twiml.voice_response import Start, VoiceResponse

given = json.load(sys.stdin)


class Loopback(TwilioHttpClient):
    """The SDK's own HTTP client, with Twilio's host replaced."""

    def request(self, method, url, *args, **kwargs):
        return super().request(method, url.replace("https://api.twilio.com", given["base"]), *args, **kwargs)


client = Client(given["account"], given["token"], http_client=Loopback())
call = client.calls(given["call"])
recording = call.recordings.list()[0]
response = VoiceResponse()
start = Start()
start.recording(recording_status_callback="https://agency.example/api/voice/recording", channels="dual")
response.append(start)
json.dump(
    {
        "running": recording.status,
        "call": recording.call_sid,
        "stopped": call.recordings("Twilio.CURRENT").update(status="stopped").status,
        "deleted": client.recordings(recording.sid).delete(),
        "left": len(call.recordings.list()),
        "twiml": str(response),
    },
    sys.stdout,
)
