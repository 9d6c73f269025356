"""Reads HTML as passages of Markdown, each with its place in the source.

Written for this package because a marker needs the offsets in the source, which the fast HTML libraries do not keep
(html.parser keeps lines, at 2 MB/s). It repairs nothing: a page reads well enough without a tree.
"""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

from headroom_jupyter.compressors.markup_attributes import attributes_of, is_minor
from headroom_jupyter.compressors.markup_table import Table
from headroom_jupyter.compressors.passages import Passage
from headroom_jupyter.compressors.sentences import sentences, windows

__all__ = ["html_passages"]

_TAG = re.compile(
    r"<(?:(/?)([A-Za-z][\w:.-]{0,60})(?=[\s/>])(?:([^<>]*)|((?:[^<>\"']|\"[^\"]{0,3000}\"|'[^']{0,3000}'){0,600}))>"
    r"|!--|[!?][^<>]*>)"
)
_RAW = frozenset(
    "script style svg template noscript iframe object canvas video audio annotation annotation-xml".split()
)
_BLOCKS = frozenset(
    "p div section article main header blockquote ul ol li dl dt dd figure figcaption address fieldset form details"
    " summary hr br table thead tbody tfoot tr td th caption h1 h2 h3 h4 h5 h6 pre title body html head center legend"
    " option textarea nav footer aside select button dialog menu link meta".split()
)
_MARKS = {"code": "`", "kbd": "`", "samp": "`", "tt": "`", "del": "~~", "s": "~~", "strike": "~~"}
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6, "dt": 7, "title": 1}
_PERMALINKS = frozenset(("", "¶", "#", "§", "🔗", "&#182;", "&para;", "[edit]", "edit"))
_LONG = 600  # characters; a longer paragraph or listing becomes several passages
_DEEPEST = 8  # levels of lists that are told apart
_LINK = 80  # characters; a longer address is left out, unless the question asks for links
_LINK_WORDS = re.compile(r"\b(?:links?|urls?|hrefs?|downloads?|addresse?s?|websites?|homepages?)\b", re.IGNORECASE)


def html_passages(text: str, query: str) -> list[Passage]:
    """The passages of a page or fragment in source order, navigation and the like marked as minor.

    >>> [p.text for p in html_passages("<h2>Sum</h2><p>1 &lt; 2<ul><li>a</ul>", "")]
    ['## Sum\\n', '1 < 2\\n', '- a\\n']
    """
    reader = _Reader(text, wants_links=_LINK_WORDS.search(query) is not None)
    reader.read()
    return _weighed(reader.passages, reader.zones)


def _weighed(passages: list[Passage], zones: list[int]) -> list[Passage]:
    """Mark as minor what stands outside of the main part, unless hardly anything stands inside."""
    sizes = [len(p.text) for p in passages]
    everything = sum(sizes)
    for zone in (2, 1):
        if sum(size for size, own in zip(sizes, zones, strict=True) if own >= zone) * 2 >= everything > 0:
            passages = [
                p if own >= zone or p.level == 1 and not p.is_minor else replace(p, is_minor=True)
                for p, own in zip(passages, zones, strict=True)
            ]
            break
    if sum(len(p.text) for p in passages if not p.is_minor) * 5 < everything:
        passages = [replace(p, is_minor=False) for p in passages]
    return passages


