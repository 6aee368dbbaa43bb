"""A real SMTP server (aiosmtpd). Prints its port, then each letter that arrives as a line of JSON, read by Python's own mail
library and the icalendar package. Ends with its standard input."""
import asyncio
import email
import email.policy
import json
import sys

import icalendar
from aiosmtpd.smtp import SMTP


def read(envelope):
    letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
    plain = letter.get_body(("plain",))
    html = letter.get_body(("html",))
    invitation = None
    for part in letter.walk():
        if part.get_content_type() == "text/calendar":
            calendar = icalendar.Calendar.from_ical(part.get_content())
            event = calendar.walk("VEVENT")[0]
            invitation = {
                "method": str(calendar["METHOD"]), "part_method": part.get_param("method"), "uid": str(event["UID"]),
                "start": event.decoded("DTSTART").isoformat(), "end": event.decoded("DTEND").isoformat(),
                "summary": str(event["SUMMARY"]), "location": str(event["LOCATION"]), "status": str(event["STATUS"]),
                "sequence": int(event["SEQUENCE"]),
            }
    return {
        "from": envelope.mail_from, "to": envelope.rcpt_tos, "subject": letter["Subject"], "message_id": letter["Message-ID"],
        "date": letter["Date"], "unsubscribe": letter["List-Unsubscribe"], "one_click": letter["List-Unsubscribe-Post"],
        "text": plain.get_content(), "html": html.get_content() if html else None, "invitation": invitation,
        "files": [[part.get_filename(), part.get_content_type(), len(part.get_payload(decode=True))]
                  for part in letter.iter_attachments()],
        "defects": [str(defect) for part in letter.walk() for defect in part.defects],
    }


class Handler:
    async def handle_DATA(self, server, session, envelope):
        print(json.dumps(read(envelope)), flush=True)
        return "250 taken"


async def serve():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Handler(), hostname="mail.example", enable_SMTPUTF8=True), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(serve())
