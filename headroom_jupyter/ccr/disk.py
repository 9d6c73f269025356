"""The store's shelf: diskcache without pickles, without value files, and with the few queries it lacks.

It knows rows, not originals: what a key or a value means is the store's matter.
"""

from __future__ import annotations

import sqlite3
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, NoReturn

from diskcache import UNKNOWN, Cache, Disk, Timeout  # type: ignore[import-untyped]  # ships no types

from headroom_jupyter.errors import StoreError

__all__ = ["PlainDisk", "Row", "Shelf", "pack", "pack_parts", "pack_plain", "parts_of", "unpack"]

_PLAIN, _ZLIB, _PARTS = b"\x00", b"\x01", b"\x02"
_MODE_RAW = 1  # diskcache.core.MODE_RAW: the value stands in its column
_ALIVE = "(expire_time IS NULL OR expire_time > ?)"
_BATCH = 400  # below 999, SQLite's limit for variables in older builds


class Row(NamedTuple):
    """A key, its value as `pack` made it, and when it expires and was last used (seconds since 1970)."""

    key: bytes
    value: bytes
    expires: float
    used: float
    tag: str


def pack(data: bytes) -> bytes:
    """`data` with its checksum, compressed where that pays; `unpack` is the inverse.

    >>> unpack(pack(b"ab" * 999)) == b"ab" * 999, len(pack(b"ab" * 999)) < 40
    (True, True)
    """
    check = zlib.crc32(data).to_bytes(4, "big")
    small = zlib.compress(data, 1) if len(data) > 64 else data
    return _ZLIB + check + small if len(small) < len(data) * 0.9 else _PLAIN + check + data


def unpack(value: bytes) -> bytes:
    """Inverse of `pack`.

    Raises:
        StoreError: the value is damaged.
    """
    head, check, body = value[:1], value[1:5], value[5:]
    try:
        data = zlib.decompress(body) if head == _ZLIB else body
    except zlib.error as err:
        raise StoreError(f"a stored value is damaged ({err}); delete it, or move the store's folder away") from err
    if head not in (_PLAIN, _ZLIB) or zlib.crc32(data).to_bytes(4, "big") != check:
        raise StoreError("a stored value is damaged (wrong checksum); delete it, or move the store's folder away")
    return data


def pack_plain(data: bytes) -> bytes:
    """As `pack`, for what is not worth compressing."""
    return b"".join((_PLAIN, zlib.crc32(data).to_bytes(4, "big"), data))


def pack_parts(count: int) -> bytes:
    """What stands for a value that is stored in parts; `parts_of` reads it.

    >>> parts_of(pack_parts(7)), parts_of(pack(b"whole"))
    (7, 0)
    """
    size = count.to_bytes(8, "big")
    return _PARTS + zlib.crc32(size).to_bytes(4, "big") + size


def parts_of(value: bytes) -> int:
    """In how many parts a value is stored, 0 when it is of one piece.

    Raises:
        StoreError: it is damaged.
    """
    if value[:1] != _PARTS:
        return 0
    if len(value) != 13 or zlib.crc32(value[5:]).to_bytes(4, "big") != value[1:5]:
        raise StoreError("a stored value is damaged (wrong checksum); delete it, or move the store's folder away")
    return int.from_bytes(value[5:], "big")


def _refuse(what: str) -> NoReturn:
    raise StoreError(f"the store holds {what}, which this program never writes; perhaps planted: move its folder away")


class PlainDisk(Disk):  # type: ignore[misc]  # an untyped base
    """Bytes in a column and nothing else: no pickle is written or read, no file named by a row is touched."""

    def put(self, key: object) -> tuple[Any, bool]:
        """The database's form of a key; bytes only."""
        if type(key) is not bytes:
            raise TypeError(f"keys are bytes, not {type(key).__name__}")
        return sqlite3.Binary(key), True

    def get(self, key: object, raw: object) -> bytes:
        """The key of a row; one that is pickled is refused."""
        if not raw or not isinstance(key, (bytes, memoryview)):
            _refuse("a pickled key")
        return bytes(key)

    def store(self, value: object, read: object, key: object = UNKNOWN) -> tuple[int, int, None, Any]:
        """Columns for a value; bytes only."""
        if type(value) is not bytes or read:
            raise TypeError(f"values are bytes, not {type(value).__name__}")
        return 0, _MODE_RAW, None, sqlite3.Binary(value)

    def fetch(self, mode: object, filename: object, value: object, read: object) -> bytes:
        """The value of a row; a pickle or a file is refused."""
        if mode != _MODE_RAW or filename is not None or read or not isinstance(value, (bytes, memoryview)):
            _refuse("a pickle or a value file")
        return bytes(value)

    def remove(self, file_path: object) -> None:
        """Nothing: no row of ours names a file, so a name that is there was planted."""


