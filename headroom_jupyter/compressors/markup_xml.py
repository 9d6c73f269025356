"""Reads XML as passages that tile it: small elements whole, large ones as their tags and what stands between."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from headroom_jupyter.compressors.passages import Passage
from headroom_jupyter.compressors.sentences import windows

__all__ = ["xml_passages"]

_TAG = re.compile(r"<(?:(/?)([A-Za-z_][\w:.-]{0,100})(?=[\s/>])([^<>]*)>|!--|!\[CDATA\[|[!?][^<>]*>)")
_NAMES = frozenset("title name id key loc label summary artifactid subject".split())
_BREAK = re.compile(r"[ \t]*\r?\n")
_DEEPEST = 40  # levels told apart in the outline
_ENDS = {"<!--": "-->", "<![CDATA[": "]]>"}


class _Element(NamedTuple):
    start: int
    tag_end: int
    end: int  # exclusive; -1 while it is open
    name: str
    depth: int


def xml_passages(text: str, limit: int) -> list[Passage]:
    """The passages of a document, each an exact slice; elements up to `limit` characters are whole.

    >>> [p.text for p in xml_passages("<a>\\n  <b>1</b>\\n  <c>22</c>\\n</a>\\n", 10)]
    ['<a>\\n', '  <b>1</b>\\n', '  <c>22</c>\\n', '</a>\\n']
    """
    cuts: list[tuple[int, int, bool, str]] = []  # start, outline level, only a tag, key
    resume = 0
    for element in _elements(text):
        if element.start < resume:
            continue
        level = 2 * min(element.depth, _DEEPEST) + 1
        if element.end - element.start <= limit or element.end == element.tag_end:
            plain = element.name.rsplit(":", 1)[-1].lower()
            cuts.append((element.start, level + 1 if plain in _NAMES else 0, False, element.name))
            cuts.append((element.end, 0, False, ""))
            resume = element.end
        else:
            cuts.append((element.start, level, True, ""))
            cuts.append((element.tag_end, 0, False, ""))
            resume = element.tag_end
    return list(_tiles(text, cuts, limit))


def _tiles(text: str, cuts: list[tuple[int, int, bool, str]], limit: int) -> Iterator[Passage]:
    """Passages between the cuts; white space up to a line end belongs to what stands before it."""
    at, level, is_minor, key = 0, 0, False, ""
    for index, (start, *_) in enumerate([*cuts, (len(text), 0, False, "")]):
        line_end = _BREAK.match(text, start)
        if index == len(cuts):
            end = len(text)
        elif line_end and (index + 1 >= len(cuts) or line_end.end() <= cuts[index + 1][0]):
            end = line_end.end()
        else:
            back = text.rfind("\n", at, start)
            end = back + 1 if back >= 0 and text[back:start].isspace() else start
        if end > at and (end == len(text) or not text[at:end].isspace()):
            for number, (a, b) in enumerate(windows(text, at, end, max(limit, 400))):
                yield Passage(a, b, text[a:b], 0 if number else level, is_minor and not number, key)
            at = end
        if index < len(cuts):
            _, level, is_minor, key = cuts[index]


def _elements(text: str) -> list[_Element]:
    """All elements in the order they begin; what is never closed ends with its tag."""
    found: list[_Element] = []
    opened: list[int] = []
    at = 0
    while (match := _TAG.search(text, at)) is not None:
        at = match.end()
        closing, name, attributes = match.groups()
        if name is None:
            closer = _ENDS.get(match.group())
            if closer:
                end = text.find(closer, at)
                at = end + 3 if end >= 0 else len(text)
        elif closing:
            back = next(
                (i for i in range(len(opened) - 1, max(-1, len(opened) - 9), -1) if found[opened[i]].name == name), -1
            )
            if back >= 0:
                found[opened[back]] = found[opened[back]]._replace(end=at)
                del opened[back:]
        else:
            if attributes.count('"') % 2:
                quote = text.find('"', at, at + 3000)
                at = max(at, text.find(">", quote, quote + 3000) + 1) if quote >= 0 else at
            is_empty = text[at - 2] == "/"
            found.append(_Element(match.start(), at, at, name, len(opened)))
            if not is_empty:
                opened.append(len(found) - 1)
    return found
