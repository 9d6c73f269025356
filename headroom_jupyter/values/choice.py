"""Which rows of a table are shown, and why: evidence from its columns for the selection engine.

Rows count from 0 here; it renders no row but those whose cost it must know.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from headroom_jupyter.ccr.snapshot import Column
from headroom_jupyter.compressors.extremes import asks_for_extremes, wanted_columns
from headroom_jupyter.selection import Evidence, Query, relevance_of, select, severity
from headroom_jupyter.values.columns import Array
from headroom_jupyter.values.facts import Facts

__all__ = ["Choice", "choose"]

_GAP_COST = 12  # characters that a gap's range takes in a marker
_FEW = 3  # rows that fit the query may take all of the room
_BEST = 8  # rows nearest to the query, before the extremes it may ask for
_MOST_HITS = 400  # rows that a query's words may bring in; more would tell none apart
_EXAMPLES = 5
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.]*\w)")
_FAR = 1.5


@dataclass(frozen=True, slots=True)
class Choice:
    """Rows to show, in order, and why: reason -> rows."""

    rows: tuple[int, ...]
    reasons: Mapping[str, Sequence[int]]


class _Costs(Sequence[int]):
    """What each row costs, worked out for the rows that are asked for."""

    def __init__(self, count: int, cost: Callable[[int], int]) -> None:
        self._count = count
        self._cost = cost

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, row: Any) -> Any:
        return self._cost(row) + len(str(row)) + 2 + _GAP_COST


def choose(
    count: int,
    pairs: Sequence[tuple[Column, Facts]],
    query: Query,
    *,
    room: int,
    cost: Callable[[int], int],
    doubled: Sequence[int] = (),
    fill: bool = False,
) -> Choice:
    """Pick rows worth `room` characters.

    Args:
        count: How many rows there are.
        pairs: The columns and what they tell.
        query: What is wanted.
        room: Characters for the rows.
        cost: Characters that a row takes.
        doubled: Rows that repeat an earlier one.
        fill: Whether to use what is left of the room for rows evenly spread.
    """
    asked = _asked(count, pairs, query)
    best = max(asked.values(), default=0.0)
    strong = {row: score for row, score in asked.items() if score >= 0.55 * best}
    first = dict(sorted(strong.items(), key=lambda item: (-item[1], item[0]))[:_BEST])
    weak = {row: score for row, score in asked.items() if row not in strong and score >= 0.25 * best}
    facts = [fact for _, fact in pairs]
    ends = {0: 3.0, 1: 1.0, count - 1: 2.0} if count > 2 else dict.fromkeys(range(count), 1.0)
    evidence = [
        Evidence("query", first, 1.0 if len(strong) <= _FEW else 0.6),
        Evidence("wanted extreme", _wanted(pairs, query), 0.5),
        Evidence("query", strong, 0.6),
        Evidence("first and last", ends, floor=0.35),
        Evidence("far out", _far(facts), 0.35),
        Evidence("irregular", _irregular(count, pairs), 0.3),
        Evidence("rare", {c.row: 1.0 / c.count for fact in facts for c in fact.rare}, 0.3),
        Evidence("break or shift", _breaks(facts), 0.25),
        Evidence("extreme", _extremes(facts), 0.35),
        Evidence("repeats an earlier row", dict.fromkeys(doubled, 1.0), 0.1),
        Evidence("query, weakly", weak, 0.25),
        Evidence("example", {i * (count - 1) // (_EXAMPLES + 1): 1.0 for i in range(1, _EXAMPLES + 1)}, 0.3),
    ]
    chosen = select(_Costs(count, cost), room, evidence, fill=fill)
    reasons: dict[str, list[int]] = {reason: [] for reason in [*(item.reason for item in evidence), "spread"]}
    for row in chosen.kept:
        reasons[chosen.reasons[row]].append(row)
    return Choice(chosen.kept, {reason: rows for reason, rows in reasons.items() if rows})


def _asked(count: int, pairs: Sequence[tuple[Column, Facts]], query: Query) -> dict[int, float]:
    """How well rows fit the query, by the cells that its words or numbers are in."""
    if not query:
        return {}
    scores = np.zeros(count)
    words = {word.strip("?!.,;:()'\"`") for word in query.text[:8000].lower().split()}
    numbers = {float(text) for text in _NUMBER.findall(query.text[:8000])}
    for column, facts in pairs:
        if facts.kind in ("constant", "empty"):
            continue
        if column.form in ("labels", "text"):
            scores += _by_words(column, count, query, words)
        elif column.form == "numbers" and numbers:
            values = _values(column)
            for number in numbers:
                hits = np.flatnonzero(values == number)
                if 0 < len(hits) <= max(1, count // 20):
                    scores[hits] += 3.0 / (1 + np.log10(len(hits)))
        elif column.form == "times" and any(len(word) >= 7 and word[:4].isdigit() for word in words):
            cells = column.cells(0, count)
            dates = [word for word in words if len(word) >= 7 and word[:4].isdigit()]
            scores += np.array([3.0 * any(cell.startswith(date) for date in dates) for cell in cells])
    found = np.flatnonzero(scores)
    if len(found) > 0.5 * count and len(np.unique(scores)) <= 2:
        return {}  # what most rows have tells none of them apart
    if len(found) > _MOST_HITS:
        found = found[np.argsort(-scores[found], kind="stable")[:_MOST_HITS]]
    return {int(row): float(scores[row]) for row in found}


def _by_words(column: Column, count: int, query: Query, words: set[str]) -> Array:
    cells = list(column.labels) if column.form == "labels" else column.cells(0, count)
    found = relevance_of(query, cells)
    weights = np.zeros(len(cells) + 1)
    for index, score in found.items():
        whole = len(cells[index]) > 1 and cells[index].strip('"').lower() in words
        weights[index] = score * (2.0 if whole else 1.0)
    return weights[_values(column)] if column.form == "labels" else weights[:-1]


def _values(column: Column) -> Array:
    return np.frombuffer(column.buffer, dtype=column.code)


def _wanted(pairs: Sequence[tuple[Column, Facts]], query: Query) -> dict[int, float]:
    """The ends of the columns that the query asks for, of the widest when it asks for an end and names none."""
    numeric = [(column, facts) for column, facts in pairs if facts.kind in ("number", "span", "time") and facts.low]
    dated = [number for number, (_, facts) in enumerate(numeric) if facts.kind == "time"]
    named = [numeric[i] for i in wanted_columns(query, [facts.name for _, facts in numeric], dated)]
    if not named and not asks_for_extremes(query):
        return {}
    scores: dict[int, float] = {}
    for column, facts in named or sorted(numeric, key=lambda pair: -pair[1].distinct)[:3]:
        if column.form != "numbers":
            scores.update({count.row: 3.0 for count in (facts.low, facts.high) if count})
            continue
        values = _values(column).astype(np.float64)
        if column.missing is not None:
            values[np.frombuffer(column.missing, np.uint8) != 0] = np.nan
        known = np.flatnonzero(np.isfinite(values))
        most = min(3 if named else 2, len(known))
        order = known[np.argsort(values[known], kind="stable")]
        for rank in range(most):
            for row in (order[rank], order[-1 - rank]):
                scores[int(row)] = max(scores.get(int(row), 0.0), 3.0 - rank)
    return scores


def _far(columns: Sequence[Facts]) -> dict[int, float]:
    scores: dict[int, float] = {}
    for facts in columns:
        for row, score in facts.far.items():
            if score > _FAR:
                scores[row] = scores.get(row, 0.0) + score
    return scores


def _extremes(columns: Sequence[Facts]) -> dict[int, float]:
    """The ends of the columns of numbers; a row that is the end of several comes first."""
    scores: dict[int, float] = {}
    for facts in columns:
        if facts.kind in ("number", "span") and not facts.step:
            for count in (facts.low, facts.high):
                if count is not None and count.count == 1:
                    scores[count.row] = scores.get(count.row, 0.0) + 1.0
    return scores


def _irregular(count: int, pairs: Sequence[tuple[Column, Facts]]) -> dict[int, float]:
    """Rows with a cell that hardly any other row lacks, that is there twice, or that sounds bad."""
    scores: dict[int, float] = {}
    for column, facts in pairs:
        if 0 < facts.missing <= 0.03 * count:
            for row in _missing_rows(column, facts)[:3]:
                scores[row] = scores.get(row, 0.0) + 1.0
        for repeated in facts.repeated:
            scores[repeated.row] = scores.get(repeated.row, 0.0) + 1.0
        if facts.kind == "category":
            offsets = [0]
            for told in facts.top:
                offsets.append(offsets[-1] + len(told.cell) + 1)
            for index, weight in severity("\n".join(told.cell for told in facts.top), offsets).items():
                if facts.top[index].count <= 0.1 * count:
                    scores[facts.top[index].row] = scores.get(facts.top[index].row, 0.0) + 1.0 + weight
    return scores


def _missing_rows(column: Column, facts: Facts) -> list[int]:
    if column.missing is not None:
        gone = np.frombuffer(column.missing, np.uint8) != 0
    elif column.form == "labels":
        gone = _values(column) < 0
    elif column.form == "numbers":
        gone = np.isnan(_values(column))
    elif column.form == "text":
        gone = np.array([not cell for cell in column.cells(0, facts.rows)])
    else:
        gone = _values(column) == np.iinfo(np.int64).min
    return [int(row) for row in np.flatnonzero(gone)[:3]]


def _breaks(columns: Sequence[Facts]) -> dict[int, float]:
    scores: dict[int, float] = {}
    for facts in columns:
        for gap in facts.gaps:
            scores[gap.row] = 2.0
            if facts.order == "rising" and gap.row:
                scores[gap.row - 1] = 2.0
        for shift in facts.shifts:
            scores[shift.row] = max(scores.get(shift.row, 0.0), shift.weight)
    return scores
