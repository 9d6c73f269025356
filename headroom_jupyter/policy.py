"""What must not change, and why: one ordered table, the first row that applies decides."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from headroom_jupyter.messages import Block

__all__ = ["RETRIEVE_NAME", "TABLE", "Protect", "Situation", "is_retrieve", "verdict"]

RETRIEVE_NAME = "headroom_retrieve"
Protect = Callable[[Block], "str | None"]
# MCP clients put a server's name before a tool's: mcp__headroom__headroom_retrieve, headroom.headroom_retrieve
_ALIAS = re.compile(r"(?:^|[^a-z0-9])headroom[-_.]?retrieve$")


@dataclass(frozen=True, slots=True)
class Situation:
    """What a row may look at beside the block itself."""

    frozen: int = 0
    compress_user: bool = False
    protect: Protect | None = None
    is_issued: bool = False
    min_tokens: int = 0


Row = tuple[Callable[[Block, Situation], object], str]

TABLE: tuple[Row, ...] = (
    (lambda b, s: b.message < s.frozen, "frozen message"),
    (lambda b, s: b.part == "image", "image"),
    (lambda b, s: b.part == "call", "tool call"),
    (lambda b, s: b.part == "opaque", "signed, encrypted or unknown block"),
    (lambda b, s: b.role == "system", "system text"),
    (lambda b, s: b.role == "assistant", "assistant text"),
    (lambda b, s: b.role == "tool" and is_retrieve(b.tool), "retrieved on demand"),
    (lambda b, s: s.is_issued, "already compressed"),
    (lambda b, s: b.role == "user" and not s.compress_user, "user text; compress_user=True compresses pasted data"),
    (lambda b, s: len(b.text) < s.min_tokens, "too small to pay"),
)


def is_retrieve(tool: str) -> bool:
    """Whether a tool is our own retrieve tool, under its name or an alias that an MCP client gave it.

    >>> is_retrieve("mcp__headroom__headroom_retrieve"), is_retrieve("retrieve")
    (True, False)
    """
    return _ALIAS.search(tool.lower()) is not None


def verdict(block: Block, situation: Situation) -> str | None:
    """Why the block must stay as it is, or None when it may change.

    A token is at least one character, so the last row is a lower bound that costs no count.
    The caller's `protect` is asked last; the reason it gives is quoted.
    """
    for applies, reason in TABLE:
        if applies(block, situation):
            return reason
    told = situation.protect(block) if situation.protect else None
    return f"protected: {told}" if told else None
