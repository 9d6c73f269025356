"""A block that repeats an earlier one: said by reference, or as a diff; pure, it looks nothing up.

Only what the earlier message shows may be left out here: every unit that this block's query selects must be
readable in one place or the other.
"""

from __future__ import annotations

import difflib
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from headroom_jupyter.ccr.marker import Marker
from headroom_jupyter.compression import Source
from headroom_jupyter.compressors.base import line_starts
from headroom_jupyter.forms import Form

__all__ = ["Earlier", "changed_from", "same_as"]

Runs = tuple[tuple[int, int], ...]
_MOST_LINES = 3000  # of the changed middle of two versions; difflib takes quadratic time in the worst case


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier block: its place (messages counted from 1), its original, what the message shows of it."""

    message: int
    ref: str
    source: Source
    shown: str
    hidden: Runs | None


def same_as(earlier: Earlier, ref: str, own: Form, own_text: str) -> str | None:
    """The reference to an equal block, None when that one hides something this block's own form would show."""
    is_covered = earlier.shown == own_text or (
        earlier.hidden is not None and own.hidden is not None and _within(earlier.hidden, own.hidden)
    )
    return Marker(ref, note=f"same as message {earlier.message}").render() if is_covered else None


def changed_from(earlier: Earlier, ref: str, own: Form, text: str) -> str | None:
    """The diff to an earlier version, None when it is too large or leans on lines the earlier message hides."""
    if earlier.hidden is None or own.hidden is None:
        return None
    before = earlier.source.original
    old, new = before.split("\n"), text.split("\n")
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    if max(len(old), len(new)) - head - tail > _MOST_LINES:
        return None
    matcher = difflib.SequenceMatcher(None, old[head : len(old) - tail], new[head : len(new) - tail], autojunk=False)
    equal = [(head + a, head + b, size) for a, b, size in matcher.get_matching_blocks() if size]
    equal = [(0, 0, head), *equal, (len(old) - tail, len(new) - tail, tail)]
    if not _is_shown(equal, earlier.hidden, line_starts(before), own.hidden, line_starts(text)):
        return None
    diff = list(difflib.unified_diff(old, new, "before", "now", lineterm="", n=2))
    marker = Marker(ref, note=f"changed from message {earlier.message}").render()
    return "\n".join([marker, *diff[2:]]) if diff else None


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    size = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        size += 1
    return size


def _within(inner: Runs, outer: Runs) -> bool:
    """Whether every run of `inner` lies in one of `outer`."""
    starts = [start for start, _ in outer]
    for start, end in inner:
        at = bisect_right(starts, start) - 1
        if at < 0 or outer[at][1] < end:
            return False
    return True


def _lines(runs: Runs, starts: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for start, end in runs:
        found.update(range(bisect_right(starts, start) - 1, bisect_right(starts, max(start, end - 1))))
    return found


def _is_shown(
    equal: Sequence[tuple[int, int, int]], old_hidden: Runs, old_starts: list[int], hidden: Runs, starts: list[int]
) -> bool:
    """Whether each unchanged line that our form shows is a line that the earlier form shows."""
    if not old_hidden:
        return True
    gone, out = _lines(old_hidden, old_starts), _lines(hidden, starts)
    return all(a + i not in gone or b + i in out for a, b, size in equal for i in range(size))
