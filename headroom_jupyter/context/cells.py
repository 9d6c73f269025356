"""The cells of a notebook as parts: each source and each output, as the text that a model would read of it.

Cells are nbformat's, as a file, a server or a front end has them; what is malformed reads as what it is. Secrets end
here. Nothing is shortened.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from headroom_jupyter.ccr import cells as readable
from headroom_jupyter.compressors.pictures import image_note
from headroom_jupyter.context.secrets import masked

__all__ = ["Part", "Role", "parts_of", "parts_of_cell", "text_part"]

Role = Literal["source", "markdown", "output", "variable", "file", "text"]
_READABLE = ("text/llm+plain", "text/plain", "text/markdown", "text/latex", "text/html")
_OBJECT = re.compile(r"\s*<[^<>\n]{1,300}>\s*")
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_SUFFIXES = {"%%bash": "sh", "%%sh": "sh", "%%html": "html", "%%javascript": "js", "%%js": "js"}


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a model would read. `picture` are the bytes of an image, for which `note` stands."""

    id: str
    role: Role
    title: str
    text: str
    path: str = ""
    mime: str = ""
    cell_id: str | None = None
    cell: int | None = None
    output: int | None = None
    note: str = ""
    picture: bytes = b""
    masks: int = 0


def parts_of(cells: Iterable[Mapping[str, Any]]) -> list[Part]:
    """All parts of a notebook's cells, in their order; an empty source has none.

    >>> cell = {"cell_type": "code", "id": "a", "execution_count": 3, "source": "1 + 1", "outputs": []}
    >>> [(part.id, part.title, part.text) for part in parts_of([cell])]
    [('a source', 'In[3]', '1 + 1')]
    """
    return [part for index, cell in enumerate(cells) for part in parts_of_cell(cell, index)]


def text_part(ident: str, role: Role, title: str, text: str, *, path: str = "", mime: str = "") -> Part:
    """A part of its own: a file, a text."""
    plain, masks = masked(text)
    return Part(ident, role, title, plain, path, mime, masks=masks)


def parts_of_cell(cell: Mapping[str, Any], index: int) -> Iterator[Part]:
    """The parts of the cell at a position, from 0."""
    kind = str(cell.get("cell_type", "raw"))
    ident = str(cell.get("id") or f"cell-{index + 1}")
    count = cell.get("execution_count")
    label = f"In[{count}]" if kind == "code" and isinstance(count, int) else f"cell {index + 1}"
    source = readable.source(dict(cell))
    if source.strip():
        role: Role = "source" if kind == "code" else "markdown"
        text, masks = masked(source)
        path = f"cell{index + 1}.{_suffix(source) if kind == 'code' else 'md'}"
        yield Part(f"{ident} source", role, label, text, path, cell_id=ident, cell=index, masks=masks)
    for number, output in enumerate(readable.outputs(dict(cell))):
        yield _of_output(output, f"{ident} output {number}", label, (ident, index, number))


def _of_output(output: Mapping[str, Any], ident: str, label: str, place: tuple[str, int, int]) -> Part:
    name, text, mime = _text(output)
    text, masks = masked(text)
    note, picture = _picture(output.get("data"))
    if picture and _OBJECT.fullmatch(text):
        text = ""
    cell_id, cell, number = place
    return Part(
        ident,
        "output",
        f"{label} {name}",
        text,
        mime=mime,
        cell_id=cell_id,
        cell=cell,
        output=number,
        note=note,
        picture=picture,
        masks=masks,
    )


def _text(output: Mapping[str, Any]) -> tuple[str, str, str]:
    """What an output is called, its text, and its MIME type when it is not plain."""
    kind = output.get("output_type")
    data = output.get("data")
    if kind == "stream":
        return ("stderr" if output.get("name") == "stderr" else "stdout"), readable.output_text(dict(output)), ""
    if kind == "error":
        return "error", _COLOURS.sub("", readable.output_text(dict(output))), ""
    name = "result" if kind == "execute_result" else "display"
    if not isinstance(data, Mapping):
        return name, readable.output_text(dict(output)), ""
    for mime in _READABLE:
        text = _joined(data.get(mime))
        if text.strip() and not (mime == "text/plain" and _OBJECT.fullmatch(text) and len(data) > 1):
            return name, text, "" if mime.endswith("plain") else mime
    if "application/json" in data:
        return name, json.dumps(data["application/json"], ensure_ascii=False), "application/json"
    return name, _joined(data.get("text/plain")), ""


def _picture(data: object) -> tuple[str, bytes]:
    """The note and the bytes of an image, if an output has one."""
    for mime, value in data.items() if isinstance(data, Mapping) else ():
        if str(mime).startswith("image/"):
            encoded = _joined(value)
            if mime == "image/svg+xml":
                return image_note(mime, encoded), encoded.encode("utf-8", "surrogatepass")
            try:
                return image_note(mime, encoded), base64.b64decode("".join(encoded.split()), validate=True)
            except (binascii.Error, ValueError):
                return image_note(mime, ""), encoded.encode("utf-8", "surrogatepass")
    return "", b""


def _suffix(source: str) -> str:
    first = source.lstrip().split(None, 1)[0]
    return _SUFFIXES.get(first, "py")


def _joined(value: object) -> str:
    if isinstance(value, list):
        return "".join(str(item) for item in value)
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)
