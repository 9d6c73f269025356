"""Reads what a command is given, files or standard input, and says plainly what cannot be read."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from headroom_jupyter.errors import InputError

__all__ = ["STDIN", "check", "read"]

STDIN = "-"
_LOOKED_AT = 8000  # bytes in which a zero byte makes a file binary, as git has it


def check(names: Sequence[str]) -> None:
    """Read every file once, so that nothing is written when one of them cannot be used.

    Raises:
        InputError: a file is missing, unreadable, a directory or binary.
    """
    for name in names:
        if name != STDIN:
            read(name)


def read(name: str) -> str:
    """The text of a file, or of standard input for "-", with its line ends as they are.

    Raises:
        InputError: it is missing, unreadable, a directory or binary.
    """
    try:
        data = sys.stdin.buffer.read() if name == STDIN else Path(name).read_bytes()
    except FileNotFoundError:
        raise InputError(f"{name} does not exist; check the path (it is looked up from {Path.cwd()})") from None
    except IsADirectoryError:
        raise InputError(f"{name} is a directory; name the files in it, for example {name.rstrip('/')}/*.log") from None
    except OSError as err:
        raise InputError(f"{name} cannot be read: {err.strerror or err}; check its permissions") from err
    at = data.find(b"\0", 0, _LOOKED_AT)
    if at >= 0:
        raise InputError(f"{name} is binary (a zero byte at offset {at}); only text can be compressed")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as err:
        raise InputError(
            f"{name} is no UTF-8 text (byte 0x{data[err.start]:02x} at offset {err.start});"
            f" if it is text, convert it: iconv -f latin1 -t utf-8 {name}"
        ) from None
