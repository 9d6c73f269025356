"""A real kernel: runs cells, and speaks to the widgets in it as a page would; not a test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.manager import KernelManager

__all__ = ["Kernel", "running_kernel"]

_TIMEOUT_S = 60
Json = dict[str, Any]


class Kernel:
    """One running kernel."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.widgets: dict[str, Json] = {}
        self.sent: list[Json] = []

    def run(self, code: str) -> list[Json]:
        """Run a cell; its outputs as a notebook would keep them.

        Raises:
            AssertionError: the cell failed.
        """
        outputs = self._until_idle(self._client.execute(code))
        errors = [output for output in outputs if output["output_type"] == "error"]
        assert not errors, "\n".join(errors[0]["traceback"])
        return outputs

    def shown(self, code: str) -> Json:
        """The MIME bundle that a cell shows."""
        (output,) = [output for output in self.run(code) if "data" in output]
        data: Json = output["data"]
        return data

    def printed(self, code: str) -> str:
        """What a cell prints."""
        return "".join(output["text"] for output in self.run(code) if output["output_type"] == "stream")

    def change(self, comm_id: str, **state: Any) -> Json:
        """Change a widget's state as its page does; the state after the kernel has answered."""
        content = {"comm_id": comm_id, "data": {"method": "update", "state": state, "buffer_paths": []}}
        self._send("comm_msg", content)
        return self.widgets[comm_id]

    def tell(self, comm_id: str, message: Json) -> Json:
        """Send a widget a message of its own; the message that it answers with."""
        self._send("comm_msg", {"comm_id": comm_id, "data": {"method": "custom", "content": message}})
        return self.sent[-1]

    def _send(self, kind: str, content: Json) -> None:
        message = self._client.session.msg(kind, content)
        self._client.shell_channel.send(message)
        self._until_idle(message["header"]["msg_id"])

    def _until_idle(self, msg_id: str) -> list[Json]:
        outputs: list[Json] = []
        while True:
            try:
                message = self._client.get_iopub_msg(timeout=_TIMEOUT_S)
            except Empty:
                raise AssertionError("the kernel does not answer") from None
            kind, content = message["header"]["msg_type"], message["content"]
            if kind == "comm_open":
                self.widgets[content["comm_id"]] = dict(content["data"].get("state", {}))
            elif kind == "comm_msg":
                self._hear(content["comm_id"], content["data"])
            elif kind in ("stream", "display_data", "execute_result", "error"):
                outputs.append({"output_type": kind, **content})
            is_ours = message["parent_header"].get("msg_id") == msg_id
            if is_ours and kind == "status" and content["execution_state"] == "idle":
                return outputs

    def _hear(self, comm_id: str, data: Json) -> None:
        if data.get("method") in ("update", "echo_update"):
            self.widgets.setdefault(comm_id, {}).update(data["state"])
        elif data.get("method") == "custom":
            self.sent.append(data["content"])


@contextmanager
def running_kernel(home: Path) -> Iterator[Kernel]:
    """A fresh kernel of this environment, with a store of its own under `home`."""
    manager = KernelManager()
    manager.start_kernel(env={**os.environ, "HEADROOM_HOME": str(home)})
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=_TIMEOUT_S)
        yield Kernel(client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()
