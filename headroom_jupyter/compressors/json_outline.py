"""The lossless form of a JSON value: an indented outline with tables in it, and the way back.

name: value                      strings bare where nothing else could be meant
name: |3                         a text of three lines, which follow as they are
name:                            an object, its entries one deeper
name[2]:                         an array, its elements one deeper after "-"
name[300] id|user.name|score     an array of objects: columns, "~column=rule" lines, then a line for each row
name[300!2] id|user.name|score   the same with 2 rows that fit no column, each whole as JSON after "!"
name{300} key|version            an object of objects, the same way, its keys in the first column
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from headroom_jupyter.compressors.columns import SEPARATOR, Free, Plan, columns_of, plan_columns, read_rule, write_rule
from headroom_jupyter.compressors.json_places import Pieces
from headroom_jupyter.compressors.json_tables import Path, Table, read_name, rows_from, table_of
from headroom_jupyter.compressors.json_text import dump, literal, read_json, read_literal

__all__ = ["Outline", "as_map_table", "column_names", "read_outline", "write_key", "write_outline"]

_KEY = re.compile(r'[^\s":\[\]{}|\-\x00-\x1f\ud800-\udfff][^":\[\]{}|\x00-\x1f\ud800-\udfff]*(?<! )')
_HEAD = re.compile(r"(?:\[(\d+)(!\d+)?\]|\{(\d+)(!\d+)?\})(?: (.*)|:)$")
_DEEPEST = 40
_LEAST_MAP = 4
_INLINE = 60  # characters; a smaller object or array stands in its line as JSON
_LONG_ARRAY, _GLANCED = 1000, 100  # elements; those of an array so long that its first ones are written as a trial
_MARGIN = 4  # times shorter than the trial says: what rules could still make of the whole array
_MOST_RULED = 1_000_000  # cells that are made by rule alone; more would be a bomb


class Outline:
    """The lines of an outline; given up once they are longer than anyone wants them."""

    def __init__(self, most_chars: int = sys.maxsize, *, has_pieces: bool = False) -> None:
        self.lines: list[str] = []
        self.chars = 0
        self.pieces = Pieces() if has_pieces else None
        self._most_chars = most_chars

    @property
    def is_full(self) -> bool:
        """Whether there is more that was not written."""
        return self.chars > self._most_chars

    def has_no_room_for(self, rows: list[Any]) -> bool:
        """Whether the beginning of a long array shows that its table will not fit by far; then it counts as written."""
        if len(rows) < _LONG_ARRAY or self._most_chars == sys.maxsize:
            return False
        table = table_of(rows[:_GLANCED])
        written = table and _table(table, _GLANCED, is_map=False)
        if not written:
            return False
        chars = sum(map(len, written[1])) * len(rows) // _GLANCED // _MARGIN
        if self.chars + chars <= self._most_chars:
            return False
        self.chars += chars
        return True

    def add_rows(self, rows: Sequence[str], path: Path, value: Mapping[str, Any] | Sequence[Any]) -> None:
        """Write the rows of a table, one for each entry of the value at `path`."""
        if self.pieces is None:
            self.add(*rows)
            return
        steps: Iterable[str | int] = value if isinstance(value, Mapping) else range(len(value))
        for step, row in zip(steps, rows, strict=False):
            self.add(row, path=(*path, step))

    def add(self, *lines: str, path: Path | None = None) -> None:
        """Write some lines more, which show all of the value at `path`."""
        start = self.chars
        self.lines += lines
        self.chars += sum(map(len, lines)) + len(lines)
        if self.pieces is not None and path is not None:
            self.pieces.add(path, start, self.chars)


def write_outline(value: Any, *, most_chars: int = sys.maxsize, has_pieces: bool = False) -> Outline:
    """The outline of an object or array, written until it is longer than `most_chars`."""
    sheet = Outline(most_chars, has_pieces=has_pieces)
    if isinstance(value, dict) and as_map_table(value) is None:
        _entries(value, (), 0, sheet)
    else:
        _entry("", value, (), 0, sheet)
    return sheet


def _entries(value: Mapping[str, Any], path: Path, depth: int, sheet: Outline) -> None:
    for key, child in value.items():
        if sheet.is_full:
            return
        _entry(write_key(key), child, (*path, key), depth, sheet)


def _entry(key: str, value: Any, path: Path, depth: int, sheet: Outline) -> None:
    pad = " " * depth
    if isinstance(value, str) and value.count("\n") >= 2 and "\r" not in value and value.isprintable() is False:
        block = value.split("\n")
        if not re.search(r"[\x00-\x08\x0b-\x1f\ud800-\udfff]", value):
            sheet.add(f"{pad}{key}: |{len(block)}", *block, path=path)
            return
    inline = depth >= _DEEPEST or not isinstance(value, (dict, list)) or not value
    if inline or len(text := dump(value)) <= _INLINE or _is_flat(value, text):
        sheet.add(f"{pad}{key}: {literal(value)}", path=path)
        return
    if isinstance(value, list) and sheet.has_no_room_for(value):
        return
    table = table_of(value) if isinstance(value, list) else as_map_table(value)
    written = _table(table, len(value), is_map=isinstance(value, dict)) if table is not None else None
    if written is not None:
        head, rows = written
        sheet.add(f"{pad}{key}{head[0]}", *head[1:], path=None if rows else path)
        sheet.add_rows(rows, path, value)
    elif isinstance(value, list):
        sheet.add(f"{pad}{key}[{len(value)}]:")
        for index, entry in enumerate(value):
            if sheet.is_full:
                return
            _entry("-", entry, (*path, index), depth + 1, sheet)
    else:
        sheet.add(f"{pad}{key}:")
        _entries(value, path, depth + 1, sheet)


def _table(table: Table, size: int, *, is_map: bool) -> tuple[list[str], list[str]] | None:
    """A table's head and its rows; None in the rare case that a row could be taken for an odd one."""
    names = column_names(table, is_map=is_map)
    plans = plan_columns(table.regular)
    own = [plan.own for plan in plans if plan.own is not None]
    rows = [SEPARATOR.join(row) for row in zip(*own, strict=True)] if own else []
    odd = f"!{len(table.odd)}" if table.odd else ""
    if odd:
        if any(row.startswith("!") for row in rows):
            return None
        regular = iter(rows)
        rows = [table.cells[0][i] if i in table.odd else next(regular, "") for i in range(size)]
    bracket = f"{{{size}{odd}}}" if is_map else f"[{size}{odd}]"
    # "~" alone ends the rules where the first row looks like one.
    guard = ["~"] if rows and rows[0].startswith("~") else []
    return [f"{bracket} {SEPARATOR.join(names)}", *_head_lines(names, plans), *guard], rows


