"""Arrays of objects as tables of literals: nested objects flattened to columns, and back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from headroom_jupyter.compressors.columns import SEPARATOR
from headroom_jupyter.compressors.json_text import BAR, MISSING, dump, literals, read_literal

__all__ = ["Path", "Table", "read_name", "record_table", "rows_from", "table_of", "write_name"]

Path = tuple["str | int", ...]
_SIMPLE = re.compile(r"[A-Za-z_$@][\w$@/-]*")
_STEP = re.compile(r"\.?([A-Za-z_$@][\w$@/-]*)|\[(\d+)\]")
_DEEPEST = 6  # levels of nested objects made columns of
_LONGEST_LIST = 4  # elements of an array made columns of
_MOST_COLUMNS = 120
_LEAST_RECORDS = 5  # objects that make a table of records
_MOST_LEAVES = 400  # of its columns
_SHALLOW, _FEW_KEYS = 2, 60  # levels of nested objects that become columns of it, and keys each may have
_MOST_ORDERS = 400  # of keys, in one array
_MOST_TRIED = 40  # orders that are tried one by one
_MOST_KEYS = 500  # in all objects of one array
_NESTED_SHARE = 0.5  # of a table's text that may be JSON within cells; beyond it an outline is shorter


@dataclass(frozen=True, slots=True)
class Table:
    """Columns by path, with a literal cell for every row; "" is a missing one.

    A row in `odd` fits no column: an object in another order or with a key twice, or no object. It stands whole in
    the first column, as JSON after "!", and its other cells are missing.
    """

    paths: tuple[Path, ...]
    cells: tuple[tuple[str, ...], ...]
    values: tuple[tuple[Any, ...], ...]
    odd: frozenset[int] = frozenset()

    @property
    def names(self) -> list[str]:
        """The columns' names as a head writes them."""
        return [write_name(path) for path in self.paths]

    @property
    def regular(self) -> Sequence[Sequence[str]]:
        """The columns' cells without the odd rows."""
        if not self.odd:
            return self.cells
        return [[cell for i, cell in enumerate(column) if i not in self.odd] for column in self.cells]


def table_of(rows: Sequence[Any]) -> Table | None:
    """The table of an array, None when its elements are no objects of one family.

    >>> table_of([{"a": 1, "b": {"c": "x"}}, {"a": 2, "b": {"c": "y"}}]).names
    ['a', 'b.c']
    """
    odd = _odd(rows)
    if odd is None or len(rows) - len(odd) < 2:
        return None
    columns = _columns([row for i, row in enumerate(rows) if i not in odd] if odd else rows, ())
    if columns is None or len(columns) > _MOST_COLUMNS:
        return None
    cells = tuple(literals(values) for _, values in columns)
    total = sum(sum(map(len, column)) for column in cells)
    if sum(column.count("") for column in cells) > 0.75 * len(rows) * len(cells):
        return None
    nested = 0
    for (_, values), column in zip(columns, cells, strict=True):
        if not {dict, list} & set(map(type, values)):
            continue
        kinds = [type(value) is dict or (type(value) is list and len(value) > 0) for value in values]
        if any(kinds) and len(set(column)) > 1:
            nested += sum(len(cell) for cell, is_nested in zip(column, kinds, strict=True) if is_nested)
    if nested > _NESTED_SHARE * total:
        return None
    table = Table(tuple(path for path, _ in columns), cells, tuple(tuple(values) for _, values in columns))
    return _with_odd(table, rows, odd) if odd else table


def record_table(value: Mapping[str, Any] | Sequence[Any]) -> Table | None:
    """Objects of one family, or arrays, as a table that no one reads back: keys in any order, nested values as cells.

    None when there are too few, or they have too little in common. Those of an object have their keys in the column
    ("",).
    """
    rows = list(value.values()) if isinstance(value, Mapping) else list(value)
    if len(rows) >= _LEAST_RECORDS and all(type(row) is list for row in rows):
        rows = [dict(enumerate(row)) for row in rows]
    if len(rows) < _LEAST_RECORDS or not all(type(row) is dict and row for row in rows):
        return None
    columns: dict[Path, list[Any]] = {}
    for i, row in enumerate(rows):
        for path, cell in _leaves(row):
            column = columns.setdefault(path, [MISSING] * len(rows))
            column[i] = cell
        if len(columns) > _MOST_LEAVES:
            return None
    filled = sum(cell is not MISSING for column in columns.values() for cell in column)
    if filled < 0.4 * len(rows) * len(columns):
        return None
    if isinstance(value, Mapping):
        columns = {("",): list(value), **columns}
    return Table(tuple(columns), tuple(map(literals, columns.values())), tuple(map(tuple, columns.values())))


def _leaves(row: dict[Any, Any], prefix: Path = ()) -> Iterator[tuple[Path, Any]]:
    for key, value in row.items():
        if type(value) is dict and value and len(prefix) < _SHALLOW and len(value) <= _FEW_KEYS:
            yield from _leaves(value, (*prefix, key))
        else:
            yield (*prefix, key), value


