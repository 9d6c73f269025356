"""One original: what is known of it, and its text by the page, the line or the slice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headroom_jupyter.ccr import keeping
from headroom_jupyter.ccr.retrieval import retrieve_from
from headroom_jupyter.context.answer import text_page
from headroom_jupyter.errors import InputError, MissingOriginal
from headroom_jupyter.lab.base import Download, Json, Request
from headroom_jupyter.lab.desk import Original
from headroom_jupyter.lab.entries import entry_json
from headroom_jupyter.lab.units import Units
from headroom_jupyter.tokens import tokenizer_for

__all__ = ["cut", "download", "entry", "file_name", "lines", "page"]

_PREVIEW = 2000
_MOST_LINES = 2000
_LONGEST_LINE = 20_000
_MOST_UNITS = 250_000
_SUFFIXES = {"json": "json", "table": "csv", "frame": "csv", "notebook": "ipynb", "diff": "diff"}


def entry(request: Request) -> Json:
    """What is known of an original, and its beginning."""
    ref = request.ref
    stored = next((one for one in request.catalogue.entries() if one.ref == ref), None)
    found = request.desk.original(request.store, ref)
    if stored is None:
        raise MissingOriginal(f"no original {ref} in project {request.project}: it has expired")
    units = Units(found.text or "")
    return {
        **entry_json(stored, request.desk),
        "is_text": found.text is not None,
        "mime": stored.kind if stored.kind.startswith("image/") else "text/plain",
        "chars": units.total,
        "lines": len(found.starts) - 1 if found.text is not None else 0,
        "preview": text_page(found.text or "", 0, _PREVIEW)["text"],
        "forms_total": len(keeping.forms_of(request.store, ref)),
    }


def page(request: Request) -> Json:
    """A page of the text."""
    text = _text(request)
    told = text_page(text, *request.extent())
    at = Units(text).chars(told["offset"])
    return {"ref": request.ref, **told, "first_line": text.count("\n", 0, at) + 1}


def lines(request: Request) -> Json:
    """Some lines of the text, as many as one answer holds."""
    found = _found(request)
    text, starts = found.text or "", found.starts
    total = len(starts) - 1
    first = max(1, request.number("first", 1))
    last = min(total, first - 1 + request.number("count", 200, _MOST_LINES))
    out: list[str] = []
    cut: list[int] = []
    size = 0
    for number in range(first, last + 1):
        line = text[starts[number - 1] : starts[number]].removesuffix("\n")
        if len(line) > _LONGEST_LINE:
            line = line[:_LONGEST_LINE]
            cut.append(number)
        size += len(line)
        if out and size > _MOST_UNITS:
            break
        out.append(line)
    offset = Units(text).units(starts[min(first, total + 1) - 1])
    return {"ref": request.ref, "first": first, "total": total, "offset": offset, "lines": out, "cut": cut}


def cut(request: Request) -> Json:
    """A slice of the text, as a model would get it; looking is no retrieval in the books."""
    found = _found(request)
    words = {name: request.text(name) or None for name in ("query", "at", "lines", "rows", "chars")}
    count = tokenizer_for(request.text("model") or "gpt-4o").count
    most = request.optional("max_tokens")
    if most == 0:
        raise InputError("max_tokens=0 is no positive number of tokens")
    text = retrieve_from(found.bytes, found.kind, **words, max_tokens=most, count=count)[:_MOST_UNITS]
    run = None if words["query"] else _place(found, text, words)
    units = Units(found.text or "")
    return {
        "ref": request.ref,
        "text": text,
        "tokens": count(text),
        "start": units.units(run[0]) if run else None,
        "end": units.units(run[1]) if run else None,
        "first_line": found.line_of(run[0]) if run else None,
    }


def _place(found: Original, text: str, words: Mapping[str, str | None]) -> tuple[int, int] | None:
    """Where a slice stands in the original: all of it, or the first of its rows or lines, which may lie apart."""
    original = found.text or ""
    start = original.find(text) if text else -1
    if start < 0:
        first: dict[str, Any] = {
            name: said.partition(",")[0].partition("-")[0] if said else said for name, said in words.items()
        }
        first["at"] = words["at"]
        text = retrieve_from(found.bytes, found.kind, **first, count=len).rstrip("\n")
        start = original.find(text) if text else -1
    return (start, start + len(text)) if start >= 0 else None


def download(request: Request) -> Download:
    """The whole original, as a file."""
    found = request.desk.original(request.store, request.ref)
    return Download(file_name(request.ref, found.kind), found.bytes)


def file_name(ref: str, kind: str) -> str:
    """What an original is called as a file."""
    suffix = kind.removeprefix("image/") if kind.startswith("image/") else _SUFFIXES.get(kind, "txt")
    return f"{ref}.{suffix if suffix.isalnum() else 'bin'}"


def _found(request: Request) -> Original:
    found = request.desk.original(request.store, request.ref)
    if found.text is None:
        raise InputError(f"original {request.ref} is no text; have its bytes instead")
    return found


def _text(request: Request) -> str:
    return _found(request).text or ""
