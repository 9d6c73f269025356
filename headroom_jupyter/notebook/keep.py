"""What `--keep` demands: lines that match a regular expression are in the result, come what may.

The compressor is asked for them by query; those that it left out all the same are added below, with their places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["missing_lines"]

_LONG = 600  # characters; of a longer line the surroundings of the match are kept
_AROUND = 120
_TELLING = 12  # characters; a shorter text may stand in a line by chance


def missing_lines(original: str, shown: str, pattern: re.Pattern[str]) -> str:
    r"""The lines of `original` that match and are not in `shown`, with their places; "" if none is missing.

    >>> missing_lines("a 1\nb 2\na 3\n", "a 1\n<<2-3>>\n", re.compile("(?m)^a"))
    '[kept, they match (?m)^a:]\nline 3: a 3\n'
    """
    lines = {line.strip() for line in shown.split("\n")}
    out = [f"{place}: {piece}\n" for place, piece in _matching(original, pattern) if not _is_shown(piece, shown, lines)]
    return f"[kept, they match {pattern.pattern}:]\n{''.join(out)}" if out else ""


def _is_shown(piece: str, shown: str, lines: set[str]) -> bool:
    """Whether a line is there, as a line or, when it is long enough to be told, inside one."""
    said = piece.strip()
    return said in lines or (len(said) >= _TELLING and said in shown)


def _matching(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    start, number, last = 0, 1, -1
    for match in pattern.finditer(text):
        first = text.rfind("\n", 0, match.start()) + 1
        end = text.find("\n", match.start())
        end = len(text) if end < 0 else end
        if match.end() == match.start() or (first == last and end - first <= _LONG):
            continue
        number += text.count("\n", start, first)
        start = last = first
        if end - first <= _LONG:
            yield f"line {number}", text[first:end]
        else:
            a, b = max(first, match.start() - _AROUND), min(end, match.end() + _AROUND)
            yield f"chars {a + 1}-{b}", text[a:b]
