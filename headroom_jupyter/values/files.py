"""Paths and notebooks: a file is read as its kind, a folder becomes a listing; both bounded, nothing is followed out.

What a path points to is looked at as it is now. It writes nothing.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from headroom_jupyter.compressors.base import Hints
from headroom_jupyter.errors import InputError
from headroom_jupyter.values.base import Text, Told, named, size_of

__all__ = ["told"]

_MOST_BYTES = 50_000_000
_MOST_ENTRIES = 5000
_FRAMES = {".parquet": "read_table", ".feather": "read_feather", ".arrow": "read_feather"}
_IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"RIFF", b"II*\x00", b"MM\x00*")


def told(value: Any, name: str | None, tell: Any) -> Told:
    """The text of a notebook, a file or a folder.

    Raises:
        InputError: there is no such file, or it cannot be read.
    """
    if type(value).__name__ == "NotebookNode":
        return Text(json.dumps(value, ensure_ascii=False), Hints(path=f"{name or 'notebook'}.ipynb"))
    path = Path(value)
    try:
        if path.is_dir():
            return Text(_listing(path), Hints(tool="ls"))
        if not path.exists():
            raise InputError(f"there is no file {str(path)!r}; give a path from {str(Path.cwd())!r} or an absolute one")
        return _file(path, name, tell)
    except OSError as err:
        raise InputError(f"{str(path)!r} cannot be read: {err.strerror or err}") from err


def _file(path: Path, name: str | None, tell: Any) -> Told:
    if not path.is_file():
        raise InputError(f"{str(path)!r} is no regular file; read it yourself and compress what you read")
    size = path.stat().st_size
    reader = _FRAMES.get(path.suffix.lower())
    if reader is not None:
        return _columns(path, reader, name, tell)
    with path.open("rb") as opened:
        data = opened.read(_MOST_BYTES)
    if data.startswith(_IMAGES):
        return _image(path, name, tell)
    try:
        text = data.decode("utf-8") if size <= len(data) else data.decode("utf-8", "ignore")
    except UnicodeDecodeError:
        encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ""
        if not encoding:
            return Text(named(name, f"{path}: {size_of(size)}, no text; it begins {data[:24].hex(' ')}"))
        text = data.decode(encoding, "replace")
    if size > len(data):
        text = f"{text[: text.rfind(chr(10)) + 1]}… read up to {size_of(_MOST_BYTES)} of {size_of(size)}\n"
    return Text(text, Hints(path=str(path)))


def _image(path: Path, name: str | None, tell: Any) -> Told:
    try:
        from PIL import Image  # noqa: PLC0415  # needed by no other file

        with Image.open(path) as image:
            image.load()
            told: Told = tell(image, name or path.name)
            return told
    except (ImportError, OSError, ValueError):
        return Text(f"{path}: an image of {size_of(path.stat().st_size)} that cannot be looked into")


def _columns(path: Path, reader: str, name: str | None, tell: Any) -> Told:
    try:
        from pyarrow import feather, parquet  # noqa: PLC0415  # needed by no other file
    except ImportError:
        return Text(f"{path}: {size_of(path.stat().st_size)}, a table in columns; pip install pyarrow to look into it")
    table = parquet.read_table(path) if reader == "read_table" else feather.read_table(path)
    told: Told = tell(table, name or path.name)
    return told


def _listing(folder: Path) -> str:
    """All below a folder, a line each, hidden folders closed; names in order."""
    lines: list[str] = []
    waiting = [folder]
    while waiting and len(lines) < _MOST_ENTRIES:
        here = waiting.pop()
        try:
            entries = sorted(os.scandir(here), key=lambda entry: entry.name)
        except OSError as err:
            lines.append(f"{here.relative_to(folder)}/ cannot be read: {err.strerror}")
            continue
        below = []
        for entry in entries:
            shown = Path(entry.path).relative_to(folder)
            if entry.is_dir(follow_symlinks=False):
                lines.append(f"{shown}/")
                below += [] if entry.name.startswith((".", "__pycache__", "node_modules")) else [Path(entry.path)]
            else:
                lines.append(str(shown))
        waiting += reversed(below)
    more = "\n… more entries, not looked at" if len(lines) >= _MOST_ENTRIES else ""
    return "\n".join(lines[:_MOST_ENTRIES]) + more + "\n"
