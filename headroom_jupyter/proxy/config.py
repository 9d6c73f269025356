"""How a proxy is set up: where it listens, whom it lets in, and the only places it sends anything to."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from headroom_jupyter.compressors.base import Level
from headroom_jupyter.errors import InputError
from headroom_jupyter.settings import Settings

__all__ = ["ProxyConfig", "is_loopback", "upstreams_from"]


@dataclass(frozen=True)
class ProxyConfig:
    """A proxy's set-up.

    Attributes:
        upstreams: Vendor ("anthropic", "openai", "gemini") to the URL its paths are put behind.
        token: What clients must send as `x-headroom-token`; "" asks for none.
        memory_tokens: Most tokens of memories that the latest message of a user is given; 0 gives none.
        cache_breakpoints: cache_control marks that a request to Anthropic may have in all; 0 adds none.
        origins: Web origins besides the proxy's own whose pages may call it.
        most_body_bytes: Largest body of a request that is read; larger ones are answered with 413.
        most_connections: At one time; more are answered with 503.
        piece_timeout_s: For a client to send its request's head, and for each next piece of its body.
    """

    upstreams: Mapping[str, str]
    host: str = "127.0.0.1"
    port: int = 8787
    token: str = field(default="", repr=False)
    level: Level = "faithful"
    memory_tokens: int = 0
    cache_breakpoints: int = 0
    origins: tuple[str, ...] = ()
    most_body_bytes: int = 64_000_000  # twice the largest request that a provider documents (32 MB)
    most_connections: int = 1000
    piece_timeout_s: float = 30.0

    def __post_init__(self) -> None:
        if not self.token and not is_loopback(self.host):
            raise InputError(f"--host {self.host} lets other machines in; give --token too, or listen on 127.0.0.1")
        for vendor, url in self.upstreams.items():
            _check_url(vendor, url)


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine and no other.

    >>> is_loopback("127.0.0.1"), is_loopback("[::1]"), is_loopback("0.0.0.0"), is_loopback("example.org")
    (True, True, False, False)
    """
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def upstreams_from(settings: Settings, given: Mapping[str, str | None]) -> dict[str, str]:
    """Upstreams from the command line, else from the settings."""
    own = {
        "anthropic": settings.anthropic_upstream,
        "openai": settings.openai_upstream,
        "gemini": settings.gemini_upstream,
    }
    return {vendor: given.get(vendor) or url for vendor, url in own.items()}


def _check_url(vendor: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_good = False
    if not is_good or parts.query or parts.fragment or parts.username:
        raise InputError(f"the {vendor} upstream {url!r} is no plain http(s) URL such as https://api.example.org")
