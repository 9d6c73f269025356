"""Takes a notebook apart: cells, their sources, and of each output the one form that reads best.

It chooses between forms of one output (plain text or its HTML twin), never between cells, and shortens nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from headroom_jupyter.compressors.base import Hints
from headroom_jupyter.compressors.json_places import Path
from headroom_jupyter.compressors.pictures import image_note

__all__ = ["Cell", "Part", "read_cells"]

_NO_HINTS = Hints()
_OBJECT = re.compile(r"\s*<[^<>\n]{1,300}>\s*")
_MAGICS = {"bash": "sh", "sh": "sh", "html": "html", "javascript": "js", "js": "js", "markdown": "md", "latex": "tex"}
_READABLE = ("text/html", "text/markdown", "text/latex", "application/json", "application/javascript")


@dataclass(frozen=True, slots=True)
class Part:
    """A text of a notebook, or in its place the note of a picture or of data for machines.

    `at` is its address as markers write it. `rows` is, for a JSON array or object that is not shown, how many entries
    it has, and `summary` what it is. `whole` are the first row, last row, number of rows and address of all that
    `text` was joined from; it stands for omissions whose units cannot be found at `at`, which are all but `units`.
    `path` leads to the text, or to the lines that it was joined from with `between`; it is empty where there are more.
    """

    at: str
    label: str
    text: str = ""
    hints: Hints = _NO_HINTS
    kind: str = "output"
    image: str = ""
    rows: int = 0
    summary: str = ""
    whole: tuple[int, int, int, str] | None = None
    units: tuple[str, ...] = ("lines", "chars", "rows")
    is_lines: bool = False  # an array of lines at `at`: its rows are the lines of `text`
    path: Path = ()
    between: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's heading line and its parts, the source first; `is_in_order`: so do they stand in the notebook."""

    number: int
    title: str
    parts: tuple[Part, ...]
    is_in_order: bool = True


def read_cells(book: Mapping[str, Any], suffix: str) -> list[Cell]:
    """All cells of a notebook of nbformat 4.

    Args:
        book: The notebook's JSON value.
        suffix: File suffix of its language, without the dot.

    >>> cells = [{"cell_type": "code", "execution_count": 2, "source": ["a\\n", "b"], "outputs": []}]
    >>> [(c.title, c.parts[0].text) for c in read_cells({"cells": cells}, "py")]
    [('cell 1 code [2]:', 'a\\nb')]
    """
    out = []
    for number, cell in enumerate(book["cells"], 1):
        kind = str(cell.get("cell_type", "raw"))
        count = cell.get("execution_count")
        title = f"cell {number} {kind}" + (f" [{count}]:" if isinstance(count, int) else ":")
        parts = [_source(cell, number, kind, suffix), *_attachments(cell, number)]
        outputs = cell.get("outputs")
        if isinstance(outputs, list):
            parts += _joined_streams(outputs, number)
        shown = tuple(part for part in parts if part.text.strip() or part.image or part.rows)
        out.append(
            Cell(number, title, shown, len(shown) < 2 or [*cell, "outputs"].index("outputs") > [*cell].index("source"))
        )
    return out


def _source(cell: Mapping[str, Any], number: int, kind: str, suffix: str) -> Part:
    text = _text(cell.get("source", ""))
    if kind == "code" and text.startswith("%%"):
        magic = text[2:40].split(None, 1)[:1] or [""]
        suffix = _MAGICS.get(magic[0], magic[0] if magic[0] == "sql" else "txt")
    suffix = suffix if kind == "code" else "md"
    return Part(
        *(f"cell {number}", "", text, Hints(path=f"cell{number}.{suffix}"), "source" if kind == "code" else "text"),
        path=("cells", number - 1, "source"),
    )


def _attachments(cell: Mapping[str, Any], number: int) -> Iterator[Part]:
    attached = cell.get("attachments")
    for bundle in attached.values() if isinstance(attached, dict) else ():
        for mime, value in bundle.items() if isinstance(bundle, dict) else ():
            if mime.startswith("image/"):
                yield Part(f"cell {number}", "attachment", image=image_note(mime, value))


