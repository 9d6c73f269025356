"""The entries of a project's originals in memory: filtered, sorted and paged, and kept up with other processes.

It reads what was written since it last looked, and nothing when no file of the store changed. It changes nothing, and
looking counts as no use.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from headroom_jupyter.ccr.entries import Stored, stored_of
from headroom_jupyter.ccr.store import Store
from headroom_jupyter.errors import InputError

__all__ = ["ALL", "Catalogue", "Changes", "Filters", "Sort"]

Sort = Literal["stored", "used", "expires", "size", "kind", "path"]
_BEHIND_S = 30.0  # a transaction writes its time down before it is visible, and may wait 20 s for a lock
_MOST_CHANGES = 500
_KEYS: dict[str, Callable[[Stored], float | str]] = {
    "stored": lambda one: one.stored_at,
    "used": lambda one: one.used_at,
    "expires": lambda one: one.expires_at,
    "size": lambda one: one.size_bytes,
    "kind": lambda one: one.kind,
    "path": lambda one: one.path or one.notebook,
}


@dataclass(frozen=True, slots=True)
class Filters:
    """Which entries; None and "" ask for nothing."""

    kind: str = ""
    notebook: str = ""
    min_bytes: int | None = None
    max_bytes: int | None = None
    since: float | None = None
    before: float | None = None
    pinned: bool | None = None

    def passes(self, one: Stored) -> bool:
        """Whether an entry is one of them."""
        return (
            (not self.kind or one.kind == self.kind)
            and (not self.notebook or one.notebook == self.notebook)
            and (self.min_bytes is None or one.size_bytes >= self.min_bytes)
            and (self.max_bytes is None or one.size_bytes <= self.max_bytes)
            and (self.since is None or one.stored_at >= self.since)
            and (self.before is None or one.stored_at < self.before)
            and (self.pinned is None or one.is_pinned == self.pinned)
        )


ALL = Filters()


@dataclass(frozen=True, slots=True)
class Changes:
    """What became of entries since a cursor; `reset`: more than can be told, load the list anew."""

    cursor: int
    entries: tuple[Stored, ...] = ()
    gone: tuple[str, ...] = ()
    reset: bool = False


class Catalogue:
    """The entries of one project; threads may share it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._entries: dict[str, Stored] = {}
        self._changed: dict[str, int] = {}  # refs to the number of their last change, the last changed at the end
        self._revision = 0
        self._read_at = 0.0
        self._seen: tuple[object, ...] = ()
        self._listed: tuple[object, list[Stored]] | None = None

    def entries(self, filters: Filters = ALL, *, sort: Sort = "stored", descending: bool = True) -> list[Stored]:
        """The entries that pass, in order; not to be changed.

        Raises:
            InputError: there is no such order.
            StoreError: the store cannot be read.
        """
        if sort not in get_args(Sort):
            raise InputError(f"sort={sort!r} is none of {', '.join(get_args(Sort))}")
        with self._lock:
            self._keep_up()
            key = (self._revision, filters, sort, descending)
            if self._listed is None or self._listed[0] != key:
                found = [one for one in self._entries.values() if filters.passes(one)]
                found.sort(key=lambda one: one.ref)
                found.sort(key=_KEYS[sort], reverse=descending)
                self._listed = key, found
            return self._listed[1]

    def counts(self) -> tuple[dict[str, int], dict[str, int], int]:
        """How many entries of each kind and of each notebook there are, and their size in bytes."""
        found = self.entries()
        kinds, notebooks = Counter(one.kind for one in found), Counter(one.notebook for one in found if one.notebook)
        return dict(kinds.most_common()), dict(notebooks.most_common()), sum(one.size_bytes for one in found)

    def changes(self, cursor: int) -> Changes:
        """What was stored, used, changed or removed since `cursor`, which an earlier answer gave; 0 is from the start.

        Raises:
            StoreError: the store cannot be read.
        """
        with self._lock:
            self._keep_up()
            refs: list[str] = []
            for ref in reversed(self._changed):
                if self._changed[ref] <= cursor:
                    break
                refs.append(ref)
                if len(refs) > _MOST_CHANGES:
                    return Changes(self._revision, reset=True)
            entries = tuple(self._entries[ref] for ref in refs if ref in self._entries)
            return Changes(self._revision, entries, tuple(ref for ref in refs if ref not in self._entries))

    def _keep_up(self) -> None:
        """Read what was written since the last look, and let go what expired."""
        now = time.time()
        seen = _signature(self._store)
        if seen != self._seen:
            with self._store.reading() as shelf:
                rows = shelf.changed(b"r" + self._store.scope, self._read_at - _BEHIND_S) if shelf else ()
                fresh = [(row.key[17:].decode("ascii"), stored_of(row)) for row in rows]
            self._take(fresh, now)
            self._seen, self._read_at = seen, now
        self._take([(one.ref, None) for one in self._entries.values() if one.expires_at <= now], now)

    def _take(self, fresh: Iterable[tuple[str, Stored | None]], now: float) -> None:
        alive = ((ref, one if one is not None and one.expires_at > now else None) for ref, one in fresh)
        changed = [(ref, stored) for ref, stored in alive if self._entries.get(ref) != stored]
        if not changed:
            return
        self._revision += 1
        for ref, stored in changed:
            self._changed.pop(ref, None)
            self._changed[ref] = self._revision
            if stored is None:
                self._entries.pop(ref, None)
            else:
                self._entries[ref] = stored


def _signature(store: Store) -> tuple[object, ...]:
    """What changes whenever anybody writes to the store: size and time of its database and the log before it."""
    found: list[object] = []
    for name in ("cache.db", "cache.db-wal"):
        try:
            status = os.stat(store.path / name)
        except OSError:
            found.append(None)
        else:
            found.append((status.st_ino, status.st_size, status.st_mtime_ns))
    return tuple(found)
