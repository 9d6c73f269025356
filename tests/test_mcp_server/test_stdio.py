"""The server as clients start it: a process of its own, with pipes to it, and its stdout for the protocol alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pytest
from mcp import StdioServerParameters, stdio_client
from mcp.client import Client, ClientRequestContext
from mcp.types import ListRootsResult, Root

from headroom_jupyter import __version__
from headroom_jupyter.mcp_server.tools import TOOLS
from tests.test_cli.conftest import Run, run
from tests.test_mcp_server.test_tools import account_of, call, failure, text_of

__all__ = ["run"]

_COMMAND = [sys.executable, "-m", "headroom_jupyter", "mcp"]
# Sockets of any kind but the pair that an event loop wakes itself with.
_BLOCKED = """
import sys
def block(event, arguments):
    if event.startswith("socket.") and event not in ("socket.__new__", "socket.gethostname"):
        raise RuntimeError(f"network used: {event}")
sys.addaudithook(block)
from headroom_jupyter.cli import main
sys.exit(main(["mcp"]))
"""


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_the_sdks_client_works_with_it_and_no_network(project: Path, mode: str) -> None:
    command = StdioServerParameters(
        command=sys.executable, args=["-W", "error", "-c", _BLOCKED], env=dict(os.environ), cwd=project
    )
    async with Client(stdio_client(command), mode=mode) as client:
        assert client.server_info is not None
        assert (client.server_info.name, client.server_info.version) == ("headroom", __version__)
        result = await call(client, "headroom_compress", path="build.log", query="what failed?")
        assert "out of paper" in text_of(result)
        (ref,) = account_of(result)["refs"]
        assert "unit 4 " in text_of(await call(client, "headroom_retrieve", ref=ref, lines="5"))
        assert "is outside of" in await failure(client, "headroom_compress", path="/etc/passwd")


@pytest.mark.anyio
@pytest.mark.filterwarnings("ignore:The roots capability")  # the protocol lets it go, its clients still have it
async def test_the_clients_roots_take_the_place_of_the_projects_folder(project: Path, tmp_path: Path) -> None:
    other = tmp_path / "other folder"
    other.mkdir()
    (other / "notes.txt").write_text("notes")

    async def roots(context: ClientRequestContext) -> ListRootsResult:
        del context
        return ListRootsResult(roots=[Root.model_validate({"uri": other.as_uri()})])

    command = StdioServerParameters(command=_COMMAND[0], args=_COMMAND[1:], env=dict(os.environ), cwd=project)
    async with Client(stdio_client(command), mode="legacy", list_roots_callback=roots) as client:
        assert text_of(await call(client, "headroom_compress", path="notes.txt")) == "notes"
        assert "is outside of" in await failure(client, "headroom_compress", path=str(project / "build.log"))


class _Raw:
    """A client that writes whatever it likes."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin
        assert process.stdout
        self._in: IO[bytes] = process.stdin
        self._out: IO[bytes] = process.stdout

    def write(self, *lines: bytes) -> None:
        self._in.write(b"".join(line + b"\n" for line in lines))
        self._in.flush()

    def answer(self, number: int) -> dict[str, Any]:
        """The answer to one request; every line on the way must be protocol."""
        while line := self._out.readline():
            message = json.loads(line)
            assert message["jsonrpc"] == "2.0"
            if message.get("id") == number:
                assert isinstance(message, dict)
                return message
        raise AssertionError("the server went away")

    def ask(self, number: int, method: str, **params: Any) -> dict[str, Any]:
        self.write(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}).encode())
        return self.answer(number)


