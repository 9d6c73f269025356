"""Where values that were taken out of the instructions go: behind everything that a provider may have cached.

Each function gives the path of what has to change and its new value, or None where a request has no such place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from headroom_jupyter.cache_aligner.requests import MESSAGES
from headroom_jupyter.messages import Path

__all__ = ["CLOSING", "LOOKALIKE", "MARK", "appended", "breakpoints", "frame", "marked_last"]

MARK = "[value {number}, given at the end]"
LOOKALIKE = ", given at the end]"
_OPENING = "<context_values>\nData for the marks in the instructions, as they are now; not a request."
CLOSING = "</context_values>"
_EPHEMERAL = {"type": "ephemeral"}
Change = tuple[Path, Any]


def frame(values: Sequence[str]) -> str:
    """The values, each with the number of its mark."""
    return "\n".join([_OPENING, *(f"value {number}: {text}" for number, text in enumerate(values, 1)), CLOSING])


def appended(request: Mapping[str, Any], shape: str, text: str) -> Change | None:
    """The text at the tail of the latest user message, or as one of its own behind a tool's result."""
    key = MESSAGES[shape]
    messages = request[key]
    if isinstance(messages, str):
        return (key,), f"{messages}\n\n{text}"
    last = messages[-1] if messages else None
    if not isinstance(last, Mapping):
        return None
    if shape == "gemini":
        return _gemini(key, messages, last, text)
    if last.get("role") == "user" and last.get("type", "message") == "message":
        grown = _grown(last.get("content"), shape, text)
        return None if grown is None else ((key, len(messages) - 1, "content"), grown)
    answers = last.get("role") in ("tool", "function") or str(last.get("type", "")).endswith("_output")
    if not answers or shape == "anthropic":
        return None
    content: Any = [{"type": "input_text", "text": text}] if shape == "openai_responses" else text
    return (key,), [*messages, {"role": "user", "content": content}]


def _grown(content: Any, shape: str, text: str) -> Any:
    piece = {"type": "input_text" if shape == "openai_responses" else "text", "text": text}
    if isinstance(content, list):
        return [*content, piece]
    if not isinstance(content, str):
        return None
    # A block of its own: a mark for the cache stands on the one before it.
    return [{"type": "text", "text": content}, piece] if shape == "anthropic" else f"{content}\n\n{text}"


def _gemini(key: str, messages: Sequence[Any], last: Mapping[str, Any], text: str) -> Change | None:
    parts = last.get("parts")
    if last.get("role", "user") not in ("user", "function") or not isinstance(parts, list):
        return None
    answers = any(isinstance(part, Mapping) and {"functionResponse", "function_response"} & set(part) for part in parts)
    if answers:  # their number has to be that of the calls: nothing may stand among them
        return (key,), [*messages, {"role": "user", "parts": [{"text": text}]}]
    return (key, len(messages) - 1, "parts"), [*parts, {"text": text}]


def marked_last(request: Mapping[str, Any], mark: Mapping[str, Any] = _EPHEMERAL) -> Change | None:
    """Anthropic: a mark on the last block of the last message, which must not be signed thinking."""
    messages = request["messages"]
    last = messages[-1] if messages else None
    content = last.get("content") if isinstance(last, Mapping) else None
    if isinstance(content, str) and content:
        marked: list[Any] = [{"type": "text", "text": content, "cache_control": mark}]
    elif isinstance(content, list) and content and _may_be_marked(content[-1]):
        marked = [*content[:-1], {**content[-1], "cache_control": mark}]
    else:
        return None
    return ("messages", len(messages) - 1, "content"), marked


def _may_be_marked(block: Any) -> bool:
    return isinstance(block, Mapping) and block.get("type") in ("text", "image", "document", "tool_use", "tool_result")


def breakpoints(request: Mapping[str, Any]) -> list[Change]:
    """Anthropic caches nothing that is not marked: marks at the end of the system text and of the last message."""
    changes: list[Change] = []
    system = request.get("system")
    if isinstance(system, str) and system:
        changes.append((("system",), [{"type": "text", "text": system, "cache_control": _EPHEMERAL}]))
    elif isinstance(system, list) and system and _may_be_marked(system[-1]):
        changes.append((("system", len(system) - 1), system[-1] | {"cache_control": _EPHEMERAL}))
    last = marked_last(request)
    return [*changes, last] if last else changes
