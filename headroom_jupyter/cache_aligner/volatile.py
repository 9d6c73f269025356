"""Finds in a text what is likely to be another at the next call, or what was another at the last one.

A pattern alone is believed only where a value can hardly be anything else, or where its line says that it is current:
a date in an API's version stays where it is. Anything else has to have changed before it counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

__all__ = ["KINDS", "Rule", "Span", "changed_lines", "common_head", "kind_of", "learned", "spaced", "spans"]

KINDS = ("time", "id", "path", "token", "counter", "text")
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
_DAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,? )?"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[ap]m\b)?(?: ?(?:z\b|utc|gmt|[+-]\d{2}:?\d{2}))?"
_WORDED = rf"{_DAY}(?:\d{{1,2}} {_MONTH}|{_MONTH} \d{{1,2}}),? \d{{4}}"
_HEX = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_SURE = (
    ("token", r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}|\b(?:sk|pk|ghp|gho|xox[bap])[-_][\w-]{16,}"),
    ("id", rf"\b{_HEX}\b"),
    ("path", r"(?:/private)?/(?:tmp|var/folders)/[^\s'\"`<>)\],;]+|[A-Z]:\\[^\s'\"]*\\Temp\\[^\s'\"]+"),
    ("time", rf"\b\d{{4}}-\d{{2}}-\d{{2}}[T ]{_CLOCK}|\b{_WORDED}(?:,?(?: at)? {_CLOCK})"),
)
_CUED = (
    ("time", rf"\b\d{{4}}-\d{{2}}-\d{{2}}\b|\b\d{{1,2}}[/.]\d{{1,2}}[/.]\d{{4}}\b|\b{_WORDED}|\b{_CLOCK}"),
    ("time", r"\b1[5-9]\d{8}(?:\d{3})?\b"),  # seconds or milliseconds since 1970
    ("id", r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{12,64}\b|\b(?=\w*\d)[0-9A-HJKMNP-TV-Z]{26}\b"),
)
_CUE = re.compile(
    r"\b(?:current(?:ly)?|today(?:'s)?|now|as of|generated|timestamp|local time|time is|date is|date:|time:"
    r"|(?:session|request|trace|run|conversation|correlation|build)[ _-]?id|nonce)\b|\b(?:date|time)\s*[:=]",
    re.IGNORECASE,
)
_ONE_OF = {
    level: re.compile("|".join(f"(?P<{kind}{at}>{pattern})" for at, (kind, pattern) in enumerate(rows)), re.IGNORECASE)
    for level, rows in (("sure", _SURE), ("cued", _SURE + _CUED))
}
_MOST_PREDICTED = 12  # more of them are a table or an example, not the moment's values
_LONGEST_VALUE = 200  # characters of a value that was learned; more is a text of its own
_LEAST_FRAME = 6  # characters of a line that stay the same around such a value
_GLUE = re.compile(r"[ ,]{0,2}(?:at )?")
_MOST_LINES = 4000


@dataclass(frozen=True, slots=True)
class Span:
    """A value's place in a text."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A line that was seen to change between its two ends."""

    head: str
    tail: str

    def span(self, line: str) -> tuple[int, int] | None:
        """Where the line's value stands, if this is such a line."""
        start, end = len(self.head), len(line) - len(self.tail)
        is_such = line.startswith(self.head) and line.endswith(self.tail) and 0 < end - start <= _LONGEST_VALUE
        return (start, end) if is_such else None


def spans(text: str, rules: Sequence[Rule] = ()) -> list[Span]:
    """The volatile values of a text, in order and apart.

    >>> [text[s.start : s.end] for text in ["Today is 2026-11-24, API version 2023-06-01."] for s in spans(text)]
    ['2026-11-24', '2023-06-01']
    >>> spans("API version 2023-06-01.")
    []
    """
    return _joined(text, _apart([*_by_rules(text, rules), *_guessed(text)]))


@lru_cache(maxsize=32)  # a session sends one text many times
def _guessed(text: str) -> tuple[Span, ...]:
    """What patterns alone say."""
    sure = list(_by_pattern(text, _ONE_OF["sure"]))
    cued = [found for start, line in _lines(text) if _CUE.search(line) for found in _cued(start, line)]
    guessed = _apart([*cued, *sure])
    if len(guessed) > _MOST_PREDICTED:
        guessed = _apart(cued) if len(cued) <= _MOST_PREDICTED else []
    return tuple(guessed)


