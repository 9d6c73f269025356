"""Texts of a live notebook that a front end sent once and refers to by keys; those no longer referred to are let go."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from headroom_jupyter.errors import InputError

__all__ = ["Texts"]

_MOST_CHARS = 100_000_000
_MOST_PIECES = 10_000


class Texts:
    """The texts of one front end."""

    def __init__(self) -> None:
        self._whole: dict[str, str] = {}
        self._pieces: dict[str, dict[int, str]] = {}
        self._size = 0

    def put(self, key: str, index: int, count: int, text: str) -> None:
        """A piece of a text; with the last one missing it becomes whole.

        Raises:
            InputError: it is no piece of a text, or all of them are too large together.
        """
        if not key or not index < count <= _MOST_PIECES:
            raise InputError(f"piece {index} of {count} of {key[:40]!r} is none; pieces count from 0")
        self._size += len(text)
        if self._size > _MOST_CHARS:
            self._pieces.clear()
            self._whole.clear()
            self._size = 0
            raise InputError(f"the notebook has more than {_MOST_CHARS:,} characters; exclude its largest outputs")
        pieces = self._pieces.setdefault(key, {})
        pieces[index] = text
        if len(pieces) == count:
            self._whole[key] = "".join(pieces[at] for at in sorted(pieces))
            del self._pieces[key]

    def missing(self, cells: Sequence[Any]) -> list[str]:
        """Keys to which no text is here; texts of other keys are let go.

        Raises:
            InputError: something is no cell.
        """
        wanted = dict.fromkeys(_keys(cells))
        self._whole = {key: text for key, text in self._whole.items() if key in wanted}
        self._pieces = {key: pieces for key, pieces in self._pieces.items() if key in wanted}
        unfinished = sum(len(text) for pieces in self._pieces.values() for text in pieces.values())
        self._size = unfinished + sum(map(len, self._whole.values()))
        return [key for key in wanted if key not in self._whole]

    def cell(self, cell: Mapping[str, Any]) -> dict[str, Any]:
        """A cell, of which no text is missing, with its texts."""
        outputs = [_output(self._whole[key]) for key in cell.get("outputs") or ()]
        return {**cell, "source": self._whole[cell["source"]], "outputs": outputs}


def _keys(cells: Iterable[Any]) -> Iterator[str]:
    for cell in cells:
        keys = [cell.get("source"), *(cell.get("outputs") or ())] if isinstance(cell, Mapping) else [None]
        for key in keys:
            if not isinstance(key, str) or not key:
                raise InputError("a cell has no keys of its source and outputs")
            yield key


def _output(text: str) -> dict[str, Any]:
    """An output from its JSON; what is none reads as it is."""
    try:
        output = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        output = None
    return output if isinstance(output, dict) else {"output_type": "stream", "name": "stdout", "text": text}
