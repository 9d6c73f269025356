"""Templates of log lines: which lines say the same with other values, how often, and which values stand out.

It only reads; what is shown of a log is decided in `log`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from headroom_jupyter.selection import change_points, outliers

__all__ = ["Templates", "digest", "extremes", "mine"]

_LONGEST = 600  # characters of a line that its template looks at
_SHARE = 0.02  # of all lines that hold a word which is part of the wording, not a value
_VARIES = "*"
# Delimiters become spaces one for one, so that words keep their offsets.
_DELIMITERS = str.maketrans(dict.fromkeys("=,;()[]{}<>\"'`\t\r", " "))
_WORD = re.compile(r"\S+")
_DIGITS = re.compile(r"\d")
_NUMBER = re.compile(r"([-+]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?)([A-Za-zµ%]{0,3}):?")
_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "m": 60.0, "min": 60.0, "h": 3600.0,
          "kB": 1e3, "KB": 1e3, "KiB": 1024.0, "MB": 1e6, "MiB": 2.0**20, "GB": 1e9, "GiB": 2.0**30,
          "K": 1e3, "M": 1e6, "G": 1e9}  # fmt: skip
_MOST_KEPT = 100_000  # lines whose words are kept in memory between the steps
_MOST_VALUES = 40_000  # members of a template whose values are compared; more are taken at an even step


@dataclass(frozen=True)
class Templates:
    """What was mined: a template number for each unit, and the words that are wording.

    `heads` are the lines the templates were mined from, one a unit.
    """

    heads: Sequence[str]
    ids: list[int]
    members: list[list[int]]
    wording: frozenset[str]
    rows: Sequence[list[str]]

    def words(self, unit: int) -> list[str]:
        """The words of a unit's line; of a large log they are not kept."""
        return self.rows[unit] if self.rows else _words(self.heads[unit])

    def values(self, template: int) -> list[list[str]]:
        """The words of the template's members, each as a column; only members with the commonest number of words."""
        members = self.members[template]
        rows = [self.words(unit) for unit in members[:: -(-len(members) // _MOST_VALUES)]]
        width = Counter(map(len, rows)).most_common(1)[0][0]
        return [list(column) for column in zip(*(row for row in rows if len(row) == width), strict=True)]


def mine(heads: Sequence[str]) -> Templates:
    """Group lines by their frequent words: a word that few lines have is a value.

    >>> mined = mine([f"job {i} done" for i in range(9)] + ["disk lost"])
    >>> [len(members) for members in mined.members], sorted(mined.wording)
    ([9, 1], ['done', 'job'])
    """
    counts: Counter[str] = Counter()
    rows = _all_words(heads) if len(heads) < _MOST_KEPT else []
    for row in rows or map(_words, heads):
        counts.update(row)
    support = max(3, int(len(heads) * _SHARE))
    wording = frozenset(word for word, number in counts.items() if number >= support and _is_wording(word))
    numbers: dict[str, int] = {}
    ids: list[int] = []
    members: list[list[int]] = []
    for unit, row in enumerate(rows or map(_words, heads)):
        key = " ".join([word if word in wording else _VARIES for word in row])
        if "* *" in key:
            key = re.sub(r"\*(?: \*)+", "*", key)
        template = numbers.setdefault(key, len(members))
        if template == len(members):
            members.append([])
        members[template].append(unit)
        ids.append(template)
    return Templates(heads, ids, members, wording, rows)


def digest(templates: Templates, *, budget: int, least: int = 3) -> tuple[list[str], int]:
    """One line a template with its count and the range of its values, commonest first, within `budget` characters.

    Returns:
        The lines, and how many units they stand for.
    """
    order = sorted(range(len(templates.members)), key=lambda t: (-len(templates.members[t]), t))
    out: list[str] = []
    told = spent = 0
    for template in order:
        count = len(templates.members[template])
        if count < least:
            break
        line = f"{count}x {_pattern(templates, template)}"
        if spent + len(line) > budget or len(out) == 24:
            break
        out.append(line)
        spent += len(line) + 1
        told += count
    return out, told


def extremes(templates: Templates, *, most: int) -> tuple[dict[int, float], dict[int, float]]:
    """Units that hold the largest and smallest numbers of a template's columns, and those where a level shifts."""
    far: dict[int, float] = {}
    shifts: dict[int, float] = {}
    large = sorted((m for m in templates.members if len(m) >= 8), key=len, reverse=True)[:8]
    for members in large:
        columns = templates.values(templates.ids[members[0]])
        units = _same_width(templates, members, len(columns))
        for values in islice(_numeric(columns), 6):
            for index, score in outliers(values, most=most).items():
                far[units[index]] = max(far.get(units[index], 0.0), score)
            for index, score in change_points(values[:20_000], most=2).items():
                shifts[units[index]] = score
    return far, shifts


def _same_width(templates: Templates, members: Sequence[int], width: int) -> list[int]:
    step = -(-len(members) // _MOST_VALUES)
    return [unit for unit in members[::step] if len(templates.words(unit)) == width]


def _numeric(columns: Sequence[Sequence[str]]) -> Iterator[list[float | None]]:
    """Columns of numbers that are no counters, clocks or constants."""
    for column in columns:
        if not column[0][:1].isdigit() and not column[-1][:1].isdigit() and column[0][:1] not in "+-":
            continue
        if sum(_number(word) is not None for word in column[:20]) < 10 <= len(column):
            continue
        values = [_number(word) for word in column]
        known = [value for value in values if value is not None]
        if len(known) < 0.9 * len(values) or len(set(known)) < 4:
            continue
        rising = sum(a <= b for a, b in pairwise(known))
        if rising < 0.95 * len(known):
            yield values


def _number(word: str) -> float | None:
    try:
        return float(word)
    except ValueError:
        match = _NUMBER.fullmatch(word)
    if match is None or len(word) > 40:
        return None
    return float(match.group(1).replace(",", "")) * _UNITS.get(match.group(2), 1.0)


def _pattern(templates: Templates, template: int) -> str:
    """The template as text: its first member with the values replaced by what they range over."""
    columns = templates.values(template)
    first = next(
        templates.heads[unit] for unit in templates.members[template] if len(templates.words(unit)) == len(columns)
    )
    text = first[:_LONGEST].translate(_DELIMITERS)
    pieces: list[str] = []
    at = 0
    for match, column in zip(_WORD.finditer(text), columns, strict=True):
        if match.group() in templates.wording:
            continue
        pieces += [first[at : match.start()], _range(column)]
        at = match.end()
    pieces.append(first[at:_LONGEST])
    shown = re.sub(r"[ \t]+", " ", "".join(pieces)).strip()
    return re.sub(r"\*(?:[ ,:/]+\*)+", "*", shown)[:240]


def _range(column: Sequence[str]) -> str:
    """What the values of a column are, in a few characters; `*` when nothing short can be said."""
    counts = Counter(column[:5000])
    if len(counts) == 1:
        return column[0] if len(column[0]) <= 40 else _VARIES
    if len(counts) <= 4 and len(column) <= 5000 and sum(map(len, counts)) <= 60:
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return "{" + "|".join(f"{word} x{number}" for word, number in ranked) + "}"
    if not column[0][:1].isdigit():
        return _VARIES
    known = [(value, word) for word in column if (value := _number(word)) is not None]
    return f"{min(known)[1]}..{max(known)[1]}" if len(known) > 0.98 * len(column) else _VARIES


def _is_wording(word: str) -> bool:
    """Whether a frequent word can be wording: a long number, a date or a clock cannot."""
    return len(_DIGITS.findall(word[:40])) < 4 and len(word) <= 60


def _all_words(lines: Sequence[str]) -> list[list[str]]:
    text = "\n".join([line[:_LONGEST] for line in lines]).translate(_DELIMITERS)
    return [line.split() for line in text.split("\n")]


def _words(line: str) -> list[str]:
    return line[:_LONGEST].translate(_DELIMITERS).split()
