"""A block that repeats an earlier one: said by reference, or as a diff; pure, it looks nothing up.

Only what the earlier message shows may be left out here: every unit that this block's query selects must be
readable in one place or the other.
"""

from __future__ import annotations

import difflib
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from headroom_jupyter.ccr.marker import Marker
from headroom_jupyter.compression import Source
from headroom_jupyter.compressors.base import line_starts, runs
from headroom_jupyter.forms import Form

__all__ = ["Earlier", "changed_from", "same_as"]

Hidden = tuple[tuple[int, int], ...]
_MOST_LINES = 3000  # of the changed middle of two versions; difflib takes quadratic time in the worst case


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier block: its place (messages counted from 1), its original, what the message shows of it."""

    message: int
    ref: str
    source: Source
    shown: str
    hidden: Hidden | None


def same_as(earlier: Earlier, ref: str, own: Form, text: str) -> str | None:
    """The reference to an equal block, followed by the lines which that one hides and this block's form shows.

    None when it is not known what either of them shows.
    """
    marker = Marker(ref, note=f"same as message {earlier.message}").render()
    if earlier.shown == (text if own.text is None else own.text):
        return marker
    if earlier.hidden is None or own.hidden is None:
        return None
    starts = line_starts(text)
    missing = sorted(_touched(earlier.hidden, starts) - _whole(own.hidden, starts))
    pieces = [marker]
    for first, last, is_missing in runs(missing, len(starts) - 1):
        if is_missing:
            pieces += [f"lines {first + 1}-{last}:", text[starts[first] : starts[last]].removesuffix("\n")]
    return "\n".join(pieces)


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


def _touched(hidden: Hidden, starts: Sequence[int]) -> set[int]:
    """Lines of which something is hidden."""
    found: set[int] = set()
    for start, end in hidden:
        found.update(range(bisect_right(starts, start) - 1, bisect_right(starts, max(start, end - 1))))
    return found


def _whole(hidden: Hidden, starts: Sequence[int]) -> set[int]:
    """Lines of which everything is hidden; a line's end may show."""
    found: set[int] = set()
    for start, end in hidden:
        found.update(range(bisect_left(starts, start), bisect_right(starts, end + 1) - 1))
    return found


def _is_shown(
    equal: Sequence[tuple[int, int, int]], old_hidden: Hidden, old_starts: list[int], hidden: Hidden, starts: list[int]
) -> bool:
    """Whether each unchanged line that our form shows is a line that the earlier form shows."""
    if not old_hidden:
        return True
    gone, out = _touched(old_hidden, old_starts), _whole(hidden, starts)
    return all(a + i not in gone or b + i in out for a, b, size in equal for i in range(size))
