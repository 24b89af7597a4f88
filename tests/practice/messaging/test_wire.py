"""The transport under Twilio's client: what it keeps open, what it trusts, what it never does by itself."""

import ssl
import threading
import uuid
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from practice.messaging import carriers
from practice.messaging.carriers import Parcel, Verdict
from tests.fakes import twilio as fake


def parcel(**fields):
    return Parcel(
        **{"id": uuid.uuid4(), "to": "+13125550123", "subject": "", "body": "Hello", "valid_for": 60} | fields
    )


def client(url, **options):
    return carriers.Twilio(account=fake.ACCOUNT, token=fake.TOKEN, service=fake.SERVICE, base_url=url, **options)


def behind(monkeypatch, proxy):
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, proxy)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


def test_connections_are_kept_and_are_as_many_as_the_threads(ledger):
    ledger.latency = 0.02
    threads = 12  # more than the library's own transport keeps
    wire = client(ledger.url, threads=threads, timeout=5)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(wire.send, [parcel() for _ in range(8 * threads)]))

    assert len(ledger.messages) == 8 * threads
    assert ledger.most_at_once > 6
    assert ledger.connections <= threads


def test_the_carrier_knows_us_by_our_account(ledger):
    client(ledger.url, timeout=5).send(parcel(body="¿Mañana a las 3 & 4?"))

    assert ledger.messages[0]["body"] == "¿Mañana a las 3 & 4?"
    assert ledger.last_headers["Authorization"] == f"Basic {fake.BASIC}"
    assert ledger.last_headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert "twilio-python" in ledger.last_headers["User-Agent"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_takes_no_text_anywhere_else(ledger, status):
    with serving(_Elsewhere, answers=(status, f"{ledger.url}/2010-04-01/Accounts/x/Messages.json")) as url:
        outcome = client(url, timeout=5).send(parcel())

    assert (outcome.verdict, ledger.messages) == (Verdict.UNKNOWN, [])


def test_the_environments_proxy_is_used(ledger, monkeypatch):
    behind(monkeypatch, ledger.url)

    outcome = client("http://carrier.invalid", timeout=5).send(parcel())

    assert (outcome.verdict, len(ledger.messages)) == (Verdict.ACCEPTED, 1)


def test_a_proxy_that_is_away_has_surely_passed_nothing_on(monkeypatch):
    behind(monkeypatch, "http://127.0.0.1:9")

    assert client("http://carrier.invalid", timeout=5).send(parcel()).verdict is Verdict.BUSY


@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
def test_a_proxy_that_falls_silent_after_it_was_given_a_text_may_have_passed_it_on(ledger, monkeypatch, fault):
    behind(monkeypatch, ledger.url)
    ledger.faults.append(fault)

    assert client("http://carrier.invalid", timeout=5).send(parcel()).verdict is Verdict.UNKNOWN


def test_a_proxy_that_opens_no_way_has_surely_passed_nothing_on(ledger, monkeypatch):
    behind(monkeypatch, ledger.url)

    assert client("https://carrier.invalid", timeout=5).send(parcel()).verdict is Verdict.BUSY


def test_a_proxy_is_told_who_we_are(ledger, monkeypatch):
    behind(monkeypatch, ledger.url.replace("http://", "our:p%40ss@"))

    client("http://carrier.invalid", timeout=5).send(parcel())

    assert ledger.last_headers["proxy-authorization"] == f"Basic {b64encode(b'our:p@ss').decode()}"
    assert ledger.last_headers["Authorization"] == f"Basic {fake.BASIC}"


def test_who_cannot_prove_to_be_the_carrier_gets_nothing(tmp_path):
    with serving(_Elsewhere, answers=(201, ""), context=self_signed(tmp_path)) as url:
        outcome = client(url.replace("http:", "https:"), timeout=5).send(parcel())

    assert outcome.verdict is Verdict.BUSY
    assert _Elsewhere.heard == []


def test_an_answer_nobody_can_read_puts_no_number_into_the_log(caplog):
    with serving(_Mumbling, answers=None) as url, pytest.raises(carriers.Unanswered):
        client(url, timeout=5).find(parcel(to="+13125550177"), since=datetime.now(UTC))

    assert "3125550177" in _Mumbling.heard[0]
    assert "3125550177" not in caplog.text


# --- Servers that are not Twilio -------------------------------------------------------------------------------------


class _Elsewhere(BaseHTTPRequestHandler):
    """Answers every POST with one status and one address, and remembers what it was told."""

    heard: list[bytes] = []

    def log_message(self, *arguments):
        pass

    def do_POST(self):
        self.heard.append(self.rfile.read(int(self.headers["Content-Length"])))
        status, location = self.server.answers
        self.send_response(status)
        self.send_header("Location", location)
        self.send_header("Content-Length", "0")
        self.end_headers()


class _Mumbling(BaseHTTPRequestHandler):
    """Answers every question with a line that is no header."""

    heard: list[str] = []

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        self.heard.append(self.path)
        self.wfile.write(b"HTTP/1.1 500 No\r\nContent-Length: 2\r\nno header\r\n\r\n{}")
        self.close_connection = True


class serving:
    """A server on a port of its own for the length of a `with`; gives its address."""

    def __init__(self, handler, *, answers, context=None):
        self.server = HTTPServer(("127.0.0.1", 0), handler)
        self.server.answers, self.server.handle_error = answers, lambda *_: None
        handler.heard = []
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_port}"

    def __exit__(self, *error):
        self.server.shutdown()
        self.server.server_close()


def self_signed(folder):
    """A server's certificate that nobody else stands behind."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
