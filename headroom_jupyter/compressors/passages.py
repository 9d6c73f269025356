"""Chooses passages of a document (paragraphs, sentences, list items, table rows) and writes them with their gaps.

Its callers find the passages and know the syntax; a passage is shown whole or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from headroom_jupyter.compressors.base import Ask, Compressed, Draft, Fidelity, line_of, line_starts, runs
from headroom_jupyter.selection import Evidence, edges, relevance_of, select, severity

__all__ = ["Passage", "choose", "write"]

_GAP = 22  # characters: about what a later marker costs
_SMALL = 60  # characters; a shorter gap is dearer than what it leaves out
_TITLES_SHARE, _OUTLINE_SHARE = 0.5, 0.35  # of the target: for titles and chapters, and with all below them
_HITS = 60  # passages that the question may bring in
_REACH = 14  # passages after a heading that share what speaks for it


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of a document's source and how it is shown.

    `level` is 1 to 9 for what belongs to an outline (1: a title), 0 for the rest. `is_minor` marks navigation and the
    like, shown only when the question names it. `key` is what the passage is an example of, for a diverse choice.
    """

    start: int
    end: int
    text: str
    level: int = 0
    is_minor: bool = False
    key: str = ""


def choose(passages: Sequence[Passage], ask: Ask, *, is_data: bool = False) -> list[int]:
    """The passages that stay, sorted: what the question asks about with its surroundings, the outline, first ones.

    Args:
        passages: In source order; length n.
        ask: The question and the goal, in characters.
        is_data: Whether the target is filled up with an even and diverse spread even if the question was met.
    """
    major = sum(len(p.text) for p in passages if not p.is_minor)
    hits = _hits(passages, ask)
    if major <= ask.target_chars:
        kept = {index for index, p in enumerate(passages) if not p.is_minor or index in hits}
        return _close_gaps(passages, kept)
    outline = _outline(passages, hits, ask.target_chars)
    dear = ask.target_chars * 2
    costs = [len(p.text) + (dear if p.is_minor and i not in hits else 8) for i, p in enumerate(passages)]
    goal = max(0, ask.target_chars - sum(costs[index] + _GAP for index in outline))
    evidence = [
        Evidence("question", hits),
        Evidence("near", _near(passages, hits), 0.4),
        Evidence("severe", _severe(passages), 0.15),
        Evidence("lead", _leads(passages), 0.4),
        edges(len(passages), first=2, last=1, share=0.2),
    ]
    keys = [p.key for p in passages] if any(p.key for p in passages) else ()
    chosen = select(costs, goal, evidence, keys=keys, fill=is_data or not hits)
    return _close_gaps(passages, outline | _with_headings(passages, set(chosen.kept)))


def write(
    source: str, passages: Sequence[Passage], kept: Sequence[int], *, overhang: int = 0, fidelity: Fidelity = "faithful"
) -> Compressed:
    """Show the kept passages; say the gaps in lines where these are near enough, else in characters.

    Args:
        source: The whole source.
        passages: In order, not overlapping; a text that is an exact slice of the source is copied.
        kept: Sorted indices.
        overhang: Characters that a gap's lines may have beyond the gap itself; 0: whole lines only.
        fidelity: What the result is when nothing is left out.
    """
    starts = line_starts(source)
    draft = Draft(source)
    gaps = [_gap(passages, a, b) for a, b, is_kept in runs(kept, len(passages)) if not is_kept]
    near = [_covers(starts, gap, overhang) for gap in gaps]
    in_chars = sum(near) * 2 < len(near)
    number = 0
    for first, last, is_kept in runs(kept, len(passages)):
        if is_kept:
            for passage in passages[first:last]:
                draft.write(passage.text, source=(passage.start, passage.end))
            continue
        start, end = gaps[number]
        is_inside_line = not overhang and last < len(passages) and source[end - 1] != "\n" and source[end] != "\n"
        after = " " if is_inside_line else "\n"
        if in_chars or not near[number]:
            draft.omit("chars", [(start + 1, end)], len(source), source=[(start, end)], after=after)
        else:
            lines = (line_of(starts, start) + 1, line_of(starts, end - 1) + 1)
            draft.omit("lines", [lines], len(starts) - 1, source=[(start, end)])
        number += 1
    return draft.done(fidelity)


def _gap(passages: Sequence[Passage], first: int, last: int) -> tuple[int, int]:
    return passages[first].start, passages[last - 1].end