def learned(before: str, after: str) -> list[Rule]:
    """What lines changed between two texts can be told apart by: their common beginning and end."""
    return [rule for one, other in changed_lines(before, after) if (rule := _rule(one, other))]


def kind_of(before: str, after: str) -> str:
    """What kind of value two versions of it are.

    >>> kind_of("14:58:03", "15:02:11"), kind_of("17", "18"), kind_of("plan", "build")
    ('time', 'counter', 'text')
    """
    for value in (after, before):
        found = _ONE_OF["cued"].search(value)
        if found and found.lastgroup and len(found.group()) * 2 >= len(value.strip()):
            return found.lastgroup.rstrip("0123456789")
    if re.fullmatch(r"[\d.,%/ ]+", before or "0") and re.fullmatch(r"[\d.,%/ ]+", after or "0"):
        return "counter"
    return "text"


def common_head(one: str, other: str) -> str:
    """What two texts begin with alike; by halves, so that long texts are compared as wholes."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one.startswith(other[:middle]) else (low, middle - 1)
    return one[:low]


def changed_lines(before: str, after: str) -> list[tuple[str, str]]:
    """Lines of two texts that stand in each other's place and differ."""
    old, new = before.split("\n"), after.split("\n")
    if len(old) > _MOST_LINES or len(new) > _MOST_LINES:
        return []
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    pairs = [(old[i:j], new[k:m]) for tag, i, j, k, m in steps if tag == "replace" and j - i == m - k]
    return [pair for olds, news in pairs for pair in zip(olds, news, strict=True)]


def spaced(text: str) -> str:
    """The text without spaces at line ends and without repeated blank lines; indentation stays."""
    lines = "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n")


def _lines(text: str) -> Iterable[tuple[int, str]]:
    start = 0
    for line in text.split("\n"):
        yield start, line
        start += len(line) + 1


def _by_rules(text: str, rules: Sequence[Rule]) -> Iterable[Span]:
    for start, line in _lines(text) if rules else ():
        for rule in rules:
            place = rule.span(line)
            if place:
                value = line[place[0] : place[1]]
                yield Span(start + place[0], start + place[1], kind_of(value, value))
                break


def _by_pattern(text: str, pattern: re.Pattern[str], offset: int = 0) -> Iterable[Span]:
    for found in pattern.finditer(text):
        yield Span(found.start() + offset, found.end() + offset, str(found.lastgroup).rstrip("0123456789"))


def _cued(start: int, line: str) -> Iterable[Span]:
    return _by_pattern(line, _ONE_OF["cued"], start)


def _apart(found: Iterable[Span]) -> list[Span]:
    """In order, the longer one where two overlap."""
    out: list[Span] = []
    for span in sorted(found, key=lambda one: (one.start, -one.end)):
        if not out or span.start >= out[-1].end:
            out.append(span)
        elif span.end > out[-1].end:
            out[-1] = Span(out[-1].start, span.end, out[-1].kind)
    return out


def _joined(text: str, found: Sequence[Span]) -> list[Span]:
    """A date and the clock time that follows it are one value."""
    out: list[Span] = []
    for span in found:
        if out and out[-1].kind == span.kind == "time" and _GLUE.fullmatch(text, out[-1].end, span.start):
            out[-1] = Span(out[-1].start, span.end, "time")
        else:
            out.append(span)
    return out


def _rule(before: str, after: str) -> Rule | None:
    head = len(common_head(before, after))
    tail = 0
    while tail < min(len(before), len(after)) - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    # Whole words: 17 → 18 changes "17", not "7".
    while head and (before[head - 1].isalnum() or before[head - 1] in "._-:/"):
        head -= 1
    while tail and (before[-tail].isalnum() or before[-tail] in "_-:/"):
        tail -= 1
    if sum(map(str.isalnum, before[:head])) + sum(map(str.isalnum, before[len(before) - tail :])) < _LEAST_FRAME:
        return None
    return Rule(before[:head], before[len(before) - tail :])
