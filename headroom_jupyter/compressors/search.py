"""Search results: `path:line:text` in all the forms that grep and its kin print, grouped by file.

It finds no matches itself: what a tool printed is all it knows. Compiler and linter messages are the log's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from headroom_jupyter.compressors.base import Ask, Compressed, Draft, Hints, line_starts, lossless, runs, verbatim
from headroom_jupyter.compressors.paths import by_directory, roll_up, split_path
from headroom_jupyter.compressors.search_hits import (
    CONTEXT,
    HIT,
    SEPARATOR,
    Hits,
    claim,
    decode_grouped,
    encode_grouped,
    read,
    units,
)
from headroom_jupyter.selection import Evidence, Query, outliers, relevance, select

__all__ = ["SearchCompressor"]

_MARKER = 60  # characters of a usual marker
_LONG = 400  # characters; a longer line comes from a minified or data file and is shown in windows
_OVERVIEW_SHARE = 35  # percent of the target for the numbers of all files
_WINDOW = 110  # characters on each side of a match in a long line
_DEFINES = re.compile(
    r"(?:def|class|func|function|fn|struct|enum|interface|trait|type|const|let|var|#define|module|sub|impl)[ \t]+(\w+)"
)
_COLUMN = re.compile(r"(\d{1,7}):")


class SearchCompressor:
    """Groups hits by file; under pressure shows counts for all files and the hits that the query is about."""

    name = "search"

    def confidence(self, text: str, hints: Hints) -> float:
        """How much of a sample reads as hits with paths."""
        return claim(text, hints.tool)

    def compress(self, text: str, ask: Ask) -> Compressed:
        """The grouped form where it is enough, else the best hits under an overview of all."""
        hits = read(text)
        if hits is None:
            return verbatim(text)
        may_fit = not ask.may_omit or len(text) <= 6 * ask.target_chars
        grouped = encode_grouped(hits) if may_fit else text
        fits = len(grouped) < len(text) and (not ask.may_omit or len(grouped) <= ask.target_chars)
        if not fits and ask.may_omit:
            cut = _cut(text, hits, ask)
            if len(grouped) > (len(cut.text) + _MARKER) * 1.2:
                return cut
        return lossless(text, grouped, ask, units) if len(grouped) < len(text) else verbatim(text)

    def decode(self, text: str) -> str | None:
        """The original of the grouped form."""
        return decode_grouped(text)


def _cut(text: str, hits: Hits, ask: Ask) -> Compressed:
    starts = line_starts(text)
    overview = _overview(hits, ask.target_chars * _OVERVIEW_SHARE // 100)
    room = max(ask.target_chars - len(overview), ask.target_chars // 2)
    kept = _chosen(text, starts, hits, ask.query, room)
    draft = Draft(text)
    draft.write(overview)
    gaps = [(first, last) for first, last, is_kept in runs(kept, len(starts) - 1) if not is_kept]
    if gaps:
        ranges = [(first + 1, last) for first, last in gaps]
        source = [(starts[first], starts[last]) for first, last in gaps]
        draft.omit("lines", ranges, len(starts) - 1, source=source)
    everywhere = _everywhere(hits, ask.query)
    for index in kept:
        if starts[index + 1] - starts[index] <= _LONG + 1:
            draft.copy(starts[index], starts[index + 1])
        else:
            _copy_windows(draft, hits, index, starts, everywhere)
    return draft.done()


def _overview(hits: Hits, limit: int) -> str:
    """How many hits there are in all, by file where that fits `limit` characters, else by directory."""
    counts = hits.counts()
    total = sum(counts.values())
    if list(counts) == [""]:
        return f"{total} hits\n"
    head = f"{total} hits in {len(counts)} files"
    lines = by_directory({path: str(number) if number > 1 else "" for path, number in counts.items()})
    if sum(map(len, lines)) + len(lines) <= limit or len(counts) <= 3:
        note = " (hits of each; no number: 1)" if len(counts) < total else ""
        return f"{head}{note}\n" + "\n".join(lines) + "\n"
    folders: dict[str, Counter[str]] = {}
    for path, number in counts.items():
        folders.setdefault(split_path(path)[0], Counter()).update({"hits": number, "files": 1})
    lines = roll_up(folders, _in_files, limit)
    return f"{head} (hits in files, by directory; one number: 1 file)\n" + "\n".join(lines) + "\n"


def _in_files(labels: Counter[str]) -> str:
    return f"{labels['hits']} in {labels['files']}" if labels["files"] > 1 else str(labels["hits"])


def _chosen(text: str, starts: Sequence[int], hits: Hits, query: Query, room: int) -> list[int]:
    """The lines to show: what the query is about, then some of each directory."""
    lines = [index for index, kind in enumerate(hits.kinds) if kind == HIT]
    unit = {line: number for number, line in enumerate(lines)}
    costs = [min(starts[line + 1] - starts[line], _LONG + 40) for line in lines]
    scores = _scores(text, starts, hits, query)
    folders = [split_path(hits.paths[line])[0] for line in lines]
    best = max(scores.values(), default=0.0)
    asked = {unit[line]: score for line, score in scores.items() if score >= 0.3 * best}
    numbers = Evidence("count", outliers([hits.count(line) for line in lines]), share=0.25)
    first = select(costs, room, [Evidence("query", asked, share=0.75), numbers], fill=False)
    used = sum(costs[index] for index in first.kept)
    around: set[int] = set()
    for index in sorted(first.kept, key=lambda index: -asked.get(index, 0.0)):
        for line in _context(hits, lines[index]) if index in asked else ():
            cost = starts[line + 1] - starts[line]
            if line not in around and used + cost <= room:
                around.add(line)
                used += cost
    target = min(room, used + room // 4) if first.kept else room
    chosen = Evidence("query", dict.fromkeys(first.kept, 1.0))
    left = max(target - used, 0) + sum(costs[index] for index in first.kept)
    whole = select(costs, left, [chosen], keys=folders)
    picked = sorted({*first.kept, *whole.kept}) or [0]
    kept = {lines[index] for index in picked} | around
    kept |= {hits.heading[line] for line in kept if hits.heading[line] >= 0}
    return _closed(kept, starts, hits)


def _scores(text: str, starts: Sequence[int], hits: Hits, query: Query) -> dict[int, float]:
    """Relevance of the hits; a line of context speaks for the hit nearest to it, a file's name for all of its hits."""
    raw = relevance(query, text, starts)
    scores: dict[int, float] = {}
    words = {term.text for term in query.terms}
    best = max(raw.values(), default=0.0)
    for line, score in raw.items():
        if hits.kinds[line] == HIT:
            defined = _DEFINES.search(hits.lines[line][:_LONG])
            boost = best if defined and defined.group(1).lower() in words else 0.0
            scores[line] = scores.get(line, 0.0) + score + boost
        elif hits.kinds[line] == CONTEXT and hits.nearest(line) >= 0:
            near = hits.nearest(line)
            scores[near] = max(scores.get(near, 0.0), 0.7 * score)
    for line, heading in enumerate(hits.heading):
        if hits.kinds[line] == HIT and heading in raw:
            scores[line] = scores.get(line, 0.0) + raw[heading] * 0.5
    return scores


