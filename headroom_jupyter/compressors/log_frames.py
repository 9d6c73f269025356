r"""The lossless form of a log: runs of lines that share their start and end are written as a frame and its fillings.

    <<log: lines under "% frame" fill its {}, one line each; \ before a whole line>>
    %[22/Nov/2026 10:57:42] "GET /{} HTTP/1.1" 200
    about.html
    index.html
    \Traceback (most recent call last):
    %1..49 building tree {}
    \building tree 50
    %x4 retrying

"%1..50 " counts instead of listing, "%x4 " repeats a whole line. It omits nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

__all__ = ["decode", "encode", "units"]

_HOLES = ("{}", "<~>", "{~}", "[~]")
_HEADER = '<<log: lines under "%frame" fill its {hole}, %a..b counts, %xN repeats; \\ before a whole line>>\n'
_OPENING = '<<log: lines under "%frame" fill its '
_LEAST_SHARED = 12  # characters shared by the lines of a run; less does not pay for the frame
_COUNT = re.compile(r"%(\d{1,9})\.\.(\d{1,9}) ")
_REPEAT = re.compile(r"%x(\d{1,9}) ")
_CUT = re.compile(r"[\w.]*\Z")
_TAIL_CUT = re.compile(r"[\w.]*")
_MOST_DECODED = 200_000_000


def encode(text: str, keep: Collection[int] = ()) -> str | None:
    """Write a log in frames, None when no hole is free; lines of `keep` (0-based) stay whole.

    >>> print(encode("building tree 1\\nbuilding tree 2\\nbuilding tree 3\\nbuilding tree 4"))
    <<log: lines under "%frame" fill its {}, %a..b counts, %xN repeats; \\ before a whole line>>
    %1..3 building tree {}
    \\building tree 4
    """
    hole = next((hole for hole in _HOLES if hole not in text), None)
    if hole is None:
        return None
    lines = text.split("\n")
    out: list[str] = []
    frame = ("", "")
    for first, last, prefix, suffix in _runs(lines, keep):
        written, is_new = _write(lines[first:last], prefix, suffix, hole, frame == (prefix, suffix))
        if is_new:
            frame = (prefix, suffix)
        out += written
    return _HEADER.replace("{hole}", hole) + "\n".join(out)


def decode(text: str) -> str | None:
    """The log that `encode` wrote, None if it wrote no such thing."""
    if not text.startswith(_OPENING):
        return None
    header, _, body = text.partition("\n")
    hole = header[len(_OPENING) :].partition(", ")[0]
    if hole not in _HOLES or header + "\n" != _HEADER.replace("{hole}", hole):
        return None
    out: list[str] = []
    before = after = ""
    size = 0
    for line in body.split("\n"):
        added: list[str]
        if line.startswith("\\"):
            added = [line[1:]]
        elif not line.startswith("%"):
            added = [before + line + after]
        elif match := _REPEAT.match(line):
            size += int(match.group(1)) * (len(line) + 1)
            added = [line[match.end() :]] * int(match.group(1)) if size < _MOST_DECODED else []
        elif match := _COUNT.match(line):
            start, stop = int(match.group(1)), int(match.group(2)) + 1
            size += (stop - start) * (len(line) + 1)
            left, _, right = line[match.end() :].partition(hole)
            added = [f"{left}{i}{right}" for i in range(start, stop)] if size < _MOST_DECODED else []
        else:
            before, found, after = line[1:].partition(hole)
            if not found:
                return None
            continue
        if size >= _MOST_DECODED:
            return None
        out += added
    return "\n".join(out)


def units(text: str) -> Iterator[tuple[int, int]]:
    """For each line of a form, 1 and the number of lines that it stands for."""
    yield 1, 0
    for line in text.split("\n")[1:]:
        if line[:1] != "%":
            yield 1, 1
        elif repeat := _REPEAT.match(line):
            yield 1, int(repeat.group(1))
        elif count := _COUNT.match(line):
            yield 1, int(count.group(2)) + 1 - int(count.group(1))
        else:
            yield 1, 0


def _runs(lines: Sequence[str], keep: Collection[int]) -> Iterator[tuple[int, int, str, str]]:
    """Consecutive runs (first, last, prefix, suffix); lines to keep are runs of one without a frame."""
    first = 0
    total = len(lines)
    while first < total:
        if first in keep:
            yield first, first + 1, "", ""
            first += 1
            continue
        prefix, suffix = lines[first], ""
        last = first + 1
        while last < total and last not in keep:
            line = lines[last]
            if last - first > 2 and prefix == lines[first] and line != prefix:
                break  # what stands before is one line several times
            if not (line.startswith(prefix) and line.endswith(suffix) and len(line) >= len(prefix) + len(suffix)):
                ending = suffix if last - first > 1 and prefix != lines[first] else None
                narrow = _narrow(prefix, ending, line)
                size = len(narrow[0]) + len(narrow[1])
                old = len(prefix) + len(suffix)
                if size < _LEAST_SHARED or (last - first > 1 and size * (last - first) < old * (last - first - 1)):
                    break
                prefix, suffix = narrow
            last += 1
        yield first, last, prefix, suffix
        first = last


def _narrow(prefix: str, suffix: str | None, line: str) -> tuple[str, str]:
    """What a run's frame shares with one more line, cut where a word ends; no suffix: the prefix is a whole line."""
    size = _common(prefix, line)
    head = prefix[:size]
    head = head[: _CUT.search(head).start()] if size < len(prefix) or line != prefix else head  # type: ignore[union-attr] # always matches
    tail = prefix[len(head) :] if suffix is None else suffix
    room = len(line) - len(head)
    size = min(_common(tail[::-1], line[::-1]), room)
    tail = tail[len(tail) - size :]
    return head, tail[_TAIL_CUT.match(tail).end() :]  # type: ignore[union-attr] # always matches


def _common(a: str, b: str) -> int:
    """Length of the common start, by bisection."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if b.startswith(a[:middle]):
            low = middle
        else:
            high = middle - 1
    return low


def _write(lines: Sequence[str], prefix: str, suffix: str, hole: str, is_open: bool) -> tuple[list[str], bool]:
    """The written form of one run, and whether it begins with a frame; `is_open`: its frame is in force already."""
    count = len(lines)
    if count > 1 and all(line == lines[0] for line in lines):
        return [f"%x{count} {lines[0]}"], False
    opening = f"%{prefix}{hole}{suffix}"
    is_clear = not _COUNT.match(opening) and not _REPEAT.match(opening)
    if count == 1 or (len(prefix) + len(suffix)) * (count - 1) < 2 * _LEAST_SHARED or not is_clear:
        return ["\\" + line for line in lines], False
    values = [line[len(prefix) : len(line) - len(suffix)] for line in lines]
    if count > 3 and _is_counting(values):
        # How far a count came is what is asked of it: its last line stands whole.
        return [f"%{values[0]}..{values[-2]} {prefix}{hole}{suffix}", "\\" + lines[-1]], False
    written = [value if value[:1] not in ("\\", "%") else "\\" + prefix + value + suffix for value in values]
    return (written, False) if is_open else ([opening, *written], True)


def _is_counting(values: Sequence[str]) -> bool:
    if not (values[0].isascii() and values[0].isdigit() and len(values[-1]) < 10 and len(values[0]) < 10):
        return False
    start = int(values[0])
    return str(start) == values[0] and all(value == str(start + i) for i, value in enumerate(values))
