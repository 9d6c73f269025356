"""Nested containers as JSON: dicts, lists, sets, dataclasses and models, with whatever they hold.

What JSON has no word for becomes a text: NaN, bytes, decimals, dates, objects. Cycles, depth and size are bounded, and
each bound that is met says so where it is. Nothing is consumed: an iterator inside stays untouched.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import math
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from itertools import islice
from pathlib import PurePath
from typing import Any
from uuid import UUID

from headroom_jupyter.compressors.base import Hints
from headroom_jupyter.values.base import Text, Told, View

__all__ = ["told"]

_DEEPEST = 60
_MOST_NODES = 2_000_000
_LONGEST_BYTES = 300
_LONGEST_INSIDE = 2000  # characters of another value inside a container
_OTHERS = {"iloc", "__array__", "__dataframe__", "__arrow_c_stream__"}  # frames and arrays have keys too
_AS_TEXT = (Decimal, date, datetime, time, timedelta, UUID, PurePath, complex)

Tell = Callable[[Any, str | None], Told]


def told(value: Any, name: str | None, tell: Tell) -> Told:
    """The container as compact JSON."""
    plain = _Plainer(tell).plain(value, "$", 0)
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    return Text(text, Hints(mime="application/json"))


class _Plainer:
    """Makes JSON values of Python values; remembers the way down, to notice cycles, and how much it has seen."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._open: dict[int, str] = {}
        self._left = _MOST_NODES

    def plain(self, value: Any, path: str, depth: int) -> Any:
        """A value as JSON has it."""
        self._left -= 1
        if value is None or value is True or value is False or type(value) in (str, int):
            return value
        if isinstance(value, float):
            return float(value) if math.isfinite(value) else str(float(value))
        if isinstance(value, Enum):
            return f"{type(value).__name__}.{value.name}"
        if isinstance(value, (str, int)):
            return str(value) if isinstance(value, str) else int(value)
        if isinstance(value, _AS_TEXT):
            return str(value)
        if isinstance(value, (bytes, bytearray, memoryview)):
            return _bytes(bytes(value[:_LONGEST_BYTES]), len(value))
        inside = _contents(value)
        if inside is None:
            return self._other(value)
        if id(value) in self._open:
            return f"<the same as {self._open[id(value)]}: a cycle>"
        if depth >= _DEEPEST:
            return f"<{type(value).__name__} of {len(inside)}, deeper than {_DEEPEST} levels>"
        self._open[id(value)] = path
        try:
            return self._entries(inside, path, depth)
        finally:
            del self._open[id(value)]

    def _entries(self, inside: Mapping[Any, Any] | list[Any], path: str, depth: int) -> Any:
        if isinstance(inside, Mapping):
            members = {}
            for key, item in islice(inside.items(), max(0, self._left)):
                label = key if isinstance(key, str) else _short(key)
                while label in members:
                    label += "'"
                members[label] = self.plain(item, f"{path}.{label}", depth + 1)
            if len(members) < len(inside):
                members["…"] = f"{len(inside) - len(members):,} more, not looked at"
            return members
        items = [self.plain(item, f"{path}[{i}]", depth + 1) for i, item in enumerate(inside[: max(0, self._left)])]
        if len(items) < len(inside):
            items.append(f"… {len(inside) - len(items):,} more, not looked at")
        return items

    def _other(self, value: Any) -> str:
        """A value of another kind, in a few words of its own."""
        told = self._tell(value, None)
        text = told.sample()[0].partition("\n")[0] if isinstance(told, View) else told.text
        text = text.strip()
        return text if len(text) <= _LONGEST_INSIDE else f"{text[:_LONGEST_INSIDE]}… ({len(text):,} characters)"


def _contents(value: Any) -> Mapping[Any, Any] | list[Any] | None:
    """What a container holds, in an order that is the same in every process; None of what is none."""
    if isinstance(value, Mapping):
        return value
    if isinstance(value, (set, frozenset)):
        return _ordered(value)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return dict(zip(value._fields, value, strict=False))
    if isinstance(value, (list, tuple)) or type(value).__name__ in ("deque", "dict_keys", "dict_values"):
        return list(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name, None) for field in dataclasses.fields(value)}
    if callable(getattr(type(value), "model_dump", None)):
        return dict(getattr(value, "__dict__", {}))
    if {"keys", "__getitem__", "__len__"} <= set(dir(type(value))) and not _OTHERS & set(dir(type(value))):
        return {key: value[key] for key in list(value.keys())}
    return None


def _ordered(values: Iterable[Any]) -> list[Any]:
    try:
        return sorted(values)
    except TypeError:
        return sorted(values, key=lambda value: (type(value).__name__, _short(value)))


def _short(value: Any) -> str:
    if value is None or isinstance(value, (bool, int, float)):
        return str(value)
    try:
        return repr(value)[:200] if not isinstance(value, _AS_TEXT) else str(value)
    except Exception as err:  # noqa: BLE001  # a foreign repr may raise anything; the key says so
        return f"<{type(value).__name__}: its repr raises {type(err).__name__}>"


def _bytes(beginning: bytes, size: int) -> str:
    more = f"… ({size:,} bytes)" if size > len(beginning) else ""
    try:
        return beginning.decode("ascii") + more
    except UnicodeDecodeError:
        return f"base64:{base64.b64encode(beginning[:120]).decode()}… ({size:,} bytes)"
