"""Cuts text into sentences and, where there are none, into windows; pieces tile the text exactly.

For compressors of running text; it chooses nothing.
"""

from __future__ import annotations

import re

__all__ = ["sentences", "windows"]

Range = tuple[int, int]
_END = re.compile(
    r"[.!?…][\"'”’)\]*_`]{0,3}\s+(?=[\"'“‘(\[*_`<$#-]{0,3}[A-Z0-9À-ÞΑ-ΩА-Я])"
    r"|[。！？][」』”’)]{0,2}\s*"
)
_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof st vs etc no nos fig figs eq eqs sec ch vol pp ed eds al cf approx dept est inc ltd co corp"
    " jan feb mar apr jun jul aug sep sept oct nov dec rev gen col capt lt sgt viz resp incl max min ca".split()
)


def sentences(text: str, start: int, end: int, longest: int = 700) -> list[Range]:
    """Half-open runs that tile `text[start:end]`, each a sentence with the white space after it.

    A sentence longer than `longest` is cut into windows. An abbreviation, an initial or a list number ends none.

    >>> text = "See Fig. 2 for it, e.g. the A. Smith case. Then stop! 3. Go on."
    >>> [text[a:b] for a, b in sentences(text, 0, len(text))]
    ['See Fig. 2 for it, e.g. the A. Smith case. ', 'Then stop! ', '3. Go on.']
    """
    out: list[Range] = []
    at = start
    for match in _END.finditer(text, start, end):
        if text[match.start()] == "." and _is_abbreviated(text, at, match.start()):
            continue
        out += windows(text, at, match.end(), longest)
        at = match.end()
    if at < end:
        out += windows(text, at, end, longest)
    return out


def windows(text: str, start: int, end: int, size: int) -> list[Range]:
    """Half-open runs of about `size` characters that tile `text[start:end]`, cut at white space where there is some.

    >>> windows("aaa bbb ccc ddd", 0, 15, 8)
    [(0, 8), (8, 15)]
    """
    out: list[Range] = []
    while end - start > size * 3 // 2:
        cut = text.rfind("\n", start + size // 2, start + size)
        if cut < 0:
            cut = text.rfind(" ", start + size // 2, start + size)
        cut = cut + 1 if cut >= 0 else start + size
        out.append((start, cut))
        start = cut
    if end > start:
        out.append((start, end))
    return out


def _is_abbreviated(text: str, start: int, dot: int) -> bool:
    words = text[max(start, dot - 16) : dot].split()
    if not words:
        return True
    word = words[-1].lstrip("(\"'“‘[").lower()
    is_number = word.isdigit() and len(word) < 4 and text[start:dot].strip() == words[-1]
    return is_number or len(word) == 1 and word.isalpha() or "." in word and len(word) < 6 or word in _ABBREVIATIONS
