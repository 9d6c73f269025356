r"""Units of a log: a line is one, and so is a whole test failure, stack trace or compiler diagnostic.

It decides what belongs together, not what is shown.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

__all__ = ["Diagnostic", "Units", "partition"]

_MOST_LINES = 400  # of one block; a longer one is cut there, what follows are lines again
_STARTS = (  # where a failed test's report, or a trace inside a log, begins and ends
    (r"^={60,}\r?\n(?:FAIL|ERROR): ", r"^(?:={60,}\r?$|-{60,}\r?\nRan )"),  # unittest
    (r"^_{3,} \S[^\n]* _{3,}\r?$", r"^(?:_{3,} \S[^\n]* _{3,}|={3,} [^\n]* ={3,})\r?$"),  # pytest
    (r"^---- [^\n]+ ----\r?$", r"^(?:---- |failures:)"),  # cargo
    (r"^ {0,4}● [^\n]+", r"^(?: {0,4}● |Tests?(?: Suites)?:|(?:PASS|FAIL) )"),  # jest
    (r"^ ?FAIL +\S+ > [^\n]+", r"^(?: ?FAIL +\S+ > |⎯+)"),  # vitest
    (r"^  \d+\) \S[^\n]*", r"^(?:  \d+\) |(?! )\S)"),  # mocha
    (r"^ *not ok \d+ [^\n]*\n +---", r"^ +\.\.\.\r?$"),  # TAP
    (r"^[ \t]*--- FAIL: ", r"^(?![ \t]{4})"),  # go test
    (r"^[^\n]*Traceback \(most recent call last\):", r"^(?=[^ \t|+\r\n])"),  # Python
    (r"^[^\n]*\n(?=[ \t]+at [\w.$<>/]+[(.])", r"^(?![ \t]+(?:at |\.\.\. |Supp)|Caused by)"),  # JVM, Node
    (r"^(?:panic: |thread '[^\n]* panicked at )", r"^[ \t]*\r?$"),  # Go, Rust
)
# path:line:column: severity: message; the column may be missing; tsc writes path(line,column)
_HEAD = (
    r"^(?P<path>(?:[A-Za-z]:[\\/])?[^\s:()|][^:()\n|]{0,200})[:(](?P<line>\d+)(?:[:,](?P<column>\d+))?\)?:? (?:- )?"
    r"(?P<said>(?:(?:fatal )?error|warning|note|info|remark|style|refactor|convention)\b[^\n]*"
    r"|[A-Z]{1,4}\d{2,5}[ :][^\n]*)"
)
_ENTRY = (
    r"^[ \t]+(?P<line>\d+):(?P<column>\d+)[ \t]+(?P<said>(?:error|warning|info)[ \t]+[^\n]+)$"  # under its path: ESLint
)
# message, then "--> path:line:column": rustc, ruff
_ARROW = r"^(?P<said>[^\s|][^\n]*)\n *--> (?P<path>[^\n]+?):(?P<line>\d+)(?::(?P<column>\d+))?\r?$"
_PRELUDE = re.compile(r"[^\n]*: (?:In|At) [^\n]*:\r?$|In file included from |[ \t]+from [^\n]*[:,]\r?$")
_SNIPPET = re.compile(r"[ \t]|\d+ +[|+-]|(?:help|note)\b|\.\.\.|\|")
_VALUES = re.compile(  # names of the program, and numbers
    r"(?:‘[^’\n]*’|`[^`'\n]*[`']|'[^'\n]*'|\"[^\"\n]*\")(?: \{aka [^}\n]*\})?|(?<![\w.])\d+(?![\w])"
)
_WRAPPED = 50  # characters; a shorter message does not go on in the next line


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Where a compiler or linter says what; `message` has names and numbers masked, `values` are these."""

    path: str
    place: str
    message: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Units:
    """Unit i is lines first[i] to first[i + 1] (0-based, half-open); `head[i]` is the line that says what it is.

    `failures` are units that report a failed test or an exception; `diagnostics` those of compilers and linters.
    """

    first: list[int]
    head: list[int]
    failures: frozenset[int]
    diagnostics: dict[int, Diagnostic]


@dataclass(frozen=True, slots=True)
class _Block:
    start: int
    end: int
    head: int
    diagnostic: Diagnostic | None = None


