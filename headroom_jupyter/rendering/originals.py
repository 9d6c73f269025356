"""The markers of a shown text that are really ours, and the original that each stands for.

A marker that was quoted from the original, or forged in it, is ordinary text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from headroom_jupyter.ccr.address import resolve
from headroom_jupyter.ccr.marker import Marker, render_ranges, scan
from headroom_jupyter.compressors.base import line_starts
from headroom_jupyter.errors import HeadroomError
from headroom_jupyter.rendering.comparison import Piece

__all__ = ["Control", "Excerpts", "controls"]

# Characters looked through to find addressed places, over all markers of a text: at most half a second (measured:
# 4 MB/s in JSON). Lines are found at once and count nothing.
_MOST_READ = 2_000_000


@dataclass(frozen=True, slots=True)
class Control:
    """A marker of ours: where it stands in the text, and the arguments that retrieve what it stands for."""

    start: int
    end: int
    marker: Marker
    unit: str
    at: str

    @property
    def address(self) -> str:
        """The same as an address in the original; "" for the whole of it."""
        runs = f"{self.unit} {render_ranges(self.marker.ranges)}" if self.marker.ranges else ""
        return f"{self.at} {runs}".strip()

    @property
    def count(self) -> int:
        """How many units are left out."""
        return sum(last - first + 1 for first, last in self.marker.ranges)


def controls(text: str, ref: str, pieces: Sequence[Piece], original: str) -> list[Control]:
    """The markers of `text` that stand for runs of the original under `ref`, in order."""
    copied = [(piece.text_start, piece.text_end) for piece in pieces if piece.change == "same"]
    quoted = {original[start:end] for start, end, _ in scan(original)}
    found: list[Control] = []
    unit, at, index = "", "", 0
    for start, end, marker in scan(text):
        while index < len(copied) and copied[index][1] <= start:
            index += 1
        is_copied = index < len(copied) and copied[index][0] <= start
        is_quoted = is_copied or (marker.ref is not None and marker.ref != ref) or text[start:end] in quoted
        if not ref or is_quoted or (marker.ref is None and not found):
            continue
        if marker.unit:
            unit, at = marker.unit, marker.at
        place = at if marker.ranges else marker.note.partition(" at ")[2]
        found.append(Control(start, end, replace(marker, ref=ref), unit, place))
    return found


@dataclass
class Excerpts:
    """Reads runs of one original, if it is at hand, and stops when it has read enough for one page."""

    original: str | None
    _read: int = 0
    _parts: dict[str, str] = field(default_factory=dict)
    _starts: dict[str, list[int]] = field(default_factory=dict)

    def of(self, control: Control) -> str | None:
        """What a marker stands for; None if it cannot be read as text, or enough was read already."""
        try:
            part = self._part(control.at)
            if part is None:
                return None
            if not control.marker.ranges:
                return None if control.marker.note.startswith("image") else part
            if control.unit == "lines":
                return self._lines(control, part)
            if control.unit == "rows" and not self._may_read(len(part)):
                return None
            return resolve(part, f"{control.unit} {render_ranges(control.marker.ranges)}")
        except (HeadroomError, ValueError):
            return None

    def _part(self, at: str) -> str | None:
        if self.original is None or not at:
            return self.original
        if at not in self._parts:
            if not self._may_read(len(self.original)):
                return None
            self._parts[at] = resolve(self.original, at)
        return self._parts[at]

    def _may_read(self, chars: int) -> bool:
        self._read += chars
        return self._read <= _MOST_READ

    def _lines(self, control: Control, part: str) -> str:
        if control.at not in self._starts:
            self._starts[control.at] = line_starts(part)
        starts = self._starts[control.at]
        last = len(starts) - 1
        runs = [(min(a - 1, last), min(b, last)) for a, b in control.marker.ranges]
        return "".join(part[starts[a] : starts[b]] for a, b in runs)
