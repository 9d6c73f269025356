"""What the variables of the session are, a short line each: name, type, shape, columns. Never a secret.

A value is looked at, not computed with: no column is scanned, and no repr of a stranger is called.
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from headroom_jupyter.context.secrets import MASK, is_secret_name, masked

__all__ = ["schema", "variables"]

_LONGEST = 240  # characters of a line
_COLUMNS = 24
_KEYS = 8
_DEEP = 2
_BEGINNING = 60


def variables(space: Mapping[str, Any], hidden: Iterable[str]) -> dict[str, Any]:
    """The person's own variables: no modules, functions, classes, nor what IPython put there."""
    skipped = {*hidden, "In", "Out", "exit", "quit", "get_ipython", "open"}
    unwanted = (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, type)
    return {
        name: value
        for name, value in list(space.items())
        if not name.startswith("_") and name not in skipped and not isinstance(value, unwanted)
    }


def schema(name: str, value: Any) -> str:
    """One line on a variable.

    >>> schema("rows", [{"id": 1, "name": "a"}] * 3)
    "rows: list of 3 dict {id: int 1, name: str 'a'}"
    >>> schema("password", "hunter2")
    'password: str [masked]'
    """
    try:
        line = _described(name, value, _DEEP)
    except Exception as err:  # noqa: BLE001  # a stranger's object may raise anything when it is looked at
        line = f"{_type(value)} (it raises {type(err).__name__} when looked at)"
    line = " ".join(masked(line)[0].split())
    return f"{name}: {line if len(line) <= _LONGEST else line[:_LONGEST] + '…'}"


def _described(name: str, value: Any, depth: int) -> str:
    kind = _type(value)
    if is_secret_name(name) and isinstance(value, (str, bytes)):
        return f"{kind} {MASK}"
    if value is None or isinstance(value, (bool, int, float, complex)):
        return _number(kind, value)
    if isinstance(value, (str, bytes)):
        return _string(kind, value)
    if _has_columns(value):
        return _frame(kind, value)
    if (shape := getattr(value, "shape", None)) is not None and isinstance(shape, tuple):
        return f"{kind} {'×'.join(map(str, shape))}{_dtype(value)}"
    if isinstance(value, Mapping):
        return _mapping(kind, value, depth)
    if isinstance(value, (list, tuple, set, frozenset)):
        return _container(kind, value, depth)
    return kind


def _type(value: Any) -> str:
    kind = type(value)
    module = kind.__module__.partition(".")[0]
    return kind.__qualname__ if module in ("builtins", "__main__") else f"{module}.{kind.__qualname__}"


def _number(kind: str, value: Any) -> str:
    if value is None:
        return "None"
    if isinstance(value, int) and value.bit_length() > 200:
        return f"{kind} of {value.bit_length():,} bits"
    return f"{kind} {value!r}" if type(value).__module__ == "builtins" else kind


def _string(kind: str, value: str | bytes) -> str:
    if len(value) <= _BEGINNING:
        return f"{kind} {value!r}"
    return f"{kind} of {len(value):,}: {value[:_BEGINNING]!r}…"


def _has_columns(value: Any) -> bool:
    return (
        hasattr(value, "columns") and hasattr(value, "shape") and (hasattr(value, "dtypes") or hasattr(value, "schema"))
    )


def _frame(kind: str, value: Any) -> str:
    dtypes = value.dtypes
    types_ = list(getattr(dtypes, "values", dtypes)) if not callable(getattr(dtypes, "values", None)) else list(dtypes)
    columns = [f"{column} {dtype}" for column, dtype in zip(islice(value.columns, _COLUMNS), types_, strict=False)]
    more = len(value.columns) - len(columns)
    rows, width = value.shape
    return f"{kind} {rows:,}×{width}: {', '.join(columns)}{f', and {more} more' if more > 0 else ''}"


def _dtype(value: Any) -> str:
    dtype = getattr(value, "dtype", None)
    return f" {dtype}" if dtype is not None else ""


def _mapping(kind: str, value: Mapping[Any, Any], depth: int) -> str:
    size = len(value)
    if not depth or not size:
        return f"{kind} of {size:,}"
    items = [
        f"{key}: {_described(str(key), item, depth - 1)}" if isinstance(key, (str, int)) else _type(key)
        for key, item in islice(value.items(), _KEYS)
    ]
    more = ", …" if size > _KEYS else ""
    return f"{kind}{f' of {size:,}' if more else ''} {{{', '.join(items)}{more}}}"


def _container(kind: str, value: Any, depth: int) -> str:
    size = len(value)
    if not size:
        return f"{kind}, empty"
    first = next(iter(value))
    kinds = {type(item) for item in islice(value, 100)}
    of = _described("", first, depth - 1) if depth and len(kinds) == 1 else ", ".join(sorted(k.__name__ for k in kinds))
    return f"{kind} of {size:,} {of}"
