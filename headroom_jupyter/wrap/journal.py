"""Edits of agents' configuration files that can be undone, byte for byte, whatever happens in between.

A file's record stands on disk before the file is touched: its bytes without us, our entries, and the digests of what
we wrote. While the file is as one of those, its bytes without us are exact; once somebody else has written to it, our
entries are taken out of what they wrote. The record goes last.
"""

from __future__ import annotations

import json
import os
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from headroom_jupyter import files
from headroom_jupyter.agents import entries
from headroom_jupyter.agents.base import Edit
from headroom_jupyter.agents.entries import Format
from headroom_jupyter.errors import InputError, StoreError

__all__ = ["Journal", "Record"]

_VERSION = 1
_BLANK = {"", "{}"}  # what a file of ours is when nothing of anybody's is in it


@dataclass(frozen=True, slots=True)
class Record:
    """What we did to one file.

    Attributes:
        agent: Whose configuration it is.
        path: Where it really is, symbolic links followed.
        format: How it is written.
        before: Its bytes without us; None when there was no file.
        folders: Folders that we made for it, outermost first.
        entries: Keys and values of ours, in order, by purpose.
        written: Digests of what we wrote.
    """

    agent: str
    path: Path
    format: Format
    before: bytes | None
    folders: tuple[Path, ...] = ()
    entries: tuple[tuple[str, tuple[str, ...], Any], ...] = ()
    written: tuple[str, ...] = ()

    def dump(self) -> bytes:
        """As JSON."""
        before = None if self.before is None else b64encode(self.before).decode()
        own = {"version": _VERSION, "agent": self.agent, "path": str(self.path), "format": self.format}
        lists = {"folders": [str(one) for one in self.folders], "entries": self.entries, "written": self.written}
        return json.dumps({**own, **lists, "before": before}, ensure_ascii=False).encode("utf-8", "surrogatepass")

    @classmethod
    def load(cls, data: bytes) -> Record:
        """From JSON; KeyError, TypeError or ValueError when it is none of ours."""
        told = json.loads(data.decode("utf-8", "surrogatepass"))
        if told["version"] != _VERSION:
            raise ValueError(f"version {told['version']}")
        return cls(
            told["agent"],
            Path(told["path"]),
            told["format"],
            None if told["before"] is None else b64decode(told["before"]),
            tuple(map(Path, told["folders"])),
            tuple((purpose, tuple(keys), value) for purpose, keys, value in told["entries"]),
            tuple(told["written"]),
        )


