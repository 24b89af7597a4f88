"""Fetching: read a file from a web server that somebody else named, without being led into our own network.

Only https, only public addresses: every address a name resolves to is checked, and the connection is made to the very
address that was checked, again after each redirect. Size, time and redirects are limited.
"""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from booking.models import OutsideCalendar

Trouble = OutsideCalendar.Trouble
Address = IPv4Address | IPv6Address
LARGEST = 5 * 1024 * 1024
MOST_REDIRECTS = 3
PATIENCE = 5.0  # seconds for one step
REDIRECTS = {301, 302, 303, 307, 308}
NAT64 = int(IPv6Address("64:ff9b::")) >> 32


class Unread(Exception):
    """It could not be read; `trouble` says why."""

    def __init__(self, trouble: str) -> None:
        super().__init__(trouble)
        self.trouble = trouble


def resolve(host: str, port: int) -> list[str]:
    """The addresses behind a name, as this machine's resolver knows them."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def is_public(address: Address) -> bool:
    """Whether it belongs to the open internet, also where an IPv4 address is written inside an IPv6 one."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if int(address) >> 32 == NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


@dataclass(frozen=True)
class Way:
    """How the outside is reached. A test that brings its own server says so here, and nowhere else."""

    resolve: Callable[[str, int], list[str]] = resolve
    is_allowed: Callable[[Address], bool] = is_public
    schemes: frozenset[str] = frozenset({"https"})
    patience: float = 15.0  # seconds for everything together


OPEN = Way()


def fetch(url: str, *, way: Way = OPEN) -> bytes:
    """What stands at `url`, as it stands there; raises Unread."""
    until = time.monotonic() + way.patience
    for _step in range(MOST_REDIRECTS + 1):
        connection, target = _connection(url, way)
        # A server that sends a byte now and then would never run into the patience of one step.
        alarm = threading.Timer(until - time.monotonic(), connection.give_up)
        alarm.start()
        try:
            found, url = _answer(connection, target, url)
        except (OSError, HTTPException) as error:
            slow = connection.gave_up or isinstance(error, TimeoutError)
            raise Unread(Trouble.TOO_SLOW if slow else Trouble.UNREACHABLE) from None
        finally:
            alarm.cancel()
            connection.close()
        if found is not None:
            return found
    raise Unread(Trouble.REFUSED)


def _connection(url: str, way: Way) -> "tuple[_Plain, str]":
    """A connection that will be made to an address that was checked, and what to ask there."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise Unread(Trouble.NOT_ALLOWED) from None
    if parts.scheme not in way.schemes or not host or parts.username or parts.password:
        raise Unread(Trouble.NOT_ALLOWED)
    try:
        found = [ip_address(text.partition("%")[0]) for text in way.resolve(host, port)]
    except (OSError, ValueError):
        raise Unread(Trouble.UNREACHABLE) from None
    # One bad address among good ones is a trick, so all must be good.
    if not found or not all(way.is_allowed(address) for address in found):
        raise Unread(Trouble.NOT_ALLOWED)
    kind = _Secure if parts.scheme == "https" else _Plain
    target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    return kind(host, port, str(found[0])), quote(target, safe="%/:=&?~+!$,;'@()*[]")


class _Plain(HTTPConnection):
    """Speaks to `host`, at the address that was checked."""

    def __init__(self, host: str, port: int, address: str, **options: Any) -> None:
        super().__init__(host, port, timeout=PATIENCE, **options)
        self.address, self.gave_up = address, False
        self.wire: socket.socket | None = None  # http.client lets go of its own while an answer is still being read

    def connect(self) -> None:
        self.sock = self.wire = socket.create_connection((self.address, self.port), self.timeout)

    def give_up(self) -> None:
        """End it from another thread; whoever reads from it then gets an error."""
        self.gave_up = True
        if self.wire is not None:
            with contextlib.suppress(OSError):  # it may have ended by itself
                socket.socket.shutdown(self.wire, socket.SHUT_RDWR)  # below TLS, which would wait for an answer


class _Secure(_Plain, HTTPSConnection):
    def __init__(self, host: str, port: int, address: str) -> None:
        self.tls = ssl.create_default_context()
        super().__init__(host, port, address, context=self.tls)

    def connect(self) -> None:
        super().connect()
        self.sock = self.wire = self.tls.wrap_socket(self.sock, server_hostname=self.host)


def _answer(connection: _Plain, target: str, url: str) -> tuple[bytes | None, str]:
    """The whole body; or None, and where it is said to be instead."""
    headers = {"Accept": "text/calendar, */*;q=0.1", "Accept-Encoding": "identity", "User-Agent": "front-office"}
    connection.request("GET", target, headers=headers)
    with connection.getresponse() as answer:
        if answer.status in REDIRECTS and (where := answer.headers.get("Location")):
            return None, _joined(url, where)
        if answer.status != 200:
            raise Unread(Trouble.REFUSED)
        if answer.headers.get("Content-Encoding", "identity") != "identity":
            raise Unread(Trouble.NOT_A_CALENDAR)
        body = answer.read(LARGEST + 1)
        if len(body) > LARGEST:
            raise Unread(Trouble.TOO_LARGE)
        if answer.length or connection.gave_up:  # it promised more than it sent
            raise ConnectionResetError
        return body, url


def _joined(url: str, where: str) -> str:
    try:
        return urljoin(url, where)
    except ValueError:
        raise Unread(Trouble.NOT_ALLOWED) from None
