"""Reads a table of a known format into rows of cells, each with the source lines it stands in.

Lines are counted from 0 here. What fits no row is kept apart as odd, never guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from headroom_jupyter.compressors.table_formats import (
    LS_NAMES,
    RECORD,
    RULE_CHARS,
    Shape,
    bar_cells,
    borders,
    header_names,
    is_rule,
    slices,
    split_fields,
)

__all__ = ["Grid", "joined", "read"]

_DTYPE = re.compile(r"[iuf](?:8|16|32|64)|str|cat|bool|date|datetime\[.*|list\[.*|object|enum|null|---")
_MOST_JOINED = 400  # lines of one quoted record; beyond that the quote is a stray one
_MOST_TITLE = 40  # lines that may stand above the names
_TOPS = "┌╔╭┏"  # how the upper border of a box begins
_MOST_FRAME = 10  # lines of title and header


@dataclass(frozen=True, slots=True)
class Grid:
    """A table read: `rows[i]` has a cell for each name and stands in source line `first[i]`.

    `tall` gives all lines of the rows that have more than one. `frame` are lines to show always (titles, header,
    rules, footer), `header` the one with the names; `odd` are lines with content that do not fit.
    """

    shape: Shape
    names: tuple[str, ...]
    rows: list[Sequence[str]]
    first: list[int]
    frame: list[int]
    header: int | None = None
    odd: list[int] = field(default_factory=list)
    tall: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def lines_of(self, row: int) -> tuple[int, ...]:
        """The source lines of a row."""
        return self.tall.get(row) or (self.first[row],)


def read(lines: Sequence[str], shape: Shape) -> Grid | None:
    """Read all lines; None when fewer than half of those with content fit the format."""
    if shape.form == "fixed":
        wrapped = _read_wrapped(lines)
        if wrapped is not None:
            return wrapped
    grid = _READERS[shape.form](lines, shape)
    if len(grid.rows) < 2 or len(grid.rows) <= len(grid.odd):
        return None
    return _framed(lines, grid)


def _numbered(count: int) -> tuple[str, ...]:
    return tuple(f"c{i + 1}" for i in range(count))


def _framed(lines: Sequence[str], grid: Grid) -> Grid:
    """Odd lines before the first row and a short footer become frame."""
    before = grid.header if grid.header is not None else grid.first[0]
    top = [i for i in grid.odd if i < before][-_MOST_FRAME:]
    last = grid.lines_of(len(grid.rows) - 1)[-1]
    foot = [i for i in grid.odd if i > last]
    foot = foot if len(foot) <= 3 else []
    dots = [i for i in grid.odd if lines[i].strip() and not lines[i].strip(" .…│|┆\r")][:3]
    frame = sorted({*grid.frame, *top, *foot, *dots})
    return replace(grid, frame=frame, odd=[i for i in grid.odd if i not in set(frame)])


def _read_delimited(lines: Sequence[str], shape: Shape) -> Grid:
    rows: list[Sequence[str]] = []
    first: list[int] = []
    odd: list[int] = []
    tall: dict[int, tuple[int, ...]] = {}
    for start, end in _records(lines):
        record = lines[start] if end == start + 1 else "\n".join(lines[start:end])
        fields = split_fields(record.rstrip("\r"), shape.delimiter)
        if shape.delimiter == "\t" and 1 < len(fields) < shape.count:
            fields += [""] * (shape.count - len(fields))
        if len(fields) == shape.count:
            if end > start + 1:
                tall[len(rows)] = tuple(range(start, end))
            rows.append(fields)
            first.append(start)
        elif record and not record.isspace():
            odd.extend(range(start, end))
    names = header_names(rows[0], rows[1:60], False) if rows else ()
    if names and 0 not in tall:
        tall = {row - 1: span for row, span in tall.items()}
        return Grid(shape, names, rows[1:], first[1:], [first[0]], first[0], odd, tall)
    return Grid(shape, _numbered(shape.count), rows, first, [], None, odd, tall)


def joined(lines: Sequence[str]) -> Sequence[str]:
    """The lines with those of a quoted record that goes on over line ends in one.

    >>> joined(["a,b", '1,"x', 'y"'])
    ['a,b', '1,"x y"']
    """
    first = next((line for line in lines if line.strip()), "")
    if not any(sign in first for sign in ",;\t") or first.count('"') % 2:
        return lines
    if not any(line.count('"') % 2 for line in lines if '"' in line):
        return lines
    return [" ".join(lines[start:end]) for start, end in _records(lines)]


def _records(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Half-open runs of lines that make a record: quotes may hold line ends."""
    torn = [i for i, line in enumerate(lines) if '"' in line and line.count('"') % 2]
    if not torn:
        return [(i, i + 1) for i in range(len(lines))]
    joined: list[tuple[int, int]] = []
    number = 0
    while number + 1 < len(torn):
        if torn[number + 1] - torn[number] < _MOST_JOINED:
            joined.append((torn[number], torn[number + 1] + 1))
            number += 1
        number += 1
    out: list[tuple[int, int]] = []
    at = 0
    for start, end in (*joined, (len(lines), len(lines))):
        out.extend((i, i + 1) for i in range(at, start))
        if end > start:
            out.append((start, end))
        at = end
    return out


