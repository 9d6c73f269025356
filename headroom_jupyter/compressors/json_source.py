"""Where things stand in the source text of a JSON value: entries, elements and strings, by offset.

It never builds the value, so numbers, key order, duplicate keys and spacing stay as they were written; and it does not
recurse. It checks no more of the syntax than it needs to find its way.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

__all__ = ["Entry", "Step", "entries", "is_json", "large_spans", "render_step", "root_entries", "value_end"]

Step = str | int
_SPACE = re.compile(r"[ \t\r\n]*")
_SCALAR = re.compile(r"[^\s,\]}:\[{\"]+")
_STOP = re.compile(r"\"[^\"\\]*\"|[\[\]{}\"]")
_PLAIN_NAME = re.compile(r"[A-Za-z_]\w*\Z")
_NO_SPANS: Mapping[int, int] = {}


class Entry(NamedTuple):
    """An element of an array (step: its index) or a member of an object (step: its key), by offsets.

    `start` is where its source begins, for a member at the key's quote; `value` is where the value begins.
    """

    step: Step
    start: int
    value: int
    end: int


def render_step(step: Step) -> str:
    """A step of a path as markers write it.

    >>> render_step("items") + render_step(3) + render_step("odd key")
    '.items[3]["odd key"]'
    """
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if _PLAIN_NAME.match(step) else f"[{json.dumps(step, ensure_ascii=False)}]"


def value_end(text: str, start: int, spans: Mapping[int, int] = _NO_SPANS) -> int:
    """The end of the value at `start`; `spans` are the ends of some containers, known beforehand.

    Raises:
        ValueError: no value stands there.
    """
    first = text[start : start + 1]
    if first == '"':
        return _string_end(text, start)
    if first and first in "[{":
        return spans.get(start) or _container_end(text, start)
    match = _SCALAR.match(text, start)
    if match is None:
        raise ValueError(f"no JSON value at character {start + 1}")
    return match.end()


def entries(text: str, start: int, spans: Mapping[int, int] = _NO_SPANS) -> Iterator[Entry]:
    """The elements or members of the container at `start`, in order.

    Raises:
        ValueError: it is no container, or its syntax is broken.
    """
    opening = text[start : start + 1]
    if opening not in ("[", "{"):
        raise ValueError(f"no array or object at character {start + 1}")
    closing = "]" if opening == "[" else "}"
    at = _skip(text, start + 1)
    index = 0
    while text[at : at + 1] != closing:
        begin, step = at, index
        key: str | None = None
        if opening == "{":
            after = _string_end(text, at)
            key = _string(text[at:after])
            at = _skip(text, after)
            if text[at : at + 1] != ":":
                raise ValueError(f"no colon after the key at character {begin + 1}")
            at = _skip(text, at + 1)
        end = value_end(text, at, spans)
        yield Entry(step if key is None else key, begin, at, end)
        index += 1
        at = _skip(text, end)
        if text[at : at + 1] == ",":
            at = _skip(text, at + 1)
        elif text[at : at + 1] != closing:
            raise ValueError(f"no comma at character {at + 1}")


def root_entries(text: str, spans: Mapping[int, int] = _NO_SPANS) -> Iterator[Entry] | None:
    """The entries of a text that is one container, or the values of one that has a value a line; else None."""
    start = _skip(text, 0)
    if text[start : start + 1] not in ("[", "{"):
        return None
    try:
        if _skip(text, value_end(text, start, spans)) == len(text):
            return entries(text, start, spans)
    except ValueError:
        return None
    return _values_by_line(text) if _has_value_a_line(text) else None


def is_json(text: str) -> bool:
    """Whether `root_entries` finds entries."""
    return root_entries(text) is not None


def large_spans(text: str, limit: int) -> dict[int, int]:
    """Start and end of every container longer than `limit`, in one pass.

    Raises:
        ValueError: brackets do not match.
    """
    found: dict[int, int] = {}
    opened: list[int] = []
    at = 0
    while (match := _STOP.search(text, at)) is not None:
        at = match.end()
        bracket = text[match.start()]
        if bracket in "[{":
            opened.append(match.start())
        elif bracket == '"':
            if at == match.start() + 1:
                at = _string_end(text, match.start())
        elif not opened or (text[opened[-1]] == "[") != (bracket == "]"):
            raise ValueError(f"unmatched {bracket} at character {at}")
        elif at - (start := opened.pop()) > limit:
            found[start] = at
    if opened:
        raise ValueError(f"bracket at character {opened[-1] + 1} is never closed")
    return found


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _string(source: str) -> str:
    try:
        return str(json.loads(source, strict=False))
    except ValueError:
        return source


def _string_end(text: str, start: int) -> int:
    if text[start : start + 1] != '"':
        raise ValueError(f"no string at character {start + 1}")
    end = text.find('"', start + 1)
    while end > 0:
        before = end
        while text[before - 1] == "\\":
            before -= 1
        if (end - before) % 2 == 0:
            return end + 1
        end = text.find('"', end + 1)
    raise ValueError(f"string at character {start + 1} is never closed")


def _container_end(text: str, start: int) -> int:
    depth = 0
    at = start
    while (match := _STOP.search(text, at)) is not None:
        at = match.end()
        bracket = text[match.start()]
        if bracket in "[{":
            depth += 1
        elif bracket in "]}":
            depth -= 1
            if depth == 0:
                return at
        elif at == match.start() + 1:
            at = _string_end(text, match.start())
    raise ValueError(f"bracket at character {start + 1} is never closed")


def _has_value_a_line(text: str) -> bool:
    checked = 0
    for entry in _values_by_line(text):
        try:
            if text[entry.start] not in "[{" or value_end(text, entry.start) != entry.end:
                return False
        except ValueError:
            return False
        checked += 1
    return checked > 1


def _values_by_line(text: str) -> Iterator[Entry]:
    at = index = 0
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        start, stop = _skip(text, at), end
        while stop > start and text[stop - 1] in " \t\r":
            stop -= 1
        if start < stop:
            yield Entry(index, start, start, stop)
            index += 1
        at = end + 1
