"""Logs: application and system logs, test runs, linters, compilers, builds, histories.

What repeats is told once with its count, failures and what the query names stand whole, the rest is omitted by
lines. Colours and overwritten progress lines are the business of `terminal`.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from headroom_jupyter.compressors import log_frames
from headroom_jupyter.compressors.base import Ask, Compressed, Draft, Hints, line_starts, lossless, sample, verbatim
from headroom_jupyter.compressors.log_evidence import Log, gather, named_lines
from headroom_jupyter.compressors.log_history import is_history, shorten
from headroom_jupyter.compressors.log_signs import confidence_of
from headroom_jupyter.compressors.log_templates import digest, mine
from headroom_jupyter.compressors.log_units import Units, partition
from headroom_jupyter.compressors.log_view import (
    LONG_LINE,
    core,
    failed,
    listing,
    owners,
    said_by,
    smooth,
    trailing,
    write_lines,
)
from headroom_jupyter.selection import Evidence, Query, select

__all__ = ["LogCompressor"]

_LEAST_SHARE = 0.85  # of the original that a lossless form may have; more is not worth a notation
_HOPELESS = 12  # times the target: a text that long does not become short enough without omissions
_NEARLY = 1.2  # times the target: so little more is well paid for nothing left out
_TRIED = 5000  # characters on which frames are tried first
_GAP = 24  # characters that a marker between two shown units costs
_CUT_LINE = 900  # characters that are shown of a long line, about
_DIGEST_SHARE = 0.25  # of the target for what repeats
_LISTING_SHARE = 0.35  # of the target for the places of diagnostics
_SMALL_LISTING = 700  # characters that they may take of a small target
_FEW_FAILURES = 4  # fewer are shown, not listed
_FAILURE_SHARE = 0.1  # of a log that its first failures may take beyond the target
_SMALL = 1500  # characters of a small log that they may take
_MASK = re.compile(r"\d+|0x[0-9a-f]+|/\S+")


class LogCompressor:
    """Knows logs."""

    name = "log"

    def confidence(self, text: str, hints: Hints) -> float:
        """How sure it is that `text` is a log, 0 to 1."""
        return confidence_of(text, hints)

    def compress(self, text: str, ask: Ask) -> Compressed:
        """Frames when they are small enough, else what repeats, what matters, and marks for the rest."""
        if not text.strip():
            return verbatim(text)
        framed = _framed(text, ask)
        if framed is not None and (not ask.may_omit or len(framed) <= _NEARLY * ask.target_chars):
            return lossless(text, framed, ask, log_frames.units)
        if not ask.may_omit:
            return verbatim(text)
        is_of_commits = is_history([line for line in sample(text).split("\n") if line.strip()])
        return shorten(text, ask) if is_of_commits else _reduced(text, ask)

    def decode(self, text: str) -> str | None:
        """The log of a framed form, None if `text` is none."""
        return log_frames.decode(text)


@dataclass(frozen=True)
class _Shown:
    """The lines that stand for a unit when it is kept, where these are not all its lines."""

    lines: Mapping[int, list[int]]
    units: Units

    def of(self, unit: int) -> Sequence[int]:
        return self.lines.get(unit) or range(self.units.first[unit], self.units.first[unit + 1])


def _framed(text: str, ask: Ask) -> str | None:
    if ask.may_omit and len(text) > _HOPELESS * ask.target_chars:
        return None
    part = text[: text.find("\n", _TRIED) + 1] or text
    spare = 2 if len(part) < len(text) else _NEARLY
    if ask.may_omit and len(log_frames.encode(part) or part) * len(text) > spare * ask.target_chars * len(part):
        return None
    starts = line_starts(text)
    keep = named_lines(text, starts, ask.query)
    if ask.may_omit:
        keep |= {0, len(starts) - 2}
    framed = log_frames.encode(text, keep)
    return framed if framed is not None and len(framed) <= _LEAST_SHARE * len(text) else None


def _reduced(text: str, ask: Ask) -> Compressed:
    log = _take_apart(text)
    evidence = gather(log, ask.query)
    named = {unit for item in evidence if item.reason == "query" and item.share == 1.0 for unit in item.scores}
    notes = _notes(log, named, ask.query, ask.target_chars)
    room = max(ask.target_chars - sum(len(note) + 1 for note in notes), ask.target_chars // 3)
    shown = _shown(log, evidence, room)
    first = sorted(log.units.failures)[:2]
    most = max(_FAILURE_SHARE * len(text), min(_SMALL, len(text) // 2))
    room += min(sum(_cost(log, shown.of(unit)) for unit in first), int(most))
    costs = [_cost(log, shown.of(unit)) for unit in range(log.count)]
    chosen = select(costs, room, evidence, keys=log.keys, fill=False)
    kept = _lines_of(log, shown, chosen.reasons, room - sum(costs[unit] for unit in chosen.kept))
    if _cost(log, kept) > _LEAST_SHARE * len(text):
        return verbatim(text)
    draft = Draft(text)
    for note in notes:
        draft.write(note + "\n")
    write_lines(draft, log, kept, ask.query)
    return draft.done()


def _take_apart(text: str) -> Log:
    starts = line_starts(text)
    lines = text.split("\n")[: len(starts) - 1]
    units = partition(text, lines, starts)
    templates = mine([lines[i] for i in units.head])
    keys: list[Hashable] = list(templates.ids)
    for unit, diagnostic in units.diagnostics.items():
        keys[unit] = diagnostic.message
    for unit in units.failures:
        keys[unit] = _MASK.sub("0", said_by(lines, units.first[unit], units.first[unit + 1]))
    return Log(text, lines, starts, units, templates, [starts[i] for i in units.first], keys)


def _notes(log: Log, named: set[int], query: Query, target: int) -> list[str]:
    """What repeats, each with its count: diagnostics with their places, and templates of lines."""
    notes: list[str] = []
    total = len(log.starts) - 1
    if len(log.units.diagnostics) > 5:
        groups = listing(log, named, query, max(int(target * _LISTING_SHARE), min(_SMALL_LISTING, target * 3 // 5)))
        notes += [f"[{len(log.units.diagnostics)} diagnostics in {total} lines, by message, with places:]", *groups]
    if len(log.units.failures) > _FEW_FAILURES:
        groups = failed(log, int(target * _DIGEST_SHARE))
        notes += [f"[{len(log.units.failures)} failures in {total} lines, by what they say:]", *groups]
    if len(log.units.diagnostics) < log.count // 4:
        patterns, told = digest(
            log.templates,
            budget=max(int(target * _DIGEST_SHARE), min(300, target // 2)),
            least=max(3, log.count // 100),
        )
        if told > log.count // 4:
            notes += [f"[{total} lines, of which {told} in these patterns, * varies:]", *patterns]
    if notes:
        notes.append("[lines:]")
    return notes


def _shown(log: Log, evidence: Sequence[Evidence], room: int) -> _Shown:
    """Which lines stand for long failures, and for diagnostics when those that are wanted do not fit whole."""
    units = log.units
    lines: dict[int, list[int]] = {}
    most = max(500, int(0.7 * room / max(1, len(units.failures))))
    for unit in units.failures:
        first, last = units.first[unit], units.first[unit + 1]
        if log.marks[unit + 1] - log.marks[unit] > most:
            lines[unit] = core(log.lines, first, last, most)
    wanted = [unit for unit in (evidence[0].scores if evidence else ()) if unit in units.diagnostics]
    if sum(log.marks[unit + 1] - log.marks[unit] for unit in wanted) > room:
        for unit in units.diagnostics:
            head = units.head[unit]
            is_arrow = head + 1 < units.first[unit + 1] and "--> " in log.lines[head + 1]
            lines[unit] = [head, head + 1] if is_arrow else [head]
    return _Shown(lines, units)


def _cost(log: Log, lines: Sequence[int]) -> int:
    sizes = (len(log.lines[i]) for i in lines)
    return _GAP + sum(1 + (size if size <= LONG_LINE else _CUT_LINE) for size in sizes)


def _lines_of(log: Log, shown: _Shown, reasons: Mapping[int, str], left: int) -> list[int]:
    """The lines to show: those of the kept units, what they stand under, what continues them, small gaps."""
    kept: set[int] = set()
    for unit, reason in sorted(reasons.items()):
        own = shown.of(unit)
        kept.update(own)
        if len(own) > 1 or reason not in ("query", "severe", "warning", "verdict", "rare"):
            continue
        more = trailing(log.lines, own[0])
        if reason == "severe":
            more += [i for i in (own[0] - 1, own[0] + 1) if 0 <= i < len(log.lines)]
        more += owners(log.lines, own)
        cost = sum(len(log.lines[i]) + 1 for i in more if i not in kept)
        if cost <= left:
            left -= cost
            kept.update(more)
    return smooth(kept, log.lines)
