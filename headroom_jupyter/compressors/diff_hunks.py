"""Reads unified diffs and writes them with their headers reduced; diff.py chooses among their changes.

The reduced form keeps every body line. `=== path old..new` stands for the four lines that git begins a file with, and
`@@ 83 name` for a hunk's header: lengths are counted again, and the new file's line follows from the old one's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

__all__ = ["File", "Hunk", "Patch", "decode_reduced", "encode_reduced", "read", "units"]

_HUNK = re.compile(r"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@")
_COMBINED = re.compile(r"(@@@+)(?: -\d{1,9}(?:,\d{1,9})?){2,} \+(\d{1,9})(?:,(\d{1,9}))? \1")
_INDEX = re.compile(r"index ([0-9a-f]+\.\.[0-9a-f]+)(?: (\d{6}))?")
_SHORT = re.compile(r"=== (.+?)(?: ([+-]\d{6}))? ([0-9a-f]+\.\.[0-9a-f]+)(?: (\d{6}))?", re.DOTALL)
_SHORT_HUNK = re.compile(r"@@ (\d{1,9})(?!\d)(.*)", re.DOTALL)
_STARTS = ("diff --git ", "diff --cc ", "diff --combined ", "Index: ")
_BODY = (" ", "+", "-", "\\", "", "\r")  # first characters of lines in a hunk
_USUAL_MODE = "100644"
_HEADER = "<<diff>>\n"


@dataclass
class Hunk:
    """Lines header..end (half-open); the header is the `@@` line. Combined diffs have `width` 2 or more."""

    header: int
    end: int = 0
    width: int = 1


@dataclass
class File:
    """A file's part: lines start..end (half-open), counts of its changes, and what its header says."""

    start: int
    end: int = 0
    path: str = ""
    old_path: str = ""
    label: int = -1
    added: int = 0
    removed: int = 0
    notes: list[str] = field(default_factory=list)
    hunks: list[Hunk] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Patch:
    """The lines of a diff and its files; lines of no file belong to commits, mails or other words around it."""

    lines: list[str]
    files: list[File]
    commits: list[int]
    has_last_end: bool


def read(text: str) -> Patch:
    """Take a diff apart. Bodies are read by the lengths in their headers, so a removed `-- x` is no header."""
    lines = text.split("\n")
    has_last_end = len(lines) > 1 and lines[-1] == ""
    if has_last_end:
        lines.pop()
    files: list[File] = []
    commits: list[int] = []
    current: File | None = None
    index = 0
    while index < len(lines):
        line = lines[index]
        if line.startswith("@@") and current is not None and (hunk := _hunk(lines, index, current)):
            current.hunks.append(hunk)
            index = current.end = hunk.end
            continue
        is_pair = line.startswith("--- ") and index + 1 < len(lines) and lines[index + 1].startswith("+++ ")
        if line.startswith(_STARTS) or (is_pair and (current is None or current.hunks or current.label >= 0)):
            current = File(index, path=_path_of_start(line))
            files.append(current)
        elif re.match(r"commit [0-9a-f]{7,64}\b", line):
            commits.append(index)
            current = None
        if current is not None and not current.hunks:
            _read_header(current, lines, index)
            current.end = index + 1
        index += 1
    return Patch(lines, [file for file in files if file.path], commits, has_last_end)


def encode_reduced(patch: Patch) -> str:
    """The reduced form; `decode_reduced` is its inverse."""
    out: list[str] = []
    lines = patch.lines
    starts = {file.start: file for file in patch.files}
    hunks = {hunk.header: hunk for file in patch.files for hunk in file.hunks}
    shift = index = 0
    is_after_body = False
    while index < len(lines):
        if index in hunks:
            hunk = hunks[index]
            short, shift = _shorten(lines, hunk, shift)
            out.append(short)
            out.extend(lines[index + 1 : hunk.end])
            index = hunk.end
            is_after_body = True
            continue
        shift = 0
        short_file, used = _shorten_start(lines, index) if index in starts else ("", 0)
        if used:
            out.append(short_file)
        else:
            line = lines[index]
            used = 1
            is_odd = line.startswith(("=== ", "@@ ", "|")) or (is_after_body and line[:1] in _BODY)
            out.append(f"|{line}" if is_odd else line)
        is_after_body = False
        index += used
    return _HEADER + "\n".join(out) + ("\n" if patch.has_last_end else "")


