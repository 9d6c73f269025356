"""The lossless form of a table: cells under column rules, and the lines that fit no row as they are.

    <<table , columns=2 raw=1,1463 rules=1>>  the delimiter, which lines follow unchanged, how many rules follow them
    date,weather
                                    (line 1463, empty)
    2 weather: {A=drizzle,B=rain}   a column that follows a rule, by number and name (see `columns`)
    2012/01/01,A                    the other lines: the cells that rules do not give

A table of fixed widths has `fixed` and a layout in the place of the delimiter: `<<table fixed <4,>8+2,- columns=3>>` is
a column of 4 characters, one of 8 at the right end followed by 2 blanks, and one without padding.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from headroom_jupyter.compressors.base import runs
from headroom_jupyter.compressors.columns import Free, Plan, plan_columns, read_rule, rows_of, write_rule
from headroom_jupyter.compressors.table_formats import borders, split_fields
from headroom_jupyter.compressors.table_grid import Grid

__all__ = ["decode", "encode", "units"]

_HEAD = re.compile(
    r"<<table (?P<form>[,;|:]|tab|fixed (?P<layout>[-<>\d+,]{1,4000}))(?P<crlf> crlf)?"
    r"(?: columns=(?P<columns>\d{1,4}))(?: raw=(?P<raw>\d[\d,-]{0,40000}))?(?: rules=(?P<rules>\d{1,4}))?>>\n"
)
_CELL = re.compile(r"([<>])(\d{1,4})(?:\+(\d{1,3}))?\Z")
_SEPARATORS = "|\t¦§"
_WHOLE = Plan((Free(),))
_LARGEST = 300_000_000  # characters; a forged head must not fill the memory


def encode(lines: Sequence[str], grid: Grid, *, as_is: frozenset[int] = frozenset()) -> str | None:
    """The lossless form of a text's lines, None if they have none that is exact; lines `as_is` stay whole."""
    if grid.shape.form == "delimited":
        return _encode_delimited(lines, grid, as_is)
    return _encode_fixed(lines, grid, as_is)


def decode(text: str) -> str | None:
    """The text of which `encode` made this form; None for any other text."""
    head = _HEAD.match(text)
    if head is None:
        return None
    try:
        return _decode(text, head)
    except (ValueError, IndexError, OverflowError):
        return None


def units(text: str) -> Iterator[tuple[int, int]]:
    """How many lines of a form stand for how many lines of the table: rows and lines before them one by one."""
    head = _HEAD.match(text)
    if head is None:
        return
    ranges = _ranges(head["raw"] or "", text.count("\n"))
    first = ranges[0][1] if ranges and ranges[0][0] == 0 else 0
    yield 1, 0
    yield from ((1, 1) for _ in range(first))
    later = [line for start, stop in ranges for line in range(start, stop) if line >= first]
    notation = len(later) + int(head["rules"] or 0)
    yield notation, 0
    rows = text.count("\n") - first - notation
    at = first
    for line in later:
        yield from ((1, 1) for _ in range(line - at))
        rows -= line - at
        yield 0, 1
        at = line + 1
    yield from ((1, 1) for _ in range(rows))


def _encode_delimited(lines: Sequence[str], grid: Grid, as_is: frozenset[int]) -> str | None:
    delimiter = grid.shape.delimiter
    ends = Counter(lines[i][-1:] == "\r" for i in grid.first)
    crlf = ends[True] > ends[False]
    apart = {row for row, i in enumerate(grid.first) if i in as_is or (lines[i][-1:] == "\r") != crlf}
    fits = [row for row in range(len(grid.rows)) if row not in grid.tall and row not in apart]
    if not fits:
        return None
    head = f"<<table {'tab' if delimiter == chr(9) else delimiter}{' crlf' if crlf else ''}"
    return _written(lines, grid, head, [grid.first[row] for row in fits], [grid.rows[row] for row in fits], delimiter)


