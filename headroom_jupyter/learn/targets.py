"""Where rules are written: an instruction file, or a notebook's first Markdown cell; only the block in it changes."""

from __future__ import annotations

import difflib
import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headroom_jupyter import files
from headroom_jupyter.errors import InputError
from headroom_jupyter.exchange.json_text import Splice, locate, parse, splice

__all__ = ["FILES", "Change", "change", "write"]

FILES = ("CLAUDE.local.md", "CLAUDE.md", "AGENTS.md", "GEMINI.md")
Rewrite = Callable[[str], str]  # from a text to the same with another block
_CELL_ID = "headroom-learn"
_MARK = {"headroom": "learn"}  # of a cell that was made for the block and goes with it


@dataclass(frozen=True, slots=True)
class Change:
    """What would become of a file.

    Attributes:
        path: The file itself, symbolic links followed.
        before: Its bytes, None when there is no such file.
        after: Its bytes with the block; None if the file holds nothing else and the block goes.
        text_before: The text that holds the block: the file's, or the cell's.
        text_after: The same with the block.
    """

    path: Path
    before: bytes | None
    after: bytes | None
    text_before: str
    text_after: str

    @property
    def is_none(self) -> bool:
        """Whether nothing changes."""
        return self.before == self.after

    def diff(self) -> str:
        """A unified diff of the text."""
        one, two = (
            text.replace("\r\n", "\n").removesuffix("\n").split("\n") if text else []
            for text in (self.text_before, self.text_after)
        )
        lines = difflib.unified_diff(one, two, str(self.path), str(self.path), lineterm="")
        return "".join(f"{''.join(char for char in line if char.isprintable() or char == chr(9))}\n" for line in lines)


def change(path: Path, root: Path, rewrite: Rewrite) -> Change:
    """What would become of a file.

    Args:
        path: An instruction file, or a notebook by its ending.
        root: The project's folder, which the file must not lead out of.
        rewrite: Makes the new text.

    Raises:
        InputError: the file leads out of the project, cannot be read, is no text, or holds a damaged block.
    """
    real, base = Path(os.path.realpath(path)), Path(os.path.realpath(root))
    if not real.is_relative_to(base):
        raise InputError(f"{path} leads out of the project {root}; name a file in it, or another --project")
    data = files.read(real)
    if data is not None and b"\0" in data:
        raise InputError(f"{path} is no text that we can edit (a zero byte in it); convert it to UTF-8")
    try:
        if path.suffix == ".ipynb":
            return _notebook(real, data, rewrite)
        return _text_file(real, data, rewrite)
    except InputError as err:
        raise InputError(f"{path}: {err}") from err


def write(path: Path, root: Path, rewrite: Rewrite, *, lock: Path) -> Change:
    """Change a file, as a whole or not at all; nobody of us writes it meanwhile.

    Raises:
        InputError: as for `change`, or it cannot be written; then it is as it was.
    """
    with files.locked(lock):
        made = change(path, root, rewrite)
        if not made.is_none:
            files.remove(made.path) if made.after is None else files.replace(made.path, made.after, mode=0o644)
        return made


def _text_file(path: Path, data: bytes | None, rewrite: Rewrite) -> Change:
    """A file that is made for the block ends with a line end, by which it is known: it goes with the block."""
    text = (data or b"").decode("utf-8", "surrogateescape")
    after = rewrite(text)
    if data is None and after:
        after += "\n"
    is_gone = not after and (data is None or text.endswith("\n"))
    return Change(path, data, None if is_gone else after.encode("utf-8", "surrogateescape"), text, after)


def _notebook(path: Path, data: bytes | None, rewrite: Rewrite) -> Change:
    if data is None:
        raise InputError("there is no such notebook; check the path")
    text, book = parse(data)
    cells = book.get("cells")
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise InputError("it is no notebook of nbformat 4; save it anew with Jupyter")
    at = next((index for index, cell in enumerate(cells) if cell.get("cell_type") == "markdown"), None)
    if at is None:
        after = rewrite("")
        made = _with_cell(text, book, after) if after else text
        return Change(path, data, made.encode(), "", after)
    source = cells[at].get("source", "")
    before = "".join(source) if isinstance(source, list) else str(source)
    after = rewrite(before)
    place = locate(text, [("cells", at, "source")]).get(("cells", at, "source"))
    if place is None:
        raise InputError("its first Markdown cell has no source; save it anew with Jupyter")
    if before == after:
        return Change(path, data, data, before, after)
    if not after and at == 0 and _MARK.items() <= cells[0].get("metadata", {}).items():
        return Change(path, data, _without_cell(text).encode(), before, after)
    written = _source(after, text, place) if isinstance(source, list) else json.dumps(after, ensure_ascii=False)
    return Change(path, data, splice(text, [Splice(*place, written)]).encode(), before, after)


def _source(source: str, text: str, place: tuple[int, int]) -> str:
    """A cell's lines as a list, laid out as the list was that stood there."""
    lines = [json.dumps(line, ensure_ascii=False) for line in source.splitlines(keepends=True)]
    if "\n" not in text[slice(*place)]:
        line = text[text.rfind("\n", 0, place[0]) + 1 : place[0]]
        if not line.strip().startswith('"source"') or place[1] - place[0] > 2:
            return f"[{', '.join(lines)}]"
        outer = line[: len(line) - len(line.lstrip())]
        inner = f"{outer} "
    else:
        inner = _indent(text, place[0] + 1)
        outer = text[text.rfind("\n", 0, place[1]) + 1 : place[1] - 1]
    return "[\n" + ",\n".join(inner + line for line in lines) + f"\n{outer}]" if lines else "[]"


def _indent(text: str, at: int) -> str:
    found = re.compile(r"\s*\n([ \t]*)").match(text, at)
    return found[1] if found else ""


def _with_cell(text: str, book: dict[str, Any], source: str) -> str:
    """The notebook with a Markdown cell before all others."""
    start = locate(text, [("cells",)])[("cells",)][0] + 1
    cell: dict[str, Any] = {"cell_type": "markdown"}
    minor = book.get("nbformat_minor")
    if book.get("nbformat") == 4 and isinstance(minor, int) and minor >= 5:
        cell["id"] = _CELL_ID
    cell |= {"metadata": _MARK, "source": source.splitlines(keepends=True)}
    more = "," if book["cells"] else ""
    indent = _indent(text, start)
    line = text[text.rfind("\n", 0, start) + 1 : start]
    if not more and line.strip() == '"cells": [':  # as Jupyter writes an empty list, on a line of its own
        outer = line[: len(line) - len(line.lstrip())]
        written = json.dumps([cell], ensure_ascii=False, indent=1).replace("\n", f"\n{outer}")
        return text[: start - 1] + written + text[text.index("]", start) + 1 :]
    if not indent:
        return f"{text[:start]}{json.dumps(cell, ensure_ascii=False)}{more}{text[start:]}"
    written = json.dumps(cell, ensure_ascii=False, indent=1).replace("\n", f"\n{indent}")
    return f"{text[:start]}\n{indent}{written}{more}{text[start:]}"


def _without_cell(text: str) -> str:
    """The notebook without its first cell, as it was before `_with_cell`."""
    opened = locate(text, [("cells",)])[("cells",)][0] + 1
    start, end = locate(text, [("cells", 0)])[("cells", 0)]
    rest = text[end:].lstrip()
    if rest.startswith(","):
        return text[:opened] + rest[1:]
    return text[:opened] + (text[end:] if start == opened else rest)
