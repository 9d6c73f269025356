"""Reads the lines that grep and its kin print, and writes them grouped by file; search.py chooses among them.

    path:12:text   path-13-context   --            flat; also `path:text`, and one file's `12:text`
    path                                           with headings
    12:text

The grouped form says a path once, above its hits, and equal texts of one file once behind all their numbers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise

from headroom_jupyter.compressors.paths import common_root, is_path

__all__ = [
    "CONTEXT",
    "HEADING",
    "HIT",
    "OTHER",
    "SEPARATOR",
    "Hits",
    "claim",
    "decode_grouped",
    "encode_grouped",
    "read",
    "units",
]

HIT, CONTEXT, HEADING, SEPARATOR, OTHER = range(5)

_FLAT = re.compile(r"((?:[A-Za-z]:[\\/])?[^:\n]{1,400}):(\d{1,9}):")
_PLAIN = re.compile(r"((?:[A-Za-z]:[\\/])?[^:\n]{1,400}):(?=[^:\s]|[ \t]{2}|\t|$)")
_NUMBERED = re.compile(r"[ \t]*(?:[Ll]ine |L)?(\d{1,9})(?::\d{1,9})?([:|│=-])")
_AFTER = re.compile(r"([=-])(\d{1,9})\1")
_MESSAGE = re.compile(
    r"(?:\d{1,6}(?:-\d{1,6})?:)?(?: [A-Za-z(\[`'\"]| ?(?:fatal |internal )?(?:error|warning|note)\b[^:]{0,20}:)"
)
_LINTED = re.compile(r"[ \t]*\d+:\d+:?[ \t]+(?:\S[ \t]+)?(?:error|warning|info|note)\b", re.IGNORECASE)
_REVISION = re.compile(r"[\w^~@.-]*:(?=[^:\n]*[A-Za-z][^:\n]*:\d)")
_HEADER = re.compile(r"<<search( headings)?(?: root=(.*))?>>\n")
_ENCODED = re.compile(r"(\d{1,9}(?:,\d{1,9})*)([:=-])")
_SEARCHERS = ("grep", "search", "rg", "ack", "ripgrep")
_SAMPLED_LINES = 120
_MARK = re.compile(r"[:\-]\d+[:\-]")
_UNMARKED = re.compile(r"[ \t]*(?:[Ll]ine |L)?\d{1,9}(?::\d{1,9})?[:|│=-]|[^\s:]{2,300}:")
_FARTHEST = 310  # characters of a line within which its mark ends
_LEAST_LIKELY = 0.2  # of the lines; headings and what stands between may be the rest


@dataclass
class Hits:
    """Lines taken apart, one entry a line in every list.

    `marks` is the length of what a line begins with that names its path (0 under a heading), `numbers` its line
    number or "", `heading` the line that names the path or -1. `has_last_end`: the last line has its end.
    """

    lines: list[str]
    paths: list[str] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    heading: list[int] = field(default_factory=list)
    has_headings: bool = False
    has_last_end: bool = True

    def add(self, kind: int, path: str = "", mark: int = 0, number: str = "", heading: int = -1) -> None:
        """The next line."""
        self.kinds.append(kind)
        self.paths.append(path)
        self.marks.append(mark)
        self.numbers.append(number)
        self.heading.append(heading)

    def body(self, index: int) -> str:
        """A line without its path and, in the flat form, its number."""
        number = self.numbers[index] if self.marks[index] else ""
        return self.lines[index][self.marks[index] + (len(number) + 2 if number else 0) :]

    def counts(self) -> Counter[str]:
        """Hits of each path; what `grep -c` prints are such numbers themselves."""
        found = [index for index, kind in enumerate(self.kinds) if kind == HIT]
        bodies = [self.lines[index][self.marks[index] + 1 :].rstrip("\r") for index in found]
        are_counts = all(len(body) < 10 and body.isdecimal() for body in bodies) and not any(self.numbers)
        counts: Counter[str] = Counter()
        for index, body in zip(found, bodies, strict=True):
            counts[self.paths[index]] += int(body) if are_counts else 1
        return counts

    def count(self, line: int) -> float | None:
        """The number that is all a hit says, as `grep -c` prints it."""
        body = self.lines[line][self.marks[line] + 1 :].rstrip("\r")
        return float(body) if not self.numbers[line] and len(body) < 10 and body.isdecimal() else None

    def nearest(self, line: int) -> int:
        """The hit within six lines of a line of context, -1 if there is none."""
        for distance in range(1, 7):
            for at in (line - distance, line + distance):
                if 0 <= at < len(self.kinds) and self.kinds[at] == HIT and self.paths[at] == self.paths[line]:
                    return at
        return -1


def claim(text: str, tool: str) -> float:
    """How surely a text is a search result, from the beginnings of some of its lines."""
    heads = list(_heads(text))
    filled = [line for line in heads if line.strip() and line.rstrip("\r") != "--"]
    if not filled or text.startswith(("<<", "{", "[", "diff ", "--- ", "commit ")):
        return 0.0
    asked = any(word in tool.lower() for word in _SEARCHERS)
    if sum(map(_may_be_hit, filled)) < _LEAST_LIKELY * len(filled):
        return 0.0
    read_as = _form(filled)
    if read_as is None:
        return 0.0
    form, hits = read_as
    found = sum(kind in (HIT, CONTEXT, HEADING) for kind in hits.kinds) / len(filled)
    own = [hits.body(index) for index, kind in enumerate(hits.kinds) if kind == HIT]
    messages = sum(_MESSAGE.match(body) is not None for body in own) / len(own)
    if form == "headings":
        messages = sum(_LINTED.match(body) is not None for body in own) / len(own)
    if form in ("flat", "headings") and messages > 0.5:
        return 0.3 * found
    if len(own) < 2 and not asked:
        return 0.4 * found
    sure = {"flat": 0.97, "headings": 0.95, "plain": 0.7, "one file": 0.6}[form]
    return sure * found if found >= 0.6 or asked else 0.3 * found


def _may_be_hit(line: str) -> bool:
    """Whether a line begins as a hit may: cheap to ask before a text is taken apart."""
    mark = _MARK.search(line, 1, _FARTHEST)
    return (mark is not None and ":" not in line[: mark.start()]) or _UNMARKED.match(line) is not None


def read(text: str) -> Hits | None:
    """The lines of a search result taken apart, None if it has no hits."""
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    sampled = [line[:600] for line in lines[:_SAMPLED_LINES]]
    form = _form([line for line in sampled if line.strip() and line != "--"])
    if form is None:
        return None
    hits = _READERS[form[0]](lines)
    hits.has_last_end = text.endswith("\n")
    return hits if HIT in hits.kinds else None


def encode_grouped(hits: Hits) -> str:
    """The grouped form; `decode_grouped` is its inverse."""
    paths = [path for path, kind in zip(hits.paths, hits.kinds, strict=True) if path and kind != OTHER]
    root = common_root(paths)
    root = root if len(root) >= 8 and "\r" not in root else ""
    out = [f"<<search{' headings' if hits.has_headings else ''}{f' root={root}' if root else ''}>>"]
    current: str | None = None
    for first, last in _groups(hits):
        kind = hits.kinds[first]
        if kind in (HIT, CONTEXT):
            path = hits.paths[first]
            if not hits.has_headings and path != current:
                out.append(_heading(path[len(root) :]))
                current = path
            out.extend(_bodies(hits, first, last))
            continue
        for index in range(first, last):
            line = hits.lines[index]
            if hits.kinds[index] == HEADING and line.startswith(root):
                out.append(_heading(line[len(root) :]))
            else:
                out.append(line if line in ("", "--") else f"|{line}")
    return "\n".join(out) + ("\n" if hits.has_last_end else "")


def decode_grouped(text: str) -> str | None:
    """The original of a grouped form, None if `text` is none."""
    header = _HEADER.match(text)
    if header is None:
        return None
    has_headings, root = header.group(1) is not None, header.group(2) or ""
    out: list[str] = []
    group: list[tuple[int, str]] = []
    path = ""
    is_merged = False
    has_last_end = text.endswith("\n")
    lines = text[header.end() :].split("\n")
    for line in [*(lines[:-1] if has_last_end else lines), None]:
        entry = _ENCODED.match(line) if line is not None else None
        if entry is not None and line is not None:
            mark = path + entry.group(2) if path else ""
            tail = line[entry.end(1) :]
            numbers = entry.group(1).split(",")
            is_merged = is_merged or len(numbers) > 1
            group.extend((int(number), f"{mark}{number}{tail}") for number in numbers)
            continue
        out.extend(full for _, full in (sorted(group, key=lambda pair: pair[0]) if is_merged else group))
        group, is_merged = [], False
        if line is None:
            break
        if line.startswith("|"):
            out.append(line[1:])
        elif line.startswith(":"):
            out.append(path + line)
        elif line in ("", "--"):
            out.append(line)
        elif has_headings:
            out.append(root + line.removeprefix(">"))
        else:
            path = root + line.removeprefix(">")
    return "\n".join(out) + ("\n" if has_last_end else "")


def units(text: str) -> Iterator[tuple[int, int]]:
    """How many lines of a grouped form stand for how many lines, run by run; hits said once are one run."""
    head, *lines = text.split("\n")
    has_headings = head.startswith("<<search headings")
    yield 1, 0
    for is_hit, group in groupby(lines, lambda line: _ENCODED.match(line) is not None):
        run = list(group)
        counts = [line[: found.end(1)].count(",") + 1 if (found := _ENCODED.match(line)) else 1 for line in run]
        if is_hit and max(counts) > 1:
            yield len(run), sum(counts)
        elif is_hit or has_headings:
            yield from ((1, 1) for _ in run)
        else:
            yield from ((1, int(line in ("", "--") or line[0] in "|:")) for line in run)


def _heads(text: str) -> Iterator[str]:
    """The first 600 characters of lines: many from the start of the text, some from its middle."""
    for start in (0, len(text) // 2):
        at = start
        if start and (at := text.find("\n", start, start + 50_000) + 1) <= 0:
            return
        for _ in range(_SAMPLED_LINES if start == 0 else _SAMPLED_LINES // 3):
            end = text.find("\n", at, at + 50_000)
            yield text[at : min(at + 600, end if end >= 0 else len(text))]
            if end < 0:
                return
            at = end + 1


def _form(lines: Sequence[str]) -> tuple[str, Hits] | None:
    """The form that explains most of some lines, and the lines as it reads them."""
    best: tuple[float, str, Hits] | None = None
    for name, reader in _READERS.items():
        hits = reader(lines)
        number = sum(kind in (HIT, CONTEXT, HEADING) for kind in hits.kinds)
        if HIT in hits.kinds and number > (best[0] * 1.2 if best else 0):
            best = number, name, hits
    return best[1:] if best and best[0] >= 0.3 * len(lines) else None


def _read_flat(lines: Sequence[str]) -> Hits:
    hits = Hits(list(lines))
    revision = _revision(lines)
    current = ""
    waiting: list[int] = []
    for line in lines:
        if current and line.startswith(current):
            after = _AFTER.match(line, len(current))
            if after:
                hits.add(CONTEXT, current, len(current), after.group(2))
                continue
        found = _FLAT.match(line, revision)
        if found and is_path(found.group(1)):
            current = line[: found.end(1)]
            for index in waiting:
                after = _AFTER.match(hits.lines[index], len(current)) if hits.lines[index].startswith(current) else None
                if after:
                    hits.kinds[index], hits.paths[index] = CONTEXT, current
                    hits.marks[index], hits.numbers[index] = len(current), after.group(2)
            waiting.clear()
            hits.add(HIT, current, found.end(1), found.group(2))
        else:
            waiting.append(len(hits.kinds))
            hits.add(SEPARATOR if line.rstrip("\r") in ("--", "") else OTHER)
    return hits


def _read_headings(lines: Sequence[str]) -> Hits:
    hits = Hits(list(lines), has_headings=True)
    heading, path = -1, ""
    for index, line in enumerate(lines):
        numbered = _NUMBERED.match(line) if heading >= 0 else None
        if numbered:
            kind = CONTEXT if numbered.group(2) in "-=" else HIT
            hits.add(kind, path, 0, numbered.group(1), heading)
            continue
        name = line.removeprefix("File: ").rstrip("\r").removesuffix(":")
        if len(line) < 400 and is_path(name):
            heading, path = index, name
            hits.add(HEADING, name)
        else:
            hits.add(SEPARATOR if line.rstrip("\r") in ("--", "", "---") else OTHER)
    return hits


def _read_plain(lines: Sequence[str]) -> Hits:
    hits = Hits(list(lines))
    for line in lines:
        found = _PLAIN.match(line)
        if found and " " not in found.group(1) and is_path(found.group(1)):
            hits.add(HIT, found.group(1), found.end(1))
        else:
            hits.add(SEPARATOR if line.rstrip("\r") in ("--", "") else OTHER)
    return hits


def _read_one_file(lines: Sequence[str]) -> Hits:
    """`12:text` without a path: the numbers must rise, and not by one each as in a numbered listing."""
    hits = Hits(list(lines))
    numbers = [int(found.group(1)) for line in lines if (found := _ENCODED.match(line)) and "," not in found.group(1)]
    rises = sum(a < b for a, b in pairwise(numbers))
    steps = sum(b - a == 1 for a, b in pairwise(numbers))
    is_plausible = len(numbers) > 2 and rises >= 0.9 * (len(numbers) - 1) and steps < 0.6 * len(numbers)
    for line in lines:
        found = _ENCODED.match(line) if is_plausible else None
        if found and "," not in found.group(1):
            hits.add(HIT if found.group(2) == ":" else CONTEXT, "", 0, found.group(1))
        else:
            hits.add(SEPARATOR if line.rstrip("\r") in ("--", "") else OTHER)
    return hits


_READERS = {"flat": _read_flat, "headings": _read_headings, "plain": _read_plain, "one file": _read_one_file}


def _revision(lines: Sequence[str]) -> int:
    """The length of the revision that `git grep` puts before every path, with its colon."""
    found = _REVISION.match(lines[0]) if lines else None
    if found is None or is_path(found.group()[:-1]) or len(found.group()) == 2:
        return 0
    return found.end() if all(line.startswith(found.group()) for line in lines[:20] if line and line != "--") else 0


def _groups(hits: Hits) -> Iterator[tuple[int, int]]:
    """Half-open runs of lines: hits and context of one path, or other lines."""
    first = 0
    for index in range(1, len(hits.kinds) + 1):
        if index == len(hits.kinds) or _key(hits, index) != _key(hits, first):
            yield first, index
            first = index


def _key(hits: Hits, index: int) -> tuple[bool, str]:
    is_hit = hits.kinds[index] in (HIT, CONTEXT)
    return is_hit, hits.paths[index] if is_hit else ""


def _bodies(hits: Hits, first: int, last: int) -> Iterator[str]:
    """The lines of one path without it; equal texts said once when the numbers rise."""
    bodies = [hits.lines[index][hits.marks[index] :] for index in range(first, last)]
    if hits.marks[first]:
        bodies = [
            body if body[:1] == ":" and not hits.numbers[first + i] else body[1:] for i, body in enumerate(bodies)
        ]
    entries = [_ENCODED.match(body) for body in bodies]
    numbers = [int(entry.group(1)) if entry and _is_canonical(entry.group(1)) else -1 for entry in entries]
    rising = all(a < b for a, b in pairwise(numbers)) and numbers[0] >= 0
    if not rising:
        yield from (
            body if entry or body[:1] == ":" else f"|{body}" for body, entry in zip(bodies, entries, strict=True)
        )
        return
    merged: dict[str, list[int]] = {}
    for body, entry, number in zip(bodies, entries, numbers, strict=True):
        merged.setdefault(body[entry.end(1) :] if entry else body, []).append(number)
    for tail, found in merged.items():
        yield ",".join(map(str, found)) + tail


def _is_canonical(number: str) -> bool:
    return number == "0" or (number.isdigit() and number.isascii() and number[0] != "0")


def _heading(path: str) -> str:
    """A path as a line that cannot be taken for a hit, a separator or a copy."""
    is_odd = path in ("", "--") or path[0] in "|:>" or _ENCODED.match(path) is not None
    return f">{path}" if is_odd else path
