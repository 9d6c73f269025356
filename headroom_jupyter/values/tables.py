"""The view of a table of any origin: what its columns tell, and the rows that matter, within a size.

It takes no value apart; `frames` and `arrays` do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial

import numpy as np

from headroom_jupyter.ccr.snapshot import KIND, Snapshot
from headroom_jupyter.ccr.store import Parts
from headroom_jupyter.compressors.base import Compressed, Draft, Span, line_starts, runs
from headroom_jupyter.selection import Query, relevance_of
from headroom_jupyter.values.base import View
from headroom_jupyter.values.choice import choose
from headroom_jupyter.values.columns import Array, Taken
from headroom_jupyter.values.facts import Facts, facts_of
from headroom_jupyter.values.wording import column_lines, numbered

__all__ = ["Table", "table_of", "view_of"]

_TOKENS = 1400  # of a view, however large the table
_TOKENS_PER_COLUMN = 90
_WRITTEN_CELLS = 50_000  # a table of more is stored by columns and its tokens are estimated
_LONGEST_ROW = 4000  # characters; of a longer row the beginning is shown
_SAMPLED_ROWS = 24
_COLUMNS_SHARE = 0.85  # of the size, at most: the lines about columns
_HEAD_LINES = 2  # of a snapshot: its title, and the names
_FEW_GAPS = 3
_LINE = 60  # characters that the line about a column has, however small the view: few columns are all described
_ROWS = 200  # characters that rows have, unless the view is small
_MARKER = 40  # characters of a row's number and its share of the marker
_FEW_COLUMNS = 8  # that rows show of the widest table


@dataclass(frozen=True)
class Table:
    """A table taken apart: its rows as they read, what its columns tell, and notes to be told about it.

    `doubled` are rows that repeat an earlier one, the first few; `doubled_count` is how many there are.
    """

    snapshot: Snapshot
    facts: tuple[Facts, ...]
    notes: tuple[str, ...] = ()
    doubled: tuple[int, ...] = ()
    doubled_count: int = 0
    _lines: dict[int, str] = field(default_factory=dict, repr=False)

    @cached_property
    def is_large(self) -> bool:
        """Whether its text is better not written out."""
        cells = self.snapshot.rows * len(self.snapshot.columns)
        return cells > _WRITTEN_CELLS or self.mean_row * self.snapshot.rows > 20 * _WRITTEN_CELLS

    @cached_property
    def mean_row(self) -> float:
        """Characters of a row, by an even sample."""
        lines = [self.line(row) for row in _evenly(self.snapshot.rows, _SAMPLED_ROWS)]
        return sum(map(len, lines)) / max(1, len(lines))

    def line(self, row: int) -> str:
        """A row, from 0."""
        if row not in self._lines:
            self._lines[row] = self.snapshot.lines(row, row + 1)[0]
        return self._lines[row]

    def cost(self, row: int) -> int:
        """Characters that a row takes, those of an average one where looking would take long."""
        return min(_LONGEST_ROW, round(self.mean_row) if self.is_large else len(self.line(row)))


def table_of(title: str, taken: Sequence[Taken], rows: int, notes: Sequence[str] = (), *, index: int = 0) -> Table:
    """Judge all columns, and look for rows that are there twice.

    Args:
        title: What it is; how many rows and columns, and their types, is added.
        taken: The columns.
        rows: How many rows they have.
        notes: Lines to be told with it.
        index: How many of the columns, the first ones, are an index.
    """
    facts = tuple(facts_of(column) for column in taken)
    names = ", ".join(f"{one.name} {one.dtype}" for one in facts)
    width = len(taken) - index
    shape = f"{rows:,} row{'s' if rows != 1 else ''} x {width} column{'s' if width != 1 else ''}"
    shape += f" and an index of {index} level{'s' if index > 1 else ''}" if index else ""
    snapshot = Snapshot(" ".join(f"{title}, {shape}: {names}".split()), rows, tuple(one.column for one in taken))
    doubled = _doubled(taken, facts, rows) if len(taken) > 1 else np.zeros(0, np.int64)
    return Table(snapshot, facts, tuple(notes), tuple(int(row) for row in doubled[:3]), len(doubled))


def view_of(table: Table, *, maker: str) -> View:
    """The view of a table."""
    snapshot = table.snapshot
    data = Parts(snapshot.pieces) if table.is_large else snapshot.text().encode("utf-8", "surrogatepass")
    most = min(_TOKENS, max(400, 250 + _TOKENS_PER_COLUMN * len(snapshot.columns)))
    return View(KIND, data, snapshot.text, partial(_sample, table), partial(_show, table), most, maker, _places)


def _sample(table: Table) -> tuple[str, float]:
    snapshot = table.snapshot
    if not table.is_large:
        return snapshot.text(), 1.0
    rows = _evenly(snapshot.rows, max(8, min(_SAMPLED_ROWS, int(300_000 / max(1.0, table.mean_row)))))
    return "".join(f"{table.line(row)}\n" for row in rows), len(rows) / snapshot.rows


def _places(original: str, text: str) -> Sequence[Span]:
    """Each shown row beside its line of the original; rows left out lie between them."""
    starts = line_starts(original)
    found = []
    at = text.rfind("\nrow,") + 1
    for line in text[at:].split("\n"):
        number = line.partition(",")[0]
        row = int(number) + _HEAD_LINES if number.isdecimal() else 0
        if _HEAD_LINES < row < len(starts):
            found.append((starts[row - 1], starts[row], at, at + len(line) + 1))
        at += len(line) + 1
    return found


def _evenly(count: int, most: int) -> list[int]:
    return list(range(count)) if count <= most else [i * (count - 1) // (most - 1) for i in range(most)]


def _doubled(taken: Sequence[Taken], facts: Sequence[Facts], rows: int) -> Array:
    """Rows that repeat an earlier row in all columns, by a hash of 64 bits."""
    nothing = np.zeros(0, np.int64)
    if rows < 2 or not taken or any(one.distinct == rows for one in facts):
        return nothing
    mixed = np.zeros(rows, np.uint64)
    for column in taken:
        mixed ^= _bits(column)
        mixed *= np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    _, first = np.unique(mixed, return_index=True)
    if len(first) == rows:
        return nothing
    is_first = np.zeros(rows, bool)
    is_first[first] = True
    return np.flatnonzero(~is_first)


def _bits(column: Taken) -> Array:
    values = column.numbers if column.numbers is not None else column.codes
    if values is None:
        return np.zeros(0, np.uint64)
    if values.dtype.kind == "f":
        plain = values.astype(np.float64) + 0.0  # one zero
        plain[np.isnan(plain)] = np.nan  # one NaN
        bits = plain.view(np.uint64)
    else:
        bits = values.astype(np.int64).view(np.uint64)
    return bits ^ np.where(column.gone, np.uint64(0xA5A5), np.uint64(0)) if column.gone is not None else bits


def _show(table: Table, query: Query, size: int, fill: bool) -> Compressed:  # called by place
    """The view in about `size` characters."""
    snapshot = table.snapshot
    title, _, _ = snapshot.title.partition(": " + (table.facts[0].name if table.facts else "\n"))
    head = [f"# {title}", *table.notes]
    if table.doubled_count:
        rows = numbered(table.doubled, 3)
        more = ",…" if table.doubled_count > len(table.doubled) else ""
        head.append(f"{table.doubled_count:,} rows repeat an earlier row: {rows}{more}")
    narrow = _narrowed(table, query, size)
    if narrow is not table:
        head.append(f"rows show {len(narrow.facts)} of the {len(table.facts):,} columns")
    spent = sum(map(len, head)) + len(narrow.snapshot.header) + 120
    room = size - spent
    described = max(room * _COLUMNS_SHARE, _LINE * min(len(table.facts), _FEW_COLUMNS))
    if len(table.facts) > _FEW_COLUMNS:  # lines about many columns leave the first row and the last their place
        ends = (2 if narrow is table else 3) * (narrow.mean_row + _MARKER)
        described = min(described, max(room - ends, room / 2))
    lines = column_lines(table.facts, int(described), query.text[:400].lower())
    choice = choose(
        snapshot.rows,
        list(zip(snapshot.columns, table.facts, strict=True)),
        query,
        room=max(min(_ROWS, size // 5), room - sum(map(len, lines)) - len(lines)),
        cost=narrow.cost,
        doubled=table.doubled,
        fill=fill,
    )
    draft = Draft("")
    why = "; ".join(f"{reason} {numbered(rows)}" for reason, rows in choice.reasons.items())
    draft.write("\n".join([*head, *lines, f"shown rows: {why}" if why else "no row is shown", ""]))
    _write_rows(draft, narrow, choice.rows, is_whole=narrow is table)
    return draft.done()


def _narrowed(table: Table, query: Query, size: int) -> Table:
    """The table itself, or of one too wide for its rows to be shown the columns that the query names and the first."""
    snapshot = table.snapshot
    if len(snapshot.header) + 2 * table.mean_row < 0.6 * size or len(table.facts) < _FEW_COLUMNS:
        return table
    named = relevance_of(query, [re.sub(r"[_\W]+", " ", one.name) for one in table.facts])
    ranked = sorted(range(len(table.facts)), key=lambda place: (-named.get(place, 0.0), place))
    share = 0.5 * size / (len(snapshot.header) + 3 * table.mean_row)
    kept = sorted(ranked[: max(_FEW_COLUMNS, int(share * len(table.facts)))])
    columns = tuple(snapshot.columns[place] for place in kept)
    return Table(Snapshot(snapshot.title, snapshot.rows, columns), tuple(table.facts[place] for place in kept))


def _write_rows(draft: Draft, table: Table, shown: Sequence[int], *, is_whole: bool) -> None:
    """The chosen rows under their names; one marker for all gaps, or each where it is when there are few."""
    total = table.snapshot.rows
    texts = {row: table.line(row) for row in shown}
    whole = [row for row in shown if len(texts[row]) <= _LONGEST_ROW and is_whole]
    gaps = [(first, last) for first, last, is_kept in runs(whole, total) if not is_kept]
    is_few = len(gaps) <= _FEW_GAPS and len(whole) == len(shown)
    if gaps and not is_few:
        draft.omit("rows", [(first + 1, last) for first, last in gaps], total)
    draft.write(f"row,{table.snapshot.header}\n")
    at = 0
    for row in [*shown, total]:
        if is_few and row > at:
            draft.omit("rows", [(at + 1, row)], total)
        if row < total:
            text = texts[row]
            cut = f"{text[:_LONGEST_ROW]}… ({len(text):,} characters)" if len(text) > _LONGEST_ROW else text
            draft.write(f"{row + 1},{cut}\n")
        at = row + 1
