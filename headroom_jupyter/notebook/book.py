"""The cells of a notebook for packing: from the running session, from a saved file, or from both put together."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from headroom_jupyter.errors import InputError
from headroom_jupyter.notebook.files import read_text
from headroom_jupyter.notebook.names import Names, names_of
from headroom_jupyter.notebook.recording import Execution, Output, plain

__all__ = ["Book", "BookCell", "live_book", "saved_book", "saved_cells"]


@dataclass(frozen=True)
class BookCell:
    """A cell with its last run. `earlier` are its runs before that; `counts` of In[…], 0 when it did not run here."""

    kind: str
    source: str
    count: int = 0
    outputs: tuple[Output, ...] = ()
    cell_id: str = ""
    position: int = 0  # in the saved notebook, from 1; 0 when it is not there
    is_failed: bool = False
    started_at: float = 0.0
    earlier: tuple[Execution, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def names(self) -> Names:
        """What the cell binds and needs."""
        return names_of(self.source) if self.kind == "code" else Names()

    @property
    def label(self) -> str:
        """What it is called in the pack."""
        if self.kind == "code" and self.count:
            return f"In[{self.count}]"
        return f"cell {self.position}" if self.position else self.kind


@dataclass(frozen=True)
class Book:
    """Cells in their order, and what the notebook is called."""

    cells: tuple[BookCell, ...]
    title: str = "notebook"
    notes: tuple[str, ...] = ()
    variables: Mapping[str, Any] = field(default_factory=dict)

    @property
    def last(self) -> BookCell | None:
        """The cell that ran last."""
        return max((cell for cell in self.cells if cell.count), key=lambda cell: cell.count, default=None)


def live_book(runs: Sequence[Execution], path: Path | None) -> Book:
    """The running notebook: what ran, in the order of the saved file where one is known."""
    groups: dict[str, list[Execution]] = {}
    for run in sorted(runs, key=lambda run: run.count):
        if run.source.strip() and not _is_ours(run.source):
            groups.setdefault(run.cell_id or run.source.strip(), []).append(run)
    cells = [_ran(group) for group in groups.values()]
    if path is None:
        return Book(tuple(sorted(cells, key=lambda cell: cell.count)))
    saved = [cell for cell in saved_cells(path) if not _is_ours(cell.source)]
    return Book(tuple(_put_together(saved, cells, path.stat().st_mtime)), title=path.name)


def saved_book(path: Path) -> Book:
    """A notebook that is not running.

    Raises:
        InputError: it cannot be read, or is no notebook.
    """
    return Book(tuple(saved_cells(path)), title=path.name)


def saved_cells(path: Path) -> list[BookCell]:
    """The cells of a file, with the outputs that were saved with them.

    Raises:
        InputError: it cannot be read, or is no notebook of nbformat 4.
    """
    try:
        book = json.loads(read_text(path), strict=False)
        cells = book["cells"]
        return [_saved(cell, position) for position, cell in enumerate(cells, 1)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as err:
        if isinstance(err, InputError):
            raise
        raise InputError(f"{path} is no notebook that can be read ({type(err).__name__}: {err})") from err


def _is_ours(source: str) -> bool:
    """Whether a cell does nothing but call this extension."""
    lines = [line.strip() for line in source.split("\n") if line.strip()]
    ours = ("%headroom", "%load_ext headroom_jupyter", "%config HeadroomMagics", "%reload_ext headroom_jupyter")
    return bool(lines) and all(line.startswith(ours) for line in lines)


def _ran(group: Sequence[Execution]) -> BookCell:
    last = group[-1]
    notes = ("its outputs are no longer held",) if last.is_dropped else ()
    return BookCell(
        "code",
        last.source,
        last.count,
        last.outputs,
        last.cell_id,
        is_failed=last.is_failed,
        started_at=last.started_at,
        earlier=tuple(group[:-1]),
        notes=notes,
    )


def _put_together(saved: Sequence[BookCell], ran: Sequence[BookCell], saved_at: float) -> Iterable[BookCell]:
    """The saved cells in their order with their runs; those that are not saved stand after the cell they followed."""
    by_id = {cell.cell_id: cell for cell in ran if cell.cell_id}
    by_source = {cell.source.strip(): cell for cell in ran}
    used: set[int] = set()
    out: list[BookCell] = []
    for cell in saved:
        own = by_id.get(cell.cell_id) or by_source.get(cell.source.strip())
        if own is None or cell.kind != "code" or own.count in used:
            out.append(_unrun(cell))
        else:
            used.add(own.count)
            out.append(_matched(cell, own, saved_at))
    for cell in ran:
        if cell.count not in used:
            is_late = cell.started_at > saved_at
            note = "not saved yet" if is_late else "deleted from the notebook, its names live on"
            out.insert(_place(out, cell), replace(cell, notes=(*cell.notes, note)))
    return out


def _unrun(cell: BookCell) -> BookCell:
    """A saved cell that has no run here."""
    is_code = cell.kind == "code" and cell.source.strip()
    notes = ["not run in this kernel"] if is_code else []
    if cell.outputs:
        notes.append("its outputs are those of an earlier session")
    return replace(cell, count=0, notes=tuple(notes))


def _matched(cell: BookCell, own: BookCell, saved_at: float) -> BookCell:
    """A saved cell with its run. A run that is younger than the file has the younger text."""
    is_edited = own.source.strip() != cell.source.strip() and own.started_at <= saved_at
    note = f"edited since it ran as {own.label}: its names and outputs are those of the earlier text"
    return replace(
        own,
        source=cell.source if is_edited else own.source,
        position=cell.position,
        notes=(*own.notes, note) if is_edited else own.notes,
        earlier=_versions(own, is_edited),
    )


def _versions(own: BookCell, is_edited: bool) -> tuple[Execution, ...]:  # one fact, named at its only call
    """The earlier runs of a cell; its last one too when the cell has another text now."""
    return (*own.earlier, Execution(own.count, own.source)) if is_edited else own.earlier


def _place(cells: Sequence[BookCell], late: BookCell) -> int:
    """Behind the cell that ran last before it."""
    before = [(cell.count, index) for index, cell in enumerate(cells) if 0 < cell.count < late.count]
    return max(before)[1] + 1 if before else 0


def _saved(cell: Mapping[str, Any], position: int) -> BookCell:
    kind = str(cell.get("cell_type", "raw"))
    count = cell.get("execution_count")
    outputs = tuple(_output(output) for output in cell.get("outputs", ()) if isinstance(output, dict))
    return BookCell(
        kind,
        _text(cell.get("source", "")),
        count if isinstance(count, int) else 0,
        outputs,
        str(cell.get("id", "")),
        position,
        is_failed=any(output.kind == "error" for output in outputs),
    )


def _output(output: Mapping[str, Any]) -> Output:
    kind = output.get("output_type")
    if kind == "stream":
        return Output("stderr" if output.get("name") == "stderr" else "stdout", _text(output.get("text", "")))
    if kind == "error":
        title = f"{output.get('ename', '')}: {output.get('evalue', '')}"
        return Output("error", plain(_text(output.get("traceback", []), "\n")), title=title)
    data = output.get("data")
    bundle = {mime: _text(value) if isinstance(value, list) else value for mime, value in dict(data or {}).items()}
    return Output("result" if kind == "execute_result" else "display", data=bundle)


def _text(value: object, between: str = "") -> str:
    if isinstance(value, list):
        return between.join(map(str, value))
    return value if isinstance(value, str) else str(value)
