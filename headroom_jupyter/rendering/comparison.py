"""Original and shown text side by side: which pieces are the same, rewritten, left out or added.

It goes by a result's spans; a general diff takes minutes on such pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from headroom_jupyter.ccr.marker import scan
from headroom_jupyter.compressors.base import Span

__all__ = ["Change", "Piece", "compare", "line_range"]

Change = Literal["same", "rewritten", "omitted", "added"]
# What a marker may stand in: a comment of any language that code is compressed in, and a line's end.
_COMMENT = " \t\r\n#/*-<!>.…\"'"


@dataclass(frozen=True, slots=True)
class Piece:
    """Half-open runs of the original and of the text that stand for each other."""

    change: Change
    source_start: int
    source_end: int
    text_start: int
    text_end: int


def compare(original: str, text: str, spans: Sequence[Span]) -> list[Piece]:
    r"""The pieces in order, neighbours of one sort joined.

    >>> [piece.change for piece in compare("a\nb\nc\n", "a\n<<2-3>>\n", [(0, 2, 0, 2), (2, 6, 2, 10)])]
    ['same', 'omitted']
    """
    out: list[Piece] = []
    for span in spans:
        change = _change(original, text, *span)
        last = out[-1] if out else None
        if last and last.change == change and change in ("same", "added"):
            out[-1] = Piece(change, last.source_start, span[1], last.text_start, span[3])
        else:
            out.append(Piece(change, *span))
    return out


def _change(original: str, text: str, source_start: int, source_end: int, start: int, end: int) -> Change:
    if source_end == source_start:
        return "added"
    if end - start == source_end - source_start and original[source_start:source_end] == text[start:end]:
        return "same"
    return "omitted" if _is_marker(text[start:end]) else "rewritten"


def _is_marker(shown: str) -> bool:
    """Whether nothing stands there but markers, in a comment perhaps."""
    if len(shown) > 4000:
        return False
    at, rest = 0, []
    for start, end, _ in scan(shown):
        rest.append(shown[at:start])
        at = end
    return not "".join([*rest, shown[at:]]).strip(_COMMENT) and (at > 0 or not shown.strip())


def line_range(text: str, start: int, end: int) -> tuple[int, int]:
    r"""First and last line, from 1, of a run of characters.

    >>> line_range("a\nb\nc\n", 2, 6)
    (2, 3)
    """
    first = text.count("\n", 0, start) + 1
    return first, first + text.count("\n", start, max(start, end - 1))
