"""Templates of log lines: which lines say the same with other values, how often, and which values stand out.

It only reads; what is shown of a log is decided in `log`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from headroom_jupyter.selection import change_points, outliers

__all__ = ["Templates", "digest", "extremes", "mine"]

_LONGEST = 600  # characters of a line that its template looks at
_LONGEST_WORD = 40
_LONGEST_PATTERN = 240
_SHARE = 0.02  # of all lines that hold a word which is part of the wording, not a value
_VARIES = "*"
_NUMBER_SHARE = 0.1  # of all lines, for a number to be wording: a usual status, not a measured value
# Delimiters become spaces one for one, so that words keep their offsets.
_DELIMITERS = str.maketrans(dict.fromkeys("=,;()[]{}<>\"'`\t\r", " "))
_WORD = re.compile(r"\S+")
_SAYING = re.compile(r"[^\W\d_]{3}")
_BRACED = re.compile(r"\{[^{}]*\}")
_DIGITS = re.compile(r"\d")
_NUMBER = re.compile(r"([-+]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?)([A-Za-zµ%]{0,3}):?")
_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "m": 60.0, "min": 60.0, "h": 3600.0,
          "kB": 1e3, "KB": 1e3, "KiB": 1024.0, "MB": 1e6, "MiB": 2.0**20, "GB": 1e9, "GiB": 2.0**30,
          "K": 1e3, "M": 1e6, "G": 1e9}  # fmt: skip
_MOST_KEPT = 100_000  # lines whose words are kept in memory between the steps
_MOST_TEMPLATES = 3000  # of a log whose templates are compared with each other
_MOST_MERGED = 4  # words in which the templates of a group may differ
_MOST_VALUES = 40_000  # members of a template whose values are compared; more are taken at an even step


@dataclass(frozen=True)
class Templates:
    """What was mined: a template number for each unit, and groups of units whose templates differ in a word or two.

    `heads` are the lines the templates were mined from, one a unit. A group without any wording is left out.
    """

    heads: Sequence[str]
    ids: list[int]
    groups: list[list[int]]
    rows: Sequence[list[str]]

    def words(self, unit: int) -> list[str]:
        """The words of a unit's line; of a large log they are not kept."""
        return self.rows[unit] if self.rows else _words(self.heads[unit])

    def values(self, group: Sequence[int]) -> tuple[list[int], list[list[str]]]:
        """Units of a group and their words as columns; only units with the commonest number of words."""
        units = group[:: -(-len(group) // _MOST_VALUES)]
        rows = [self.words(unit) for unit in units]
        width = Counter(map(len, rows)).most_common(1)[0][0]
        columns = zip(*(row for row in rows if len(row) == width), strict=True)
        return [unit for unit, row in zip(units, rows, strict=True) if len(row) == width], [*map(list, columns)]


def mine(heads: Sequence[str]) -> Templates:
    """Group lines by their frequent words: a word that few lines have is a value.

    >>> mined = mine([f"job {i} done" for i in range(9)] + ["disk lost"])
    >>> mined.ids, [len(group) for group in mined.groups]
    ([0, 0, 0, 0, 0, 0, 0, 0, 0, 1], [9])
    """
    counts: Counter[str] = Counter()
    rows = _all_words(heads) if len(heads) < _MOST_KEPT else []
    for row in rows or map(_words, heads):
        counts.update(row)
    support = max(3, int(len(heads) * _SHARE))
    often = max(support, int(len(heads) * _NUMBER_SHARE))
    wording = frozenset(
        word
        for word, number in counts.items()
        if number >= (often if "0" <= word[0] <= "9" else support) and _is_wording(word)
    )
    numbers: dict[str, int] = {}
    ids: list[int] = []
    for row in rows or map(_words, heads):
        key = " ".join([word if word in wording else _VARIES for word in row])
        ids.append(numbers.setdefault(_collapsed(key), len(numbers)))
    return Templates(heads, ids, _grouped(list(numbers), ids), rows)


def _grouped(keys: Sequence[str], ids: Sequence[int]) -> list[list[int]]:
    """Units by template, templates that differ in one word taken as one, several times over.

    Two others have to differ there, or one that has a value there.
    """
    wide = [tuple(key.split(" ")) for key in keys]
    for _ in range(_MOST_MERGED if 2 < len(keys) < _MOST_TEMPLATES else 0):
        alike: dict[tuple[int, tuple[str, ...]], set[tuple[str, ...]]] = {}
        for key in wide:
            for at in range(min(len(key), 24)):
                alike.setdefault((at, (*key[:at], _VARIES, *key[at + 1 :])), set()).add(key)
        common = {
            bucket: len(of)
            for bucket, of in alike.items()
            if len(of) > (1 if bucket[1] in of else 2) and any(word != _VARIES for word in bucket[1])
        }
        wide = [_widened(key, common) for key in wide]
    groups: dict[tuple[str, ...], list[int]] = {}
    for unit, template in enumerate(ids):
        groups.setdefault(wide[template], []).append(unit)
    return [units for key, units in groups.items() if any(word not in ("", _VARIES) for word in key)]


def _widened(key: tuple[str, ...], common: Mapping[tuple[int, tuple[str, ...]], int]) -> tuple[str, ...]:
    """The key with the word replaced that most others differ in."""
    choices = [(at, (*key[:at], _VARIES, *key[at + 1 :])) for at in range(min(len(key), 24))]
    best = max(choices, key=lambda bucket: (common.get(bucket, 0), -bucket[0]), default=None)
    if best is None or best not in common:
        return key
    return tuple(_collapsed(" ".join(best[1])).split(" "))


def _collapsed(key: str) -> str:
    return re.sub(r"\*(?: \*)+", _VARIES, key) if "* *" in key else key


def digest(templates: Templates, *, budget: int, least: int = 3) -> tuple[list[str], int]:
    """One line a group with its count and the range of its values, commonest first, within `budget` characters.

    Returns:
        The lines, and how many units they stand for.
    """
    out: list[str] = []
    told = spent = 0
    for group in sorted(templates.groups, key=lambda group: (-len(group), group[0])):
        if len(group) < least:
            break
        pattern = _pattern(templates, group)
        if not _SAYING.search(_BRACED.sub("", pattern)):
            continue  # no word is left in it
        line = f"{len(group)}x {pattern}"
        if spent + len(line) > budget or len(out) == 24:
            break
        out.append(line)
        spent += len(line) + 1
        told += len(group)
    return out, told


def extremes(templates: Templates, *, most: int) -> tuple[dict[int, float], dict[int, float]]:
    """Units that hold the largest and smallest numbers of a group's columns, and those where a level shifts."""
    far: dict[int, float] = {}
    shifts: dict[int, float] = {}
    large = sorted((group for group in templates.groups if len(group) >= 8), key=len, reverse=True)[:8]
    for group in large:
        units, columns = templates.values(group)
        for values in islice(_numeric(columns), 6):
            for index, score in outliers(values, most=most).items():
                far[units[index]] = max(far.get(units[index], 0.0), score)
            for index, score in change_points(values[:20_000], most=2).items():
                shifts[units[index]] = score
    return far, shifts


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


def _pattern(templates: Templates, group: Sequence[int]) -> str:
    """A group as text: its first line with the values replaced by what they range over."""
    units, columns = templates.values(group)
    first = templates.heads[units[0]][:_LONGEST]
    pieces: list[str] = []
    at = 0
    for match, column in zip(_WORD.finditer(first.translate(_DELIMITERS)), columns, strict=True):
        if column.count(column[0]) < len(column) or len(column[0]) > _LONGEST_WORD:
            pieces += [first[at : match.start()], _range(column)]
            at = match.end()
    pieces.append(first[at:])
    shown = re.sub(r"[ \t]+", " ", "".join(pieces)).strip()
    return re.sub(r"\*(?:[ ,:/]+\*)+", _VARIES, shown)[:_LONGEST_PATTERN]


def _range(column: Sequence[str]) -> str:
    """What the values of a column are, in a few characters; `*` when nothing short can be said."""
    counts = Counter(column[:5000])
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    known = [(value, word) for word in column if (value := _number(word)) is not None] if len(counts) > 4 else []
    if known and len(known) > 0.98 * len(column):
        return f"{min(known)[1]}..{max(known)[1]}"
    if len(column) > 5000 or max(map(len, column[:100])) > _LONGEST_WORD or len(counts) > len(column) // 2:
        return _VARIES
    few = ranked if len(ranked) <= 6 else ranked[:3]
    if sum(number for _, number in few) < 0.5 * len(column) or sum(len(word) for word, _ in few) > 80:
        return _VARIES
    more = f"|{len(ranked) - len(few)} others" if len(few) < len(ranked) else ""
    return "{" + "|".join(f"{word} x{number}" for word, number in few) + more + "}"


def _is_wording(word: str) -> bool:
    """Whether a frequent word can be wording: a long number, a date or a clock cannot."""
    return len(_DIGITS.findall(word[:40])) < 4 and len(word) <= 60


def _all_words(lines: Sequence[str]) -> list[list[str]]:
    text = "\n".join([line[:_LONGEST] for line in lines]).translate(_DELIMITERS)
    return [line.split() for line in text.split("\n")]


def _words(line: str) -> list[str]:
    return line[:_LONGEST].translate(_DELIMITERS).split()
