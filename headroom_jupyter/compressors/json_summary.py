"""What left-out rows and entries hold, in a few words: counts of categories, ranges of numbers, names."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from headroom_jupyter.compressors.json_tables import Table
from headroom_jupyter.compressors.json_text import Raw, literal

__all__ = ["listed", "numbers", "summary_of_entries", "summary_of_rows"]

_ENOUGH = 220  # characters
_MOST_CATEGORIES = 6
_WIDEST_CATEGORY = 24
_TELLING = 0.1  # the share of rows that must have a value for its counts to tell something
_NAMES = 110  # characters of names
# By what an element is called, in the order of how much that says.
_CALLED = ("name", "title", "path", "file", "filename", "key", "id")
_SORTED = ("type", "kind", "status", "state", "level", "event")


def numbers(values: Sequence[Any]) -> list[float | None]:
    """The values that are finite numbers, None for the others."""
    kinds = set(map(type, values))
    if kinds <= {int, float}:
        return list(map(float, values))
    return [_number(value) for value in values] if kinds & {int, float, Raw} else [None] * len(values)


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return float(value)
    if isinstance(value, Raw) and not value.text.startswith("{"):
        number = float(value.text)
        return number if math.isfinite(number) else None
    return None


def summary_of_rows(table: Table, columns: Sequence[int], kept: Sequence[int]) -> str:
    """The rows of a table that are not kept: counts or ranges by column."""
    stay = set(kept)
    gone = [row for row in range(len(table.cells[0])) if row not in stay and row not in table.odd]
    words: list[str] = []
    names = table.names if gone else []
    for i in columns if gone else ():
        word = _column(names[i], [table.cells[i][row] for row in gone], [table.values[i][row] for row in gone])
        if word:
            words.append(word)
        if sum(map(len, words)) > _ENOUGH:
            break
    return "; ".join(words)[: _ENOUGH + 80]


def _column(name: str, cells: list[str], values: list[Any]) -> str:
    counts = Counter(cells)
    if counts[""] > (1 - _TELLING) * len(cells) or 1 < len(cells) == len(counts) < _MOST_CATEGORIES:
        return ""
    if len(counts) <= _MOST_CATEGORIES and all(len(cell) <= _WIDEST_CATEGORY for cell in counts):
        return f"{name}: {_counted(counts)}"
    known = [(number, cell) for number, cell in zip(numbers(values), cells, strict=True) if number is not None]
    if len(known) < len(cells) - counts[""] or not known:
        return ""
    return f"{name} {min(known)[1]} to {max(known)[1]}"


def _counted(counts: Counter[str]) -> str:
    common = [f"{cell or 'none'} {number}" for cell, number in counts.most_common(_MOST_CATEGORIES)]
    rest = len(counts) - len(common)
    return ", ".join([*common, f"{rest} others"] if rest else common)


def summary_of_entries(entries: Sequence[tuple[Any, Any]]) -> str:
    """Left-out entries of an object by their keys, elements of an array by what sorts and names them."""
    if entries and isinstance(entries[0][0], str):
        return listed([key for key, _ in entries])
    children = [child for _, child in entries if isinstance(child, dict)]
    if len(children) < len(entries):
        return ""
    words = []
    for name in _SORTED:
        counts = Counter(child[name] for child in children if isinstance(child.get(name), str))
        if counts and sum(counts.values()) == len(children):
            words.append(f"{name}: {_counted(counts)}")
            break
    for name in _CALLED:
        called = [literal(child[name]) for child in children if isinstance(child.get(name), (str, int))]
        if len(called) == len(children):
            words.append(f"{name}: {listed(called)}")
            break
    return "; ".join(words)[: _ENOUGH + 80]


def listed(names: Sequence[str]) -> str:
    """Names as far as there is room for them."""
    shown: list[str] = []
    for name in names:
        if sum(map(len, shown)) + 2 * len(shown) + len(name) > _NAMES:
            return ", ".join([*shown, "…"]) if shown else ""
        shown.append(name)
    return ", ".join(shown)
