"""Unified diffs: git diff, git show, git log -p, diff -u, combined diffs of merges.

What it shows of a cut diff is no patch: markers stand inside the hunks, so that no tool applies it by mistake.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

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
from headroom_jupyter.compressors.diff_hunks import Hunk, Patch, decode_reduced, encode_reduced, read, units
from headroom_jupyter.compressors.paths import by_directory
from headroom_jupyter.selection import Evidence, relevance, select

__all__ = ["DiffCompressor"]

_HUNK_LINE = re.compile(r"^@@@* -\d+(?:,\d+)? .*?\+\d+(?:,\d+)? @@", re.MULTILINE)
_STARTS = ("diff --", "Index: ", "\n+++ ")
_START_LINE = re.compile(r"^(?:diff --(?:git|cc|combined) |Index: |--- .*\n\+\+\+ )", re.MULTILINE)
_GENERATED = re.compile(
    r"(?:^|/)(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|bun\.lockb?|go\.sum|[\w.-]+\.lock)$"
    r"|\.min\.(?:js|css)$|\.(?:map|snap|pb\.go)$|_pb2(?:_grpc)?\.pyi?$|\.generated\.|[._-]lock\.(?:json|ya?ml|toml)$"
    r"|(?:^|/)(?:node_modules|vendor|third_party|dist|__snapshots__|generated)/"
)
_WORDS_CHANGED = re.compile(  # of --word-diff
    r"^(?![+-])[^\n]{0,200}?(?:\[-[^\n\]]{1,200}-\]\{\+|\{\+[^\n}]{1,200}\+\})", re.MULTILINE
)
_MAIL = re.compile(r"From [0-9a-f]{40} ")
_MOST_TOLD = 30
_MARKER = 60  # characters of a usual marker
_PIECE = 10  # changed lines that are chosen together at most
_FEW_COMMITS = 5  # of so many the authors and dates are shown too
_FLOOR = 1200  # characters; a smaller room would show no whole change
_SHORT_GAP = 28  # characters; a marker costs as much


class DiffCompressor:
    """Reduces headers; under pressure lists all files with their counts and shows the changes asked for."""

    name = "diff"

    def confidence(self, text: str, hints: Hints) -> float:
        """Whether a sample has the headers of files and hunks, and little else."""
        part = sample(text)
        if not any(start in part for start in _STARTS):
            return 0.0  # told cheaply of most texts
        starts, hunks = _START_LINE.search(part), _HUNK_LINE.search(part)
        if starts is None or text.startswith("<<") or len(_WORDS_CHANGED.findall(part)) > 2:
            return 0.0
        if hunks is None:
            return 0.9 if part.startswith(("diff --git ", "commit ")) else 0.0
        lines = [line for line in part.split("\n") if line]
        usual = (
            "+",
            "-",
            " ",
            "@@",
            "diff ",
            "index ",
            "\\",
            "commit ",
            "Author",
            "Date",
            "Index",
            "=====",
            "Only in ",
        )
        moved = ("new ", "old ", "deleted ", "similarity ", "rename ", "Binary ")
        return 0.98 * sum(line.startswith(usual + moved) for line in lines) / len(lines)

    def compress(self, text: str, ask: Ask) -> Compressed:
        """The reduced form where it is enough, else the list of files and a choice of changes."""
        patch = read(text)
        if not patch.files:
            return verbatim(text)
        may_fit = not ask.may_omit or len(text) <= 2 * ask.target_chars
        reduced = encode_reduced(patch) if may_fit else text
        fits = len(reduced) < len(text) and (not ask.may_omit or len(reduced) <= ask.target_chars)
        if not fits and ask.may_omit:
            cut = _cut(text, patch, ask)
            if len(reduced) > (len(cut.text) + _MARKER) * 1.2:
                return cut
        return lossless(text, reduced, ask, units) if len(reduced) < len(text) else verbatim(text)

    def decode(self, text: str) -> str | None:
        """The original of the reduced form."""
        return decode_reduced(text)


def _cut(text: str, patch: Patch, ask: Ask) -> Compressed:
    starts = line_starts(text)
    overview = _overview(patch)
    room = max(ask.target_chars - len(overview), ask.target_chars // 2, _FLOOR)
    kept = _chosen(text, patch, starts, ask, room) | _told(patch.lines)
    draft = Draft(text)
    draft.write(overview)
    draft.lines(_closed(kept, patch, starts), starts)
    return draft.done()


def _told(lines: Sequence[str]) -> set[int]:
    """Lines that say what is in one folder alone, and the senders and subjects of mailed patches; not very many."""
    alone = [i for i, line in enumerate(lines) if line.startswith(("Only in ", "Binary files "))]
    mailed = [i for i, line in enumerate(lines) if _MAIL.match(line)]
    heads: list[int] = []
    for first in mailed[:_MOST_TOLD]:
        named = [i for i in range(first, min(first + 6, len(lines))) if lines[i].startswith(("From: ", "Subject: "))]
        heads += [*named, *(i + 1 for i in named if i + 1 < len(lines) and lines[i + 1].startswith(" "))]
    return {*alone[:_MOST_TOLD], *heads}


def _overview(patch: Patch) -> str:
    """All files with the number of lines added and removed, and what else happened to them."""
    added: dict[str, int] = {}
    removed: dict[str, int] = {}
    notes: dict[str, list[str]] = {}
    for file in patch.files:
        added[file.path] = added.get(file.path, 0) + file.added
        removed[file.path] = removed.get(file.path, 0) + file.removed
        said = [*file.notes, *(["generated"] if _GENERATED.search(file.path) else [])]
        notes[file.path] = list(dict.fromkeys([*notes.get(file.path, []), *said]))
    of_file = {
        path: f"+{added[path]} -{removed[path]}" + (f" ({', '.join(notes[path])})" if notes[path] else "")
        for path in added
    }
    commits = f"{len(patch.commits)} commits, " if patch.commits else ""
    head = f"{commits}{len(added)} files changed, +{sum(added.values())} -{sum(removed.values())}:"
    return "\n".join([head, *by_directory(of_file)]) + "\n"


def _chosen(text: str, patch: Patch, starts: Sequence[int], ask: Ask, room: int) -> set[int]:
    """Lines of the changes that the query is about, then some of each file, with their headers and one line around."""
    pieces = [
        (file, hunk, first, last) for file in patch.files for hunk in file.hunks for first, last in _pieces(patch, hunk)
    ]
    shown = [_around(hunk, first, last) for _, hunk, first, last in pieces]
    costs = [starts[last] - starts[first] + 40 for first, last in shown]
    raw = relevance(ask.query, text, starts)
    scores: dict[int, float] = {}
    for number, (file, hunk, _, _) in enumerate(pieces):
        own = [raw[line] for line in range(*shown[number]) if line in raw]
        above = max(raw.get(file.label, 0.0), raw.get(file.start, 0.0)) * 0.4 + raw.get(hunk.header, 0.0) * 0.3
        if own or above:
            scores[number] = max(own, default=0.0) + 0.1 * sum(own) + above
    best = max(scores.values(), default=0.0)
    asked = {number: score for number, score in scores.items() if score >= 0.35 * best}
    first_choice = select(costs, room, [Evidence("query", asked, share=0.8)], fill=False)
    used = sum(costs[number] for number in first_choice.kept)
    is_usual = [not _GENERATED.search(file.path) and "deleted" not in file.notes for file, _, _, _ in pieces]
    limit = min(room, used + room * 2 // 5) if used else room
    payable = [cost if usual else 10 * limit for cost, usual in zip(costs, is_usual, strict=True)]
    spread = select(payable, limit - used, [], keys=[file.path for file, _, _, _ in pieces])
    kept = _commit_lines(patch, starts, room // 2)
    for number in {*first_choice.kept, *spread.kept}:
        file, hunk, _, _ = pieces[number]
        kept.update(range(*shown[number]))
        kept.update((hunk.header, file.label if file.label >= 0 else file.start))
    return kept


def _pieces(patch: Patch, hunk: Hunk) -> Iterator[tuple[int, int]]:
    """Half-open runs of changed lines, the long ones parted, at empty lines where there are some."""
    lines = patch.lines
    first = -1
    for index in range(hunk.header + 1, hunk.end + 1):
        is_change = index < hunk.end and lines[index][: hunk.width].strip(" \r") != "" and lines[index][0] in "+-\\ "
        if not is_change:
            if first >= 0:
                yield first, index
            first = -1
            continue
        if first >= 0 and (index - first >= _PIECE or index - first >= _PIECE // 2 and not lines[index][1:].strip()):
            yield first, index
            first = index
        first = index if first < 0 else first


def _around(hunk: Hunk, first: int, last: int) -> tuple[int, int]:
    return max(hunk.header + 1, first - 1), min(hunk.end, last + 1)


def _commit_lines(patch: Patch, starts: Sequence[int], room: int) -> set[int]:
    """The commits' names and subjects, as many as there is room for."""
    kept: set[int] = set()
    for commit in patch.commits:
        end = min(commit + 12, len(patch.lines))
        subject = next((at for at in range(commit + 1, end) if patch.lines[at].startswith("    ")), commit)
        room -= starts[commit + 1] - starts[commit] + starts[subject + 1] - starts[subject]
        if room < 0:
            break
        kept.update(range(commit, subject + 1) if len(patch.commits) <= _FEW_COMMITS else (commit, subject))
    return kept


def _closed(kept: set[int], patch: Patch, starts: Sequence[int]) -> list[int]:
    """Also the gaps that cost no more than their marker."""
    for first, last, is_kept in runs(sorted(kept), len(starts) - 1):
        if not is_kept and starts[last] - starts[first] <= _SHORT_GAP:
            kept.update(range(first, last))
    return sorted(kept)