class Journal:
    """All records, one file each; one process at a time changes anything."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, agent: str, edits: Iterable[Edit], *, purpose: str) -> list[Path]:
        """Write entries into their files.

        Returns:
            The files that changed.

        Raises:
            InputError: a file cannot be read, understood or written; it is as it was.
        """
        with files.locked(self._folder / "lock"):
            return [path for edit in edits if (path := self._put(agent, edit, purpose)) is not None]

    def take(self, agent: str | None = None, *, purpose: str | None = None) -> list[Path]:
        """Take entries out again: of one agent or all, of one purpose or all.

        Returns:
            The files that changed.

        Raises:
            InputError: a file cannot be read, understood or written; its record stays.
        """
        if not self._folder.is_dir():
            return []
        with files.locked(self._folder / "lock"):
            changed = []
            for record in self._records():
                if agent in (None, record.agent) and self._take(record, purpose):
                    changed.append(record.path)
            return changed

    def has(self, edit: Edit, *, purpose: str) -> bool:
        """Whether an entry under these keys of the file is ours."""
        record = self._record(_real(edit.path))
        return record is not None and any(one[:2] == (purpose, edit.keys) for one in record.entries)

    def _put(self, agent: str, edit: Edit, purpose: str) -> Path | None:
        path = _real(edit.path)
        current, record = files.read(path), self._record(path)
        if record is None:
            if _is_there(edit, path, current):
                return None  # somebody else wrote the same; it stays theirs
            record = Record(agent, path, edit.format, current, _missing_folders(path))
        ours = [*(one for one in record.entries if one[1] != edit.keys), (purpose, edit.keys, edit.value)]
        record = replace(record, before=_without(record, current))
        after = _applied(record, ours)
        # Both digests: until the file is in place, it is what it was.
        written = (_digest(current), _digest(after))
        self._write(replace(record, entries=tuple(ours), written=written))
        if after == current:
            return None
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        files.replace(path, after)
        return path

    def _take(self, record: Record, purpose: str | None) -> bool:
        going = [one for one in record.entries if purpose in (None, one[0])]
        if not going and record.entries:
            return False
        staying = tuple(one for one in record.entries if one not in going)
        files.remove(files.stray(record.path))
        current = files.read(record.path)
        before = _without(record, current)
        after = _applied(replace(record, before=before), staying) if staying else before
        if staying:
            written = (_digest(current), _digest(after))
            self._write(replace(record, before=before, written=written))
        is_changed = after != current
        if after is None:
            files.remove(record.path)
            self._remove_folders(record)
        elif is_changed:
            files.replace(record.path, after)
        if staying:
            self._write(replace(record, before=before, entries=staying, written=(_digest(after),)))
        else:
            files.remove(self._place(record.path))
        return is_changed

    def _remove_folders(self, record: Record) -> None:
        """Remove the folders that were made for a file; one that holds another file of ours is left to that one."""
        for folder in reversed(record.folders):
            try:
                folder.rmdir()
            except OSError:  # something else is in it
                heirs = (one for one in self._records() if one.path != record.path and folder in one.path.parents)
                heir = next(heirs, None)
                if heir is not None and folder not in heir.folders:
                    self._write(replace(heir, folders=(folder, *heir.folders)))

    def _records(self) -> Iterator[Record]:
        for place in sorted(self._folder.glob("*.json")):
            if (record := _loaded(place)) is not None:
                yield record

    def _record(self, path: Path) -> Record | None:
        return _loaded(self._place(path))

    def _write(self, record: Record) -> None:
        files.make_private(self._folder)
        files.replace(self._place(record.path), record.dump())

    def _place(self, path: Path) -> Path:
        return self._folder / f"{sha256(os.fsencode(path)).hexdigest()[:16]}.json"


def _loaded(place: Path) -> Record | None:
    data = files.read(place)
    try:
        return None if data is None else Record.load(data)
    except (KeyError, TypeError, ValueError) as err:
        raise StoreError(f"{place} is damaged ({err}); what it says of its file must be undone by hand") from err


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _digest(data: bytes | None) -> str:
    return "" if data is None else sha256(data).hexdigest()


def _missing_folders(path: Path) -> tuple[Path, ...]:
    return tuple(reversed([folder for folder in path.parents if not folder.exists()]))


def _text(path: Path, data: bytes | None) -> str:
    try:
        return (data or b"").decode()
    except UnicodeDecodeError as err:
        raise InputError(f"{path} is no UTF-8 text; save it as such, or change the entry yourself") from err


def _applied(record: Record, ours: Sequence[tuple[str, tuple[str, ...], Any]]) -> bytes:
    """The file's bytes with our entries."""
    text = _text(record.path, record.before)
    try:
        for _, keys, value in ours:
            text = entries.put(record.format, text, keys, value)
    except InputError as err:
        raise InputError(f"{record.path}: {err}") from err
    return text.encode()


def _without(record: Record, current: bytes | None) -> bytes | None:
    """The file's bytes without our entries: the ones on record, unless somebody else has written to it since."""
    if current is None or _digest(current) in (*record.written, _digest(record.before)):
        return record.before if current is not None else None
    text = _text(record.path, current)
    try:
        for _, keys, value in record.entries:
            if _is_ours(entries.find(record.format, text, keys), value):
                kept = _kept(record, keys)
                text = entries.drop(record.format, text, keys, kept=kept)
    except InputError as err:
        raise InputError(f"{record.path}: {err}") from err
    return None if record.before is None and text.strip() in _BLANK else text.encode()


def _kept(record: Record, keys: tuple[str, ...]) -> int:
    """How many of the keys named tables before us."""
    text = _text(record.path, record.before)
    depths = range(len(keys) - 1, 0, -1)
    return next((n for n in depths if entries.find(record.format, text, keys[:n]) is not entries.MISSING), 0)


def _is_there(edit: Edit, path: Path, current: bytes | None) -> bool:
    """Whether the file says just that already."""
    try:
        return bool(entries.find(edit.format, _text(path, current), edit.keys) == edit.value)
    except InputError as err:
        raise InputError(f"{path}: {err}") from err


def _is_ours(found: Any, value: Any) -> bool:
    """Whether an entry is still ours: the same, or a table to which somebody added something."""
    if isinstance(found, dict) and isinstance(value, dict):
        return all(found.get(key) == inner for key, inner in value.items())
    return bool(found == value)