def _context(hits: Hits, line: int) -> list[int]:
    """Up to four lines of context after a hit and two before it, nearest first."""
    found = []
    for step, most in ((1, 4), (-1, 2)):
        for distance in range(1, most + 1):
            at = line + step * distance
            if not (0 <= at < len(hits.kinds) and hits.kinds[at] == CONTEXT and hits.paths[at] == hits.paths[line]):
                break
            found.append(at)
    return found


def _closed(kept: set[int], starts: Sequence[int], hits: Hits) -> list[int]:
    """Also the short gaps that cost no more than their marker."""
    for first, last, is_kept in runs(sorted(kept), len(starts) - 1):
        short = starts[last] - starts[first] <= 12 or last - first == 1 and hits.kinds[first] == SEPARATOR
        if not is_kept and first > 0 and last < len(starts) - 1 and short:
            kept.update(range(first, last))
    return sorted(kept)


def _everywhere(hits: Hits, query: Query) -> list[str]:
    """The query's terms, those first that stand in every long hit: they are what was searched for."""
    long = [line[: 100 * _LONG].lower() for line in hits.lines if len(line) > _LONG][:8]
    terms = [term.text for term in query.terms]
    return sorted(terms, key=lambda term: not all(term in line for line in long))


def _copy_windows(draft: Draft, hits: Hits, index: int, starts: Sequence[int], terms: Sequence[str]) -> None:
    """A long line: its path, and the surroundings of the first matches."""
    line = hits.lines[index]
    low = line.lower()
    prefix = hits.marks[index]
    column = _COLUMN.match(line, prefix)
    places = [prefix + int(column.group(1))] if column else []
    for term in terms:
        found = low.find(term, prefix)
        while found >= 0 and len(places) < 2:
            if all(abs(found - place) > _WINDOW for place in places):
                places.append(found)
            found = low.find(term, found + len(term))
    windows = [(0, prefix + 60)]
    for place in sorted(places):
        first, last = max(0, place - _WINDOW), min(place + _WINDOW, len(line))
        if first - windows[-1][1] < 40:
            windows[-1] = windows[-1][0], max(last, windows[-1][1])
        else:
            windows.append((first, last))
    at = 0
    for first, last in [*windows, (len(line), len(line))]:
        if first > at:
            span = (starts[index] + at, starts[index] + first)
            draft.omit("chars", [(at + 1, first)], len(line), source=[span], at=f"lines {index + 1}", after="")
        draft.copy(starts[index] + first, starts[index] + min(last, len(line)))
        at = last
    draft.copy(starts[index] + len(line), starts[index + 1])
