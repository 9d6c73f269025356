"""Listings: the paths that find, ls -R, tree, git ls-files, git status -s, du and archives print.

Columns as in `ls -l` belong to the table compressor.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import chain

from headroom_jupyter.compressors.base import (
    Ask,
    Compressed,
    Draft,
    Hints,
    line_starts,
    lossless,
    runs,
    sample,
    verbatim,
)
from headroom_jupyter.compressors.listing_forms import Listing, decode_listing, encode_listing, read, units
from headroom_jupyter.compressors.paths import extension, named, roll_up, split_path
from headroom_jupyter.selection import Evidence, edges, outliers, rarity, select

__all__ = ["ListingCompressor"]

_SIZE = re.compile(r"[ \t]*(\d[\d.,]*)([KMGTPkmgtp]?)")
_UNITS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40, "p": 2**50}
_MARKER = 60  # characters of a usual marker
_DENSITY = 1.8  # numbers and ranges take so many more tokens a character than names, measured on listings
_WORDS = re.compile(r"(?<![^\s/])[A-Za-z]{5,}(?= )| [A-Za-z]{5,}\Z")  # beside a name: UNMET, invalid, deduped
_LONGEST = 400  # characters; no path that a person lists is longer


class ListingCompressor:
    """Says directories once; under pressure counts entries by directory and shows those that are asked for or odd."""

    name = "listing"

    def confidence(self, text: str, hints: Hints) -> float:
        """How many lines of a sample name a path, and whether together they look like a listing."""
        listing = read(sample(text))
        if len(listing.lines) < 4 or text.startswith(("<<", "diff ", "{")):
            return 0.0
        if text.startswith("[") and listing.form != "tree":  # there it is the size of the root
            return 0.0
        share = listing.share
        if listing.form != "pure":
            return 0.96 * share if share > 0.6 else 0.0
        deep = sum(1 for path in listing.paths if "/" in path or "\\" in path)
        filled = sum(1 for line in listing.lines if line.strip())
        if share < 0.7 or _is_prose(listing.paths):
            return 0.0
        return (0.93 if deep >= 0.5 * filled else 0.55) * share

    def compress(self, text: str, ask: Ask) -> Compressed:
        """The factored form where it is enough, else an overview and the entries that matter."""
        listing = read(text)
        if not any(listing.paths):
            return verbatim(text)
        asked = named(ask.query, listing.paths)
        whole = frozenset(sorted(asked, key=lambda index: (-asked[index], index))[:20])
        may_fit = not ask.may_omit or len(text) <= 6 * ask.target_chars
        factored = (encode_listing(listing, whole) if may_fit else None) or text
        fits = len(factored) < len(text) and (not ask.may_omit or len(factored) <= ask.target_chars)
        if not fits and ask.may_omit:
            cut = _cut(text, listing, asked, ask)
            if len(factored) > (len(cut.text) + _MARKER) * _DENSITY:
                return cut
        return lossless(text, factored, ask, units) if len(factored) < len(text) else verbatim(text)

    def decode(self, text: str) -> str | None:
        """The original of the factored form."""
        return decode_listing(text)


def _cut(text: str, listing: Listing, asked: dict[int, float], ask: Ask) -> Compressed:
    starts = line_starts(text)
    overview = _overview(listing, ask.target_chars // 2)
    room = max(ask.target_chars - len(overview), ask.target_chars // 3)
    kept = _with_parents(_chosen(listing, starts, asked, room), listing)
    draft = Draft(text)
    draft.write(overview)
    gaps = [(first, last) for first, last, is_kept in runs(kept, len(starts) - 1) if not is_kept]
    if gaps:
        source = [(starts[first], starts[last]) for first, last in gaps]
        draft.omit("lines", [(first + 1, last) for first, last in gaps], len(starts) - 1, source=source)
    for index in kept:
        draft.copy(starts[index], starts[index + 1])
    return draft.done()


def _overview(listing: Listing, limit: int) -> str:
    """How many entries there are, by directory and extension; the extension most have is not said again."""
    labels_of: dict[str, list[str]] = {}
    inner = {listing.paths[parent] for parent in listing.parents if parent >= 0}
    for path in listing.paths:
        if path:
            folder, name = split_path(path)
            labels_of.setdefault(folder, []).append("/" if path in inner else extension(name))
    of_folder = {folder: Counter(labels) for folder, labels in labels_of.items()}
    total = Counter(chain.from_iterable(labels_of.values()))
    usual = total.most_common(1)[0][0]

    def note(labels: Counter[str]) -> str:
        if len(labels) == 1 and usual in labels:
            return str(labels[usual])
        ordered = sorted(labels, key=lambda label: (label != usual, -labels[label], label))
        few = [f"{labels[label]} {_word(label)}" if label != usual else str(labels[label]) for label in ordered[:4]]
        rest = sum(labels[label] for label in ordered[4:])
        return ", ".join([*few, f"{rest} others"] if rest else few)

    kinds = ", ".join(f"{number} {_word(label)}" for label, number in total.most_common(8))
    more = f", {len(total) - 8} other kinds" if len(total) > 8 else ""
    head = f"{sum(total.values())} entries: {kinds}{more}"
    states = _states(listing)
    if states:
        head += "; " + ", ".join(f"{state} {number}" for state, number in states.most_common(8))
    lines = roll_up(of_folder, note, limit)
    return f"{head}. By directory, a number alone is {_word(usual)}:\n" + "\n".join(lines) + "\n"


def _word(label: str) -> str:
    return {"": "without extension", "/": "directories"}.get(label, label)


def _states(listing: Listing) -> Counter[str]:
    """What stands before the paths, where it is one of a few states and no number; in a tree, words beside names."""
    if listing.form == "tree":
        words = Counter(" ".join(_WORDS.findall(path)).strip() for path in listing.paths if " " in path)
        return Counter({word: number for word, number in words.items() if word}) if len(words) <= 12 else Counter()
    pairs = zip(listing.lines, listing.prefixes, strict=True)
    states = Counter(line[:size].strip() for line, size in pairs if size)
    return states if len(states) <= 12 and not any(state[:1].isdigit() for state in states) else Counter()


def _chosen(listing: Listing, starts: Sequence[int], asked: dict[int, float], room: int) -> list[int]:
    """Entries by what speaks for them: the query, rare kinds, extreme sizes, first and last, some of the rest."""
    entries = [index for index, path in enumerate(listing.paths) if path]
    number_of = {line: number for number, line in enumerate(entries)}
    costs = [min(starts[line + 1] - starts[line], _LONGEST) + 9 for line in entries]
    states = _states(listing)
    kinds = [
        (
            extension(listing.paths[line]),
            " ".join(_WORDS.findall(listing.paths[line])),
            listing.lines[line][: listing.prefixes[line]].strip() if states else "",
        )
        for line in entries
    ]
    evidence = [
        Evidence("query", {number_of[line]: score for line, score in asked.items()}, share=0.7),
        Evidence("rare", rarity(kinds), share=0.4),
        Evidence("size", outliers(_sizes(listing, entries)), share=0.2),
        edges(len(entries)),
    ]
    target = (
        room // 2 if not asked else min(room, room // 4 + sum(sorted(costs[number_of[line]] for line in asked)[:10]))
    )
    return [entries[number] for number in select(costs, target, evidence, keys=kinds).kept]


def _sizes(listing: Listing, entries: Sequence[int]) -> list[float | None]:
    sizes: list[float | None] = []
    if not any(listing.prefixes):
        return sizes
    for line in entries:
        found = _SIZE.match(listing.lines[line][: listing.prefixes[line]])
        digits = found.group(1).replace(",", "") if found else ""
        is_number = digits.count(".") <= 1 and len(digits) < 16 and digits.replace(".", "").isdigit()
        sizes.append(float(digits) * _UNITS[found.group(2).lower()] if found and is_number else None)
    return sizes


def _with_parents(kept: Sequence[int], listing: Listing) -> list[int]:
    """Also the lines that say in which directory an entry is, and lines that are no entry at either end."""
    lines = set(kept)
    for line in kept:
        while (line := listing.parents[line]) >= 0 and line not in lines:
            lines.add(line)
    last = len(listing.lines) - 1
    if not listing.paths[last] and len(listing.lines[last]) < _LONGEST:
        lines.add(last)
    return sorted(lines)


def _is_prose(paths: Sequence[str]) -> bool:
    return sum(" " in path for path in paths) > 0.3 * len(paths)
