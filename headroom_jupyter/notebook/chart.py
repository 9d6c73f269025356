"""The books of a project as a small Vega-Lite chart, which JupyterLab draws by itself; it loads nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headroom_jupyter.ledger import Totals

__all__ = ["VEGA_LITE", "chart"]

VEGA_LITE = "application/vnd.vegalite.v5+json"
_MOST = 10  # bars; the others are one
_OTHERS = "others"
_READ, _SAVED = "read by the model", "saved"


def chart(by_compressor: Mapping[str, Totals]) -> dict[str, Any] | None:
    """A bar for each compressor, of what the model read and what it need not; None when nothing was compressed."""
    sums = sorted((name, one) for name, one in by_compressor.items() if one.tokens_before)
    sums.sort(key=lambda pair: pair[1].tokens_after - pair[1].tokens_before)
    rows = [(name, one.tokens_after, one.tokens_before - one.tokens_after) for name, one in sums]
    if len(rows) > _MOST:
        rest = rows[_MOST - 1 :]
        rows = [*rows[: _MOST - 1], (_OTHERS, sum(row[1] for row in rest), sum(row[2] for row in rest))]
    if not rows:
        return None
    values = [
        {"compressor": name, "part": part, "tokens": tokens}
        for name, read, saved in rows
        for part, tokens in ((_READ, read), (_SAVED, saved))
    ]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "description": "Tokens before compression by compressor, in two parts: read by the model, and saved.",
        "width": 360,
        "height": {"step": 18},
        "data": {"values": values},
        "mark": {"type": "bar", "tooltip": True},
        "encoding": {
            "y": {"field": "compressor", "type": "nominal", "sort": [row[0] for row in rows], "title": None},
            "x": {"field": "tokens", "type": "quantitative", "title": "tokens, counted here", "axis": {"format": "~s"}},
            "color": {
                "field": "part",
                "type": "nominal",
                "title": None,
                "scale": {"domain": [_READ, _SAVED], "range": ["#c44e52", "#55a868"]},
                "legend": {"orient": "top"},
            },
            "order": {"field": "part", "sort": "ascending"},
        },
    }
