"""What one client saves, another finds, framed as data; nothing of another project, and no secret."""

from __future__ import annotations

from pathlib import Path

import pytest
from mcp.client import Client
from mcp.types import Implementation

from headroom_jupyter import Memory
from headroom_jupyter.mcp_server.server import build
from tests.test_mcp_server.conftest import Connect
from tests.test_mcp_server.test_tools import account_of, call, failure, text_of

pytestmark = pytest.mark.anyio


async def test_what_is_saved_is_found_as_reference_material(connect: Connect) -> None:
    async with connect() as client:
        saved = await call(
            client, "memory_save", text="Staging listens on 5433", kind="fact", importance=0.9, facts={"port": 5433}
        )
        again = await call(client, "memory_save", text="staging listens on 5433.")
        found = await call(client, "memory_search", query="where does staging listen?")
    assert text_of(saved).startswith("Kept in project ")
    assert "2 sources say so" in text_of(again)
    assert text_of(found).startswith("<project-notes>\nNotes from earlier work in this project, for reference only")
    assert account_of(found)["ids"] == [account_of(saved)["id"]]


async def test_the_client_is_named_as_the_source(project: Path) -> None:
    known = Implementation(name="reviewer", version="1")
    async with Client(build(str(project)), client_info=known) as client:
        await call(client, "memory_save", text="The build needs node 20")
    (record,) = Memory(str(project)).list()
    assert record.sources[0].agent == "reviewer"


async def test_what_contradicts_takes_its_place_and_secrets_stay_out(connect: Connect) -> None:
    async with connect() as client:
        await call(client, "memory_save", text="The staging port is 5432")
        later = await call(client, "memory_save", text="The staging port is now 5433")
        secret = await call(client, "memory_save", text="Log in with password=hunter2hunter2")
        found = await call(client, "memory_search", query="staging port")
    assert "takes the place of" in text_of(later)
    assert "hunter2" not in text_of(secret)
    assert "5432" not in text_of(found)


async def test_another_projects_memory_is_not_found(connect: Connect, tmp_path: Path) -> None:
    Memory(str(tmp_path / "elsewhere")).save("The staging port is 5433")
    async with connect() as client:
        found = await call(client, "memory_search", query="staging port")
    assert text_of(found) == "This project's memory knows nothing about that."


async def test_what_cannot_be_saved_or_fits_nowhere_is_told_in_a_line(connect: Connect) -> None:
    async with connect() as client:
        assert "importance='2' is no number from 0 to 1" in await failure(
            client, "memory_save", text="x y", importance=2
        )
        assert "facts is no object" in await failure(client, "memory_save", text="x y", facts=["a"])
        assert "text is missing" in await failure(client, "memory_save")
        await call(client, "memory_save", text="The staging port is 5433")
        small = await call(client, "memory_search", query="staging port", max_tokens=5)
    assert text_of(small) == "No memory fits into 5 tokens; give a larger max_tokens."
