"""Which units stay: one engine for rows, lines, hits, sentences and functions.

A compressor says what its units cost and what speaks for them (evidence); the engine picks a set within a target.
It does not know what a unit is, and it writes nothing.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import TypeVar

from headroom_jupyter.query import Query, Term

__all__ = [
    "Evidence",
    "Query",
    "Selection",
    "Term",
    "change_points",
    "edges",
    "outliers",
    "rarity",
    "relevance",
    "relevance_of",
    "select",
    "severity",
    "shares",
    "transitions",
]

_Key = TypeVar("_Key")

_RARE = 3  # units with a word of the question: it names them
_NAMED = 0.6  # of the best score: what a rare word has at least, whatever the others do
_MOST_HITS = 20_000  # a word with more hits tells units apart no longer; a limit by size, never by the clock
_COARSE = 256  # places at which a shift is looked for first; the best is then looked at closely
_OVERDRAFT = 1.25  # of the target: what the first evidence may take
_K1, _B = 1.2, 0.75  # Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009)

_SEVERE = {
    **dict.fromkeys(("fatal", "panic", "critical", "emergency", "traceback", "segfault", "deadlock", "corrupt"), 1.0),
    **dict.fromkeys(("exception", "error", "fail", "denied", "refused", "abort", "unreachable", "oom"), 0.8),
    **dict.fromkeys(("killed", "timed out", "timeout", "unauthorized", "forbidden", "invalid", "rejected"), 0.5),
    **dict.fromkeys(("warn", "deprecated", "not found", "missing", "retry"), 0.3),
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for some units: a score each, and how much of the target they may take.

    `share` is a fraction of the target (1.0: all of it); `per_key` limits how many units of one key it may keep;
    `floor` is the fraction it has even when stronger evidence took the whole target.
    """

    reason: str
    scores: Mapping[int, float]
    share: float = 1.0
    per_key: int = 1_000_000
    floor: float = 0.15


@dataclass(frozen=True, slots=True)
class Selection:
    """The indices that stay, sorted, and why each does."""

    kept: tuple[int, ...]
    reasons: Mapping[int, str]


def select(
    costs: Sequence[int], target: int, evidence: Sequence[Evidence], *, keys: Sequence[Hashable] = (), fill: bool = True
) -> Selection:
    """Pick units within a target: evidence in its order, then a diverse and even spread of the rest.

    Args:
        costs: What each unit costs when shown, in characters; length n.
        target: What the kept units may cost together, in characters. The first evidence may pass it by a quarter,
            and each of the others has its floor in any case.
        evidence: Strongest first. Within one, the higher score first, then the earlier unit.
        keys: The units' categories or templates, length n or empty; the spread shows unseen keys first.
        fill: Whether to use what is left of the target for the spread.

    Returns:
        Kept indices in order, with a reason each ("spread" for the last step).

    >>> chosen = select([10] * 9, 40, [Evidence("query", {5: 2.0}), edges(9)])
    >>> chosen.kept, chosen.reasons[5]
    ((0, 1, 5, 8), 'query')
    """
    reasons: dict[int, str] = {}
    seen: Counter[Hashable] = Counter()
    spent = 0
    for rank, item in enumerate(evidence):
        left = _OVERDRAFT * target if rank == 0 else max(target - spent, item.floor * target)
        allowed = min(item.share * _OVERDRAFT * target, left) if rank == 0 else min(item.share * target, left)
        used = 0
        of_key: Counter[Hashable] = Counter()
        for index in sorted(item.scores, key=lambda i: (-item.scores[i], i)):
            if index in reasons:
                continue
            key = keys[index] if keys else index
            if of_key[key] >= item.per_key or used + costs[index] > allowed:
                continue
            reasons[index] = item.reason
            of_key[key] += 1
            seen[key] += 1
            used += costs[index]
        spent += used
    if fill:
        for index in _spread(len(costs), keys, seen, reasons):
            if spent + costs[index] > target:
                continue
            reasons[index] = "spread"
            spent += costs[index]
            if spent > target * 0.97:
                break
    return Selection(tuple(sorted(reasons)), reasons)


def shares(sizes: Mapping[_Key, int], weights: Mapping[_Key, float], target: float) -> dict[_Key, int]:
    """Share a target out among parts by weight, until each is full or the target is reached.

    >>> shares({0: 10, 1: 500}, {0: 1.0, 1: 1.0}, 100)
    {0: 10, 1: 90}
    """
    left, out = target, dict[_Key, int]()
    weight = sum(weights.values())
    for key in sorted(sizes, key=lambda key: sizes[key] / weights[key]):
        share = min(float(sizes[key]), left * weights[key] / weight if weight > 0 else 0.0)
        out[key] = int(share)
        left -= share
        weight -= weights[key]
    return out