def _encode_fixed(lines: Sequence[str], grid: Grid, as_is: frozenset[int]) -> str | None:
    places = sorted(grid.first if not grid.tall else [i for row in grid.tall.values() for i in row])
    step = max(1, len(places) // 200)
    starts = borders([lines[i] for i in places[::step]])
    separator = next((mark for mark in _SEPARATORS if all(mark not in lines[i] for i in places)), None)
    if len(starts) < 2 or separator is None:
        return None
    bounds = list(zip((0, *starts[1:]), (*starts[1:], None), strict=True))
    raw_cells = [[lines[i][a:b] for a, b in bounds] for i in places]
    layout = [_aligned(column, is_last) for column, is_last in _columns(raw_cells)]
    template = _template(layout)
    bare = layout[-1] == "-"
    cells = [[*(cell.strip(" ") for cell in row[:-1]), row[-1] if bare else row[-1].strip(" ")] for row in raw_cells]
    exact = (n for n, row in enumerate(cells) if template.format(*row) == lines[places[n]])
    fits = [n for n in exact if places[n] not in as_is]
    if not fits:
        return None
    mark = "" if separator == "|" else f",{_SEPARATORS.index(separator)}"
    head = f"<<table fixed {','.join(layout)}{mark}"
    return _written(lines, grid, head, [places[n] for n in fits], [cells[n] for n in fits], separator)


def _columns(rows: Sequence[Sequence[str]]) -> Iterable[tuple[Sequence[str], bool]]:
    columns = list(zip(*rows, strict=True))
    return ((column, number == len(columns) - 1) for number, column in enumerate(columns))


def _aligned(raw: Sequence[str], is_last: bool) -> str:
    """How most cells of a column are padded, as the layout writes it."""
    filled = [cell for cell in raw if cell.strip(" ")]
    is_right = any(cell[0] == " " for cell in filled)
    width, number = Counter(map(len, raw)).most_common(1)[0]
    if (
        is_last
        and (number < 0.8 * len(raw) or not is_right)
        and sum(cell[-1] != " " for cell in filled) * 2 > len(filled)
    ):
        return "-"
    if not is_right:
        return f"<{width}"
    gap = Counter(len(cell) - len(cell.rstrip(" ")) for cell in filled).most_common(1)[0][0]
    return f">{width - gap}+{gap}" if gap else f">{width}"


def _template(layout: Sequence[str]) -> str:
    """A format string that pads cells to a layout.

    >>> _template(["<4", ">8+2", "-"])
    '{:<4}{:>8}  {}'
    """
    out = ""
    for item in layout:
        match = _CELL.match(item)
        out += "{}" if match is None else f"{{:{match[1]}{match[2]}}}{' ' * int(match[3] or 0)}"
    return out


def _written(
    lines: Sequence[str], grid: Grid, head: str, places: Sequence[int], rows: Sequence[Sequence[str]], separator: str
) -> str | None:
    kept_raw = [(first, last) for first, last, is_row in runs(places, len(lines)) if not is_row]
    count = sum(last - first for first, last in kept_raw)
    if count > len(lines) // 10 + 15:
        return None
    columns = list(zip(*rows, strict=True))
    numbers = [str(i + 1) for i in range(len(columns))]
    plans = [
        plan
        if plan.own is None or plan.is_plain or _is_safe(plan.own, separator)
        else Plan(_WHOLE.parts, tuple(column))
        for plan, column in zip(plan_columns(columns), columns, strict=True)
    ]
    titles = grid.names if len(grid.names) == len(columns) else numbers
    rules = [
        f"{number} {_title(title)}: {write_rule(plan, numbers)}"
        for number, title, plan in zip(numbers, titles, plans, strict=True)
        if not plan.is_plain
    ]
    head += f" columns={len(columns)}"
    head += f" raw={','.join(f'{a + 1}-{b}' if b > a + 1 else str(b) for a, b in kept_raw)}" if kept_raw else ""
    head += f" rules={len(rules)}>>" if rules else ">>"
    own = [plan.own for plan in plans if plan.own is not None]
    written = map(separator.join, zip(*own, strict=True)) if own else ("" for _ in rows)
    raw = [line for first, last in kept_raw for line in lines[first:last]]
    text = "\n".join([head, *raw, *rules, *written])
    return text if decode(text) == "\n".join(lines) else None


def _is_safe(own: Sequence[str], separator: str) -> bool:
    return not any(separator in cell or '"' in cell or "\n" in cell for cell in own)


def _title(name: str) -> str:
    return " ".join(name.replace(":", " ").split())[:40]


def _decode(text: str, head: re.Match[str]) -> str:
    body = text[head.end() - 1 :].split("\n")[1:]
    ranges = _ranges(head["raw"] or "", len(body))
    raw_count = sum(last - first for first, last in ranges)
    rule_count = int(head["rules"] or 0)
    raw, rules, written = body[:raw_count], body[raw_count : raw_count + rule_count], body[raw_count + rule_count :]
    layout = head["layout"].split(",") if head["layout"] else []
    separator = {"tab": "\t"}.get(head["form"], head["form"])
    if layout:
        separator = _SEPARATORS[int(layout.pop())] if layout[-1].isdigit() else "|"
    weight = sum(map(len, rules)) + sum(int(digits) for item in layout for digits in re.findall(r"\d+", item))
    if weight * len(written) > _LARGEST:
        raise ValueError("larger than any table that was encoded")
    plans = _plans(rules, int(head["columns"]))
    is_ruled = not any(isinstance(part, Free) for plan in plans for part in plan.parts)
    if is_ruled:
        cells = rows_of(plans, [[] for _ in written])
    else:
        cells = rows_of(plans, [row.split(separator) if layout else split_fields(row, separator) for row in written])
    template = _template(layout)
    end = "\r" if head["crlf"] else ""
    rows = [template.format(*row) for row in cells] if layout else [separator.join(row) + end for row in cells]
    return "\n".join(_woven(raw, rows, ranges))


def _plans(rules: Sequence[str], count: int) -> list[Plan]:
    numbers = [str(i + 1) for i in range(count)]
    plans = [_WHOLE] * count
    for rule in rules:
        title, _, template = rule.partition(": ")
        plans[int(title.split(" ")[0]) - 1] = read_rule(template, numbers)
    return plans


def _ranges(text: str, most: int) -> list[tuple[int, int]]:
    """Half-open runs of lines, counted from 0."""
    out: list[tuple[int, int]] = []
    for piece in text.split(",") if text else []:
        first, _, last = piece.partition("-")
        pair = int(first) - 1, int(last or first)
        if pair[0] < (out[-1][1] if out else 0) or pair[1] <= pair[0] or pair[1] > 10**9:
            raise ValueError("ranges run upwards")
        out.append(pair)
    if sum(b - a for a, b in out) > most:
        raise ValueError("more lines than there are")
    return out


def _woven(raw: Sequence[str], rows: Sequence[str], ranges: Sequence[tuple[int, int]]) -> list[str]:
    if ranges and ranges[-1][1] > len(raw) + len(rows):
        raise ValueError("a line beyond the end")
    out: list[str] = []
    of_raw, of_rows = iter(raw), iter(rows)
    for first, last in ranges:
        out.extend(islice(of_rows, first - len(out)))
        out.extend(islice(of_raw, last - first))
    out.extend(of_rows)
    return out
