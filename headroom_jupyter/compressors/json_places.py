"""Where the pieces of a form stand in the JSON text that they were made of; worked out when spans are asked for.

Pieces name values by their path. It builds no value, and knows nothing of what a form looks like.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from headroom_jupyter.compressors.base import Compressed, Range, Span
from headroom_jupyter.compressors.json_source import Entry, entries, large_spans, root_entries, value_end
from headroom_jupyter.compressors.json_tables import Path

__all__ = ["Path", "Pieces"]

_ESCAPE = re.compile(r"\\(?:u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|u[\da-fA-F]{4}|.)", re.DOTALL)
_LARGE = 60  # characters; the end of a smaller value is looked for again when it is needed


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run of a form: the value at `path`, or `chars` of the text there (a string, or strings one after the other)."""

    path: Path
    start: int
    end: int
    chars: Range | None = None
    between: str = ""


@dataclass
class Pieces:
    r"""Runs of a form in the order in which they are written, each with the value that it shows.

    >>> pieces = Pieces()
    >>> pieces.add(("a", 1), 0, 2)
    >>> pieces.add(("b",), 2, 4, chars=(1, 3))
    >>> pieces.spans('{"a": [10, 20], "b": "x\\nz"}')
    ((11, 13, 0, 2), (23, 26, 2, 4))
    """

    _pieces: list[_Piece] = field(default_factory=list)

    def add(self, path: Path, start: int, end: int, *, chars: Range | None = None, between: str = "") -> None:
        """Say of `start:end` of the form what it shows; `between` stands between the strings that were joined."""
        if end > start:
            self._pieces.append(_Piece(path, start, end, chars, between))

    def add_part(self, path: Path, part: Compressed, start: int, *, between: str = "") -> None:
        """Say of a part's result, written at `start`, that it shows the text at `path`."""
        if not part.spans:
            self.add(path, start, start + len(part.text))
        for a, b, c, d in part.spans:
            self.add(path, start + c, start + d, chars=(a, b), between=between)

    def spans(self, text: str) -> tuple[Span, ...]:
        """The runs with their places in `text`, as many of them as are in order; none if `text` cannot be read."""
        try:
            found = _found(text, {piece.path for piece in self._pieces})
            return _in_order(list(_placed(self._pieces, found, text)))
        except (ValueError, RecursionError):
            return ()


def _placed(pieces: Sequence[_Piece], found: Mapping[Path, Entry], text: str) -> Iterator[Span]:
    texts: dict[Path, _Text] = {}
    for piece in pieces:
        if piece.path not in found:
            continue
        place = found[piece.path]
        first, last = place.start, place.end
        if piece.chars is not None:
            if piece.path not in texts:
                texts[piece.path] = _Text(text, place.value, piece.between)
            first, last = map(texts[piece.path].place, piece.chars)
        if first < last:
            yield first, last, piece.start, piece.end


def _in_order(spans: Sequence[Span]) -> tuple[Span, ...]:
    """The spans that show most of a form while both texts run forwards; they are in the form's order.

    >>> _in_order([(0, 5, 0, 5), (20, 25, 5, 10), (5, 10, 10, 12), (10, 20, 12, 14)])
    ((0, 5, 0, 5), (20, 25, 5, 10))
    """
    ends: list[int] = []  # of chains of spans, in the source; a later one shows more
    shown: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for number, (start, end, a, b) in enumerate(spans):
        at = bisect_right(ends, start)
        before.append(last[at - 1] if at else -1)
        total = (shown[at - 1] if at else 0) + b - a
        place = bisect_left(ends, end)
        if place and shown[place - 1] >= total or place < len(ends) and ends[place] == end and shown[place] >= total:
            continue
        stop = place
        while stop < len(ends) and shown[stop] <= total:
            stop += 1
        ends[place:stop], shown[place:stop], last[place:stop] = [end], [total], [number]
    out: list[Span] = []
    at = last[-1] if last else -1
    while at >= 0:
        out.append(spans[at])
        at = before[at]
    return tuple(reversed(out))


def _found(text: str, wanted: Collection[Path]) -> dict[Path, Entry]:
    """The entries at some paths, each up to where the next one begins, by one walk through what holds them."""
    inner = {path[:depth] for path in wanted for depth in range(len(path))}
    known = large_spans(text, _LARGE)
    begin = len(text) - len(text.lstrip())
    out: dict[Path, Entry] = {(): Entry("", begin, begin, len(text))} if () in wanted else {}
    stack: list[tuple[Path, Iterator[Entry]]] = [((), root_entries(text, known) or iter(()))]
    while stack:
        above, children = stack.pop()
        before: Path | None = None
        for entry in children:
            path = (*above, entry.step)
            if before in out:
                out[before] = out[before]._replace(end=entry.start)
            if path in wanted:
                out[path] = entry
            if path in inner and text[entry.value] in "[{":
                stack.append((path, entries(text, entry.value, known)))
            before = path
    return out


class _Text:
    """A JSON string, or an array of strings joined: where each character of the text stands in the source."""

    def __init__(self, source: str, value: int, between: str) -> None:
        self._chars: list[int] = []
        self._places: list[int] = []
        at = 0
        for start in [part.value for part in entries(source, value)] if source[value] == "[" else [value]:
            at = self._read(source, start, at) + len(between)

    def place(self, char: int) -> int:
        """The offset in the source of a character of the text."""
        index = bisect_right(self._chars, char) - 1
        return self._places[index] + char - self._chars[index]

    def _read(self, source: str, start: int, at: int) -> int:
        """Note where the string at `start` begins, and where it goes on after each escape; answer with its end."""
        if source[start] != '"':
            raise ValueError(f"no string at character {start + 1}")
        end = value_end(source, start) - 1
        self._note(at, start + 1)
        drift = start + 1 - at
        for escape in _ESCAPE.finditer(source, start + 1, end):
            drift += len(escape.group()) - 1
            self._note(escape.end() - drift, escape.end())
        return end - drift

    def _note(self, char: int, place: int) -> None:
        self._chars.append(char)
        self._places.append(place)