def decode_reduced(text: str) -> str | None:
    """The original of a reduced form, None if `text` is none."""
    if not text.startswith(_HEADER):
        return None
    has_last_end = text.endswith("\n") and len(text) > len(_HEADER)
    lines = text[len(_HEADER) :].split("\n")
    if has_last_end:
        lines.pop()
    return "\n".join(_decoded(lines)) + ("\n" if has_last_end else "")


def units(text: str) -> Iterator[tuple[int, int]]:
    """For each line of a reduced form, 1 and the number of lines that it stands for."""
    yield 1, 0
    for line in text.split("\n")[1:]:
        start = _SHORT.fullmatch(line) if line.startswith("=== ") else None
        yield 1, sum(1 for _ in _start_lines(*start.groups())) if start else 1


def _decoded(lines: Sequence[str]) -> Iterator[str]:
    shift = index = 0
    while index < len(lines):
        line = lines[index]
        index += 1
        short = _SHORT_HUNK.fullmatch(line) if line.startswith("@@ ") else None
        if short:
            end = _body_end(lines, index)
            header, shift = _header(lines[index:end], int(short.group(1)), shift)
            yield header + short.group(2)
            yield from lines[index:end]
            index = end
            continue
        if line.startswith("@@"):
            whole = _HUNK.match(line)
            shift = _shift_after(whole, shift) if whole else shift
            end = _body_end(lines, index)
            yield from lines[index - 1 : end]
            index = end
            continue
        shift = 0
        start = _SHORT.fullmatch(line) if line.startswith("=== ") else None
        if start:
            yield from _start_lines(*start.groups())
        else:
            yield line.removeprefix("|")


def _hunk(lines: Sequence[str], index: int, file: File) -> Hunk | None:
    found = _HUNK.match(lines[index])
    if found is None:
        return _combined_hunk(lines, index, file)
    old, new = (int(found.group(group) or 1) if found.group(group) != "0" else 0 for group in (2, 4))
    at = index + 1
    while at < len(lines) and (old > 0 or new > 0 or lines[at].startswith("\\")):
        sign = lines[at][:1]
        if sign == "+":
            new -= 1
            file.added += 1
        elif sign == "-":
            old -= 1
            file.removed += 1
        elif sign in (" ", "", "\r"):
            old, new = old - 1, new - 1
        elif sign != "\\":
            break
        at += 1
    return Hunk(index, at)


def _combined_hunk(lines: Sequence[str], index: int, file: File) -> Hunk | None:
    found = _COMBINED.match(lines[index])
    if found is None:
        return None
    width = len(found.group(1)) - 1
    at = index + 1
    while at < len(lines) and lines[at][:1] in (" ", "+", "-", "\\") and not lines[at].startswith("-- "):
        signs = lines[at][:width]
        file.added += "+" in signs
        file.removed += "-" in signs
        at += 1
    return Hunk(index, at, width)


def _path_of_start(line: str) -> str:
    for start in _STARTS[1:]:
        if line.startswith(start):
            return line[len(start) :].rstrip("\r")
    rest = line.removeprefix("diff --git ").rstrip("\r")
    half = len(rest) // 2
    if line.startswith("diff --git ") and rest[half : half + 1] == " ":
        return _plain(rest[half + 1 :], "b/")
    return ""