def _joined_streams(outputs: list[Any], number: int) -> Iterator[Part]:
    """The outputs' parts; streams of one name that follow each other are one, as they were on the screen."""
    path: Path = ("cells", number - 1, "outputs")
    index = 0
    while index < len(outputs):
        output = outputs[index]
        if not isinstance(output, dict):
            index += 1
            continue
        stop = index + 1
        name = output.get("name") if output.get("output_type") == "stream" else None
        while name is not None and stop < len(outputs) and _is_stream(outputs[stop], name):
            stop += 1
        at = f"cell {number} output {index}"
        if name is not None:
            text = "".join(_text(one.get("text", "")) for one in outputs[index:stop])
            if stop - index > 1:
                whole = (index + 1, stop, len(outputs), f"$.cells[{number - 1}].outputs")
                yield Part(at, f"output {index}-{stop - 1} {name}:", text, kind="stream", whole=whole, units=())
            else:
                yield Part(at, f"output {index} {name}:", text, kind="stream", path=(*path, index, "text"))
        elif output.get("output_type") == "error":
            title = f"{output.get('ename', '')}: {output.get('evalue', '')}"
            told = _text(output.get("traceback", []), "\n")
            label = f"output {index} error {' '.join(title.split())[:200]}"
            place = (*path, index, "traceback") if told else ()
            yield Part(at, label, told or title, kind="error", path=place, between="\n")
        else:
            yield from _display(output, number, index, at)
        index = stop


def _is_stream(output: Any, name: object) -> bool:
    return isinstance(output, dict) and output.get("output_type") == "stream" and output.get("name") == name


def _display(output: Mapping[str, Any], number: int, index: int, at: str) -> Iterator[Part]:
    """Pictures, then the form that reads best, or a note of what there is for machines."""
    data = output.get("data")
    if not isinstance(data, dict):
        return
    label = f"output {index}:"
    images = [mime for mime in data if mime.startswith("image/")]
    yield from (Part(at, label, image=image_note(mime, data[mime])) for mime in images[:1])
    plain = _text(data.get("text/plain", ""))
    path = f"$.cells[{number - 1}].outputs[{index}].data"
    steps: Path = ("cells", number - 1, "outputs", index, "data")
    if _is_drawn(plain) and "<table" in _text(data.get("text/html", "")):
        yield replace(
            _readable(f'{path}["text/html"]', label, "text/html", data["text/html"]), path=(*steps, "text/html")
        )
        return
    if plain.strip() and not _OBJECT.fullmatch(plain):
        yield Part(at, label, plain, path=(*steps, "text/plain"))
        return
    machine = [mime for mime in data if mime.startswith("application/") and mime not in _READABLE]
    for mime in machine[:1]:
        yield _note(f'{path}["{mime}"]', label, mime, data[mime])
    if machine or images:
        return
    for mime in _READABLE:
        if data.get(mime):
            yield replace(_readable(f'{path}["{mime}"]', label, mime, data[mime]), path=(*steps, mime))
            return
    if plain.strip():
        yield Part(at, label, plain, path=(*steps, "text/plain"))


def _is_drawn(plain: str) -> bool:
    """Whether a table in plain text is wrapped for its width, or padded and ruled, so that its HTML reads better."""
    return "\\\n" in plain or len(plain) > 300 and plain.lstrip()[:1] in ("+", "┌", "╭")


def _readable(at: str, label: str, mime: str, value: Any) -> Part:
    """An output shown in another form than plain text, addressed by its JSON path."""
    rows = len(value) if isinstance(value, (list, dict)) else 0
    whole = (1, rows, rows, at) if rows else None
    if mime == "application/json" and rows:
        text = json.dumps(value, ensure_ascii=False)
        return Part(at, label, text, Hints(mime=mime), whole=whole, units=("rows",))
    is_lines = isinstance(value, list) and all(_is_line(line) for line in value[:-1])
    units = ("lines", "chars", "rows") if not rows else ("lines",) if is_lines else ()
    return Part(at, label, _text(value), Hints(mime=mime), whole=whole, units=units, is_lines=is_lines)


def _note(at: str, label: str, mime: str, value: Any) -> Part:
    size = len(json.dumps(value))
    rows = len(value) if isinstance(value, (list, dict)) else 0
    text = "" if rows else _text(value)
    name = mime.removeprefix("application/").removeprefix("vnd.").removesuffix("+json")
    return Part(at, label, text, Hints(mime=mime), rows=rows, summary=f"{name} {max(1, size // 1000)} kB")


def _is_line(line: object) -> bool:
    return isinstance(line, str) and line.endswith("\n") and line.count("\n") == 1


def _text(value: object, between: str = "") -> str:
    if isinstance(value, list):
        return between.join(str(item) for item in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
