"""Charts of plotly, altair and bokeh by their JSON, never by their HTML: data as arrays, themes left out."""

from __future__ import annotations

import base64
import json
import struct
from typing import Any

from headroom_jupyter.compressors.base import Hints
from headroom_jupyter.values.base import Text, Told, named

__all__ = ["told"]

_CODES = {"i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I", "f4": "f", "f8": "d"}
_THEMES = ("template", "config")  # pages of styling that say nothing of the data


def told(value: Any, name: str | None, tell: Any) -> Told:
    """The chart's specification as JSON."""
    try:
        spec = _spec(value)
    except Exception as err:  # noqa: BLE001  # a chart that is not valid raises its library's own errors
        why = f"its specification cannot be had: {type(err).__name__}: {err}"
        return Text(named(name, f"{type(value).__name__}: {why}"))
    plain = _plain(spec)
    if isinstance(plain, dict):
        layout = plain.get("layout")
        for holder in (plain, layout if isinstance(layout, dict) else {}):
            for theme in _THEMES:
                if isinstance(holder.get(theme), dict):
                    holder[theme] = "(styling)"
    told: Told = tell(plain, name)
    if isinstance(told, Text):
        return Text(told.text, Hints(mime="application/json"))
    return told


def _spec(value: Any) -> Any:
    if hasattr(value, "to_plotly_json"):
        return value.to_plotly_json()
    if hasattr(value, "references"):
        return _bokeh(value)
    if type(value).__module__.startswith("altair"):
        import altair as alt  # noqa: PLC0415  # the value is of it

        with alt.data_transformers.disable_max_rows():
            return value.to_dict(validate=False)
    return value.to_dict()


def _bokeh(value: Any) -> Any:
    from bokeh.embed import json_item  # noqa: PLC0415  # the value is of it

    return json.loads(json.dumps(json_item(value)))["doc"]["roots"]


def _plain(value: Any) -> Any:
    """The specification with packed arrays as lists, and arrays of numpy as lists too."""
    if isinstance(value, dict):
        if set(value) >= {"dtype", "bdata"} and value["dtype"] in _CODES:
            return _unpacked(value)
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if hasattr(value, "tolist") and not isinstance(value, (str, bytes)):
        return _plain(value.tolist())
    if hasattr(value, "to_list"):
        return _plain(value.to_list())
    return value


def _unpacked(packed: dict[str, Any]) -> list[Any]:
    code = _CODES[packed["dtype"]]
    data = base64.b64decode(packed["bdata"])
    values = list(struct.unpack(f"<{len(data) // struct.calcsize(code)}{code}", data))
    shape = [int(part) for part in str(packed.get("shape", "")).split(",") if part.strip()]
    if len(shape) == 2:
        return [values[at : at + shape[1]] for at in range(0, len(values), shape[1])]
    return values
