"""Which rows of a table are shown, and a line that says why.

Rows are chosen by the selection engine; unit i is row i of the grid, after them come its odd lines.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from headroom_jupyter.compressors.base import Ask
from headroom_jupyter.compressors.extremes import wanted_extremes
from headroom_jupyter.compressors.table_columns import Column
from headroom_jupyter.compressors.table_grid import Grid
from headroom_jupyter.selection import (
    Evidence,
    Query,
    change_points,
    edges,
    outliers,
    rarity,
    relevance,
    select,
    severity,
)

__all__ = ["Choice", "choose", "named_lines"]

_MANY_COLUMNS = 40  # columns that are looked at for outliers, by the order of the table
_GAP_COST = 12  # characters that a gap's range takes in a marker
_BEST = 8  # rows nearest to the query, before the extremes it may ask for
_MOST_NAMED = 5
_FEW_ROWS = 50  # among fewer, one of a kind is rare only when at most one other is
_SPREAD = 5  # rows shown only as examples


@dataclass(frozen=True, slots=True)
class Choice:
    """Rows and odd lines to show, and why: reason -> units."""

    units: tuple[int, ...]
    reasons: Mapping[str, Sequence[int]]


def choose(grid: Grid, columns: Sequence[Column], ask: Ask, text: str, starts: Sequence[int], room: int) -> Choice:
    """Pick rows worth `room` characters.

    Args:
        grid: The table.
        columns: Its columns.
        ask: Says what is wanted.
        text: The whole source, which `starts` divides into lines.
        starts: Offsets of the lines, one more for the end.
        room: Characters for the rows; what the query names may take half as much again.
    """
    count = len(grid.rows)
    costs = [
        sum(starts[line + 1] - starts[line] + _GAP_COST for line in grid.lines_of(row)) for row in range(count)
    ] + [starts[line + 1] - starts[line] + _GAP_COST for line in grid.odd]
    asked = _asked(grid, ask.query, text, starts)
    best = max(asked.values(), default=0.0)
    strong = {unit: score for unit, score in asked.items() if score >= 0.55 * best}
    first = dict(sorted(strong.items(), key=lambda item: (-item[1], item[0]))[:_BEST])
    weak = {unit: score for unit, score in asked.items() if unit not in strong and score >= 0.25 * best}
    evidence = [
        Evidence("query", first),
        Evidence("wanted extremes", _extremes(columns, ask.query, _some(strong, count)), 0.6, floor=0.4),
        Evidence("query", strong, 0.6),
        Evidence("first and last", edges(count, first=2).scores),
        Evidence("irregular", _strange(grid, columns, text, starts), 0.35, floor=0.3),
        Evidence("extreme", _outliers(columns), 0.35),
        Evidence("rare", _rare(columns), 0.3),
        Evidence("break or shift", _shifts(columns), 0.25),
        Evidence("query, weakly", weak, 0.25),
        Evidence("example", {i * (count - 1) // (_SPREAD + 1): 1.0 for i in range(1, _SPREAD + 1)}, 0.3),
    ]
    chosen = select(costs, room, evidence, fill=False)
    reasons: dict[str, list[int]] = {item.reason: [] for item in evidence}
    for unit in chosen.kept:
        reasons[chosen.reasons[unit]].append(unit)
    return Choice(chosen.kept, {reason: units for reason, units in reasons.items() if units})


def _some(units: Collection[int], rows: int) -> list[int]:
    """The rows among some units, [] when they are most of all."""
    found = [unit for unit in units if unit < rows]
    return found if len(found) * 2 <= rows else []


def named_lines(grid: Grid, query: Query, text: str, starts: Sequence[int]) -> list[int]:
    """The lines of the few rows that the query names."""
    asked = _asked(grid, query, text, starts)
    best = max(asked.values(), default=0.0)
    strong = sorted(
        (unit for unit in asked if asked[unit] >= 0.55 * best and unit < len(grid.rows)), key=asked.__getitem__
    )
    return [line for unit in strong[-_MOST_NAMED:] for line in grid.lines_of(unit)] if len(strong) <= 20 else []


def _asked(grid: Grid, query: Query, text: str, starts: Sequence[int]) -> dict[int, float]:
    """How well the query's words fit each unit, lines of one row taken together."""
    by_line = relevance(query, text, starts)
    if not by_line:
        return {}
    unit_of = {line: row for row in grid.tall for line in grid.tall[row]}
    unit_of.update((line, row) for row, line in enumerate(grid.first))
    unit_of.update((line, len(grid.rows) + i) for i, line in enumerate(grid.odd))
    scores: dict[int, float] = {}
    for line, score in by_line.items():
        if line in unit_of:
            scores[unit_of[line]] = scores.get(unit_of[line], 0.0) + score
    words = {word.strip("?!.,;:()'\"`") for word in query.text[:8000].lower().split()}
    for unit in scores:
        if unit < len(grid.rows) and any(
            low in words or low.rpartition("/")[2] in words  # the name, or the last part of a path
            for low in (cell.strip(' "').lower() for cell in grid.rows[unit] if len(cell) > 2)
        ):
            scores[unit] *= 2
    # What most rows have tells none of them apart: it would only crowd out what does.
    return scores if len(scores) <= 0.5 * len(grid.rows) or len(set(scores.values())) > 1 else {}


