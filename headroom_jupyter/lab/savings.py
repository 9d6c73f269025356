"""What was saved, day by day: the figures of `headroom stats`, from the same books."""

from __future__ import annotations

import time

from headroom_jupyter.errors import InputError
from headroom_jupyter.lab.base import Json, Request
from headroom_jupyter.ledger import GROUPS, Ledger

__all__ = ["savings"]

_MOST_DAYS = 3650


def savings(request: Request) -> Json:
    """Sums, sums by group, and the same for each day."""
    by, scope = request.text("by") or "all", request.text("scope") or "all"
    if by not in GROUPS or by == "day":
        raise InputError(f"by={by[:40]!r} is none of {', '.join(name for name in GROUPS if name != 'day')}")
    if scope not in ("all", "project"):
        raise InputError(f"scope={scope[:40]!r} is neither all nor project")
    days = request.number("days", 0, _MOST_DAYS)
    since = time.strftime("%Y-%m-%d", time.gmtime(time.time() - (days - 1) * 86400)) if days else ""
    project = request.project if scope == "project" else None
    ledger = Ledger(request.store)

    def shown(name: str) -> str:
        return request.desk.shown(name) if by == "notebook" else name

    groups = ledger.totals(by=by, project=project, since=since)
    return {
        "project": request.project,
        "scope": scope,
        "by": by,
        "total": ledger.totals(project=project, since=since)["all"].figures(),
        "groups": {shown(name): sums.figures() for name, sums in groups.items()},
        "series": [
            {"day": day, "group": shown(name), "figures": sums.figures()}
            for day, name, sums in ledger.series(by=by, project=project, since=since)
        ],
    }
