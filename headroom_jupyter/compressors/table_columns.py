"""What the columns of a table hold: types, ranges, counts and gaps, and a summary of them in few words.

It chooses no rows; which rows stand out it only lists (`Column.strange`).
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import fsum

from headroom_jupyter.compressors.quantities import moment, quantity
from headroom_jupyter.compressors.quantities import number as plain_number
from headroom_jupyter.compressors.table_grid import Grid

__all__ = ["Column", "columns_of", "describe"]

_NULLS = frozenset(
    ("", "na", "n/a", "nan", "null", "none", "<na>", "nat", "-", "--", "?", "<none>", "<unset>", "nil", "...")
)
_FEW = 12  # distinct values that are all told
_LONGEST_VALUE = 40
_STEPS = ((604800.0, "week"), (86400.0, "day"), (3600.0, "hour"), (60.0, "minute"), (1.0, "second"))


@dataclass(frozen=True)
class Column:
    """One column: its cells without quotes and padding, and what they are.

    `kind` is "number", "date", "category", "text", "constant" or "empty"; `numbers` are the values of the first two,
    None where a cell is missing or of another kind; they begin after `start` characters that all cells share.
    """

    name: str
    cells: Sequence[str]
    counts: Counter[str]
    kind: str
    numbers: Sequence[float | None] = ()
    start: int = 0

    @cached_property
    def nulls(self) -> int:
        """How many cells are missing."""
        return sum(number for value, number in self.counts.items() if value.lower() in _NULLS)

    @cached_property
    def values(self) -> Counter[str]:
        """Distinct values that are not missing, with their counts."""
        return Counter({value: number for value, number in self.counts.items() if value.lower() not in _NULLS})

    @cached_property
    def strange(self) -> dict[int, str]:
        """Rows that break the column's rule, with what breaks it; at most 3 % of all."""
        rows = len(self.cells)
        found: dict[int, str] = {}
        if self.kind in ("number", "date") and self.nulls + sum(v is not None for v in self.numbers) < rows:
            odd = (i for i, v in enumerate(self.numbers) if v is None and self.cells[i].lower() not in _NULLS)
            found.update((i, f"no {self.kind} in {self.name}") for i in odd)
        if 0 < self.nulls <= 0.03 * rows:
            empty = (i for i, cell in enumerate(self.cells) if cell.lower() in _NULLS)
            found.update((i, f"{self.name} missing") for i in empty if i not in found)
        doubled = rows - self.nulls - len(self.values)
        if rows >= 20 and self.kind in ("text", "date") and 0 < doubled <= max(1, rows // 200):
            found.update((i, f"{self.name} repeated") for i, cell in enumerate(self.cells) if self.values[cell] > 1)
        return found if len(found) <= max(2, 0.03 * rows) else {}

    @cached_property
    def step(self) -> float:
        """The usual distance of one cell to the next, 0 when there is none."""
        if len(self.numbers) < 8:
            return 0.0
        steps = Counter(b - a for a, b in _pairs(self.numbers))
        (step, number), *_ = steps.most_common(1) or [(0.0, 0)]
        return step if number >= 0.6 * (len(self.numbers) - 1) else 0.0

    @cached_property
    def gaps(self) -> list[int]:
        """Rows of a date column that do not follow the row before by `step`."""
        if self.kind != "date" or not self.step:
            return []
        pairs = zip(self.numbers, self.numbers[1:], strict=False)
        return [i for i, (a, b) in enumerate(pairs, 1) if a is not None and b is not None and b - a != self.step]


def _pairs(numbers: Sequence[float | None]) -> list[tuple[float, float]]:
    pairs = itertools.pairwise(numbers)
    return [(a, b) for a, b in pairs if a is not None and b is not None]


def columns_of(grid: Grid) -> list[Column]:
    """The columns of a table, judged by all their cells."""
    out = []
    for name, cells in zip(grid.names, zip(*grid.rows, strict=True), strict=True):
        counts = Counter(cells)
        if grid.shape.form == "delimited":
            clean = {cell: cell.strip().strip('"').replace('""', '"').strip() for cell in counts}
            if any(cell != plain for cell, plain in clean.items()):
                cells = tuple(map(clean.__getitem__, cells))
                counts = Counter(cells)
        out.append(_column(name, cells, counts))
    return out


def _column(name: str, cells: Sequence[str], counts: Counter[str]) -> Column:
    known = [value for value in counts if value.lower() not in _NULLS]
    if not known:
        return Column(name, cells, counts, "empty")
    if len(counts) == 1:
        return Column(name, cells, counts, "constant")
    start = _beginning(known)
    for kind, parse in (("number", plain_number), ("date", moment), ("number", quantity)):
        if parse(known[0][start:]) is None and parse(known[-1][start:]) is None:
            continue
        parsed = {value: parse(value[start:]) for value in known}
        hits = sum(counts[value] for value, number in parsed.items() if number is not None)
        if hits >= 0.9 * sum(counts[value] for value in known):
            return Column(name, cells, counts, kind, tuple(map(parsed.get, cells)), start)
    few = len(known) <= max(_FEW, min(len(cells) // 8, 200)) and len(known) < len(cells) * 0.7
    return Column(name, cells, counts, "category" if few else "text")


def _beginning(values: Sequence[str]) -> int:
    """How many characters before the numbers all values share, digits and signs not counted.

    >>> _beginning(["import time:   7", "import time: 12"])
    12
    """
    low, high = min(values), max(values)
    same = next((i for i, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), min(len(low), len(high)))
    words = low[:same].rstrip("0123456789.-+ ")
    return len(words) if len(words) > 1 and not words[-1].isdigit() else 0


def describe(columns: Sequence[Column], grid: Grid, room: int, wanted: str = "") -> list[str]:
    """A line for each column, shorter when they do not fit into `room` characters together.

    Args:
        columns: The columns of `grid`.
        grid: Says in which line an extreme stands.
        room: Characters for all lines.
        wanted: The question; values it names get their count.
    """
    constant = [f"{c.name}={_cut(c.cells[0])}" for c in columns if c.kind == "constant" and c.cells]
    empty = [c.name for c in columns if c.kind == "empty"]
    tail = [f"same in all rows: {', '.join(constant)}"] if constant else []
    tail += [f"empty in all rows: {', '.join(empty)}"] if empty else []
    varying = [c for c in columns if c.kind not in ("constant", "empty")]
    wanted = wanted[:400].lower()
    for is_full in (True, False):
        lines = [_line(column, grid, is_full, wanted) for column in varying]
        if sum(map(len, lines)) + len(lines) <= room:
            break
    kept: list[str] = []
    for line in lines:
        room -= len(line) + 1
        if room < 0 and kept:
            kept.append(f"and {len(lines) - len(kept)} more columns")
            break
        kept.append(line)
    return [line if len(line) <= 400 else line[:399] + "…" for line in kept + tail]


def _line(column: Column, grid: Grid, is_full: bool, wanted: str) -> str:
    values = column.values
    few = len(values) <= _FEW and len(values) * 4 <= len(column.cells)
    if column.numbers and not few:
        text = _range(column, grid, is_full)
    elif few or column.kind == "category":
        told = sorted(values.items(), key=lambda item: (-item[1], item[0]))
        shown = told[: _FEW if few and is_full else 5]
        text = ", ".join(f"{_cut(value)} ×{number}" for value, number in shown)
        text += f", {len(told) - len(shown)} more" if len(told) > len(shown) else ""
    else:
        text = _told(values, len(column.cells), is_full)
    if wanted and len(values) <= 5000:
        named = [
            v for v in values if len(v) > 2 and v.lower() in wanted and f"{_cut(v)} ×" not in text and values[v] > 1
        ]
        text += "".join(f"; {_cut(value)} ×{values[value]}" for value in named[:4])
    missing = f"; {column.nulls} missing" if column.nulls else ""
    return f"{_cut(column.name) or '(no name)'}: {text}{missing}"


def _is_named(value: str, wanted: str) -> bool:
    return len(value) > 2 and value.lower() in wanted


def _told(values: Counter[str], rows: int, is_full: bool) -> str:
    if len(values) == rows:
        return "all different"
    top = [f"{_cut(value)} ×{number}" for value, number in values.most_common(3) if number > 1] if is_full else []
    return f"{len(values)} different" + (f", most often {', '.join(top)}" if top else "")


def _range(column: Column, grid: Grid, is_full: bool) -> str:
    known = {value: number for value, number in zip(column.cells, column.numbers, strict=True) if number is not None}
    low, high = min(known, key=known.__getitem__), max(known, key=known.__getitem__)
    if column.kind == "date":
        return f"{_where(low, column, grid, False)} to {_where(high, column, grid, False)}{_rhythm(column, grid)}"
    text = f"{_where(low, column, grid, is_full)} to {_where(high, column, grid, is_full)}"
    if column.start or plain_number(low) is None or plain_number(high) is None or _are_years(known):
        return text
    numbers = [number for number in column.numbers if number is not None]
    total = fsum(numbers)
    text += f", mean {_short(total / len(numbers))}"
    if not is_full or abs(total) > 1e15:
        return text
    decimals = max((len(value.partition(".")[2]) for value in known if value.lower().find("e") < 0), default=0)
    top, number = column.values.most_common(1)[0]
    often = f"; {top} ×{number}" if number > 0.3 * len(numbers) else ""
    return f"{text}, sum {total:.{min(decimals, 12)}f}{often}"


def _are_years(known: Mapping[str, float]) -> bool:
    return all(len(value) == 4 and 1800 < number < 2200 for value, number in known.items())


def _short(number: float) -> str:
    return f"{number:.4g}" if 1e-4 < abs(number) < 1e4 else f"{number:.0f}" if abs(number) >= 1e4 else f"{number:.3g}"


def _where(value: str, column: Column, grid: Grid, is_full: bool) -> str:
    if not is_full or column.counts[value] > 1:
        return _cut(value)
    return f"{_cut(value)} (line {grid.first[column.cells.index(value)] + 1})"


def _rhythm(column: Column, grid: Grid) -> str:
    if not column.step:
        return "" if len(column.values) == len(column.cells) else f", {len(column.values)} different"
    size, unit = next((pair for pair in _STEPS if abs(column.step) % pair[0] == 0), (1.0, "second"))
    count = abs(column.step) / size
    every = f", every {unit}" if count == 1 else f", every {count:g} {unit}s"
    if not column.gaps:
        return every
    lines = ", ".join(str(grid.first[row] + 1) for row in column.gaps[:6])
    return f"{every} but for {len(column.gaps)} breaks (lines {lines}{', …' if len(column.gaps) > 6 else ''})"


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST_VALUE else flat[: _LONGEST_VALUE - 1] + "…"
