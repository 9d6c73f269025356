"""Files replaced as a whole or not at all, and only after what stood there is safe.

It knows nothing of what is in them.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from headroom_jupyter.errors import InputError

__all__ = ["locked", "make_private", "read", "remove", "replace", "stray"]

_LARGEST_BYTES = 20_000_000  # no configuration is larger; what is, is something else


def read(path: Path) -> bytes | None:
    """A regular file's bytes; None when there is no such file.

    Raises:
        InputError: it is no regular file, too large, or cannot be read.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST_BYTES:
            raise InputError(f"{path} is no file that we can edit; move it away, or add the entry yourself")
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as err:
        raise InputError(f"{path} cannot be read: {err.strerror}; see to its permissions") from err


def stray(path: Path) -> Path:
    """Where the new content stands until it takes the file's place."""
    return path.with_name(f".{path.name}.headroom-new")


def replace(path: Path, data: bytes, *, mode: int = 0o600) -> None:
    """Put `data` in a file's place, durably; an existing file's owner and mode stay, a new one gets `mode`.

    Raises:
        InputError: the folder or the disk does not let us.
    """
    new = stray(path)
    try:
        with suppress(FileNotFoundError):
            new.unlink()
        descriptor = os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0), 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            _take_over(path, new, mode)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, path)
        _sync(path.parent)
    except OSError as err:
        with suppress(OSError):
            new.unlink()
        raise InputError(f"{path} cannot be written: {err.strerror}; see to its permissions and the disk") from err


def remove(path: Path) -> None:
    """Take a file away, durably; nothing happens when there is none."""
    try:
        path.unlink()
    except FileNotFoundError:
        return
    except OSError as err:
        raise InputError(f"{path} cannot be removed: {err.strerror}; see to its permissions") from err
    _sync(path.parent)


def make_private(folder: Path) -> Path:
    """A folder for its owner alone, made with what is above it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    return folder


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Nobody else is in here meanwhile, in any process; the lock goes with its holder. On Windows there is none."""
    make_private(path.parent)
    try:
        import fcntl  # noqa: PLC0415  # Windows has none
    except ImportError:
        yield
        return
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _take_over(path: Path, new: Path, mode: int) -> None:
    """Give the new file the old one's mode and owner, as far as we may."""
    try:
        status = path.stat()
    except FileNotFoundError:
        new.chmod(mode)
        return
    if hasattr(os, "geteuid") and (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
        with suppress(PermissionError):
            os.chown(new, status.st_uid, status.st_gid)
    new.chmod(stat.S_IMODE(status.st_mode))


def _sync(folder: Path) -> None:
    if os.name == "nt":  # where a folder cannot be opened
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
