"""Compression without a kernel: a notebook or a file of the server, cells of an open notebook, a text, an original."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from headroom_jupyter.ccr.marker import check_ref
from headroom_jupyter.context.answer import answer
from headroom_jupyter.context.asking import asked, text_of
from headroom_jupyter.context.cells import Part, parts_of, text_part
from headroom_jupyter.errors import InputError
from headroom_jupyter.lab.base import Json, Request

__all__ = ["compress"]

_MOST_CHARS = 20_000_000  # of one text: about 10 s (tests/benchmarks)


def compress(request: Request) -> Json:
    """Rows, each with what it costs."""
    given = request.body
    named = [name for name in _SOURCES if given.get(name) is not None]
    if len(named) != 1:
        raise InputError(f"give exactly one of {', '.join(_SOURCES)}")
    options = asked(given)
    parts = _SOURCES[named[0]](request, given)
    longest = max((len(part.text) for part in parts), default=0)
    if longest > _MOST_CHARS:
        raise InputError(f"a text has {longest:,} characters; {_MOST_CHARS:,} at most, so cut it into parts")
    return answer(parts, options, request.store)


def _notebook(request: Request, given: Mapping[str, Any]) -> list[Part]:
    return _cells_of(request.read(text_of(given, "notebook"), "notebook"))


def _cells_of(book: object) -> list[Part]:
    cells = book.get("cells") if isinstance(book, Mapping) else None
    if not isinstance(cells, Sequence):
        raise InputError("the notebook has no cells")
    return parts_of(cell for cell in cells if isinstance(cell, Mapping))


def _file(request: Request, given: Mapping[str, Any]) -> list[Part]:
    path = text_of(given, "file")
    return [text_part(f"file {path}", "file", path, request.read(path, "file"), path=path)]


def _text(request: Request, given: Mapping[str, Any]) -> list[Part]:  # as the others
    path = text_of(given, "path")
    return [text_part("text", "text", path or "text", text_of(given, "text"), path=path)]


def _original(request: Request, given: Mapping[str, Any]) -> list[Part]:
    ref = check_ref(given.get("ref"))
    found = request.desk.original(request.store, ref)
    if found.text is None:
        raise InputError(f"original {ref} is no text")
    path = text_of(given, "path")
    return [Part(ref, "text", path or ref, found.text, path)]


def _cells(request: Request, given: Mapping[str, Any]) -> list[Part]:
    return _cells_of(given)


_SOURCES: Mapping[str, Callable[[Request, Mapping[str, Any]], list[Part]]] = {
    "notebook": _notebook,
    "file": _file,
    "text": _text,
    "ref": _original,
    "cells": _cells,
}
