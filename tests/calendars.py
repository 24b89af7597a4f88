"""A small web server on this machine that serves calendars, well or badly, and the way on which it may be reached."""

import ssl
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from booking.calendars.fetching import Way


def event(*lines):
    return "\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT", ""])


def calendar(*events, head=""):
    """A calendar as another program writes it."""
    start = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Another program//EN\r\n"
    return f"{start}{head}{''.join(events)}END:VCALENDAR\r\n".encode()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.owner.asked.append((self.path, self.headers.get("Host")))
        page = self.server.owner.pages.get(self.path.partition("?")[0], {"status": 404})
        body = page.get("body", b"")
        self.send_response(page.get("status", 200))
        for name, value in page.get("headers", {}).items():
            self.send_header(name, value)
        if not page.get("trickles"):
            self.send_header("Content-Length", str(page.get("promises", len(body))))
        self.end_headers()
        if page.get("trickles"):
            self._trickle()
        else:
            self.wfile.write(body)

    def _trickle(self):
        """A byte now and then: each comes in time, the whole never does."""
        while not self.server.owner.stopping.wait(0.05):
            try:
                self.wfile.write(b" ")
            except OSError:
                return

    def log_message(self, *args):
        pass


class Server:
    """Pages by their path; what was asked stands in `asked`."""

    def __init__(self, certificate=None):
        self.pages, self.asked, self.stopping = {}, [], threading.Event()
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads, self.http.owner = True, self
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.http.socket = context.wrap_socket(self.http.socket, server_side=True, do_handshake_on_connect=False)
        self.scheme, self.port = "https" if certificate else "http", self.http.server_address[1]
        self.url = f"{self.scheme}://calendar.test:{self.port}"
        self.way = Way(
            resolve=lambda host, port: ["127.0.0.1"],
            is_allowed=lambda address: str(address) == "127.0.0.1",
            schemes=frozenset({self.scheme}),
            patience=1.0,
        )
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def shows(self, path, body):
        self.pages[path] = {"body": body}

    def answers(self, path, **page):
        self.pages[path] = page

    def leads(self, path, where):
        self.pages[path] = {"status": 302, "headers": {"Location": where}}

    def stop(self):
        if not self.stopping.is_set():
            self.stopping.set()
            self.http.shutdown()
            self.http.server_close()
            self.thread.join()


@contextmanager
def served(certificate=None):
    server = Server(certificate)
    try:
        yield server
    finally:
        server.stop()