def _read_bars(lines: Sequence[str], shape: Shape) -> Grid:
    def cells_of(line: str) -> Sequence[str] | None:
        cells = bar_cells(line)
        return cells if len(cells) == shape.count else None

    return _collect(lines, shape, cells_of)


def _read_fixed(lines: Sequence[str], shape: Shape) -> Grid:
    bounds = list(zip((0, *shape.starts[1:]), (*shape.starts[1:], None), strict=False))
    inner = [start for start in shape.starts if start]

    def cells_of(line: str) -> Sequence[str] | None:
        for start in inner:
            if line[start - 1 : start] not in " │|":
                return None
        return [line[a:b].strip() for a, b in bounds]

    return _collect(lines, shape, cells_of)


def _read_words(lines: Sequence[str], shape: Shape) -> Grid:
    splits = shape.count - 1

    def cells_of(line: str) -> Sequence[str] | None:
        cells = line.rstrip("\r").split(None, splits)
        if len(cells) != shape.count:
            return None
        return [*cells[:5], " ".join(cells[5:8]), cells[8]] if shape.names == LS_NAMES else cells

    return _collect(lines, shape, cells_of)


def _collect(lines: Sequence[str], shape: Shape, cells_of: Callable[[str], Sequence[str] | None]) -> Grid:
    """Read a table of one row a line; the header is the line before the first rule, or the first if it looks so."""
    rule = _rule(lines, shape)
    rows: list[Sequence[str]] = []
    first: list[int] = []
    odd: list[int] = []
    frame: list[int] = []
    header: int | None = None
    names: tuple[str, ...] = ()
    for number, line in enumerate(lines):
        if not line or line.isspace():
            continue
        if line[0] in RULE_CHARS and is_rule(line):
            frame += [number] if not rows or number == rule else []
            continue
        cells = cells_of(line)
        if rule is not None and number < rule:
            frame.append(number)
            read = tuple(cells or slices(line, shape.starts))
            # A frame's dtypes stand under its names, and what stands above a box is no header at all.
            if len(read) == shape.count and not (names and _DTYPE.fullmatch(read[0])) and "---" not in read:
                header, names = number, read
        elif cells is None or not any(cell.strip(" .…") for cell in cells):
            odd.append(number)  # a row of dots stands for rows that the table itself leaves out
        else:
            rows.append(cells)
            first.append(number)
    if header is None and rows and not (shape.names and shape.names[0] != rows[0][0]):
        names = header_names(rows[0], rows[1:60], True)
        if names or (shape.names and tuple(rows[0]) == shape.names):
            names = names or shape.names
            header = first[0]
            frame.append(header)
            del rows[0], first[0]
    names = names or shape.names
    width = len(rows[0]) if rows else shape.count
    names = names if len(names) == width else _numbered(width)
    return Grid(shape, names, rows, first, frame[: 2 * _MOST_FRAME], header, odd)


