"""The store of originals: what was issued, which original it stands for, and the original itself.

Everything is scoped by project; the bytes of an original are stored once for all projects. It writes no marker, and
knows nothing of what a form says.

Keys of the shelf, each in front of a fixed number of bytes; a row's tag is the digest of its original:

    o DIGEST            the original              r PROJECT REF       what a project knows of it, also when it is gone
    p DIGEST INDEX      a part of a large one
    f PROJECT KEY       the form first given out  i PROJECT ISSUED    which reference an issued text stands for
    n NAME              notes of others, such as the ledger      t KEY               what was discarded a moment ago
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from types import TracebackType

from headroom_jupyter import settings
from headroom_jupyter.ccr import folder
from headroom_jupyter.ccr.disk import Row, Shelf, pack, unpack
from headroom_jupyter.ccr.entries import (
    DAY_S,
    GONE_S,
    HOUR_S,
    Original,
    Parts,
    Stored,
    about,
    check_issued,
    digest_of,
    leave,
    make_room,
    stored_of,
    whole,
)
from headroom_jupyter.ccr.marker import check_ref
from headroom_jupyter.ccr.project import find_project, named_project
from headroom_jupyter.errors import MissingOriginal, StoreError

__all__ = ["Parts", "Store", "Stored"]

_CULLED = 20  # expired rows removed by each write, which adds at most four
_log = logging.getLogger(__name__)


class Store:
    """The originals of one project, in a folder that several processes and threads may share.

    Nothing is read or written until it is needed, and reading never makes the folder. An original expires some days
    after its last use, and all that was issued for it with it; giving a form out is a use.

    Args:
        path: The store's folder; `store` in the home of the settings if it is left out.
        project: A folder or a name; the project of the working directory if it is left out.
        notebook: The notebook for which originals are stored; the one that this kernel runs for if it is left out.
    """

    def __init__(
        self, path: str | Path | None = None, *, project: str | None = None, notebook: str | None = None
    ) -> None:
        self._path = path
        self._named = project
        self._notebook = notebook
        self._shelf: Shelf | None = None

    @cached_property
    def project(self) -> str:
        """The project whose originals these are."""
        return named_project(self._named) if self._named else find_project()

    @property
    def notebook(self) -> str:
        """The notebook for which originals are stored, "" if there is none."""
        return settings.session_notebook() if self._notebook is None else self._notebook

    @cached_property
    def path(self) -> Path:
        """The store's folder; it may not exist yet."""
        return Path(self._path).expanduser().absolute() if self._path else settings.load().home_path() / "store"

    def put(self, data: bytes, *, kind: str = "", path: str = "") -> str:
        """Store an original.

        Returns:
            Its reference.

        Raises:
            StoreFull: the quota is used up, and nothing old enough to let go.
            StoreError: it cannot be written, or its reference belongs to other bytes.
        """
        new = Original(data, kind, path, self.notebook)
        with self._writing(new.stored_bytes) as shelf:
            self._add(shelf, new, {})
        return new.ref

    def issue(
        self, data: bytes | Parts, *, key: bytes, form: bytes, issued: bytes = b"", kind: str = "", path: str = ""
    ) -> bytes:
        """Store an original and the form it is given out in, both or neither.

        Args:
            data: The original, a very large one in parts.
            key: What the form is the answer to.
            form: The form's record.
            issued: Digest of the text that is given out, for `ref_of`; may be empty.
            kind: What the original contains.
            path: The file it came from, if it is known.

        Returns:
            The record in force: the first that was issued under `key`.

        Raises:
            StoreFull: the quota is used up, and nothing old enough to let go.
            StoreError: it cannot be written; its reference belongs to other bytes; the issued text stands for
                another original already.
        """
        new = Original(data, kind, path, self.notebook)
        with self._writing(new.stored_bytes + len(form)) as shelf:
            known = self._add(shelf, new, self._records(key, form, issued, new.ref))
        return known or form

    def remember(self, key: bytes, form: bytes, *, issued: bytes = b"", ref: str = "") -> bytes:
        """Record a form for an original that is stored already, or for none.

        Returns:
            The record in force: the first that was given out under `key`.

        Raises:
            MissingOriginal: `ref` is given and is not in the store.
            StoreError: as for `issue`.
        """
        records = self._records(key, form, issued, ref)
        with self._writing(len(form)) as shelf:
            found = shelf.rows(records)
            if known := found.get(self._key(b"f", key)):
                self._use(shelf, known)
                return unpack(known.value)
            check_issued(found.get(self._key(b"i", issued)), ref)
            tag = self._entry(shelf, check_ref(ref)).tag if ref else f"form {sha256(key).hexdigest()[:32]}"
            self._set(shelf, records, tag)
            self._renew(shelf, tag)
        return form

    def get(self, ref: str) -> bytes:
        """The original under a reference, its hash checked.

        Raises:
            MissingOriginal: there is none; the text says what became of it.
            StoreError: it cannot be read, or is damaged.
        """
        with self._reading(ref) as shelf:
            entry = self._entry(shelf, check_ref(ref))
            digest = digest_of(entry)
            row = shelf.rows([b"o" + digest]).get(b"o" + digest)
            if row is None:
                raise self._missing(ref, "has expired or was let go to make room")
            data = whole(shelf, row, digest)
            self._use(shelf, row)
        return data

    def kind(self, ref: str) -> str:
        """What the original under a reference contains, as it was said when it was stored.

        Raises:
            MissingOriginal: there is none.
        """
        with self._reading(ref) as shelf:
            return str(about(self._entry(shelf, check_ref(ref)))["kind"])

    def form(self, key: bytes) -> bytes | None:
        """The record in force under a key."""
        return self.forms([key]).get(key)

    def forms(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """The records in force under those keys that have one; each counts as a use of its original."""
        return {key: unpack(row.value) for key, row in self._used(b"f", keys)}

    def has_forms(self, keys: Iterable[bytes]) -> bool:
        """Whether every one of those keys has a record; as `forms` it counts as a use, but reads none of them."""
        wanted = {self._key(b"f", key) for key in keys}
        with folder.errors_told(self.path):
            shelf = self._existing() if wanted else None
            rows = list(shelf.heads(wanted)) if shelf else []
            for row in rows:
                self._use(shelf, row)
        return len(rows) == len(wanted)

    def ref_of(self, issued: bytes) -> str | None:
        """The reference that a text given out stands for, by the text's digest."""
        return self.refs_of([issued]).get(issued)

    def refs_of(self, issued: Iterable[bytes]) -> dict[bytes, str]:
        """`ref_of` for many digests; those never issued have no entry."""
        return {digest: unpack(row.value).decode("ascii") for digest, row in self._used(b"i", issued)}

    def delete(self, ref: str) -> None:
        """Remove an original from this project, and with it every form that was issued for it.

        Raises:
            MissingOriginal: there is none.
            StoreError: the store cannot be written.
        """
        with self._reading(ref) as shelf, shelf.writing():
            entry = self._entry(shelf, check_ref(ref))
            rows = shelf.tagged(entry.tag)
            leave(shelf, [row for row in rows if row.key[1:17] == self.scope], "was deleted")
            if not any(row.key[:1] == b"r" and row.key != entry.key and "gone" not in about(row) for row in rows):
                for key in (row.key for row in rows if row.key[:1] in (b"o", b"p")):
                    shelf.delete(key)
        with self._reading(ref) as shelf:
            shelf.shrink()

    def refs(self) -> list[Stored]:
        """The originals of this project, last used first."""
        with folder.errors_told(self.path):
            shelf = self._existing()
            rows = list(shelf.prefixed(self._key(b"r", b""))) if shelf else []
        now = time.time()
        found = []
        for row in rows:
            stored = stored_of(row)
            if stored is not None and stored.expires_at > now:
                found.append(stored)
        return sorted(found, key=lambda stored: (-stored.used_at, stored.ref))

    def volume_bytes(self) -> int:
        """What the store takes on the disk, over all projects; the quota is on this."""
        with folder.errors_told(self.path):
            shelf = self._existing()
            return shelf.used_bytes() if shelf else 0

    def note(self, changes: Mapping[bytes, Callable[[bytes | None], bytes]]) -> None:
        """Change notes in one transaction; each function makes the new value from the old one, or from None.

        Raises:
            StoreError: the store cannot be written.
        """
        with self._writing(0) as shelf:
            found = shelf.rows(b"n" + name for name in changes)
            old = {name: found.get(b"n" + name) for name in changes}
            new = {name: change(unpack(row.value) if (row := old[name]) else None) for name, change in changes.items()}
            shelf.write({b"n" + name: pack(value) for name, value in new.items()})

    def notes(self, prefix: bytes = b"") -> Iterator[tuple[bytes, bytes]]:
        """Notes whose name begins with `prefix`, of all projects, in the order of names."""
        with folder.errors_told(self.path):
            shelf = self._existing()
            rows = list(shelf.prefixed(b"n" + prefix)) if shelf else []
        for row in rows:
            yield row.key[1:], unpack(row.value)

    @contextmanager
    def reading(self) -> Iterator[Shelf | None]:
        """The shelf, for parts of the engine with rows of their own; None when nothing was ever stored.

        Raises:
            StoreError: it cannot be read.
        """
        with folder.errors_told(self.path):
            yield self._existing()

    @contextmanager
    def writing(self, size: int) -> Iterator[Shelf]:
        """The shelf in one transaction, with room made for `size` bytes.

        Raises:
            StoreFull: the quota is used up, and nothing old enough to let go.
            StoreError: it cannot be written.
        """
        with self._writing(size) as shelf:
            yield shelf

    def close(self) -> None:
        """Close this thread's connection; the next use opens it again."""
        if self._shelf is not None:
            self._shelf.close()
            self._shelf = None

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _existing(self) -> Shelf | None:
        self._shelf = folder.existing(self.path)
        return self._shelf

    @cached_property
    def scope(self) -> bytes:
        """What stands for the project in keys."""
        return sha256(self.project.encode("utf-8", "surrogatepass")).digest()[:16]

    @cached_property
    def _expiry_s(self) -> float:
        return max(1, settings.load().expiry_days) * DAY_S

    def _key(self, sort: bytes, name: bytes) -> bytes:
        return sort + self.scope + name

    def _records(self, key: bytes, form: bytes, issued: bytes, ref: str) -> dict[bytes, bytes]:
        records = {self._key(b"f", key): form}
        if issued:
            records[self._key(b"i", issued)] = ref.encode("ascii")
        return records

    def _add(self, shelf: Shelf, new: Original, records: dict[bytes, bytes]) -> bytes | None:
        """Write an original with its records, unless there is a record already: then answer with that."""
        entry_key, original_key = self._key(b"r", new.ref.encode("ascii")), b"o" + new.digest
        found = shelf.rows([*records, entry_key, original_key])
        for key in records:
            if key[:1] == b"f" and key in found:
                self._use(shelf, found[key])
                return unpack(found[key].value)
            if key[:1] == b"i":
                check_issued(found.get(key), new.ref)
        entry = found.get(entry_key)
        if entry and entry.tag != new.tag:
            raise StoreError(f"reference {new.ref} belongs to another original; this one cannot be stored")
        if not new.is_in(found.get(original_key)):
            self._set(shelf, {original_key: new.packed}, new.tag, is_packed=True)
            for key, packed in new.parts():
                self._set(shelf, {key: packed}, new.tag, is_packed=True)
        if entry is None or "gone" in about(entry):
            shelf.write({entry_key: new.entry()}, expire_s=self._expiry_s + GONE_S, tag=new.tag)
        self._set(shelf, records, new.tag)
        if original_key in found:
            self._renew(shelf, new.tag)
        return None

    def _set(self, shelf: Shelf, values: Mapping[bytes, bytes], tag: str, *, is_packed: bool = False) -> None:
        packed = values if is_packed else {key: pack(value) for key, value in values.items()}
        shelf.write(packed, expire_s=self._expiry_s, tag=tag)

    def _entry(self, shelf: Shelf, ref: str) -> Row:
        key = self._key(b"r", ref.encode("ascii"))
        row = shelf.rows([key]).get(key)
        if row is None:
            raise self._missing(ref, "was never stored in it")
        if gone := about(row).get("gone"):
            raise self._missing(ref, gone)
        return row

    def _missing(self, ref: str, why: str) -> MissingOriginal:
        return MissingOriginal(
            f"no original {ref} in project {self.project}: it {why}; run the tool again, or look in another project"
        )

    def _used(self, sort: bytes, names: Iterable[bytes]) -> Iterator[tuple[bytes, Row]]:
        by_key = {self._key(sort, name): name for name in names}
        with folder.errors_told(self.path):
            shelf = self._existing()
            rows = shelf.rows(by_key) if shelf else {}
            for row in rows.values():
                self._use(shelf, row)
        return ((by_key[key], row) for key, row in rows.items())

    def _use(self, shelf: Shelf | None, row: Row) -> None:
        """Write a use down, unless one of the last hour is; a read does not fail because this does."""
        if shelf is None or row.used > time.time() - HOUR_S:
            return
        try:
            with folder.errors_told(self.path):
                self._renew(shelf, row.tag)
        except StoreError as err:
            _log.warning("a use could not be written down: %s", err)

    def _renew(self, shelf: Shelf, tag: str) -> None:
        expires = time.time() + self._expiry_s
        shelf.renew(tag, expires=expires, but=b"r", later=expires + GONE_S)

    @contextmanager
    def _reading(self, ref: str) -> Iterator[Shelf]:
        plain = check_ref(ref)
        with folder.errors_told(self.path):
            shelf = self._existing()
            if shelf is None:
                raise self._missing(plain, "was never stored in it")
            yield shelf

    @contextmanager
    def _writing(self, size: int) -> Iterator[Shelf]:
        with folder.errors_told(self.path):
            shelf = self._shelf = folder.opened(self.path)
            with shelf.writing():
                if size:  # a note is small, and so many of them there are not
                    shelf.drop_expired(_CULLED)
                    make_room(shelf, size, settings.load().quota_bytes)
                yield shelf
