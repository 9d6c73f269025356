"""Which rule a column of cells follows: nothing is written or read here, see `columns`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from os.path import commonprefix

__all__ = [
    "SPECIAL_OUTSIDE",
    "TIME",
    "Free",
    "Grows",
    "Parts",
    "Passes",
    "Plan",
    "Refers",
    "Returns",
    "Slot",
    "code_name",
    "later",
    "number_at",
    "plan_columns",
    "quoted",
]

_SPECIAL = re.compile(r"[\\{}#,;=@\n\r]")
SPECIAL_OUTSIDE = re.compile(r"[\\{}\n\r]")  # of slots
TIME = re.compile(r"(\d{4}-\d\d-\d\d)([T ])(\d\d:\d\d:\d\d)(Z?)")
_NUMBER = re.compile(r"\d+")
_PIECES = re.compile(r"\d+|[A-Za-z]+|[^A-Za-z\d]+")
_LONGEST_CYCLE = 24
_MOST_CODES = 60
_PROBE = 4 * _LONGEST_CYCLE  # cells that are tried before all are
_MOST_REFERENCES = 12  # columns that one column is compared with


@dataclass(frozen=True, slots=True)
class Free:
    """The part of a cell that its row writes: itself, or by code."""

    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Grows:
    """`start + step * i`, at least `width` digits wide."""

    start: int
    step: int
    width: int


@dataclass(frozen=True, slots=True)
class Passes:
    """`start` plus `step_s` seconds times i."""

    start: str
    step_s: int


@dataclass(frozen=True, slots=True)
class Returns:
    """The i-th of some values that come round."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refers:
    """The cell of an earlier column in the same row."""

    column: int