def _is_flat(value: Any, text: str) -> bool:
    """An array of scalars, or of pairs of them: shortest as JSON in its line."""
    return isinstance(value, list) and "{" not in text and not any(isinstance(v, str) and len(v) > 60 for v in value)


def column_names(table: Table, *, is_map: bool) -> list[str]:
    """The names of a table's columns; that of an object's keys is one no other has."""
    names = table.names
    if is_map:
        names[0] = "key"
        while names[0] in names[1:]:
            names[0] += "_"
    return names


def _head_lines(names: Sequence[str], plans: Sequence[Plan]) -> list[str]:
    """The rules of the columns that have one."""
    return [f"~{name}={write_rule(plan, names)}" for name, plan in zip(names, plans, strict=True) if not plan.is_plain]


def as_map_table(value: Any) -> Table | None:
    """The table of an object whose values are objects, its keys in the column ("",); None when it is none."""
    if not isinstance(value, dict) or len(value) < _LEAST_MAP:
        return None
    if not all(type(entry) is dict and entry and "" not in entry for entry in value.values()):
        return None
    table = table_of([{"": key, **entry} for key, entry in value.items()])
    return table if table is not None and table.paths[0] == ("",) else None


def write_key(key: str) -> str:
    """A key as it stands before ":", quoted where it must be."""
    return key if _KEY.fullmatch(key) else dump(key)


