"""Writes a pack: header, cells in their order, runs of cells that are named only, variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from headroom_jupyter.ccr.marker import Marker
from headroom_jupyter.compressors.base import runs
from headroom_jupyter.context.secrets import masked
from headroom_jupyter.notebook.book import Book, BookCell
from headroom_jupyter.notebook.pieces import Piece, ended, line_count, marker_of

__all__ = ["Group", "Layout", "VariableLines", "groups_of", "render", "variables_text"]

_MOST_ALSO = 240  # characters of names of variables that are not described


@dataclass(frozen=True)
class Group:
    """Cells that stand next to each other and are only named; `text` is what is stored of them."""

    cells: tuple[int, ...]
    text: str

    @cached_property
    def ref(self) -> str:
        """The reference it has when it is stored."""
        return sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


@dataclass(frozen=True)
class VariableLines:
    """A line for each variable, the most telling first, and how many of them are shown."""

    names: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    shown: int = 0

    @cached_property
    def text(self) -> str:
        """All lines."""
        return "".join(f"{line}\n" for line in self.lines)

    @cached_property
    def ref(self) -> str:
        """The reference they have when they are stored."""
        return sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


@dataclass(frozen=True)
class Layout:
    """What stands in a pack beside its pieces; `said` writes a marker."""

    head: str
    groups: tuple[Group, ...] = ()
    variables: VariableLines = VariableLines()
    said: Callable[[Marker], str] = Marker.render


def groups_of(book: Book, pieces: Sequence[Piece], named: frozenset[int]) -> tuple[Group, ...]:
    """The runs of cells that are only named."""
    out = []
    by_cell = _by_cell(pieces)
    for first, last, is_in in runs(sorted(named), len(book.cells)):
        if is_in:
            cells = tuple(range(first, last))
            out.append(Group(cells, "".join(_cell(book, pieces, i, {}, by_cell.get(i, ())) for i in cells)))
    return tuple(out)


def render(book: Book, pieces: Sequence[Piece], texts: Mapping[int, str], layout: Layout) -> str:
    """The pack without its account.

    Args:
        book: The cells.
        pieces: All pieces.
        texts: What stands for a piece, by its index; a piece that has no entry is shown whole.
        layout: The rest.
    """
    grouped = {group.cells[0]: group for group in layout.groups}
    inside = {index for group in layout.groups for index in group.cells}
    out = [layout.head]
    by_cell = _by_cell(pieces)
    for index in range(len(book.cells)):
        if index in grouped:
            out.append(_group(book, grouped[index], layout.said))
        elif index not in inside:
            out.append(_cell(book, pieces, index, texts, by_cell.get(index, ())))
    out.append(variables_text(layout.variables, layout.said))
    return "".join(out)


def variables_text(variables: VariableLines, said: Callable[[Marker], str]) -> str:
    """The lines that are shown, a marker for the others and as many of their names as are short."""
    if not variables.lines:
        return ""
    total = len(variables.lines)
    out = [f"\n## Variables ({total})\n", *(f"{line}\n" for line in variables.lines[: variables.shown])]
    if variables.shown < total:
        out.append(said(Marker(variables.ref, "lines", ((variables.shown + 1, total),), total)))
        also = ", ".join(variables.names[variables.shown :])
        out.append(f" also {also if len(also) <= _MOST_ALSO else also[:_MOST_ALSO].rpartition(',')[0] + ', …'}\n")
    return "".join(out)


def _by_cell(pieces: Sequence[Piece]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for number, piece in enumerate(pieces):
        found.setdefault(piece.cell, []).append(number)
    return found


def _cell(book: Book, pieces: Sequence[Piece], index: int, texts: Mapping[int, str], own: Sequence[int]) -> str:
    cell = book.cells[index]
    if not own:
        return ""
    out = [f"\n{_title(cell)}\n"]
    for number in own:
        name = pieces[number].name
        if name not in ("source", "markdown"):
            out.append(f"--- {name}\n")
        out.append(ended(texts.get(number, pieces[number].text)))
    return "".join(out)


def _title(cell: BookCell) -> str:
    place = f" (cell {cell.position})" if cell.position and cell.label.startswith("In[") else ""
    kind = "" if cell.kind == "code" else f" {cell.kind}" if cell.position else ""
    failed = " FAILED" if cell.is_failed else ""
    notes = f"; note: {'; '.join(cell.notes)}" if cell.notes else ""
    return f"## {cell.label}{place}{kind}{failed}{notes}"


def _group(book: Book, group: Group, said: Callable[[Marker], str]) -> str:
    first, last = book.cells[group.cells[0]], book.cells[group.cells[-1]]
    span = first.label if first is last else f"{first.label} to {last.label}, {len(group.cells)} cells"
    named = [(book.cells[i].label, book.cells[i].names.line()) for i in group.cells]
    names = masked("\n".join(f"{label} {line}" for label, line in named if line))[0]
    count = line_count(group.text)
    head = f"\n## {span}: {said(marker_of(group.ref, group.text))}" if count else f"\n## {span}"
    return f"{head}\n{ended(names)}"