@contextmanager
def _raw(folder: Path, errors: Path, *arguments: str) -> Iterator[_Raw]:
    with (
        errors.open("wb") as log,
        subprocess.Popen(
            [*_COMMAND, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, cwd=folder
        ) as process,
    ):
        client = _Raw(process)
        who = {"name": "raw", "version": "1"}
        client.ask(0, "initialize", protocolVersion="2025-06-18", capabilities={}, clientInfo=who)
        client.write(b'{"jsonrpc":"2.0","method":"notifications/initialized"}')
        yield client
        assert process.stdin
        process.stdin.close()
        assert process.wait(60) == 0


def test_hostile_lines_break_nothing_and_are_not_logged(project: Path, tmp_path: Path) -> None:
    called = {"name": "headroom_compress", "arguments": {"content": "out of paper " * 500}}
    with _raw(project, tmp_path / "errors") as client:
        client.write(
            *(
                b"",
                b"no JSON, a secret",
                b'{"jsonrpc":"2.0","id":1',
                b"\xff\xfe\x00secret\x80",
                b"null",
                b"[]",
                b'"secret"',
            ),
            b"[" * 200_000,
            b'{"a":' * 200_000,
            b'{"jsonrpc":"1.0","id":1,"method":"tools/call","params":{"secret":1}}',
            b'{"jsonrpc":"2.0","id":{"secret":1},"method":"tools/call"}',
            b'{"jsonrpc":"2.0","method":"notifications/secret","params":7}',
            b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"secret"}}',
            b'{"jsonrpc":"2.0","id":"secret","result":{}}',
            json.dumps({"secret": "x" * 5_000_000}).encode(),
        )
        assert "error" in client.ask(2, "no/such/method", secret=1)
        assert "error" in client.ask(3, "tools/call", arguments={"secret": 1})
        assert "error" in client.ask(4, "tools/call", name="headroom_stats", arguments="secret")
        assert client.ask(5, "tools/call", name="headroom_stats", arguments={"secret": 1})["result"]["isError"]
        assert client.ask(6, "tools/call", **called)["result"]["isError"] is False
        assert len(client.ask(7, "tools/list")["result"]["tools"]) == len(TOOLS)
    assert "secret" not in (tmp_path / "errors").read_text()


@pytest.mark.parametrize("is_chosen", [True, False])
def test_a_project_may_be_named_and_the_home_folder_is_none_by_itself(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_chosen: bool
) -> None:
    monkeypatch.setenv("HOME", str(project))
    arguments = ("--project", str(project)) if is_chosen else ()
    with _raw(project, tmp_path / "errors", *arguments) as client:
        call = {"name": "headroom_compress", "arguments": {"path": str(project / "build.log")}}
        assert client.ask(1, "tools/call", **call)["result"]["isError"] is not is_chosen


def test_what_other_code_prints_does_not_reach_the_client(project: Path, tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from headroom_jupyter.mcp_server import compress, tools\n"
        "from dataclasses import replace\n"
        "def loud(arguments, scope):\n"
        "    print('to stdout')\n"
        "    raise ValueError('secret')\n"
        "tools.TOOLS = (replace(compress.COMPRESS, run=loud),)\n"
        "from headroom_jupyter.mcp_server import serve\n"
        "serve()\n"
    )
    head = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}}
    with (
        (tmp_path / "errors").open("wb") as log,
        subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, cwd=project
        ) as process,
    ):
        client = _Raw(process)
        client.ask(0, "initialize", **head)
        answer = client.ask(1, "tools/call", name="headroom_compress", arguments={})
        assert process.stdin
        process.stdin.close()
    assert answer["result"]["isError"]
    errors = (tmp_path / "errors").read_text()
    assert "in loud" in errors
    assert "ValueError" in errors
    assert "secret" not in errors.replace("raise ValueError('secret')", "")


def test_the_tools_can_be_read_without_a_client(run: Run) -> None:
    done = run("mcp", "--json")
    assert done.code == 0
    assert json.loads(done.out) == [tool.wire() for tool in TOOLS]


def test_the_sdk_is_loaded_by_the_server_alone() -> None:
    code = "import sys, headroom_jupyter.cli; print([name for name in ('mcp', 'pydantic') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
