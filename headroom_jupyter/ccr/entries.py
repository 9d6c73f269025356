"""What the store's rows say: originals on their way in, entries about them, and letting old ones go.

It opens nothing, and knows projects only as prefixes of keys.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

from headroom_jupyter.ccr.disk import Row, Shelf, pack, pack_parts, pack_plain, parts_of, unpack
from headroom_jupyter.ccr.marker import REF_LENGTH
from headroom_jupyter.errors import StoreError, StoreFull

__all__ = [
    "DAY_S",
    "GONE_S",
    "HOUR_S",
    "Original",
    "Parts",
    "Stored",
    "about",
    "check_issued",
    "digest_of",
    "leave",
    "make_room",
    "part_key",
    "stored_of",
    "whole",
]

HOUR_S = 3600.0
DAY_S = 24 * HOUR_S
GONE_S = 90 * DAY_S  # how long the store can say what became of an original
_PROTECTED_S = DAY_S + HOUR_S  # a use is written down at most an hour late


@dataclass(frozen=True, slots=True)
class Stored:
    """One original of a project; times in seconds since 1970, infinity when it never expires."""

    ref: str
    kind: str
    path: str
    size_bytes: int
    stored_at: float
    used_at: float
    expires_at: float
    notebook: str = ""

    @property
    def is_pinned(self) -> bool:
        """Whether it never expires."""
        return math.isinf(self.expires_at)


@dataclass(frozen=True)
class Parts:
    """A large original in parts, of which one at a time is in memory; `read` begins anew each time it is called.

    Each part is stored as it is: whoever makes them knows what is worth compressing.
    """

    read: Callable[[], Iterator[bytes]]

    @cached_property
    def measured(self) -> tuple[bytes, int, int]:
        """Digest, size in bytes and number of the parts."""
        hashed, size, count = sha256(), 0, 0
        for part in self.read():
            hashed.update(part)
            size += len(part)
            count += 1
        return hashed.digest(), size, count


class Original:
    """An original on its way into the store, hashed and packed before the store is locked."""

    def __init__(self, data: bytes | Parts, kind: str, path: str, notebook: str) -> None:
        self.data = data
        self.digest, size, count = (sha256(data).digest(), len(data), 0) if isinstance(data, bytes) else data.measured
        self.tag = self.digest.hex()
        self.ref = self.tag[:REF_LENGTH]
        self.packed = pack(data) if isinstance(data, bytes) else pack_parts(count)
        self.stored_bytes = len(self.packed) if isinstance(data, bytes) else size
        self._said = {"kind": kind, "path": path, "size": size, **({"notebook": notebook} if notebook else {})}

    def parts(self) -> Iterator[tuple[bytes, bytes]]:
        """Keys and packed values of the parts, none of an original that is of one piece.

        Raises:
            StoreError: they are not what they were when they were hashed.
        """
        if isinstance(self.data, bytes):
            return
        hashed = sha256()
        for index, part in enumerate(self.data.read()):
            hashed.update(part)
            yield part_key(self.digest, index), pack_plain(part)
        if hashed.digest() != self.digest:
            raise StoreError("the value was changed while it was being stored; compress it again")

    def entry(self) -> bytes:
        """What a project knows of it."""
        return pack(json.dumps({**self._said, "at": time.time()}).encode("ascii"))

    def is_in(self, row: Row | None) -> bool:
        """Whether a row holds it undamaged."""
        try:
            return row is not None and (row.value == self.packed or unpack(row.value) == self.data)
        except StoreError:
            return False


def part_key(digest: bytes, index: int) -> bytes:
    """Under what a part of an original stands."""
    return b"p" + digest + index.to_bytes(4, "big")


def about(entry: Row) -> dict[str, Any]:
    """What an entry says: kind, path, size, at, and gone when its original is.

    Raises:
        StoreError: it is damaged.
    """
    try:
        return {"kind": "", "path": "", "notebook": "", "size": 0, "at": 0.0, **json.loads(unpack(entry.value))}
    except (ValueError, TypeError) as err:
        raise StoreError(f"an entry of the store is damaged ({err}); move the store's folder away") from err


def digest_of(entry: Row) -> bytes:
    """The digest of the original that an entry is about.

    Raises:
        StoreError: it is damaged.
    """
    try:
        return bytes.fromhex(entry.tag)
    except ValueError as err:
        raise StoreError("an entry of the store is damaged; move the store's folder away") from err


def stored_of(entry: Row) -> Stored | None:
    """What an entry says of its original, also after its time; None when the original is gone."""
    said = about(entry)
    if "gone" in said:
        return None
    expires = entry.expires - GONE_S if entry.expires else math.inf
    ref, size, at = entry.key[17:].decode("ascii"), int(said["size"]), float(said["at"])
    return Stored(ref, said["kind"], said["path"], size, at, entry.used, expires, said["notebook"])


def whole(shelf: Shelf, row: Row, digest: bytes) -> bytes:
    """An original from its row and, if it is stored so, its parts; its hash checked.

    Raises:
        StoreError: it is damaged.
    """
    count = parts_of(row.value)
    data = b"".join(_part(shelf, digest, index) for index in range(count)) if count else unpack(row.value)
    if sha256(data).digest() != digest:
        ref = digest.hex()[:REF_LENGTH]
        raise StoreError(f"original {ref} is damaged in the store: it does not have its own hash; delete it")
    return data


def _part(shelf: Shelf, digest: bytes, index: int) -> bytes:
    key = part_key(digest, index)
    row = shelf.rows([key]).get(key)
    if row is None:
        raise StoreError(f"original {digest.hex()[:12]} is damaged in the store: a part is missing; delete it")
    return unpack(row.value)


def check_issued(row: Row | None, ref: str) -> None:
    """See that an issued text does not stand for another original.

    Raises:
        StoreError: it does.
    """
    if row is not None and unpack(row.value) != ref.encode("ascii"):
        raise StoreError("the same text was issued for another original before; it could not be told whose it is")


def leave(shelf: Shelf, rows: Iterable[Row], why: str) -> None:
    """Remove rows; an entry stays and says why its original is gone."""
    for row in rows:
        if row.key[:1] == b"r":
            said = {**about(row), "gone": why}
            shelf.write({row.key: pack(json.dumps(said).encode("ascii"))}, expire_s=GONE_S, tag=row.tag)
        else:
            shelf.delete(row.key)


def make_room(shelf: Shelf, size: int, quota: int) -> None:
    """Let the least recently used originals go until `size` more bytes fit."""
    if shelf.used_bytes() + size <= quota:
        return
    shelf.drop_expired(5000)
    goal = quota * 0.98 - size  # some room for the next ones too
    while shelf.used_bytes() > goal:
        tags = shelf.oldest(b"o", used_before=time.time() - _PROTECTED_S, most=50)
        for tag in tags:
            leave(shelf, shelf.tagged(tag), "was let go to make room")
        if not tags:
            break
    if shelf.used_bytes() + size > quota:
        raise StoreFull(
            f"the store is full: {quota:,} bytes, and all of it is pinned or was used within 24 hours; raise"
            " HEADROOM_QUOTA_BYTES or delete originals"
        )
    shelf.shrink()