class Shelf(Cache):  # type: ignore[misc]  # an untyped base
    """A diskcache that never evicts by itself, with batches, tags and prefixes.

    Everything lies in one SQLite database, so that what is written together is there together after a crash.
    """

    def __init__(self, directory: str, *, timeout_s: float) -> None:
        super().__init__(
            directory,
            timeout=timeout_s,
            disk=PlainDisk,
            eviction_policy="none",
            cull_limit=0,
            statistics=0,
            tag_index=1,
            sqlite_auto_vacuum=2,  # incremental: `shrink` gives pages back, ordinary commits move none
            sqlite_cache_size=2000,  # pages, 8 MB
            sqlite_journal_size_limit=16_000_000,
            sqlite_wal_autocheckpoint=3500,  # pages, 14 MB: the commit that moves them waits for the disk
            sqlite_mmap_size=0,  # a file cut short by another program would end the process with SIGBUS
        )

    def __bool__(self) -> bool:
        """True: a shelf is there, and to ask how many rows it has would be a query."""
        return True

    def create_tag_index(self) -> None:
        """As diskcache does it, but patient: it does this while it opens, when its connection waits for no lock."""
        self._sql_retry("CREATE INDEX IF NOT EXISTS Cache_tag_rowid ON Cache(tag, rowid)")

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction; when it fails nothing of it is written."""
        try:
            with self.transact():
                yield
        except (sqlite3.Error, Timeout):
            self.close()  # a COMMIT that failed leaves its transaction open on the connection
            raise

    def write(self, values: Mapping[bytes, bytes], *, expire_s: float | None = None, tag: str | None = None) -> None:
        """Set keys inside `writing`, in one statement each where `set` takes two."""
        now = time.time()
        expires = None if expire_s is None else now + expire_s
        self._con.executemany(
            "INSERT INTO Cache (key, raw, store_time, expire_time, access_time, access_count, tag, size, mode, value)"
            " VALUES (?, 1, ?, ?, ?, 0, ?, 0, ?, ?) ON CONFLICT (key, raw) DO UPDATE SET"
            " store_time = excluded.store_time, expire_time = excluded.expire_time, access_time = excluded.access_time,"
            " tag = excluded.tag, size = 0, mode = excluded.mode, filename = NULL, value = excluded.value",
            [(key, now, expires, now, tag, _MODE_RAW, value) for key, value in values.items()],
        )

    def run(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run a statement on tables beside the rows; inside `writing` it is part of the transaction."""
        return list(self._sql(statement, values).fetchall())

    def run_each(self, statement: str, values: Iterable[Sequence[object]]) -> None:
        """Run a statement once for each of some values, inside `writing`."""
        self._con.executemany(statement, values)

    def rows(self, keys: Iterable[bytes]) -> dict[bytes, Row]:
        """The rows of those keys that are there and have not expired."""
        found: dict[bytes, Row] = {}
        for marks, values in _batches(keys):
            for row in self._select(f"key IN ({marks}) AND {_ALIVE}", values):
                found[row.key] = row
        return found

    def heads(self, keys: Iterable[bytes]) -> Iterator[Row]:
        """As `rows`, without the values."""
        query = "SELECT key, expire_time, access_time, tag FROM Cache WHERE raw = 1 AND "
        for marks, values in _batches(keys):
            for key, expires, used, tag in self._sql(f"{query}key IN ({marks}) AND {_ALIVE}", values):
                yield Row(bytes(key), b"", float(expires or 0), float(used or 0), str(tag))

    def tagged(self, tag: str, prefix: bytes = b"") -> list[Row]:
        """All rows of a tag, or those under a prefix, expired ones too."""
        if not prefix:
            return list(self._select("tag = ?", (tag,)))
        return list(self._select("tag = ? AND key >= ? AND key < ?", (tag, prefix, _after(prefix))))

    def prefixed(self, prefix: bytes) -> Iterator[Row]:
        """The rows whose key begins with `prefix`, in the order of keys."""
        return self._select(f"key >= ? AND key < ? AND {_ALIVE} ORDER BY key", (prefix, _after(prefix), time.time()))

    def changed(self, prefix: bytes, since: float) -> Iterator[Row]:
        """The rows under a prefix that were written or used since a moment, also those whose time is over."""
        query = "key >= ? AND key < ? AND (store_time >= ? OR access_time >= ?)"
        return self._select(query, (prefix, _after(prefix), since, since))

    def keep(self, keys: Iterable[bytes], *, expires: float | None) -> None:
        """Set when rows expire, None is never; inside `writing`."""
        changes = [(expires, time.time(), key) for key in keys]
        self._con.executemany("UPDATE Cache SET expire_time = ?, store_time = ? WHERE key = ? AND raw = 1", changes)

    def rename(self, keys: Mapping[bytes, bytes], *, expires: float | None) -> None:
        """Give rows other keys, in place of rows that have them, and another time to expire; inside `writing`."""
        self._con.executemany("DELETE FROM Cache WHERE key = ? AND raw = 1", [(new,) for new in keys.values()])
        changes = [(new, expires, time.time(), old) for old, new in keys.items()]
        self._con.executemany(
            "UPDATE Cache SET key = ?, expire_time = ?, store_time = ? WHERE key = ? AND raw = 1", changes
        )

    def drop(self, prefix: bytes) -> int:
        """Remove the rows under a prefix whose time is over; how many there were."""
        query = "DELETE FROM Cache WHERE key >= ? AND key < ? AND expire_time < ?"
        return int(self._sql(query, (prefix, _after(prefix), time.time())).rowcount)

    def oldest(self, prefix: bytes, *, used_before: float, most: int) -> list[str]:
        """Tags of the rows under `prefix` that were last used before a moment, first to expire first."""
        query = (
            "SELECT tag FROM Cache WHERE expire_time IS NOT NULL AND access_time < ? AND key >= ? AND key < ?"
            " ORDER BY expire_time LIMIT ?"
        )
        return [str(tag) for (tag,) in self._sql(query, (used_before, prefix, _after(prefix), most))]

    def renew(self, tag: str, *, expires: float, but: bytes, later: float) -> None:
        """Mark all rows of a tag as used now, to expire no earlier than `expires`, or `later` under prefix `but`."""
        self._sql(
            "UPDATE Cache SET access_time = ?, expire_time = max(expire_time, CASE WHEN substr(key, 1, ?) = ? THEN ?"
            " ELSE ? END) WHERE tag = ?",
            (time.time(), len(but), but, later, expires, tag),
        )

    def drop_expired(self, most: int) -> None:
        """Remove some rows whose time is over."""
        query = "SELECT rowid FROM Cache WHERE expire_time IS NOT NULL AND expire_time < ? LIMIT ?"
        if found := self._sql(query, (time.time(), most)).fetchall():
            marks = ",".join("?" * len(found))
            self._sql(f"DELETE FROM Cache WHERE rowid IN ({marks})", [rowid for (rowid,) in found])  # noqa: S608  # marks are "?"

    def used_bytes(self) -> int:
        """Size of the pages in use."""
        ((pages,),) = self._sql("PRAGMA page_count").fetchall()
        ((free,),) = self._sql("PRAGMA freelist_count").fetchall()
        return int((pages - free) * self._page_size)

    def shrink(self) -> None:
        """Give free pages back to the file system."""
        self._sql("PRAGMA incremental_vacuum").fetchall()

    def _select(self, condition: str, values: Sequence[object]) -> Iterator[Row]:
        query = "SELECT key, raw, mode, filename, value, expire_time, access_time, tag FROM Cache WHERE raw = 1 AND "
        for key, raw, mode, filename, value, expires, used, tag in self._sql(query + condition, values):
            if not isinstance(expires or 0, (int, float)) or not isinstance(used or 0, (int, float)):
                _refuse("a time that is none")
            plain = self._disk.fetch(mode, filename, value, False)
            yield Row(self._disk.get(key, raw), plain, float(expires or 0), float(used or 0), str(tag))


def _batches(keys: Iterable[bytes]) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Keys in batches: the marks that stand for them, and their values with the time of now behind them."""
    wanted = list(dict.fromkeys(keys))
    now = time.time()
    for start in range(0, len(wanted), _BATCH):
        some = wanted[start : start + _BATCH]
        yield ",".join("?" * len(some)), (*some, now)


def _after(prefix: bytes) -> bytes:
    """The first key behind all that begin with `prefix`."""
    head = prefix.rstrip(b"\xff")
    return head[:-1] + bytes([head[-1] + 1])