Slot = Free | Grows | Passes | Returns | Refers
Parts = tuple["str | Slot", ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """How a column is written: `parts` make a cell; `own` is what each row writes of it, None if nothing."""

    parts: Parts
    own: tuple[str, ...] | None = None

    @property
    def is_plain(self) -> bool:
        """Whether rows write the whole cell."""
        return self.parts == (Free(),)

    @property
    def is_constant(self) -> bool:
        """Whether all rows have the same cell."""
        return all(isinstance(part, str) for part in self.parts)


def plan_columns(columns: Sequence[Sequence[str]], *, with_codes: bool = True) -> list[Plan]:
    """Find a rule for each column, or none.

    Args:
        columns: Cells by column, all of one length; "" is a missing cell.
        with_codes: Whether repeated texts may be written by code, and texts without their common ends.

    Returns:
        A plan for each column. References lead to earlier columns only.

    >>> [p.parts for p in plan_columns([["a1", "a2", "a3", "a4"], ["x", "x", "x", "x"]])]
    [('a', Grows(start=1, step=1, width=1)), ('x',)]
    """
    plans: list[Plan] = []
    for number, cells in enumerate(columns):
        plan = _ruled(cells)
        if plan is None and all(cells):
            plan = _referring(columns, plans, number)
        if plan is None:
            plan = _shortened(cells) if with_codes else Plan((Free(),), tuple(cells))
        plans.append(plan)
    return plans


def _ruled(cells: Sequence[str]) -> Plan | None:
    """A plan without an own part, when a rule gives every cell."""
    parts = _rule(cells)
    return Plan(parts) if parts is not None else None


def _rule(cells: Sequence[str]) -> Parts | None:
    first = cells[0]
    if all(cell == first for cell in cells):
        return (first,) if first else ("",)
    if len(cells) < 4 or not all(cells):
        return None
    if len(cells) > _PROBE and _any_rule(cells[:_PROBE]) is None:
        return None  # a rule of all is a rule of the first
    return _any_rule(cells)


def _any_rule(cells: Sequence[str]) -> Parts | None:
    return _time(cells) or _pieces(cells) or _cycle(cells)


def _cycle(cells: Sequence[str]) -> Parts | None:
    try:
        period = cells.index(cells[0], 1) if isinstance(cells, list) else list(cells).index(cells[0], 1)
    except ValueError:
        return None
    while period <= min(_LONGEST_CYCLE, len(cells) // 3):
        if all(cells[i] == cells[i - period] for i in range(period, len(cells))):
            return (Returns(tuple(cells[:period])),)
        try:
            period = list(cells).index(cells[0], period + 1)
        except ValueError:
            return None
    return None


def _time(cells: Sequence[str]) -> Parts | None:
    first, second = TIME.search(cells[0]), TIME.search(cells[1])
    if not first or not second:
        return None
    before, after = cells[0][: first.start()], cells[0][first.end() :]
    try:
        step = int((_moment(second.group()) - _moment(first.group())).total_seconds())
        wanted = (before + later(first.group(), step * i) + after for i in range(len(cells)))
        is_ruled = step != 0 and all(cell == want for cell, want in zip(cells, wanted, strict=True))
    except (ValueError, OverflowError):
        return None
    return tuple(part for part in (before, Passes(first.group(), step), after) if part) if is_ruled else None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=timezone.utc)


def later(text: str, seconds: int) -> str:
    """A time moved, in the same spelling."""
    moved = (_moment(text) + timedelta(seconds=seconds)).strftime("%Y-%m-%d %H:%M:%S")
    return moved.replace(" ", text[10]) + ("Z" if text.endswith("Z") else "")


def _pieces(cells: Sequence[str]) -> Parts | None:
    """Cells of one shape whose varying pieces all follow rules."""
    shape = _PIECES.findall(cells[0])
    second = _PIECES.findall(cells[1])
    if len(shape) > 40 or len(second) != len(shape):
        return None
    split = [_PIECES.findall(cell) for cell in cells]
    if any(len(pieces) != len(shape) for pieces in split):
        return None
    parts: list[str | Slot] = []
    for column in zip(*split, strict=True):
        values = list(column)
        is_same = values.count(values[0]) == len(values)
        slot: Parts | None = (values[0],) if is_same else _grows(values) or _cycle(values)
        if slot is None:
            return None
        parts += slot
    return _merged(parts)


def _grows(cells: Sequence[str]) -> Parts | None:
    if not all(cell.isascii() and cell.isdigit() and len(cell) < 16 for cell in cells[:3]):
        return None
    start, step = int(cells[0]), int(cells[1]) - int(cells[0])
    width = len(cells[0]) if cells[0][0] == "0" and len(cells[0]) > 1 else 1
    slot = Grows(start, step, width)
    return (slot,) if step and all(cell == number_at(slot, i) for i, cell in enumerate(cells)) else None


def number_at(slot: Grows, i: int) -> str:
    """The number of row i."""
    return str(slot.start + slot.step * i).zfill(slot.width)


def _merged(parts: Sequence[str | Slot]) -> Parts:
    out: list[str | Slot] = []
    for part in parts:
        if isinstance(part, str) and out and isinstance(out[-1], str):
            out[-1] += part
        elif part != "":
            out.append(part)
    return tuple(out)


def _referring(columns: Sequence[Sequence[str]], plans: Sequence[Plan], number: int) -> Plan | None:
    """A plan by an earlier column's cell that stands in every cell of this one."""
    cells = columns[number]
    candidates = [i for i, plan in enumerate(plans) if not plan.is_constant and all(columns[i][:3])]
    best: Plan | None = None
    for other in candidates[-_MOST_REFERENCES:]:
        theirs = columns[other]
        if not all(len(their) > 1 and their in mine for their, mine in zip(theirs, cells, strict=True)):
            continue
        cut = [mine.partition(their) for their, mine in zip(theirs, cells, strict=True)]
        left, right = [piece[0] for piece in cut], [piece[2] for piece in cut]
        before, after = _rule(left), _rule(right)
        if before is not None and after is not None:
            return Plan(_merged([*before, Refers(other), *after]))
        if before is not None and best is None:
            rest = _shortened(right)
            best = Plan(_merged([*before, Refers(other), *rest.parts]), rest.own)
        elif after is not None and best is None:
            rest = _shortened(left)
            best = Plan(_merged([*rest.parts, Refers(other), *after]), rest.own)
    return best


def _shortened(cells: Sequence[str]) -> Plan:
    """The cells by code, or without their common beginning and end, or as they are."""
    coded = _coded(cells)
    if coded is not None:
        return coded
    if len(cells) >= 4 and all(cells):
        before = _common_start([min(cells), max(cells)])
        rest = [cell[len(before) :] for cell in cells]
        after = _common_start([cell[::-1] for cell in rest])[::-1] if all(rest) else ""
        saved = (len(before) + len(after)) * len(cells)
        if len(before) + len(after) >= 3 and saved > 60:
            own = tuple(cell[: len(cell) - len(after)] if after else cell for cell in rest)
            return Plan(_merged([before, Free(), after]), own)
    return Plan((Free(),), tuple(cells))


def _common_start(texts: list[str]) -> str:
    return commonprefix(texts)  # noqa: RUF071  character by character is what is wanted here


def _coded(cells: Sequence[str]) -> Plan | None:
    # A code must be worth its entry in the head: about two characters a cell are one token.
    least = 4 * len(cells) + 20
    most = min(_MOST_CODES, len(cells) // 6)
    if len(cells) < 12 or sum(map(len, cells)) - len(cells) < least:
        return None
    if len(cells) > 1000 and len(Counter(_shapes(cells[:: len(cells) // 250])[0])) > most:
        return None
    shapes, written = _shapes(cells)
    counts = Counter(shape for shape in shapes if shape)
    if not counts or len(counts) > most:
        return None
    names = {shape: code_name(i) for i, (shape, _) in enumerate(counts.most_common())}
    own = tuple(
        "" if not shape else names[shape] + (found.group() if found else "")
        for shape, found in zip(shapes, written, strict=True)
    )
    before, after = sum(map(len, cells)), sum(map(len, own)) + sum(len(shape) + 4 for shape in names)
    if before - after < least:
        return None
    return Plan((Free(tuple(names)),), own)


def _shapes(cells: Sequence[str]) -> tuple[list[str], list[re.Match[str] | None]]:
    """The cells with "#" for their first number, and where that is."""
    written = [_NUMBER.search(cell) for cell in cells]
    shapes = [
        quoted(cell) if found is None else f"{quoted(cell[: found.start()])}#{quoted(cell[found.end() :])}"
        for cell, found in zip(cells, written, strict=True)
    ]
    return shapes, written


def code_name(index: int) -> str:
    """The name of a code: A to Z, then AA, AB and so on."""
    return chr(65 + index) if index < 26 else chr(65 + index // 26 - 1) + chr(65 + index % 26)


def quoted(text: str, special: re.Pattern[str] = _SPECIAL) -> str:
    """Text with a backslash before what is special in a rule."""
    return special.sub(lambda found: "\\" + {"\n": "n", "\r": "r"}.get(found.group(), found.group()), text)
