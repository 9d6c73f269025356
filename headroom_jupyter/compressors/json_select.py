"""The faithful form of a JSON value: an outline in which rows, entries and long strings are left out, each marked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from headroom_jupyter.compressors.base import Ask, Draft, Hints, runs
from headroom_jupyter.compressors.columns import SEPARATOR, plan_columns, write_rule
from headroom_jupyter.compressors.json_choice import Units, choose_units, magnitudes, units_of
from headroom_jupyter.compressors.json_layout import CELL, Layout, lay_out, row_costs, trimmed
from headroom_jupyter.compressors.json_outline import as_map_table, column_names, write_key
from headroom_jupyter.compressors.json_places import Pieces
from headroom_jupyter.compressors.json_summary import listed, summary_of_entries, summary_of_rows
from headroom_jupyter.compressors.json_tables import Path, Table, record_table, table_of, write_name
from headroom_jupyter.compressors.json_text import dump, dump_each, literal
from headroom_jupyter.selection import relevance_of

__all__ = ["Excerpt"]

_MANY = 24  # entries from which an object is a collection whose entries may be left out
_WANTED_CELL = 700  # and of one that the question names
_LINES = 5  # line ends from which a string is shown as the text it holds
_LEAST_TEXT = 1500  # characters; a shorter text costs more to be told a kind than it has to gain
_PIECE = 200  # characters; a long string is searched in pieces of this size
_LEAST = 240  # characters that a part may always have
_DEEPEST = 12
_DETAILS = 5  # rows that the question names, shown with all their columns
_DETAILS_SHARE = 0.5


class Excerpt:
    """Writes one value into a draft, keeping within the asked target."""

    def __init__(self, draft: Draft, ask: Ask) -> None:
        self._draft = draft
        self._ask = ask
        self.pieces = Pieces()

    def write(self, value: Any) -> None:
        """The whole value, from the root."""
        if isinstance(value, dict) and not _is_collection(value):
            self._entries(value, (), 0, self._ask.target_chars)
        else:
            self._entry("", value, (), 0, self._ask.target_chars)

    def _add(self, text: str, path: Path) -> None:
        """Write what a value became, and note whose it is."""
        self.pieces.add(path, self._draft.length, self._draft.length + len(text))
        self._draft.write(text)

    def _entry(self, key: str, value: Any, path: Path, depth: int, budget: int) -> None:
        pad = " " * depth
        text = literal(value)
        if len(text) <= max(60, min(budget, _LEAST)) or not value or not isinstance(value, (dict, list, str)):
            self._add(f"{pad}{key}: {text}\n" if key else f"{text}\n", path)
        elif isinstance(value, str) and len(value) > _LEAST_TEXT and value.count("\n") >= _LINES:
            # A tool's output within JSON is a text of its own kind.
            self._draft.write(f"{pad}{key}: |\n")
            part = self._ask.route(value, Hints(), max(budget, _LEAST))
            self.pieces.add_part(path, part, self._draft.length)
            self._draft.embed(part, at=_at(path))
            self._draft.write("\n")
        elif isinstance(value, str):
            self._draft.write(f"{pad}{key}: ")
            at = self._draft.length
            self._string(value, path, max(budget, _LEAST))
            self._draft.write("\n")
            self.pieces.add(path, at, self._draft.length)
        elif depth >= _DEEPEST:
            self._draft.write(f"{pad}{key}: ")
            self._draft.omit("rows", [(1, len(value))], len(value), at=_at(path))
        elif isinstance(value, list) or _is_collection(value):
            self._collection(f"{pad}{key}", value, path, depth, budget)
        else:
            self._draft.write(f"{pad}{key}:\n" if key else "")
            self._entries(value, path, depth + 1, budget)

    def _entries(self, value: dict[str, Any], path: Path, depth: int, budget: int) -> None:
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
            self._entry(write_key(key), child, (*path, key), depth, max(share, _LEAST))

    def _is_named(self, key: str) -> bool:
        return bool(relevance_of(self._ask.query, [key, ""]))

    def _string(self, value: str, path: Path, budget: int, *, is_cell: bool = False) -> None:
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
                at = self._draft.length
                self._draft.write(dump(value[start:end])[1:-1])
                if not is_cell:  # a cell is part of its row
                    self.pieces.add(path, at, self._draft.length, chars=(start, end))
            else:
                self._draft.omit("chars", [(start + 1, end)], len(value), at=_at(path), after="")

    def _collection(self, head: str, value: dict[str, Any] | list[Any], path: Path, depth: int, budget: int) -> None:
        is_map = isinstance(value, dict)
        table = (as_map_table(value) if isinstance(value, dict) else table_of(value)) or record_table(value)
        bracket = f"{{{len(value)}}}" if is_map else f"[{len(value)}]"
        if table is not None:
            self._table(f"{head}{bracket}", table, value, path, depth, budget)
            return
        self._selected(f"{head}{bracket}:\n" if head.strip() or is_map else "", value, path, depth, budget)

    def _selected(self, head: str, value: dict[str, Any] | list[Any], path: Path, depth: int, budget: int) -> None:
        """Some entries of an object, or elements of an array that is no table."""
        entries = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
        texts = dump_each([child for _, child in entries])
        if isinstance(value, dict):
            texts = [f"{write_key(key)}: {text}" for key, text in zip(value, texts, strict=True)]
        self._draft.write(head)
        costs = [min(len(text), max(_LEAST, budget // 6)) + 8 for text in texts]
        children = [child for _, child in entries]
        sizes, is_dated = magnitudes(children)
        families = [_family(child) for child in children]
        dated = [0] if is_dated else []
        units = Units(texts, [("", sizes)], [("", families)], _keys(value), dated)
        chosen = choose_units(units, costs, budget, self._ask)
        stay = set(chosen.kept)
        gone = [entry for index, entry in enumerate(entries) if index not in stay]
        self._omit(chosen.kept, len(texts), path, summary_of_entries(gone))
        cut = [index for index in chosen.kept if len(texts[index]) + 8 > costs[index]]
        spare = max(budget - sum(costs[index] for index in chosen.kept), 0) // max(len(cut), 1)
        for index in chosen.kept:
            key, child = entries[index]
            name = write_key(key) if isinstance(key, str) else str(index + 1)
            if len(texts[index]) + 8 <= costs[index] and not isinstance(child, str):
                self._add(f"{' ' * (depth + 1)}{name}: {dump(child)}\n", (*path, key))
            else:
                self._entry(name, child, (*path, key), depth + 1, costs[index] + spare)

    def _table(
        self, head: str, table: Table, value: dict[str, Any] | list[Any], path: Path, depth: int, budget: int
    ) -> None:
        is_map = isinstance(value, dict)
        table, addresses = trimmed(table, self._ask)
        plans = plan_columns(table.regular, with_codes=False)
        names = column_names(table, is_map=is_map)
        texts = [SEPARATOR.join(row) for row in zip(*table.cells, strict=True)]
        varying = [i for i, plan in enumerate(plans) if not plan.is_constant]
        layout = lay_out(table, plans, names, self._ask, budget)
        layout = replace(layout, hidden=[*layout.hidden, *addresses])
        costs = row_costs([table.cells[i] for i in layout.shown], len(texts))
        legend = {i: f"~{names[i]}={write_rule(plans[i], names)}" for i in layout.ruled}
        spent = sum(min(len(line), _WANTED_CELL) for line in legend.values())
        spent += sum(len(names[i]) for i in layout.shown) + 60
        room = max(budget - spent, _LEAST)
        chosen = choose_units(units_of(table, varying, texts), costs, room, self._ask)
        wanted = [row for row in chosen.kept if chosen.reasons[row] == "query"]
        again = [i for i in layout.ruled if i in varying and self._is_asked(table.cells[i], wanted)]
        shown = sorted([*layout.shown, *again])
        self._draft.write(f"{head} {SEPARATOR.join(['#', *(names[i] for i in shown)])}\n")
        first = next(row for row in range(len(texts)) if row not in table.odd)
        keys: Sequence[str | int] = list(value) if isinstance(value, dict) else range(len(value))
        for i in layout.ruled:
            if plans[i].is_constant:
                self._draft.write(f"~{names[i]}=")
                self._cell(table, first, i, (*path, keys[first]), limit=_WANTED_CELL, is_map=is_map)
                self._draft.write("\n")
            elif i not in shown:
                self._draft.write(f"{legend[i]}\n")
        self._omit(chosen.kept, len(texts), path, summary_of_rows(table, varying, chosen.kept))
        severe = [row for row in chosen.kept if chosen.reasons[row] == "severity"]
        telling = [*(wanted if len(wanted) <= _DETAILS else ()), *(severe if len(severe) <= _DETAILS else ())]
        details = [row for row in telling if row not in table.odd and self._is_cut(table, layout, row)][:_DETAILS]
        self._in_part(layout, [row for row in chosen.kept if row not in table.odd and row not in details], value, path)
        for row in chosen.kept:
            is_wanted = chosen.reasons[row] == "query" and row not in details
            at = self._draft.length
            self._row(table, row, shown, (*path, keys[row]), is_wanted=is_wanted, is_map=is_map)
            self.pieces.add((*path, keys[row]), at, self._draft.length)
        left = max(room - sum(costs[row] for row in chosen.kept), int(room * _DETAILS_SHARE))
        for row in details:
            key = keys[row]
            name = write_key(key) if isinstance(key, str) else str(row + 1)
            child = value[key]
            self._entry(name, child, (*path, key), depth + 1, max(left // len(details), _LEAST))

    def _is_cut(self, table: Table, layout: Layout, row: int) -> bool:
        """Whether a row would be shown without some columns, or without the content of a nested one."""
        cells = ((table.cells[i][row], table.values[i][row]) for i in layout.shown)
        return bool(layout.hidden) or any(len(c) > _WANTED_CELL and isinstance(v, (dict, list)) for c, v in cells)

    def _in_part(self, layout: Layout, rows: Sequence[int], value: dict[str, Any] | list[Any], path: Path) -> None:
        """Say which rows are shown without some of their columns, and without which."""
        ranges = [(first + 1, last) for first, last, is_in in runs(rows, len(value)) if is_in]
        if layout.hidden and ranges:
            summary = f"in part, without {listed(layout.hidden)}"
            self._draft.omit("rows", ranges, len(value), at=_at(path), summary=summary)

    def _is_asked(self, cells: Sequence[str], rows: Sequence[int]) -> bool:
        return bool(rows) and bool(relevance_of(self._ask.query, [cells[row] for row in rows[:50]] + [""]))

    def _row(self, table: Table, row: int, shown: Sequence[int], path: Path, *, is_wanted: bool, is_map: bool) -> None:
        self._draft.write(str(row + 1))
        limit = _WANTED_CELL if is_wanted else CELL
        if row in table.odd:
            self._draft.write(f"{SEPARATOR}{table.cells[0][row]}\n")
            return
        for i in shown:
            self._draft.write(SEPARATOR)
            self._cell(table, row, i, path, limit=limit, is_map=is_map)
        self._draft.write("\n")

    def _cell(self, table: Table, row: int, column: int, path: Path, *, limit: int, is_map: bool) -> None:
        """A cell; one that is too long loses the rest of its text, or its elements."""
        value, cell = table.values[column][row], table.cells[column][row]
        if len(cell) <= limit + 80 or not isinstance(value, (str, dict, list)):
            self._draft.write(cell)
            return
        inner = (*path, *(table.paths[column][1:] if is_map else table.paths[column]))
        if isinstance(value, str):
            self._string(value, inner, limit, is_cell=True)
        else:
            self._draft.omit("rows", [(1, len(value))], len(value), at=_at(inner), after="")

    def _omit(self, kept: Sequence[int], total: int, path: Path, summary: str = "") -> None:
        ranges = [(first + 1, last) for first, last, is_kept in runs(kept, total) if not is_kept]
        if ranges:
            self._draft.omit("rows", ranges, total, at=_at(path), summary=summary)


def _is_collection(value: Any) -> bool:
    is_many = isinstance(value, dict) and (len(value) > _MANY or as_map_table(value) is not None)
    return is_many or isinstance(value, list)


def _at(path: Path) -> str:
    """A path as markers write it."""
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else _step(step) for step in path)


def _step(key: str) -> str:
    name = write_name((key,))
    return f".{name}" if not name.startswith("[") else name


def _family(value: Any) -> str:
    """What an element is like: its keys, and its value of the first that says what type it is."""
    if not isinstance(value, dict):
        return type(value).__name__
    kinds = (value[key] for key in ("type", "kind", "event", "level", "status") if isinstance(value.get(key), str))
    return f"{next(kinds, '')} {' '.join(value)}"


def _keys(value: dict[str, Any] | list[Any]) -> Sequence[str]:
    return list(value) if isinstance(value, dict) else ()
