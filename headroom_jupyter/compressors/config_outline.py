"""The outline of a configuration: its structure, the entries the query names, and the names of the others.

Units are small subtrees: a key with all that stands under it, as long as that is few lines; the lines above them are
structure. Lines are counted from 0 here.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from headroom_jupyter.compressors.base import Ask, Compressed, Draft, line_starts, runs
from headroom_jupyter.compressors.config_kinds import Language, depths, key_of, value_of
from headroom_jupyter.selection import Evidence, Query, edges, relevance, select

__all__ = ["outline"]

_LARGEST_UNIT = 12  # lines
_NAMED, _NAMED_PLAINLY = 8.0, 3.0  # how much more an entry says than a mention, by an identifier or a word
_IDENTIFIER = 1.5
_KEY = 2.0  # how much more a line says whose key the question names in two words or more
_AGAIN = 0.4  # of the score of an entry that says, word for word, what one above it says
_MORE = 0.2  # of the score of each further line of a unit
_GAP_COST = 18  # characters that a marker in a comment takes
_SKELETON_SHARE = 0.25  # of the target
_NAMES_SHARE = 0.45
_FEW_CHARS = 30  # a gap with no more is shown


@dataclass(frozen=True, slots=True)
class Tree:
    """Lines with their depth, the line above each in the tree (-1: none), and where its subtree ends."""

    depth: list[int]
    parent: list[int]
    end: list[int]


def outline(text: str, language: Language, ask: Ask) -> Compressed:
    """A configuration with whole entries omitted."""
    lines = text.split("\n")
    starts = line_starts(text)
    del lines[len(starts) - 1 :]
    tree = _tree(lines, language)
    units = _units(tree)
    offsets = [starts[unit] for unit in units] + [starts[-1]]
    kept = _chosen(lines, tree, units, text, offsets, ask)
    room = int(ask.target_chars * _SKELETON_SHARE)
    kept |= _skeleton(lines, tree, kept, room)
    _close(lines, kept)
    draft = Draft(text)
    shown = sum(len(lines[line]) + 1 for line in kept)
    names = min(int(ask.target_chars * _NAMES_SHARE), max(ask.target_chars - shown, 400))
    _write(draft, lines, starts, kept, _names(lines, tree, units, kept, names, ask.query), language)
    return draft.done()


def _tree(lines: Sequence[str], language: Language) -> Tree:
    depth = depths(lines, language)
    parent = [-1] * len(lines)
    end = [0] * len(lines)
    path: list[int] = []
    last = -1
    for number, deep in enumerate(depth):
        if deep < 0:
            continue
        while path and depth[path[-1]] >= deep:
            end[path.pop()] = last + 1
        parent[number] = path[-1] if path else -1
        path.append(number)
        last = number
    for number in path:
        end[number] = last + 1
    return Tree(depth, parent, end)


def _units(tree: Tree) -> list[int]:
    """First lines of the units; blank lines go with the unit before them."""
    units: list[int] = []
    at, total = 0, len(tree.depth)
    while at < total:
        if tree.depth[at] >= 0 or not units:
            units.append(at)
        small = tree.depth[at] >= 0 and tree.end[at] - at <= _LARGEST_UNIT
        at = tree.end[at] if small else at + 1
    return units


def _chosen(
    lines: Sequence[str], tree: Tree, units: Sequence[int], text: str, offsets: Sequence[int], ask: Ask
) -> set[int]:
    """Lines of the units to show, with the lines above them."""
    ends = [*units[1:], len(lines)]
    costs = [offsets[i + 1] - offsets[i] + _GAP_COST + _above(lines, tree, units[i]) for i in range(len(units))]
    scores = _scores(text, lines, tree, units, ask.query)
    best = max(scores.values(), default=0.0)
    strong = {unit: score for unit, score in scores.items() if score >= 0.5 * best}
    weak = {unit: score for unit, score in scores.items() if 0.3 * best <= score < 0.5 * best}
    evidence = [Evidence("query", strong), edges(len(units), first=3, last=1, share=0.2), Evidence("near", weak, 0.2)]
    chosen = select(costs, max(ask.target_chars // 2, 300), evidence, fill=False)
    kept: set[int] = set()
    for unit in chosen.kept:
        kept.update(line for line in range(units[unit], ends[unit]) if tree.depth[line] >= 0)
        kept.update(_ancestors(tree, units[unit]))
    return kept


def _scores(text: str, lines: Sequence[str], tree: Tree, units: Sequence[int], query: Query) -> dict[int, float]:
    """How well units meet a question: by their words, their keys, and what they are called."""
    ends = [*units[1:], len(lines)]
    weights = {_name(term.text): term.weight for term in reversed(query.terms)}
    hits = relevance(query, text, line_starts(text))
    named = [line for line in hits if weights.get(_name(key_of(lines[line])), 0.0) >= _IDENTIFIER]
    scores = _by_line(units, {**hits, **{line: hits[line] * _KEY for line in named}})
    said: set[str] = set()
    for unit in sorted(scores):
        first = units[unit]
        words = " ".join(lines[first : ends[unit]]).strip()
        if words in said:
            scores[unit] *= _AGAIN
        said.add(words)
        if not _is_entry(lines[first]):
            continue  # an item of a list only mentions what it names
        title = _title(lines, first, min(ends[unit], tree.end[first] or first + 1)).lower()
        if title.count(" ") > 1:
            continue  # a sentence, neither a name nor one with its version
        names = (_name(title.partition(" ")[0]), _name(title[:1] + title[1:].partition("@")[0]))
        weight = next((weights[name] for name in names if name in weights), None)
        if weight is not None:
            scores[unit] *= _NAMED if weight > _IDENTIFIER else _NAMED_PLAINLY
    return scores


def _by_line(units: Sequence[int], lines: Mapping[int, float]) -> dict[int, float]:
    """Scores of units from those of their lines: by the best, so that a large unit is as good as a line of it."""
    scores: dict[int, float] = {}
    for line, score in lines.items():
        unit = bisect_right(units, line) - 1
        best = scores.get(unit, 0.0)
        scores[unit] = max(best, score) + _MORE * min(best, score)
    return scores


def _name(word: str) -> str:
    """A name as the terms of a question spell it: `python-version` and `Python_version` are one."""
    return word.lower().replace("-", "_")


def _is_entry(line: str) -> bool:
    """Whether a line begins an entry: a key, a section, a mapping in a list."""
    return ":" in line or "=" in line or line.lstrip()[:1] == "["


def _above(lines: Sequence[str], tree: Tree, line: int) -> int:
    return sum(min(len(lines[above]), 200) for above in _ancestors(tree, line))


def _ancestors(tree: Tree, line: int) -> list[int]:
    """The lines above one, nearest first; of deeply nested ones only the nearest."""
    out: list[int] = []
    while tree.parent[line] >= 0 and len(out) < 40:
        line = tree.parent[line]
        out.append(line)
    return out


def _skeleton(lines: Sequence[str], tree: Tree, kept: set[int], room: int) -> set[int]:
    """Lines with something under them, level by level, as long as a whole level fits."""
    levels: dict[int, list[int]] = {}
    for line, deep in enumerate(tree.depth):
        if deep == 0 or (deep > 0 and tree.end[line] - line > _LARGEST_UNIT):
            levels.setdefault(deep, []).append(line)
    found: set[int] = set()
    for deep in sorted(levels):
        new = [line for line in levels[deep] if line not in kept]
        room -= sum(len(lines[line]) + _GAP_COST for line in new)
        if room < 0:
            break
        found.update(new)
    return found


def _close(lines: Sequence[str], kept: set[int]) -> None:
    """Show what is shorter than the marker in its place."""
    for first, last, is_kept in runs(sorted(kept), len(lines)):
        if not is_kept and last - first <= 3 and sum(len(line) for line in lines[first:last]) <= _FEW_CHARS:
            kept.update(range(first, last))


def _title(lines: Sequence[str], first: int, end: int) -> str:
    """What an entry is called: its key, or its name, and its version."""
    name, version = key_of(lines[first]), ""
    for line in lines[first + 1 : min(end, first + 6)]:
        key = key_of(line)
        if key == "name" and name in ("package", "-", "name"):
            name = value_of(line)
        elif key == "version" and not version:
            version = value_of(line).partition("(")[0]
    if name == "name" and "name" in lines[first]:
        name = value_of(lines[first])
    name = name.strip("\"',` ")
    return f"{name} {version}".strip() if version and version not in name else name


def _names(
    lines: Sequence[str], tree: Tree, units: Sequence[int], kept: set[int], room: int, query: Query
) -> Mapping[int, str]:
    """For each gap, by its first line, the names of what is in it, as far as there is room for all gaps."""
    by_gap: dict[int, list[str]] = {}
    seen: set[str] = set()
    gaps = [(first, last) for first, last, is_kept in runs(sorted(kept), len(lines)) if not is_kept]
    for first, last in gaps:
        for unit in units[bisect_right(units, first - 1) : bisect_right(units, last - 1)]:
            title = _title(lines, unit, tree.end[unit] or unit + 1) if lines[unit].strip() else ""
            if title and title not in seen and lines[unit].lstrip()[:1] not in "#;":
                seen.add(title)
                by_gap.setdefault(first, []).append(title)
    return _shared(by_gap, room)


def _shared(by_gap: Mapping[int, Sequence[str]], room: int) -> dict[int, str]:
    """The names of each gap in an even share of the room; what short ones leave goes to the longer ones."""
    sizes = {first: sum(len(name) + 2 for name in names) for first, names in by_gap.items()}
    told: dict[int, str] = {}
    for done, first in enumerate(sorted(by_gap, key=lambda first: (sizes[first], first))):
        told[first] = _told(by_gap[first], room // (len(by_gap) - done))
        room -= len(told[first])
    return told


def _told(names: Sequence[str], room: int) -> str:
    out: list[str] = []
    for name in names:
        room -= len(name) + 2
        if room < 0:
            break
        out.append(name)
    if not out:
        return ""
    rest = len(names) - len(out)
    return ", ".join(out) + (f", {rest} more" if rest else "")


def _write(
    draft: Draft,
    lines: Sequence[str],
    starts: Sequence[int],
    kept: set[int],
    names: Mapping[int, str],
    language: Language,
) -> None:
    total = len(lines)
    for first, last, is_kept in runs(sorted(kept), total):
        if is_kept:
            draft.copy(starts[first], starts[last])
            continue
        line = next((line for line in lines[first:last] if line.strip()), "")
        before = line[: len(line) - len(line.lstrip())][:40] + (f"{language.comment} " if language.comment else "")
        told = names.get(first, "")
        short = told if len(told) <= 300 and not set(told) & set("<>;\r\n") else ""
        draft.omit(
            "lines", [(first + 1, last)], total, source=[(starts[first], starts[last])], before=before, summary=short
        )
        if told and not short:
            draft.write(f"{before}there: {told}\n")
