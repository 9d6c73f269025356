"""The compressors' one contract: what they are asked, what they give back, and a draft to build it with.

Nothing here counts tokens, stores an original or knows a reference: that is the pipeline's work.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from headroom_jupyter.selection import Query

__all__ = [
    "Ask",
    "Compressed",
    "Compressor",
    "Draft",
    "Fidelity",
    "Hints",
    "Level",
    "Omission",
    "Range",
    "Span",
    "line_of",
    "line_spans",
    "line_starts",
    "lossless",
    "runs",
    "sample",
    "verbatim",
]

Level = Literal["lossless", "faithful", "abridged"]
Fidelity = Literal["verbatim", "lossless", "faithful", "abridged"]
Span = tuple[int, int, int, int]
Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known of a text beside the text; every field may be empty."""

    tool: str = ""
    arguments: str = ""
    path: str = ""
    mime: str = ""


@dataclass(frozen=True, slots=True)
class Omission:
    """Whole units left out, and where their marker stands.

    `ranges` are 1-based and inclusive, counted in `unit` over the source, or over the part of it that `at` names
    (`$.items`, `cell 12 output 0`, `lines 30-80`). `total` is how many units that source or part has. `source` holds
    the same runs as half-open character offsets in the source. `offset` is where in `Compressed.text` the marker
    goes; the pipeline writes `before + marker + after` there. Unit "reformatted" has no ranges: a rewriting
    that cannot be inverted.
    """

    unit: str
    ranges: tuple[Range, ...]
    total: int
    offset: int
    at: str = ""
    summary: str = ""
    source: tuple[Range, ...] = ()
    before: str = ""
    after: str = "\n"


@dataclass(frozen=True, slots=True)
class Compressed:
    """A rewritten text without its markers, what it leaves out, and how far it can be trusted.

    `spans` are (source_start, source_end, text_start, text_end) of the pieces whose places are known, in order; gaps
    between them are filled in by whoever asks for all of them.
    """

    text: str
    omissions: tuple[Omission, ...] = ()
    fidelity: Fidelity = "verbatim"
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Ask:
    """What a compressor is asked for.

    `target_chars` is a goal for the length of the result: a lossless form that meets it needs no omission, and
    what the query names may exceed it, within reason. `route(part, hints, target_chars)` compresses a part of
    another kind; embed what it gives with `Draft.embed`. `hints` are those of the text itself. `wants_spans`: also
    the spans that take time to work out are of interest.
    """

    query: Query
    level: Level = "faithful"
    target_chars: int = 4000
    route: Callable[[str, Hints, int], Compressed] = field(default=lambda part, hints, target_chars: verbatim(part))
    hints: Hints = Hints()
    wants_spans: bool = False

    @property
    def may_omit(self) -> bool:
        """Whether whole units may be left out at this level."""
        return self.level != "lossless"


class Compressor(Protocol):
    """Knows one kind of content. Stateless and pure; `name` is the kind."""

    name: str

    def confidence(self, text: str, hints: Hints) -> float:
        """How sure it is that `text` is of its kind, 0 to 1, looking at a sample of bounded size."""
        ...

    def compress(self, text: str, ask: Ask) -> Compressed:
        """The shorter form; `verbatim(text)` when there is none."""
        ...

    def decode(self, text: str) -> str | None:
        """The original of a lossless form this compressor made, None if it made no such form."""
        ...


def verbatim(text: str) -> Compressed:
    """The answer of a compressor that has nothing to gain."""
    return Compressed(text)


