"""Which columns of a JSON table an excerpt shows in its rows, once in its head, or not at all.

It chooses no rows and writes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from headroom_jupyter.compressors.base import Ask
from headroom_jupyter.compressors.columns import SEPARATOR, Plan, Refers, write_rule
from headroom_jupyter.compressors.extremes import wanted_columns
from headroom_jupyter.compressors.json_choice import IDENTITY
from headroom_jupyter.compressors.json_tables import Table
from headroom_jupyter.selection import relevance_of

__all__ = ["CELL", "Layout", "lay_out", "row_costs", "trimmed"]

_OPAQUE = re.compile(r"(?=[^\s]*\d)(?=[^\s]*[A-Za-z])[\w+/=-]{20,}")
CELL = 240  # characters of a string shown in a row
_WANTED = 120  # characters that a column named by the question counts as, however wide it is
_NARROW, _WIDE = 28, 60  # characters a cell has on average
_MOST_ASKED = 4
_GLANCE = 60  # cells that tell what a column holds
_LOOKED_AT = 20  # rows in which the question's words are looked for column by column
_ROWS = 12  # rows that should find room, if there are so many
_ROWS_SHARE = 0.6  # of the budget
_LEGEND_SHARE = 0.2
_LEAST_COLUMNS = 2
_LEAST_WIDTH = 160
_LEAST_LEGEND = 240


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a table: in the rows, in the head as rules, and the names of those that are left out."""

    shown: Sequence[int]
    ruled: Sequence[int]
    hidden: Sequence[str]


def trimmed(table: Table, ask: Ask) -> tuple[Table, list[str]]:
    """A table without its columns of addresses, and their names; those that the question names stay."""
    names = table.names
    asked = _asked(names, ask)
    out = [i for i in range(1, len(names)) if i not in asked and _is_address(table, i)]
    if not out or len(names) - len(out) < _LEAST_COLUMNS:
        return table, []
    stay = [i for i in range(len(names)) if i not in set(out)]
    paths, cells, values = (tuple(map(column.__getitem__, stay)) for column in (table.paths, table.cells, table.values))
    return Table(paths, cells, values, table.odd), [names[i] for i in out]


def lay_out(table: Table, plans: Sequence[Plan], names: Sequence[str], ask: Ask, budget: int) -> Layout:
    """Distribute the columns so that some rows fit into `budget` characters.

    Columns of identity, numbers and categories come first, then short texts; addresses and nested values last.
    Those that the question names are always shown.
    """
    asked = _asked(names, ask)
    ruled = [i for i, plan in enumerate(plans) if follows(plan)]
    free = [i for i in range(len(names)) if i not in set(ruled)]
    shown = _fitting(table, free, asked, budget)
    if len(shown) < len(free):
        asked |= _answering(table, ask)
        shown = _fitting(table, free, asked, budget)
    legend, left = [], max(int(budget * _LEGEND_SHARE), _LEAST_LEGEND)
    whole = len(shown) == len(free) and sum(_rule_size(plans[i], names, i) for i in ruled) <= 2 * left
    for i in sorted(ruled, key=lambda i: (i not in asked, not plans[i].is_constant, _rule_size(plans[i], names, i))):
        left -= _rule_size(plans[i], names, i)
        if whole or left >= 0 or i in asked:
            legend.append(i)
    out = set(range(len(names))) - set(shown) - set(legend)
    return Layout(shown, sorted(legend), [names[i] for i in sorted(out)])


def _asked(names: Sequence[str], ask: Ask) -> set[int]:
    """The columns that the question names best, or whose ends it asks for; a few."""
    found = relevance_of(ask.query, [*(re.sub(r"[_\W]+", " ", name) for name in names), ""])
    best = max(found.values(), default=0.0)
    named = sorted((i for i, score in found.items() if score >= best / 2), key=lambda i: -found[i])
    return {*named[:_MOST_ASKED], *wanted_columns(ask.query, names)[:_MOST_ASKED]}


def _answering(table: Table, ask: Ask) -> set[int]:
    """The column in which the rows that the question names are named."""
    rows = relevance_of(ask.query, [SEPARATOR.join(row) for row in zip(*table.cells, strict=True)])
    best = sorted(rows, key=lambda row: (-rows[row], row))[:_LOOKED_AT]
    scores = [sum(relevance_of(ask.query, [*(cells[row] for row in best), ""]).values()) for cells in table.cells]
    top = max(range(len(scores)), key=scores.__getitem__)
    return {top} if scores[top] > 0 else set()


def follows(plan: Plan) -> bool:
    """Whether a column may be left out of the rows: it is constant, or other columns' cells with something around."""
    return plan.own is None and all(isinstance(part, (str, Refers)) for part in plan.parts)


def _rule_size(plan: Plan, names: Sequence[str], column: int) -> int:
    return len(names[column]) + len(write_rule(plan, names)) + 3


def row_costs(columns: Sequence[Sequence[str]], rows: int) -> list[int]:
    """The characters of each row of some columns, its number included, long cells cut."""
    return [sum(row) + 6 for row in zip(*map(_widths, columns), strict=True)] if columns else [6] * rows


def _widths(cells: Sequence[str]) -> list[int]:
    """The characters that each cell of a column takes in a row, its separator included."""
    return [size + 1 if size < CELL else CELL + 1 for size in map(len, cells)]


def _fitting(table: Table, free: Sequence[int], asked: set[int], budget: int) -> list[int]:
    rows = len(table.cells[0])
    widths = {i: sum(_widths(table.cells[i])) / rows for i in free}
    widths.update((i, 2 * widths[i]) for i in free if _is_opaque(table.cells[i]))
    limit = max(_LEAST_WIDTH, budget * _ROWS_SHARE / min(rows, _ROWS))
    if sum(widths.values()) <= limit:
        return list(free)
    shown: list[int] = []
    left = limit
    for i in sorted(free, key=lambda i: (i not in asked, _tier(table, i, widths[i]), widths[i])):
        width = min(widths[i], _WANTED) if i in asked else widths[i]
        if len(shown) < 2 or width <= left or i in asked:
            shown.append(i)
            left -= width
    return sorted(shown)


def _is_address(table: Table, column: int) -> bool:
    """Whether a column holds long addresses of the web: what names the row is in others."""
    cells = [cell for cell in table.cells[column][:_GLANCE] if cell not in ("", "null")]
    return (
        bool(cells)
        and min(map(len, cells)) > _NARROW
        and all(cell.startswith(("http://", "https://")) for cell in cells)
    )


def _is_opaque(cells: Sequence[str]) -> bool:
    """Whether a column holds hashes or the like: nothing to read, and dear, as few characters make a token."""
    known = [cell for cell in cells[:_GLANCE] if cell not in ("", "null")]
    return bool(known) and all(_OPAQUE.fullmatch(cell) is not None for cell in known)


def _tier(table: Table, column: int, width: float) -> int:
    """How little a column says for its width: 0 tells a row from others, 3 is nested or long."""
    last = str(table.paths[column][-1]).lower()
    if width > _WIDE or not any(table.cells[column]) or _is_opaque(table.cells[column]):
        return 3
    if last in IDENTITY or re.split(r"[_\W]", last)[-1] in ("id", "name") or last == "":
        return 0
    if width <= _NARROW:
        return 1
    return 2