def _read_header(file: File, lines: Sequence[str], index: int) -> None:
    line = lines[index].rstrip("\r")
    if line.startswith("--- "):
        file.old_path = _plain(line[4:].split("\t")[0], "a/")
        file.label = index
        if file.old_path == "/dev/null":
            file.notes.append("new")
    elif line.startswith("+++ "):
        path = _plain(line[4:].split("\t")[0], "b/")
        if path == "/dev/null":
            file.notes.append("deleted")
            file.path = file.old_path
        else:
            file.path, file.label = path, index
    elif line.startswith("rename from "):
        file.notes.append(f"from {line[12:]}")
    elif line.startswith(("rename to ", "copy to ")):
        file.path = line.partition(" to ")[2]
    elif line.startswith("deleted file") and "deleted" not in file.notes:
        file.notes.append("deleted")
    elif line.startswith("new mode "):
        file.notes.append(f"mode {line[9:]}")
    elif line.startswith(("GIT binary patch", "Binary files ")):
        file.notes.append("binary")
        file.path = file.path or line.rpartition(" and ")[2].removesuffix(" differ")
    file.notes = list(dict.fromkeys(file.notes))


def _plain(path: str, side: str) -> str:
    return path.strip('"').removeprefix(side)


def _shorten(lines: Sequence[str], hunk: Hunk, shift: int) -> tuple[str, int]:
    """A hunk's header in short if the decoder would find the same, and the shift after it."""
    line = lines[hunk.header]
    found = _HUNK.match(line)
    if found is None:
        return line, shift
    tail = line[found.end() :]
    header, after = _header(lines[hunk.header + 1 : hunk.end], int(found.group(1)), shift)
    is_same = header == found.group() and not tail[:1].isdigit()
    return (f"@@ {found.group(1)}{tail}", after) if is_same else (line, _shift_after(found, shift))


def _header(body: Sequence[str], old_start: int, shift: int) -> tuple[str, int]:
    """The header of a hunk with this body, and the shift of line numbers after it."""
    added = sum(line.startswith("+") for line in body)
    removed = sum(line.startswith("-") for line in body)
    both = len(body) - added - removed - sum(line.startswith("\\") for line in body)
    old, new = both + removed, both + added
    new_start = old_start + shift + (old == 0) - (new == 0)
    sizes = ["" if size == 1 else f",{size}" for size in (old, new)]
    return f"@@ -{old_start}{sizes[0]} +{new_start}{sizes[1]} @@", shift + new - old


def _shift_after(found: re.Match[str], shift: int) -> int:
    old, new = (1 if found.group(group) is None else int(found.group(group)) for group in (2, 4))
    return shift + new - old


def _body_end(lines: Sequence[str], index: int) -> int:
    while index < len(lines) and lines[index][:1] in _BODY:
        index += 1
    return index


def _shorten_start(lines: Sequence[str], index: int) -> tuple[str, int]:
    """The first lines of a file in short and their number, ("", 0) if they are not as git usually writes them."""
    change = ""
    at = index + 1
    for word, sign in (("new file mode ", "+"), ("deleted file mode ", "-")):
        if at < len(lines) and lines[at].startswith(word):
            change = sign + lines[at][len(word) :]
            at += 1
    found = _INDEX.fullmatch(lines[at]) if at < len(lines) else None
    path = _path_of_start(lines[index])
    if found is None or not path:
        return "", 0
    mode = found.group(2)
    short = f"=== {path}{f' {change}' if change else ''} {found.group(1)}"
    short += f" {mode}" if mode and mode != _USUAL_MODE else ""
    again = _SHORT.fullmatch(short)
    written = list(_start_lines(*again.groups())) if again else []
    return (short, len(written)) if written and written == list(lines[index : index + len(written)]) else ("", 0)


def _start_lines(path: str, change: str | None, index: str, mode: str | None) -> Iterator[str]:
    yield f"diff --git a/{path} b/{path}"
    if change:
        yield f"{'new' if change[0] == '+' else 'deleted'} file mode {change[1:]}"
        yield f"index {index}"
    else:
        yield f"index {index} {mode or _USUAL_MODE}"
    yield "--- /dev/null" if change and change[0] == "+" else f"--- a/{path}"
    yield "+++ /dev/null" if change and change[0] == "-" else f"+++ b/{path}"
