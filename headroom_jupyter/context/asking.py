"""What a page asks for, read from its JSON and checked; nothing is done with it here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from headroom_jupyter.compressors.base import Level
from headroom_jupyter.errors import InputError
from headroom_jupyter.pipeline import check_options
from headroom_jupyter.tokens import Tokenizer, tokenizer_for

__all__ = ["MOST_ROWS", "PREVIEW", "Asked", "Lines", "asked", "integer", "text_of"]

Lines = tuple[int, int]
MOST_ROWS = 500
PREVIEW = 2000  # characters of a row's text
_LONGEST_QUERY = 8000
_MOST_PINS = 1000


@dataclass(frozen=True)
class Asked:
    """How to compress. `pins` are lines of rows that stay, `whole` rows that stay, `exclude` rows that are left out."""

    query: str = ""
    model: str = "gpt-4o"
    level: Level = "faithful"
    budget: int | None = None
    pins: Mapping[str, tuple[Lines, ...]] = field(default_factory=dict)
    whole: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()
    offset: int = 0
    limit: int = MOST_ROWS
    compose: int | None = None
    preview: int = PREVIEW

    @property
    def tokenizer(self) -> Tokenizer:
        """The model's tokenizer."""
        return tokenizer_for(self.model)


def asked(given: Mapping[str, Any]) -> Asked:
    """Read a request.

    Raises:
        InputError: names what cannot be used, and what it may be.

    >>> asked({"query": "what failed?", "pins": {"a output 0": [[3, 4]]}}).pins
    {'a output 0': ((3, 4),)}
    """
    budget, level = given.get("budget"), given.get("level") or "faithful"
    check_options(level, budget)
    model = text_of(given, "model") or "gpt-4o"
    tokenizer_for(model)
    return Asked(
        query=text_of(given, "query")[:_LONGEST_QUERY],
        model=model,
        level=cast("Level", level),
        budget=budget,
        pins=_pins(given.get("pins") or {}),
        whole=_names(given, "whole"),
        exclude=_names(given, "exclude"),
        offset=integer(given, "offset", 0),
        limit=min(MOST_ROWS, integer(given, "limit", MOST_ROWS)),
        compose=None if given.get("compose") is None else integer(given, "compose", 0),
        preview=min(PREVIEW, integer(given, "preview", PREVIEW)),
    )


def text_of(given: Mapping[str, Any], name: str) -> str:
    """A text of a request, "" if it is left out.

    Raises:
        InputError: it is something else.
    """
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        raise InputError(f"{name} is {type(value).__name__}, not a text")
    return value or ""


def integer(given: Mapping[str, Any], name: str, default: int) -> int:
    """A number of a request, 0 or more.

    Raises:
        InputError: it is something else.
    """
    value = given.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise InputError(f"{name}={str(value)[:40]!r} is no whole number, 0 or more")
    return value


def _pins(given: object) -> dict[str, tuple[Lines, ...]]:
    if not isinstance(given, Mapping):
        raise InputError("pins is no object of row ids and lines; write it as {id: [[first, last], …]}")
    return {str(row): _lines(ranges) for row, ranges in given.items() if ranges}


def _lines(ranges: object) -> tuple[Lines, ...]:
    found = []
    for pair in ranges if isinstance(ranges, list) else [ranges]:
        if not isinstance(pair, list) or len(pair) != 2 or not all(type(number) is int for number in pair):
            raise InputError(f"pins hold {str(pair)[:40]!r}; lines are written as [first, last]")
        first, last = pair
        if not 1 <= first <= last:
            raise InputError(f"pinned lines {first}-{last} are no range; lines count from 1")
        found.append((first, last))
    if len(found) > _MOST_PINS:
        raise InputError(f"{len(found)} ranges are pinned in one row; {_MOST_PINS} at most, so pin the whole row")
    return tuple(sorted(found))


def _names(given: Mapping[str, Any], name: str) -> frozenset[str]:
    value = given.get(name) or []
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise InputError(f"{name} is no list of row ids")
    return frozenset(value)
