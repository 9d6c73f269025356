"""The lossless form of a configuration: line beginnings that come often are written once.

<<config 2>>                              how many beginnings follow, one a line
    resolution: {integrity: sha512-
    engines: {node: '>=18'}
packages:
~1abc==}                                  the first of them, and the rest of the line
~2
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

__all__ = ["decode", "encode", "units"]

_HEAD = re.compile(r"<<config (\d{1,2})>>\n")
_ENDS = re.compile(r"[^\w\s][\"' ]*|(?<=\S) +")
_MARK = "~"
_MOST = 20  # beginnings
_LONGEST = 120  # characters of one
_COST = 3  # characters that stand for one
_LARGEST = 300_000_000  # characters; a forged head must not fill the memory


def encode(text: str) -> str | None:
    """The lossless form, None if it is not shorter by a tenth."""
    lines = text.split("\n")
    if any(line.startswith(_MARK) for line in lines):
        return None
    codes = _beginnings(Counter(lines))
    if not codes:
        return None
    known = {code: f"{_MARK}{number}" for number, code in enumerate(codes, 1)}
    written = {line: _coded(line, known) for line in set(lines)}
    out = "\n".join([f"<<config {len(codes)}>>", *codes, *map(written.__getitem__, lines)])
    return out if len(out) < 0.9 * len(text) and decode(out) == text else None


def decode(text: str) -> str | None:
    """The text of which `encode` made this form; None for any other text."""
    head = _HEAD.match(text)
    if head is None:
        return None
    body = text[head.end() :].split("\n")
    codes, lines = body[: int(head[1])], body[int(head[1]) :]
    if max(map(len, codes), default=0) * len(lines) > _LARGEST:
        return None
    known = {f"{_MARK}{number}": code for number, code in enumerate(codes, 1)}
    out = []
    for line in lines:
        if line.startswith(_MARK):
            name, _, rest = line.partition(" ")
            if name not in known:
                return None
            line = known[name] + rest
        out.append(line)
    return "\n".join(out)


def units(text: str) -> Iterator[tuple[int, int]]:
    """For each line of a form, 1 and the number of lines that it stands for."""
    head = _HEAD.match(text)
    notation = 1 + int(head[1]) if head is not None else 0
    yield from ((1, int(number >= notation)) for number in range(text.count("\n") + 1))


def _coded(line: str, known: Mapping[str, str]) -> str:
    if line in known:
        return known[line]
    code = next((line[:cut] for cut in _cuts(line) if line[:cut] in known), "")
    return f"{known[code]} {line[len(code) :]}" if code else line


def _cuts(line: str) -> list[int]:
    """Where a beginning may end, longest first: the whole line, and after signs and blanks."""
    short = line[:_LONGEST]
    cuts = {match.end() for match in _ENDS.finditer(short) if match.end() >= 6}
    if 6 <= len(line) <= _LONGEST:
        cuts.add(len(line))
    return sorted(cuts, reverse=True)[:24]


def _beginnings(lines: Counter[str]) -> list[str]:
    """The beginnings that save most, each counted without the lines that a better one already has."""
    found: Counter[str] = Counter()
    for line, number in lines.items():
        for cut in _cuts(line):
            found[line[:cut]] += number
    ranked = sorted(
        ((number * (len(code) - _COST) - len(code), code) for code, number in found.items() if number > 2),
        key=lambda pair: (-pair[0], pair[1]),
    )
    chosen: list[str] = []
    for gain, code in ranked[:400]:
        if gain < 40 or len(chosen) == _MOST:
            break
        worse = [other for other in chosen if other.startswith(code) or code.startswith(other)]
        if not any(abs(found[other] - found[code]) <= 0.3 * found[other] for other in worse):
            chosen.append(code)
    return chosen
