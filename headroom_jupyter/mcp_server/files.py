"""The files a client may have compressed: those under its own roots, or under the project's root, and no other.

Symbolic links are followed first and judged by where they lead.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from headroom_jupyter.errors import InputError

__all__ = ["MOST_BYTES", "folders_of", "project_folders", "read_text"]

MOST_BYTES = 20_000_000  # a text of that size takes about 10 s (tests/benchmarks)
_LOOKED_AT = 8000  # bytes in which a zero byte makes a file binary, as git has it


def folders_of(uris: Iterable[str]) -> list[Path]:
    """The folders that a client's roots name; a root that is no local folder names none.

    >>> folders_of(["file:///tmp/a%20b", "https://example.org/x"])
    [PosixPath('/tmp/a b')]
    """
    found = []
    for uri in uris:
        parts = urlsplit(uri)
        if parts.scheme == "file" and parts.netloc in ("", "localhost") and parts.path.startswith("/"):
            found.append(Path(url2pathname(parts.path)))
    return found


def project_folders(project: str, *, is_chosen: bool) -> list[Path]:
    """The folder of a project; for one that is only a name, the working directory.

    Args:
        project: As the store has it.
        is_chosen: A person named it. Clients start servers in the home folder for want of a better one, and what
            lies there is for nobody to read who was not sent there.
    """
    folder = Path(project) if os.path.isabs(project) else Path.cwd()
    return [] if not is_chosen and folder == Path.home() else [folder]


def read_text(path: str, folders: Sequence[Path]) -> tuple[str, str]:
    """The text of a file, and its name from the folder that it is in.

    Args:
        path: Absolute, or looked up from each folder in turn.
        folders: Where files may be read.

    Raises:
        InputError: it is outside, missing, no regular file, too large, or no text.
    """
    real, folder = _place(path, folders)
    data = _bytes(path, real)
    at = data.find(b"\0", 0, _LOOKED_AT)
    if at >= 0:
        raise InputError(f"{path} is binary (a zero byte at offset {at}); only text can be compressed")
    try:
        return data.decode("utf-8"), real.relative_to(folder).as_posix()
    except UnicodeDecodeError as err:
        raise InputError(
            f"{path} is no UTF-8 text (offset {err.start}); convert it, or give its text as content"
        ) from err


def _place(path: str, folders: Sequence[Path]) -> tuple[Path, Path]:
    """Where a path really leads, and the folder that holds it."""
    if "\0" in path or not path.strip() or not path.isprintable():
        raise InputError("path is no file name; name a file of the project, for example logs/build.log")
    roots = [root for root in (Path(os.path.realpath(folder)) for folder in folders) if root != Path(root.anchor)]
    if not roots:
        raise InputError("no folder is open for reading; start the server with: headroom mcp --project FOLDER")
    inside: list[tuple[Path, Path]] = []
    for start in roots:
        real = Path(os.path.realpath(start / os.path.expanduser(path)))
        inside += [(real, root) for root in roots if real.is_relative_to(root)]
    for real, root in inside:
        if os.path.exists(real):
            return real, root
    if inside:
        raise InputError(f"{path} does not exist; it is looked up from {', '.join(map(str, roots))}")
    raise InputError(
        f"{path} is outside of {', '.join(map(str, roots))}; name a file inside, or give its text as content"
    )


def _bytes(path: str, real: Path) -> bytes:
    # Without O_NONBLOCK a pipe would hang; O_NOFOLLOW refuses a link that was put there meanwhile.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        with open(os.open(real, flags), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise InputError(f"{path} is no regular file; name a text file")
            if status.st_size > MOST_BYTES:
                raise InputError(_too_large(path, status.st_size))
            data = file.read(MOST_BYTES + 1)
    except OSError as err:
        raise InputError(f"{path} cannot be read: {err.strerror or err}; check the name and its permissions") from err
    if len(data) > MOST_BYTES:
        raise InputError(_too_large(path, len(data)))
    return data


def _too_large(path: str, size: int) -> str:
    most = f"at most {MOST_BYTES / 1e6:.0f} MB can be compressed at once"
    return f"{path} has {size / 1e6:,.1f} MB; {most}, so cut it into parts"
