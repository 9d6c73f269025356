"""Exported memories on their way in, line by line; what cannot be used is counted, with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from headroom_jupyter.errors import InputError

__all__ = ["Loaded", "read_lines"]

_LONGEST_LINE = 1_000_000  # characters; a record of the largest size has a third of it
_TOLD = 20  # reasons kept; the rest is only counted


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of an import: new records, those that were here already, and those skipped with the first reasons."""

    added: int = 0
    merged: int = 0
    skipped: int = 0
    reasons: tuple[str, ...] = ()

    def skipping(self, number: int, why: str) -> Loaded:
        """One more skipped."""
        told = (*self.reasons, f"line {number}: {why}")
        return replace(self, skipped=self.skipped + 1, reasons=told[:_TOLD])


def read_lines(lines: str | Path | Iterable[str]) -> Iterator[tuple[int, str]]:
    """Numbered lines of a text, a file or an iterable; empty ones are left out, endless ones are cut.

    Raises:
        InputError: the file cannot be read.
    """
    if isinstance(lines, Path):
        yield from _of_file(lines)
        return
    for number, line in enumerate(lines.split("\n") if isinstance(lines, str) else lines, 1):
        if line.strip():
            yield number, line[:_LONGEST_LINE]


def _of_file(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
            number = 0
            while line := file.readline(_LONGEST_LINE):
                number += 1
                if line.strip():
                    yield number, line
    except OSError as err:
        raise InputError(f"{path} cannot be read: {err.strerror or err}; check the path and its permissions") from err
