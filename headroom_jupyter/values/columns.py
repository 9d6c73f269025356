"""One column of a frame or array, taken out as it is: numbers as numpy arrays, everything else as codes and labels.

It copies no more than it must and changes nothing. What the column tells is worked out in `facts`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import orjson

from headroom_jupyter.ccr.snapshot import Column, as_cell, pack_cells

__all__ = ["Taken", "numbers_column", "take", "texts_column", "times_column"]

Array = np.ndarray[Any, np.dtype[Any]]
_MOST_LABELS = 4096  # distinct cells; with more a column is stored as its text
_LONGEST_REPR = 2000
_UNITS = (("D", 86_400_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1000), ("ns", 1))
_NEVER = np.iinfo(np.int64).min


@dataclass(frozen=True, eq=False)
class Taken:
    """A column to be judged and stored.

    `numbers` are its values or times, `gone` where they are missing; otherwise `codes` number the `labels`, -1 where
    missing. `types` counts the Python types of a column of objects.
    """

    dtype: str
    column: Column
    numbers: Array | None = None
    gone: Array | None = None
    codes: Array | None = None
    labels: Sequence[str] = ()
    types: Mapping[str, int] | None = None


def take(series: nw.Series[Any], name: str, dtype: str) -> Taken:
    """Take a column of any library out."""
    kind = series.dtype
    if kind == nw.Boolean:
        return _booleans(series, name, dtype)
    if kind.is_integer() or kind.is_float():
        return _numbers(series, name, dtype)
    if kind in (nw.Datetime, nw.Date, nw.Duration):
        found = _times(series, name, dtype)
        if found is not None:
            return found
    return texts_column(name, dtype, series.to_list(), is_text=kind in (nw.String, nw.Categorical, nw.Enum))


def numbers_column(name: str, dtype: str, values: Array, gone: Array | None = None, *, nan_is_gone: bool) -> Taken:
    """A column of numbers; `gone` says where they are missing, `nan_is_gone` that NaN says so too."""
    if values.dtype.kind == "f" and values.dtype.itemsize not in (4, 8):
        values = values.astype(np.float32 if values.dtype.itemsize < 4 else np.float64)
    missing = gone
    if values.dtype.kind == "f":
        nan = np.isnan(values)
        if nan_is_gone:
            missing = nan if gone is None else nan | gone
            gone = None if gone is None or not (gone & ~nan).any() else gone
        elif gone is None:
            gone = nan & False if nan.any() else None
    stored = np.ascontiguousarray(values if values.dtype.kind == "f" else _narrowed(values))
    column = Column(name, "numbers", stored.dtype.char, stored, None if gone is None else gone.view(np.uint8))
    return Taken(dtype, _standard(column, stored), values, missing)


def times_column(name: str, dtype: str, values: Array) -> Taken:
    """A column of datetime64 or timedelta64, in the coarsest unit that is exact."""
    form = "times" if values.dtype.kind == "M" else "spans"
    is_coarse = np.datetime_data(values.dtype)[0] not in dict(_UNITS) or np.datetime_data(values.dtype)[0] == "D"
    ticks = values.astype(f"{values.dtype.kind}8[s]") if is_coarse else values
    unit = np.datetime_data(ticks.dtype)[0]
    counts = ticks.view(np.int64)
    gone = counts == _NEVER
    known = counts[~gone]
    base = dict(_UNITS)[unit]
    units = [(coarse, size // base) for coarse, size in _UNITS if size >= base and (form == "times" or coarse != "D")]
    unit, factor = next(pair for pair in units if not (known % pair[1]).any())
    if factor > 1:
        counts = np.where(gone, _NEVER, counts // factor)
    column = Column(name, form, "q", np.ascontiguousarray(counts), unit=unit)  # type: ignore[arg-type]  # one of two
    return Taken(dtype, column, counts, gone if gone.any() else None)


def texts_column(name: str, dtype: str, values: Sequence[Any], *, is_text: bool) -> Taken:
    """A column of any objects, as the cells they read as."""
    kinds = Counter(map(type, values))
    kinds[float] -= sum(map(_is_gone, _floats(values, kinds)))
    named = {kind.__name__: count for kind, count in kinds.most_common() if count and not _is_gone_type(kind)}
    types = None if is_text else named
    if set(named) - {"str"}:
        is_mixed = str in kinds and len(types or ()) > 1
        values = [_cell(value, is_mixed=is_mixed) for value in values]
        labels_of: Any = list
    else:
        values = (
            values if kinds[str] == len(values) else [value if isinstance(value, str) else None for value in values]
        )
        labels_of = _quoted
    index: dict[Any, int] = {value: code for code, value in enumerate(dict.fromkeys(values))}
    codes = np.fromiter(map(index.__getitem__, values), np.int32, len(values))
    if None in index:
        codes, labels = _without(codes, index, index[None])
    else:
        labels = list(index)
    labels = labels_of(labels)
    if len(labels) <= min(_MOST_LABELS, max(1, len(values) // 2)):
        stored = codes.astype(np.int8 if len(labels) < 128 else np.int16)
        column = Column(name, "labels", stored.dtype.char, stored, labels=labels)
    else:
        padded = [*labels, ""]
        column = Column(name, "text", blocks=pack_cells([padded[code] for code in codes.tolist()]))
    return Taken(dtype, column, codes=codes, labels=labels, types=types)


def _booleans(series: nw.Series[Any], name: str, dtype: str) -> Taken:
    gone = series.is_null().to_numpy() if series.null_count() else None
    plain = (series if gone is None else series.fill_null(value=False)).to_numpy()
    codes = plain.astype(np.int8)
    if gone is not None:
        codes[gone] = -1
    column = Column(name, "labels", codes.dtype.char, codes, labels=("False", "True"))
    return Taken(dtype, column, codes=codes, labels=column.labels)


def _numbers(series: nw.Series[Any], name: str, dtype: str) -> Taken:
    is_numpy = isinstance(getattr(series.to_native(), "dtype", None), np.dtype)
    gone = None
    if not is_numpy and series.null_count():
        gone = series.is_null().to_numpy()
        series = series.fill_null(0)
    return numbers_column(name, dtype, series.to_numpy(), gone, nan_is_gone=is_numpy)


def _times(series: nw.Series[Any], name: str, dtype: str) -> Taken | None:
    if series.dtype == nw.Datetime and getattr(series.dtype, "time_zone", None):
        series = series.dt.replace_time_zone(None)
    values = np.asarray(series.to_numpy())
    return times_column(name, dtype, values) if values.dtype.kind in "mM" else None


def _standard(column: Column, stored: Array) -> Column:
    """The column with a code that the struct module and every machine know."""
    codes = {("i", 8): "q", ("u", 8): "Q", ("i", 4): "i", ("u", 4): "I"}
    code = codes.get((stored.dtype.kind, stored.dtype.itemsize), stored.dtype.char)
    return Column(column.name, column.form, code, stored, column.missing)


def _narrowed(values: Array) -> Array:
    """Whole numbers in the smallest width that holds them: as small as compressing them, and faster."""
    if not len(values) or values.dtype.itemsize == 1:
        return values
    low, high = int(values.min()), int(values.max())
    for kind in (np.int8, np.int16, np.int32):
        if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max and np.dtype(kind).itemsize < values.dtype.itemsize:
            return values.astype(kind)
    return values


def _floats(values: Sequence[Any], kinds: Mapping[type, int]) -> Iterable[Any]:
    return (value for value in values if type(value) is float) if float in kinds else ()


def _without(codes: Array, index: Mapping[Any, int], gone: int) -> tuple[Array, list[Any]]:
    """Codes and labels when the label `gone` stands for a missing cell."""
    labels = [label for label, code in index.items() if code != gone]
    shifted = np.where(codes > gone, codes - 1, codes)
    return np.where(codes == gone, -1, shifted).astype(np.int32), labels


def _quoted(labels: Sequence[str]) -> list[str]:
    joined = "".join(labels)
    if not any(mark in joined for mark in ',"\n\r') and all(label and label.strip() == label for label in labels):
        return list(labels)
    return [as_cell(label) for label in labels]


def _is_gone_type(kind: type) -> bool:
    return kind is type(None) or kind.__name__ in ("NAType", "NaTType")


def _is_gone(value: Any) -> bool:
    return _is_gone_type(type(value)) or (isinstance(value, float) and value != value)  # noqa: PLR0124  # a NaN


def _cell(value: Any, *, is_mixed: bool) -> str | None:
    """What an object reads as; a text that reads like another type's value is quoted where types are mixed."""
    if _is_gone(value):
        return None
    if isinstance(value, str):
        cell = as_cell(value)
        return orjson.dumps(value).decode() if is_mixed and cell == value and _reads_otherwise(value) else cell
    if isinstance(value, (int, float, Decimal, date, datetime, complex, np.generic)):
        return as_cell(str(value))
    try:
        return as_cell(_object(value))
    except Exception as err:  # noqa: BLE001  # a foreign repr may raise anything; the cell says so
        return f"<{type(value).__name__}: its repr raises {type(err).__name__}>"


def _object(value: Any) -> str:
    if isinstance(value, (list, dict, tuple)):
        try:
            return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY).decode()
        except (TypeError, orjson.JSONEncodeError, UnicodeEncodeError):
            pass
    text = str(value) if type(value).__module__ != "builtins" else repr(value)
    return text if len(text) <= _LONGEST_REPR else f"{text[:_LONGEST_REPR]}… ({len(text):,} characters)"


def _reads_otherwise(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return text in ("True", "False", "None")
    return True
