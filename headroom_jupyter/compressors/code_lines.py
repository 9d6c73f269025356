"""Source that no grammar fits, by lines: what the query names, definitions by their look, the rest left out.

It knows nothing of syntax; a definition's extent is told by its indentation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain

from headroom_jupyter.compressors.base import Ask, Compressed, Draft, line_starts, runs
from headroom_jupyter.compressors.code_languages import Language
from headroom_jupyter.selection import Evidence, edges, relevance, select

__all__ = ["compress_lines", "is_unlined"]

_DEFINITION = re.compile(
    r"^[ \t]*(?:(?:pub|public|private|protected|internal|static|final|abstract|sealed|open|override|async|export"
    r"|default|data|virtual|inline|extern|const|partial|local)\b(?:\([\w ]+\))? +)*"
    r"(?:def|class|module|function|func|fun|fn|sub|interface|struct|enum|trait|impl|object|protocol|extension"
    r"|namespace|package|type|record|defmodule|defp|procedure|(?:create|alter)(?: or replace)? \w+)\b[ \t(]"
    r"|^[\w:*&<>, ]+[ *&]\w+\([^;=\n]*$|^\w[\w-]* *\(\) *\{",
    re.MULTILINE | re.IGNORECASE,
)
_IMPORT = re.compile(r"^[ \t]*(?:import|from|use|using|require|include|#include|library|source)\b", re.MULTILINE)
_GAP_COST = 24  # characters that cost what a marker costs
_LONG_LINE, _PIECE = 2000, 160  # characters of a line that is no line to read, and of the pieces it is shown in
_LONGEST_BLOCK = 80  # lines of a named definition that are shown around its first


def is_unlined(text: str) -> bool:
    """Whether most of a text stands on one line that nobody reads as a line: minified source."""
    return len(text) > _LONG_LINE and max(map(len, text.split("\n"))) > max(_LONG_LINE, len(text) // 2)


def compress_lines(text: str, source: str, language: Language | None, ask: Ask) -> Compressed:
    """Keep the lines that matter most, in order, with markers in comments.

    Args:
        text: The block.
        source: The same lines without line numbers before them.
        language: Whose comments to write; None: of the kind the text itself uses.
        ask: Query and target.
    """
    starts = line_starts(text)
    if is_unlined(text):
        return _by_chars(text, ask)
    lines = source.split("\n")[: len(starts) - 1]
    costs = [len(line) + 1 for line in lines]
    definitions = _at_lines(_DEFINITION, source, lines)
    found = relevance(ask.query, text, starts)
    scores = {row: score * (3 if row in definitions else 1) for row, score in found.items()}
    evidence = [
        Evidence("query", _with_blocks(scores, lines), share=0.6),
        Evidence("definition", definitions),
        Evidence("import", _at_lines(_IMPORT, source, lines), share=0.15),
        edges(len(lines), first=3, last=1),
    ]
    kept = _without_small_gaps(select(costs, ask.target_chars, evidence, fill=False).kept, costs)
    before, after = _comment(language, source)
    draft = Draft(text)
    draft.lines(kept, starts, before=before, after=after)
    return draft.done()


def _by_chars(text: str, ask: Ask) -> Compressed:
    """A text on one line, or nearly: its first piece and those that the query is about, markers between."""
    starts = [*range(0, len(text), _PIECE), len(text)]
    scores = relevance(ask.query, text, starts)
    evidence = [Evidence("query", scores, share=0.8), edges(len(starts) - 1, first=2)]
    kept = select([_PIECE] * (len(starts) - 1), ask.target_chars, evidence, fill=False).kept
    draft = Draft(text)
    for first, last, is_kept in runs(kept, len(starts) - 1):
        start, end = starts[first], starts[last]
        if is_kept:
            draft.copy(start, end)
        else:
            draft.omit("chars", [(start + 1, end)], len(text), source=[(start, end)], before="/* ", after=" */")
    return draft.done()


def _at_lines(pattern: re.Pattern[str], source: str, lines: Sequence[str]) -> dict[int, float]:
    """Lines where a pattern matches; those with less indentation first."""
    found: dict[int, float] = {}
    row = at = 0
    for match in pattern.finditer(source):
        start = match.start() + len(match.group()) - len(match.group().lstrip())
        row += source.count("\n", at, start)
        at = start
        if row < len(lines):
            found[row] = 1.0 / (1 + len(lines[row]) - len(lines[row].lstrip()))
    return found


def _with_blocks(scores: dict[int, float], lines: Sequence[str]) -> dict[int, float]:
    """Spread the best lines' scores over the block each of them heads, and to their neighbours."""
    spread: dict[int, float] = dict(scores)
    for row in sorted(scores, key=lambda at: (-scores[at], at))[:12]:
        depth = _depth(lines[row])
        end = row + 1
        while (
            end < len(lines) and end - row < _LONGEST_BLOCK and (not lines[end].strip() or _depth(lines[end]) > depth)
        ):
            end += 1
        for at in chain(range(max(0, row - 1), row), range(row + 1, min(end + 1, len(lines)))):
            spread[at] = max(spread.get(at, 0.0), scores[row] * 0.9)
    return spread


def _without_small_gaps(kept: Sequence[int], costs: Sequence[int]) -> list[int]:
    out: list[int] = []
    for first, last, is_kept in runs(kept, len(costs)):
        if is_kept or sum(costs[first:last]) <= _GAP_COST:
            out.extend(range(first, last))
    return out


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def _comment(language: Language | None, source: str) -> tuple[str, str]:
    if language is None:
        hashes, slashes = source.count("\n#"), source.count("//")
        return ("# ", "\n") if hashes > slashes else ("// ", "\n")
    return language.line, " */\n" if language.line.startswith("/*") else "\n"
