"""The store's folder: made private, refused when it is not ours, opened once per process.

It knows no row of the database in it.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path

from diskcache import Timeout  # type: ignore[import-untyped]  # ships no types
from diskcache.core import DBNAME  # type: ignore[import-untyped]  # the same

from headroom_jupyter.ccr.disk import Shelf
from headroom_jupyter.errors import StoreError

__all__ = ["errors_told", "existing", "opened"]

_TIMEOUT_S = 20.0  # for a lock; a write holds it for about a millisecond
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_FILES = (DBNAME, f"{DBNAME}-wal", f"{DBNAME}-shm")
_opening = threading.Lock()  # a cache alone would let two threads open the same database, and drop one of the two


def existing(path: Path) -> Shelf | None:
    """The shelf in a folder, None when there is none yet.

    Raises:
        StoreError: the folder is not ours.
    """
    try:
        status = os.stat(path / DBNAME)
    except (FileNotFoundError, NotADirectoryError):
        return None
    with _opening:
        return _open(str(path), status.st_dev, status.st_ino)


def opened(path: Path) -> Shelf:
    """The shelf in a folder, made if there is none.

    Raises:
        StoreError: the folder is not ours.
    """
    shelf = existing(path)
    if shelf is not None:
        return shelf
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
    _check(path)
    with suppress(FileExistsError):
        # SQLite gives its other files the mode of this one; an empty file is an empty database.
        os.close(os.open(path / DBNAME, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    status = os.stat(path / DBNAME)
    with _opening:
        return _open(str(path), status.st_dev, status.st_ino)


@contextmanager
def errors_told(path: Path) -> Iterator[None]:
    """Turn what the database and the system raise into a StoreError that says what to do."""
    try:
        yield
    except Timeout as err:
        cause = _first(err)
        busy = cause is err or "locked" in str(cause)
        what = "is busy: another process holds it" if busy else f"cannot be written: {cause}"
        raise StoreError(f"the store {path} {what}; try again, or set HEADROOM_HOME to another folder") from err
    except (sqlite3.Error, OSError) as err:
        cause = _first(err)
        advice = "free some space or set HEADROOM_HOME to a folder that can be written"
        is_operational = isinstance(cause, sqlite3.OperationalError) and "decode" not in str(cause)
        if isinstance(cause, sqlite3.DatabaseError) and not is_operational:
            advice = "its database is damaged: move the folder away, a new one is made"
        raise StoreError(f"the store {path} cannot be used: {cause}; {advice}") from err


def _first(error: BaseException) -> BaseException:
    """The database's own error behind one that followed from it, such as a ROLLBACK that had nothing to roll back."""
    while isinstance(error.__context__, sqlite3.Error):
        error = error.__context__
    return error


# One per database, told by its inode: a store that was removed and made again is another one. Connections are one per
# thread and process, which diskcache sees to.
@lru_cache(maxsize=16)
def _open(path: str, device: int, inode: int) -> Shelf:
    _check(Path(path))
    try:
        return Shelf(path, timeout_s=_TIMEOUT_S)
    except (TypeError, ValueError, AttributeError) as err:  # settings in the database that no diskcache wrote
        raise StoreError(f"the store {path} is damaged: {err}; move the folder away, a new one is made") from err


def _check(path: Path) -> None:
    """Refuse a folder that others own or may write; close one that others may read."""
    if not hasattr(os, "getuid"):
        return
    for place in (path, path / DBNAME):
        try:
            status = os.stat(place)
        except FileNotFoundError:
            continue
        if status.st_uid != os.getuid():
            raise StoreError(f"{place} belongs to another user; set HEADROOM_HOME to a folder of your own")
        if status.st_mode & _OTHERS_WRITE:
            raise StoreError(f"{place} can be written by other users; run chmod -R go-rwx {path} if you trust it")
    if (path / DBNAME).exists() or not any(path.iterdir()):
        path.chmod(0o700)
    for name in _FILES:
        with suppress(FileNotFoundError):
            (path / name).chmod(0o600)


def _begin_child() -> None:
    """A child must not use its parent's connections: SQLite's locks belong to a process."""
    _open.cache_clear()
    _opening.release()


if hasattr(os, "register_at_fork"):
    # Held across the fork, so that no child begins with a lock that some thread of its parent was holding.
    os.register_at_fork(before=_opening.acquire, after_in_parent=_opening.release, after_in_child=_begin_child)
