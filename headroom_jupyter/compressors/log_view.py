"""How the units of a log are shown: which lines of a long one, what stands between, and the list of diagnostics.

It is given what stays and writes it with its omissions; it does not choose units.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence

from headroom_jupyter.compressors.base import Draft, runs
from headroom_jupyter.compressors.log_evidence import Log
from headroom_jupyter.selection import Query, relevance_of

__all__ = ["LONG_LINE", "core", "failed", "listing", "owners", "said_by", "smooth", "trailing", "write_lines"]

LONG_LINE = 1600  # characters; a longer line is shown in pieces
_HEAD, _TAIL, _AROUND = 500, 200, 150
_LONGEST_NAME = 80  # characters of a failed test's name
_FRAMING = "_=-● \t\r"
_MOST_GROUPS = 12
_CHEAP_GAP = 44  # characters; a later marker with its line end costs about as much
_MOST_MESSAGES = 60
_LONGEST_MESSAGE = 160
_FEW = 8  # different names that a message is told with
_NAMES = 120  # characters of them
_LONGEST_VALUE = 40  # characters of such a name
_MASKED = "‘*’"
_ASSERTED = re.compile(r"[>E] |E$|Caused by|[ \t]*(?:left|right|Expected|Received): |[^\n]*panicked at |[\w.]*Error: ")
_TELLING = re.compile(
    r"[>E] |E$|[^\n]*(?:Error|Exception|panicked|assert|FAIL|Caused by|left:|right:|expected|actual|got\b|want\b)"
    r"|\S+:\d",
    re.IGNORECASE,
)


def core(lines: Sequence[str], first: int, last: int, budget: int) -> list[int]:
    """The lines of a long block that tell most: its beginning and end, what was asserted, and what lies next to it."""
    order = [first, last - 1]
    order += [i for i in range(first, last) if _ASSERTED.match(lines[i][:300])][-8:]
    telling = [i for i in range(first, last) if _TELLING.match(lines[i][:300])]
    order += telling[-12:]
    order += [near for i in telling[-12:] for near in (i - 1, i + 1, i - 2)]
    order += [*range(last - 1, max(first, last - 6), -1), *range(first, min(last, first + 4))]
    kept: set[int] = set()
    spent = 0
    for i in order:
        if first <= i < last and i not in kept and spent + len(lines[i]) < budget:
            kept.add(i)
            spent += len(lines[i]) + 1
    return sorted(kept) or [first]


def owners(lines: Sequence[str], kept: Iterable[int]) -> list[int]:
    """For indented lines, the line that they stand under."""
    found: list[int] = []
    for i in kept:
        indent = _indent(lines[i])
        at = i - 1
        while indent and at >= 0 and i - at <= 60:
            if lines[at].strip() and _indent(lines[at]) < indent:
                if i - at > 1 and len(lines[at]) < 200:
                    found.append(at)
                break
            at -= 1
    return found


def trailing(lines: Sequence[str], i: int, *, most: int = 10, budget: int = 800) -> list[int]:
    """The lines that continue line i: those after it that are indented further."""
    indent = _indent(lines[i])
    found: list[int] = []
    for at in range(i + 1, min(i + 1 + most, len(lines))):
        budget -= len(lines[at])
        if not lines[at].strip() or _indent(lines[at]) <= indent or budget < 0:
            break
        found.append(at)
    return found


def smooth(kept: set[int], lines: Sequence[str]) -> list[int]:
    """The kept lines in order, and those of gaps so small that a marker would cost more."""
    out = set(kept)
    ordered = sorted(kept)
    for a, b in zip([-1, *ordered], [*ordered, len(lines)], strict=True):
        if 1 < b - a <= 6 and sum(len(lines[i]) + 1 for i in range(a + 1, b)) <= _CHEAP_GAP:
            out.update(range(a + 1, b))
    return sorted(out)


def write_lines(draft: Draft, log: Log, kept: Sequence[int], query: Query) -> None:
    """Copy the kept lines, mark the others; long lines in pieces."""
    total = len(log.starts) - 1
    for first, last, is_kept in runs(kept, total):
        if not is_kept:
            draft.omit("lines", [(first + 1, last)], total, source=[(log.starts[first], log.starts[last])])
            continue
        at = first
        for i in range(first, last):
            if log.starts[i + 1] - log.starts[i] > LONG_LINE:
                draft.copy(log.starts[at], log.starts[i])
                _write_pieces(draft, log, i, query)
                at = i + 1
        draft.copy(log.starts[at], log.starts[last])


def _write_pieces(draft: Draft, log: Log, i: int, query: Query) -> None:
    """A long line: its start, its end, and what stands around the words of the query."""
    start, end = log.starts[i], log.starts[i + 1]
    length = end - start
    low = log.text[start:end].lower()
    wanted = [(0, _HEAD), (length - _TAIL, length)]
    for term in query.terms[:6]:
        at = low.find(term.text, _HEAD)
        if at >= 0:
            wanted.append((max(0, at - _AROUND), min(length, at + len(term.text) + _AROUND)))
    at = 0
    for a, b in [*sorted(wanted), (length, length)]:
        if a > at + 40:
            gap = (start + at, start + a)
            draft.omit("chars", [(at + 1, a)], length, at=f"lines {i + 1}-{i + 1}", source=[gap], after="")
        elif a > at:
            a = at
        if b > max(a, at):
            draft.copy(start + max(a, at), start + b)
        at = max(at, b)


def failed(log: Log, budget: int) -> list[str]:
    """Failures grouped by what they say, the commonest first, each group with the names of its members."""
    groups: dict[Hashable, list[int]] = {}
    for unit in sorted(log.units.failures):
        groups.setdefault(log.keys[unit], []).append(unit)
    out: list[str] = []
    ordered = sorted(groups.values(), key=lambda units: (-len(units), units[0]))
    for number, members in enumerate(ordered):
        first = log.units.first[members[0]]
        said = " ".join(said_by(log.lines, first, log.units.first[members[0] + 1]).split())
        names = [name for unit in members if (name := log.lines[log.units.first[unit]].strip(_FRAMING)[:_LONGEST_NAME])]
        line = f"{len(members)}x {said[:160]}: {_joined(names, budget - 180)}"
        if len(line) > budget or len(out) == _MOST_GROUPS:
            out.append(f"{sum(map(len, ordered[number:]))}x others")
            break
        out.append(line)
        budget -= len(line) + 1
    return out


def _joined(names: Sequence[str], budget: int) -> str:
    """As many names as fit, and how many more there are."""
    shown: list[str] = []
    for name in names:
        budget -= len(name) + 2
        if budget < 0 and shown:
            return f"{', '.join(shown)} and {len(names) - len(shown)} more"
        shown.append(name)
    return ", ".join(shown)


def said_by(lines: Sequence[str], first: int, last: int) -> str:
    """What a failure says: its first line of error, or its last line."""
    for i in range(first, last):
        if lines[i].startswith("E ") or lines[i].lstrip().startswith(("Caused by", "assert", "AssertionError")):
            return lines[i][:200]
    return next((lines[i][:200] for i in range(last - 1, first, -1) if lines[i].strip()), lines[first][:200])


def listing(log: Log, named: set[int], query: Query, budget: int) -> list[str]:
    """Diagnostics grouped by what they say, each group with its count and places, within `budget` characters.

    Groups that hold a unit of `named` come first, then those whose message the query is about, then the commonest. A
    group whose places do not fit says where they begin and end.
    """
    groups: dict[str, list[int]] = {}
    for unit, diagnostic in log.units.diagnostics.items():
        groups.setdefault(diagnostic.message, []).append(unit)
    asked = relevance_of(query, list(groups))
    scores = {message: round(asked.get(number, 0.0)) for number, message in enumerate(groups)}
    order = sorted(
        groups.items(),
        key=lambda item: (
            named.isdisjoint(item[1]), -scores[item[0]], _is_mild(item[0]), -len(item[1]), item[1][0],
        ),
    )  # fmt: skip
    brief: list[str] = []
    for message, members in order[:_MOST_MESSAGES]:
        told = _told(message, [log.units.diagnostics[unit].values for unit in members])
        line = f"{len(members)}x {told[:_LONGEST_MESSAGE]}: {_ends(log, members)}"
        if len(line) > budget:
            break
        brief.append(line)
        budget -= len(line) + 1
    out: list[str] = []
    for line, (_, members) in zip(brief, order, strict=False):
        places = _places(log, members)
        longer = line[: len(line) - len(_ends(log, members))] + places
        is_worth = len(longer) - len(line) <= budget
        budget -= max(0, len(longer) - len(line)) if is_worth else 0
        out.append(longer if is_worth else line)
    rest = sum(len(units) for _, units in order[len(brief) :])
    return [*out, f"{rest}x other messages"] if rest else out


def _ends(log: Log, members: Sequence[int]) -> str:
    """The first and the last place of several diagnostics."""
    first, last = (log.units.diagnostics[unit] for unit in (members[0], members[-1]))
    if len(members) == 1:
        return _places(log, members)
    until = f"{last.path}:" if last.path != first.path else ""
    return f"{first.path}:{first.place} .. {until}{last.place}"


def _told(message: str, rows: Sequence[Sequence[str]]) -> str:
    """A message of several diagnostics, with what its masked words are where these are few."""
    pieces = message.split(_MASKED)
    out = [pieces[0]]
    for piece, column in zip(pieces[1:], zip(*rows, strict=False), strict=False):
        out += [_range(column), piece]
    return "".join(out)


def _range(column: Sequence[str]) -> str:
    """What a masked word of a message is in several diagnostics."""
    counts = Counter(column).most_common()
    if len(counts) == 1:
        return column[0]
    if len(counts) > _FEW // 2 and all(name.isdigit() and len(name) < 9 for name in column):
        return f"{min(map(int, column))}..{max(map(int, column))}"
    few = counts if len(counts) <= _FEW else counts[: _FEW // 2]
    names = [name if name.isdigit() else name.partition(" {aka ")[0][1:-1] for name, _ in few]
    if sum(map(len, names)) > _NAMES or max(map(len, names)) > _LONGEST_VALUE:
        return _MASKED
    return f"‘{'|'.join(names)}{f'|{len(counts) - len(few)} others' if len(few) < len(counts) else ''}’"


def _is_mild(message: str) -> bool:
    return not message.startswith(("error", "fatal"))


def _places(log: Log, members: Sequence[int]) -> str:
    by_path: dict[str, list[str]] = {}
    for unit in members:
        diagnostic = log.units.diagnostics[unit]
        by_path.setdefault(diagnostic.path, []).append(diagnostic.place)
    return "; ".join(f"{path} {' '.join(places)}" for path, places in by_path.items())


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))
