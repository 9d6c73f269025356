"""One HTML table being read: cells to rows, spans filled in. It knows nothing of tags' text or places."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["Table"]

_WIDEST = 40  # columns that a span may fill


class Table:
    """Takes cells and gives rows; `is_layout` once it turned out to arrange a page.

    >>> table = Table("t")
    >>> table.open_row(); table.open_cell("th", {}); table.close_cell("a", 4, 5)
    >>> table.close_row()
    ('a', True, 4, 5)
    """

    def __init__(self, key: str) -> None:
        self.key = key
        self.rows = 0
        self.is_layout = False
        self.is_in_cell = False
        self._cells: list[str] = []
        self._start = -1
        self._end = 0
        self._is_header = True
        self._spans = (1, 1)
        self._below: dict[int, tuple[int, str]] = {}  # column: rows still to fill, and with what

    def open_row(self) -> None:
        """Begin a row."""
        self._cells = []
        self._start = -1
        self._is_header = True

    def open_cell(self, name: str, attributes: Mapping[str, str]) -> None:
        """Begin a cell of tag `name`."""
        self.is_in_cell = True
        self._is_header = self._is_header and name == "th"
        self._spans = _number(attributes.get("colspan")), _number(attributes.get("rowspan"))

    def close_cell(self, text: str, start: int, end: int) -> None:
        """End a cell; `start` is -1 when it is empty."""
        self.is_in_cell = False
        self._fill()
        columns, rows = self._spans
        if rows > 1:
            for column in range(len(self._cells), len(self._cells) + columns):
                self._below[column] = (rows, text)
        self._cells += [text] + [""] * (columns - 1)
        if start >= 0:
            self._start = start if self._start < 0 else self._start
            self._end = end

    def close_row(self) -> tuple[str, bool, int, int] | None:
        """The row as a line, whether it is a header, and its place; None for an empty one."""
        cells, start = self._cells, self._start
        if cells:
            self._fill()
        self._below = {column: (rows - 1, text) for column, (rows, text) in self._below.items() if rows > 1}
        self._cells, self._start = [], -1
        if start < 0:
            return None
        self.rows += 1
        is_header = self._is_header and self.rows <= 3
        return " | ".join(cells).rstrip(), is_header, start, self._end

    def abandon(self) -> str:
        """Turn into an arrangement of the page; answers with the cells of the row so far."""
        cells = [cell for cell in self._cells if cell]
        self.is_layout = True
        self.is_in_cell = False
        self._cells = []
        return " ".join(cells)

    def _fill(self) -> None:
        """Repeat what spans down from earlier rows."""
        while (found := self._below.get(len(self._cells))) is not None and len(self._cells) < _WIDEST:
            if found[0] <= 0:
                break
            self._cells.append(found[1])


def _number(value: str | None) -> int:
    return max(1, min(int(value), _WIDEST)) if value and value.isascii() and value.isdigit() and len(value) < 9 else 1
