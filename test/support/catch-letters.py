"""An SMTP server, a MIME parser and a DKIM verifier that share nothing with todoke: Debian's python3-aiosmtpd,
Python's own email package, Debian's python3-dkim.

Speaks JSON lines. The first argument is a JSON object of DNS names and their TXT records. Out: {"port"}, then {"letter"}
for every letter taken and {"put_off"} for every one told to come again after its final dot. In: {"put_off_once": true}
or {"verify": base64 of a message}, each answered by {"answer"}.
"""

import asyncio
import base64
import email
import email.header
import email.policy
import email.utils
import json
import sys

import dkim
from aiosmtpd.smtp import SMTP

records = {name: value.encode() for name, value in json.loads(sys.argv[1]).items()}
put_off = 0


def tell(**what):
    print(json.dumps(what), flush=True)


def txt_record(name, timeout=5):
    return records.get(name.decode().rstrip("."), b"")


def mailbox(message, older, field):
    """The name by the package's older functions: the newer ones put a space between adjacent
encoded-words of a name, against RFC 2047 section 6.2 (python/cpython#128110)."""
    if message[field] is None:
        return None
    (one,) = message[field].addresses
    name, address = email.utils.parseaddr(older[field])
    if address != one.addr_spec:
        raise ValueError(f"{field} reads {address} and {one.addr_spec}")
    return {"name": str(email.header.make_header(email.header.decode_header(name))), "address": address}


def defects(message):
    found = [f"{name}: {defect!r}" for name, value in message.items() for defect in getattr(value, "defects", ())]
    return found + [repr(defect) for part in message.walk() for defect in part.defects]


def read(raw):
    message = email.message_from_bytes(raw, policy=email.policy.default)
    older = email.message_from_bytes(raw)
    parts = [part for part in message.walk() if not part.is_multipart()]
    return {
        "type": message.get_content_type(),
        "from": mailbox(message, older, "From"),
        "sender": mailbox(message, older, "Sender"),
        "replyTo": mailbox(message, older, "Reply-To"),
        "to": mailbox(message, older, "To"),
        "subject": str(message["Subject"]),
        "date": message["Date"].datetime.timestamp() * 1000,
        "messageId": str(message["Message-ID"]).strip(),
        "language": str(message["Content-Language"]),
        "fields": [name.lower() for name in message.keys()],
        "parts": [{"type": part.get_content_type(), "text": part.get_content()} for part in parts],
        "defects": defects(message),
    }


def verifies(raw):
    try:
        return dkim.verify(raw, dnsfunc=txt_record)
    except dkim.DKIMException:
        return False


class Catch:
    async def handle_DATA(self, server, session, envelope):
        global put_off
        raw = envelope.original_content
        encoded = base64.b64encode(raw).decode()
        if put_off > 0:
            put_off -= 1
            tell(put_off=encoded)
            return "451 4.7.1 Greylisted, please try again in 300 seconds"
        to = envelope.rcpt_tos
        tell(letter={"envelope": {"from": envelope.mail_from, "to": to}, "raw": encoded, "read": read(raw)})
        return "250 2.0.0 Ok"


async def serve():
    global put_off
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Catch(), loop=loop), "127.0.0.1", 0)
    tell(port=server.sockets[0].getsockname()[1])
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        order = json.loads(line)
        if "verify" in order:
            tell(answer=verifies(base64.b64decode(order["verify"])))
        else:
            put_off = 1
            tell(answer=True)
    server.close()


asyncio.run(serve())
