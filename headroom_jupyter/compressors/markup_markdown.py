"""Reads Markdown as passages that tile it: headings, paragraphs, list items, fenced blocks, table rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from headroom_jupyter.compressors.base import line_starts
from headroom_jupyter.compressors.passages import Passage
from headroom_jupyter.compressors.sentences import sentences, windows

__all__ = ["markdown_passages"]

_LONG = 600  # characters; a longer paragraph or fenced block becomes several passages
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]|\r?\Z)")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,4}[.)])[ \t]+\S")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*\r?\Z")


def markdown_passages(text: str) -> list[Passage]:
    """The passages of a document, each an exact slice with the blank lines after it.

    >>> [(p.text, p.level) for p in markdown_passages("# Title\\n\\nWords\\nwords\\n- item\\n")]
    [('# Title\\n\\n', 1), ('Words\\nwords\\n', 0), ('- item\\n', 0)]
    """
    lines = text.split("\n")
    starts = line_starts(text)
    out: list[Passage] = []
    blocks = list(_blocks(lines))
    for number, (first, level, key) in enumerate(blocks):
        stop = blocks[number + 1][0] if number + 1 < len(blocks) else len(lines)
        start, end = starts[first if number else 0], starts[min(stop, len(starts) - 1)]
        if end - start <= _LONG or level:
            out.append(Passage(start, end, text[start:end], level, key=key))
            continue
        cut = windows(text, start, end, _LONG) if key == "fence" else sentences(text, start, end)
        out += [Passage(a, b, text[a:b], 0) for a, b in cut]
    return out


def _blocks(lines: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """First line, heading level and key of each block."""
    fence = ""
    is_open = False
    for index, line in enumerate(lines):
        mark = _FENCE.match(line)
        if fence:
            if mark and mark.group(1).startswith(fence) and not line.strip().strip("`~"):
                fence, is_open = "", False
            continue
        if mark:
            fence = mark.group(1)
            yield index, 0, "fence"
            continue
        if not line or line.isspace():
            is_open = False
            continue
        heading = _HEADING.match(line)
        below = lines[index + 1] if index + 1 < len(lines) else ""
        if heading:
            yield index, len(heading.group(1)), ""
            is_open = False
        elif not is_open and below[:4].strip()[:1] in ("=", "-") and _UNDERLINE.match(below) and line[:1] not in "|-":
            yield index, 1 if "=" in below else 2, ""
            is_open = True
        elif line.lstrip().startswith("|"):
            yield index, 0, "row"
            is_open = False
        elif not is_open or _ITEM.match(line):
            is_open = True
            yield index, 0, ""
