"""Compression without a kernel: a notebook or a file of the server, cells of an open notebook, a text, an original."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from headroom_jupyter.ccr.marker import check_ref
from headroom_jupyter.context.answer import answer
from headroom_jupyter.context.asking import Asked, asked, text_of
from headroom_jupyter.context.cells import Part, text_part
from headroom_jupyter.context.opened import Opened
from headroom_jupyter.errors import InputError
from headroom_jupyter.lab.base import Json, Request

__all__ = ["compress", "put"]

_SESSION = re.compile(r"[\w-]{8,64}")
_MOST_CHARS = 20_000_000  # of one text: about 10 s (tests/benchmarks)


def compress(request: Request) -> Json:
    """Rows, each with what it costs."""
    given = request.body
    named = [name for name in _SOURCES if given.get(name) is not None]
    if len(named) != 1:
        raise InputError(f"give exactly one of {', '.join(_SOURCES)}")
    return _SOURCES[named[0]](request, given, asked(given))


def put(request: Request) -> None:
    """Texts, in pieces, of cells that are then given by reference."""
    pieces = request.body.get("pieces")
    if not isinstance(pieces, list) or not all(isinstance(piece, Mapping) for piece in pieces):
        raise InputError("pieces is no list of pieces of texts")
    _opened(request, text_of(request.body, "session")).put(pieces)


def _opened(request: Request, session: str) -> Opened:
    if not _SESSION.fullmatch(session):
        raise InputError(f"session={session[:40]!r} is none; a page makes up a name of 8 to 64 letters and digits")
    return request.desk.opened(request.project, session)


def _answered(request: Request, part: Part, options: Asked) -> Json:
    if len(part.text) > _MOST_CHARS:
        raise InputError(f"a text has {len(part.text):,} characters; {_MOST_CHARS:,} at most, so cut it into parts")
    return answer([part], options, request.store)


def _notebook(request: Request, given: Mapping[str, Any], options: Asked) -> Json:
    path, session = text_of(given, "notebook"), text_of(given, "session")
    opened = _opened(request, session) if session else Opened()
    version = path, request.read(path, "version")
    return opened.answer_file(version, lambda: _cells_of(request.read(path, "notebook")), options, request.store)


def _cells_of(book: object) -> list[Mapping[str, Any]]:
    cells = book.get("cells") if isinstance(book, Mapping) else None
    if not isinstance(cells, Sequence):
        raise InputError("the notebook has no cells")
    return [cell for cell in cells if isinstance(cell, Mapping)]


def _cells(request: Request, given: Mapping[str, Any], options: Asked) -> Json:
    return _opened(request, text_of(given, "session")).answer(given.get("cells"), options, request.store)


def _file(request: Request, given: Mapping[str, Any], options: Asked) -> Json:
    path = text_of(given, "file")
    part = text_part(f"file {path}", "file", path, request.read(path, "file"), path=path)
    return _answered(request, part, options)


def _text(request: Request, given: Mapping[str, Any], options: Asked) -> Json:
    path = text_of(given, "path")
    return _answered(request, text_part("text", "text", path or "text", text_of(given, "text"), path=path), options)


def _original(request: Request, given: Mapping[str, Any], options: Asked) -> Json:
    ref = check_ref(given.get("ref"))
    found = request.desk.original(request.store, ref)
    if found.text is None:
        raise InputError(f"original {ref} is no text")
    path = text_of(given, "path")
    return _answered(request, Part(ref, "text", path or ref, found.text, path), options)


_SOURCES: Mapping[str, Callable[[Request, Mapping[str, Any], Asked], Json]] = {
    "notebook": _notebook,
    "file": _file,
    "text": _text,
    "ref": _original,
    "cells": _cells,
}
