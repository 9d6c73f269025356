"""What of a text goes into the index of memories: words cut to their stems, and the n-grams of words.

Terms are hashed together with their project, so the index shows no word, and no project's terms meet another's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b

__all__ = ["STOP_WORDS", "Hasher", "grams", "stem", "words"]

STOP_WORDS = frozenset(
    "a about also am an and any are as at be been being but by can could did do does each for from get got had has have"
    " he her here him his how i if in into is it its just me may might my of on one or our out over please same she"
    " should so some than that the their them then there these they this those through to too us was we were what when"
    " where which while who whom whose why will with would you your".split()
)
_WORD = re.compile(r"\w+")
_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
# Scripts that part no words by spaces: Han, Hiragana, Katakana, Thai.
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
_GRAM = 5
_LONGEST_WORD = 64
_DIGEST = 5  # bytes; a term that two words share only costs a little precision

_ENDINGS = (
    *(("ization", "iz"), ("isation", "iz"), ("ational", "at"), ("fulness", ""), ("iveness", ""), ("ously", "")),
    *(("ation", "at"), ("ments", ""), ("ment", ""), ("ness", ""), ("able", ""), ("ible", ""), ("ally", "")),
    *(("ings", ""), ("tion", "t"), ("sion", "s"), ("ies", "i"), ("ied", "i"), ("ive", ""), ("ing", ""), ("ers", "")),
    *(("est", ""), ("ful", ""), ("ed", ""), ("er", ""), ("or", ""), ("ly", ""), ("es", ""), ("s", ""), ("e", "")),
    ("y", "i"),
)


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A lower-case word without its ending, the same for most forms of one English word.

    >>> [stem(word) for word in ("deploys", "deployed", "deployment", "query", "queries", "class")]
    ['deploy', 'deploy', 'deploy', 'queri', 'queri', 'class']
    """
    if not word.isascii() or not word.isalpha():
        return word
    for ending, put in _ENDINGS:
        least = 3 if len(ending) <= 3 else 4
        if word.endswith(ending) and len(word) - len(ending) >= least and not word.endswith("ss"):
            base = word[: len(word) - len(ending)] + put
            if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "lsz":
                base = base[:-1]
            return base
    return word


def words(text: str) -> list[str]:
    """The stems of a text in order, identifiers whole and in parts, without function words.

    >>> words("The max_retries of HTTPClient is 5")
    ['max_retries', 'max', 'retri', 'httpclient', 'http', 'client', '5']
    """
    found: list[str] = []
    for word in _WORD.findall(text):
        low = word.lower()
        if low in STOP_WORDS or len(low) > _LONGEST_WORD:
            continue
        if _UNSPACED.search(low):
            found += [low[at : at + 2] for at in range(max(1, len(low) - 1))]
            continue
        found.append(stem(low))
        if low != word or "_" in low or not low.isalpha():
            parts = _PART.findall(word)
            if len(parts) > 1:
                found += [stem(part.lower()) for part in parts if part.lower() not in STOP_WORDS]
    return found


def grams(found: Iterable[str]) -> list[str]:
    """The n-grams of words, with marks for where a word begins and ends.

    >>> grams(["port"])
    ['^port', 'port$']
    """
    pieces: list[str] = []
    for word in found:
        marked = f"^{word}$"
        pieces += [marked[at : at + _GRAM] for at in range(max(1, len(marked) - _GRAM + 1))]
    return pieces


class Hasher:
    """Makes the index's tokens of a project's terms."""

    def __init__(self, scope: bytes) -> None:
        self._scope = scope

    def __call__(self, terms: Iterable[str], sort: str = "w") -> list[str]:
        """One token for each term; `sort` keeps words, n-grams and keys of facts apart."""
        head, key = sort.encode(), self._scope
        return [
            blake2b(head + term.encode("utf-8", "surrogatepass"), digest_size=_DIGEST, key=key).hexdigest()
            for term in terms
        ]
