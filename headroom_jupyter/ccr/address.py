"""Addresses inside an original, as markers write them, and what stands there.

    $   $.items[3].body   $["odd key"]     a JSON path; a text with a value a line is an array at $
    cell 12   cell 12 output 0             a notebook's cell, from 1, and its output, from 0
    lines 30-80   rows 4-9   chars 1-200   a part of a text, of an array, of a line

One may follow another: `cell 12 output 0 $.items`. Nothing here searches.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from itertools import islice

from headroom_jupyter.ccr import cells
from headroom_jupyter.ccr.marker import parse_ranges
from headroom_jupyter.compressors.json_source import Entry, Step, render_step, root_entries
from headroom_jupyter.compressors.json_source import entries as container_entries
from headroom_jupyter.errors import MarkerError

__all__ = ["Range", "resolve", "slice_chars", "slice_lines", "slice_rows"]

Range = tuple[int, int]
_PART = re.compile(
    r"\s*(?:cell (?P<cell>\d{1,9})(?: output (?P<output>\d{1,9}))?|(?P<unit>lines|rows|chars) (?P<ranges>\d[\d,-]*)"
    r"|(?P<path>\$(?:\.[^\s.\[\]\"]+|\[\d{1,12}\]|\[\"(?:[^\"\\]|\\.){0,400}\"\])*))(?=\s|$)"
)
_TITLE = re.compile(r"# [^\n]*\b[\d,]+ rows? x [\d,]+ columns?\b")
_STEP = re.compile(r"\.([^\s.\[\]\"]+)|\[(\d+)\]|\[(\"(?:[^\"\\]|\\.)*\")\]")


def resolve(text: str, at: str) -> str:
    """The text at an address: strings as they read, any other JSON value as its exact source.

    Raises:
        MarkerError: the address is malformed, or names nothing in this original.

    >>> resolve('{"items": [{"body": "a\\\\nb"}, 1.00]}', "$.items[1]")
    '1.00'
    """
    position = 0
    while position < len(at.rstrip()):
        match = _PART.match(at, position)
        if match is None:
            raise MarkerError(
                f"{at[:60]!r} is no address; write it as in a marker: $.items[3].body, cell 12 output 0, lines 30-80"
            )
        position = match.end()
        if match["cell"]:
            text = _cell(text, int(match["cell"]), None if match["output"] is None else int(match["output"]))
        elif match["unit"]:
            text = _SLICES[match["unit"]](text, parse_ranges(match["ranges"]))
        else:
            text = _json(text, match["path"])
    return text


def slice_lines(text: str, ranges: Sequence[Range]) -> str:
    r"""Those lines of a text, each with its end; 1-based and inclusive.

    Raises:
        MarkerError: a range begins after the last line.

    >>> slice_lines("a\nb\nc\n", [(2, 3)])
    'b\nc\n'
    """
    lines = text.split("\n")
    total = len(lines) - 1 if lines[-1] == "" and len(lines) > 1 else len(lines)
    out = []
    for first, last in ranges:
        _check(first, total, "lines")
        out.append("\n".join(lines[first - 1 : last]) + ("\n" if last < len(lines) else ""))
    return "".join(out)


def slice_rows(text: str, ranges: Sequence[Range]) -> str:
    """Those rows: elements of an array, entries of an object, values of a text with one a line; else all lines but one.

    Of a table's snapshot it is all lines but two, its title and its names. Rows that follow each other come as one
    exact slice.

    Raises:
        MarkerError: a range begins after the last row.
    """
    found = root_entries(text)
    if found is None:
        _, _, body = text.partition("\n")
        if _TITLE.match(text):  # of a table's snapshot: its names follow
            _, _, body = body.partition("\n")
        if not body:
            raise MarkerError("there are no rows here; ask for lines= or chars=")
        return slice_lines(body, ranges)
    rows = list(found)
    out = []
    for first, last in ranges:
        _check(first, len(rows), "rows")
        out.append(text[rows[first - 1].start : rows[min(last, len(rows)) - 1].end])
    return "\n".join(out)


def slice_chars(text: str, ranges: Sequence[Range]) -> str:
    """Those characters of a text; 1-based and inclusive.

    Raises:
        MarkerError: a range begins after the last character.
    """
    out = []
    for first, last in ranges:
        _check(first, len(text), "chars")
        out.append(text[first - 1 : last])
    return "".join(out)


_SLICES = {"lines": slice_lines, "rows": slice_rows, "chars": slice_chars}


def _check(first: int, total: int, unit: str) -> None:
    if first > total:
        raise MarkerError(f"{unit} {first} does not exist: there are {total:,} {unit} here, counted from 1")


def _cell(text: str, number: int, output: int | None) -> str:
    book = cells.load_cells(text)
    if not 1 <= number <= len(book):
        raise MarkerError(f"there is no cell {number}: the notebook has {len(book)}, counted from 1")
    cell = book[number - 1]
    if output is None:
        return cells.source(cell)
    found = cells.outputs(cell)
    if output >= len(found):
        raise MarkerError(f"cell {number} has no output {output}: it has {len(found)}, counted from 0")
    return cells.output_text(found[output])


def _json(text: str, path: str) -> str:
    steps = [_step(*match.groups()) for match in _STEP.finditer(path)]
    if not steps:
        if root_entries(text) is None and not _is_value(text):
            raise MarkerError(f"{path} needs JSON, and this part of the original is none; ask for lines= or chars=")
        return text
    found = root_entries(text)
    for number, step in enumerate(steps):
        try:
            entry = _child(found, step)
            found = container_entries(text, entry.value)
        except ValueError as err:
            shown = "$" + "".join(map(render_step, steps[: number + 1]))
            raise MarkerError(f"{shown} is not in the original: {err}; ask with query= to find the place") from err
    value = text[entry.value : entry.end]
    return str(json.loads(value, strict=False)) if value[:1] == '"' else value


def _child(found: Iterable[Entry] | None, step: Step) -> Entry:
    if found is None:
        raise ValueError("this part of the original is no array or object")
    if isinstance(step, int):
        entry = next(islice(found, step, None), None)
    else:
        entry = next((entry for entry in found if entry.step == step), None)
    if entry is None or isinstance(entry.step, int) != isinstance(step, int):
        raise ValueError("there is nothing of that name or number")
    return entry


def _step(name: str | None, index: str | None, quoted: str | None) -> Step:
    if name is not None:
        return name
    return int(index) if index is not None else str(json.loads(quoted or '""', strict=False))


def _is_value(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
