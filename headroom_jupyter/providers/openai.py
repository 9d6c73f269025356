"""OpenAI's chat format: roles, string or piecewise content, `tool_calls` and role "tool"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from headroom_jupyter.messages import Block, Role, as_plain
from headroom_jupyter.providers.base import Blocks, ToolSpec

__all__ = ["OpenAIChat"]

_ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "system",
    "assistant": "assistant",
    "tool": "tool",
    "function": "tool",
}


class OpenAIChat:
    """The default: also plain role-and-text lists that any provider would take."""

    name = "openai"

    def claim(self, messages: Sequence[Mapping[str, Any]]) -> float:
        """Sure when tool calls are written its way, willing whenever every message has a role."""
        if any("tool_calls" in m or "tool_call_id" in m or m.get("role") == "function" for m in messages):
            return 1.0
        return 0.5 if all("role" in m for m in messages) else 0.0

    def blocks(self, messages: Sequence[Mapping[str, Any]], *, after: Blocks | None = None) -> list[Block]:
        """Content, refusals and reasoning of every message, and the arguments of its tool calls."""
        found = after or Blocks()
        for number, message in found.numbered(messages):
            role = _ROLES.get(str(message.get("role")), "user")
            answers = message.get("tool_call_id") or message.get("name") if role == "tool" else None
            found.pieces(role, (number, "content"), message.get("content"), str(answers) if answers else None)
            calls = message.get("tool_calls")
            for index, call in enumerate(map(as_plain, calls if isinstance(calls, list) else ())):
                key = "function" if isinstance(call, Mapping) and "function" in call else "custom"
                function = as_plain(call.get(key)) if isinstance(call, Mapping) else None
                if not isinstance(function, Mapping):
                    found.other("assistant", (number, "tool_calls", index), "")
                    continue
                field = "arguments" if "arguments" in function else "input"
                path = (number, "tool_calls", index, key, field)
                found.call(path, call.get("id"), function.get("name"), str(function.get(field, "")))
            legacy = message.get("function_call")
            if isinstance(legacy, Mapping):
                found.call(
                    (number, "function_call", "arguments"),
                    legacy.get("name"),
                    legacy.get("name"),
                    str(legacy.get("arguments", "")),
                )
        return found.found

    def tool(self, spec: ToolSpec) -> dict[str, Any]:
        """Chat completions wrap a function's definition."""
        return {"type": "function", "function": dict(spec)}
