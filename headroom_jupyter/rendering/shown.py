"""What is rendered: the facts of a result, as the renderers read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from headroom_jupyter.compressors.base import Span
from headroom_jupyter.messages import Block

__all__ = [
    "ShownBlock",
    "ShownForm",
    "ShownMessages",
    "ShownText",
    "counts",
    "headline",
    "number",
    "percent",
    "title_of",
]


class ShownForm(Protocol):
    """What became of a text, and why."""

    @property
    def kind(self) -> str: ...
    @property
    def compressor(self) -> str: ...
    @property
    def fidelity(self) -> str: ...
    @property
    def tokens_before(self) -> int: ...
    @property
    def tokens_after(self) -> int: ...
    @property
    def refs(self) -> tuple[str, ...]: ...
    @property
    def reason(self) -> str: ...


class ShownText(ShownForm, Protocol):
    """One compressed text; `TextResult` is one."""

    @property
    def text(self) -> str: ...
    @property
    def original(self) -> str: ...
    @property
    def budget_met(self) -> bool | None: ...
    @property
    def is_estimate(self) -> bool: ...
    def spans(self) -> list[Span]:
        """As `TextResult.spans`."""
        ...


class ShownBlock(ShownForm, Protocol):
    """What was done with one block; `Decision` is one."""

    @property
    def message(self) -> int: ...
    @property
    def block(self) -> int: ...


class ShownMessages(Protocol):
    """A compressed message list; `CompressResult` is one."""

    @property
    def tokens_before(self) -> int: ...
    @property
    def tokens_after(self) -> int: ...
    @property
    def decisions(self) -> Sequence[ShownBlock]: ...
    @property
    def error(self) -> str | None: ...
    @property
    def budget_met(self) -> bool | None: ...
    @property
    def is_estimate(self) -> bool: ...
    def blocks(self) -> list[tuple[Block, str]]:
        """As `CompressResult.blocks`."""
        ...


def percent(before: int, after: int) -> str:
    """The share saved, rounded down: only what is empty has lost all.

    >>> percent(100_000, 40), percent(100, 100), percent(3, 2), percent(0, 0)
    ('99.9 %', '0 %', '33.3 %', '0 %')
    """
    tenths = (before - after) * 1000 // before if before else 0
    return f"{tenths // 10} %" if tenths % 10 == 0 else f"{tenths / 10:.1f} %"


def number(count: int, unit: str) -> str:
    """A count and its unit.

    >>> number(1, "line"), number(1234, "line")
    ('1 line', '1,234 lines')
    """
    return f"{count:,} {unit}{'' if count == 1 else 's'}"


def counts(result: ShownText | ShownMessages) -> str:
    """Tokens before and after."""
    about = "about " if result.is_estimate else ""
    return f"{about}{result.tokens_before:,} → {result.tokens_after:,} tokens"


def headline(result: ShownMessages) -> str:
    """Counts, saved share, and what else must be said, in one line."""
    head = f"{counts(result)} ({percent(result.tokens_before, result.tokens_after)} saved)"
    if result.budget_met is not None:
        head += "; budget met" if result.budget_met else "; budget NOT met"
    return head + (f"; left alone: {result.error}" if result.error else "")


def title_of(block: Block, decision: ShownBlock) -> str:
    """Where a block stands and what became of it, in a line."""
    part = {"call": "tool call", "image": "image", "opaque": "not read"}.get(block.part, decision.kind)
    cost = number(decision.tokens_before, "token")
    if decision.refs:
        cost = f"{decision.tokens_before:,} → {number(decision.tokens_after, 'token')}"
    words = [f"message {block.message}", block.role, block.tool[:60], part, cost]
    return " · ".join(word for word in words if word)
