"""cache_control for clients of Anthropic that set none: where a prompt's cached prefix ends, marked on request.

Anthropic takes four marks in a request, those of one hour before those of five minutes, and none on thinking. What a
client marked stays as it is and counts. Ours stand at the end of the latest message, so that the next turn finds all of
this one; at the end of the instructions, which other conversations share; and where the turn before ended. A mark is no
part of what is cached: the prefix stays as it is when ours move on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from headroom_jupyter.exchange.base import Json, Places
from headroom_jupyter.exchange.json_text import Splice, dumps
from headroom_jupyter.messages import Path

__all__ = ["MOST_BREAKPOINTS", "Breakpoint", "breakpoints", "marked"]

MOST_BREAKPOINTS = 4
_KEY = "cache_control"
_CAN_END = ("tool_use", "tool_result", "image", "document")


@dataclass(frozen=True, slots=True)
class Breakpoint:
    """A mark to add: on the block at `path`, or on a text there that becomes a block."""

    path: Path
    is_text: bool
    ttl: str


@dataclass(frozen=True, slots=True)
class _Block:
    path: Path
    value: Mapping[str, Any]
    can_end: bool
    is_text: bool = False

    @property
    def ttl(self) -> str:
        """How long its own mark holds; "" when it has none."""
        mark = self.value.get(_KEY)
        if not mark:
            return ""
        return "1h" if isinstance(mark, Mapping) and mark.get("ttl") == "1h" else "5m"


def breakpoints(request: Json, most: int) -> list[Breakpoint]:
    """The marks to add.

    Args:
        request: To Anthropic's messages.
        most: Marks that the request may have in all; 0 adds none.
    """
    if most <= 0 or _KEY in request:  # a mark on the request itself leaves the rest to Anthropic
        return []
    blocks = list(_blocks(request))
    ttls = [block.ttl for block in blocks]
    free = min(most, MOST_BREAKPOINTS) - sum(map(bool, ttls))
    found: list[Breakpoint] = []
    for at in dict.fromkeys(_wanted(request, blocks)):
        is_long = "1h" in ttls[at:]
        if len(found) < free and _KEY not in blocks[at].value and not (is_long and "5m" in ttls[:at]):
            found.append(Breakpoint(blocks[at].path, blocks[at].is_text, "1h" if is_long else "5m"))
    return found


def marked(wanted: list[Breakpoint], places: Places) -> Iterator[Splice]:
    """The changes that make the marks; `places` has their paths."""
    for one in wanted:
        start, end = places[one.path]
        mark = dumps({"type": "ephemeral"} | ({"ttl": "1h"} if one.ttl == "1h" else {}))
        if one.is_text:
            yield Splice(start, start, '[{"type":"text","text":')
            yield Splice(end, end, f',"{_KEY}":{mark}}}]')
        else:
            yield Splice(end - 1, end - 1, f',"{_KEY}":{mark}')


def _wanted(request: Json, blocks: list[_Block]) -> Iterator[int]:
    """Indices of blocks to mark, the most useful first."""
    ends = {"tools": -1, "system": -1, "messages": -1}
    messages = request.get("messages")
    answers = [
        number
        for number, message in enumerate(messages if isinstance(messages, list) else ())
        if isinstance(message, Mapping) and message.get("role") == "assistant"
    ]
    before = -1
    for at, block in enumerate(blocks):
        if block.can_end:
            ends[str(block.path[0])] = at
            if block.path[0] == "messages" and answers and int(block.path[1]) < answers[-1]:
                before = at
    for at in (ends["messages"], ends["system"] if ends["system"] >= 0 else ends["tools"], before):
        if at >= 0:
            yield at


def _blocks(request: Json) -> Iterator[_Block]:
    """All that may have a mark, in the order of the prompt."""
    for number, tool in _mappings(request.get("tools")):
        yield _Block(("tools", number), tool, "input_schema" in tool and not tool.get("defer_loading"))
    system = request.get("system")
    if isinstance(system, str):
        yield _Block(("system",), {}, bool(system.strip()), is_text=True)
    for number, block in _mappings(system):
        yield _Block(("system", number), block, _is_full_text(block))
    for number, message in _mappings(request.get("messages")):
        is_turn = message.get("role") in ("user", "assistant")
        for index, block in _mappings(message.get("content")):
            path = ("messages", number, "content", index)
            for inner, piece in _mappings(block.get("content")):
                yield _Block((*path, "content", inner), piece, can_end=False)
            yield _Block(path, block, is_turn and (block.get("type") in _CAN_END or _is_full_text(block)))


def _is_full_text(block: Mapping[str, Any]) -> bool:
    """Whether it is a text; an empty one takes no mark."""
    text = block.get("text")
    return block.get("type") == "text" and isinstance(text, str) and bool(text.strip())


def _mappings(value: object) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, item in enumerate(value if isinstance(value, list) else ()):
        if isinstance(item, Mapping):
            yield number, item