def relevance(query: Query, text: str, starts: Sequence[int]) -> dict[int, float]:
    """BM25 of the units of `text` for `query`; unit i is text[starts[i]:starts[i + 1]].

    Only units with a hit have an entry. Terms match at the start of a word or of a CamelCase hump; a whole word
    counts fully, the start of a longer one half.
    """
    count = len(starts) - 1
    if count < 1 or not query.terms:
        return {}
    low = _lower(text)
    mean = max(1.0, (starts[-1] - starts[0]) / count)
    scores: dict[int, float] = {}
    rare: list[dict[int, float]] = []
    for term in query.terms:
        hits: dict[int, float] = {}
        for number, (offset, is_whole) in enumerate(_occurrences(low, text, term.text)):
            if number >= _MOST_HITS:
                break
            unit = bisect_right(starts, offset) - 1
            if 0 <= unit < count:
                hits[unit] = hits.get(unit, 0.0) + (1.0 if is_whole else 0.5)
        idf = math.log(1 + (count - len(hits) + 0.5) / (len(hits) + 0.5))
        for unit, frequency in hits.items():
            length = (starts[unit + 1] - starts[unit]) / mean
            gain = frequency * (_K1 + 1) / (frequency + _K1 * (1 - _B + _B * length))
            scores[unit] = scores.get(unit, 0.0) + term.weight * idf * gain
        if term.weight >= 1 and 0 < len(hits) <= _RARE and max(hits.values()) >= 1:
            rare.append(hits)
    best = max(scores.values(), default=0.0)
    for hits in rare:  # a question may name several things: what one of them says must not silence the others
        unit = max(hits, key=lambda unit: (scores[unit], -unit))
        scores[unit] = max(scores[unit], _NAMED * best)
    return scores


def relevance_of(query: Query, units: Sequence[str]) -> dict[int, float]:
    """`relevance` for units that are strings of their own.

    >>> sorted(relevance_of(Query("404?"), ["GET /a 200", "GET /b 404", "GET /c 200"]))
    [1]
    """
    if not query.terms:
        return {}
    starts = [0]
    for unit in units:
        starts.append(starts[-1] + len(unit) + 1)
    return relevance(query, "\n".join(units), starts)


def severity(text: str, starts: Sequence[int]) -> dict[int, float]:
    """How bad the units of `text` sound, 0.3 (a warning) to 1.0 (fatal); silent units have no entry.

    >>> severity("all fine\\n0 errors\\nERROR disk\\n", [0, 9, 18, 29])
    {2: 0.8}
    """
    low = _lower(text)
    count = len(starts) - 1
    scores: dict[int, float] = {}
    for word, weight in _SEVERE.items():
        for number, (offset, _) in enumerate(_occurrences(low, text, word)):
            if number >= _MOST_HITS:
                break
            before = low[max(0, offset - 3) : offset]
            if before.endswith(("0 ", "no ")) and before[:1] not in "123456789":
                continue
            unit = bisect_right(starts, offset) - 1
            if 0 <= unit < count and scores.get(unit, 0.0) < weight:
                scores[unit] = weight
    return scores


