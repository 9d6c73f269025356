"""A real kernel for each module, as a front end sees it: what it publishes, and how it replies."""

from __future__ import annotations

import ast
import os
import queue
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import KernelManager

_PATIENCE_S = 100


@dataclass
class Shown:
    """What one execution showed, in order."""

    reply: dict[str, Any]
    messages: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def status(self) -> str:
        return str(self.reply["status"])

    @property
    def count(self) -> int:
        return int(self.reply["execution_count"])

    def stream(self, name: str) -> str:
        return "".join(c["text"] for kind, c in self.messages if kind == "stream" and c["name"] == name)

    @property
    def stdout(self) -> str:
        return self.stream("stdout")

    @property
    def stderr(self) -> str:
        return self.stream("stderr")

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [content for own, content in self.messages if own == kind]

    @property
    def results(self) -> list[dict[str, Any]]:
        """Bundles of ours: those that other tools may pick up."""
        return [c["data"] for c in self.of("display_data") if "application/vnd.headroom.v1+json" in c["data"]]

    @property
    def kinds(self) -> list[str]:
        """Kinds of the messages, streams by name, repetitions once."""
        names = [c["name"] if kind == "stream" else kind for kind, c in self.messages]
        return [name for i, name in enumerate(names) if not i or names[i - 1] != name]


class Kernel:
    """A kernel of this interpreter."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.folder = folder
        # Sockets in a folder of their own: no port that somebody takes meanwhile, and a path as short as they need.
        self._sockets = tempfile.TemporaryDirectory(prefix="k")
        self._manager = KernelManager(kernel_name="python3", transport="ipc", ip=f"{self._sockets.name}/k")
        self._manager.start_kernel(cwd=str(folder), env={**os.environ, "PYTHONWARNINGS": "", **environ})
        self._client = self._manager.client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=_PATIENCE_S)

    def run(self, code: str, **options: Any) -> Shown:
        """Execute a cell, as a front end does."""
        return self._send(self._client.execute(code, **options))

    def run_as(self, cell_id: str, code: str) -> Shown:
        """Execute a cell that the front end has a name for."""
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
        message = self._client.session.msg("execute_request", content, metadata={"cellId": cell_id})
        self._client.shell_channel.send(message)
        return self._send(message["header"]["msg_id"])

    def value(self, expression: str) -> Any:
        """A value of the kernel, asked for behind the back of everything that listens to cells."""
        shown = self.run("", silent=True, store_history=False, user_expressions={"value": f"repr(({expression}))"})
        answer = shown.reply["user_expressions"]["value"]
        assert answer["status"] == "ok", answer
        return ast.literal_eval(ast.literal_eval(answer["data"]["text/plain"]))

    def complete(self, code: str) -> list[str]:
        """What a front end offers at the end of a line."""
        reply = self._client.complete(code, reply=True, timeout=_PATIENCE_S)["content"]
        start = reply["cursor_start"]
        return [code[:start] + match for match in reply["matches"]]

    def help(self, code: str) -> str:
        reply = self._client.inspect(code, reply=True, timeout=_PATIENCE_S)["content"]
        return str(reply["data"]["text/plain"])

    def stop(self) -> None:
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)
        self._sockets.cleanup()

    def _send(self, message_id: str) -> Shown:
        shown = Shown({})
        while True:
            try:
                message = self._client.get_iopub_msg(timeout=_PATIENCE_S)
            except queue.Empty:
                pytest.fail("the kernel fell silent")
            if message["parent_header"].get("msg_id") != message_id:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "status" and content["execution_state"] == "idle":
                break
            if kind not in ("status", "execute_input"):
                shown.messages.append((kind, content))
        while True:
            reply = self._client.get_shell_msg(timeout=_PATIENCE_S)
            if reply["parent_header"].get("msg_id") == message_id:
                shown.reply = reply["content"]
                return shown


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """One kernel with the extension for all tests of a module."""
    folder = tmp_path_factory.mktemp("kernel")
    own = Kernel(folder, HEADROOM_HOME=str(folder / "home"), HEADROOM_PROJECT="notebook-tests")
    assert own.run("%load_ext headroom_jupyter").status == "ok"
    yield own
    own.stop()
