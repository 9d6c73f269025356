"""What is known of columns, in words: a line for each, longer or shorter. It judges nothing."""

from __future__ import annotations

from collections.abc import Sequence

from headroom_jupyter.values.base import rounded
from headroom_jupyter.values.facts import FEW, Count, Facts

__all__ = ["column_lines", "numbered"]

_SIZES = 4  # from full to bare
_BARE = _SIZES - 1
_LONGEST_CELL = 40
_LONGEST_LINE = 420
_NANOS = {"D": 86_400_000_000_000, "s": 1_000_000_000, "ms": 1_000_000, "us": 1000, "ns": 1}
_STEPS = (("week", 604_800), ("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))
_FAR = 1.5  # of an outlier's score: an extreme that is only the end of its column has 1


def column_lines(columns: Sequence[Facts], room: int, wanted: str = "") -> list[str]:
    """A line for each column that varies, then those that do not, in about `room` characters.

    Args:
        columns: All columns.
        room: Characters for all lines.
        wanted: The question, in lower case; values it names get their count.
    """
    tail = _unvarying(columns)
    room -= sum(map(len, tail))
    varying = [facts for facts in columns if facts.kind not in ("constant", "empty")]
    lines: list[str] = []
    for size in range(_SIZES):
        lines = [_line(facts, size, wanted) for facts in varying]
        if sum(map(len, lines)) + len(lines) <= room:
            return lines + tail
    kept: list[str] = []
    left: list[str] = []
    for facts, line in zip(varying, lines, strict=True):
        room -= len(line) + 1
        (kept if room >= 0 else left).append(line if room >= 0 else facts.name)
    return [*kept, f"and {len(left):,} more columns: {_listed(left, 12)}", *tail]


def numbered(rows: Sequence[int], most: int = 8) -> str:
    """Rows as they are counted for a reader, from 1."""
    return ",".join(str(row + 1) for row in rows[:most]) + (",…" if len(rows) > most else "")


def _unvarying(columns: Sequence[Facts]) -> list[str]:
    constant = [f"{c.name}={_cut(c.low.cell)} ({c.dtype})" for c in columns if c.kind == "constant" and c.low]
    empty = [f"{c.name} ({c.dtype})" for c in columns if c.kind == "empty"]
    tail = [f"constant, the same in all rows: {_listed(constant, 40)}"] if constant else []
    return tail + ([f"missing in all rows: {_listed(empty, 40)}"] if empty else [])


def _line(facts: Facts, size: int, wanted: str) -> str:
    tell = {"number": _number, "span": _number, "time": _time, "category": _category, "text": _text}[facts.kind]
    parts = [tell(facts, size)]
    if facts.missing:
        parts.append(f"{facts.missing:,} missing")
    if facts.infinite:
        parts.append(f"{facts.infinite:,} infinite")
    if facts.nan:
        parts.append(f"{facts.nan:,} NaN")
    if facts.types:
        parts.append("mixed: " + ", ".join(f"{name} ×{count:,}" for name, count in list(facts.types.items())[:4]))
    if wanted:
        named = [c for c in facts.top if len(c.cell) > 2 and c.cell.lower() in wanted and c.cell not in parts[0]]
        parts += [f"{_cut(c.cell)} ×{c.count:,}" for c in named[:3]]
    dtype = f" {facts.dtype}" if size < _BARE else f" {facts.dtype[:18]}"
    line = f"{_cut(facts.name) or '(no name)'}{dtype}: {'; '.join(parts)}"
    return line if len(line) <= _LONGEST_LINE else line[: _LONGEST_LINE - 1] + "…"


def _number(facts: Facts, size: int) -> str:
    if facts.low is None or facts.high is None:
        return "no finite value"
    known = facts.rows - facts.missing - facts.infinite - facts.nan
    is_few = facts.distinct <= FEW and facts.distinct * 4 <= known
    if size == _BARE:
        text = f"{_short(facts.low)} to {_short(facts.high)}"
    elif facts.step:
        text = f"{facts.low.cell} to {facts.high.cell}, {facts.order} by {facts.step} each row"
    elif is_few:
        text = f"{facts.distinct} value{'s' if facts.distinct > 1 else ''}: "
        text += ", ".join(f"{c.cell} ×{c.count:,}" for c in facts.top)
    elif size > 1:
        text = f"{facts.low.cell} to " + (_where(facts.high) if facts.high.count == 1 else facts.high.cell)
    else:
        text = f"{_where(facts.low)} to {_where(facts.high)}"
    if facts.mean is not None and not facts.step and size < _BARE:
        text += f", mean {rounded(facts.mean) if size == 0 else _brief(facts.mean)}"
    if size == 0 and facts.deviation is not None and not facts.step and not is_few:
        text += f", std {rounded(facts.deviation)}, quartiles {'|'.join(map(rounded, facts.quartiles))}"
        text += ", all different" if facts.distinct == known else f", {facts.distinct:,} different"
        often = [count for count in facts.top[:1] if count.count > 0.3 * known and f"{count.cell} ×" not in text]
        text += "".join(f", {count.cell} ×{count.count:,}" for count in often)
        text += f", {facts.order}" if facts.order else ""
    if size == 1 and facts.dtype[:3].lower() != "flo" and not is_few and not facts.step:
        text += f", {facts.distinct:,} different"
    return text + _standing_out(facts, size)


def _standing_out(facts: Facts, size: int) -> str:
    far = sorted((row for row, score in facts.far.items() if score > _FAR), key=lambda row: (-facts.far[row], row))
    text = f"; far out: row{'s' if len(far) > 1 else ''} {numbered(far, 3 if size else 6)}" if far else ""
    for shift in facts.shifts[: 1 if size else 3]:
        text += f"; shifts at row {shift.row + 1} (mean {rounded(shift.before)} → {rounded(shift.after)})"
    return text + _rare(facts, size)


def _rare(facts: Facts, size: int) -> str:
    told = facts.rare[: (8, 4, 3, 2)[size]]
    more = f", {len(facts.rare) - len(told)} more" if len(facts.rare) > len(told) else ""
    return "; rare: " + ", ".join(f"{_cut(c.cell)} ×{c.count} (row {c.row + 1})" for c in told) + more if told else ""


def _time(facts: Facts, size: int) -> str:
    if facts.low is None or facts.high is None:
        return "no time"
    text = f"{facts.low.cell} to {facts.high.cell}"
    if facts.step:
        text += f", {_every(facts)}"
    if size < _BARE:
        known = facts.rows - facts.missing
        text += ", all different" if facts.distinct == known else f", {facts.distinct:,} different"
        text += f", {facts.order}" if facts.order else ", in no order"
    if facts.gap_count:
        shown = facts.gaps[: 1 if size else 3]
        gaps = ", ".join(f"{gap.before} → {gap.after} (row {gap.row + 1})" for gap in shown)
        text += f"; {'a gap' if facts.gap_count == 1 else f'{facts.gap_count:,} gaps'}: {gaps}"
        text += ", …" if facts.gap_count > len(shown) else ""
    return text


def _every(facts: Facts) -> str:
    nanos = facts.step * _NANOS.get(facts.unit, 1)
    for word, seconds in _STEPS:
        count, rest = divmod(nanos, seconds * 1_000_000_000)
        if not rest and count:
            return f"every {word}" if count == 1 else f"every {count} {word}s"
    return f"every {nanos / 1e9:g} seconds"


def _category(facts: Facts, size: int) -> str:
    shown = facts.top[: (FEW, 6, 5, 3)[size]]
    rare = {count.cell for count in facts.rare} if len(facts.top) == facts.distinct else set()
    text = ", ".join(f"{_cut(c.cell)} ×{c.count:,}" for c in shown if c.cell not in rare)
    more = facts.distinct - sum(c.cell not in rare for c in shown) - len(facts.rare)
    return f"{facts.distinct:,} values: {text}" + (f", {more:,} more" if more > 0 else "") + _rare(facts, size)


def _text(facts: Facts, size: int) -> str:
    known = facts.rows - facts.missing
    text = "all different" if facts.distinct == known else f"{facts.distinct:,} different"
    if size < _BARE and facts.top:
        text += ", most often " + ", ".join(f"{_cut(c.cell)} ×{c.count:,}" for c in facts.top[: 3 if size else 5])
    if size == 0 and facts.lengths[1]:
        text += f", {facts.lengths[0]:,} to {facts.lengths[1]:,} characters"
    if facts.repeated:
        told = (f"{_cut(c.cell)} ×{c.count} (row {c.row + 1})" for c in facts.repeated)
        text += "; repeated: " + ", ".join(told)
    return text


def _brief(number: float) -> str:
    return f"{number:.0f}" if 1000 <= abs(number) < 1e15 else f"{number:.4g}"


def _where(count: Count) -> str:
    return f"{count.cell} (row {count.row + 1})" if count.count == 1 else f"{count.cell} ×{count.count:,}"


def _short(count: Count) -> str:
    try:
        return rounded(float(count.cell)) if len(count.cell) > 8 else count.cell
    except ValueError:
        return count.cell


def _listed(words: Sequence[str], most: int) -> str:
    return ", ".join(words[:most]) + (f", … ({len(words):,} in all)" if len(words) > most else "")


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST_CELL else flat[: _LONGEST_CELL - 1] + "…"
