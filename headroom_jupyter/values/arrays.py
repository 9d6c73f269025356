"""Arrays: numpy and what turns into it (torch, jax, sparse matrices), by shape, statistics, corners and rows.

An array of one axis, or two with few columns, is shown as a table. Any other is stored as rows of its last axis.
Nothing is imported but numpy; a tensor is known by what it answers to.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import islice
from typing import Any

import numpy as np

from headroom_jupyter.ccr.snapshot import KIND, Snapshot
from headroom_jupyter.ccr.store import Parts
from headroom_jupyter.compressors.base import Compressed, Draft
from headroom_jupyter.selection import Query
from headroom_jupyter.values.base import Text, Told, View, named, rounded, size_of
from headroom_jupyter.values.columns import Array, Taken, numbers_column, texts_column, times_column
from headroom_jupyter.values.tables import table_of, view_of

__all__ = ["told"]

_MOST_COLUMNS = 30  # of an array that is shown as a table
_KEPT_BYTES = 128_000_000  # a larger array is described and not stored
_WRITTEN = 20_000  # elements that are written out as one text
_BLOCK = 1 << 20  # elements looked at in one go
_LOOKED_AT = 1 << 24  # elements; of a larger array only some blocks are
_TOKENS = 700
_MAKER = "Arrays"


def told(value: Any, name: str | None, tell: Any) -> Told:
    """The view of an array."""
    what = _title(value)
    array = _plain(value)
    if array is None:
        return Text(named(name, f"{what}: it cannot be read as an array"))
    if hasattr(value, "toarray"):
        return _sparse(value, named(name, what))
    if array.dtype.names:
        taken = [_column(field, array[field]) for field in array.dtype.names if array[field].ndim == 1]
        if array.ndim == 1 and len(taken) == len(array.dtype.names):
            return view_of(table_of(named(name, what), taken, len(array)), maker=_MAKER)
        return Text(named(name, f"{what} {array.shape}\n{array}"))
    if array.ndim == 0:
        return Text(named(name, f"{what}: {array[()]!r}"))
    title = named(name, f"{what} {'x'.join(map(str, array.shape))} {array.dtype}, {size_of(array.nbytes)}")
    note = _statistics(array)
    if array.nbytes > _KEPT_BYTES:
        return _unkept(array, f"# {title}", note)
    if array.ndim == 1:
        note = []
    if array.ndim == 1 or (array.ndim == 2 and 0 < array.shape[1] <= _MOST_COLUMNS):
        columns = [array] if array.ndim == 1 else [array[:, place] for place in range(array.shape[1])]
        names = ["value"] if array.ndim == 1 else [f"[{place}]" for place in range(len(columns))]
        taken = [_column(label, column) for label, column in zip(names, columns, strict=True)]
        return view_of(table_of(title, taken, len(array), [*note, "row 1 is index 0"]), maker=_MAKER)
    return _wide(array, title, note)


def _title(value: Any) -> str:
    where = type(value).__module__.partition(".")[0]
    extras = [str(value.device)] if hasattr(value, "device") and where in ("torch", "jax", "jaxlib", "cupy") else []
    extras += ["requires grad"] if getattr(value, "requires_grad", False) is True else []
    return f"{where} {type(value).__name__}" + (f" ({', '.join(extras)})" if extras else "")


def _plain(value: Any) -> Array | None:
    """The value's own memory as an array where that is possible, a copy where it is not; None when it is neither."""
    if isinstance(value, np.ma.MaskedArray):
        return value
    try:
        if hasattr(value, "toarray"):
            return np.asarray(value.data) if isinstance(getattr(value, "data", None), np.ndarray) else np.zeros(0)
        if callable(getattr(value, "detach", None)):
            value = value.detach().cpu()
            if str(value.dtype) == "torch.bfloat16":
                value = value.float()
            value = value.numpy()
        return np.asarray(value)
    except Exception:  # noqa: BLE001  # a foreign array may raise anything; the caller says so
        return None


def _column(name: str, values: Array) -> Taken:
    kind = values.dtype.kind
    is_masked = isinstance(values, np.ma.MaskedArray)
    gone = np.ma.getmaskarray(values) if is_masked else None
    if kind in "iuf" and values.dtype.itemsize <= 8:
        plain = np.asarray(values).astype(values.dtype.newbyteorder("="), copy=False)
        return numbers_column(name, str(values.dtype), plain, gone, nan_is_gone=False)
    if kind in "mM" and not is_masked and np.datetime_data(values.dtype)[0] != "generic":
        return times_column(name, str(values.dtype), values)
    return texts_column(name, str(values.dtype), values.tolist(), is_text=kind == "U")


