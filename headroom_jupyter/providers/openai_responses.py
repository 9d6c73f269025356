"""OpenAI's responses format: a list of typed items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from headroom_jupyter.messages import Block, Role
from headroom_jupyter.providers.base import Blocks, ToolSpec

__all__ = ["OpenAIResponses"]

_ROLES: dict[str, Role] = {"system": "system", "developer": "system", "assistant": "assistant"}
_PIECES = ("input_text", "output_text", "input_image", "input_file")


class OpenAIResponses:
    """Items of type message, *_call, *_call_output, reasoning; unknown types travel untouched."""

    name = "openai_responses"

    def claim(self, messages: Sequence[Mapping[str, Any]]) -> float:
        """Sure when an item is typed or a piece has one of the format's types."""
        for message in messages:
            kind = str(message.get("type", ""))
            if kind in ("message", "reasoning") or kind.endswith(("_call", "_call_output", "item_reference")):
                return 1.0
            content = message.get("content")
            if isinstance(content, list) and any(isinstance(p, Mapping) and p.get("type") in _PIECES for p in content):
                return 1.0
        return 0.0

    def blocks(self, messages: Sequence[Mapping[str, Any]], *, after: Blocks | None = None) -> list[Block]:
        """Texts of messages and outputs; reasoning and whatever carries encrypted content is opaque."""
        found = after or Blocks()
        for number, item in found.numbered(messages):
            kind = str(item.get("type", "message"))
            if kind == "message":
                found.pieces(_ROLES.get(str(item.get("role")), "user"), (number, "content"), item.get("content"))
            elif kind.endswith("_call_output"):
                found.pieces("tool", (number, "output"), item.get("output"), str(item.get("call_id")))
            elif kind.endswith("_call"):
                field = "arguments" if "arguments" in item else "input"
                found.call((number, field), item.get("call_id"), item.get("name"), str(item.get(field, "")))
                if kind == "mcp_call" and isinstance(item.get("output"), str):
                    found.text("tool", (number, "output"), item["output"], str(item.get("call_id")))
            else:
                found.other("assistant", (number,), kind)
        return found.found

    def tool(self, spec: ToolSpec) -> dict[str, Any]:
        """Responses take a function's definition flat."""
        return {"type": "function", **spec}