def sample(text: str, size: int = 4800) -> str:
    """The first two thirds and the last third of `size` characters, cut at line ends where there are some."""
    if len(text) <= size:
        return text
    head, tail = text[: size * 2 // 3], text[-(size // 3) :]
    head = head[: head.rfind("\n") + 1] or head
    tail = tail[tail.find("\n") + 1 :] or tail
    return head + tail


def line_starts(text: str) -> list[int]:
    r"""Offsets of the lines of `text`, one more for its end; lines end at "\n" alone.

    >>> line_starts("a\nbc\n"), line_starts("a\nbc")
    ([0, 2, 5], [0, 2, 4])
    """
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    starts[-1] -= 1
    if len(starts) > 2 and starts[-1] == starts[-2]:
        starts.pop()
    return starts


def lossless(source: str, text: str, ask: Ask, units: Callable[[str], Iterable[tuple[int, int]]]) -> Compressed:
    """A lossless form, with its spans where they are wanted; `units` takes it apart as `line_spans` has it."""
    return Compressed(text, fidelity="lossless", spans=line_spans(source, text, units(text)) if ask.wants_spans else ())


def line_spans(source: str, text: str, units: Iterable[tuple[int, int]]) -> tuple[Span, ...]:
    r"""Spans of a form that goes through its source in order, by lines; nothing if the units miss the ends.

    Args:
        source: The original.
        text: Its form.
        units: How many lines of the form, and how many of the source, each unit takes; no line of source: notation.

    >>> line_spans("aa\nab\nb", "a:\na b\nb", [(1, 0), (1, 2), (1, 1)])
    ((0, 6, 3, 7), (6, 7, 7, 8))
    """
    before, after = ([*_line_heads(each), len(each)] for each in (source, text))
    out: list[Span] = []
    line = shown = 0
    for lines, source_lines in units:
        if line + source_lines >= len(before) or shown + lines >= len(after):
            return ()
        if lines and source_lines:
            out.append((before[line], before[line + source_lines], after[shown], after[shown + lines]))
        line, shown = line + source_lines, shown + lines
    return tuple(out) if (line, shown) == (len(before) - 1, len(after) - 1) else ()


def _line_heads(text: str) -> Iterator[int]:
    at = 0
    while at >= 0:
        yield at
        at = text.find("\n", at) + 1 or -1


def runs(indices: Iterable[int], total: int) -> list[tuple[int, int, bool]]:
    """Half-open runs (start, end, is_in) that cover 0..total, alternating in and out of sorted `indices`.

    >>> runs([2, 3, 7], 9)
    [(0, 2, False), (2, 4, True), (4, 7, False), (7, 8, True), (8, 9, False)]
    """
    out: list[tuple[int, int, bool]] = []
    at = 0
    for index in indices:
        if index > at:
            out.append((at, index, False))
        if index < at:
            continue
        if out and out[-1][2] and out[-1][1] == index:
            out[-1] = (out[-1][0], index + 1, True)
        else:
            out.append((index, index + 1, True))
        at = index + 1
    if at < total:
        out.append((at, total, False))
    return out


class Draft:
    """Builds a `Compressed` piece by piece, keeping account of offsets in both texts.

    >>> source = "one\\ntwo\\nthree\\nfour\\n"
    >>> draft = Draft(source)
    >>> draft.copy(0, 4)
    >>> draft.omit("lines", [(2, 3)], 4, source=[(4, 14)])
    >>> draft.copy(14, 19)
    >>> done = draft.done()
    >>> done.text, done.fidelity, done.omissions[0].offset
    ('one\\nfour\\n', 'faithful', 4)
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._pieces: list[str] = []
        self._length = 0
        self._omissions: list[Omission] = []
        self._spans: list[Span] = []

    @property
    def length(self) -> int:
        """Characters written so far, markers not counted."""
        return self._length

    def write(self, text: str, *, source: Range | None = None) -> None:
        """Add text of our own; `source` says which run of the source it stands for, when that is known."""
        if source is not None and text:
            self._spans.append((source[0], source[1], self._length, self._length + len(text)))
        self._pieces.append(text)
        self._length += len(text)

    def copy(self, start: int, end: int) -> None:
        """Add an exact copy of `source[start:end]`."""
        self.write(self._source[start:end], source=(start, end))

    def omit(
        self,
        unit: str,
        ranges: Sequence[Range],
        total: int,
        *,
        source: Sequence[Range] = (),
        at: str = "",
        summary: str = "",
        before: str = "",
        after: str = "\n",
    ) -> None:
        """Leave whole units out; their marker will stand here (see `Omission` for the terms)."""
        self._omissions.append(
            Omission(unit, tuple(ranges), total, self._length, at, summary, tuple(source), before, after)
        )

    def embed(self, part: Compressed, *, at: str = "", start: int | None = None) -> None:
        """Add a part's result; `at` names the part, `start` is its offset in the source if it is a slice of it."""
        for omission in part.omissions:
            moved = tuple((a + start, b + start) for a, b in omission.source) if start is not None else ()
            path = f"{at} {omission.at}".strip()
            self._omissions.append(replace(omission, offset=omission.offset + self._length, at=path, source=moved))
        if start is not None:
            is_copy = part.fidelity == "verbatim" and not part.spans and part.text
            spans = [(0, len(part.text), 0, len(part.text))] if is_copy else part.spans
            self._spans.extend((a + start, b + start, c + self._length, d + self._length) for a, b, c, d in spans)
        self._pieces.append(part.text)
        self._length += len(part.text)

    def lines(
        self, kept: Iterable[int], starts: Sequence[int], *, at: str = "", before: str = "", after: str = "\n"
    ) -> None:
        """Copy the kept lines (0-based, sorted) of the source and omit the others, one marker a gap."""
        total = len(starts) - 1
        for first, last, is_kept in runs(kept, total):
            start, end = starts[first], starts[last]
            if is_kept:
                self.copy(start, end)
                continue
            if self._pieces and not self._pieces[-1].endswith("\n"):
                self.write("\n")
            self.omit("lines", [(first + 1, last)], total, source=[(start, end)], at=at, before=before, after=after)

    def done(self, fidelity: Fidelity = "faithful") -> Compressed:
        """The result; `fidelity` is what it is when the text differs from the source."""
        text = "".join(self._pieces)
        if text == self._source and not self._omissions:
            return verbatim(text)
        return Compressed(text, tuple(self._omissions), fidelity, tuple(self._spans))


def line_of(starts: Sequence[int], offset: int) -> int:
    """The 0-based line in which the character at `offset` stands."""
    return min(bisect_right(starts, offset) - 1, len(starts) - 2)
