"""The faithful form of a JSON value: an outline in which rows, entries and long strings are left out, each marked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from headroom_jupyter.compressors.base import Ask, Draft, Hints, runs
from headroom_jupyter.compressors.columns import SEPARATOR, Plan, Refers, plan_columns, write_rule
from headroom_jupyter.compressors.json_outline import as_map_table, column_names, write_key
from headroom_jupyter.compressors.json_summary import numbers, summary_of_entries, summary_of_rows
from headroom_jupyter.compressors.json_tables import Table, table_of, write_name
from headroom_jupyter.compressors.json_text import dump, dump_each, literal
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

__all__ = ["Excerpt"]

_MANY = 24  # entries from which an object is a collection whose entries may be left out
_CELL = 240  # characters of a string shown in a row
_WANTED_CELL = 700  # and of one that the question names
_LINES = 5  # line ends from which a string is shown as the text it holds
_PIECE = 200  # characters; a long string is searched in pieces of this size
_LEAST = 240  # characters that a part may always have
_FEW = 8  # distinct values of a column that makes categories
_DEEPEST = 12
# Keys by which a record is told from its neighbours, in the APIs' usual spelling.
_IDENTITY = frozenset(
    "id key name title number type kind status state level code message error reason version path file login".split()
)


@dataclass(frozen=True, slots=True)
class _Units:
    """Rows or entries to choose from: their texts, numeric columns, and categories."""

    texts: Sequence[str]
    numbers: Sequence[Sequence[float | None]] = ()
    categories: Sequence[Sequence[str]] = ()
    keys: Sequence[str] = ()


class Excerpt:
    """Writes one value into a draft, keeping within the asked target."""

    def __init__(self, draft: Draft, ask: Ask) -> None:
        self._draft = draft
        self._ask = ask

    def write(self, value: Any) -> None:
        """The whole value, from the root."""
        if isinstance(value, dict) and not _is_collection(value):
            self._entries(value, "$", 0, self._ask.target_chars)
        else:
            self._entry("", value, "$", 0, self._ask.target_chars)

    def _entry(self, key: str, value: Any, path: str, depth: int, budget: int) -> None:
        pad = " " * depth
        text = literal(value)
        if len(text) <= max(60, min(budget, _LEAST)) or not value or not isinstance(value, (dict, list, str)):
            self._draft.write(f"{pad}{key}: {text}\n" if key else f"{text}\n")
        elif isinstance(value, str) and value.count("\n") >= _LINES:
            # A tool's output within JSON is a text of its own kind.
            self._draft.write(f"{pad}{key}: |\n")
            self._draft.embed(self._ask.route(value, Hints(), max(budget, _LEAST)), at=path)
            self._draft.write("\n")
        elif isinstance(value, str):
            self._draft.write(f"{pad}{key}: ")
            self._string(value, path, max(budget, _LEAST))
            self._draft.write("\n")
        elif depth >= _DEEPEST:
            self._draft.write(f"{pad}{key}: ")
            self._draft.omit("rows", [(1, len(value))], len(value), at=path)
        elif isinstance(value, list) or _is_collection(value):
            self._collection(f"{pad}{key}", value, path, depth, budget)
        else:
            self._draft.write(f"{pad}{key}:\n" if key else "")
            self._entries(value, path, depth + 1, budget)

    def _entries(self, value: dict[str, Any], path: str, depth: int, budget: int) -> None:
        """All entries of a small object: short ones first in the reckoning, the rest share what is left."""
        sizes = {key: len(dump(child)) for key, child in value.items()}
        if depth > 1 and len(value) > 3 and sum(sizes.values()) > 2 * budget:
            self._selected("", value, path, depth - 1, budget)
            return
        large = {key for key, size in sizes.items() if size > _LEAST}
        left = max(budget - sum(size + len(key) + 3 for key, size in sizes.items() if key not in large), 0)
        weights = {key: math.sqrt(sizes[key]) * (2 if self._is_named(key) else 1) for key in large}
        for key, child in value.items():
            share = int(left * weights[key] / sum(weights.values())) if key in large else budget
            self._entry(write_key(key), child, f"{path}{_step(key)}", depth, max(share, _LEAST))

    def _is_named(self, key: str) -> bool:
        return bool(relevance_of(self._ask.query, [key, ""]))

    def _string(self, value: str, path: str, budget: int) -> None:
        """A long string's windows: its beginning and what the question names in it."""
        if len(value) <= budget + 80:
            self._draft.write(literal(value))
            return
        pieces = [value[at : at + _PIECE] for at in range(0, len(value), _PIECE)]
        scores = relevance_of(self._ask.query, pieces)
        best = max(scores, key=lambda i: (scores[i], -i)) if scores else 0
        shown = [(0, budget)]
        if (best + 1) * _PIECE > budget:
            start = max(best * _PIECE - 60, 0)
            shown = [(0, min(budget // 3, start)), (start, min(start + max(budget * 2 // 3, _PIECE + 120), len(value)))]
        kept = [i for start, end in shown for i in range(start, min(end, len(value)))]
        for start, end, is_kept in runs(kept, len(value)):
            if is_kept:
                self._draft.write(dump(value[start:end])[1:-1])
            else:
                self._draft.omit("chars", [(start + 1, end)], len(value), at=path, after="")

    def _collection(self, head: str, value: dict[str, Any] | list[Any], path: str, depth: int, budget: int) -> None:
        is_map = isinstance(value, dict)
        table = as_map_table(value) if isinstance(value, dict) else table_of(value)
        bracket = f"{{{len(value)}}}" if is_map else f"[{len(value)}]"
        if table is not None:
            self._table(f"{head}{bracket}", table, path, budget, is_map=is_map)
            return
        self._selected(f"{head}{bracket}:\n" if head.strip() or is_map else "", value, path, depth, budget)

    def _selected(self, head: str, value: dict[str, Any] | list[Any], path: str, depth: int, budget: int) -> None:
        """Some entries of an object, or elements of an array that is no table."""
        entries = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
        texts = dump_each([child for _, child in entries])
        if isinstance(value, dict):
            texts = [f"{write_key(key)}: {text}" for key, text in zip(value, texts, strict=True)]
        self._draft.write(head)
        costs = [min(len(text), max(_LEAST, budget // 6)) + 8 for text in texts]
        children = [child for _, child in entries]
        units = _Units(texts, [numbers(children)], [[_family(child) for child in children]], keys=_keys(value))
        chosen = _choose(units, costs, budget, self._ask)
        stay = set(chosen.kept)
        gone = [entry for index, entry in enumerate(entries) if index not in stay]
        self._omit(chosen.kept, len(texts), path, summary_of_entries(gone))
        cut = [index for index in chosen.kept if len(texts[index]) + 8 > costs[index]]
        spare = max(budget - sum(costs[index] for index in chosen.kept), 0) // max(len(cut), 1)
        for index in chosen.kept:
            key, child = entries[index]
            at = f"{path}{_step(key) if isinstance(key, str) else f'[{key}]'}"
            name = write_key(key) if isinstance(key, str) else str(index + 1)
            if len(texts[index]) + 8 <= costs[index] and not isinstance(child, str):
                self._draft.write(f"{' ' * (depth + 1)}{name}: {dump(child)}\n")
            else:
                self._entry(name, child, at, depth + 1, costs[index] + spare)

    def _table(self, head: str, table: Table, path: str, budget: int, *, is_map: bool) -> None:
        plans = plan_columns(table.regular, with_codes=False)
        names = column_names(table, is_map=is_map)
        texts = [SEPARATOR.join(row) for row in zip(*table.cells, strict=True)]
        varying = [i for i, plan in enumerate(plans) if not plan.is_constant]
        free = [i for i in varying if not _follows(plans[i])]
        costs = [sum(min(len(table.cells[i][row]), _CELL) + 1 for i in free) + 6 for row in range(len(texts))]
        ruled = [i for i, plan in enumerate(plans) if _follows(plan)]
        legend = {i: f"~{names[i]}={write_rule(plans[i], names)}" for i in ruled}
        spent = sum(min(len(line), _WANTED_CELL) for line in legend.values()) + sum(map(len, names)) + 60
        chosen = _choose(_units_of(table, varying, texts), costs, max(budget - spent, _LEAST), self._ask)
        wanted = [row for row in chosen.kept if chosen.reasons[row] == "query"]
        shown = [i for i in varying if i in free or self._is_asked(table.cells[i], wanted)]
        self._draft.write(f"{head} {SEPARATOR.join(['#', *(names[i] for i in shown)])}\n")
        first = next(row for row in range(len(texts)) if row not in table.odd)
        for i in ruled:
            if plans[i].is_constant:
                self._draft.write(f"~{names[i]}=")
                self._cell(table, first, i, path, limit=_WANTED_CELL, is_map=is_map)
                self._draft.write("\n")
            elif i not in shown:
                self._draft.write(f"{legend[i]}\n")
        self._omit(chosen.kept, len(texts), path, summary_of_rows(table, varying, chosen.kept))
        for row in chosen.kept:
            self._row(table, row, shown, path, is_wanted=chosen.reasons[row] == "query", is_map=is_map)

    def _is_asked(self, cells: Sequence[str], rows: Sequence[int]) -> bool:
        return bool(rows) and bool(relevance_of(self._ask.query, [cells[row] for row in rows[:50]] + [""]))

    def _row(self, table: Table, row: int, shown: Sequence[int], path: str, *, is_wanted: bool, is_map: bool) -> None:
        self._draft.write(str(row + 1))
        limit = _WANTED_CELL if is_wanted else _CELL
        if row in table.odd:
            self._draft.write(f"{SEPARATOR}{table.cells[0][row]}\n")
            return
        for i in shown:
            self._draft.write(SEPARATOR)
            self._cell(table, row, i, path, limit=limit, is_map=is_map)
        self._draft.write("\n")

    def _cell(self, table: Table, row: int, column: int, path: str, *, limit: int, is_map: bool) -> None:
        """A cell; one that is too long loses the rest of its text, or its elements."""
        value, cell = table.values[column][row], table.cells[column][row]
        if len(cell) <= limit + 80 or not isinstance(value, (str, dict, list)):
            self._draft.write(cell)
            return
        at = f"{path}{_step(table.values[0][row])}" if is_map else f"{path}[{row}]"
        inner = table.paths[column][1:] if is_map else table.paths[column]
        at += "".join(_step(step) if isinstance(step, str) else f"[{step}]" for step in inner)
        if isinstance(value, str):
            self._string(value, at, limit)
        else:
            self._draft.omit("rows", [(1, len(value))], len(value), at=at, after="")

    def _omit(self, kept: Sequence[int], total: int, path: str, summary: str = "") -> None:
        ranges = [(first + 1, last) for first, last, is_kept in runs(kept, total) if not is_kept]
        if ranges:
            self._draft.omit("rows", ranges, total, at=path, summary=summary)


def _is_collection(value: Any) -> bool:
    is_many = isinstance(value, dict) and (len(value) > _MANY or as_map_table(value) is not None)
    return is_many or isinstance(value, list)


def _follows(plan: Plan) -> bool:
    """Whether a column may be left out of the rows: it is constant, or other columns' cells with something around."""
    return plan.own is None and all(isinstance(part, (str, Refers)) for part in plan.parts)


def _step(key: str) -> str:
    name = write_name((key,))
    return f".{name}" if not name.startswith("[") else name


def _units_of(table: Table, varying: Sequence[int], texts: Sequence[str]) -> _Units:
    numeric, categories = [], []
    for i in varying:
        column = numbers(table.values[i])
        if sum(value is not None for value in column) >= 0.5 * len(column):
            numeric.append(column)
            if any(value is None for value in column):
                categories.append(["" if value is None else "number" for value in column])
        elif len(set(table.cells[i])) <= max(_FEW, len(texts) // 20):
            categories.append(list(table.cells[i]))
    keys = table.cells[0] if table.paths[0] == ("",) else ()
    return _Units(texts, numeric[:12], categories[:8], keys)


def _family(value: Any) -> str:
    """What an element is like: its keys, and its value of the first that says what type it is."""
    if not isinstance(value, dict):
        return type(value).__name__
    kinds = (value[key] for key in ("type", "kind", "event", "level", "status") if isinstance(value.get(key), str))
    return f"{next(kinds, '')} {' '.join(value)}"


def _keys(value: dict[str, Any] | list[Any]) -> Sequence[str]:
    return list(value) if isinstance(value, dict) else ()


def _choose(units: _Units, costs: Sequence[int], budget: int, ask: Ask) -> Selection:
    count = len(units.texts)
    starts = [0]
    for text in units.texts:
        starts.append(starts[-1] + len(text) + 1)
    asked = relevance_of(ask.query, units.texts)
    for index, score in relevance_of(ask.query, units.keys).items() if units.keys else ():
        asked[index] = asked.get(index, 0.0) + 3 * score  # a name says more than a mention
    best = max(asked.values(), default=0.0)
    extreme: dict[int, float] = {}
    shifted: dict[int, float] = {}
    for column in units.numbers:
        for found, into in ((outliers(column, most=2), extreme), (change_points(column, most=2), shifted)):
            for index, score in found.items():
                into[index] = max(into.get(index, 0.0), score)
    rare: dict[int, float] = {}
    for values in units.categories:
        for found_rare in (rarity(values), transitions(values)):
            for index, score in found_rare.items():
                rare[index] = max(rare.get(index, 0.0), score)
    keys = list(zip(*units.categories[:3], strict=True)) if units.categories else []
    evidence = [
        Evidence("query", {index: score for index, score in asked.items() if score >= 0.5 * best}, 1.0),
        _severe(severity("\n".join(units.texts), starts), count),
        Evidence("rare", rare, 0.25),
        Evidence("outlier", extreme, 0.2),
        Evidence("change", shifted, 0.15),
        Evidence("identity", {i: 1.0 for i, key in enumerate(units.keys) if key.lower() in _IDENTITY}, 0.5),
        edges(count, first=2, last=1, share=0.3),
        Evidence("short", {i: 1 / (1 + cost) for i, cost in enumerate(costs)} if units.keys else {}, 0.5),
    ]
    chosen = select(costs, budget, evidence, keys=keys, fill=False)
    if sum(costs[index] for index in chosen.kept) < budget // 2:
        chosen = select(costs, budget // 2, evidence, keys=keys)
    return chosen


def _severe(scores: dict[int, float], count: int) -> Evidence:
    """Errors, all of them where they are few: each may be the one that matters. Else a few of each kind."""
    errors = {index: score for index, score in scores.items() if score >= 0.8}
    if 0 < len(errors) <= 0.2 * count:
        return Evidence("severity", errors, 1.6, floor=1.6)
    return Evidence("severity", scores, 0.3, per_key=4)