def partition(text: str, lines: Sequence[str], starts: Sequence[int]) -> Units:
    """Take a log apart.

    Args:
        text: The log.
        lines: Its lines without their ends.
        starts: `line_starts(text)`.
    """
    total = len(starts) - 1
    blocks = _disjoint([*_failures(text, starts), *_diagnostics(text, lines, starts)])
    first: list[int] = []
    head: list[int] = []
    failures: set[int] = set()
    diagnostics: dict[int, Diagnostic] = {}
    at = 0
    for block in blocks:
        first.extend(range(at, block.start))
        head.extend(range(at, block.start))
        if block.diagnostic:
            diagnostics[len(first)] = block.diagnostic
        else:
            failures.add(len(first))
        first.append(block.start)
        head.append(block.head)
        at = min(block.end, total)
    first.extend(range(at, total))
    head.extend(range(at, total))
    return Units([*first, total], head, frozenset(failures), diagnostics)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.MULTILINE)


def _failures(text: str, starts: Sequence[int]) -> Iterator[_Block]:
    needed = ("FAIL", "___", "----", "●", "FAIL ", ") ", "not ok", "--- FAIL", "Traceback", "at ", "panic")
    for (begin, end), word in zip(_STARTS, needed, strict=True):
        at = 0
        while word in text and (match := _compiled(begin).search(text, at)) is not None:
            first = bisect_right(starts, match.start()) - 1
            body = bisect_left(starts, match.end())
            stop = _compiled(end).search(text, min(max(match.end(), starts[min(body, len(starts) - 1)]), len(text)))
            at = stop.start() if stop else len(text)
            last = bisect_left(starts, at, first)
            if word == "Traceback" and stop:  # the line that ends it names the exception
                last += 1
                at = starts[min(last, len(starts) - 1)]
            yield _Block(first, min(max(last, first + 1), first + _MOST_LINES), first)
            if at <= match.start() or at >= len(text):
                break


def _diagnostics(text: str, lines: Sequence[str], starts: Sequence[int]) -> Iterator[_Block]:
    heads = [(match, 0) for match in _compiled(_HEAD).finditer(text)]
    entries = [(match, 0) for match in _compiled(_ENTRY).finditer(text)]
    if entries:
        heads = sorted([*heads, *entries], key=lambda pair: pair[0].start())
    if "--> " in text:
        heads += [(match, 1) for match in _compiled(_ARROW).finditer(text)]
        heads.sort(key=lambda pair: pair[0].start())
    previous_end = 0
    pending: _Block | None = None
    for number, (match, is_arrow) in enumerate(heads):
        head = bisect_right(starts, match.start()) - 1
        if head < previous_end:
            continue
        following = heads[number + 1][0].start() if number + 1 < len(heads) else len(text)
        limit = min(bisect_left(starts, following), head + 60, len(lines))
        first = head
        while first > previous_end and head - first < 8 and _PRELUDE.match(lines[first - 1]):
            first -= 1
        last = head + 1 + is_arrow
        if not is_arrow and len(lines[head]) > _WRAPPED:
            last = _continued(lines, last, limit)
        told = " ".join([match["said"], *lines[head + 1 : last]]) if not is_arrow else match["said"]
        while last < limit and _SNIPPET.match(lines[last]):
            last += 1
        if last < limit and is_arrow and not lines[last].strip():
            last += 1  # the blank line that ends it
        previous_end = last
        if pending and match["said"].startswith("note") and pending.end == first:
            pending = replace(pending, end=last)
            continue
        if pending:
            yield pending
        place = match["line"] + (f":{match['column']}" if match["column"] else "")
        path = match["path"] if "path" in match.re.groupindex else _heading(lines, head)
        pending = _Block(first, last, head, Diagnostic(path.strip(), place, *_message(told)))
    if pending:
        yield pending


def _heading(lines: Sequence[str], at: int) -> str:
    """The line that a list of entries stands under."""
    above = (lines[i] for i in range(at - 1, max(-1, at - 400), -1))
    return next((line[:200] for line in above if line[:1] not in ("", " ", "\t")), "")


def _continued(lines: Sequence[str], at: int, limit: int) -> int:
    """The end of a message that was wrapped at the margin: at most three lines further, where source follows."""
    for last in range(at, min(at + 4, limit)):
        if lines[last].startswith("    ") and lines[last].strip():
            return last
        if _PRELUDE.match(lines[last]) or (_SNIPPET.match(lines[last]) and not lines[last].startswith(" [")):
            break
    return at


def _message(said: str) -> tuple[str, tuple[str, ...]]:
    """What is said, with names and numbers masked, and these."""
    plain = " ".join(said[:300].split()).replace("[*] ", "")
    return _VALUES.sub("‘*’", plain), tuple(_VALUES.findall(plain))


def _disjoint(blocks: list[_Block]) -> list[_Block]:
    """In order of place; of two that overlap the one that starts first, of these the longer."""
    out: list[_Block] = []
    for block in sorted(blocks, key=lambda block: (block.start, -block.end)):
        if not out or block.start >= out[-1].end:
            out.append(block)
    return out
