"""The account of a pack: what went in, what was shortened, what was left out, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Literal

from headroom_jupyter.results import TextResult

__all__ = ["NotebookContext", "PackEntry", "PackReport", "manifests"]

State = Literal["whole", "shortened", "left out"]
_HEAD = ("cell", "part", "state", "before", "after", "ref", "why")


@dataclass(frozen=True, slots=True)
class PackEntry:
    """What became of one part of a cell. `ref` brings back what is not shown, "" where all is."""

    cell: str
    part: str
    state: State
    tokens_before: int
    tokens_after: int
    ref: str
    why: str


@dataclass(frozen=True)
class PackReport:
    """The account of a whole pack; `notes` are what would mislead a reader, `masked` counts secrets."""

    budget: int
    tokens: int
    entries: tuple[PackEntry, ...]
    notes: tuple[str, ...] = ()
    masked: int = 0

    @property
    def whole(self) -> tuple[PackEntry, ...]:
        """What is shown as it is."""
        return tuple(entry for entry in self.entries if entry.state == "whole")

    @property
    def shortened(self) -> tuple[PackEntry, ...]:
        """What is shown in part, the rest marked."""
        return tuple(entry for entry in self.entries if entry.state == "shortened")

    @property
    def left_out(self) -> tuple[PackEntry, ...]:
        """What is not shown, but marked."""
        return tuple(entry for entry in self.entries if entry.state == "left out")

    def __repr__(self) -> str:
        rows = [_HEAD, *map(_cells, self.entries)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
        table = ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows]
        return "\n".join([self._headline(), *table, *(f"note: {note}" for note in self.notes)])

    def _repr_html_(self) -> str:
        """The same for a notebook; everything escaped, no script."""
        head = "".join(f"<th>{name}</th>" for name in _HEAD)
        rows = (f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in _cells(entry))}</tr>" for entry in self.entries)
        notes = "".join(f"<li>{escape(note)}</li>" for note in self.notes)
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
        return f"<p><b>{escape(self._headline())}</b></p>{table}{f'<ul>{notes}</ul>' if notes else ''}"

    def _headline(self) -> str:
        return (
            f"{self.tokens:,} of {self.budget:,} tokens: {len(self.whole)} parts whole,"
            f" {len(self.shortened)} shortened, {len(self.left_out)} left out"
        )


@dataclass(frozen=True)
class NotebookContext(TextResult):
    """A packed notebook; `report` is the account of what became of its parts."""

    report: PackReport = field(default_factory=lambda: PackReport(0, 0, ()), repr=False)

    def __repr__(self) -> str:
        return super().__repr__()


def manifests(entries: Sequence[PackEntry], masks: int) -> list[str]:
    """The account in words for the end of a pack, the most exact one first."""
    tail = f"\nmasked, for they look like secrets: {masks}" if masks else ""
    return [_manifest(entries, say) + tail for say in (_exactly, _briefly)] + [_counted(entries) + tail]


def _manifest(entries: Sequence[PackEntry], say: Callable[[Iterable[PackEntry]], str]) -> str:
    lines = []
    for state in ("whole", "shortened", "left out"):
        why: dict[str, list[PackEntry]] = {}
        for entry in entries:
            if entry.state == state:
                why.setdefault(entry.why, []).append(entry)
        lines += [f"{state}{f' ({reason})' if reason else ''}: {say(found)}" for reason, found in why.items()]
    return "\n".join(lines)


def _exactly(entries: Iterable[PackEntry]) -> str:
    parts: dict[str, list[str]] = {}
    for entry in entries:
        counts = "" if entry.state == "whole" else f" {entry.tokens_before}→{entry.tokens_after}"
        parts.setdefault(entry.cell, []).append(f"{entry.part}{counts}")
    runs: list[tuple[str, str, str]] = []  # first cell, last cell, what of each
    for cell, found in parts.items():
        said = ", ".join(found)
        if runs and runs[-1][2] == said:
            runs[-1] = runs[-1][0], cell, said
        else:
            runs.append((cell, cell, said))
    return "; ".join(f"{first if first == last else f'{first} … {last}'} {said}" for first, last, said in runs)


def _briefly(entries: Iterable[PackEntry]) -> str:
    parts: dict[str, list[str]] = {}
    for entry in entries:
        parts.setdefault(entry.part.split()[-1], []).append(entry.cell)
    return "; ".join(f"{part} of {', '.join(dict.fromkeys(cells))}" for part, cells in parts.items())


def _counted(entries: Sequence[PackEntry]) -> str:
    counts = {state: sum(entry.state == state for entry in entries) for state in ("whole", "shortened", "left out")}
    return "; ".join(f"{count} parts {state}" for state, count in counts.items())


def _cells(entry: PackEntry) -> tuple[str, ...]:
    return (
        *(entry.cell, entry.part, entry.state, f"{entry.tokens_before:,}", f"{entry.tokens_after:,}"),
        *(entry.ref, entry.why),
    )
