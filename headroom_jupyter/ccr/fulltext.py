"""Finds originals by what stands in them: all words of a question, anywhere in the text, the case ignored.

There is no index: originals are read one after the other, as many as a limit by size allows, and the answer says where
to go on. Looking counts as no use. It ranks nothing: the order is that of the entries it is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from headroom_jupyter.ccr.disk import Row, Shelf
from headroom_jupyter.ccr.entries import Stored, whole
from headroom_jupyter.ccr.snapshot import text_of
from headroom_jupyter.ccr.store import Store
from headroom_jupyter.errors import HeadroomError

__all__ = ["Found", "Hit", "find"]

MOST_BYTES = 32_000_000  # of originals looked at for one answer: a few tenths of a second
_MOST_ENTRIES = 4000
_LARGEST = 50_000_000  # bytes; of a larger original only path and kind are looked at
_BATCH = 100
_MOST_LINE = 300


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that was found; `line` is the number of the first line with a word, 0 where the path matched."""

    entry: Stored
    text: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """Hits in the order of the entries, how many entries were looked at, and whether those are all."""

    hits: tuple[Hit, ...]
    searched: int
    is_all: bool


def find(store: Store, question: str, entries: Sequence[Stored], *, most: int) -> Found:
    """Look through entries in their order, until there are enough hits or enough was read.

    Args:
        store: Where they lie.
        question: Words; all of them must be there.
        entries: Where to look, the first first.
        most: Hits.

    Raises:
        StoreError: the store cannot be read.
    """
    words = question.casefold().split()
    hits: list[Hit] = []
    size = 0
    for start in range(0, len(entries), _BATCH):
        some = entries[start : start + _BATCH]
        with store.reading() as shelf:
            rows = _originals(store, shelf, some)
        for index, entry in enumerate(some, start):
            if len(hits) >= most or size >= MOST_BYTES or index >= _MOST_ENTRIES:
                return Found(tuple(hits), index, False)
            size += min(entry.size_bytes, _LARGEST)
            hit = _hit(shelf, rows.get(entry.ref), entry, words)
            if hit is not None:
                hits.append(hit)
    return Found(tuple(hits), len(entries), True)


def _originals(store: Store, shelf: Shelf | None, entries: Sequence[Stored]) -> dict[str, Row]:
    """The rows of originals by reference; those too large to be read are left out."""
    if shelf is None:
        return {}
    keys = {b"r" + store.scope + entry.ref.encode("ascii"): entry.ref for entry in entries}
    refs = {b"o" + bytes.fromhex(row.tag): keys[key] for key, row in shelf.rows(keys).items()}
    return {refs[key]: row for key, row in shelf.rows(refs).items()}


def _hit(shelf: Shelf | None, row: Row | None, entry: Stored, words: Sequence[str]) -> Hit | None:
    said = f"{entry.ref} {entry.path} {entry.notebook} {entry.kind}".casefold()
    left = [word for word in words if word not in said]
    if not left:
        return Hit(entry)
    if shelf is None or row is None or entry.size_bytes > _LARGEST:
        return None
    try:
        text = text_of(whole(shelf, row, row.key[1:]))
    except (HeadroomError, UnicodeDecodeError):  # damaged, which is told when it is opened, or no text
        return None
    folded = text.casefold()
    if any(word not in folded for word in left):
        return None
    at = min(folded.find(word) for word in left)
    # Folding may lengthen a text ("ß"), but adds and removes no line.
    line = folded.count("\n", 0, at)
    return Hit(entry, _line(text, line, left), line + 1)


def _line(text: str, number: int, words: Sequence[str]) -> str:
    """A line of a text, of a long one the surroundings of the first word."""
    start = 0
    for _ in range(number):
        start = text.find("\n", start) + 1
    end = text.find("\n", start)
    line = text[start : len(text) if end < 0 else end]
    if len(line) <= _MOST_LINE:
        return line
    folded = line.casefold()
    at = min((found for word in words if (found := folded.find(word)) >= 0), default=0)
    first = max(0, at - _MOST_LINE // 3)
    return f"{'…' * bool(first)}{line[first : first + _MOST_LINE]}…"
