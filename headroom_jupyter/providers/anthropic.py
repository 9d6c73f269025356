"""Anthropic's format: content blocks of type text, thinking, tool_use and tool_result."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from headroom_jupyter.messages import Block, Role, as_plain
from headroom_jupyter.providers.base import Blocks, ToolSpec

__all__ = ["Anthropic"]

_OWN = ("tool_use", "tool_result", "thinking", "redacted_thinking", "document", "search_result", "server_tool_use")
_encode = json.JSONEncoder(ensure_ascii=False, default=str).encode  # json.dumps would make one for each call
_ROLES: dict[str, Role] = {"system": "system", "assistant": "assistant"}


class Anthropic:
    """Thinking, signatures and encrypted results are opaque; cache_control travels untouched beside its text."""

    name = "anthropic"

    def claim(self, messages: Sequence[Mapping[str, Any]]) -> float:
        """Sure when a block has a type that only this format has, or an image written its way."""
        for message in messages:
            content = message.get("content")
            for piece in map(as_plain, content) if isinstance(content, list) else ():
                if isinstance(piece, Mapping) and (
                    piece.get("type") in _OWN
                    or "cache_control" in piece
                    or (piece.get("type") == "image" and "source" in piece)
                ):
                    return 1.0
        return 0.0

    def blocks(self, messages: Sequence[Mapping[str, Any]], *, after: Blocks | None = None) -> list[Block]:
        """Text blocks, the texts of tool results, and the input of tool calls as JSON."""
        found = after or Blocks()
        for number, message in found.numbered(messages):
            role = _ROLES.get(str(message.get("role")), "user")
            content = message.get("content")
            if not isinstance(content, list):
                found.pieces(role, (number, "content"), content)
                continue
            for index, entry in enumerate(content):
                self._block(found, role, (number, "content", index), as_plain(entry))
        return found.found

    def _block(self, found: Blocks, role: Role, path: tuple[str | int, ...], piece: object) -> None:
        kind = piece.get("type") if isinstance(piece, Mapping) else None
        if isinstance(piece, str):
            found.text(role, path, piece)
        elif not isinstance(piece, Mapping):
            found.other(role, path, "")
        elif kind == "text" and isinstance(piece.get("text"), str):
            found.text(role, (*path, "text"), piece["text"])
        elif kind == "tool_use":
            arguments = _encode(piece.get("input", {}))
            found.call((*path, "input"), piece.get("id"), piece.get("name"), arguments)
        elif kind == "tool_result":
            found.pieces("tool", (*path, "content"), piece.get("content"), str(piece.get("tool_use_id")))
        else:
            found.other(role, path, str(kind))

    def tool(self, spec: ToolSpec) -> dict[str, Any]:
        """The schema goes by `input_schema`."""
        return {"name": spec["name"], "description": spec["description"], "input_schema": spec["parameters"]}
