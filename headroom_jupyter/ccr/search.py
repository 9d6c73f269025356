"""Which pieces of an original answer a query: BM25, and runs of the query's words that stand there as they are.

It scores and chooses; it renders nothing and counts no tokens.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from headroom_jupyter.ccr.pages import Book, is_base64
from headroom_jupyter.selection import Query, relevance

__all__ = ["search"]

_NEAR = 450  # characters; hits closer than this belong together
_MOST_WORDS = 32
_MOST_HITS = 3000  # of one word; a limit by size, never by the clock
_RESCORED = 400  # pieces whose neighbourhood is looked at
_WEAK = 0.35  # of the best score; what is below says less than it costs
_BETWEEN = " \t\r\n\"'\\:,=|"  # what may stand between two words of a phrase: line ends, quotes of JSON, separators


@dataclass(frozen=True, slots=True)
class _Phrase:
    weight: float
    offsets: list[int]
    pieces: list[int]


def search(book: Book, query: str) -> list[int]:
    """The pieces of a book that answer a query, by index, best first; none when nothing matches."""
    text, starts = book.text, book.starts
    scores = relevance(Query(query), text, starts)
    best = max(scores.values(), default=0.0)
    scores = {index: score / best for index, score in scores.items()}
    phrases = _weighed(_phrases(query, text), starts)
    total = sum(phrase.weight for phrase in phrases) or 1.0
    for phrase in phrases:
        for index in phrase.pieces:
            scores[index] = scores.get(index, 0.0) + 2 * phrase.weight / total
    order = [index for index in _ranked(scores) if not is_base64(book.texts[index])]
    in_phrase = {index for phrase in phrases for index in phrase.pieces}
    for index in [index for index in order[:_RESCORED] if index in in_phrase]:
        scores[index] += _nearby(phrases, starts[index], starts[index + 1]) / total
    order.sort(key=lambda index: (-scores[index], index))
    return list(_chosen(order, scores, phrases))


def _ranked(scores: dict[int, float]) -> list[int]:
    return sorted(scores, key=lambda index: (-scores[index], index))


def _chosen(order: Sequence[int], scores: dict[int, float], phrases: Sequence[_Phrase]) -> Iterator[int]:
    """The best piece for each phrase, weightiest first, then all that are not weak."""
    given: set[int] = set()
    allowed = set(order)
    for phrase in sorted(phrases, key=lambda phrase: -phrase.weight):
        own = [index for index in phrase.pieces if index in allowed]
        if own:
            first = min(own, key=lambda index: (-scores[index], index))
            if first not in given:
                given.add(first)
                yield first
    for index in order:
        if scores[index] < _WEAK * scores[order[0]]:
            return
        if index not in given:
            yield index


def _weighed(found: Sequence[tuple[str, list[int], int]], starts: Sequence[int]) -> list[_Phrase]:
    """Weigh phrases by how long and how rare they are; a lone common word is left to BM25."""
    phrases = []
    for words, offsets, length in found:
        if not Query(words).terms and length < 12:
            continue
        pieces: set[int] = set()
        for offset in offsets:
            first = bisect_right(starts, offset) - 1
            last = min(bisect_left(starts, offset + length), len(starts) - 1)
            pieces.update(range(first, max(first + 1, last)))
        rare = math.log(1 + len(starts) / len(pieces))
        phrases.append(_Phrase(rare * math.sqrt(min(length, 60)), offsets, sorted(pieces)))
    return phrases


def _nearby(phrases: Sequence[_Phrase], start: int, end: int) -> float:
    """Weight of the phrases that stand near a piece, but not in it."""
    weight = 0.0
    for phrase in phrases:
        at = bisect_left(phrase.offsets, start - _NEAR)
        if at < len(phrase.offsets) and phrase.offsets[at] < end + _NEAR:
            inside = bisect_left(phrase.offsets, start)
            if not (inside < len(phrase.offsets) and phrase.offsets[inside] < end):
                weight += phrase.weight
    return weight


def _phrases(query: str, text: str) -> list[tuple[str, list[int], int]]:
    """The query cut into the longest runs of words that the text has: the run, its offsets, its length there."""
    low = text.lower()
    if len(low) != len(text):  # a letter whose lower case is two: offsets would shift
        low = text
    words = query.lower().split()[:_MOST_WORDS] if low is not text or text.islower() else query.split()[:_MOST_WORDS]
    found = []
    at = 0
    while at < len(words):
        ends = {offset: offset + len(words[at]) for offset in _places(low, words, at)}
        count = 1
        while at + count < len(words):
            longer = {}
            for offset, end in ends.items():
                after = _after(low, end, words[at + count])
                if after:
                    longer[offset] = after
            if not longer:
                break
            ends, count = longer, count + 1
        if ends:
            offsets = sorted(ends)
            found.append((" ".join(words[at : at + count]), offsets, ends[offsets[0]] - offsets[0]))
        at += count
    return found


def _places(low: str, words: Sequence[str], at: int) -> list[int]:
    """Where a word stands, and where it stands with the next one even if it is too common to list."""
    offsets = _occurrences(low, words[at])
    if len(offsets) >= _MOST_HITS and at + 1 < len(words):
        offsets += _occurrences(low, f"{words[at]} {words[at + 1]}")
    return offsets


def _occurrences(low: str, word: str) -> list[int]:
    offsets: list[int] = []
    offset = low.find(word)
    while offset >= 0 and len(offsets) < _MOST_HITS:
        offsets.append(offset)
        offset = low.find(word, offset + 1)
    return offsets


def _after(low: str, end: int, word: str) -> int:
    """Where `word` ends if it follows at `end`, else 0; only separators may stand between."""
    at = end
    while at - end < 40:
        if low.startswith(word, at) and (at > end):
            return at + len(word)
        if low[at : at + 1] not in _BETWEEN or at >= len(low):
            return 0
        at += 1
    return 0
