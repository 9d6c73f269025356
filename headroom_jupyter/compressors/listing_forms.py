"""Reads listings of paths and writes them with directories said once; listing.py chooses among their entries.

pure    one path a line, perhaps behind a status, a size or a sum        ->  src/{a b c}.py
tree    the boxes that `tree` draws                                      ->  one space a level
folders `ls -R`: a directory with a colon, its names, an empty line      ->  src/: {a b}.py
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from headroom_jupyter.compressors.paths import extension, is_path, split_path

__all__ = ["Listing", "decode_listing", "encode_listing", "read", "units"]

_PREFIXES = (  # what stands before a path, by tool
    r"[ MADRCUT?!]{2} (?=\S)|[AMDTUX]\t|[RC]\d{3}\t",  # git status -s, git diff --name-status
    r"\d{6} (?:blob|tree|commit)? ?[0-9a-f]{40,64} ?(?:[ \d-]*)\t",  # git ls-tree, git ls-files -s
    r"[0-9a-f]{32,128} [ *]",  # checksums
    r"[ \t]*\d+[ \t]+\d{2,4}-\d\d-\d{2,4}[ \t]+\d\d:\d\d[ \t]+",  # zip -l
    r"[ \t]*\d[\d.,]*[KMGTPkmgtp]?i?B?[ \t]+",  # du, wc
    r"[-dlbcps][-rwxsStT]{9}[.+@]? +\S+ +(?:\S+ +)?[\d,]+ +(?:[\d-]{10} [\d:]{5,8}|\w{3} +\d+ +[\d:]{4,5}) +(?=\S*/)",
    r"",
)
_BOX = re.compile(r"((?:[│|](?:   |\xa0\xa0 )|    )*)([├└|`+](?:── |-- |---))(.*)", re.DOTALL)
_NARROW_BOX = re.compile(r"((?:│ |  )*)([├└](?:── |─┬ ))(.*)", re.DOTALL)  # npm ls
_HEADER = re.compile(r"<<listing( tree| folders)?(?: (\S+))?>>\n")
_BRACES = re.compile(r"([^{}\n]*)\{([^{}\n]*)\}(\.[\w~-]+)?")
_ODD = re.compile(r"[{}\s]|\A[|]")
_PROBED = 60  # lines that decide what stands before the paths
_BOXES = {"u": ("│   ", "├── ", "└── "), "n": ("│\xa0\xa0 ", "├── ", "└── "), "a": ("|   ", "|-- ", "`-- ")}


@dataclass
class Listing:
    """Lines and what they name, one entry a line: `paths` is "" and `parents` -1 where there is none.

    `prefixes` is the length of what stands before a path; `parents` the line that names the directory, for `tree`
    and `ls -R`, where `paths` are put together from both.
    """

    form: str
    lines: list[str]
    paths: list[str]
    prefixes: list[int] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    has_last_end: bool = True

    @property
    def share(self) -> float:
        """How many of the filled lines name a path."""
        filled = sum(1 for line in self.lines if line.strip())
        return sum(map(bool, self.paths)) / filled if filled else 0.0


def read(text: str) -> Listing:
    """The lines of a listing taken apart, in the form that explains most of them."""
    lines = text.split("\n")
    has_last_end = len(lines) > 1 and lines[-1] == ""
    if has_last_end:
        lines.pop()
    probe = lines[:200]
    narrow = sum("─┬ " in line for line in probe)
    boxes = sum((_NARROW_BOX if narrow else _BOX).match(line) is not None for line in probe)
    if boxes >= 3 and boxes >= 0.5 * len(probe):
        found = _read_tree(lines, _NARROW_BOX if narrow else _BOX, 2 if narrow else 4)
    elif sum(_is_folder_line(probe, index) for index in range(len(probe))) >= 2:
        found = _read_folders(lines)
    else:
        found = _read_pure(lines, _prefix(probe))
    found.has_last_end = has_last_end
    return found


def encode_listing(listing: Listing, whole: frozenset[int] = frozenset()) -> str | None:
    """The factored form, with the lines `whole` as they are; None where there is none."""
    if listing.form == "tree":
        body = _encode_tree(listing.lines)
    elif listing.form == "folders":
        body = "<<listing folders>>\n" + "\n".join(_encode_folders(listing, whole))
    else:
        body = "<<listing>>\n" + "\n".join(_encode_pure(listing, whole))
    return body and body + ("\n" if listing.has_last_end else "")


def decode_listing(text: str) -> str | None:
    """The original of a factored form, None if `text` is none."""
    header = _HEADER.match(text)
    if header is None:
        return None
    form, option = (header.group(1) or "").strip(), header.group(2) or ""
    end = "\n" if text.endswith("\n") else ""
    lines = text[header.end() : len(text) - len(end)].split("\n")
    if form == "tree":
        return "\n".join(_decode_tree(lines, option)) + end if option in _BOXES else None
    decoded = _decode_folders(lines) if form == "folders" else _decode_pure(lines)
    return "\n".join(decoded) + end


def units(text: str) -> Iterator[tuple[int, int]]:
    """For each line of a factored form, 1 and the number of lines that it stands for."""
    head, *lines = text.split("\n")
    decoded = _decode_folders if "folders" in head else _decode_pure
    yield 1, 0
    yield from ((1, 1 if "tree" in head else sum(1 for _ in decoded([line]))) for line in lines)


def _prefix(probe: Sequence[str]) -> re.Pattern[str]:
    filled = [line.rstrip("\r") for line in probe[:_PROBED] if line.strip()]
    best, most = _PREFIXES[-1], 0.0
    for source in _PREFIXES:
        pattern = re.compile(source)
        found = [(line, pattern.match(line)) for line in filled]
        number = sum(1.0 for line, match in found if match and is_path(line[match.end() :]))
        if number > most:
            best, most = source, number
    return re.compile(best)


def _read_pure(lines: list[str], prefix: re.Pattern[str]) -> Listing:
    paths, prefixes = [], []
    for line in lines:
        found = prefix.match(line)
        path = line[found.end() :].rstrip("\r") if found else ""
        is_found = found is not None and len(path) < 1000 and is_path(path)
        paths.append(path if is_found else "")
        prefixes.append(found.end() if found and is_found else 0)
    return Listing("pure", lines, paths, prefixes, [-1] * len(lines))


def _read_tree(lines: list[str], pattern: re.Pattern[str], width: int) -> Listing:
    """Each name with those of its directories, by how many `width` characters of lines stand before it."""
    paths, parents = [], []
    stack: list[tuple[int, str]] = []
    for index, line in enumerate(lines):
        box = pattern.match(line)
        if box is None:
            is_root = not stack and line.strip() != ""
            stack = [(index, line.strip().rstrip("/") + "/")] if is_root else stack
            paths.append("")
            parents.append(-1)
            continue
        depth = len(box.group(1)) // width + 1
        del stack[depth:]
        parent, folder = stack[-1] if stack else (-1, "")
        name = box.group(3).rstrip("\r")
        name = name[name.rfind("]  ") + 3 :] if name.startswith("[") else name
        paths.append(folder.removeprefix("./") + name)
        parents.append(parent)
        while len(stack) < depth:
            stack.append((parent, folder))
        stack.append((index, f"{folder}{name.rstrip('/')}/"))
    return Listing("tree", lines, paths, [0] * len(lines), parents)


def _is_folder_line(lines: Sequence[str], index: int) -> bool:
    line = lines[index].rstrip("\r")
    is_first = index == 0 or not lines[index - 1].strip()
    return (
        is_first and len(line) > 1 and line.endswith(":") and (line == ".:" or " " not in line.strip() or "/" in line)
    )


def _read_folders(lines: list[str]) -> Listing:
    paths, parents = [], []
    parent, folder = -1, ""
    for index, line in enumerate(lines):
        name = line.rstrip("\r")
        if _is_folder_line(lines, index):
            parent, folder = index, f"{name[:-1].rstrip('/')}/".removeprefix("./")
            name = ""
        elif name.startswith("total ") or "  " in name:
            name = ""
        paths.append(folder + name if name.strip() and parent >= 0 else "")
        parents.append(parent if parent != index else -1)
    return Listing("folders", lines, paths, [0] * len(lines), parents)


def _encode_pure(listing: Listing, whole: frozenset[int]) -> Iterator[str]:
    def key(index: int) -> tuple[str, int]:
        line, path = listing.lines[index], listing.paths[index]
        if index in whole or not path or line.endswith("\r"):
            return "", index
        folder, name = split_path(path)
        if _ODD.search(name) or "{" in folder or "}" in folder or not folder or line[0] == "|":
            return "", index
        return line[: listing.prefixes[index]] + folder, -1

    for (head, _), group in groupby(range(len(listing.lines)), key):
        indices = list(group)
        if len(indices) > 1 and head:
            yield _braces(head, [listing.lines[index][len(head) :] for index in indices])
        else:
            yield from (_copied(listing.lines[index]) for index in indices)


def _braces(head: str, names: Sequence[str]) -> str:
    """Names of one directory; those with the most frequent extension without it, the others whole.

    >>> _braces("a/", ["x.py", "y.py", "Makefile", "z.c"])
    'a/{x y Makefile. z.c}.py'
    """
    common, number = Counter(map(extension, names)).most_common(1)[0]
    if not common.startswith(".") or number < 2:
        return f"{head}{{{' '.join(names)}}}"
    short = []
    for name in names:
        stem = name.removesuffix(common)
        if name.endswith(common) and stem and "." not in stem:
            short.append(stem)
        else:
            short.append(name if "." in name and not name.endswith(".") else f"{name}.")
    return f"{head}{{{' '.join(short)}}}{common}"


def _decode_pure(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        found = _BRACES.fullmatch(line) if not line.startswith("|") else None
        if found is None:
            yield line.removeprefix("|")
            continue
        head, inner, common = found.groups()
        for name in inner.split(" "):
            if not common or ("." in name and not name.endswith(".")):
                yield head + name
            else:
                yield head + (name[:-1] if name.endswith(".") else name + common)


def _copied(line: str) -> str:
    return f"|{line}" if "{" in line or line.startswith("|") else line


def _encode_folders(listing: Listing, whole: frozenset[int]) -> Iterator[str]:
    """A directory's names in one line after it; a line that cannot be so is a copy behind a bar."""
    lines = listing.lines
    index = 0
    while index < len(lines):
        is_heading = _is_folder_line(lines, index) and not _ODD.search(lines[index])
        first = index + is_heading
        last = first
        while last < len(lines) and listing.paths[last] and last not in whole and not _ODD.search(lines[last]):
            last += 1
        if last > first + (not is_heading):
            heading = f"{lines[index]} " if is_heading else ""
            yield heading + _braces("", lines[first:last])
            index = last
        else:
            yield f"|{lines[index]}" if lines[index].startswith(("|", "{")) or ": {" in lines[index] else lines[index]
            index += 1


