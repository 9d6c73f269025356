r"""Tables of text cells, written once: what is the same in all rows, or follows by rule, goes into the head.

A base-layer module for the compressors of tabular kinds; it knows neither JSON nor CSV. A column's rule is a
template of literal text and slots:

    {}                          the cell's own part, in the row
    {A=first text,B=id #}       the same by code: A, or B17 for "id 17"
    {5+3i}  {007+1i}            a number that grows by row i = 0, 1, 2...
    {2024-01-15T10:00:00Z+60s}  a time that does
    {a,b,c;}                    values that come round
    {@name}                     another column's cell
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from headroom_jupyter.compressors.column_rules import (
    SPECIAL_OUTSIDE,
    TIME,
    Free,
    Grows,
    Passes,
    Plan,
    Refers,
    Returns,
    Slot,
    code_name,
    later,
    number_at,
    plan_columns,
    quoted,
)

__all__ = ["SEPARATOR", "Free", "Plan", "Refers", "columns_of", "plan_columns", "read_rule", "rows_of", "write_rule"]

SEPARATOR = "|"
_HALF = re.compile(r"(?:[^\\#]|\\.)*")
_SLOT = re.compile(r"(?:[^\\{}]|\\.)*")


def write_rule(plan: Plan, names: Sequence[str]) -> str:
    """A plan's template as text, `names` being those of all columns; `read_rule` is its inverse."""
    return "".join(
        quoted(part, SPECIAL_OUTSIDE) if isinstance(part, str) else f"{{{_written(part, names)}}}"
        for part in plan.parts
    )


def _written(slot: Slot, names: Sequence[str]) -> str:
    if isinstance(slot, Free):
        return ",".join(f"{code_name(i)}={shape}" for i, shape in enumerate(slot.codes))
    if isinstance(slot, Grows):
        return f"{str(slot.start).zfill(slot.width)}{slot.step:+d}i"
    if isinstance(slot, Passes):
        return f"{slot.start}{slot.step_s:+d}s"
    if isinstance(slot, Returns):
        return ",".join(map(quoted, slot.values)) + ";"
    return "@" + quoted(names[slot.column])


def _unquoted(text: str) -> str:
    if "\\" not in text:
        return text
    return re.sub(r"\\(.)", lambda found: {"n": "\n", "r": "\r"}.get(found.group(1), found.group(1)), text)


def read_rule(text: str, names: Sequence[str]) -> Plan:
    """The plan of a template, without own parts.

    Raises:
        ValueError: it is no template.
    """
    parts: list[str | Slot] = []
    at = 0
    while at < len(text):
        literal = _SLOT.match(text, at)
        if literal is not None and literal.end() > at:
            parts.append(_unquoted(literal.group()))
            at = literal.end()
            continue
        inner = _SLOT.match(text, at + 1) if text[at] == "{" else None
        if inner is None or text[inner.end() : inner.end() + 1] != "}":
            raise ValueError(f"no template: {text[:60]!r}")
        parts.append(_read_slot(inner.group(), names))
        at = inner.end() + 1
    return Plan(tuple(parts) or ("",))


def _read_slot(text: str, names: Sequence[str]) -> Slot:
    if not text:
        return Free()
    if text[0] == "@":
        return Refers(list(names).index(_unquoted(text[1:])))
    pieces = [piece for piece in re.split(r"((?:[^\\,;]|\\.)*[,;]?)", text) if piece]
    if text[-1] == ";" and not text.endswith("\\;"):
        return Returns(tuple(_unquoted(piece[:-1]) for piece in pieces))
    if grows := re.fullmatch(r"(\d+)([+-]\d+)i", text):
        start = grows.group(1)
        return Grows(int(start), int(grows.group(2)), len(start) if start[0] == "0" and len(start) > 1 else 1)
    if passes := re.fullmatch(rf"({TIME.pattern})([+-]\d+)s", text):
        return Passes(passes.group(1), int(passes.group(6)))
    shapes = [piece.removesuffix(",") if i < len(pieces) - 1 else piece for i, piece in enumerate(pieces)]
    if any(not shape.startswith(code_name(i) + "=") for i, shape in enumerate(shapes)):
        raise ValueError(f"no slot: {text[:60]!r}")
    return Free(tuple(shape[len(code_name(i)) + 1 :] for i, shape in enumerate(shapes)))


def rows_of(plans: Sequence[Plan], own: Sequence[Sequence[str]]) -> list[list[str]]:
    """The cells of all rows; `own` holds, by row, the own parts of the plans that have one, in order.

    Raises:
        ValueError: a row's own parts do not fit the plans.
    """
    return [list(row) for row in zip(*columns_of(plans, own), strict=True)]


def columns_of(plans: Sequence[Plan], own: Sequence[Sequence[str]]) -> list[list[str]]:
    """`rows_of`, by column.

    Raises:
        ValueError: a row's own parts do not fit the plans.
    """
    frees = [next((part for part in plan.parts if isinstance(part, Free)), None) for plan in plans]
    needs = sum(free is not None for free in frees)
    for i, written in enumerate(own):
        if len(written) != needs:
            raise ValueError(f"row {i + 1} has {len(written)} cells where {needs} are needed")
    mine = iter(zip(*own, strict=True))
    out: list[list[str]] = []
    for plan, free in zip(plans, frees, strict=True):
        texts = _decoded(next(mine), free) if free and own else []
        parts = [_cells(part, len(own), out, texts) for part in plan.parts]
        out.append(list(parts[0]) if len(parts) == 1 else list(map("".join, zip(*parts, strict=True))))
    return out


def _decoded(texts: Sequence[str], free: Free) -> list[str]:
    codes = {code_name(i): shape for i, shape in enumerate(free.codes)}
    return [_meant(text, codes) for text in texts] if codes else list(texts)


def _meant(text: str, codes: dict[str, str]) -> str:
    if not text:
        return text
    name = text.rstrip("0123456789")
    shape = codes.get(name)
    if shape is None:
        raise ValueError(f"no such code: {text[:20]!r}")
    before = _HALF.match(shape)
    end = before.end() if before else 0
    if end == len(shape):
        return _unquoted(shape)
    return _unquoted(shape[:end]) + text[len(name) :] + _unquoted(shape[end + 1 :])


def _cells(part: str | Slot, count: int, earlier: Sequence[Sequence[str]], own: Sequence[str]) -> Sequence[str]:
    """What a part of a template gives in each row."""
    if isinstance(part, str):
        return [part] * count
    if isinstance(part, Free):
        return own
    if isinstance(part, Grows):
        return [number_at(part, i) for i in range(count)]
    if isinstance(part, Passes):
        return [later(part.start, part.step_s * i) for i in range(count)]
    if isinstance(part, Returns):
        return [part.values[i % len(part.values)] for i in range(count)]
    return earlier[part.column]
