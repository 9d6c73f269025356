"""A project with a file worth compressing, and the SDK's own client connected to a server for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from mcp.client import Client

from headroom_jupyter.mcp_server.server import build

__all__ = ["Connect"]

Connect = Callable[[], AbstractAsyncContextManager[Client]]


@pytest.fixture
def anyio_backend() -> str:
    """The event loop that the server runs on."""
    return "asyncio"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder, which is not the working directory, and a home of its own."""
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path / "home"))
    folder = tmp_path / "project"
    folder.mkdir()
    lines = [f"10:{i // 60:02}:{i % 60:02} INFO [worker-{i % 4}] unit {i} took {i * 7 % 90} ms" for i in range(800)]
    lines[500] = "10:08:20 ERROR [worker-1] unit 500 failed: out of paper"
    (folder / "build.log").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture
def connect(project: Path) -> Connect:
    """A client and a server in this process, without pipes between them."""

    @asynccontextmanager
    async def connected() -> AsyncIterator[Client]:
        async with Client(build(str(project))) as client:
            yield client

    return connected