def _rule(lines: Sequence[str], shape: Shape) -> int | None:
    """The line that parts names from rows."""
    rule = next((i for i, line in enumerate(lines[:20]) if line and is_rule(line) and i and lines[i - 1].strip()), None)
    if rule is not None and (is_rule(lines[rule - 1]) or lines[rule].lstrip()[:1] in _TOPS):
        rule = None
    rule = _second_rule(lines) if rule is None else rule
    if shape.form == "words" and shape.names:
        wanted = list(shape.names)
        named = (i for i, line in enumerate(lines[:_MOST_TITLE]) if line.split(None, shape.count - 1) == wanted)
        rule = next(named, -1) + 1 or rule
    return rule


def _second_rule(lines: Sequence[str]) -> int | None:
    """In a boxed table the rule under the header, when the text begins with another rule."""
    rules = [i for i, line in enumerate(lines[:20]) if line and is_rule(line) and line.lstrip()[:1] not in "│┃|┆"]
    return rules[1] if len(rules) > 1 and rules[1] - rules[0] in (2, 3, 4) else None


def _read_wrapped(lines: Sequence[str]) -> Grid | None:
    """A DataFrame's text whose columns are wrapped into blocks: a row is one line of each block."""
    blocks: list[tuple[int, int]] = []
    start = 0
    for number in [i for i, line in enumerate(lines) if not line or line.isspace()] + [len(lines)]:
        if number - start > 1:
            blocks.append((start, number))
        start = number + 1
    height = blocks[0][1] - blocks[0][0] if blocks else 0
    blocks = [block for block in blocks if block[1] - block[0] == height]
    if len(blocks) < 2 or not all(lines[start].rstrip().endswith("\\") for start, _ in blocks[:-1]):
        return None
    columns: list[Sequence[str]] = []
    names: list[str] = []
    for number, (start, end) in enumerate(blocks):
        starts = borders([lines[start].rstrip().rstrip("\\"), *lines[start + 1 : end]])
        cells = [slices(line, starts) for line in lines[start + 1 : end]]
        titles = slices(lines[start].rstrip().rstrip("\\"), starts)
        skip = 1 if number else 0
        columns += list(zip(*cells, strict=False))[skip:]
        names += titles[skip:]
    heads = [start for start, _ in blocks]
    tall = {i: tuple(head + 1 + i for head in heads) for i in range(height - 1)}
    shape = Shape("fixed", len(names), 0.95)
    if len(names) < 2 or height < 3:
        return None
    inside = {i for start, end in blocks for i in range(start, end)}
    note = [i for i, line in enumerate(lines[-3:], max(0, len(lines) - 3)) if line.strip() and i not in inside]
    rows: list[Sequence[str]] = list(zip(*columns, strict=False))
    return Grid(
        shape, tuple(names), rows, [heads[0] + 1 + i for i in range(height - 1)], heads + note, heads[0], [], tall
    )


def _read_records(lines: Sequence[str], shape: Shape) -> Grid:
    """Rows written as a line for each field, under a line that counts them or after a blank one."""
    names: dict[str, None] = {}
    found: list[dict[str, str]] = []
    spans: list[list[int]] = []
    odd: list[int] = []
    is_open = False
    for number, line in enumerate(lines):
        if RECORD.match(line) or not line.strip():
            is_open = False
            if line.strip():
                found.append({})
                spans.append([number])
                is_open = True
            continue
        name, sign, value = line.partition(shape.delimiter)
        if not sign and not line[:1].isspace():
            odd.append(number)
            continue
        if not is_open:
            found.append({})
            spans.append([])
            is_open = True
        spans[-1].append(number)
        if not sign or line[:1].isspace() and name.strip() not in names:
            continue  # the field above goes on
        names.setdefault(name.strip())
        found[-1].setdefault(name.strip(), value.strip())
    rows: list[Sequence[str]] = [[record.get(name, "") for name in names] for record in found]
    tall = {row: tuple(span) for row, span in enumerate(spans) if len(span) > 1}
    return Grid(shape, tuple(names), rows, [span[0] for span in spans], [], None, odd, tall)


_READERS = {
    "delimited": _read_delimited,
    "bars": _read_bars,
    "fixed": _read_fixed,
    "words": _read_words,
    "records": _read_records,
}
