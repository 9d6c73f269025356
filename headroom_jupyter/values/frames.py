"""Frames and series of any library, through narwhals: pandas, polars, Arrow, DuckDB, modin and their like.

Columns are taken out one by one, so that no copy of the whole is made. Of a lazy frame only a bounded beginning is
collected, and the view says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import narwhals.stable.v2 as nw

from headroom_jupyter.values.base import Told, named
from headroom_jupyter.values.columns import Taken, take
from headroom_jupyter.values.tables import table_of, view_of

__all__ = ["told"]

_COLLECTED_ROWS = 100_000
_COLLECTED_CELLS = 3_000_000
_MAKER = "Frames"


def told(value: Any, name: str | None, tell: Any) -> Told:
    """The view of a frame or series."""
    what = f"{type(value).__module__.partition('.')[0].lstrip('_')} {type(value).__name__}"
    value = _frame(value)
    notes: list[str] = []
    if hasattr(value, "iloc"):
        taken, rows = list(_pandas_columns(value, notes)), len(value)
    else:
        frame = nw.from_native(value, allow_series=True)
        if isinstance(frame, nw.LazyFrame):
            frame, notes = _collected(frame)
        taken, rows = list(_columns(frame)), len(frame)
    index = sum(column.dtype.endswith(" index") for column in taken)
    return view_of(table_of(named(name, what), taken, rows, notes, index=index), maker=_MAKER)


def _frame(value: Any) -> Any:
    """What narwhals or pandas' own ways can take: the value itself, or an Arrow table of the same memory."""
    if type(value).__module__.startswith("narwhals"):
        return value.to_native()
    if hasattr(value, "to_series") and not hasattr(value, "iloc") and hasattr(value, "nlevels"):  # an index
        return value.to_frame(index=False)
    if hasattr(value, "iloc"):
        return value
    try:
        nw.from_native(value, allow_series=True)
    except TypeError:
        import pyarrow as pa  # noqa: PLC0415  # needed by no other value

        return pa.Table.from_batches([value]) if isinstance(value, pa.RecordBatch) else pa.table(value)
    return value


def _collected(frame: nw.LazyFrame[Any]) -> tuple[nw.DataFrame[Any], list[str]]:
    """The beginning of a lazy frame."""
    names = frame.collect_schema().names()
    most = max(1, min(_COLLECTED_ROWS, _COLLECTED_CELLS // max(1, len(names))))
    found = frame.head(most + 1).collect()
    if len(found) <= most:
        return found, ["lazy: all of it was collected to look at it"]
    return found.head(most), [f"lazy: only its first {most:,} rows were collected; what follows was not looked at"]


def _columns(frame: Any) -> Iterator[Taken]:
    if isinstance(frame, nw.Series):
        yield take(frame, str(frame.name or "value"), _dtype(frame))
        return
    for name in frame.columns:
        yield take(frame[name], str(name), _dtype(frame[name]))


def _pandas_columns(value: Any, notes: list[str]) -> Iterator[Taken]:
    """The columns of a frame like pandas', its index first when it says more than the row's number."""
    index = value.index
    if type(index).__name__ == "RangeIndex" and index.name is None:
        if index.step == 1 and len(index):
            notes.append(f"row 1 has index {index.start}")
        elif len(index):
            notes.append(f"row 1 has index {index.start}, each next {index.step} more")
    else:
        for level in range(index.nlevels):
            part = index.get_level_values(level)
            series = nw.from_native(part.to_series(), series_only=True)
            label = part.name if part.name is not None else "index" if index.nlevels == 1 else f"index {level}"
            yield take(series, _label(label), f"{part.dtype} index")
    if value.ndim == 1:
        label = "value" if value.name is None else value.name
        yield take(nw.from_native(value, series_only=True), _label(label), str(value.dtype))
        return
    for place, label in enumerate(value.columns):
        series = value.iloc[:, place]
        yield take(nw.from_native(series, series_only=True), _label(label), str(series.dtype))


def _label(label: Any) -> str:
    return "/".join(map(str, label)) if isinstance(label, tuple) else str(label)


def _dtype(series: nw.Series[Any]) -> str:
    native = series.to_native()
    return str(getattr(native, "dtype", None) or getattr(native, "type", series.dtype))
