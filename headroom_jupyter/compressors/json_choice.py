"""Which rows or entries of a JSON value an excerpt shows: what the question names, ends it asks for, what stands out.

It writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from headroom_jupyter.compressors.base import Ask
from headroom_jupyter.compressors.extremes import asks_for_others, exceptions, field_matches, wanted_extremes
from headroom_jupyter.compressors.json_summary import numbers
from headroom_jupyter.compressors.json_tables import Table
from headroom_jupyter.compressors.quantities import moment
from headroom_jupyter.selection import (
    Evidence,
    Selection,
    change_points,
    edges,
    outliers,
    rarity,
    relevance_of,
    select,
    severity,
    transitions,
)

__all__ = ["IDENTITY", "Units", "choose_units", "magnitudes", "units_of"]

_FEW = 8  # distinct values of a column that makes categories
_FIELDS = 40  # columns that are looked at
_NAMED_TWICE = 3.0  # how much more a value says that is named with its field
# Keys by which a record is told from its neighbours, in the APIs' usual spelling.
IDENTITY = frozenset(
    "id key name title number type kind status state level code message error reason version path file login".split()
)


@dataclass(frozen=True, slots=True)
class Units:
    """Rows or entries to choose from: their texts, and columns of numbers and of categories by name.

    `dated` are the columns of `numbers` that hold moments.
    """

    texts: Sequence[str]
    numbers: Sequence[tuple[str, Sequence[float | None]]] = ()
    categories: Sequence[tuple[str, Sequence[str]]] = ()
    keys: Sequence[str] = ()
    dated: Sequence[int] = ()


def magnitudes(values: Sequence[Any]) -> tuple[Sequence[float | None], bool]:
    """The numbers of a column, or its moments when it holds dates; and whether it does."""
    texts = [value for value in values if isinstance(value, str)]
    if len(texts) * 2 <= len(values) or moment(texts[0]) is None or moment(texts[-1]) is None:
        return numbers(values), False
    return [moment(value) if isinstance(value, str) else None for value in values], True


def units_of(table: Table, columns: Sequence[int], texts: Sequence[str]) -> Units:
    """The rows of a table, and what some of its columns say of them."""
    numeric: list[tuple[str, Sequence[float | None]]] = []
    categories: list[tuple[str, Sequence[str]]] = []
    dated: list[int] = []
    names = table.names
    for i in columns[:_FIELDS]:
        name = names[i]
        column, is_dated = magnitudes(table.values[i])
        if sum(value is not None for value in column) >= 0.5 * len(column):
            if is_dated:
                dated.append(len(numeric))
            numeric.append((name, column))
            if any(value is None for value in column):
                categories.append((name, ["" if value is None else "number" for value in column]))
        elif len(set(table.cells[i])) <= max(_FEW, len(texts) // 20):
            categories.append((name, table.cells[i]))
    keys = table.cells[0] if table.paths[0] == ("",) else ()
    return Units(texts, numeric, categories, keys, dated)


def choose_units(units: Units, costs: Sequence[int], budget: int, ask: Ask) -> Selection:
    """The units that stay within a budget of characters, and why each does."""
    count = len(units.texts)
    starts = [0]
    for text in units.texts:
        starts.append(starts[-1] + len(text) + 1)
    asked = _asked(units, ask)
    best = max(asked.values(), default=0.0)
    strong = {index: score for index, score in asked.items() if score >= 0.5 * best}
    among = list(strong) if len(strong) * 2 <= count else []
    plain = [values for number, (_, values) in enumerate(units.numbers[:12]) if number not in units.dated]
    keys = list(zip(*(values for _, values in units.categories[:3]), strict=True)) if units.categories else []
    is_telling = len(strong) * 2 <= count and not asks_for_others(ask.query)
    share = 0.4 if asks_for_others(ask.query) else 1.0
    evidence = [
        Evidence("query", strong, share),
        Evidence("wanted", wanted_extremes(ask.query, units.numbers, dated=units.dated, among=among), 0.5, floor=0.5),
        _severe(severity("\n".join(units.texts), starts), count),
        Evidence("rare", _rare(units), 0.25, floor=0.15 if is_telling else 0.25),
        Evidence("outlier", _highest(outliers(column, most=2) for column in plain), 0.2),
        Evidence("change", _highest(change_points(column, most=2) for column in plain), 0.15),
        Evidence("identity", {i: 1.0 for i, key in enumerate(units.keys) if key.lower() in IDENTITY}, 0.5),
        edges(count, first=2, last=1, share=0.3),
        Evidence("short", {i: 1 / (1 + cost) for i, cost in enumerate(costs)} if units.keys else {}, 0.5),
    ]
    chosen = select(costs, budget, evidence, keys=keys, fill=False)
    if sum(costs[index] for index in chosen.kept) < budget // 2:
        chosen = select(costs, budget // 2, evidence, keys=keys)
    return chosen


def _asked(units: Units, ask: Ask) -> dict[int, float]:
    """How well the units fit the question; a name says more than a mention, a value with its field more than alone."""
    asked = relevance_of(ask.query, units.texts)
    for index, score in relevance_of(ask.query, units.keys).items() if units.keys else ():
        asked[index] = asked.get(index, 0.0) + 3 * score
    fields = field_matches(ask.query, units.categories)
    best = max(asked.values(), default=1.0)
    for index, score in fields.items():
        asked[index] = asked.get(index, 0.0) + _NAMED_TWICE * best * score
    return asked


def _highest(scores: Iterable[Mapping[int, float]]) -> dict[int, float]:
    out: dict[int, float] = {}
    for found in scores:
        for index, score in found.items():
            out[index] = max(out.get(index, 0.0), score)
    return out


def _rare(units: Units) -> dict[int, float]:
    """Rows of a category that few have, or that differ from nearly all, and where a category changes for good."""
    rare = _highest(found for _, values in units.categories[:12] for found in (rarity(values), transitions(values)))
    for _, values in units.categories[:12]:
        for index, score in exceptions(values).items():
            rare[index] = rare.get(index, 0.0) + score / 2
    return rare


def _severe(scores: dict[int, float], count: int) -> Evidence:
    """Errors, all of them where they are few: each may be the one that matters. Else a few of each kind."""
    errors = {index: score for index, score in scores.items() if score >= 0.8}
    if 0 < len(errors) <= 0.2 * count:
        return Evidence("severity", errors, 1.6, floor=1.6)
    return Evidence("severity", scores, 0.3, per_key=4)
