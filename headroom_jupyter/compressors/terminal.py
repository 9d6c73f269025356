"""Raw terminal output: colours and overwritten lines resolved, sessions split at their prompts.

What remains on the screen is of another kind more often than not; that kind's compressor is asked for it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from headroom_jupyter.compressors.base import (
    Ask,
    Compressed,
    Draft,
    Hints,
    Omission,
    line_starts,
    runs,
    sample,
    verbatim,
)
from headroom_jupyter.compressors.terminal_screen import Row, is_moving, last_states, screen
from headroom_jupyter.selection import Evidence, edges, relevance, select, severity

__all__ = ["TerminalCompressor"]

_PROMPT = re.compile(
    r"(?:\([\w.-]+\) ?)?(?:[\w.-]+@[\w.-]+[: ][^\n$#%]{0,80}[$#%] ?|\$ (?=[\w./~\"'(\[])"
    r"|❯ |➜ |PS [A-Z]:[^>\n]{0,120}> ?|bash-\d[\d.]*[$#] )"
)
_LEAST_ROUTED = 400  # characters; a smaller output cannot pay for a marker


class TerminalCompressor:
    """Knows what a terminal was sent."""

    name = "terminal"

    def confidence(self, text: str, hints: Hints) -> float:
        """How sure it is that `text` came from a terminal, 0 to 1."""
        part = sample(text)
        lines = [line for line in part.split("\n") if line.strip()]
        if not lines:
            return 0.0
        moving = sum(1 for line in lines if is_moving(line)) / len(lines)
        overwritten = sum(line.rfind("\r", 0, len(line) - 1) + 1 for line in lines) / len(part)
        if moving >= 0.1 or overwritten >= 0.2 or part.count("\x1b[") > 20:
            return 0.93
        prompts = [i for i, line in enumerate(lines) if _PROMPT.match(line)]
        if prompts and prompts[0] == 0:
            return 0.96 if len(prompts) > 1 else 0.9
        return 0.8 if len(prompts) > 1 and len(prompts) > 0.02 * len(lines) else 0.6 * min(1.0, moving * 5)

    def compress(self, text: str, ask: Ask) -> Compressed:
        """What is left on the screen, output by output, each by the compressor of its kind."""
        if not ask.may_omit:
            return verbatim(text)
        starts = line_starts(text)
        lines = text.split("\n")[: len(starts) - 1]
        rows = list(last_states(screen(lines)))
        parts = list(_parts(rows))
        is_clean = len(rows) == len(lines) and all(row.text == lines[row.line] for row in rows)
        if not rows or (is_clean and len(parts) == 1):
            return verbatim(text)
        source = _Source(text, starts, lines, rows)
        draft = Draft(text)
        size = sum(len(row.text) + 1 for row in rows)
        for part in parts:
            _write(draft, source, part, ask, min(size, ask.target_chars), size)
        return draft.done()

    def decode(self, text: str) -> str | None:
        """Nothing: no lossless form is made."""
        return None


@dataclass(frozen=True)
class _Source:
    """The source, its lines and the rows that are left of it."""

    text: str
    starts: Sequence[int]
    lines: Sequence[str]
    rows: Sequence[Row]

    @property
    def total(self) -> int:
        return len(self.starts) - 1

    def run(self, first: int, last: int) -> tuple[int, int]:
        """Where lines first to last (0-based, half-open) stand."""
        return self.starts[first], self.starts[last]


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows first to last (half-open): a prompt line, or the output after it."""

    first: int
    last: int
    is_prompt: bool


def _parts(rows: Sequence[Row]) -> Iterator[_Part]:
    """Prompts and outputs in turn."""
    prompts = [i for i, row in enumerate(rows) if row.text[:1] and _PROMPT.match(row.text)]
    for first, last, is_prompt in runs(prompts, len(rows)):
        yield _Part(first, last, is_prompt)


