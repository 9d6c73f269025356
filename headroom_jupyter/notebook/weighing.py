"""How much each cell matters to a reader now: what failed, what it needs, what is asked about, what is recent."""

from __future__ import annotations

import re
from collections.abc import Sequence

from headroom_jupyter.notebook.book import BookCell
from headroom_jupyter.notebook.outputs import text_of
from headroom_jupyter.selection import Query, relevance_of

__all__ = ["needed_by", "weights"]

_LEAST = 0.3
_FAILED, _LAST, _NEEDED, _ASKED = 4.0, 2.0, 2.0, 4.0
_FADES = 0.7  # what a needed cell needs counts this much less
_HALF = 5  # cells after which recency has halved
_DEEPEST = 12
_READ = 20_000  # characters of an output in which the question's words are looked for, from each end
_HEADING = re.compile(r"^#{1,6} ", re.MULTILINE)


def weights(cells: Sequence[BookCell], query: str) -> list[float]:
    """A weight for each cell, at least 0.3."""
    out = [_LEAST] * len(cells)
    order = sorted((i for i, cell in enumerate(cells) if cell.count), key=lambda i: cells[i].count)
    for age, index in enumerate(reversed(order)):
        out[index] += 0.5 ** (age / _HALF)
        out[index] += _FAILED if cells[index].is_failed else 0.0
    if order:
        out[order[-1]] += _LAST
    roots = [index for index in order if cells[index].is_failed] + order[-1:]
    for index, depth in needed_by(cells, roots).items():
        out[index] += _NEEDED * _FADES**depth if depth else 0.0
    hits = relevance_of(Query(query), [_words(cell) for cell in cells])
    best = max(hits.values(), default=1.0) or 1.0
    for index, score in hits.items():
        out[index] += _ASKED * score / best
    for index, cell in enumerate(cells):
        if cell.kind != "code" and _HEADING.search(cell.source):
            out[index] += 0.2
    return out


def needed_by(cells: Sequence[BookCell], roots: Sequence[int]) -> dict[int, int]:
    """The cells that made what some cells use, and what those use in turn: index to distance, 0 for the roots."""
    found = dict.fromkeys(roots, 0)
    front = list(roots)
    for depth in range(1, _DEEPEST + 1):
        reached = {maker for index in front for maker in _makers(cells, index)} - set(found)
        found.update(dict.fromkeys(sorted(reached), depth))
        front = sorted(reached)
        if not front:
            break
    return found


def _makers(cells: Sequence[BookCell], index: int) -> set[int]:
    """For each name that a cell uses, the last cell that bound it before, or else the last that did."""
    user = cells[index]
    out = set()
    for name in user.names.uses:
        makers = [i for i, cell in enumerate(cells) if i != index and cell.kind == "code" and name in cell.names.binds]
        earlier = [i for i in makers if _when(cells, i) < _when(cells, index)]
        if earlier or makers:
            out.add(max(earlier or makers, key=lambda i: _when(cells, i)))
    return out


def _when(cells: Sequence[BookCell], index: int) -> tuple[int, int]:
    return cells[index].count, index


def _words(cell: BookCell) -> str:
    texts = [cell.source]
    for output in cell.outputs:
        text = text_of(output)
        texts += [text] if len(text) <= 2 * _READ else [text[:_READ], text[-_READ:]]
    return "\n".join(texts)
