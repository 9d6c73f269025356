"""Compresses tables: CSV and its kin, Markdown and box-drawn tables, fixed-width listings, DataFrames as text.

Shown are a summary of every column over all rows, the header, and the rows that matter; it reads no HTML.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from headroom_jupyter.compressors import table_lossless
from headroom_jupyter.compressors.base import (
    Ask,
    Compressed,
    Draft,
    Hints,
    line_starts,
    lossless,
    runs,
    sample,
    verbatim,
)
from headroom_jupyter.compressors.table_columns import columns_of, describe
from headroom_jupyter.compressors.table_formats import detect
from headroom_jupyter.compressors.table_grid import Grid, joined, read
from headroom_jupyter.compressors.table_rows import Choice, choose, named_lines

__all__ = ["TableCompressor"]

_SPARSE = 0.4  # of the first column's cells, from which blank ones mean "as above"
_FEW_GAPS = 3  # up to so many, markers stand where the gaps are
_SHORT_LINE = 24  # characters; a gap of one such line costs as much as the line
_LEAST_SAMPLED = 6  # lines; with fewer, the sample of a very wide table grows
_WIDE_SAMPLE = 120_000
_SUMMARY_SHARE = 0.4  # of the target
_ROWS_SHARE = 0.55


class TableCompressor:
    """Knows rows and columns, however they are drawn."""

    name = "table"

    def confidence(self, text: str, hints: Hints) -> float:
        """How sure it is that `text` is a table."""
        lines = sample(text).split("\n")
        is_torn = joined(lines) is not lines  # a record over several lines may be cut by the sample
        if is_torn or len(lines) < _LEAST_SAMPLED < text.count("\n", 0, _WIDE_SAMPLE):
            lines = sample(text, _WIDE_SAMPLE).split("\n")
        shape = detect(joined(lines), hints)
        return shape.confidence if shape is not None else 0.0

    def compress(self, text: str, ask: Ask) -> Compressed:
        """A summary of the columns and the rows that matter, or all rows in fewer characters."""
        lines = text.split("\n")
        some = _spread(joined(lines))
        shape = detect(some, Hints()) or detect(some, Hints(mime="text/csv"))
        grid = read(lines, shape) if shape is not None else None
        if grid is None:
            return verbatim(text)
        if not ask.may_omit or len(text) < 4 * ask.target_chars:
            short = _lossless(text, lines, grid, ask)
            if short is not None and len(short) < len(text) and (not ask.may_omit or len(short) <= ask.target_chars):
                return lossless(text, short, ask, table_lossless.units)
        return _shown(text, grid, ask) if ask.may_omit else verbatim(text)

    def decode(self, text: str) -> str | None:
        """The table of a lossless form."""
        return table_lossless.decode(text)


def _spread(lines: Sequence[str], size: int = 300) -> list[str]:
    """The first third of `size` lines, and the rest evenly over all."""
    if len(lines) <= size:
        return list(lines)
    head = size // 3
    step = (len(lines) - head) / (size - head)
    return [*lines[:head], *(lines[head + int(i * step)] for i in range(size - head))]


def _lossless(text: str, lines: Sequence[str], grid: Grid, ask: Ask) -> str | None:
    """The lossless form with the rows that the query names as they are, if that is not much longer."""
    short = table_lossless.encode(lines, grid)
    named = named_lines(grid, ask.query, text, line_starts(text)) if short is not None else []
    plain = table_lossless.encode(lines, grid, as_is=frozenset(named)) if named else None
    return plain if plain is not None and short is not None and len(plain) < 1.25 * len(short) else short


def _shown(text: str, grid: Grid, ask: Ask) -> Compressed:
    starts = line_starts(text)
    frame = sum(starts[line + 1] - starts[line] for line in grid.frame)
    if frame > max(2 * ask.target_chars, 4000):
        grid, frame = replace(grid, frame=[]), 0
    columns = columns_of(grid)
    summary = describe(columns, grid, int(ask.target_chars * _SUMMARY_SHARE), ask.query.text)
    spent = frame + sum(map(len, summary))
    room = max(int(ask.target_chars * _ROWS_SHARE), ask.target_chars - spent, 400)
    choice = choose(grid, columns, ask, text, starts, min(room, int(ask.target_chars * _ROWS_SHARE)))
    kept = _kept_lines(grid, choice, starts)
    draft = Draft(text)
    named = len(grid.names) - (grid.names[0] == "")  # an index without a name is no column
    title = f"[{len(grid.rows)} rows x {named} columns; over all rows:"
    note = "\n".join([title, *summary, f"shown: {_why(grid, choice)}]", ""])
    _write(draft, kept, starts, note)
    return draft.done()


def _kept_lines(grid: Grid, choice: Choice, starts: Sequence[int]) -> list[int]:
    total = len(starts) - 1
    kept = {line for line in grid.frame if line < total}
    rows = len(grid.rows)
    for unit in choice.units:
        kept.update(grid.lines_of(unit) if unit < rows else (grid.odd[unit - rows],))
    groups = _groups(grid)
    for unit in choice.units if groups else ():
        kept.update(grid.lines_of(groups[unit]) if unit < rows else ())
    ordered = sorted(kept)
    for before, after in pairwise([-1, *ordered, total]):
        if after - before == 2 and starts[after] - starts[after - 1] <= _SHORT_LINE:
            kept.add(before + 1)
    return sorted(kept)


def _groups(grid: Grid) -> list[int]:
    """For each row the one that names its group, where a group's name stands in its first row alone; else []."""
    if grid.shape.form != "fixed" or sum(not row[0] for row in grid.rows) < _SPARSE * len(grid.rows):
        return []
    out: list[int] = []
    for row, cells in enumerate(grid.rows):
        out.append(row if cells[0] or not out else out[-1])
    return out


def _write(draft: Draft, kept: Sequence[int], starts: Sequence[int], note: str) -> None:
    """Markers where the gaps are when there are few, else one for all at the top."""
    pieces = runs(kept, len(starts) - 1)
    gaps = [(first, last) for first, last, is_kept in pieces if not is_kept]
    if len(gaps) <= _FEW_GAPS:
        draft.write(note)
        draft.lines(kept, starts)
        return
    ranges = [(first + 1, last) for first, last in gaps]
    draft.omit("lines", ranges, len(starts) - 1, source=[(starts[first], starts[last]) for first, last in gaps])
    draft.write(note)
    for first, last, is_kept in pieces:
        if is_kept:
            draft.copy(starts[first], starts[last])


def _why(grid: Grid, choice: Choice) -> str:
    """Reasons with their line numbers, as far as they tell more than the rows themselves."""
    return "; ".join(f"{reason} {_numbers(grid, units)}" for reason, units in choice.reasons.items()) or "header"


def _numbers(grid: Grid, units: Sequence[int]) -> str:
    rows = len(grid.rows)
    lines = [grid.first[unit] + 1 if unit < rows else grid.odd[unit - rows] + 1 for unit in units[:8]]
    return ",".join(map(str, lines)) + (",…" if len(units) > 8 else "")
