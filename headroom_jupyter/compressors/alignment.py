"""How a shortened text lies over its original, found by comparing lines, where the compressor's own spans are missing.

Lines that stand once in both are anchors; from each the match grows over equal neighbours. It takes time in proportion
to the number of lines, which a general diff does not.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections import Counter

from headroom_jupyter.compressors.base import Span, line_starts

__all__ = ["aligned"]


def aligned(source: str, text: str) -> list[Span]:
    r"""Spans of lines that both have, in order.

    >>> aligned("a\nb\nc\nd\n", "a\n<<lines 2-3>>\nd\n")
    [(0, 2, 0, 2), (6, 8, 16, 18)]
    """
    ours, theirs = _lines(source), _lines(text)
    pairs = _grown(_increasing(_anchors(ours, theirs)), ours, theirs)
    before, after = line_starts(source), line_starts(text)
    out: list[Span] = []
    for index, other in pairs:
        a, b, c, d = before[index], before[index + 1], after[other], after[other + 1]
        if out and out[-1][1] == a and out[-1][3] == c:
            out[-1] = (out[-1][0], b, out[-1][2], d)
        else:
            out.append((a, b, c, d))
    return out


def _lines(text: str) -> list[str]:
    starts = line_starts(text)
    return [text[a:b] for a, b in itertools.pairwise(starts)]


def _anchors(ours: list[str], theirs: list[str]) -> list[tuple[int, int]]:
    once, once_too = Counter(ours), Counter(theirs)
    places = {line: index for index, line in enumerate(ours) if once[line] == 1}
    return [(places[line], other) for other, line in enumerate(theirs) if once_too[line] == 1 and line in places]


def _increasing(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of pairs in which both numbers grow."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for number, (index, _) in enumerate(pairs):
        at = bisect_left(tails, index)
        before.append(ends[at - 1] if at else -1)
        tails[at : at + 1] = [index]
        ends[at : at + 1] = [number]
    out = []
    at = ends[-1] if ends else -1
    while at >= 0:
        out.append(pairs[at])
        at = before[at]
    return out[::-1]


def _grown(anchors: list[tuple[int, int]], ours: list[str], theirs: list[str]) -> list[tuple[int, int]]:
    """The anchors with the equal lines around them."""
    out: list[tuple[int, int]] = []
    last = (-1, -1)
    for number, (index, other) in enumerate(anchors):
        if index <= last[0] or other <= last[1]:
            continue
        up = 1
        while index - up > last[0] and other - up > last[1] and ours[index - up] == theirs[other - up]:
            up += 1
        limit = anchors[number + 1] if number + 1 < len(anchors) else (len(ours), len(theirs))
        down = 1
        while index + down < limit[0] and other + down < limit[1] and ours[index + down] == theirs[other + down]:
            down += 1
        out += [(index + step, other + step) for step in range(1 - up, down)]
        last = (index + down - 1, other + down - 1)
    return out
