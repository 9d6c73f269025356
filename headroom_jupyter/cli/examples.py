"""The files the demo works on: from examples/ of the source, which the wheel carries as `_examples`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Example", "load_examples"]

_PACKAGE = Path(__file__).parents[1]
_FOLDERS = (_PACKAGE / "_examples", _PACKAGE.parent / "examples")  # installed; or a checkout installed with -e


@dataclass(frozen=True, slots=True)
class Example:
    """One file with a question to it.

    `answer` are texts that a reader needs to answer it. `detail` is something to look up in what was left out, as
    words to retrieve by and a text that must then come back; both empty where the example has none.
    """

    file: str
    text: str
    question: str
    answer: Sequence[str]
    detail_query: str = ""
    detail: str = ""


def load_examples() -> list[Example]:
    """All examples in the order of their manifest."""
    folder = next(folder for folder in _FOLDERS if (folder / "manifest.json").exists())
    entries = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return [Example(text=_read(folder, entry["file"]), **entry) for entry in entries]


def _read(folder: Path, name: str) -> str:
    """A file of the folder, or else of this package: its own source is an example too."""
    path = folder / name
    return (path if path.exists() else _PACKAGE / name).read_bytes().decode("utf-8")
