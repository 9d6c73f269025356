r"""What a screen shows in the end of a text with colours, cursor moves and overwritten lines.

Rows keep the number of the source line that wrote them last; a source line that nothing is left of has no row.
Columns are followed within a line ("\r", "\b", erasing); moves between lines are followed by whole rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

__all__ = ["Row", "is_moving", "last_states", "screen"]

_ESCAPE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[PX^_][^\x1b]*(?:\x1b\\)?|[ -/]*[0-~])|[\x07\x0e\x0f]"
)
_COLUMN = re.compile(r"\x1b\[(\d*)([CDG])")
_ERASE = re.compile(r"\x1b\[[0-2]?K")
_BACKSPACES = re.compile(r"(\x08+)")
_ROW_MOVE = re.compile(r"\x1b\[(\d*)([ABEFHJf])|\x1b\[\d+;\d+[Hf]|\x1bc|\x1b\[\?1049[hl]")
_BAR = "█▏▎▍▌▋▊▉━╸╺"
_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏⣾⣽⣻⢿⡿⣟⣯⣷"
_PROGRESS = re.compile(
    rf"\d%|\d/\d|[{_BAR}{_SPINNER}]|\[[=#>. -]{{5,}}\]|\bETA\b|it/s|[kKMG]i?B/s|^\s*[-\\|/]\s|\.{{3}}\s*$"
)
_VARYING = re.compile(rf"[\d.,:%]+|[{_BAR}#=>\s-]{{2,}}|[{_SPINNER}]|(?:[kKMGT]i?)?B\b|\?|[-\\|/](?=\s)")
_NO_FRAME = str.maketrans("", "", " ~|[]")
_FEWEST_STATES = 3


@dataclass(slots=True)
class Row:
    """What is left of a 0-based source line: a row of the screen, or several with line ends between them."""

    line: int
    text: str
    is_there: bool = True


def is_moving(line: str) -> bool:
    """Whether a line holds anything but printed characters; a final carriage return is the line's end."""
    return "\x1b" in line or "\r" in line[:-1] or "\x08" in line or "\x07" in line


def screen(lines: Sequence[str]) -> list[Row]:
    r"""The rows that are left in the end, in the order in which they were written last.

    >>> [(row.line, row.text) for row in screen(["a", "10%\r90%", "\x1b[1A\x1b[2Kdone"])]
    [(0, 'a'), (2, 'done')]
    """
    rows: list[Row] = []
    at: dict[int, Row] = {}
    cursor = 0
    for number, line in enumerate(lines):
        if not is_moving(line):
            cursor = _put(rows, at, cursor, Row(number, line), is_erased=False)
        elif not _ROW_MOVE.search(line):
            cursor = _put(rows, at, cursor, Row(number, _shown(line)), is_erased=_ERASE.search(line) is not None)
        else:
            cursor = _moves(rows, at, cursor, number, line)
        cursor += 1
    left: list[Row] = []
    for row in rows:
        if row.is_there and left and left[-1].line == row.line:
            left[-1].text += "\n" + row.text
        elif row.is_there:
            left.append(row)
    return left


def last_states(rows: Sequence[Row]) -> Iterator[Row]:
    """The rows without the earlier states of a progress display that was printed line by line."""
    run: list[Row] = []
    mask = ""
    for row in rows:
        head = row.text[:300]
        own = _VARYING.sub("~", head).translate(_NO_FRAME) if _PROGRESS.search(head) else ""
        if not own or own != mask:
            yield from _last_of(run)
            run = []
        mask = own
        run.append(row)
    yield from _last_of(run)


def _last_of(run: list[Row]) -> list[Row]:
    return run if len(run) < _FEWEST_STATES else run[-1:]


def _put(rows: list[Row], at: dict[int, Row], cursor: int, row: Row, *, is_erased: bool) -> int:
    """Write a row where the cursor is, over what stood there."""
    old = at.get(cursor)
    if old is not None:
        if not row.text.strip() and not is_erased:
            return cursor
        old.is_there = False
    at[cursor] = row
    rows.append(row)
    return cursor


def _moves(rows: list[Row], at: dict[int, Row], cursor: int, number: int, line: str) -> int:
    """Follow a line that moves between rows."""
    position = 0
    for match in _ROW_MOVE.finditer(line):
        cursor = _piece(rows, at, cursor, number, line[position : match.start()])
        position = match.end()
        step, kind = min(int(match.group(1) or 1), 1000) if match.group(2) else 0, match.group(2) or "H"
        if kind in "AF":
            cursor = max(0, cursor - step)
        elif kind in "BE":
            cursor += step
        elif kind in "Hf" or (kind == "J" and match.group(1) in ("2", "3")):
            for row in at.values():
                row.is_there = row.is_there and kind not in "JHf"
            at.clear()
            cursor = 0
    if position == 0 or line[position:] or not rows or rows[-1].line != number:
        return _piece(rows, at, cursor, number, line[position:])
    return cursor


def _piece(rows: list[Row], at: dict[int, Row], cursor: int, number: int, piece: str) -> int:
    text = _shown(piece)
    is_erased = _ERASE.search(piece) is not None
    if text.strip() or is_erased:
        return _put(rows, at, cursor, Row(number, text), is_erased=is_erased)
    return cursor


def _shown(line: str) -> str:
    """One line as it stands after its carriage returns, backspaces and erasures; its final return stays."""
    end = "\r" if line.endswith("\r") else ""
    if "\x1b[" in line:
        line = _COLUMN.sub(_column, line)
    shown = ""
    for segment in reversed(line.removesuffix("\r").split("\r")):
        is_erased = "\x1b" in segment and _ERASE.search(segment) is not None
        text = _ESCAPE.sub("", segment) if "\x1b" in segment or "\x07" in segment else segment
        if "\x08" in text:
            text = _overtyped(text)
        if len(text) > len(shown):
            shown += text[len(shown) :]
        if is_erased:
            break
    return shown.rstrip() + end if shown != line else line + end


def _column(match: re.Match[str]) -> str:
    size, kind = min(int(match.group(1) or 1), 300), match.group(2)
    if kind == "G":
        return "\r" if size <= 1 else ""
    return " " * size if kind == "C" else "\x08" * size


def _overtyped(text: str) -> str:
    out: list[str] = []
    at = 0
    for piece in _BACKSPACES.split(text):
        if piece.startswith("\x08"):
            at = max(0, at - len(piece))
            continue
        out[at : at + len(piece)] = piece
        at += len(piece)
    return "".join(out)
