"""A panel's end of the comm, against a real kernel; not a test."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.manager import KernelManager

__all__ = ["Panel", "panel_kernel"]

_TIMEOUT_S = 60
Json = dict[str, Any]


class Panel:
    """A front end with a comm to its kernel, as the side panel opens it; on a subshell where there are any."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.heard: list[Json] = []
        self._ids = 0
        self.subshell: str | None = None

    def run(self, code: str) -> str:
        """Run a cell to its end; what it prints."""
        return self.finish(self.start(code))

    def start(self, code: str) -> str:
        """Begin to run a cell."""
        return str(self.client.execute(code))

    def finish(self, ident: str) -> str:
        """Wait for the end of a cell; what it printed."""
        if not any(self._is_idle(message, ident) for message in self.heard):
            self._until(lambda message: self._is_idle(message, ident))
        ours = [m for m in self.heard if m["parent_header"].get("msg_id") == ident]
        errors = [m for m in ours if m["header"]["msg_type"] == "error"]
        assert not errors, "\n".join(errors[0]["content"]["traceback"])
        return "".join(m["content"]["text"] for m in ours if m["header"]["msg_type"] == "stream")

    def use_subshell(self) -> None:
        """Speak over a subshell from now on."""
        ident = self.client.session.msg("create_subshell_request")
        self.client.control_channel.send(ident)
        while self.subshell is None:
            reply = self.client.get_control_msg(timeout=_TIMEOUT_S)
            if reply["parent_header"].get("msg_id") == ident["header"]["msg_id"]:
                self.subshell = str(reply["content"]["subshell_id"])

    def open(self) -> str:
        """Open a comm to the kernel; its id."""
        comm = uuid.uuid4().hex
        self._send("comm_open", {"comm_id": comm, "target_name": "headroom:kernel", "data": {}})
        return comm

    def tell(self, comm: str, request: Json) -> int:
        """Send a request; its id."""
        self._ids += 1
        self._send("comm_msg", {"comm_id": comm, "data": {"id": self._ids, **request}})
        return self._ids

    def ask(self, comm: str, request: Json) -> Json:
        """Send a request, and wait for its answer."""
        ident = self.tell(comm, request)
        found = self._until(lambda m: m["content"].get("comm_id") == comm and m["content"]["data"].get("id") == ident)
        data: Json = found["content"]["data"]
        assert len(json.dumps(data)) < 1_000_000
        return data

    def close(self, comm: str) -> None:
        """Close a comm."""
        self._send("comm_close", {"comm_id": comm, "data": {}})

    def closed(self, comm: str) -> bool:
        """Whether the kernel closes a comm."""
        return bool(self._until(lambda m: m["header"]["msg_type"] == "comm_close" and m["content"]["comm_id"] == comm))

    def _send(self, kind: str, content: Json) -> None:
        message = self.client.session.msg(kind, content)
        if self.subshell is not None:
            message["header"]["subshell_id"] = self.subshell
        self.client.shell_channel.send(message)

    def _until(self, is_it: Any) -> Json:
        while True:
            try:
                message: Json = self.client.get_iopub_msg(timeout=_TIMEOUT_S)
            except Empty:
                raise AssertionError("the kernel does not answer") from None
            self.heard.append(message)
            if is_it(message):
                return message

    @staticmethod
    def _is_idle(message: Json, ident: str) -> bool:
        kind, content = message["header"]["msg_type"], message["content"]
        is_ours = message["parent_header"].get("msg_id") == ident
        return bool(is_ours and kind == "status" and content["execution_state"] == "idle")


@contextmanager
def panel_kernel(home: Path) -> Iterator[Panel]:
    """A fresh kernel with a store of its own, and a panel."""
    manager = KernelManager()
    manager.start_kernel(env={**os.environ, "HEADROOM_HOME": str(home)})
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=_TIMEOUT_S)
        yield Panel(client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()
