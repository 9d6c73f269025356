"""Gemini's format: `parts` of text, functionCall and functionResponse, in either spelling."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from headroom_jupyter.messages import Block, Path, Role, as_plain
from headroom_jupyter.providers.base import Blocks, ToolSpec

__all__ = ["Gemini"]

_ROLES: dict[str, Role] = {"model": "assistant", "system": "system", "function": "tool"}
_SIGNED = ("thoughtSignature", "thought_signature", "thought")


class Gemini:
    """A response's strings are texts, at any depth; parts with a thought or its signature are opaque."""

    name = "gemini"

    def claim(self, messages: Sequence[Mapping[str, Any]]) -> float:
        """Sure when a message has parts."""
        return 1.0 if any(isinstance(m.get("parts"), list) for m in messages) else 0.0

    def blocks(self, messages: Sequence[Mapping[str, Any]], *, after: Blocks | None = None) -> list[Block]:
        """Calls and responses are matched by id, else by name."""
        found = after or Blocks()
        for number, message in found.numbered(messages):
            role = _ROLES.get(str(message.get("role")), "user")
            parts = message.get("parts")
            for index, entry in enumerate(parts if isinstance(parts, list) else ()):
                path: Path = (number, "parts", index)
                part = as_plain(entry)
                if isinstance(part, str):
                    found.text(role, path, part)
                elif isinstance(part, Mapping):
                    self._part(found, role, path, part)
                else:
                    found.other(role, path, "")
        return found.found

    def _part(self, found: Blocks, role: Role, path: Path, part: Mapping[str, Any]) -> None:
        call = "functionCall" if "functionCall" in part else "function_call"
        answer = "functionResponse" if "functionResponse" in part else "function_response"
        if isinstance(part.get(call), Mapping):
            arguments = json.dumps(part[call].get("args", {}), ensure_ascii=False, default=str)
            name = part[call].get("name")
            found.call((*path, call, "args"), part[call].get("id") or name, name, arguments)
        elif isinstance(part.get(answer), Mapping):
            call_id = str(part[answer].get("id") or part[answer].get("name"))
            for inner, text in _strings(part[answer].get("response")):
                found.text("tool", (*path, answer, "response", *inner), text, call_id)
        elif isinstance(part.get("text"), str) and not any(part.get(key) for key in _SIGNED):
            found.text(role, (*path, "text"), part["text"])
        else:
            found.other(role, path, "image" if "inlineData" in part or "inline_data" in part else "")

    def tool(self, spec: ToolSpec) -> dict[str, Any]:
        """Definitions come in a list of declarations."""
        return {"functionDeclarations": [dict(spec)]}


def _strings(value: object) -> list[tuple[Path, str]]:
    """Paths and texts of all strings in a JSON value, in order; walked with a stack, however deep it is."""
    out: list[tuple[Path, str]] = []
    stack: list[tuple[Path, object]] = [((), value)]
    while stack:
        path, item = stack.pop()
        if isinstance(item, str):
            out.append((path, item))
        elif isinstance(item, Mapping):
            stack += [((*path, key), child) for key, child in reversed(list(item.items()))]
        elif isinstance(item, list):
            stack += [((*path, index), child) for index, child in reversed(list(enumerate(item)))]
    return out
