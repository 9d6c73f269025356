"""The way to a provider: requests go to configured places only, whatever their path or headers say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

import httpx2

from headroom_jupyter.proxy.config import is_loopback

__all__ = ["Headers", "Upstreams", "kept_of_reply", "kept_of_request"]

Headers = list[tuple[bytes, bytes]]

# Between two neighbours only (RFC 9110, 7.6.1).
_HOP = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer transfer-encoding"
    b" upgrade".split()
)
_OURS = b"x-headroom-"
_CONNECT_S = 30.0  # a provider that cannot be reached; how long it may think is the client's to decide


class Upstreams:
    """One pool of connections a provider."""

    def __init__(self, urls: Mapping[str, str]) -> None:
        self._bases = {vendor: httpx2.URL(url) for vendor, url in urls.items()}
        self._clients = {vendor: _client(url) for vendor, url in self._bases.items()}
        self.url = lru_cache(maxsize=64)(self._url)  # a client asks for the same few paths again and again

    def _url(self, vendor: str, raw_path: bytes, query: bytes) -> httpx2.URL:
        """The place of a path: host, port and scheme are the configured ones.

        A version that both the configured URL ends with and the path begins with is meant once.
        """
        base = self._bases[vendor]
        prefix = base.raw_path.partition(b"?")[0].rstrip(b"/")
        first = b"/" + raw_path.lstrip(b"/").partition(b"/")[0]
        prefix = prefix.removesuffix(first)
        path = prefix + b"/" + raw_path.lstrip(b"/")
        return base.copy_with(raw_path=path + (b"?" + query if query else b""))

    async def send(self, vendor: str, request: httpx2.Request) -> httpx2.Response:
        """Send, and answer as soon as the reply's head is there.

        Raises:
            httpx2.HTTPError: the provider could not be reached, or broke off.
        """
        return await self._clients[vendor].send(request, stream=True)

    async def close(self) -> None:
        """Close all connections."""
        for client in self._clients.values():
            await client.aclose()


def _client(base: httpx2.URL) -> httpx2.AsyncClient:
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=100, keepalive_expiry=30.0)
    timeout = httpx2.Timeout(None, connect=_CONNECT_S)
    # A person's HTTP proxy is on the way to a provider, not to this machine.
    return httpx2.AsyncClient(limits=limits, timeout=timeout, trust_env=not is_loopback(base.host))


def kept_of_request(headers: Iterable[tuple[bytes, bytes]], *, is_plain: bool, has_length: bool = False) -> Headers:
    """A client's headers as its provider gets them.

    Args:
        headers: Names in lower case.
        is_plain: The reply has to be read, so it must not come compressed.
        has_length: The body goes on as it is, and its length holds.
    """
    out = [b"host", *([] if has_length else [b"content-length"]), *([b"accept-encoding"] if is_plain else [])]
    kept = _end_to_end(headers, *out)
    return [*kept, (b"accept-encoding", b"identity")] if is_plain else kept


def kept_of_reply(headers: Iterable[tuple[bytes, bytes]], *, is_changed: bool) -> Headers:
    """A provider's headers as the client gets them; `is_changed`: the body is not the provider's bytes."""
    lowered = [(name.lower(), value) for name, value in headers]
    return _end_to_end(lowered, b"date", b"server", *([b"content-length", b"content-encoding"] if is_changed else []))


def _end_to_end(headers: Iterable[tuple[bytes, bytes]], *but: bytes) -> Headers:
    all_ = list(headers)
    named = {
        name.strip().lower() for key, value in all_ if key == b"connection" for name in value.split(b",")
    }  # fmt: skip
    out = _HOP | named | set(but)
    return [(name, value) for name, value in all_ if name not in out and not name.startswith(_OURS)]
