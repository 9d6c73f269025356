"""What a person does to originals: pin, let expire, delete, take that back, export."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping

from headroom_jupyter.ccr import keeping
from headroom_jupyter.ccr.marker import check_ref
from headroom_jupyter.ccr.store import Store
from headroom_jupyter.errors import HeadroomError, InputError
from headroom_jupyter.lab.base import Download, Json, Request
from headroom_jupyter.lab.entries import entry_json
from headroom_jupyter.lab.originals import file_name

__all__ = ["act", "export"]

_MOST_REFS = 5000
_MOST_BYTES = 200_000_000

_ACTIONS: Mapping[str, Callable[[Store, str], object]] = {
    "pin": keeping.pin,
    "unpin": keeping.unpin,
    "delete": keeping.discard,
    "undo": keeping.restore,
}


def act(request: Request) -> Json:
    """Do one thing to some originals; what hinders one does not hinder the others."""
    name = request.body.get("action")
    done, failed = [], {}
    days = _days(request) if name == "expire" else None
    if name not in (*_ACTIONS, "expire"):
        raise InputError(f"action={str(name)[:40]!r} is none of {', '.join((*_ACTIONS, 'expire'))}")
    for ref in _refs(request):
        try:
            if days is None:
                _ACTIONS[str(name)](request.store, ref)
            else:
                keeping.expire(request.store, ref, days=days)
            done.append(ref)
        except HeadroomError as err:
            failed[ref] = str(err)
    can_be_undone = bool(done) and (name == "delete" or days == 0)
    return {"done": done, "failed": failed, "undo_until": keeping.undo_until() if can_be_undone else None}


def export(request: Request) -> Download:
    """Originals as files in a zip, and a manifest of what they are."""
    refs = _refs(request)
    known = {one.ref: one for one in request.catalogue.entries()}
    if sum(known[ref].size_bytes for ref in refs if ref in known) > _MOST_BYTES:
        raise InputError(f"they have more than {_MOST_BYTES / 1e6:.0f} MB together; export fewer at once")
    told = []
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for ref in refs:
            found = request.desk.original(request.store, ref)
            name = file_name(ref, found.kind)
            archive.writestr(name, found.bytes)
            told.append({"file": name, "ref": ref, "kind": found.kind})
            if ref in known:
                told[-1] |= entry_json(known[ref], request.desk)
        archive.writestr("manifest.json", json.dumps({"project": request.project, "originals": told}, indent=1))
    return Download("headroom-originals.zip", out.getvalue())


def _refs(request: Request) -> list[str]:
    given = request.body.get("refs")
    if not isinstance(given, list) or not 0 < len(given) <= _MOST_REFS:
        raise InputError(f"refs is no list of 1 to {_MOST_REFS:,} references")
    return [*dict.fromkeys(check_ref(ref) for ref in given)]


def _days(request: Request) -> float:
    days = request.body.get("days")
    if not isinstance(days, (int, float)) or isinstance(days, bool):
        raise InputError("days is no number of days from now; 0 is at once")
    return float(days)
