"""Lines that a person pinned are in the result, come what may.

A line that was left out comes back at its place, and the mark that stood for it says so; where the text has no such
place, since it is no run of lines, it stands below, with its number. It compresses nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from headroom_jupyter.ccr.marker import Marker, parse, scan
from headroom_jupyter.compressors.base import Span, line_starts
from headroom_jupyter.context.asking import Lines
from headroom_jupyter.errors import MarkerError
from headroom_jupyter.forms import fill_spans

__all__ = ["Pinned", "phrases", "pinned"]

_TELLING = 12  # characters; a shorter line may stand somewhere by chance
_MOST_PHRASES = 4
_LONGEST_PHRASE = 80


@dataclass(frozen=True, slots=True)
class Pinned:
    """The text with the pinned lines, and the spans that go with it; `below` counts lines that stand at its end."""

    text: str
    spans: tuple[Span, ...]
    below: int = 0


def phrases(original: str, lines: Sequence[Lines]) -> str:
    """What to add to a query, so that a compressor keeps the lines by itself where it can."""
    found = [" ".join(text.split())[:_LONGEST_PHRASE].replace('"', " ") for _, text, _ in _pins(original, lines)]
    return " ".join(f'"{text}"' for text in found[:_MOST_PHRASES] if len(text) > 2)


def pinned(text: str, original: str, spans: Sequence[Span], lines: Sequence[Lines]) -> Pinned:
    r"""A compressed text, with those of the lines that it does not show.

    >>> original = "a\nb\nc\nd\n"
    >>> spans = [(0, 2, 0, 2), (2, 6, 2, 33), (6, 8, 33, 35)]
    >>> print(pinned("a\n<<ccr:0123456789ab lines 2-3>>\nd\n", original, spans, [(3, 3)]).text)
    a
    <<ccr:0123456789ab lines 2>>
    c
    d
    <BLANKLINE>
    """
    shown = {line.strip() for line in text.split("\n")}
    below = []
    for number, line, start in _pins(original, lines):
        if _is_shown(line, start, text, original, spans, shown):
            continue
        placed = _placed(text, original, spans, number, line, start)
        if placed is None:
            below.append(f"line {number}: {line}\n")
        else:
            text, spans = placed.text, placed.spans
    if below:
        text = f"{text}{'' if text.endswith(chr(10)) or not text else chr(10)}[pinned:]\n{''.join(below)}"
    return Pinned(text, tuple(fill_spans(spans, len(original), len(text))), len(below))


def _pins(original: str, lines: Sequence[Lines]) -> Iterator[tuple[int, str, int]]:
    """Number, text and offset of each pinned line, once, in order; those behind the last line are none."""
    starts = line_starts(original)
    seen = 0
    for first, last in lines:
        for number in range(max(first, seen + 1), min(last, len(starts) - 1) + 1):
            start = starts[number - 1]
            end = original.find("\n", start)
            yield number, original[start : len(original) if end < 0 else end], start
            seen = number


def _is_shown(line: str, start: int, text: str, original: str, spans: Sequence[Span], shown: set[str]) -> bool:
    """Whether it stands there: as an exact copy at its place, or word for word where it cannot be by chance."""
    said = line.strip()
    if not said or (len(said) >= _TELLING and (said in shown or said in text)):
        return True
    at = _span_at(spans, start)
    if at is None:
        return False
    a, b, c, d = spans[at]
    return start + len(line) <= b and original[a:b] == text[c:d]


def _span_at(spans: Sequence[Span], offset: int) -> int | None:
    return next((index for index, (a, b, _, _) in enumerate(spans) if a <= offset < b), None)


def _placed(text: str, original: str, spans: Sequence[Span], number: int, line: str, start: int) -> Pinned | None:
    """The line at its place, its mark split in two; None where what stands there is no mark of lines."""
    index = _span_at(spans, start)
    if index is None:
        return None
    a, b, c, d = spans[index]
    end = min(b, start + len(line) + 1)
    piece = text[c:d]
    marker = _marker(piece, text[:c])
    if marker is None or not any(first <= number <= last for first, last in marker.ranges):
        return None
    before = tuple((first, min(last, number - 1)) for first, last in marker.ranges if first < number)
    after = tuple((max(first, number + 1), last) for first, last in marker.ranges if last > number)
    if not before and not after and marker.unit is not None:  # later marks lean on this one
        return None
    head, tail = piece[: piece.index("<<")], piece[piece.rindex(">>") + 2 :]
    halves = [_half(marker, before, is_first=True), _half(marker, after, is_first=not before)]
    up, down = (f"{head}{half}{tail}" if half else "" for half in halves)
    shown = f"{line}\n"
    new = f"{up}{shown}{down}"
    grown = len(new) - len(piece)
    middle = c + len(up)
    inner = [(a, start, c, middle), (start, end, middle, middle + len(shown)), (end, b, middle + len(shown), d + grown)]
    moved = [(s, e, t + grown, u + grown) for s, e, t, u in spans[index + 1 :]]
    kept = [span for span in inner if span[1] > span[0] or span[3] > span[2]]
    return Pinned(text[:c] + new + text[d:], (*spans[:index], *kept, *moved))


def _marker(piece: str, before: str) -> Marker | None:
    """The mark that a piece is, when it is one of lines on a line of its own."""
    if not piece.endswith("\n"):
        return None
    try:
        marker = parse(piece.strip())
    except MarkerError:
        return None
    units = [marker, *(known for _, _, known in scan(before))] if marker.unit is None else [marker]
    told = next((known for known in [units[0], *reversed(units[1:])] if known.unit is not None), None)
    return marker if marker.ranges and told is not None and told.unit == "lines" and not told.at else None


def _half(marker: Marker, ranges: Sequence[Lines], *, is_first: bool) -> str:
    """One of the two marks; its summary would no longer be true."""
    if not ranges:
        return ""
    if is_first:
        return replace(marker, ranges=tuple(ranges), summary="").render()
    return Marker(None, None, tuple(ranges)).render()
