"""A stateful local Twilio: its message resource over HTTP, its ledger, its faults, its signed callbacks and texts.

`Twilio()` serves on a port of 127.0.0.1 until `close()`. `faults` is a queue: each create takes the next one.
"""

import base64
import hashlib
import hmac
import json
import random
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter, deque
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ACCOUNT, TOKEN, SERVICE = "AC" + "0" * 32, "tests-only", "MG" + "0" * 32
BASIC = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
MAGIC = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
FAULTS = (
    "429",
    "queue_full",
    "503",
    "500",
    "502_html",
    "drop_before",
    "drop_after",
    "hang_after",
    "empty_201",
    "401",
    "accept_slow",
)


def sign(url, fields, token=TOKEN):
    """The signature as Twilio documents it, written here a second time so that ours is checked against it."""
    text = url + "".join(name + value for name in sorted(fields) for value in sorted({fields[name]}))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


class Twilio:
    def __init__(self, *, hangs_for=1.0, latency=0.0):
        self.messages: list[dict] = []
        self.opted_out: set[str] = set()
        self.faults: deque[str] = deque()
        self.requests: Counter[str] = Counter()
        self.hangs_for, self.latency = hangs_for, latency
        self.busy = self.most_at_once = self.connections = 0
        self.last_headers: dict[str, str] = {}
        self.lock = threading.Lock()
        self.server = _Server(("127.0.0.1", 0), _Handler)
        self.server.twilio = self
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def accept(self, fields):
        """Put a message into the ledger: from now on it is on its way, whatever the client learns of it."""
        with self.lock:
            number = len(self.messages)
            message = {
                "sid": f"SM{number:032x}",
                "to": fields["To"],
                "from": fields.get("From"),
                "messaging_service_sid": fields.get("MessagingServiceSid"),
                "body": fields["Body"],
                "status": "accepted" if "MessagingServiceSid" in fields else "queued",
                "num_segments": "0",
                "date_created": datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S +0000"),
                "error_code": None,
                "error_message": None,
                "account_sid": ACCOUNT,
                "_callback": fields.get("StatusCallback", ""),
                "_validity": fields.get("ValidityPeriod", ""),
            }
            self.messages.append(message)
        self.accepted(message)
        return message

    def next_fault(self):
        """What goes wrong with the next create where nothing was queued; a careless network overrides it."""
        return ""

    def accepted(self, message):
        """Called once for each message in the ledger; a network that calls back by itself overrides it."""

    def to(self, number):
        return [message for message in self.messages if message["to"] == number]

    def callbacks(self, message, *, end="delivered", code="", copies=1, shuffle=None):
        """The status callbacks of one message, in the order a careless network might deliver them."""
        calls = []
        for status in ("sent", end):
            fields = {"MessageSid": message["sid"], "MessageStatus": status, "AccountSid": ACCOUNT, "To": message["to"]}
            calls += [fields | ({"ErrorCode": code} if code and status == end else {})] * copies
        if shuffle is not None:
            random.Random(shuffle).shuffle(calls)
        return [(message["_callback"], fields, sign(message["_callback"], fields)) for fields in calls]

    def inbound(self, url, *, number, body, sid, **more):
        """A text for us, signed, as (url, fields, signature)."""
        fields = {"MessageSid": sid, "From": number, "To": "+12025550100", "Body": body, "AccountSid": ACCOUNT} | more
        return url, fields, sign(url, fields)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    twilio: Twilio

    def handle_error(self, request, client_address):
        """Dropped connections are the point of it."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self):
        super().setup()
        with self.server.twilio.lock:
            self.server.twilio.connections += 1

    def log_message(self, *arguments):
        pass

    def do_POST(self):
        twilio = self.server.twilio
        length = int(self.headers.get("Content-Length") or 0)
        fields = dict(urllib.parse.parse_qsl(self.rfile.read(length).decode(), keep_blank_values=True))
        with twilio.lock:
            twilio.requests["create"] += 1
            twilio.last_headers = dict(self.headers)
            fault = twilio.faults.popleft() if twilio.faults else twilio.next_fault()
            twilio.busy += 1
            twilio.most_at_once = max(twilio.busy, twilio.most_at_once)
        if twilio.latency:
            time.sleep(twilio.latency)
        with twilio.lock:
            twilio.busy -= 1
        self.create(twilio, fields, fault)

    def create(self, twilio, fields, fault):
        refused = {
            "429": (429, 20429),
            "queue_full": (400, 21611),
            "503": (503, 20503),
            "500": (500, 20500),
            "401": (401, 20003),
        }
        if fault in refused:
            return self.refuse(*refused[fault])
        if fault == "502_html":
            return self.answer(502, "<html><body>Bad Gateway</body></html>", "text/html")
        if fault == "drop_before":
            return self.drop()
        code = MAGIC.get(fields.get("To", "")) or (21610 if fields.get("To") in twilio.opted_out else 0)
        code = code or (21617 if len(fields.get("Body", "")) > 1600 else 0)
        if code:
            return self.refuse(400, code)
        message = twilio.accept(fields)
        if fault in {"hang_after", "accept_slow"}:
            time.sleep(twilio.hangs_for)
        if fault == "drop_after":
            return self.drop()
        if fault == "empty_201":
            return self.answer(201, "{}", "application/json")
        return self.answer(201, json.dumps(_public(message)), "application/json")

    def do_GET(self):
        twilio = self.server.twilio
        address = urllib.parse.urlsplit(self.path)
        if "/Messages/" in address.path:
            return self.one(twilio, address.path.rpartition("/")[2].removesuffix(".json"))
        twilio.requests["list"] += 1
        asked = dict(urllib.parse.parse_qsl(address.query))
        found = [_public(message) for message in twilio.messages if message["to"] == asked.get("To")]
        page = {"messages": found[::-1], "page": 0, "page_size": 50, "next_page_uri": None, "uri": self.path}
        return self.answer(200, json.dumps(page), "application/json")

    def one(self, twilio, sid):
        twilio.requests["fetch"] += 1
        found = next((message for message in twilio.messages if message["sid"] == sid), None)
        if found is None:
            return self.refuse(404, 20404)
        return self.answer(200, json.dumps(_public(found)), "application/json")

    def refuse(self, status, code):
        # As the real one does, the message holds the recipient's number: nothing of ours may log it.
        words = {"code": code, "message": "refused for +15005550004", "more_info": "", "status": status}
        self.answer(status, json.dumps(words), "application/json")

    def answer(self, status, body, content_type):
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def drop(self):
        self.close_connection = True
        self.connection.close()


def _public(message):
    return {name: value for name, value in message.items() if not name.startswith("_")}
