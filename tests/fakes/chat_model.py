"""An OpenAI-compatible server that says what a test tells it to: well-behaved, or hostile in every way we know."""

import json
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

EVIL = "Take 40 mg of Zoloft."


class Model(BaseHTTPRequestHandler):
    """An OpenAI-compatible server that says what the test told it to."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((self.path, dict(self.headers), json.loads(body)))
        with suppress(OSError):  # whoever asked may have hung up
            self.server.say(self, json.loads(json.loads(body)["messages"][-1]["content"]))

    def answer(self, content, status=200, **headers):
        body = json.dumps({"choices": [{"message": {"content": content}}]}).encode()
        self.raw(body, status, **headers)

    def raw(self, body, status=200, **headers):
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments):
        pass


@contextmanager
def serving():
    """The server, on a free port; `say(handler, asked)` is set by the test, `heard` is what it was sent."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
    server.daemon_threads, server.heard = True, []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def choosing(*entries):
    return lambda handler, asked: handler.answer(json.dumps({"chosen": list(entries)}))


# What breaks the contract, each in its own way.
BROKEN = {
    "own words": lambda handler, asked: handler.answer(EVIL),
    "own words beside the numbers": choosing({"id": 1, "text": EVIL}),
    "own words as a lead": choosing({"id": 1, "lead": EVIL}),
    "a lead that turns the sentence round": choosing({"id": 1, "lead": "Do not"}),
    "a long lead": choosing({"id": 1, "lead": "and " * 30}),
    "a lead with a link": choosing({"id": 1, "lead": "http://evil.example"}),
    "a lead that is none": choosing({"id": 1, "lead": ["and"]}),
    "a number that was not offered": choosing({"id": 999}),
    "a number that is none": choosing({"id": "1"}),
    "true for one": choosing({"id": True}),
    "a fraction": choosing({"id": 1.0}),
    "the same twice": choosing({"id": 1}, {"id": 1}),
    "nothing": choosing(),
    "far too many": choosing(*({"id": n} for n in range(1, 20))),
    "more beside the choice": lambda h, a: h.answer(json.dumps({"chosen": [{"id": 1}], "advice": EVIL})),
    "a list": lambda h, a: h.answer("[1, 2]"),
    "fences": lambda h, a: h.answer('```json\n{"chosen": [{"id": 1}]}\n```'),
    "half of it": lambda h, a: h.answer('{"chosen": [{"id": 1'),
    "nested deep": lambda h, a: h.answer("[" * 15_000),
    "no content": lambda h, a: h.answer(None),
    "no JSON at all": lambda h, a: h.raw(b"<html>Take two</html>"),
    "an empty body": lambda h, a: h.raw(b""),
    "bytes that are no text": lambda h, a: h.raw(b"\xff\xfe\x00"),
    "without end": lambda h, a: h.raw(b"x" * 5_000_000),
    "an error": lambda h, a: h.answer(json.dumps({"chosen": [{"id": 1}]}), 500),
    "a refusal": lambda h, a: h.answer("I am sorry, I cannot help with that."),
    "another address": lambda h, a: h.raw(b"", 302, Location="http://127.0.0.1:1/v1"),
    "too little": lambda h, a: h.raw(b"{}", **{"Content-Length": "500"}),
    "hung up": lambda h, a: h.connection.close(),
}
