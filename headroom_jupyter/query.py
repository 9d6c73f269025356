"""A question taken apart into the terms that texts are searched for: words, their stems, names, quoted phrases.

It looks into no text: how well a unit meets a question is told by `selection`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

__all__ = ["Query", "Term"]

_WORD = re.compile(r"(?:--?|[.$@#_/])?\w[\w]*(?:[-.:/@+#']+\w+)*")
_QUOTED = re.compile(r"[\"'`‘“]([^\"'`‘’“”\n]{2,80})[\"'`’”]")
_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_STOP = frozenset(
    "a about after all also am an and any are as at be been before between but by can could did do does each else"
    " find for from get give go got had has have he help her his how i if in into is it its just know let like list"
    " look make many may me more most much must my need no not of off on one or our out over please same say see"
    " she should show so some tell than that the their them then there these they this to too up us use used using"
    " want was we were what when where which while who whose why will with would you your"
    " true false null none path file files content command text input args query".split()
)
_MOST_PAIRS = 12  # of words that may be one name; a longer question says enough by its words


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase to look for, lower case; `weight` is how much one hit says."""

    text: str
    weight: float


@dataclass(frozen=True)
class Query:
    """What the reader wants to know, taken apart into terms.

    >>> [t.text for t in Query("Which unused parameters does res.redirect report?").terms]
    ['res.redirect', 'unused_parameter', 'unus', 'parameter', 'report', 'res', 'redirect']
    """

    text: str = ""

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """Identifiers whole and in parts, words cut to their stems, quoted phrases; heaviest first."""
        text = self.text[:8000]
        words = _WORD.findall(text)
        found = dict.fromkeys(_pairs(words), 1.5)

        def add(word: str, weight: float) -> None:
            found[word] = max(found.get(word, 0.0), weight)

        for phrase in _QUOTED.findall(text):
            if not phrase.isspace():
                add(" ".join(phrase.lower().split()), 3.0)
        for word in words:
            low = word.lower()
            if low.isalpha():
                if low not in _STOP and len(low) > 1:
                    add(_stem(low), 1.5 if not word[1:].islower() and len(word) > 2 else 1.0)
                if low == word:
                    continue
            elif not low.isdigit():
                add(low.rstrip("."), 2.5)
            elif len(low) > 1:
                add(low, 2.5 if len(low) > 2 else 1.0)
            for part in _PART.findall(word):
                if len(part) > 2 and part.lower() not in _STOP and part.lower() != low:
                    add(_stem(part.lower()), 0.5 if part.isdigit() else 0.8)
        ordered = sorted(found.items(), key=lambda item: -item[1])
        return tuple(Term(word, weight) for word, weight in ordered[:48])

    def __bool__(self) -> bool:
        return bool(self.terms)


def _pairs(words: Sequence[str]) -> Iterator[str]:
    """Neighbouring words of a question as the one name that they are in a program.

    >>> list(_pairs(["What", "is", "the", "pool", "timeout"]))
    ['pool_timeout']
    """
    found = 0
    for one, other in pairwise(words):
        low = (one.lower(), other.lower())
        if found < _MOST_PAIRS and all(word.isalpha() and len(word) > 2 and word not in _STOP for word in low):
            found += 1
            yield f"{low[0]}_{_stem(low[1])}"


def _stem(word: str) -> str:
    for ending, least in (("ies", 3), ("ing", 4), ("ed", 4), ("es", 4), ("s", 3)):
        if word.endswith(ending) and len(word) - len(ending) >= least and not word.endswith("ss"):
            return word[: -len(ending)]
    return word
