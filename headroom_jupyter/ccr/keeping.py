"""What a person decides about a stored original: pin it, let it expire, discard it, and take that back for a while.

Discarded rows stand under another key until their time is over, so that nothing else can find them. Nothing here reads
an original.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

from headroom_jupyter import settings
from headroom_jupyter.ccr.disk import Row, Shelf, pack, unpack
from headroom_jupyter.ccr.entries import DAY_S, GONE_S, about
from headroom_jupyter.ccr.marker import check_ref
from headroom_jupyter.ccr.store import Store
from headroom_jupyter.errors import InputError, MissingOriginal

__all__ = ["UNDO_S", "discard", "empty_bin", "expire", "forms_of", "pin", "restore", "undo_until", "unpin"]

UNDO_S = 15 * 60.0
_BIN = b"t"
_LONGEST_DAYS = 3650.0


def pin(store: Store, ref: str) -> None:
    """Keep an original, and all that was issued for it, until it is unpinned; the quota does not let it go either.

    Raises:
        MissingOriginal: there is none.
        StoreError: the store cannot be written.
    """
    with _entry(store, ref) as (shelf, entry):
        shelf.keep([row.key for row in [*_own(shelf, store, entry), *_shared(shelf, entry)]], expires=None)


def unpin(store: Store, ref: str) -> None:
    """Let an original expire again, as if it had been used now.

    Raises:
        MissingOriginal: there is none.
        StoreError: the store cannot be written.
    """
    expire(store, ref, days=float(max(1, settings.load().expiry_days)))


def expire(store: Store, ref: str, *, days: float) -> None:
    """Let an original expire some days from now, if it is not used meanwhile; 0 is at once, as `discard` does it.

    Raises:
        InputError: `days` is out of range.
        MissingOriginal: there is none.
        StoreError: the store cannot be written.
    """
    if not 0 <= days <= _LONGEST_DAYS:
        raise InputError(f"days={days!r} is not between 0 and {_LONGEST_DAYS:,.0f}; pin what is to stay")
    if not days:
        discard(store, ref, why="has expired")
        return
    at = time.time() + days * DAY_S
    with _entry(store, ref) as (shelf, entry):
        own = _own(shelf, store, entry)
        shelf.keep([row.key for row in own if row.key != entry.key], expires=at)
        shelf.keep([entry.key], expires=at + GONE_S)
        others = _others(shelf, entry)
        last = None if any(not row.expires for row in others) else max([at, *(row.expires - GONE_S for row in others)])
        shelf.keep([row.key for row in _shared(shelf, entry)], expires=last)


def discard(store: Store, ref: str, *, why: str = "was deleted") -> float:
    """Remove an original from this project, and all that was issued for it; `restore` takes that back for a while.

    Returns:
        Until when it can be taken back, seconds since 1970.

    Raises:
        MissingOriginal: there is none.
        StoreError: the store cannot be written.
    """
    until = undo_until()
    with _entry(store, ref) as (shelf, entry):
        gone = _own(shelf, store, entry)
        if not _others(shelf, entry):
            gone += _shared(shelf, entry)
        shelf.rename({row.key: _BIN + row.key for row in gone}, expires=until)
        said = {**about(entry), "gone": why, "was_pinned": not entry.expires}
        shelf.write({entry.key: pack(json.dumps(said).encode("ascii"))}, expire_s=GONE_S, tag=entry.tag)
    return until


def restore(store: Store, ref: str) -> None:
    """Take a `discard` back.

    Raises:
        InputError: it is too late, or it was never discarded.
        StoreError: the store cannot be written.
    """
    key = b"r" + store.scope + check_ref(ref).encode("ascii")
    with store.writing(0) as shelf:
        found = shelf.rows([_BIN + key, key])
        entry, now = found.get(_BIN + key), found.get(key)
        if entry is None:
            raise InputError(f"original {ref} cannot be brought back: that is possible for {UNDO_S / 60:.0f} minutes")
        was_pinned = now is not None and bool(about(now).get("was_pinned"))
        is_new = now is not None and "gone" not in about(now)  # it was stored once more meanwhile
        rows = [row for row in shelf.tagged(entry.tag, _BIN) if row.key[1:2] in (b"o", b"p") or _is_own(row, store)]
        there = shelf.rows(row.key[1:] for row in rows)
        back = {
            row.key: row.key[1:] for row in rows if row.key[1:] not in there or (row.key == entry.key and not is_new)
        }
        at = time.time() + max(1, settings.load().expiry_days) * DAY_S
        shelf.rename(back, expires=None if was_pinned else at)
        if not was_pinned:
            shelf.keep([key], expires=at + GONE_S)
        for row in rows:
            if row.key not in back:
                shelf.delete(row.key)


def empty_bin(store: Store) -> None:
    """Remove for good what can no longer be taken back."""
    with store.reading() as shelf:
        if shelf is not None and shelf.drop(_BIN):
            shelf.shrink()


def undo_until() -> float:
    """Until when what is discarded now can be taken back, seconds since 1970."""
    return time.time() + UNDO_S


def forms_of(store: Store, ref: str) -> list[tuple[bytes, float]]:
    """The records of all forms that this project gave out for an original, and when each was used; the last first.

    Raises:
        MissingOriginal: there is none.
        StoreError: the store cannot be read.
    """
    with store.reading() as shelf:
        entry = _found(store, shelf, ref)
        rows = shelf.tagged(entry.tag, b"f" + store.scope) if shelf else []
        return [(unpack(row.value), row.used) for row in sorted(rows, key=lambda row: -row.used)]


@contextmanager
def _entry(store: Store, ref: str) -> Iterator[tuple[Shelf, Row]]:
    with store.writing(0) as shelf:
        yield shelf, _found(store, shelf, ref)


def _found(store: Store, shelf: Shelf | None, ref: str) -> Row:
    key = b"r" + store.scope + check_ref(ref).encode("ascii")
    row = shelf.rows([key]).get(key) if shelf else None
    why = "was never stored in it" if row is None else str(about(row).get("gone", ""))
    if row is None or why:
        raise MissingOriginal(f"no original {ref} in project {store.project}: it {why}")
    return row


def _own(shelf: Shelf, store: Store, entry: Row) -> list[Row]:
    """The rows of this project: the entry, the forms and the texts that were issued."""
    return [row for sort in (b"r", b"f", b"i") for row in shelf.tagged(entry.tag, sort + store.scope)]


def _shared(shelf: Shelf, entry: Row) -> list[Row]:
    """The original itself, which all projects share."""
    return [*shelf.tagged(entry.tag, b"o"), *shelf.tagged(entry.tag, b"p")]


def _others(shelf: Shelf, entry: Row) -> list[Row]:
    """What other projects know of the same original."""
    rows = shelf.tagged(entry.tag, b"r")
    return [row for row in rows if row.key != entry.key and "gone" not in about(row)]


def _is_own(row: Row, store: Store) -> bool:
    return row.key[2:18] == store.scope
