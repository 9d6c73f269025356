"""What speaks for the units of a log: the query, failures, severity, extremes, rarity, place.

It says why units should stay; what they cost and how they are shown is decided in `log`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from headroom_jupyter.compressors.log_templates import Templates, extremes
from headroom_jupyter.compressors.log_units import Units
from headroom_jupyter.selection import Evidence, Query, rarity, relevance, severity

__all__ = ["Log", "gather", "named_lines"]

_STRONG = 0.55  # of the best score; hits below it say little
_WEAK = 0.4
_ALIKE = 3  # failures that say the same and are shown
_SUPERLATIVE = re.compile(
    r"\b(?:larg|slow|long|high|bigg|heavi|smalle|fast|short|low|tall|few|great|tim)est\b"
    r"|\b(?:most|least|max\w*|min(?:imum)?|top|worst|best|peak|extreme\w*|outlier\w*|expensive)\b",
    re.IGNORECASE,
)
_FAILURE = re.compile(
    r"\b(?:why|fail\w*|error\w*|wrong|crash\w*|br[oe]ke?n?|exception\w*|bug\w*|problem\w*|cause\w*|happened|traceback)\b",
    re.IGNORECASE,
)
# A word of trouble counts as one when it stands by itself or names an exception, not inside a path or an identifier.
_TROUBLE = re.compile(
    r"(?<![\w./\-\[])(?:fatal|panic|critical|crit|emerg|alert|traceback|segfault|segmentation|deadlock|corrupt|exception"
    r"|err|fail|denied|refused|abort|unreachable|oom|killed|timed out|timeout|unauthori[sz]ed|forbidden|invalid"
    r"|rejected|warn|deprecat|not found|missing|retr|unable|cannot|could not)[a-z]*(?![\w./\-=]*\w)"
    r"|[a-z](?:Error|Exception|Warning)(?![\w.])",
    re.IGNORECASE,
)
_CALM = re.compile(r"\b(?:INFO|DEBUG|TRACE|NOTICE|PASS(?:ED)?|XFAIL|SKIPPED|ok)\b|[✓✔]")
_STATUS = re.compile(r"HTTP/\d[\d.]*\"? ([45])\d\d\b")
_VERDICT = re.compile(
    r"^(?:(?:FAILED|ERROR) \S+[^\n]*|(?:FAIL|ERROR): [^\n]+|[ \t]*--- FAIL: [^\n]*|test [^\n]+ \.\.\. FAILED\r?"
    r"|[ \t]*[✕✗✖×] [^\n]+|not ok \d[^\n]*|FAIL[ \t]+\S[^\n]*|[^\n]*::[^\n]* (?:FAILED|ERROR)\b[^\n]*)$",
    re.MULTILINE,
)
_DURATION = re.compile(r"^\d+\.\d+s (?:call|setup|teardown) +[^\n]*$", re.MULTILINE)
_SLOWEST = 3
_TOTAL = re.compile(
    r"^(?:[^\n]*\b\d+ (?:passed|failed|skipped|errors?|warnings?|tests?|problems?|failures?|packages?|vulnerab\w+)\b"
    r"|Found |Tests?[: ]|Ran |test result|BUILD |Finished|real\s|Successfully |FAILED\b|OK\b|Total|Done|ok\s|make: )"
    r"[^\n]*$",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Log:
    """A log taken apart. `marks` are the offsets of its units and one more; `keys` say which units are alike."""

    text: str
    lines: Sequence[str]
    starts: Sequence[int]
    units: Units
    templates: Templates
    marks: Sequence[int]
    keys: Sequence[Hashable]

    @property
    def count(self) -> int:
        """How many units it has."""
        return len(self.units.head)

    def unit_at(self, offset: int) -> int:
        """The unit that holds the character at `offset`."""
        return min(bisect_right(self.marks, offset) - 1, self.count - 1)


def gather(log: Log, query: Query) -> list[Evidence]:
    """All evidence, strongest first."""
    strong, weak = _named(log.text, log.marks, query)
    again = _repeated(log, strong | weak)
    strong = {unit: score for unit, score in strong.items() if unit not in again}
    weak = {unit: score for unit, score in weak.items() if unit not in again}
    is_superlative = bool(_SUPERLATIVE.search(query.text))
    far, shifts = extremes(log.templates, most=6 if is_superlative else 3)
    if is_superlative:  # the times that pytest lists, longest first
        slowest = list(islice(_DURATION.finditer(log.text), _SLOWEST))
        far |= dict.fromkeys(_at(log, slowest), 9.5)
    trouble = _trouble(log)
    failures = Evidence("failure", dict.fromkeys(log.units.failures, 1.0), per_key=_ALIKE)
    found = [
        *([failures] if _FAILURE.search(query.text) else []),
        Evidence("query", strong),
        _frame(log),
        Evidence("extreme", far if is_superlative else {}, 0.4),
        failures,
        Evidence("verdict", _at(log, _VERDICT.finditer(log.text)), 0.5),
        Evidence("severe", {unit: score for unit, score in trouble.items() if score >= 0.5}, 0.4, per_key=2),
        Evidence("extreme", far, 0.2),
        Evidence("rare", _filled(log, rarity(log.keys, share=0.01)), 0.3, per_key=2),
        Evidence("warning", trouble, 0.2, per_key=1),
        Evidence("shift", shifts, 0.1),
        Evidence("query", weak, 0.1),
        Evidence("kind", _filled(log, _one_each(log)), 0.3, per_key=1),
    ]
    return [evidence for evidence in found if evidence.scores]


def _repeated(log: Log, scores: Mapping[int, float]) -> set[int]:
    """Failures among some units of which `_ALIKE` others say the same."""
    seen: Counter[Hashable] = Counter()
    out: set[int] = set()
    for unit in sorted(scores, key=lambda unit: (-scores[unit], unit)):
        if unit in log.units.failures:
            seen[log.keys[unit]] += 1
            if seen[log.keys[unit]] > _ALIKE:
                out.add(unit)
    return out


def named_lines(text: str, starts: Sequence[int], query: Query) -> set[int]:
    """Lines that the query names, at most a fifth of all."""
    strong, _ = _named(text, starts, query)
    return set(strong) if len(strong) <= max(3, len(starts) // 5) else set()


def _named(text: str, marks: Sequence[int], query: Query) -> tuple[dict[int, float], dict[int, float]]:
    """Units that the query names: plainly, and in part. Repetitions of one unit and its like come last."""
    scores = relevance(query, text, marks)
    count = len(marks) - 1
    if not scores:
        return {}, {}
    exact = [term.text for term in query.terms if term.weight > 2 and not term.text.isalpha()][:4]
    for word in exact:
        for unit in _whole(text, marks, word, scores):
            scores[unit] *= 1.5
    best = max(scores.values())
    for share in (_STRONG, 0.75, 0.95):
        strong = {unit: score for unit, score in scores.items() if score >= share * best}
        if len(strong) <= 0.6 * count or count <= 8:
            weak = {unit: score for unit, score in scores.items() if _WEAK * best <= score < share * best}
            return _spread_out(strong, text, marks), weak
    return {}, _spread_out(strong, text, marks)


def _whole(text: str, marks: Sequence[int], word: str, scores: dict[int, float]) -> set[int]:
    """Units among those with a score that hold the identifier as a whole, not as a part of a longer one."""
    whole = re.compile(rf"(?<![\w.\-/]){re.escape(word)}(?![\w\-/]|\.\w)", re.IGNORECASE)
    return {unit for unit in scores if whole.search(text, marks[unit], marks[unit + 1])}


def _spread_out(scores: dict[int, float], text: str, marks: Sequence[int]) -> dict[int, float]:
    """Lower the scores of repetitions, so that what fits a target shows different things from everywhere."""
    seen: dict[str, int] = {}
    out: dict[int, float] = {}
    for unit, score in scores.items():
        masked = re.sub(r"\d+", "0", text[marks[unit] : min(marks[unit + 1], marks[unit] + 400)])
        seen[masked] = repeats = seen.get(masked, 0) + 1
        out[unit] = score if repeats == 1 else score * (0.5 + 0.4 / repeats)
    return out


def _frame(log: Log) -> Evidence:
    """The first and last lines, and the lines that give totals."""
    last = log.count - 1
    while last > 0 and not log.lines[log.units.head[last]].strip():
        last -= 1
    scores = {max(0, last - 1): 2.0, min(1, last): 1.0, 0: 3.0, last: 2.9}
    totals = [log.unit_at(match.start()) for match in _TOTAL.finditer(log.text, max(0, len(log.text) - 50_000))]
    for unit in totals[-4:]:
        scores.setdefault(unit, 1.5)
    return Evidence("edge", scores, 0.3)


def _trouble(log: Log) -> dict[int, float]:
    """Severity of the units, without words that only look like trouble."""
    text = log.text
    scores = severity(text, log.marks)
    out: dict[int, float] = {}
    for unit, score in scores.items():
        start, end = log.marks[unit], log.marks[unit + 1]
        if unit in log.units.diagnostics:
            if "error" in text[start : min(end, start + 400)]:
                out[unit] = score
            continue
        if unit in log.units.failures:
            continue  # they speak for themselves
        if not _TROUBLE.search(text, start, min(end, start + 5000)):
            continue
        is_calm = _CALM.search(text, start, min(end, start + 300))
        out[unit] = 0.2 if is_calm else score
    if "HTTP/" in text:
        for match in _STATUS.finditer(text):
            out[log.unit_at(match.start())] = 0.9 if match.group(1) == "5" else 0.5
    return out


def _one_each(log: Log) -> dict[int, float]:
    """One unit of each kind, rare kinds first."""
    seen: dict[Hashable, int] = {}
    counts: dict[Hashable, int] = {}
    for unit, key in enumerate(log.keys):
        seen.setdefault(key, unit)
        counts[key] = counts.get(key, 0) + 1
    return {unit: 1.0 / counts[key] for key, unit in seen.items() if counts[key] < 3} if len(seen) < 2000 else {}


def _filled(log: Log, scores: dict[int, float]) -> dict[int, float]:
    """Without the units that are blank lines."""
    return {unit: score for unit, score in scores.items() if log.lines[log.units.head[unit]].strip()}


def _at(log: Log, matches: Iterable[re.Match[str]]) -> dict[int, float]:
    return {log.unit_at(match.start()): 1.0 for match in matches}
