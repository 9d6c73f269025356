"""Compressor for running text of any sort: manuals, licences, mail, transcripts, and whatever is nobody else's.

Whole sentences or paragraphs stay or go; no word is changed. It has no lossless form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from headroom_jupyter.compressors.base import Ask, Compressed, Hints, line_starts, sample, verbatim
from headroom_jupyter.compressors.passages import Passage, choose, write
from headroom_jupyter.compressors.sentences import sentences

__all__ = ["Kompress"]

_LONG = 480  # characters; a longer paragraph is cut into sentences
_ENDLESS = 640  # characters; what has no end by then is no sentence
_SHORT = 160  # characters; sentences are joined up to this length, since a gap costs a marker
_HEADING = 90  # characters; a longer line is no heading
_GLANCE = 1500  # characters that tell whether there are sentences at all
_SUFFIXES = (".txt", ".rst", ".adoc", ".asciidoc", ".tex", ".text", ".man", ".eml", ".srt", ".vtt")
_ITEM = re.compile(r"[-*•+‣][ \t]|\(?[0-9]{1,3}[.)][ \t]|\([a-z]{1,4}\)[ \t]|[A-Z][\w -]{1,30}: |\[?\d\d?:\d\d")
_RULE = re.compile(r"([=\-~^*#\"'_])\1{2,}[ \t]*\r?\Z")
_NUMBERED = re.compile(
    r"(?:(?:(?i:chapter|section|article|part|appendix|clause|annex)[ \t]+[\w.]+|§[ \t]*\d+)(?:[ \t:.]|\Z)"
    r"|(?:\d+(?:\.\d+)*[.)]?|[IVXLC]+\.)[ \t]+[\"A-Z])"
)
_SENTENCE = re.compile(r"[a-zà-ÿ)\"'][.!?][\"')]?(?:\s|\Z)|[。！？]")


class Kompress:
    """Shortens prose by whole sentences."""

    name = "prose"

    def confidence(self, text: str, hints: Hints) -> float:
        """Low for any text at all, up to 0.4 for sentences."""
        part = sample(text, _GLANCE)
        if not part.strip():
            return 0.0
        letters = sum(map(str.isalpha, part)) / (len(part) - sum(map(str.isspace, part)))
        ends = len(_SENTENCE.findall(part)) / len(part)
        sure = 0.1 + (0.1 if letters > 0.75 else 0.0) + min(0.2, ends * 40)
        if hints.path.lower().endswith(_SUFFIXES) or hints.mime == "text/plain" and ends > 0.002:
            sure += 0.1
        return min(sure, 0.4)

    def compress(self, text: str, ask: Ask) -> Compressed:
        """Sentences that the question asks about, headings, and the first sentences of sections."""
        if not ask.may_omit or len(text) <= ask.target_chars:
            return verbatim(text)
        passages = list(_passages(text))
        kept = choose(passages, ask)
        if not kept and passages and len(passages[0].text) <= ask.target_chars:
            kept = [0]  # a mark alone tells a reader nothing
        if len(kept) == len(passages):
            return verbatim(text)
        return write(text, passages, kept)

    def decode(self, text: str) -> str | None:
        """None: there is no lossless form."""
        return None


def _passages(text: str) -> Iterator[Passage]:
    """Passages that tile the text: headings, paragraphs, list items, sentences of long paragraphs."""
    lines = text.split("\n")
    starts = line_starts(text)
    indents = [_indent(line) for line in lines]
    firsts = list(_block_starts(lines, indents))
    for number, first in enumerate(firsts):
        stop = firsts[number + 1] if number + 1 < len(firsts) else len(lines)
        start, end = starts[first if number else 0], starts[min(stop, len(starts) - 1)]
        level = _level(lines, indents, first, stop)
        if level or end - start <= _LONG:
            yield Passage(start, end, text[start:end], level)
            continue
        begin = start
        for _, after in sentences(text, start, end):
            if after - begin >= _SHORT or after == end:
                yield from _pieces(text, begin, after)
                begin = after


def _pieces(text: str, start: int, end: int) -> Iterator[Passage]:
    """One sentence, or, of one that never ends, runs of its words that can be shown."""
    while end - start > _ENDLESS:
        blank = text.rfind(" ", start + _SHORT, start + _LONG)
        after = blank + 1 if blank > 0 else start + _LONG
        yield Passage(start, after, text[start:after])
        start = after
    yield Passage(start, end, text[start:end])


def _indent(line: str) -> int:
    """Columns before the text, -1 for a blank line."""
    body = line.lstrip(" \t")
    if not body or body == "\r":
        return -1
    lead = line[: len(line) - len(body)]
    return len(lead.expandtabs(8)) if "\t" in lead else len(lead)


def _block_starts(lines: Sequence[str], indents: Sequence[int]) -> Iterator[int]:
    """First lines of blocks: after blanks, at list items, and where the indentation shifts by more than two."""
    first = -1
    for index, indent in enumerate(indents):
        if indent < 0:
            continue
        before = indents[index - 1] if index else -1
        if first < 0 or before < 0:
            first = index
            yield index
            continue
        is_rule = _RULE.match(lines[index].lstrip(" \t")) is not None
        is_first_indented = index - 1 == first and before > indent and len(lines[index - 1]) > 50
        is_hanging = 0 < indent - before <= 6 and _ITEM.match(lines[index - 1], _lead(lines[index - 1])) is not None
        is_shifted = abs(indent - before) > 2 and not (is_first_indented or is_hanging or is_rule)
        if is_shifted or _ITEM.match(lines[index], _lead(lines[index])):
            first = index
            yield index


def _lead(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def _level(lines: Sequence[str], indents: Sequence[int], first: int, stop: int) -> int:
    """The place of a block in the outline: 0 for none, 1 to 3 for titles, numbered headings and defined terms."""
    last = stop
    while last > first + 1 and indents[last - 1] < 0:
        last -= 1
    head = lines[first].strip()
    if not head or len(head) > _HEADING or sum(map(str.isalpha, head)) * 5 < (len(head) - head.count(" ")) * 3:
        return 0
    if last - first == 2 and _RULE.match(lines[first + 1].lstrip()):
        return 1
    if last - first != 1 or head[-1] in ",;":
        return 0
    if head.startswith("#"):
        return min(6, len(head) - len(head.lstrip("#")))
    is_sentence = head[-1] in ".!?:" and len(head.split()) > 8
    if head.isupper() and len(head) > 3 and not is_sentence:
        return 1
    if _NUMBERED.match(head) and not is_sentence:
        return 2
    stands_alone = stop > last or stop >= len(lines)
    following = indents[stop] if stop < len(lines) else -1
    if is_sentence:
        return 0
    if indents[first] >= 8 and stands_alone and 0 <= following < indents[first] - 4 and head[:1].isupper():
        return 2
    return 3 if following > indents[first] + 2 and head[-1] != ":" else 0