class _Reader:
    """One pass over the tags; `passages` and their `zones` (2: main, 1: article, 0: elsewhere) are what it finds."""

    def __init__(self, text: str, *, wants_links: bool) -> None:
        self.passages: list[Passage] = []
        self.zones: list[int] = []
        self._text = text
        self._wants_links = wants_links
        self._parts: list[str] = []
        self._size = 0
        self._start = -1
        self._end = 0
        self._level = 0
        self._prefix = ""
        self._lists: list[int] = []  # the next number of each open list, 0 for bullets
        self._links: list[tuple[int, str]] = []
        self._tables: list[Table] = []
        self._table_count = 0
        self._is_pre = False
        self._minor = ("", 0)  # the element that is minor, and how many of its name are open in it
        self._main = ("", 0)
        self._articles = 0
        self._unclosed: set[str] = set()

    def read(self) -> None:
        """Go through the whole text."""
        text, at = self._text, 0
        search = _TAG.search
        while (match := search(text, at)) is not None:
            begin = match.start()
            if begin > at:
                self._add(at, begin)
            at = match.end()
            closing, name, attributes, more = match.groups()
            if name is None:
                if text.startswith("<!--", begin):
                    end = text.find("-->", at)
                    at = end + 3 if end >= 0 else len(text)
                continue
            name = name.lower()
            attributes = attributes or more or ""
            if attributes.count('"') % 2:
                at = self._end_of_tag(at)
            if name in _RAW:
                at = self._skip(name, attributes, at) if not closing else at
            elif name not in _BLOCKS:
                self._inline(name, bool(closing), attributes)
            elif closing:
                self._close(name)
            else:
                self._open(name, attributes, begin, at)
        self._add(at, len(text))
        while self._tables:
            self._end_table()
        self._flush()

    def _end_of_tag(self, at: int) -> int:
        """The end of a tag that seemed to end inside a quoted value."""
        end, quotes = at, 1
        while quotes % 2 and 0 < end < at + 3000:
            begin, end = end, self._text.find(">", end, end + 3000) + 1
            quotes += self._text.count('"', begin, end)
        return end if end > 0 else at

    def _skip(self, name: str, attributes: str, at: int) -> int:
        if attributes.endswith("/") or name in self._unclosed:
            return at
        end = re.compile(rf"</{name}\s*>", re.IGNORECASE).search(self._text, at)
        if end is None:
            self._unclosed.add(name)
            return len(self._text) if name in ("script", "style") else at
        return end.end()

    def _add(self, start: int, end: int) -> None:
        """Take a run of text, a long one sentence by sentence."""
        is_free = not (self._tables and self._tables[-1].is_in_cell)
        if end - start > _LONG * 3 // 2 and is_free:
            cut = windows if self._is_pre else sentences
            for first, last in cut(self._text, start, end, _LONG):
                self._take(first, last)
                if self._size > _LONG * 2 // 3:
                    self._flush()
            return
        self._take(start, end)
        tail = self._text[max(start, end - 3) : end]
        ends_unit = tail.endswith("\n") if self._is_pre else tail.rstrip().endswith((".", "!", "?"))
        if self._size > _LONG and is_free and ends_unit:
            self._flush()

    def _take(self, start: int, end: int) -> None:
        raw = self._text[start:end]
        if self._is_pre:
            self._start = start if self._start < 0 else self._start
            self._end = end
        elif raw.isspace():
            raw = " "
        else:
            if self._start < 0:
                self._start = start + len(raw) - len(raw.lstrip())
            self._end = end - len(raw) + len(raw.rstrip())
        self._parts.append(raw)
        self._size += end - start

    def _flush(self) -> None:
        """End a passage; its heading level and list sign belong to it alone."""
        raw = "".join(self._parts)
        if self._is_pre:
            body = raw.strip("\r\n")
            shown = f"```\n{body}\n```" if body.strip() else ""
        else:
            body = " ".join(raw.split()).replace("``", "")
            level = self._level
            sign = "#" * level + " " if 0 < level < 7 else self._prefix
            shown = f"{sign}{body}" if body else ""
        if shown:
            self._emit(_plain(shown), self._level)
            self._prefix = self._indent(0)
        self._level = 0
        self._forget()

    def _forget(self) -> None:
        self._parts.clear()
        self._links.clear()
        self._size = 0
        self._start = -1

    def _emit(self, shown: str, level: int, key: str = "") -> None:
        start = self._start if self._start >= 0 else self._end
        self.passages.append(Passage(start, max(self._end, start), f"{shown}\n", level, self._minor[1] > 0, key))
        self.zones.append(2 if self._main[1] else int(self._articles > 0))

    def _inline(self, name: str, is_closing: bool, attributes: str) -> None:
        if self._is_pre:
            return
        mark = _MARKS.get(name)
        if mark:
            self._parts.append(mark)
        elif name == "a":
            if is_closing:
                self._end_link()
            elif "href" in attributes:
                self._links.append((len(self._parts), attributes_of(attributes).get("href", "")))
        elif name in ("sup", "sub"):
            self._parts.append("" if is_closing else "^" if name == "sup" else "_")
        elif name == "img":
            alt = attributes_of(attributes).get("alt", "").strip()
            if alt and len(alt) < 300:
                self._parts.append(f"![{alt}]")
        elif "-" in name:
            self._flush() if not self._in_cell() else self._parts.append(" ")

    def _end_link(self) -> None:
        if not self._links:
            return
        first, address = self._links.pop()
        shown = "".join(self._parts[first:]).strip()
        if shown in _PERMALINKS:
            del self._parts[first:]
            return
        is_short = address.startswith("http") and len(address) <= _LINK
        is_wanted = self._wants_links and not address.startswith(("#", "javascript:")) and len(address) < 600
        if (is_short or is_wanted) and shown != address and not self._minor[1]:
            self._parts[first:] = [f"[{shown}]({address})"]

    def _open(self, name: str, attributes: str, begin: int, end: int) -> None:
        if name == "br" and self._is_pre:
            self._parts.append("\n")
            return
        self._track(name, attributes)
        if name == "meta":
            self._describe(attributes, begin, end)
        elif name in ("td", "th", "tr", "table"):
            self._open_table(name, attributes)
        elif self._in_cell() and not self._is_layout(name):
            self._parts.append("\n" if self._is_pre else " ")
        else:
            self._flush()
            self._open_block(name)

    def _open_block(self, name: str) -> None:
        if name in ("ul", "ol"):
            self._lists.append(0 if name == "ul" else 1)
            self._prefix = self._indent(0)
        elif name == "li":
            number = self._lists[-1] if self._lists else 0
            self._prefix = self._indent(1) + (f"{number}. " if number else "- ")
            if number:
                self._lists[-1] += 1
        elif name == "pre":
            self._is_pre = True
        elif name in _HEADINGS:
            self._level = _HEADINGS[name]
            self._prefix = ""

    def _close(self, name: str) -> None:
        if name in ("td", "th", "tr", "table"):
            self._close_table(name)
        elif self._in_cell():
            self._parts.append(" ")
            self._is_pre = False
        else:
            self._flush()
            if name == "pre":
                self._is_pre = False
            elif name in ("ul", "ol"):
                if self._lists:
                    self._lists.pop()
                self._prefix = self._indent(0)
        self._untrack(name)

    def _indent(self, less: int) -> str:
        return "  " * min(len(self._lists) - less, _DEEPEST)

    def _track(self, name: str, attributes: str) -> None:
        """Note where minor elements, the main part and articles begin."""
        if self._minor[1]:
            self._minor = (self._minor[0], self._minor[1] + (name == self._minor[0]))
        elif is_minor(name, attributes):
            self._flush() if not self._in_cell() else None
            self._minor = (name, 1)
        if self._main[1]:
            self._main = (self._main[0], self._main[1] + (name == self._main[0]))
        elif name == "main" or 'role="main"' in attributes:
            self._main = (name, 1)
        self._articles += name == "article"

    def _untrack(self, name: str) -> None:
        if self._minor[1] and name == self._minor[0]:
            self._minor = (name, self._minor[1] - 1)
        if self._main[1] and name == self._main[0]:
            self._main = (name, self._main[1] - 1)
        self._articles -= name == "article" and self._articles > 0

    def _describe(self, attributes: str, begin: int, end: int) -> None:
        found = attributes_of(attributes)
        content = found.get("content", "").strip()
        if found.get("name", "").lower() == "description" and content:
            self._flush()
            self._start, self._end = begin, end
            self._emit(_plain(f"description: {' '.join(content.split())}"), 0)
            self.zones[-1] = 2
            self._forget()

    def _in_cell(self) -> bool:
        return bool(self._tables) and self._tables[-1].is_in_cell

    def _is_layout(self, name: str) -> bool:
        """Whether a block inside a cell shows that the table only arranges the page; then its cells end."""
        table = self._tables[-1]
        if not (self._size > _LONG or name in ("h1", "h2", "h3", "ul", "ol", "form") and not table.rows):
            return False
        self._arrange(table)
        return True

    def _arrange(self, table: Table) -> None:
        """Go on with a table as if it were paragraphs."""
        shown = table.abandon()
        if shown:
            self._parts.insert(0, f"{shown} ")
        self._flush()

    def _open_table(self, name: str, attributes: str) -> None:
        if name == "table":
            if self._in_cell():
                self._arrange(self._tables[-1])
            self._flush()
            self._table_count += 1
            self._tables.append(Table(f"table {self._table_count}"))
        elif self._tables and not self._tables[-1].is_layout:
            self._end_cell()
            if name == "tr":
                self._end_row()
                self._tables[-1].open_row()
            else:
                self._tables[-1].open_cell(name, attributes_of(attributes) if "span" in attributes else {})
        else:
            self._flush()

    def _close_table(self, name: str) -> None:
        if name == "table":
            self._end_table()
        elif self._tables and not self._tables[-1].is_layout:
            self._end_cell()
            if name == "tr":
                self._end_row()
        else:
            self._flush()

    def _end_cell(self) -> None:
        table = self._tables[-1]
        if not table.is_in_cell:
            self._flush()
            return
        body = " ".join("".join(self._parts).split()).replace("``", "")
        table.close_cell(_plain(body), self._start, self._end)
        self._is_pre = False
        self._forget()

    def _end_row(self) -> None:
        table = self._tables[-1]
        row = table.close_row()
        if row is not None:
            shown, is_header, self._start, self._end = row
            self._emit(shown, 8 if is_header else 0, table.key)
            self._start = -1

    def _end_table(self) -> None:
        if self._tables:
            if not self._tables[-1].is_layout:
                self._end_cell()
                self._end_row()
            self._tables.pop()
        self._flush()


def _plain(body: str) -> str:
    """The text with its character references resolved; a space that may not break is a space."""
    return unescape(body).replace("\xa0", " ") if "&" in body else body
