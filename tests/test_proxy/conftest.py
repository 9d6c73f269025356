"""A scripted upstream and a proxy before it, one of each for all tests; a test sets what the upstream says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
import pytest

from tests.proxies import proxy_thread
from tests.upstream import Upstream, in_turn

__all__ = ["PATIENCE_S", "Wire"]

PATIENCE_S = 90.0  # of a client in a test: longer than a busy machine takes


@dataclass(frozen=True)
class Wire:
    """Where the proxy is, and the upstream behind it."""

    url: str
    upstream: Upstream
    http: httpx2.Client


def _client(url: str) -> httpx2.Client:
    return httpx2.Client(base_url=url, timeout=PATIENCE_S)


@pytest.fixture(scope="package")
def _wire() -> Iterator[Wire]:
    with Upstream(in_turn("")) as upstream, proxy_thread(upstream.url) as url, _client(url) as http:
        yield Wire(url, upstream, http)


@pytest.fixture
def wire(_wire: Wire) -> Wire:
    """Fresh for each test."""
    _wire.upstream.script = in_turn("")
    _wire.upstream.seen.clear()
    return _wire