def outliers(values: Sequence[float | None], *, most: int = 3) -> dict[int, float]:
    """The extremes of a numeric column, and what stands far out: at most `most` a side, farthest highest.

    Far is a robust z-score over 6 by the median absolute deviation. The minimum and the maximum always have an
    entry (score 1) when the column varies.

    >>> sorted(outliers([1, 2, 1, 2, None, 99, 2, 1]))
    [0, 5]
    """
    isfinite = math.isfinite
    known = [(index, value) for index, value in enumerate(values) if value is not None and isfinite(value)]
    if len(known) < 4:
        return {}
    known.sort(key=itemgetter(1))  # stable: of equal values the earlier unit comes first
    lowest, highest, middle = known[0][1], known[-1][1], known[len(known) // 2][1]
    if lowest == highest:
        return {}
    spread = sorted([abs(value - middle) for _, value in known])[len(known) // 2] * 1.4826
    scores = {known[0][0]: 1.0, next(index for index, value in known if value == highest): 1.0}
    for index, value in known[:most] + known[-most:]:
        far = abs(value - middle) / spread if spread else 0.0
        if far > 6:
            scores[index] = max(scores.get(index, 0.0), min(1.0 + math.log10(far), 9.0))
    return scores


def change_points(values: Sequence[float | None], *, most: int = 3) -> dict[int, float]:
    """First units after a lasting shift of a numeric column's level, by binary segmentation.

    A split counts when it explains at least 60 % of its segment's variance and leaves 5 values a side.

    >>> sorted(change_points([1.0, 1.1] * 10 + [7.0, 7.1] * 10))
    [20]
    """
    known = [(index, value) for index, value in enumerate(values) if value is not None and math.isfinite(value)]
    sums, squares = [0.0], [0.0]
    for _, value in known:
        sums.append(sums[-1] + value)
        squares.append(squares[-1] + value * value)
    found: dict[int, float] = {}
    segments = [(0, len(known))]
    while segments and len(found) < most:
        start, end = segments.pop(0)
        size = end - start
        whole = sums[end] - sums[start]  # multiplied, not raised: ** refuses to overflow
        total = squares[end] - squares[start] - whole * whole / size if size >= 10 else 0.0
        if not (math.isfinite(total) and total > 1e-12 * max(1.0, squares[end] - squares[start])):
            continue
        step = max(1, size // _COARSE)
        coarse = _best_split(sums, start, end, range(start + 5, end - 4, step))[1]
        near = range(max(start + 5, coarse - step), min(end - 4, coarse + step + 1))
        best, at = _best_split(sums, start, end, near)
        if best / total >= 0.6:
            found[known[at][0]] = best / total
            segments += [(start, at), (at, end)]
    return found


def _best_split(sums: Sequence[float], start: int, end: int, splits: range) -> tuple[float, int]:
    """The variance that the best of some splits explains, and where it is."""
    best, at = 0.0, splits.start
    base, whole = sums[start], sums[end] - sums[start]
    for split in splits:
        left = split - start
        gap = (sums[split] - base) * (end - start) - whole * left
        gain = gap * gap / (left * (end - split))
        if gain > best:
            best, at = gain, split
    return best / (end - start), at


def transitions(keys: Sequence[Hashable], *, most: int = 6) -> dict[int, float]:
    """Units at which a category that seldom changes does; {} when it changes more than `most` times."""
    found = [index for index in range(1, len(keys)) if keys[index] != keys[index - 1]]
    return dict.fromkeys(found, 1.0) if len(found) <= most else {}


def rarity(keys: Sequence[Hashable], *, share: float = 0.02) -> dict[int, float]:
    """Units whose key few others have: at most `share` of all, and at most 20 kinds of them.

    >>> rarity(["ok"] * 60 + ["lost"])
    {60: 1.0}
    """
    counts = Counter(keys)
    limit = len(keys) * share
    rare = {key for key, number in counts.items() if number <= limit}
    if not rare or len(rare) > 20 or len(rare) == len(counts):
        return {}
    return {index: 1.0 / counts[key] for index, key in enumerate(keys) if key in rare}


def edges(count: int, *, first: int = 1, last: int = 1, share: float = 1.0) -> Evidence:
    """Evidence for the first and last units."""
    scores = dict.fromkeys(range(min(first, count)), 2.0)
    scores.update({index: 1.0 for index in range(max(0, count - last), count) if index not in scores})
    return Evidence("edge", scores, share)


def _spread(
    count: int, keys: Sequence[Hashable], seen: Mapping[Hashable, int], kept: Mapping[int, str]
) -> Iterator[int]:
    """Units not kept yet: one of each unseen key, then evenly spaced, halving the step."""
    given: set[int] = set(kept)
    if keys:
        shown = {key for key, number in seen.items() if number}
        for index, key in enumerate(keys):
            if key not in shown and index not in given:
                shown.add(key)
                given.add(index)
                yield index
    step = max(1, count // 4)
    while True:
        for index in range(step // 2, count, step):
            if index not in given:
                given.add(index)
                yield index
        if step == 1:
            return
        step = max(1, step // 2)


def _lower(text: str) -> str:
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(c if len(c.lower()) != 1 else c.lower() for c in text)


def _occurrences(low: str, text: str, word: str) -> Iterator[tuple[int, bool]]:
    """Offsets where `word` begins a word or hump, and whether it is the whole word."""
    size = len(word)
    starts_inside = not word[0].isalnum()
    at = low.find(word)
    while at >= 0:
        before = low[at - 1] if at else " "
        after = low[at + size : at + size + 1]
        if size <= 2:  # too short to mean anything inside a word or a hash
            if starts_inside or not (before.isalnum() or after.isalnum()):
                yield at, True
        elif (
            starts_inside
            or not before.isalnum()
            or (text[at].isupper() and not text[at - 1].isupper())
            or (before.isdigit() != word[0].isdigit())
        ):
            yield at, not after.isalnum() or text[at + size].isupper()
        at = low.find(word, at + size)