def _decode_folders(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        if line.startswith("|"):
            yield line[1:]
        elif line.startswith("{") or ": {" in line:
            heading, _, names = line.partition("{")
            yield from [heading[:-1]] if heading else []
            yield from _decode_pure(["{" + names])
        else:
            yield line


def _encode_tree(lines: Sequence[str]) -> str | None:
    """One space a level, if the boxes can be drawn again from that."""
    charset = next((key for key in _BOXES if any(line.startswith(_BOXES[key][0]) for line in lines)), "")
    charset = charset or ("a" if any(line.startswith("|--") for line in lines) else "u")
    out = []
    for line in lines:
        box = _BOX.match(line)
        if box:
            out.append(" " * (len(box.group(1)) // 4 + 1) + box.group(3))
        else:
            out.append(f"|{line}" if line.startswith((" ", "|")) else line)
    if list(_decode_tree(out, charset)) != list(lines):
        return None
    return f"<<listing tree {charset}>>\n" + "\n".join(out)


def _decode_tree(lines: Sequence[str], charset: str) -> list[str]:
    bar, branch, corner = _BOXES[charset]
    out: list[str] = []
    open_levels: set[int] = set()
    for line in reversed(lines):
        name = line.lstrip(" ")
        depth = len(line) - len(name)
        if depth == 0:
            out.append(line.removeprefix("|"))
            open_levels.clear()
            continue
        boxes = "".join(bar if level in open_levels else "    " for level in range(1, depth))
        out.append(boxes + (branch if depth in open_levels else corner) + name)
        open_levels = {level for level in open_levels if level < depth} | {depth}
    out.reverse()
    return out