def _statistics(array: Array) -> list[str]:
    """Range, mean and spread over all elements, block by block; what is not finite counted apart."""
    if array.dtype.kind == "b":
        return [f"True ×{int(np.count_nonzero(array)):,} of {array.size:,}"]
    if isinstance(array, np.ma.MaskedArray):
        array = array.compressed()
    if array.dtype.kind not in "iuf" or not array.size:
        return []
    low, high, total, squares, count, nan, infinite, zero = np.inf, -np.inf, 0.0, 0.0, 0, 0, 0, 0
    shift = 0.0
    step = max(1, array.size // _LOOKED_AT)
    for block in islice(_blocks(array), 0, None, step):
        if array.dtype.kind == "f":
            finite = np.isfinite(block)
            if not finite.all():
                nan += int(np.isnan(block).sum())
                infinite += int(np.isinf(block).sum())
                block = block[finite]
        if not block.size:
            continue
        if not count:
            shift = float(block.flat[0])
        low, high = min(low, block.min()), max(high, block.max())
        moved = block.astype(np.float64) - shift
        total += float(moved.sum())
        squares += float(np.dot(moved, moved))
        count += block.size
        zero += int(block.size - np.count_nonzero(block))
    words = [f"{nan:,} NaN"] if nan else []
    words += [f"{infinite:,} infinite"] if infinite else []
    if count:
        mean = total / count
        spread = (max(0.0, squares / count - mean * mean)) ** 0.5
        span = f"{_told(low)} to {_told(high)}"
        words.insert(0, f"all elements: {span}, mean {rounded(mean + shift)}, std {rounded(spread)}")
        words += [f"{zero:,} zeros ({zero / count:.0%})"] if zero > 0.05 * count else []
    if step > 1:
        words.append(f"from one of {step} blocks of it, evenly spread")
    return ["; ".join(words)] if words else []


def _told(value: Any) -> str:
    return str(value.item() if isinstance(value, np.generic) else value)


def _blocks(array: Array) -> Any:
    """Runs of the elements, without a copy of the whole."""
    if array.flags.c_contiguous:
        flat = array.reshape(-1)
        return (flat[at : at + _BLOCK] for at in range(0, flat.size, _BLOCK))
    step = max(1, _BLOCK // max(1, array[:1].size))
    return (array[at : at + step].reshape(-1) for at in range(0, len(array), step))


def _corners(array: Array) -> str:
    items = {1: 6, 2: 3, 3: 2}.get(array.ndim, 1)
    with np.printoptions(threshold=0, edgeitems=items, linewidth=110, precision=6):
        return str(array)


def _unkept(array: Array, title: str, note: Sequence[str]) -> Text:
    reason = f"too large to store (over {size_of(_KEPT_BYTES)}): compress a slice of it to see more"
    return Text("\n".join([title, *note, reason, _corners(array), ""]), is_note=True)


def _wide(array: Array, title: str, note: Sequence[str]) -> View:
    """An array of several axes: its corners; stored as the rows of its last axis, in order."""
    rows = array.reshape(-1, array.shape[-1]) if array.size else array.reshape(0, 0)
    columns = tuple(_column(f"[{place}]", rows[:, place]).column for place in range(rows.shape[1]))
    snapshot = Snapshot(f"{title}, {len(rows):,} rows x {len(columns):,} columns", len(rows), columns)
    is_large = array.size > _WRITTEN
    where = ""
    if array.ndim > 2:
        counts = [int(np.prod(array.shape[axis + 1 : -1])) for axis in range(array.ndim - 1)]
        index = ", ".join("ijklmnop"[axis] if axis < 8 else f"a{axis}" for axis in range(array.ndim - 1))
        sums = " + ".join(f"{count}*{'ijklmnop'[axis]}" for axis, count in enumerate(counts[:8]))
        where = f"row 1 + {sums} is [{index}, :], indices from 0"
    head = [f"# {title}", *note, *([where] if where else ["row 1 is index 0"]), _corners(array)]
    data = Parts(snapshot.pieces) if is_large else snapshot.text().encode()
    return View(KIND, data, snapshot.text, partial(_sample, snapshot), partial(_show, head, len(rows)), _TOKENS, _MAKER)


def _sample(snapshot: Snapshot) -> tuple[str, float]:
    cells = snapshot.rows * len(snapshot.columns)
    if cells <= _WRITTEN:
        return snapshot.text(), 1.0
    most = max(2, min(32, 20_000 // max(1, len(snapshot.columns))))
    rows = sorted({place * (snapshot.rows - 1) // (most - 1) for place in range(most)})
    return "".join(f"{snapshot.lines(row, row + 1)[0]}\n" for row in rows), len(rows) / snapshot.rows


def _show(head: Sequence[str], rows: int, query: Query, size: int, fill: bool) -> Compressed:
    draft = Draft("")
    draft.write("\n".join([*head, ""]))
    if rows:
        draft.omit("rows", [(1, rows)], rows)
    return draft.done()


def _sparse(value: Any, title: str) -> Told:
    """A sparse matrix: its shape, how much of it is there, and its first entries; stored as a table of entries."""
    found = value.tocoo()
    axes = getattr(found, "coords", None) or (found.row, found.col)
    shape = "x".join(map(str, value.shape))
    share = value.nnz / max(1, int(np.prod(value.shape, dtype=np.float64)))
    head = f"{title} {shape} {value.dtype}, {value.nnz:,} entries ({share:.3%} of all)"
    taken = [numbers_column("ijkl"[place], str(axis.dtype), axis, nan_is_gone=False) for place, axis in enumerate(axes)]
    taken.append(_column("value", np.asarray(found.data)))
    return view_of(table_of(head, taken, len(found.data), ["a row for each entry, indices from 0"]), maker=_MAKER)
