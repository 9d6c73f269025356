"""What would mislead a reader of a notebook: results of code that has changed since, names that outlived their code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from headroom_jupyter.notebook.book import Book, BookCell
from headroom_jupyter.notebook.names import names_of

__all__ = ["with_notes"]

_MOST_NAMES = 6


@dataclass(frozen=True)
class _Binding:
    """A run that bound a name; `is_shown`: its text is still a cell of the notebook."""

    count: int
    is_shown: bool


def with_notes(book: Book, alive: Collection[str] | None = None) -> Book:
    """The book with a note on each cell that misleads.

    Args:
        book: Cells in the order of the notebook.
        alive: Names that the session holds; None when there is no session.
    """
    bindings = _bindings(book.cells)
    cells, highest = [], 0
    for cell in book.cells:
        notes = [*cell.notes, *_outdated(cell, bindings), *_overwritten(cell, bindings)]
        if cell.count and cell.count < highest:
            notes.append(f"ran before In[{highest}], which stands above it")
        if cell.earlier and cell.count:
            notes.append(f"run {len(cell.earlier) + 1} times")
        highest = max(highest, cell.count)
        cells.append(replace(cell, notes=tuple(dict.fromkeys(notes))))
    orphans = _orphans(bindings, alive or ())
    return replace(book, cells=tuple(cells), notes=(*book.notes, *orphans, *_failed_twice(book.cells)))


def _bindings(cells: Sequence[BookCell]) -> Mapping[str, Sequence[_Binding]]:
    """Every name to the runs that bound it, in the order of running."""
    found: dict[str, list[_Binding]] = {}
    for cell in cells:
        runs = [(run.count, run.source, False) for run in cell.earlier]
        is_changed = any(run.count == cell.count for run in cell.earlier)
        if cell.kind == "code" and cell.count and not is_changed:
            runs.append((cell.count, cell.source, True))
        for count, source, is_shown in runs:
            for name in dict.fromkeys(names_of(source).binds):
                found.setdefault(name, []).append(_Binding(count, is_shown))
    return {name: sorted(all_, key=lambda one: one.count) for name, all_ in found.items()}


def _outdated(cell: BookCell, bindings: Mapping[str, Sequence[_Binding]]) -> list[str]:
    """Names that the cell used and that another run made anew after it."""
    if not cell.count:
        return []
    newer: dict[int, list[str]] = {}
    own = {cell.count, *(run.count for run in cell.earlier)}
    for name in sorted(cell.names.uses - set(cell.names.defines)):
        runs = bindings.get(name, ())
        later = [one.count for one in runs if one.count > cell.count and one.count not in own]
        if later and any(one.count < cell.count for one in runs):
            newer.setdefault(later[-1], []).append(name)
    return [
        f"used {_names(names)} before In[{count}] made {_it(names)} anew: may be out of date"
        for count, names in newer.items()
    ]


def _overwritten(cell: BookCell, bindings: Mapping[str, Sequence[_Binding]]) -> list[str]:
    """Names that the cell made and that another cell made again later; a cell that failed may have made none."""
    if not cell.count or cell.is_failed:
        return []
    later: dict[int, list[str]] = {}
    for name in dict.fromkeys(cell.names.defines):
        last = bindings.get(name, ())[-1:]
        if last and last[0].count > cell.count and len(name) > 1:
            later.setdefault(last[0].count, []).append(name)
    return [
        f"its {_names(names)} {'was' if len(names) == 1 else 'were'} overwritten by In[{count}]"
        for count, names in later.items()
    ]


def _orphans(bindings: Mapping[str, Sequence[_Binding]], alive: Collection[str]) -> list[str]:
    """Names that live on although the code that made them is no longer in any cell."""
    lost: dict[int, list[str]] = {}
    for name, runs in bindings.items():
        if name in alive and not any(one.is_shown for one in runs):
            lost.setdefault(runs[-1].count, []).append(name)
    return [
        f"the code that made {_names(names)} (In[{count}]) is gone from the notebook, the values are still there"
        for count, names in sorted(lost.items())
    ]


def _failed_twice(cells: Sequence[BookCell]) -> list[str]:
    """Cells that failed in every one of several runs."""
    failed = Counter(cell.label for cell in cells if cell.is_failed for run in cell.earlier if run.is_failed)
    return [f"{label} failed {count + 1} times" for label, count in failed.items()]


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMES])
    return f"{shown} and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else shown


def _it(names: Sequence[str]) -> str:
    return "it" if len(names) == 1 else "them"
