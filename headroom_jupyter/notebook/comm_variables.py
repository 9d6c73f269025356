"""What the panel's list says of a variable.

Of an object of a library that is not known only the type is told: nothing of it runs.
"""

from __future__ import annotations

from typing import Any

from headroom_jupyter.notebook.variables import schema

__all__ = ["told"]

# Looking at shape, columns and sizes of theirs is known to be harmless.
_KNOWN = frozenset("builtins numpy pandas polars pyarrow scipy torch xarray collections datetime decimal".split())


def told(name: str, value: Any) -> dict[str, Any]:
    """A variable's name, type, line, shape and size.

    >>> told("rows", [1, 2, 3])["summary"]
    'list of 3 int 1'
    """
    kind = type(value)
    module = kind.__module__.partition(".")[0]
    full = kind.__qualname__ if module in ("builtins", "__main__") else f"{module}.{kind.__qualname__}"
    if module not in _KNOWN:
        return {"name": name, "type": full, "summary": full, "shape": None, "size_bytes": None}
    summary = schema(name, value).removeprefix(f"{name}: ")
    return {"name": name, "type": full, "summary": summary, "shape": _shape(value), "size_bytes": _size(value)}


def _shape(value: Any) -> list[int] | None:
    if isinstance(value, (str, bytes, list, tuple, dict, set, frozenset)):
        return [len(value)]
    shape = getattr(value, "shape", None)
    is_plain = isinstance(shape, tuple) and all(isinstance(side, int) for side in shape)
    return [int(side) for side in shape] if is_plain and isinstance(shape, tuple) else None


def _size(value: Any) -> int | None:
    """Bytes that it holds, where that costs nothing to know."""
    if isinstance(value, (str, bytes)):
        return len(value)
    size = getattr(value, "nbytes", None)
    return int(size) if isinstance(size, int) and not isinstance(size, bool) else None
