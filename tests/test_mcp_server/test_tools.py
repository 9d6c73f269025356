"""What a client can do with the tools, and what it is told when a call cannot be answered."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp.client import Client
from mcp.shared.exceptions import MCPError
from mcp.types import CallToolResult, TextContent

from headroom_jupyter import Store, compress_text, retrieve
from headroom_jupyter.mcp_server import server
from headroom_jupyter.mcp_server.base import Answer, Scope
from headroom_jupyter.mcp_server.files import MOST_BYTES
from headroom_jupyter.mcp_server.tools import TOOLS
from headroom_jupyter.policy import RETRIEVE_NAME
from tests.test_mcp_server.conftest import Connect

pytestmark = pytest.mark.anyio


async def call(client: Client, tool: str, **arguments: Any) -> CallToolResult:
    """The result of a call; one that asks for more is none."""
    result = await client.call_tool(tool, arguments)
    assert isinstance(result, CallToolResult)
    return result


def text_of(result: CallToolResult) -> str:
    """The one text of a result."""
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


def account_of(result: CallToolResult) -> Mapping[str, Any]:
    """What a program is told of a compression."""
    assert result.meta is not None
    account = result.meta["headroom"]
    assert isinstance(account, dict)
    return account


async def failure(client: Client, tool: str, **arguments: Any) -> str:
    """The one line that an impossible call is answered with."""
    result = await call(client, tool, **arguments)
    assert result.is_error
    assert "\n" not in text_of(result)
    return text_of(result)


async def test_every_tool_and_argument_explains_itself(connect: Connect) -> None:
    async with connect() as client:
        listed = (await client.list_tools()).tools
        instructions = client.instructions
    assert [tool.name for tool in listed] == [
        *("headroom_compress", "headroom_retrieve", "headroom_stats", "memory_save", "memory_search")
    ]
    assert "headroom_retrieve" in (instructions or "")
    for tool in listed:
        assert tool.title
        assert tool.description
        assert tool.annotations
        assert (tool.annotations.destructive_hint, tool.annotations.open_world_hint) == (False, False)
        assert all(schema["description"] for schema in tool.input_schema["properties"].values())
        assert tool.input_schema["additionalProperties"] is False
    assert [tool.annotations.read_only_hint for tool in listed if tool.annotations] == [
        *(False, True, True, False, True)
    ]


async def test_a_file_comes_back_small_and_whole_again(connect: Connect, project: Path) -> None:
    original = (project / "build.log").read_text()
    async with connect() as client:
        result = await call(client, "headroom_compress", path="build.log", query="what failed?")
        account = account_of(result)
        assert "out of paper" in text_of(result)
        assert account["tokens_after"] < 0.2 * account["tokens_before"]
        (ref,) = account["refs"]
        assert f"<<ccr:{ref} " in text_of(result)
        assert text_of(await call(client, "headroom_retrieve", ref=ref)) == original
        assert text_of(await call(client, "headroom_retrieve", ref=ref, lines="2-3")).count("\n") == 2
        assert "unit 77 " in text_of(await call(client, "headroom_retrieve", ref=ref, query="unit 77"))


async def test_what_the_library_stored_the_server_finds_and_the_other_way_round(
    connect: Connect, project: Path
) -> None:
    text = (project / "build.log").read_text()
    store = Store(project=str(project))
    own = compress_text(text, query="q", store=store)
    async with connect() as client:
        assert text_of(await call(client, "headroom_retrieve", ref=own.refs[0])) == text
        result = await call(client, "headroom_compress", content=text, query="q")
    assert text_of(result) == own.text
    assert retrieve(own.refs[0], store=store) == text


async def test_options_reach_the_engine(connect: Connect) -> None:
    async with connect() as client:
        rows = json.dumps([{"id": number, "status": "ok", "place": "Leeds"} for number in range(90)])
        lossless = account_of(await call(client, "headroom_compress", content=rows, level="lossless"))
        small = account_of(await call(client, "headroom_compress", path="build.log", budget=300))
        short = await call(client, "headroom_compress", content="short")
    assert lossless["fidelity"] == "lossless"
    assert small["tokens_after"] <= 300
    assert small["budget_met"]
    assert text_of(short) == "short"


async def test_a_whole_original_is_cut_where_a_client_would_refuse_it(connect: Connect, project: Path) -> None:
    store = Store(project=str(project))
    ref = store.put("".join(f"{i} is a number\n" for i in range(20_000)).encode())
    async with connect() as client:
        cut = text_of(await call(client, "headroom_retrieve", ref=ref))
        more = text_of(await call(client, "headroom_retrieve", ref=ref, max_tokens=40_000))
    assert cut.endswith("ask for a range of chars, or with query=]")
    assert len(more) > 1.5 * len(cut)


async def test_stats_tell_this_project_and_no_other(connect: Connect, project: Path, tmp_path: Path) -> None:
    async with connect() as client:
        assert (await call(client, "headroom_stats")).structured_content is not None
        compress_text((project / "build.log").read_text(), store=Store(project=str(tmp_path / "other")))
        before = (await call(client, "headroom_stats")).structured_content
        account = account_of(await call(client, "headroom_compress", path="build.log"))
        result = await call(client, "headroom_stats")
    assert before is not None
    assert result.structured_content is not None
    assert before["blocks"] == 0
    assert result.structured_content["project"] == str(project)
    assert result.structured_content["tokens_saved"] == account["tokens_before"] - account["tokens_after"]
    assert "other" not in text_of(result)


@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        ("headroom_retrieve", {}, "ref is missing"),
        ("headroom_retrieve", {"ref": None}, "ref is missing"),
        ("headroom_retrieve", {"ref": "xyz"}, "12 hex digits"),
        ("headroom_retrieve", {"ref": "0123456789ab"}, "never stored"),
        ("headroom_retrieve", {"ref": "0123456789ab", "lime": "4"}, "takes ref, query, at, lines"),
        ("headroom_retrieve", {"ref": "0123456789ab", "max_tokens": "many"}, "max_tokens='many'"),
        ("headroom_retrieve", {"ref": "0123456789ab", "max_tokens": 0}, "1 or more"),
        ("headroom_retrieve", {"ref": {"a": 1}}, "an object, not a text"),
        ("headroom_compress", {}, "either content"),
        ("headroom_compress", {"content": "a", "path": "build.log"}, "not both"),
        ("headroom_compress", {"content": "a", "level": "tiny"}, "lossless, faithful, abridged"),
        ("headroom_compress", {"content": "a" * (MOST_BYTES + 1)}, "cut it into parts"),
        ("headroom_compress", {"path": "no such file"}, "does not exist"),
        ("headroom_stats", {"by": "day"}, "it takes none"),
    ],
)
async def test_what_cannot_be_done_is_told_in_one_line(
    connect: Connect, tool: str, arguments: dict[str, Any], told: str
) -> None:
    async with connect() as client:
        assert told in await failure(client, tool, **arguments)


async def test_arguments_are_taken_as_models_write_them(connect: Connect) -> None:
    async with connect() as client:
        compressed = await call(client, "headroom_compress", path="build.log", query=None, budget="900")
        (ref,) = account_of(compressed)["refs"]
        for lines in (2, "2", [2], "2-2"):
            result = await call(client, "headroom_retrieve", ref=f"<<ccr:{ref} lines 1-9 of 800>>", lines=lines)
            assert "unit 1 " in text_of(result), lines


async def test_a_tool_that_is_none_is_named_and_the_others_too(connect: Connect) -> None:
    async with connect() as client:
        with pytest.raises(MCPError, match=r"no tool 'rm'; the tools are headroom_compress"):
            await client.call_tool("rm", {})


async def test_a_store_that_cannot_be_written_costs_no_text(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADROOM_HOME", "/dev/null/nowhere")
    async with connect() as client:
        assert "use the original" in await failure(client, "headroom_compress", path="build.log")


async def test_calls_run_beside_each_other(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    met = threading.Barrier(3, timeout=60)

    def wait(_: Mapping[str, Any], __: Scope) -> Answer:
        met.wait()
        return Answer("met")

    monkeypatch.setattr(server, "TOOLS", (replace(TOOLS[0], run=wait),))
    said: list[str] = []

    async def ask(client: Client) -> None:
        said.append(text_of(await call(client, "headroom_compress", content="x")))

    async with connect() as client, anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(ask, client)
    assert said == ["met"] * 3


async def test_a_cancelled_call_keeps_no_other_waiting(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    began, may_end = threading.Event(), threading.Event()

    def wait(_: Mapping[str, Any], __: Scope) -> Answer:
        began.set()
        may_end.wait(60)
        return Answer("late")

    monkeypatch.setattr(server, "TOOLS", (replace(TOOLS[0], run=wait), *TOOLS[1:]))
    async with connect() as client:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(call, client, "headroom_compress")
            await anyio.to_thread.run_sync(began.wait, 60)
            tasks.cancel_scope.cancel()
        assert not (await call(client, "headroom_stats")).is_error
        may_end.set()


async def test_a_bug_costs_one_call_and_its_words_reach_nobody(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: Mapping[str, Any], __: Scope) -> Answer:
        raise RuntimeError("the client's secret")

    monkeypatch.setattr(server, "TOOLS", (replace(TOOLS[0], run=fail), *TOOLS[1:]))
    async with connect() as client:
        told = await failure(client, "headroom_compress")
        assert not (await call(client, "headroom_stats")).is_error
    assert "RuntimeError" in told
    assert "secret" not in told
    assert "headroom_compress failed" in caplog.text


async def test_the_tool_goes_by_the_name_that_the_policy_knows() -> None:
    assert RETRIEVE_NAME in [tool.name for tool in TOOLS]


async def test_lone_surrogates_and_nul_bytes_are_answered(connect: Connect, project: Path) -> None:
    ref = Store(project=str(project)).put("a\ud800b\0".encode("utf-8", "surrogatepass"))
    async with connect() as client:
        assert text_of(await call(client, "headroom_retrieve", ref=ref)) == "a?b\0"
        assert "file name" in await failure(client, "headroom_compress", path=f"build.log\0{os.sep}x")