def _write(draft: Draft, source: _Source, part: _Part, ask: Ask, target: int, size: int) -> None:
    """Write one part, and mark what of its source lines is not shown."""
    rows = source.rows[part.first : part.last]
    begin = 0 if part.first == 0 else source.rows[part.first - 1].line + 1
    end = source.total if part.last == len(source.rows) else rows[-1].line + 1
    length = sum(len(row.text) + 1 for row in rows)
    share = max(length * target // max(1, size), 300)
    if part.is_prompt or length <= max(share, _LEAST_ROUTED):
        _write_rows(draft, source, rows, range(len(rows)), begin, end)
        return
    shown = "".join(row.text + "\n" for row in rows)
    if not source.text.endswith("\n") and part.last == len(source.rows):
        shown = shown[:-1]
    has_several = any("\n" in row.text for row in rows)
    result = verbatim(shown) if has_several else ask.route(shown, Hints(), share)
    is_copy = source.text[source.starts[begin] : source.starts[end]] == shown
    if result.fidelity == "verbatim" or not (is_copy or all(o.unit == "lines" and not o.at for o in result.omissions)):
        _write_rows(draft, source, rows, _chosen(rows, ask, share), begin, end)
    elif is_copy:
        _embed_copy(draft, source, result, begin, end)
    else:
        _embed_rows(draft, source, result, rows, begin, end)
    if part.last < len(source.rows) and result.text[-1:] != "\n" and result.fidelity != "verbatim":
        draft.write("\n")


def _write_rows(draft: Draft, source: _Source, rows: Sequence[Row], kept: Sequence[int], begin: int, end: int) -> None:
    """Write the kept rows; source lines from begin to end that none of them comes from are marked."""
    at = begin
    for index in kept:
        row = rows[index]
        if row.line > at:
            draft.omit("lines", [(at + 1, row.line)], source.total, source=[source.run(at, row.line)])
        start, stop = source.run(row.line, row.line + 1)
        draft.write(row.text + ("\n" if source.text[stop - 1 : stop] == "\n" else ""), source=(start, stop))
        at = max(at, row.line + 1)
    if end > at:
        draft.omit("lines", [(at + 1, end)], source.total, source=[source.run(at, end)])


def _embed_copy(draft: Draft, source: _Source, result: Compressed, begin: int, end: int) -> None:
    """Add the result for an output that is as it was in the source."""
    place = f"lines {begin + 1}-{end}"
    moved = [
        replace(o, ranges=tuple((a + begin, b + begin) for a, b in o.ranges), total=source.total)
        if o.unit == "lines" and not o.at
        else replace(o, at=f"{place} {o.at}".strip())
        for o in result.omissions
    ]
    draft.embed(replace(result, omissions=tuple(moved)), start=source.starts[begin])


def _embed_rows(draft: Draft, source: _Source, result: Compressed, rows: Sequence[Row], begin: int, end: int) -> None:
    """Add the result for rows that are not as they were in the source; its lines are counted in the source again."""
    moved: list[Omission] = []
    hidden: list[tuple[int, int]] = []
    for omission in result.omissions:
        ranges = [(rows[a - 1].line, rows[min(b, len(rows)) - 1].line + 1) for a, b in omission.ranges]
        hidden += ranges
        moved.append(
            replace(omission, ranges=tuple((a + 1, b) for a, b in ranges), total=source.total,
                    source=tuple(source.run(a, b) for a, b in ranges))
        )  # fmt: skip
    there = {row.line for row in rows}
    hidden.sort()
    firsts = [a for a, _ in hidden]
    gone = []
    for first, last, is_gone in runs([i - begin for i in range(begin, end) if i not in there], end - begin):
        at = bisect_right(firsts, begin + first) - 1
        if is_gone and (at < 0 or hidden[at][1] < begin + last):
            gone.append((begin + first, begin + last))
    if gone:
        draft.omit("lines", [(a + 1, b) for a, b in gone], source.total, source=[source.run(a, b) for a, b in gone],
                   summary="overwritten")  # fmt: skip
    draft.embed(replace(result, omissions=tuple(moved), spans=()), start=0)


def _chosen(rows: Sequence[Row], ask: Ask, target: int) -> Sequence[int]:
    """Rows of an output that no other compressor makes shorter."""
    text = "".join(row.text + "\n" for row in rows)
    starts = [0, *accumulate(len(row.text) + 1 for row in rows)]
    costs = [starts[i + 1] - starts[i] + 12 for i in range(len(rows))]
    scores = relevance(ask.query, text, starts)
    best = max(scores.values(), default=0.0)
    evidence = [
        Evidence("query", {i: score for i, score in scores.items() if score >= 0.5 * best}),
        edges(len(rows), first=2, last=3, share=0.4),
        Evidence("severe", severity(text, starts), 0.5),
    ]
    return select(costs, target, evidence, fill=False).kept
