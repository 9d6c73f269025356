"""A notebook that a front end has open, as this side knows it: its texts, its parts and its rows, each made once.

A notebook that is edited is asked for again and again, and most of it stays as it was; what is gone is let go.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any

from headroom_jupyter.ccr.store import Store
from headroom_jupyter.context.answer import answer
from headroom_jupyter.context.asking import Asked, integer, text_of
from headroom_jupyter.context.cells import Part, parts_of, parts_of_cell
from headroom_jupyter.context.remembered import RowMemory
from headroom_jupyter.context.texts import Texts
from headroom_jupyter.errors import InputError

__all__ = ["Opened"]


class Opened:
    """One notebook of one front end; its questions are answered one after the other."""

    def __init__(self) -> None:
        self._texts = Texts()
        self._parts: dict[Hashable, list[Part]] = {}
        self._rows = RowMemory()
        self._lock = threading.Lock()

    def put(self, pieces: Iterable[Mapping[str, Any]]) -> None:
        """Pieces of texts that cells will refer to.

        Raises:
            InputError: one is no piece of a text.
        """
        with self._lock:
            for piece in pieces:
                index, count = integer(piece, "index", 0), integer(piece, "count", 1)
                self._texts.put(text_of(piece, "key"), index, count, text_of(piece, "text"))

    def answer(self, cells: object, asked: Asked, store: Store) -> dict[str, Any]:
        """Rows of the cells, which are given by reference, or `keys` of texts that are not here yet.

        Raises:
            InputError: they are no cells.
        """
        if not isinstance(cells, list):
            raise InputError("cells is no list of cells")
        with self._lock:
            missing = self._texts.missing(cells)
            if missing:
                return {"keys": missing}
            kept = {_key(cell, index): (cell, index) for index, cell in enumerate(cells)}
            self._parts = {key: self._parts.get(key) or self._parts_of(*place) for key, place in kept.items()}
            return answer([part for parts in self._parts.values() for part in parts], asked, store, self._rows)

    def answer_file(
        self, version: Hashable, read: Callable[[], Sequence[Mapping[str, Any]]], asked: Asked, store: Store
    ) -> dict[str, Any]:
        """Rows of cells that are read, unless the same version of them was read last."""
        with self._lock:
            if version not in self._parts:
                self._parts = {version: parts_of(read())}
            return answer(self._parts[version], asked, store, self._rows)

    def _parts_of(self, cell: Mapping[str, Any], index: int) -> list[Part]:
        return list(parts_of_cell(self._texts.cell(cell), index))


def _key(cell: Mapping[str, Any], index: int) -> Hashable:
    return index, *(str(cell.get(name)) for name in ("id", "cell_type", "execution_count", "source", "outputs"))
