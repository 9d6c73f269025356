"""The list of a project's originals, by page, and what changed in it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import cast

from headroom_jupyter import settings
from headroom_jupyter.ccr import keeping
from headroom_jupyter.ccr.catalogue import Filters, Sort
from headroom_jupyter.ccr.entries import Stored
from headroom_jupyter.ccr.fulltext import Found, Hit, find
from headroom_jupyter.errors import InputError
from headroom_jupyter.lab.base import Json, Request
from headroom_jupyter.lab.desk import Desk

__all__ = ["changes", "entry_json", "listing"]

_SERVER = secrets.token_hex(4)  # a cursor of another run of the server says nothing


def listing(request: Request) -> Json:
    """A page of the entries that pass the filters; with `q` those in which all its words are found."""
    catalogue = request.catalogue
    cursor = _cursor(catalogue.changes(0).cursor)
    kinds, notebooks, size = catalogue.counts()
    order = request.text("order") or "desc"
    if order not in ("desc", "asc"):
        raise InputError(f"order={order[:40]!r} is neither desc nor asc")
    sort = cast("Sort", request.text("sort") or "stored")
    entries = catalogue.entries(_filters(request, notebooks), sort=sort, descending=order == "desc")
    offset, limit = request.page()
    question = request.text("q").strip()
    page: Json
    if question:
        page = _searched(request, question, entries, limit)
    else:
        hits = (Hit(one) for one in entries[offset : offset + limit])
        page = {"total": len(entries), "entries": _json(hits, request.desk), "searched": None, "resume": None}
    shown: dict[str, int] = {}
    for name, count in notebooks.items():
        shown[request.desk.shown(name)] = shown.get(request.desk.shown(name), 0) + count
    return {
        "project": request.project,
        "size_bytes": request.store.volume_bytes(),
        "quota_bytes": settings.load().quota_bytes,
        "originals_bytes": size,
        "entries_total": sum(kinds.values()),
        "kinds": kinds,
        "notebooks": shown,
        "cursor": cursor,
        "offset": offset,
        "limit": limit,
        **page,
    }


def changes(request: Request) -> Json:
    """What was stored, changed or removed since a cursor, by any process."""
    keeping.empty_bin(request.store)
    catalogue = request.catalogue
    server, _, number = request.text("cursor").partition("-")
    is_ours = server == _SERVER and number.isascii() and number.isdigit() and len(number) < 16
    told = catalogue.changes(int(number) if is_ours else 0)
    is_reset = told.reset or not is_ours
    return {
        "cursor": _cursor(told.cursor),
        "reset": is_reset,
        "entries": [] if is_reset else _json(map(Hit, told.entries), request.desk),
        "gone": [] if is_reset else list(told.gone),
        "entries_total": len(catalogue.entries()),
        "size_bytes": request.store.volume_bytes(),
    }


def entry_json(one: Stored, desk: Desk, hit: Hit | None = None) -> Json:
    """One entry."""
    return {
        "ref": one.ref,
        "kind": one.kind,
        "path": one.path,
        "notebook": desk.shown(one.notebook),
        "size_bytes": one.size_bytes,
        "stored_at": one.stored_at,
        "used_at": one.used_at,
        "expires_at": None if one.is_pinned else one.expires_at,
        "is_pinned": one.is_pinned,
        "hit": hit.text if hit else "",
        "hit_line": hit.line if hit else 0,
    }


def _json(hits: Iterable[Hit], desk: Desk) -> list[Json]:
    return [entry_json(hit.entry, desk, hit) for hit in hits]


def _cursor(number: int) -> str:
    return f"{_SERVER}-{number}"


def _filters(request: Request, notebooks: Iterable[str]) -> Filters:
    wanted = request.text("notebook")
    pinned = request.optional("pinned")
    return Filters(
        kind=request.text("kind"),
        # Kernels are told whole paths, people see them from the root.
        notebook=next((name for name in notebooks if request.desk.shown(name) == wanted), wanted),
        min_bytes=request.optional("min_bytes"),
        max_bytes=request.optional("max_bytes"),
        since=request.moment("since"),
        before=request.moment("before"),
        pinned=None if pinned is None else bool(pinned),
    )


def _searched(request: Request, question: str, entries: list[Stored], limit: int) -> Json:
    """Hits from where an earlier answer left off: behind the entry that it looked at last."""
    last, _, count = request.text("resume").partition("-")
    start = next((index + 1 for index, one in enumerate(entries) if one.ref == last), 0) if last else 0
    if last and not start:  # that entry is gone meanwhile: as many have been looked at
        start = min(len(entries), int(count)) if count.isascii() and count.isdigit() and len(count) < 16 else 0
    found: Found = find(request.store, question, entries[start:], most=max(1, limit))
    searched = start + found.searched
    return {
        "total": len(found.hits),
        "entries": _json(found.hits, request.desk),
        "searched": searched,
        "resume": None if found.is_all or not searched else f"{entries[searched - 1].ref}-{searched}",
    }
