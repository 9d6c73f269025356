"""All routes, below `headroom/` of a Jupyter server. Each answers with what protocol.ts says."""

from __future__ import annotations

from headroom_jupyter.lab import actions, compressing, entries, formed, memories, originals, savings, status
from headroom_jupyter.lab.base import Route

__all__ = ["ROUTES"]

_REF = r"([0-9a-f]{12})"
_FORM = rf"store/{_REF}/forms/([0-9a-f]{{16}})"

ROUTES: tuple[Route, ...] = (
    Route("status", get=status.status),
    Route("prices", get=status.prices),
    Route("compress", post=compressing.compress, is_long=True),
    Route("texts", post=compressing.put),
    Route("store", get=entries.listing, is_long=True),
    Route("changes", get=entries.changes),
    Route("store/actions", post=actions.act),
    Route("store/export", post=actions.export, is_long=True),
    Route(f"store/{_REF}", get=originals.entry),
    Route(f"store/{_REF}/original", get=originals.page),
    Route(f"store/{_REF}/lines", get=originals.lines),
    Route(f"store/{_REF}/slice", get=originals.cut, is_long=True),
    Route(f"store/{_REF}/bytes", get=originals.download),
    Route(f"store/{_REF}/forms", get=formed.forms),
    Route(_FORM, get=formed.form),
    Route(f"{_FORM}/text", get=formed.text),
    Route(f"{_FORM}/spans", get=formed.spans),
    Route(f"{_FORM}/markers", get=formed.markers),
    Route("memory", get=memories.listing, is_long=True),
    Route(r"memory/([\w-]{1,64})", delete=memories.delete),
    Route("savings", get=savings.savings, is_long=True),
)
