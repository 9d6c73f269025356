"""The readable parts of a notebook: each cell's source and each output's text; never an image."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from headroom_jupyter.errors import MarkerError

__all__ = ["is_notebook", "load_cells", "output_text", "outputs", "parts", "source"]

_OBJECT = re.compile(r"\s*<[^<>\n]{1,300}>\s*")


def is_notebook(text: str, kind: str) -> bool:
    """Whether an original is to be read as a notebook."""
    return kind == "notebook" or ('"cells"' in text and '"nbformat"' in text[-4000:] and text.lstrip()[:1] == "{")


def load_cells(text: str) -> list[dict[str, Any]]:
    """The cells of a notebook's source, of nbformat 4 or 3.

    Raises:
        MarkerError: it is no notebook.
    """
    try:
        book = json.loads(text, strict=False)
        cells = book["cells"] if "cells" in book else book["worksheets"][0]["cells"]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError) as err:
        raise MarkerError(f"the original has no cells: it cannot be read as a notebook ({err})") from err
    return [cell for cell in cells if isinstance(cell, dict)] if isinstance(cells, list) else []


def source(cell: dict[str, Any]) -> str:
    """A cell's source as one text."""
    return _joined(cell.get("source", cell.get("input", "")))


def outputs(cell: dict[str, Any]) -> list[dict[str, Any]]:
    """A cell's outputs, none for a cell without code."""
    found = cell.get("outputs", [])
    return [output for output in found if isinstance(output, dict)] if isinstance(found, list) else []


def output_text(output: dict[str, Any]) -> str:
    """What an output reads as: its stream, its traceback, or plain text before HTML before its data as JSON.

    Plain text that only names an object, `<IPython.core.display.HTML object>`, stands behind HTML.
    """
    if output.get("output_type") in ("error", "pyerr"):
        return _joined(output.get("traceback", []), "\n") or f"{output.get('ename')}: {output.get('evalue')}"
    if "text" in output and "data" not in output:
        return _joined(output["text"])
    data = output.get("data")
    if not isinstance(data, dict):
        return json.dumps(output, ensure_ascii=False)
    forms = [_joined(data[kind]) for kind in ("text/plain", "text/html") if kind in data]
    if len(forms) == 2 and _OBJECT.fullmatch(forms[0]):
        return forms[1]
    return forms[0] if forms else json.dumps(data, ensure_ascii=False)


def parts(text: str) -> Iterator[tuple[str, str]]:
    """Each part's address and text, in order; outputs that hold only an image are left out.

    Raises:
        MarkerError: it is no notebook.
    """
    for number, cell in enumerate(load_cells(text), 1):
        yield f"cell {number}", source(cell)
        for index, output in enumerate(outputs(cell)):
            if not _is_image(output):
                yield f"cell {number} output {index}", output_text(output)


def _is_image(output: dict[str, Any]) -> bool:
    data = output.get("data")
    return isinstance(data, dict) and bool(data) and all(kind.startswith("image/") for kind in data)


def _joined(value: object, between: str = "") -> str:
    if isinstance(value, list):
        return between.join(str(item) for item in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