def _odd(rows: Sequence[Any]) -> frozenset[int] | None:
    """The rows that no table can hold; None when they are more than a few."""
    most = len(rows) // 10
    odd = {i for i, row in enumerate(rows) if type(row) is not dict or not row}
    if len(odd) > most:
        return None
    orders: dict[tuple[str, ...], list[int]] = {}
    for i, row in enumerate(rows):
        if i not in odd:
            orders.setdefault(tuple(row), []).append(i)
    if len(orders) > _MOST_ORDERS:
        return None
    if _common_order(orders) is None:
        if len(orders) > _MOST_TRIED:
            return None
        fitting: list[tuple[str, ...]] = []
        for order in sorted(orders, key=lambda order: -len(orders[order])):
            if _common_order([*fitting, order]) is not None:
                fitting.append(order)
            else:
                odd.update(orders[order])
            if len(odd) > most:
                return None
    return frozenset(odd)


def _with_odd(table: Table, rows: Sequence[Any], odd: frozenset[int]) -> Table:
    cells: list[tuple[str, ...]] = []
    values: list[tuple[Any, ...]] = []
    for number, (column, held) in enumerate(zip(table.cells, table.values, strict=True)):
        regular = iter(zip(column, held, strict=True))
        filled = [
            ((f"!{dump(row)}".replace(SEPARATOR, BAR), dump(row)) if number == 0 else ("", MISSING))
            if i in odd
            else next(regular)
            for i, row in enumerate(rows)
        ]
        cells.append(tuple(cell for cell, _ in filled))
        values.append(tuple(value for _, value in filled))
    return Table(table.paths, tuple(cells), tuple(values), odd)


def rows_from(paths: Sequence[Path], columns: Sequence[Sequence[str]], count: int) -> list[Any]:
    """Inverse of `table_of`, from the cells of each column."""
    rows: list[Any] = [{} for _ in range(count)]
    for path, cells in zip(paths, columns, strict=True):
        known: dict[str, Any] = {cell: read_literal(cell) for cell in set(cells)}
        for row, cell in zip(rows, cells, strict=True):
            value = known[cell]
            if value is MISSING:
                continue
            if len(path) == 1:
                row[path[0]] = value
            else:
                _put(row, path, value)
    return rows


def _put(row: Any, path: Path, value: Any) -> None:
    for step, following in pairwise(path):
        fresh: Any = [] if isinstance(following, int) else {}
        if isinstance(step, str):
            row = row.setdefault(step, fresh)
        else:
            if step == len(row):
                row.append(fresh)
            row = row[step]
    if isinstance(path[-1], str):
        row[path[-1]] = value
    else:
        row.append(value)


def _columns(rows: Sequence[Any], prefix: Path) -> list[tuple[Path, list[Any]]] | None:
    """Columns of objects (or MISSING); None when their keys stand in no common order."""
    orders: dict[tuple[str, ...], None] = {}
    for row in rows:
        if row is not MISSING:
            orders.setdefault(tuple(row))
    if len(orders) > _MOST_ORDERS:
        return None
    keys = _common_order(orders)
    if keys is None:
        return None
    out: list[tuple[Path, list[Any]]] = []
    for key in keys:
        values = [MISSING if row is MISSING else row.get(key, MISSING) for row in rows]
        out += _column((*prefix, key), values)
    return out


def _column(path: Path, values: list[Any]) -> list[tuple[Path, list[Any]]]:
    kinds = {type(value) for value in values if value is not MISSING}
    if len(path) < _DEEPEST and kinds in ({dict}, {dict, type(None)}) and all(v for v in values if type(v) is dict):
        inner = _columns([value if type(value) is dict else MISSING for value in values], path)
        if inner is not None:
            nulls = [None if value is None else MISSING for value in values]
            return [(path, nulls), *inner] if type(None) in kinds else inner
    if len(path) < _DEEPEST and kinds == {list} and MISSING not in values:
        sizes = {len(value) for value in values}
        size = sizes.pop()
        are_objects = all(type(entry) is dict and entry for value in values for entry in value)
        if not sizes and 0 < size <= _LONGEST_LIST and are_objects:
            parts = [_columns([value[i] for value in values], (*path, i)) for i in range(size)]
            if all(part is not None for part in parts):
                return [column for part in parts if part for column in part]
    return [(path, values)]


def _common_order(orders: Iterable[tuple[str, ...]]) -> list[str] | None:
    merged: list[str] = []
    known: set[str] = set()
    for order in orders:
        at = 0
        if len(known.union(order)) > _MOST_KEYS:
            return None
        for key in order:
            if key in known:
                at = merged.index(key) + 1
            else:
                merged.insert(at, key)
                known.add(key)
                at += 1
    places = {key: i for i, key in enumerate(merged)}
    for order in orders:
        indices = [places[key] for key in order]
        if any(a >= b for a, b in pairwise(indices)):
            return None
    return merged


def write_name(path: Path) -> str:
    """A column's name: dotted where its keys are plain, else the path as JSON.

    >>> write_name(("a", 0, "b")), write_name(("x.y",))
    ('a[0].b', '["x.y"]')
    """
    if all(isinstance(step, int) or _SIMPLE.fullmatch(step) for step in path) and isinstance(path[0], str):
        return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)[1:]
    return dump(list(path)).replace("|", BAR).replace("=", "\\u003d")


def read_name(name: str) -> Path:
    """Inverse of `write_name`.

    Raises:
        ValueError: it is no name.
    """
    if name.startswith("["):
        return tuple(json.loads(name))
    steps: list[str | int] = []
    at = 0
    while at < len(name):
        found = _STEP.match(name, at)
        if found is None:
            raise ValueError(f"no column name: {name[:60]!r}")
        steps.append(found.group(1) if found.group(1) is not None else int(found.group(2)))
        at = found.end()
    return tuple(steps)