def _extremes(columns: Sequence[Column], query: Query, among: Collection[int]) -> dict[int, float]:
    """The ends of the columns that the query names, of all when it asks for an end and names none."""
    numeric = [column for column in columns if column.numbers]
    dated = [number for number, column in enumerate(numeric) if column.kind == "date"]
    return wanted_extremes(query, [(column.name, column.numbers) for column in numeric], dated=dated, among=among)


def _strange(grid: Grid, columns: Sequence[Column], text: str, starts: Sequence[int]) -> dict[int, float]:
    odd = grid.odd[:20] if len(grid.odd) <= max(3, 0.05 * len(grid.rows)) else []
    scores = {len(grid.rows) + i: 1.0 for i in range(len(odd))}
    for column in columns:
        scores.update(dict.fromkeys(column.strange, 1.0))
        if column.kind != "category":
            continue
        values = list(column.values)
        offsets = [0]
        for value in values:
            offsets.append(offsets[-1] + len(value) + 1)
        named = {values[i]: weight for i, weight in severity("\n".join(values), offsets).items()}
        if 0 < sum(column.values[value] for value in named) <= 0.1 * len(column.cells):
            scores.update((i, 1 + named[cell]) for i, cell in enumerate(column.cells) if cell in named)
    for i, line in enumerate(odd):
        scores[len(grid.rows) + i] += max(
            severity(text[starts[line] : starts[line + 1]], [0, 1 << 40]).values(), default=0
        )
    return scores


def _outliers(columns: Sequence[Column]) -> dict[int, float]:
    scores: dict[int, float] = {}
    for column in [column for column in columns if column.kind == "number"][:_MANY_COLUMNS]:
        if len(column.values) <= 12 and len(column.values) * 4 <= len(column.cells):
            continue
        for row, score in outliers(column.numbers).items():
            scores[row] = scores.get(row, 0.0) + score
    return scores


def _rare(columns: Sequence[Column]) -> dict[int, float]:
    scores: dict[int, float] = {}
    for column in columns:
        numbers = bool(column.numbers) and len(column.values) > 12
        if column.kind in ("text", "constant", "empty") or numbers:
            continue
        rows = len(column.cells)
        found = rarity(column.cells, share=0.02 if rows >= _FEW_ROWS else 1.01 / rows)
        if rows >= _FEW_ROWS or len(found) <= 2:
            scores.update((row, max(scores.get(row, 0.0), score)) for row, score in found.items())
    return scores


def _shifts(columns: Sequence[Column]) -> dict[int, float]:
    """Gaps in dates, and lasting shifts of numbers where the rows are in order of time."""
    scores: dict[int, float] = {}
    dated = [column for column in columns if column.kind == "date" and column.step]
    for column in dated:
        for row in column.gaps[:6]:
            scores[row] = scores[row - 1] = 2.0
    if dated:
        for column in [column for column in columns if column.kind == "number"][:8]:
            for row, score in change_points(column.numbers).items():
                scores[row] = max(scores.get(row, 0.0), score)
    return scores
