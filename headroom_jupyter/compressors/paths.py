"""Paths taken apart, and overviews of many paths by directory; shared by the compressors that list files.

It reads no content and decides on no omission.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

from headroom_jupyter.selection import Query, relevance_of

__all__ = ["by_directory", "common_root", "extension", "is_path", "named", "roll_up", "split_path", "tree"]

_EXTENSION = re.compile(r"\.[A-Za-z][\w~-]{0,11}\Z")
_DEEPEST = 16  # levels of directories that an overview tells apart
_LEAST_LINE = 4  # characters of an overview's line
_BARE_NAME = re.compile(r"[\w.-]*(?:[Ff]ile|README|LICENSE|CHANGE|BUILD|WORKSPACE|NEWS|AUTHORS|configure)[\w.-]*")
_NOT_IN_PATHS = re.compile(r"[\"<>|*?;`\x00-\x1f]|\A[\s'(\[{#,=&!%]|\s\Z|: |, |://|:\d|(?:\A|/)\d{4}/\d\d/\d\d\b|,.*,")


@lru_cache(maxsize=4096)
def is_path(text: str) -> bool:
    """Whether `text` can be taken for the path of a file; dates, times and addresses cannot.

    >>> [is_path(t) for t in ("src/a.py", "Makefile", "my docs/read me.txt", r"C:\\\\a\\\\b.c")]
    [True, True, True, True]
    >>> [is_path(t) for t in ("2012/01/05", "INFO 2012/01/05 12", "Jan 12 10", "ERROR", "a, b.c")]
    [False, False, False, False, False]
    """
    if not text or _NOT_IN_PATHS.search(text) or not any(map(str.isalpha, text)):
        return False
    has_extension = _EXTENSION.search(text) is not None
    if " " in text:
        return has_extension and ("/" in text or "\\" in text or text.count(" ") < 3)
    return has_extension or "/" in text or "\\" in text or _BARE_NAME.fullmatch(text) is not None


def split_path(path: str) -> tuple[str, str]:
    """The directory with its separator, and the name; a trailing separator belongs to the name.

    >>> split_path("a/b/c.py"), split_path("a/b/"), split_path("c.py")
    (('a/b/', 'c.py'), ('a/', 'b/'), ('', 'c.py'))
    """
    cut = max(path.rfind("/", 0, -1), path.rfind("\\", 0, -1)) + 1
    return path[:cut], path[cut:]


def extension(name: str) -> str:
    """What follows the last dot of a name, with the dot; "/" for a directory, "" where there is none.

    >>> [extension(n) for n in ("a.tar.gz", ".gitignore", "Makefile", "lib/")]
    ['.gz', '.gitignore', '', '/']
    """
    if name.endswith(("/", "\\")):
        return "/"
    dot = name.rfind(".")
    return name[dot:] if dot >= 0 and _EXTENSION.match(name, dot) else ""


def common_root(paths: Iterable[str]) -> str:
    """The longest directory, with its separator, that all paths lie in.

    >>> common_root(["/home/a/src/x.py", "/home/a/src/lib/y.py"])
    '/home/a/src/'
    """
    known = set(paths)
    if not known:
        return ""
    low, high = min(known), max(known)
    size = next((i for i, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), min(len(low), len(high)))
    return split_path(low[:size] + "x")[0]


def by_directory(notes: Mapping[str, str]) -> list[str]:
    """One line a directory with its files and a note each, in order of first appearance.

    >>> by_directory({"a/x.py": "3", "a/y.py": "", "z.py": "2"})
    ['a/: x.py 3, y.py', 'z.py 2']
    """
    groups: dict[str, list[str]] = {}
    for path, note in notes.items():
        folder, name = split_path(path)
        groups.setdefault(folder, []).append(f"{name} {note}" if note else name)
    return [
        f"{folder}: {', '.join(names)}" if folder and len(names) > 1 else folder + ", ".join(names)
        for folder, names in groups.items()
    ]


def tree(rows: Mapping[str, str]) -> list[str]:
    """Directories with a note each, as an indented tree; what a line shares with the one above is not repeated.

    >>> tree({"a/": "3", "a/b/": "1", "a/c/d/": "2", "e/": "1"})
    ['a/ 3', ' b/ 1', ' c/d/ 2', 'e/ 1']
    """
    lines: list[str] = []
    above: list[str] = []
    root = common_root(rows)
    if root and root not in rows and len(rows) > 2:
        rows = {root: "", **rows}
    for folder in sorted(rows, key=lambda folder: re.split(r"[/\\]", folder)):
        while above and not folder.startswith(above[-1]):
            above.pop()
        base = above[-1] if above else ""
        lines.append(f"{' ' * len(above)}{folder[len(base) :] or './'} {rows[folder]}".rstrip())
        if folder:
            above.append(folder)
    return lines


def roll_up(counts: Mapping[str, Counter[str]], note: Callable[[Counter[str]], str], limit: int) -> list[str]:
    """A tree of directories with what they hold, deep ones added to their parents until it fits.

    Args:
        counts: What each directory holds, by label.
        note: Writes one directory's labels and numbers.
        limit: Characters the lines may have together; if the top directories alone pass it, the smaller ones
            become one line.
    """
    depth = min(max((_depth(folder) for folder in counts), default=0), _DEEPEST)
    merged: dict[str, Counter[str]] = {}
    deeper = counts
    while depth >= 1:
        merged = {}
        for folder, labels in deeper.items():
            upper = _upper(folder, depth)
            merged[upper] = merged[upper] + labels if upper in merged else labels
        deeper = merged
        depth -= 1
        if _LEAST_LINE * len(merged) > limit:
            continue
        lines = tree({folder: note(labels) for folder, labels in merged.items()})
        if sum(map(len, lines)) + len(lines) <= limit:
            return lines
    return _largest(merged, note, limit)


def named(query: Query, paths: Sequence[str]) -> dict[int, float]:
    """Relevance of paths for a query; only those near the best have an entry."""
    scores = relevance_of(query, paths)
    best = max(scores.values(), default=0.0)
    return {index: score for index, score in scores.items() if score >= best * 0.5}


def _largest(merged: Mapping[str, Counter[str]], note: Callable[[Counter[str]], str], limit: int) -> list[str]:
    ordered = sorted(merged, key=lambda folder: (-sum(merged[folder].values()), folder))
    shown: dict[str, str] = {}
    used = 60
    rest: Counter[str] = Counter()
    folded = 0
    for folder in ordered:
        text = note(merged[folder])
        if used + len(folder) + len(text) + 2 <= limit:
            shown[folder] = text
            used += len(folder) + len(text) + 2
        else:
            rest.update(merged[folder])
            folded += 1
    lines = tree(shown)
    if folded:
        few = Counter(dict(rest.most_common(3)))
        few.update({"": sum(rest.values()) - sum(few.values())} if len(rest) > 3 else {})
        lines.append(f"in {folded} more directories: {note(few)}")
    return lines


def _depth(folder: str) -> int:
    return folder.count("/") + folder.count("\\")


def _upper(folder: str, depth: int) -> str:
    """The first `depth` levels of a directory; a leading separator is a level of its own."""
    if _depth(folder) <= depth:
        return folder
    return "".join(re.findall(r"[^/\\]*[/\\]", folder)[:depth])
