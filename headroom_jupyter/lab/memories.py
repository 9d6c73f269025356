"""The memory of a project: listed, searched, forgotten."""

from __future__ import annotations

import time
from collections import Counter

from headroom_jupyter.lab.base import Json, Request
from headroom_jupyter.memory.memory import Memory
from headroom_jupyter.memory.records import Record, dump

__all__ = ["delete", "listing"]

_MOST_FOUND = 200


def listing(request: Request) -> Json:
    """A page of records: with `q` those that answer it best, else the last changed first."""
    memory = Memory(store=request.store)
    question, kind = request.text("q").strip(), request.text("kind") or None
    offset, limit = request.page()
    history = bool(request.number("history", 0))
    everything = memory.list(history=history)
    if question:
        found = memory.search(question, k=_MOST_FOUND, kind=kind)
    else:
        found = [record for record in everything if kind in (None, record.kind)]
    return {
        "project": request.project,
        "offset": offset,
        "limit": limit,
        "total": len(found),
        "kinds": dict(Counter(record.kind for record in everything).most_common()),
        "records": [_json(record, bool(question)) for record in found[offset : offset + limit]],
    }


def delete(request: Request) -> None:
    """Forget one for good."""
    Memory(store=request.store).delete(request.names[0])


def _json(record: Record, is_found: bool) -> Json:  # one fact, named at its only call
    return {
        **dump(record),
        "is_valid": record.is_valid(time.time()),
        "score": round(record.score, 4) if is_found else None,
    }
