"""headroom_stats: what was saved in this project, and what the store holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from headroom_jupyter import settings
from headroom_jupyter.ledger import Ledger, Totals
from headroom_jupyter.mcp_server.base import Answer, Scope, Tool

__all__ = ["STATS"]

_COUNTS = ("originals", *Totals.__dataclass_fields__, "tokens_saved", "store_bytes", "quota_bytes")


def _run(_: Mapping[str, Any], scope: Scope) -> Answer:
    store = scope.store
    sums = Ledger(store).totals(by="project").get(store.project, Totals())  # other projects are nobody's business here
    found = {
        "project": store.project,
        "originals": len(store.refs()),
        **asdict(sums),
        "tokens_saved": sums.tokens_saved,
        "saved_fraction": round(sums.saved_fraction, 4),
        "store_bytes": store.volume_bytes(),
        "quota_bytes": settings.load().quota_bytes,
    }
    text = (
        f"Project {store.project}: {sums.tokens_before:,} → {sums.tokens_after:,} tokens in texts compressed:"
        f" {sums.blocks:,}; given back by retrievals: {sums.tokens_retrieved:,}; saved in all: {sums.tokens_saved:,}"
        f" ({sums.saved_fraction:.1%}); originals stored: {found['originals']:,}"
    )
    return Answer(text, structured=found)


STATS = Tool(
    name="headroom_stats",
    title="What was saved",
    description="Tokens saved in this project so far, what retrievals cost, and how much the store holds.",
    parameters={},
    result={
        "type": "object",
        "properties": {
            "project": {"type": "string"},
            **{name: {"type": "integer"} for name in _COUNTS},
            "saved_fraction": {"type": "number", "description": "below 0 when retrievals cost more than was saved"},
        },
        "required": ["project", *_COUNTS, "saved_fraction"],
    },
    run=_run,
)
