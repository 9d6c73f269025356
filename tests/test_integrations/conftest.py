"""A store of its own, and a tool's result that becomes much smaller."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from headroom_jupyter import Store

__all__ = ["LOG"]

LOG = "".join(
    f"10:{i // 60:02}:{i % 60:02} INFO [worker-{i % 4}] unit {i} was built in {i * 7 % 90} ms\n"
    if i != 500
    else "10:08:20 ERROR [worker-1] unit 500 failed: out of paper\n"
    for i in range(800)
)


@pytest.fixture
def anyio_backend() -> str:
    """The event loop of the tests that need one."""
    return "asyncio"


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The user's own store, in a home that no other test has."""
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path / "home"))
    with Store() as store:
        yield store
