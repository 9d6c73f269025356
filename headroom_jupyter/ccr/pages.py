"""An original taken apart for reading by the slice: pages, each of lines or of rows, and their pieces in order.

A page is a text or a JSON container with an address of its own: the whole original, a cell, an output, a large array or
object, a long string inside a value. Nothing here knows a query.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, repeat
from typing import NamedTuple

from headroom_jupyter.ccr import cells
from headroom_jupyter.compressors.json_source import entries, large_spans, render_step, root_entries
from headroom_jupyter.errors import MarkerError

__all__ = ["Book", "Page", "Piece", "is_base64", "open_book", "open_table"]

_DEEPEST = 200  # levels of JSON; what is nested deeper is read by lines
ROW_CHARS = 800  # a larger JSON value is shown by its entries; needs to be read as one thing
LINE_CHARS = 600  # a longer line is shown by windows
WINDOW_CHARS = 300
_FIELD_CHARS = 80
_ELEMENT = re.compile(r"\[\d+\]\Z")
_BASE64 = re.compile(r"[A-Za-z0-9+/_\-]{160,}={0,2}")
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/_\-=]")
_BREAKS = re.compile(r"[\s,;{}()>]")


@dataclass(slots=True)
class Page:
    """Where pieces stand; `total` counts its lines or rows, `size` its characters."""

    unit: str
    at: str
    total: int = 0
    size: int = 0
    parent: int | None = None


class Piece(NamedTuple):
    """A run of a page: lines or rows `first` to `last` (1-based), or `chars` of one long line (1-based, inclusive)."""

    page: int
    first: int
    last: int
    chars: tuple[int, int] | None = None


@dataclass
class Book:
    """All pages, and all pieces in the order of the original; `text` and `starts` are asked for when they are complete.

    `heads` are the pieces that only open a large entry, `"key": {`, whose content follows on a page of its own.
    """

    pages: list[Page] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    heads: set[int] = field(default_factory=set)
    _short: dict[int, list[int]] = field(default_factory=dict)

    @cached_property
    def text(self) -> str:
        """The texts of all pieces, each line ended."""
        return "".join(self.texts)

    @cached_property
    def starts(self) -> list[int]:
        """Where each piece begins in `text`, and where the last one ends."""
        return [0, *accumulate(map(len, self.texts))]

    def record(self, page: int) -> list[int]:
        """Short fields of the array element that a page is, or lies in: they tell one record from another."""
        here: int | None = page
        while here is not None and not _ELEMENT.search(self.pages[here].at):
            here = self.pages[here].parent
        if here is None:
            return []
        if not self._short:
            for index, piece in enumerate(self.pieces):
                if len(self.texts[index]) < _FIELD_CHARS and index not in self.heads:
                    self._short.setdefault(piece.page, []).append(index)
        return self._short.get(here, [])

    def open_page(self, unit: str, at: str, parent: int | None = None) -> int:
        """Add an empty page and answer with its number."""
        self.pages.append(Page(unit, at, parent=parent))
        return len(self.pages) - 1

    def add(self, piece: Piece, text: str) -> None:
        """Add one piece to its page."""
        self.pieces.append(piece)
        self.texts.append(text)

    def add_text(self, text: str, at: str, parent: int | None = None) -> None:
        """Add a page of lines, long ones cut to windows."""
        number = self.open_page("lines", at, parent)
        page = self.pages[number]
        offset = 0
        lines = text.split("\n")
        if lines[-1] == "" and len(lines) > 1:
            lines.pop()
        for index, line in enumerate(lines, 1):
            if len(line) <= LINE_CHARS:
                self.add(Piece(number, index, index), line + "\n")
            else:
                for start, end in _windows(line):
                    run = offset + start + 1, offset + end
                    tail = "\n" if end == len(line) else ""
                    self.add(Piece(number, index, index, run), line[start:end] + tail)
            offset += len(line) + 1
        page.total, page.size = len(lines), len(text)

    def add_rows(self, rows: Sequence[str]) -> None:
        """Add a page of a table's rows."""
        page = self.open_page("rows", "")
        self.pieces += map(Piece, repeat(page), range(1, len(rows) + 1), range(1, len(rows) + 1))
        self.texts += [f"{row}\n" for row in rows]
        self.pages[page].total = len(rows)


def open_book(text: str, kind: str, at: str = "") -> Book:
    """Take an original, or the part of it that `at` names, apart."""
    book = Book()
    if cells.is_notebook(text, kind) and not at:
        try:
            for place, part in cells.parts(text):
                if part:
                    book.add_text(part, place)
            return book
        except MarkerError:
            book = Book()
    try:
        if _add_json(book, text, at):
            return book
    except ValueError:
        book = Book()
    book.add_text(text, at)
    return book


def open_table(rows: Sequence[str]) -> Book:
    """Take a table apart by its rows."""
    book = Book()
    book.add_rows(rows)
    return book


def is_base64(text: str) -> bool:
    """Whether a piece is mostly encoded bytes, which nobody can read."""
    size = len(text)
    if _NOT_BASE64.search(text, size * 2 // 5 + 1, size * 3 // 5):  # what is longer than three fifths covers the middle
        return False
    return any(len(match.group()) > 0.6 * len(text) for match in _BASE64.finditer(text))


def _add_json(book: Book, text: str, at: str) -> bool:
    """Take JSON apart by its entries; ValueError where paths would grow longer than what they lead to."""
    start = len(text) - len(text.lstrip(" \t\r\n"))
    if text[start : start + 1] not in ("[", "{"):
        return False
    spans = large_spans(text, ROW_CHARS)
    found = root_entries(text, spans)
    if found is None:
        return False
    prefix = f"{at} $".strip()
    page = book.open_page("rows", prefix)
    stack = [(found, page)]
    while stack:
        walk, page = stack[-1]
        for entry in walk:
            index = book.pages[page].total = book.pages[page].total + 1
            first = text[entry.value]
            if entry.end - entry.start <= ROW_CHARS or first not in '[{"':
                comma = "," if text.startswith(",", entry.end) else ""
                _add_row(book, page, index, text[entry.start : entry.end] + comma)
                continue
            path = book.pages[page].at + render_step(entry.step)
            if entry.value > entry.start:
                book.heads.add(len(book.pieces))
                book.add(Piece(page, index, index), text[entry.start : entry.value + 1] + "\n")
            if first == '"':
                book.add_text(str(json.loads(text[entry.value : entry.end], strict=False)), path, parent=page)
                continue
            if len(stack) >= _DEEPEST:
                raise ValueError("nested too deep")
            stack.append((entries(text, entry.value, spans), book.open_page("rows", path, parent=page)))
            break
        else:
            stack.pop()
    return True


def _add_row(book: Book, page: int, index: int, source: str) -> None:
    """Add a row; short scalars that follow each other in one page, such as numbers, share a piece."""
    if len(source) < 24 and book.pieces and source[:1] not in '{["':
        last = book.pieces[-1]
        before = book.texts[-1]
        if (last.page, last.last) == (page, index - 1) and len(before) < 120 and before[:1] not in '{["':
            book.pieces[-1] = Piece(page, last.first, index)
            book.texts[-1] = f"{before[:-1]} {source}\n"
            return
    book.add(Piece(page, index, index), source + "\n")


def _windows(line: str) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(line):
        end = min(start + WINDOW_CHARS, len(line))
        if end < len(line):
            breaks = [match.end() for match in _BREAKS.finditer(line, end - 60, end)]
            end = breaks[-1] if breaks else end
        yield start, end
        start = end