def _covers(starts: Sequence[int], gap: tuple[int, int], overhang: int) -> bool:
    """Whether the lines of a gap hold at most `overhang` characters besides it."""
    first, last = line_of(starts, gap[0]), line_of(starts, gap[1] - 1)
    return gap[0] - starts[first] + starts[last + 1] - gap[1] <= overhang


def _hits(passages: Sequence[Passage], ask: Ask) -> dict[int, float]:
    """Relevance of each passage, raised by that of the headings above it; the weak ones left out."""
    own = relevance_of(ask.query, [p.text for p in passages])
    scores = {index: score * (0.3 if passages[index].is_minor else 1.0) for index, score in own.items()}
    best = max((own[i] for i, p in enumerate(passages) if p.level and i in own), default=0.0)
    for index in own:
        heading = passages[index]
        if not heading.level or own[index] < best * 0.4:
            continue
        for number, body in enumerate(_section(passages, index)):
            if number >= _REACH:
                break
            scores[body] = scores.get(body, 0.0) + own[index] * 0.5 * (1 - number / _REACH)
    strong = max(scores.values(), default=0.0) * 0.3
    ordered = sorted((i for i, score in scores.items() if score >= strong), key=lambda i: (-scores[i], i))
    return {index: scores[index] for index in ordered[:_HITS]}


def _section(passages: Sequence[Passage], heading: int) -> Iterator[int]:
    level = passages[heading].level
    for index in range(heading + 1, len(passages)):
        if 0 < passages[index].level <= level:
            return
        yield index


def _near(passages: Sequence[Passage], hits: Mapping[int, float]) -> dict[int, float]:
    """Neighbours of the best hits in their section; what a colon announces counts most."""
    best = max(hits.values(), default=0.0)
    scores: dict[int, float] = {}
    for index, score in hits.items():
        if score < best * 0.5:
            continue
        if index + 1 < len(passages) and not passages[index + 1].level:
            weight = 0.9 if passages[index].text.rstrip().endswith(":") or passages[index].level else 0.5
            scores[index + 1] = max(scores.get(index + 1, 0.0), score * weight)
        if index and not passages[index - 1].level and not passages[index].level:
            scores[index - 1] = max(scores.get(index - 1, 0.0), score * 0.4)
    return scores


def _severe(passages: Sequence[Passage]) -> dict[int, float]:
    """Passages that sound like a failure, if few do."""
    starts = [0]
    for passage in passages:
        starts.append(starts[-1] + len(passage.text) + 1)
    found = {i: s for i, s in severity("\n".join(p.text for p in passages), starts).items() if s >= 0.8}
    return found if len(found) <= max(2, len(passages) * 0.02) else {}


def _leads(passages: Sequence[Passage]) -> dict[int, float]:
    """The first passage of the document and of each section, higher sections first."""
    scores: dict[int, float] = {}
    for index, passage in enumerate(passages):
        if passage.level and index + 1 < len(passages) and not passages[index + 1].level:
            scores[index + 1] = 1.0 / passage.level
    return scores


def _outline(passages: Sequence[Passage], hits: Mapping[int, float], target: int) -> set[int]:
    """Headings within the target, level by level; of the last one that fits in part, hits and then an even spread."""
    levels: dict[int, list[int]] = {}
    for index, passage in enumerate(passages):
        if passage.level and not passage.is_minor:
            levels.setdefault(passage.level, []).append(index)
    kept: set[int] = set()
    spent = 0
    for level, members in sorted(levels.items()):
        costs = [len(passages[index].text) + _GAP for index in members]
        left = max(0, int(target * (_TITLES_SHARE if level <= 2 else _OUTLINE_SHARE)) - spent)
        if sum(costs) <= left:
            kept.update(members)
            spent += sum(costs)
            continue
        found = {number: hits[index] for number, index in enumerate(members) if index in hits}
        chosen = select(costs, left, [Evidence("question", found)])
        kept.update(members[number] for number in chosen.kept)
        break
    return kept


def _with_headings(passages: Sequence[Passage], kept: set[int]) -> set[int]:
    """Also the headings under which the kept passages stand."""
    above: list[int] = []
    out = set(kept)
    for index, passage in enumerate(passages):
        if index in kept:
            out.update(above)
        if passage.level:
            while above and passages[above[-1]].level >= passage.level:
                above.pop()
            above.append(index)
    return out


def _close_gaps(passages: Sequence[Passage], kept: set[int]) -> list[int]:
    """Also the passages of gaps too small to pay for a marker."""
    out: list[int] = []
    for first, last, is_kept in runs(sorted(kept), len(passages)):
        if is_kept or sum(len(p.text) for p in passages[first:last]) < _SMALL:
            out.extend(range(first, last))
    return out
