"""The snapshot of a table: its columns as they were, and the text they read as, one line a row.

    # title
    name,name,...
    cell,cell,...          row 1

A cell is bare text; as a JSON string where it is empty or holds a comma, a quote, a line end or outer space; nothing
where it is missing. A large table is stored by columns (`pieces`), since numbers are several times smaller than
their text. Nothing here knows pandas or numpy, and nothing judges a value.
"""

from __future__ import annotations

import json
import re
import struct
import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Literal

import orjson

from headroom_jupyter.errors import MarkerError, StoreError

__all__ = ["KIND", "Column", "Snapshot", "as_cell", "pack_cells", "rows_of", "table_of", "text_of"]

KIND = "frame"  # of originals in this notation
_HEAD_LINES = 2
_MAGIC = b"\xffheadroom frame 1\n"  # its first byte begins no text
_BLOCK = 4096  # rows whose text is in memory at a time
_PIECE = 1 << 20  # bytes
_SPECIAL = re.compile(r"[,\"\n\r]|\A\s|\s\Z|\A\Z")
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  # times are told as they read, whatever their zone
_MICROS = {"D": 86_400_000_000, "s": 1_000_000, "ms": 1000, "us": 1}
_DAY = {"D": 1, "s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
_DIGITS = {"ms": 3, "us": 6, "ns": 9}
_NEVER = -(1 << 63)  # numpy's NaT

Form = Literal["numbers", "times", "spans", "labels", "text"]


def as_cell(text: str) -> str:
    r"""A text as a cell.

    >>> as_cell("plain"), as_cell("a, b"), as_cell("")
    ('plain', '"a, b"', '""')
    """
    return json.dumps(text, ensure_ascii=False) if _SPECIAL.search(text) else text


@dataclass(frozen=True)
class Column:
    """One column: numbers, times or codes in a buffer of the machine, or cells as text.

    Args:
        name: As it reads.
        form: "numbers"; "times" and "spans" count `unit`s; "labels" are numbers of `labels`, below 0 where missing;
            "text" has its cells in `blocks`.
        code: The `struct` code of the buffer's numbers.
        buffer: The numbers, one a row.
        missing: A byte a row, not 0 where it is missing; None when the buffer tells by itself.
        labels: Cells that the codes stand for.
        blocks: The cells of a "text", as `pack_cells` gives them.
        unit: Of times and spans: "D", "s", "ms", "us" or "ns".
    """

    name: str
    form: Form
    code: str = ""
    buffer: Any = b""
    missing: Any = None
    labels: Sequence[str] = ()
    blocks: Sequence[Any] = ()
    unit: str = ""

    def cells(self, start: int, stop: int) -> list[str]:
        """The cells of rows `start` to `stop`, from 0, half open."""
        if self.form == "text":
            return _unpacked(self.blocks, start, stop)
        code: Any = self.code
        values: list[Any] = memoryview(self.buffer).cast("B").cast(code)[start:stop].tolist()
        if self.form == "labels":
            labels = self.labels
            return [labels[value] if value >= 0 else "" for value in values]
        if self.form == "numbers":
            found = _floats(values, self.code) if self.code in "fd" else list(map(str, values))
        elif self.form == "times":
            found = _times(values, self.unit)
        else:
            found = ["" if value == _NEVER else _span(value, self.unit) for value in values]
        if self.missing is None:
            return ["" if cell == "nan" else cell for cell in found] if self.code in "fd" else found
        return [
            "" if gone else cell
            for cell, gone in zip(found, memoryview(self.missing).cast("B")[start:stop], strict=True)
        ]

    def runs(self) -> list[Any]:
        """The buffers that hold all of it, as they are stored."""
        runs = [self.buffer, b"" if self.missing is None else self.missing]
        return runs + (list(self.blocks) if self.form == "text" else [_pack(self.labels)] if self.labels else [])


@dataclass(frozen=True)
class Snapshot:
    """A table: its title, its columns, and how many rows they have."""

    title: str
    rows: int
    columns: tuple[Column, ...] = field(repr=False)

    @cached_property
    def header(self) -> str:
        """The line with the names."""
        return ",".join(as_cell(column.name) for column in self.columns)

    def lines(self, start: int, stop: int) -> list[str]:
        """The lines of rows `start` to `stop`, from 0, half open."""
        if not self.columns:
            return [""] * (stop - start)
        return list(map(",".join, zip(*(column.cells(start, stop) for column in self.columns), strict=True)))

    @property
    def head(self) -> str:
        """The lines before the rows."""
        return f"# {self.title}\n{self.header}\n"

    def text(self) -> str:
        """The whole table."""
        blocks = ["\n".join(self.lines(at, min(at + _BLOCK, self.rows))) for at in range(0, self.rows, _BLOCK)]
        return self.head + "\n".join([*blocks, ""])

    def rows_text(self, ranges: Sequence[tuple[int, int]]) -> str:
        """Those rows, each with its line end; 1-based and inclusive.

        Raises:
            MarkerError: a range begins after the last row.
        """
        out = []
        for first, last in ranges:
            if first > self.rows:
                raise MarkerError(f"rows {first} does not exist: there are {self.rows:,} rows here, counted from 1")
            out += self.lines(first - 1, min(last, self.rows))
        return "".join(f"{line}\n" for line in out)

    def pieces(self) -> Iterator[bytes]:
        """What is stored of a large table, in pieces; `read` is the inverse."""
        entries = []
        for column in self.columns:
            sizes = [memoryview(run).nbytes for run in column.runs()]
            said = {"name": column.name, "form": column.form, "code": column.code, "unit": column.unit}
            entries.append({**said, "sizes": sizes})
        head = {"title": self.title, "rows": self.rows, "order": sys.byteorder, "columns": entries}
        yield _MAGIC + json.dumps(head).encode("ascii") + b"\n"
        for column in self.columns:
            for run in column.runs():
                view = memoryview(run).cast("B")
                for at in range(0, len(view), _PIECE):
                    yield bytes(view[at : at + _PIECE])

    @classmethod
    def read(cls, data: bytes) -> Snapshot:
        """The table that `pieces` wrote.

        Raises:
            StoreError: it is none, or was written on a machine of another kind.
        """
        try:
            end = data.index(b"\n", len(_MAGIC))
            head = json.loads(data[len(_MAGIC) : end])
            if head["order"] != sys.byteorder:
                raise StoreError("the table was stored on a machine of another byte order; retrieve it there")
            view, columns, at = memoryview(data), [], end + 1
            for entry in head["columns"]:
                runs = []
                for size in entry["sizes"]:
                    runs.append(view[at : at + size])
                    at += size
                columns.append(_column(entry, runs))
            return cls(head["title"], head["rows"], tuple(columns))
        except (ValueError, KeyError, TypeError) as err:
            raise StoreError(f"the stored table cannot be read ({err}); it was written by another version") from err


def pack_cells(cells: Sequence[str]) -> tuple[bytes, ...]:
    """Cells in blocks, so that a few of them can be read without the others."""
    return tuple(_pack(cells[at : at + _BLOCK]) for at in range(0, len(cells), _BLOCK))


def text_of(data: bytes) -> str:
    """The text of an original, of a table stored by columns too.

    Raises:
        UnicodeDecodeError: it is no text.
    """
    return Snapshot.read(data).text() if data.startswith(_MAGIC) else data.decode("utf-8", "surrogatepass")


def table_of(data: bytes) -> tuple[str, list[str]]:
    """The lines before a table's rows, and the lines of these, however it is stored."""
    if data.startswith(_MAGIC):
        snapshot = Snapshot.read(data)
        blocks = range(0, snapshot.rows, _BLOCK)
        return snapshot.head, [line for at in blocks for line in snapshot.lines(at, min(at + _BLOCK, snapshot.rows))]
    lines = text_of(data).split("\n")
    return "".join(f"{line}\n" for line in lines[:_HEAD_LINES]), lines[_HEAD_LINES:-1]


def rows_of(data: bytes, ranges: Sequence[tuple[int, int]]) -> str:
    """Rows of a table, however it is stored; as `Snapshot.rows_text`."""
    if data.startswith(_MAGIC):
        return Snapshot.read(data).rows_text(ranges)
    lines = text_of(data).split("\n")[_HEAD_LINES:-1]
    out = []
    for first, last in ranges:
        if first > len(lines):
            raise MarkerError(f"rows {first} does not exist: there are {len(lines):,} rows here, counted from 1")
        out += lines[first - 1 : last]
    return "".join(f"{line}\n" for line in out)


def _pack(cells: Sequence[str]) -> bytes:
    return zlib.compress("\n".join(cells).encode("utf-8", "surrogatepass"), 1)


def _unpack(block: Any) -> list[str]:
    return zlib.decompress(block).decode("utf-8", "surrogatepass").split("\n")


def _unpacked(blocks: Sequence[Any], start: int, stop: int) -> list[str]:
    first = start // _BLOCK
    cells = [cell for block in blocks[first : -(-stop // _BLOCK)] for cell in _unpack(block)]
    return cells[start - first * _BLOCK : stop - first * _BLOCK]


def _column(entry: dict[str, Any], runs: Sequence[memoryview]) -> Column:
    missing = runs[1] if len(runs[1]) else None
    labels = _unpack(runs[2]) if entry["form"] == "labels" and len(runs) > 2 else ()
    blocks = runs[2:] if entry["form"] == "text" else ()
    return Column(entry["name"], entry["form"], entry["code"], runs[0], missing, labels, blocks, entry["unit"])


def _floats(values: list[float], code: str) -> list[str]:
    """Floats as they read: the shortest text that gives the same number in their own width."""
    if code != "d" or not values:
        return list(map(_narrow, values))
    text = orjson.dumps(values)[1:-1].decode("ascii")  # the digits of repr, several times faster
    cells = text.split(",")
    if "e" not in text and "0.0000" not in text and "null" not in text:  # else some may be spelled otherwise
        return cells
    for index, value in enumerate(values):
        if not (1e-4 <= value < 1e15 or -1e15 < value <= -1e-4 or value == 0.0):  # with an exponent, or not finite
            cells[index] = repr(value)
    return cells


def _narrow(value: float) -> str:
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124  # a NaN
        return str(value)
    for digits in range(6, 9):
        text = f"{value:.{digits}g}"
        if struct.unpack("f", struct.pack("f", float(text)))[0] == value:
            return str(float(text))
    return str(float(f"{value:.9g}"))


def _times(values: Sequence[int], unit: str) -> list[str]:
    """Moments; each day, and each time of day, is written once."""
    each = _DAY[unit]
    days: dict[int, str | None] = {}
    clocks: dict[int, str] = {}
    out = []
    for value in values:
        day, rest = divmod(value, each)
        if day not in days:
            days[day] = _day(day)
        if rest not in clocks:
            clocks[rest] = _clock(rest, unit)
        date = days[day]
        told = f"{value} {unit} since 1970" if date is None else date + clocks[rest]
        out.append("" if value == _NEVER else told)
    return out


def _day(day: int) -> str | None:
    try:
        return (_EPOCH + timedelta(days=day)).date().isoformat()
    except OverflowError:
        return None


def _clock(rest: int, unit: str) -> str:
    """The time of day, after a blank; nothing for whole days."""
    if unit == "D":
        return ""
    seconds, part = divmod(rest, _DAY[unit] // 86_400)
    minutes, second = divmod(seconds, 60)
    text = f" {minutes // 60:02d}:{minutes % 60:02d}:{second:02d}"
    return text if unit == "s" else f"{text}.{part:0{_DIGITS[unit]}d}"


def _span(value: int, unit: str) -> str:
    micros, nanos = (value // 1000, value % 1000) if unit == "ns" else (value * _MICROS[unit], 0)
    try:
        text = str(timedelta(microseconds=micros))
    except OverflowError:
        return f"{value} {unit}"
    return f"{text}+{nanos}ns" if nanos else text
