"""Whether two memories say the same, or contradict each other; it is careful, and in doubt they are two.

Decided by words alone, so that the same two texts always get the same verdict.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from headroom_jupyter.memory.terms import STOP_WORDS, stem

__all__ = ["clashes", "normal", "relation"]

Relation = Literal["same", "contradiction", "other"]
_TOKEN = re.compile(r"\w+(?:[-./:@+]\w+)*")
_NEGATION = frozenset(
    "not no never cannot dont doesnt isnt arent wasnt wont cant shouldnt mustnt without neither nor none".split()
)
_VERB = re.compile(
    r"\s+(?:is now|are now|is set to|is called|is named|is at|is on|is in|is|are|was|equals|defaults to|set to|prefers?"
    r"|listens? on|runs? on|runs? at|lives? in|lives? at|lives? under|points? to|must be|should be|costs|takes"
    r"|expires on|ends on|starts on)\s+|\s*(?:==?|:|=>|→)\s+",
    re.IGNORECASE,
)
_PREFERS = re.compile(r"prefer|named|called|set to|defaults to|live|point|listen|run", re.IGNORECASE)
# What a thing has one of at a time, so that another value takes the place of the first.
_SINGLE = frozenset(
    "address branch channel color command count database date deadline default directory editor email encoding endpoint"
    " folder format framework host id indentation interpreter key kernel language level license limit location manager"
    " model name number owner password path port price quota rate region runner schema shell size style threshold time"
    " timeout timezone url user username value version width".split()
)
_NUMBER = re.compile(r"v?\d[\d.,_:x-]*%?(?:[a-zµ]{1,4})?", re.IGNORECASE)
_PLACE = re.compile(r"\S*[/\\@]\S*|\S+\.\w{2,5}")
_LEAST_SHARED = 0.8  # of the longer one's words: what two wordings of one memory have in common
_LONGEST = 400  # words that are compared; longer texts are the same only when they are equal


def normal(text: str) -> str:
    """A text without what makes no difference: case, spacing, the stop at its end."""
    return " ".join(text.casefold().split()).rstrip(".!;, ")


def clashes(old: Mapping[str, str], new: Mapping[str, str]) -> set[str]:
    """The keys of `old` that `new` gives another value.

    >>> clashes({"port": "5432", "host": "db"}, {"Port": "5433"})
    {'port'}
    """
    said = {key.lower(): normal(value) for key, value in new.items()}
    return {key for key, value in old.items() if said.get(key.lower(), normal(value)) != normal(value)}


def relation(old: str, new: str) -> Relation:
    """How a new text relates to an old one.

    >>> relation("The staging port is 5432.", "the  staging port is 5432")
    'same'
    >>> relation("The staging port is 5432", "The staging port is now 5433")
    'contradiction'
    >>> relation("The staging port is 5432", "The production port is 5433")
    'other'
    """
    if normal(old) == normal(new):
        return "same"
    one, two = _tokens(old), _tokens(new)
    if not one or not two or max(len(one), len(two)) > _LONGEST:
        return "other"
    if min(len(one), len(two)) >= _LEAST_SHARED * max(len(one), len(two)) and _is_same(one, two):
        return "same"
    begins_alike = _stems(one[:1]) == _stems(two[:1])  # as all do that share a subject: it is cheap to see
    if _is_negated(one, two) or (begins_alike and _has_other_value(old, new)):
        return "contradiction"
    return "other"


def _tokens(text: str) -> list[str]:
    low = text.lower().replace("'", "").replace("’", "")
    return [token for token in _TOKEN.findall(low) if token not in STOP_WORDS]


def _stems(tokens: Sequence[str]) -> list[str]:
    return [stem(token) if token.isalpha() else token for token in tokens]


def _is_same(one: Sequence[str], two: Sequence[str]) -> bool:
    """One says all that the other does, in the same order: no word is exchanged for another."""
    short, long = sorted((one, two), key=len)
    at, extra = 0, len(long) - len(short)
    for token in long:
        if at < len(short) and (_stems([token]) == _stems([short[at]]) or _is_slip(token, short[at])):
            at += 1
        elif not extra or not token.isalpha() or token in _NEGATION:
            return False
        else:
            extra -= 1
    return True


def _is_slip(one: str, two: str) -> bool:
    """Two spellings of a long word: one letter more or less, or two exchanged."""
    if not (one.isalpha() and two.isalpha()) or min(len(one), len(two)) < 6 or one[0] != two[0]:
        return False
    if len(one) == len(two):
        differ = [at for at in range(len(one)) if one[at] != two[at]]
        is_pair = len(differ) == 2 and differ[1] == differ[0] + 1
        return is_pair and [one[at] for at in differ] == [two[at] for at in reversed(differ)]
    short, long = sorted((one, two), key=len)
    return len(long) - len(short) == 1 and any(long[:at] + long[at + 1 :] == short for at in range(1, len(long)))


def _is_negated(one: Sequence[str], two: Sequence[str]) -> bool:
    """The same words, and only one of the two has a negation."""
    is_negative = [not _NEGATION.isdisjoint(tokens) for tokens in (one, two)]
    if is_negative[0] == is_negative[1]:
        return False
    plain = [_stems([token for token in tokens if token not in _NEGATION]) for tokens in (one, two)]
    return plain[0] == plain[1]


def _has_other_value(old: str, new: str) -> bool:
    """Both give a value to one subject, of a sort that a subject has one of, and the values differ."""
    before, after = _VERB.split(old.strip().rstrip(".!"), maxsplit=1), _VERB.split(new.strip().rstrip(".!"), maxsplit=1)
    if len(before) != 2 or len(after) != 2:
        return False
    subject = _stems(_tokens(before[0]))
    if not subject or subject != _stems(_tokens(after[0])) or _tokens(before[1]) == _tokens(after[1]):
        return False
    values = [normal(part[1]).split() for part in (before, after)]
    if not all(values) or max(map(len, values)) > 8:
        return False
    if _sort(values[0][0]) == _sort(values[1][0]) != "word":
        return values[0][1:] == values[1][1:] or len(values[0]) <= 2 >= len(values[1])
    is_single = any(word in _SINGLE for word in normal(before[0]).split()) or all(
        _PREFERS.search(text[len(part[0]) : len(text) - len(part[1])]) for text, part in ((old, before), (new, after))
    )
    return is_single and max(map(len, values)) <= 4


def _sort(value: str) -> str:
    if _NUMBER.fullmatch(value):
        return "number"
    if _PLACE.fullmatch(value):
        return "place"
    return "state" if value in ("true", "false", "on", "off", "yes", "no", "enabled", "disabled") else "word"
