"""What the public functions give back; it computes nothing, and how it looks is up to `rendering`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from headroom_jupyter.compressors.base import Span
from headroom_jupyter.messages import Block, Path
from headroom_jupyter.rendering.shown import headline, percent

__all__ = ["CompressResult", "Decision", "TextResult"]

_COLUMNS = ("message", "block", "kind", "compressor", "fidelity", "before", "after", "why")


@dataclass(frozen=True, slots=True)
class Decision:
    """What was done with one block, and why.

    `message` and `block` are indices from 0; `refs` names the stored original of a changed block; `reason` says why
    the block was kept, cut or left alone.
    """

    message: int
    block: int
    kind: str
    compressor: str
    fidelity: str
    tokens_before: int
    tokens_after: int
    refs: tuple[str, ...]
    reason: str
    elapsed_ms: float

    @property
    def is_changed(self) -> bool:
        """Whether the block's text was replaced."""
        return self.fidelity != "verbatim"


@dataclass(frozen=True)
class CompressResult:
    """A compressed message list with its account.

    `tokens_after` includes, once per conversation, the definition of the retrieve tool if a marker was given out.
    `is_estimate` is True where the model's vocabulary is not public and tokens are counted in o200k.
    `error` is None, or why the store kept texts from being changed: all, or those whose decisions give it as reason.
    `budget_met` is None when no budget was asked for.
    `changes` are the new texts, each by its path from the message list.
    """

    messages: list[Any]
    tokens_before: int
    tokens_after: int
    decisions: tuple[Decision, ...]
    error: str | None = None
    budget_met: bool | None = None
    is_estimate: bool = False
    changes: Mapping[Path, str] = field(default_factory=dict, repr=False, compare=False)
    _expand: Callable[[], list[Any]] = field(default=list, repr=False, compare=False)
    _blocks: Callable[[], list[tuple[Block, str]]] = field(default=list, repr=False, compare=False)

    @property
    def tokens_saved(self) -> int:
        """Tokens the model need not read."""
        return self.tokens_before - self.tokens_after

    @property
    def saved_fraction(self) -> float:
        """Share saved, 0 to 1."""
        return self.tokens_saved / self.tokens_before if self.tokens_before else 0.0

    def expand(self) -> list[Any]:
        """The original messages, equal to the input.

        Raises:
            MissingOriginal: the store no longer holds an original.
        """
        return self._expand()

    def blocks(self) -> list[tuple[Block, str]]:
        """For each decision its block as it came in, and the text that it has now."""
        return self._blocks()

    def __repr__(self) -> str:
        return "\n".join([headline(self), *_text_table([_cells(decision) for decision in self.decisions])])

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        """How a notebook shows it."""
        from headroom_jupyter.rendering.bundle import messages_bundle  # noqa: PLC0415  # loaded when first shown

        return messages_bundle(self, repr(self))


@dataclass(frozen=True)
class TextResult:
    """One compressed text with its account; `text` equals `original` when nothing was gained.

    `is_estimate` is True where `tokens_before` was not counted: the original is too large to be written out for that,
    and `original` takes its time.
    """

    text: str
    _original: str | Callable[[], str]
    kind: str
    compressor: str
    fidelity: str
    tokens_before: int
    tokens_after: int
    refs: tuple[str, ...]
    reason: str = ""
    budget_met: bool | None = None
    is_estimate: bool = False
    _spans: Callable[[], list[Span]] = field(default=list, repr=False, compare=False)

    @cached_property
    def original(self) -> str:
        """What was compressed, as a text."""
        return self._original if isinstance(self._original, str) else self._original()

    @property
    def saved_fraction(self) -> float:
        """Share saved, 0 to 1."""
        return 1 - self.tokens_after / self.tokens_before if self.tokens_before else 0.0

    def expand(self) -> str:
        """The original text."""
        return self.original

    def spans(self) -> list[Span]:
        """(source_start, source_end, text_start, text_end) in order, covering both texts; worked out now."""
        return self._spans()

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        about = "about " if self.is_estimate else ""
        return (
            f"TextResult({self.kind or 'text'}, {self.fidelity},"
            f" {about}{self.tokens_before:,} → {self.tokens_after:,} tokens,"
            f" {percent(self.tokens_before, self.tokens_after)} saved{f', {self.reason}' if self.reason else ''})"
        )

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        """How a notebook shows it."""
        from headroom_jupyter.rendering.bundle import text_bundle  # noqa: PLC0415  # loaded when first shown

        return text_bundle(self)


def _cells(decision: Decision) -> tuple[str, ...]:
    return (
        str(decision.message),
        str(decision.block),
        decision.kind,
        decision.compressor,
        decision.fidelity,
        f"{decision.tokens_before:,}",
        f"{decision.tokens_after:,}",
        decision.reason,
    )


def _text_table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    table = [_COLUMNS, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(_COLUMNS))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]
