"""Uses the phone network through Twilio's own client.

In: {"base", "account", "token", "to", "from"}. Out: what the SDK saw, as JSON.
"""
import json
import sys

from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

given = json.load(sys.stdin)


class Loopback(TwilioHttpClient):
    """The SDK's own HTTP client, with Twilio's host replaced."""

    def request(self, method, url, *args, **kwargs):
        return super().request(method, url.replace("https://api.twilio.com", given["base"]), *args, **kwargs)


client = Client(given["account"], given["token"], http_client=Loopback())
seen = {}

message = client.messages.create(to=given["to"], from_=given["from"], body="Hello 😀")
seen["created"] = {"sid": message.sid, "body": message.body, "to": message.to, "dated": message.date_created is not None}
fetched = client.messages(message.sid).fetch()
seen["fetched"] = {"status": fetched.status, "error_code": fetched.error_code}
seen["listed"] = [found.sid for found in client.messages.list(to=given["to"], limit=20)]

call = client.calls.create(to=given["to"], from_=given["from"], url="http://127.0.0.1:1/twiml")
seen["call"] = {"status": call.status, "direction": call.direction}
seen["cancelled"] = client.calls(call.sid).update(status="canceled").status

number = client.incoming_phone_numbers.list(phone_number=given["from"], limit=1)[0]
number.update(voice_url="https://voice.agency.example/api/voice/inbound", voice_method="POST")
seen["number"] = client.incoming_phone_numbers.list(phone_number=given["from"])[0].voice_url
seen["deleted"] = client.messages(message.sid).delete()


def refused(work):
    try:
        work()
    except TwilioRestException as error:
        return {"status": error.status, "code": error.code}
    return None


seen["no_body"] = refused(lambda: client.messages.create(to=given["to"], from_=given["from"]))
seen["bad_to"] = refused(lambda: client.messages.create(to="nobody", from_=given["from"], body="x"))
seen["too_long"] = refused(lambda: client.messages.create(to=given["to"], from_=given["from"], body="x" * 1601))
seen["unknown"] = refused(lambda: client.messages("SM404").fetch())
seen["over"] = refused(lambda: client.calls(call.sid).update(status="completed"))
stranger = Client(given["account"], "wrong", http_client=Loopback())
seen["unauthorised"] = refused(lambda: stranger.messages("SM404").fetch())
json.dump(seen, sys.stdout)