def read_outline(lines: Sequence[str]) -> Any:
    """The value of `write_outline`'s lines.

    Raises:
        ValueError: they are no such lines.
        IndexError: they end too soon.
    """
    reader = _Reader(lines)
    first = lines[0]
    value: Any
    if first.startswith(("[", "{", ":")):
        _, value = reader.entry(0)
    else:
        value = reader.object(0)
    if reader.at != len(lines):
        raise ValueError("lines are left over")
    return value


class _Reader:
    """Reads entries from lines, each at its depth."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._ruled = 0
        self.at = 0

    def _depth(self) -> int:
        if self.at >= len(self._lines):
            return -1
        line = self._lines[self.at]
        return len(line) - len(line.lstrip(" "))

    def object(self, depth: int) -> dict[str, Any]:
        out: dict[str, Any] = {}
        while self._depth() == depth:
            key, value = self.entry(depth)
            out[key] = value
        return out

    def entry(self, depth: int) -> tuple[str, Any]:
        line = self._lines[self.at][depth:]
        self.at += 1
        if line.startswith('"'):
            key, end = json.JSONDecoder().raw_decode(line)
        elif line.startswith("-"):
            key, end = "-", 1
        else:
            end = min((at for at in (line.find(c) for c in ":[{") if at >= 0), default=-1)
            if end < 0:
                raise ValueError(f"no entry: {line[:60]!r}")
            key = line[:end]
        rest = line[end:]
        if rest == ":":
            return key, self.object(depth + 1)
        if rest.startswith(": |"):
            size = int(rest[3:])
            block = self._lines[self.at : self.at + size]
            self.at += size
            if len(block) != size:
                raise ValueError("a text ends too soon")
            return key, "\n".join(block)
        if rest.startswith(": "):
            return key, read_literal(rest[2:])
        return key, self._collection(rest, depth)

    def _collection(self, rest: str, depth: int) -> Any:
        head = _HEAD.match(rest)
        if head is None:
            raise ValueError(f"no entry: {rest[:60]!r}")
        array, odd_of_array, map_, odd_of_map, columns = head.groups()
        odd = odd_of_array or odd_of_map
        size = int(array or map_)
        if columns is None:
            return [self.entry(depth + 1)[1] for _ in range(size)]
        names = columns.split(SEPARATOR)
        written: dict[str, Plan] = {}
        while self.at < len(self._lines) and self._lines[self.at].startswith("~"):
            if self._lines[self.at] == "~":
                self.at += 1
                break
            name, _, rule = self._lines[self.at][1:].partition("=")
            if name not in names:
                break
            written[name] = read_rule(rule, names)
            self.at += 1
        plans = [written.get(name) or read_rule("{}", names) for name in names]
        needs = any(isinstance(part, Free) for plan in plans for part in plan.parts)
        if needs or odd:
            lines = self._lines[self.at : self.at + size]
            self.at += size
            if len(lines) != size:
                raise ValueError("a table ends too soon")
        else:
            self._ruled += size * len(names)
            if self._ruled > _MOST_RULED:
                raise ValueError("more cells than any text has")
            lines = [""] * size
        strange = {i: read_json(line[1:]) for i, line in enumerate(lines) if line.startswith("!")} if odd else {}
        own = [line.split(SEPARATOR) if needs else [] for i, line in enumerate(lines) if i not in strange]
        is_map = map_ is not None
        paths: list[Path] = [("",) if is_map and i == 0 else read_name(name) for i, name in enumerate(names)]
        rows = rows_from(paths, columns_of(plans, own), len(own))
        if strange:
            regular = iter(rows)
            rows = [strange[i] if i in strange else next(regular) for i in range(size)]
        return {row.pop(""): row for row in rows} if is_map else rows
