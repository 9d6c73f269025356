"""Which module tells a value: by the names of its type and of what it answers to, without importing anything for it.

The first rule that fits decides. A module is imported when its first value comes.
"""

from __future__ import annotations

import os
import types
from collections.abc import Callable
from importlib import import_module
from typing import Any

from headroom_jupyter.errors import InputError
from headroom_jupyter.values.base import Text, Told

__all__ = ["tell"]

_FRAME_NAMES = frozenset(
    "DataFrame Series LazyFrame GeoDataFrame GeoSeries Table RecordBatch ChunkedArray DuckDBPyRelation Index".split()
)
_FRAME_MODULES = frozenset(
    "pandas polars pyarrow duckdb _duckdb modin cudf dask dask_expr ibis pyspark sqlframe narwhals geopandas".split()
)
_PLAIN = (dict, list, tuple, set, frozenset)


def tell(value: Any, name: str | None) -> Told:
    """What a value reads as.

    Raises:
        InputError: a file or folder that cannot be read; a library that is needed is missing.
    """
    if type(value) is str:
        return Text(value)
    module = next(module for fits, module in _RULES if fits(value))
    try:
        told: Callable[..., Told] = import_module(f"headroom_jupyter.values.{module}").told
    except ImportError as err:
        if module == "objects":
            raise
        missing = (err.name or "a library").partition(".")[0]
        what = type(value).__name__
        raise InputError(f"{missing} is needed to look into a {what}; run: pip install {missing}") from err
    return told(value, name, tell)


def _roots(value: Any) -> set[str]:
    return {kind.__module__.partition(".")[0] for kind in type(value).__mro__}


def _has(value: Any, *names: str) -> bool:
    """Whether the type of a value has one of these; what the value itself invents on demand does not count."""
    return not isinstance(value, type) and any(hasattr(type(value), name) for name in names)


def _speaks_for_itself(value: Any) -> bool:
    return _has(value, "_repr_llm_", "repr_llm")


def _is_frame(value: Any) -> bool:
    named = {kind.__name__ for kind in type(value).__mro__} & _FRAME_NAMES
    if named and _roots(value) & _FRAME_MODULES:
        return True
    return _has(value, "__arrow_c_stream__", "__dataframe__", "__narwhals_dataframe__", "__narwhals_lazyframe__")


def _is_array(value: Any) -> bool:
    if _roots(value) & {"numpy", "scipy", "torch", "jax", "jaxlib", "tensorflow", "cupy", "array"}:
        return _has(value, "__array__", "toarray") or type(value).__name__ == "array"
    return _has(value, "__array_interface__")


def _is_container(value: Any) -> bool:
    if isinstance(value, _PLAIN) or type(value).__name__ in ("deque", "OrderedDict", "mappingproxy", "UserDict"):
        return True
    if "xarray" in _roots(value):
        return False  # its own repr says what a mapping of its variables would not
    is_mapping = {"keys", "__getitem__", "__len__"} <= set(dir(type(value)))
    return is_mapping or _has(value, "__dataclass_fields__", "model_dump")


def _is_figure(value: Any) -> bool:
    return "matplotlib" in _roots(value) and _has(value, "get_figure", "savefig")


def _is_chart(value: Any) -> bool:
    roots = _roots(value)
    return bool(roots & {"plotly", "altair", "bokeh"}) and _has(value, "to_plotly_json", "to_dict", "to_json_string")


_RULES: tuple[tuple[Callable[[Any], bool], str], ...] = (
    (_speaks_for_itself, "objects"),
    (lambda value: type(value).__name__ == "NotebookNode", "files"),
    (_is_frame, "frames"),
    (lambda value: "PIL" in _roots(value) and _has(value, "getextrema"), "images"),
    (_is_figure, "figures"),
    (_is_chart, "charts"),
    (_is_array, "arrays"),
    (lambda value: isinstance(value, (BaseException, types.TracebackType)), "errors"),
    (lambda value: isinstance(value, os.PathLike), "files"),
    (lambda value: not isinstance(value, type) and _is_container(value), "containers"),
    (lambda value: True, "objects"),
)
