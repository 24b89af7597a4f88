"""The wire to Twilio: kept-alive connections for its client, in the shape the client asks of a transport.

The client's own transport stands on requests, which prepares each request anew, proxies and all: more work than the
rest of a message's way together. Twilio's interface for a transport of one's own is `HttpClient`, one method.
"""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

import certifi
from urllib3 import PoolManager, ProxyManager
from urllib3.util import make_headers, parse_url


@dataclass(frozen=True)
class Answer:
    """What the client reads of an answer."""

    status_code: int
    content: bytes
    headers: Mapping[str, str]

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")


class Wire:
    """As many connections as there are threads. Asks once: no retries, no redirects; failures are urllib3's own."""

    is_async = False

    def __init__(self, *, threads: int, timeout: float) -> None:
        # Never without a timeout: urllib3, like the client's own transport, would wait for ever.
        self.timeout = timeout
        self.options: dict[str, Any] = {"maxsize": threads, "ca_certs": certifi.where()}
        self.pool = cache(self._pool)

    def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Answer:
        target = f"{url}?{_form(params)}" if params else url
        sent = dict(headers or {})
        if auth:
            sent["Authorization"] = f"Basic {b64encode(':'.join(auth).encode()).decode()}"
        where = urlsplit(url)
        pool = self.pool(where.scheme, where.hostname or "")
        options: dict[str, Any] = {"timeout": timeout or self.timeout, "redirect": allow_redirects, "retries": False}
        answer = pool.urlopen(method, target, body=_form(data) if data else None, headers=sent, **options)
        return Answer(answer.status, answer.data, answer.headers)

    def _pool(self, scheme: str, host: str) -> PoolManager:
        """The connections to a host, through the proxy that the environment names for it."""
        proxy = getproxies().get(scheme)
        if proxy and not proxy_bypass(host):
            named = parse_url(proxy if "://" in proxy else f"http://{proxy}")
            # urllib3 leaves the name and password of a proxy's address to us.
            signed_in = make_headers(proxy_basic_auth=unquote(named.auth)) if named.auth else None
            return ProxyManager(named.url, proxy_headers=signed_in, **self.options)
        return PoolManager(**self.options)


def _form(fields: Mapping[str, Any]) -> str:
    return urlencode({name: value for name, value in fields.items() if value is not None}, doseq=True)
