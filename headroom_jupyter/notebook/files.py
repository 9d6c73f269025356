"""The files that `%headroom --file` and `--notebook` name: found by pattern, read as text, refused plainly."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from pathlib import Path

from headroom_jupyter.errors import InputError

__all__ = ["find", "read_text"]

_LOOKED_AT = 8000  # bytes in which a zero byte makes a file binary, as git has it


def find(patterns: Sequence[str]) -> list[Path]:
    """The files that some paths and patterns name, each once, those of a pattern in order.

    Raises:
        InputError: one names no file.
    """
    found: dict[Path, None] = {}
    for pattern in patterns:
        path = Path(pattern).expanduser()
        if path.exists():
            hits = [path]
        else:
            hits = [Path(name) for name in sorted(glob.glob(str(path), recursive=True)) if Path(name).is_file()]
        if not hits:
            raise InputError(f"no file {pattern!r} (looked up from {Path.cwd()})")
        found.update(dict.fromkeys(hits))
    return list(found)


def read_text(path: Path) -> str:
    """The text of a file.

    Raises:
        InputError: it is a directory, a device, binary, no UTF-8, or cannot be read.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        raise InputError(f"{path} is no regular file, and may never end; read it yourself and compress what you read")
    try:
        data = path.read_bytes()
    except IsADirectoryError:
        raise InputError(f"{path} is a directory; name the files in it, for example {path}/*.log") from None
    except OSError as err:
        raise InputError(f"{path} cannot be read: {err.strerror or err}") from err
    if b"\0" in data[:_LOOKED_AT]:
        raise InputError(f"{path} is binary; only text can be compressed")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as err:
        raise InputError(f"{path} is no UTF-8 text (byte 0x{data[err.start]:02x} at offset {err.start})") from None
