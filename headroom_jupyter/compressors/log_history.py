r"""Histories: what `git log` prints, whole, with --stat or --graph, and one commit a line with --graph.

Its unit is a commit. One with its changes (`git log -p`) is the diff's, one commit a line without a graph the table's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from headroom_jupyter.compressors.base import Ask, Compressed, Draft, line_starts, runs, verbatim
from headroom_jupyter.selection import Evidence, Query, edges, outliers, relevance, select

__all__ = ["is_history", "shorten"]

_GRAPH = r"(?:[ \t]*[*|/\\_.-])*[ \t]*"
_COMMIT = re.compile(rf"{_GRAPH}commit [0-9a-f]{{7,64}}\b")
_ONE_LINE = re.compile(r"(?:[|/\\_ ]*\*[|/\\_ .-]* )[0-9a-f]{7,40} \S")
_EDGE = re.compile(r"[|/\\_ .*-]*\Z")
_FIELD = re.compile(rf"{_GRAPH}(?P<name>Author|AuthorDate|Date|Commit|CommitDate|Merge|Reflog[\w ]*): *(?P<value>.*)")
_STAT = re.compile(r"[ |]* \d+ files? changed(?:, (\d+) insertions?\(\+\))?(?:, (\d+) deletions?\(-\))?")
_FILE = re.compile(rf"{_GRAPH}(?:\S.*? +\| +(?:\d+|Bin)\b|[AMDTRCU]\d*\t\S)")
_GAP = 24  # characters that a marker costs
_MOST_BODY = 8  # lines of a message that are shown of a commit the question is about
_MOST_FILES = 12  # and files
_MOST_AUTHORS = 6
_LONGEST = 300  # characters of a line that may be a file's
_NEAR_BEST = 0.5  # of the best score: such commits are shown whole, weaker ones by their first lines


def is_history(lines: Sequence[str]) -> bool:
    """Whether lines, blank ones left out, begin like a history and are nothing else.

    >>> is_history(["commit 1f3d2ab", "Author: A <a@b>", "Date: today", "    Mend it"])
    True
    """
    if not lines or any(line.startswith(("diff --", "@@ -")) for line in lines):
        return False
    one_line = sum(_ONE_LINE.match(line) is not None for line in lines)
    if one_line >= 4 and one_line >= 0.3 * len(lines):
        edges_only = sum(_EDGE.match(line) is not None for line in lines)
        if one_line + edges_only >= 0.9 * len(lines):
            return True
    if not _COMMIT.match(lines[0]):
        return False
    heads = sum(_COMMIT.match(line) is not None for line in lines)
    fields = sum(_FIELD.match(line) is not None for line in lines)
    return fields >= heads


@dataclass(frozen=True, slots=True)
class _Commit:
    """Lines first to last (half-open) and what they say; line numbers, 0-based."""

    first: int
    last: int
    subject: int
    head: tuple[int, ...]
    body: tuple[int, ...] = ()
    files: tuple[int, ...] = ()
    author: str = ""
    date: str = ""
    changed: float | None = None


def shorten(text: str, ask: Ask) -> Compressed:
    """Commits that the question names, whole; of some others the first lines; who wrote how many, from when to when."""
    starts = line_starts(text)
    lines = text.split("\n")[: len(starts) - 1]
    commits = list(_commits(lines))
    if len(commits) < 2:
        return verbatim(text)
    overview = _overview(commits)
    scores = _scores(text, starts, commits, ask.query)
    best = max(scores.values(), default=0.0)
    whole = {i for i, score in scores.items() if score >= _NEAR_BEST * best}
    shown = [_whole(commit, lines, ask.query) if i in whole else _brief(commit) for i, commit in enumerate(commits)]
    costs = [sum(len(lines[line]) + 1 for line in of) + _GAP for of in shown]
    room = max(ask.target_chars - len(overview), ask.target_chars // 2)
    sizes = outliers([commit.changed for commit in commits], most=1) if any(c.changed for c in commits) else {}
    chosen = select(
        costs,
        room,
        [
            Evidence("query", scores, 0.75),
            edges(len(commits), share=0.3),
            Evidence("size", sizes, 0.2),
        ],
        keys=[commit.author for commit in commits],
        fill=not scores,
    )
    if len(chosen.kept) == len(commits):
        return verbatim(text)
    draft = Draft(text)
    draft.write(overview)
    kept = sorted({line for index in chosen.kept for line in shown[index]})
    draft.lines(_closed(kept, starts, lines), starts)
    return draft.done()


def _commits(lines: Sequence[str]) -> Iterator[_Commit]:
    is_long = any(_COMMIT.match(line) for line in lines[:3])
    pattern = _COMMIT if is_long else _ONE_LINE
    firsts = [i for i, line in enumerate(lines) if pattern.match(line)]
    for first, last in pairwise([*firsts, len(lines)]):
        yield _commit(lines, first, last) if is_long else _Commit(first, last, first, (first,))


def _commit(lines: Sequence[str], first: int, last: int) -> _Commit:
    head = [first]
    author = date = ""
    at = first + 1
    while at < last and (field := _FIELD.match(lines[at])):
        head.append(at)
        if field["name"] == "Author":
            author = field["value"].partition(" <")[0].strip()
        elif field["name"].endswith("Date") and not date:
            date = field["value"].strip()
        at += 1
    rest = [i for i in range(at, last) if not _EDGE.match(lines[i])]
    files = [i for i in rest if _FILE.match(lines[i][:_LONGEST]) and not lines[i].lstrip("*|/\\ ").startswith("Co-")]
    totals = [(i, found) for i in rest if (found := _STAT.match(lines[i][:_LONGEST]))]
    begin = min([*files, *(i for i, _ in totals), last])
    body = [i for i in rest if i < begin]
    changed = sum(float(found.group(1) or 0) + float(found.group(2) or 0) for _, found in totals) if totals else None
    subject = body[0] if body else first
    told = tuple([i for i in files if i >= begin] + [i for i, _ in totals])
    return _Commit(first, last, subject, tuple(head), tuple(body), told, author, date, changed)


def _scores(text: str, starts: Sequence[int], commits: Sequence[_Commit], query: Query) -> dict[int, float]:
    """Relevance of the commits; what a subject says counts twice."""
    marks = [*(starts[commit.first] for commit in commits), starts[-1]]
    scores = relevance(query, text, marks)
    of_line = relevance(query, text, starts) if scores else {}
    for index, commit in enumerate(commits):
        if index in scores:
            scores[index] += of_line.get(commit.subject, 0.0)
    best = max(scores.values(), default=0.0)
    return {index: score for index, score in scores.items() if score >= 0.35 * best}


def _brief(commit: _Commit) -> list[int]:
    return sorted({*commit.head, commit.subject})


def _whole(commit: _Commit, lines: Sequence[str], query: Query) -> list[int]:
    """Head, message and files; of very many files those that the query names, some others and the total."""
    files = list(commit.files)
    if len(files) > _MOST_FILES:
        named = [i for i in files if any(term.text in lines[i].lower() for term in query.terms)]
        files = [*named[:_MOST_FILES], *files[: _MOST_FILES // 2], files[-1]]
    return sorted({*commit.head, *commit.body[:_MOST_BODY], *files})


def _overview(commits: Sequence[_Commit]) -> str:
    """How many commits there are, from when to when and by whom."""
    dates = [commit.date for commit in commits if commit.date]
    span = f", {dates[-1]} to {dates[0]}" if len(dates) > 1 else ""
    authors = Counter(commit.author for commit in commits if commit.author).most_common()
    few = [f"{name} {number}" for name, number in authors[:_MOST_AUTHORS]]
    more = len(authors) - _MOST_AUTHORS
    by = f", by {', '.join(few)}" if few else ""
    return f"[{len(commits)} commits{span}{by}{f' and {more} others' if more > 0 else ''}]\n"


def _closed(kept: Sequence[int], starts: Sequence[int], lines: Sequence[str]) -> list[int]:
    """Also the gaps that are blank, or shorter than their marker."""
    out: list[int] = []
    for first, last, is_kept in runs(kept, len(starts) - 1):
        is_short = starts[last] - starts[first] <= _GAP // 2 and first > 0 and last < len(lines)
        if is_kept or is_short:
            out.extend(range(first, last))
    return out
