"""Compressor for Jupyter notebooks: cells as text, each source and output shortened by whoever knows its kind.

Pictures become notes of their size. It has no lossless form: as JSON a notebook has one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from headroom_jupyter.compressors.base import Ask, Compressed, Draft, Hints, Omission, runs, sample, verbatim
from headroom_jupyter.compressors.json_places import Pieces
from headroom_jupyter.compressors.notebook_parts import Cell, Part, read_cells
from headroom_jupyter.compressors.passages import Passage, choose, write
from headroom_jupyter.compressors.sentences import windows
from headroom_jupyter.selection import Evidence, edges, relevance_of, select, shares

__all__ = ["NotebookCompressor"]

_SHORT = 500  # characters; a shorter part is shown as it is when its share allows
_LEAST = 120  # characters; with a smaller share a part is left out as a whole
_CELL = 300  # characters a cell should have, or else some cells are left out
_SMALL = 80  # characters; leaving out less does not pay for a marker
_PICTURES = 1.5  # base64 has fewer characters a token, so a target in characters is too small by about this much
_WEIGHTS = {"error": 6.0, "source": 2.0, "text": 1.5, "output": 1.0, "stream": 1.0}
_SETUP = re.compile(r"^\s*(?:import |from \S+ import|def |class |library\(|using |%load_ext|%pip|!pip)", re.MULTILINE)
_HEADING = re.compile(r"^#{1,6} ", re.MULTILINE)


_Key = tuple[int, int]  # index of a cell, and of a part in it


@dataclass(frozen=True, slots=True)
class _Plan:
    """The cells that stay, and how many characters each of their parts may have."""

    kept: tuple[int, ...]
    shares: Mapping[_Key, int]


class NotebookCompressor:
    """Shortens notebooks by cells and outputs."""

    name = "notebook"

    def confidence(self, text: str, hints: Hints) -> float:
        """Certain of a JSON object with "cells" and "nbformat"."""
        part = sample(text, 12_000)
        if part.lstrip("\ufeff \t\r\n")[:1] != "{" or '"cells"' not in part:
            return 0.0
        is_named = hints.path.lower().endswith(".ipynb") or "ipynb" in hints.mime
        return 1.0 if '"nbformat"' in part else 0.9 if is_named and '"cell_type"' in part else 0.0

    def compress(self, text: str, ask: Ask) -> Compressed:
        """Cells in order, each output by its own kind; verbatim when it cannot be read or nothing may be left out."""
        book = _read(text) if ask.may_omit else None
        if book is None:
            return verbatim(text)
        language, cells = book
        plan = _plan(cells, ask)
        draft = Draft(text)
        pieces = Pieces()
        draft.write(f"notebook, {len(cells)} cells{language}; without metadata and second forms of outputs\n")
        for first, last, is_kept in runs(plan.kept, len(cells)):
            if is_kept:
                for cell in cells[first:last]:
                    _write_cell(draft, cell, plan, ask, pieces)
            else:
                draft.omit("rows", [(first + 1, last)], len(cells), at="$.cells", summary=_named(first + 1, last))
        made = draft.done()
        return replace(made, spans=pieces.spans(text)) if ask.wants_spans else made

    def decode(self, text: str) -> str | None:
        """None: there is no lossless form."""
        return None


def _read(text: str) -> tuple[str, list[Cell]] | None:
    """What to say of the language, and the cells; None for what is no notebook of nbformat 4, or nested too deep."""
    try:
        book = json.loads(text.lstrip("\ufeff"), strict=False)
        cells = book.get("cells") if isinstance(book, dict) else None
        if not isinstance(cells, list) or not cells or not all(isinstance(cell, dict) for cell in cells):
            return None
        language, suffix = _language(book)
        return language, read_cells(book, suffix)
    except (ValueError, RecursionError):
        return None


def _language(book: Mapping[str, Any]) -> tuple[str, str]:
    """What to say of the language, and its file suffix."""
    metadata = book.get("metadata")
    info = metadata.get("language_info") if isinstance(metadata, dict) else None
    info = info if isinstance(info, dict) else {}
    words = " ".join(str(info[key]) for key in ("name", "version") if isinstance(info.get(key), str))[:80]
    suffix = str(info.get("file_extension", ".py")).lstrip(".")[:10] or "py"
    return (f", {words}" if words else ""), suffix


def _named(first: int, last: int) -> str:
    return f"cell {first}" if first == last else f"cells {first}-{last}"


def _plan(cells: Sequence[Cell], ask: Ask) -> _Plan:
    """Distribute the target: to the cells asked for, errors and short parts before long ones."""
    target = ask.target_chars * (_PICTURES if any(p.image for cell in cells for p in cell.parts) else 1.0)
    keys = [(c, p) for c, cell in enumerate(cells) for p, part in enumerate(cell.parts) if part.text]
    found = relevance_of(ask.query, [cells[c].parts[p].text for c, p in keys])
    best = max(found.values(), default=1.0) or 1.0
    hits = {keys[index]: score / best for index, score in found.items()}
    kept = _kept_cells(cells, hits, int(target))
    shown = set(kept)
    sizes = {key: len(cells[key[0]].parts[key[1]].text) for key in keys if key[0] in shown}
    weights = {key: _WEIGHTS[cells[key[0]].parts[key[1]].kind] * (1 + 3 * hits.get(key, 0.0)) for key in sizes}
    spent = sum(len(cells[c].title) + 20 * len(cells[c].parts) for c in kept)
    return _Plan(kept, shares(sizes, weights, max(target - spent, target / 3)))


def _kept_cells(cells: Sequence[Cell], hits: Mapping[_Key, float], target: int) -> tuple[int, ...]:
    costs = [len(cell.title) + sum(min(len(part.text) + 20, _CELL) for part in cell.parts) for cell in cells]
    if sum(costs) <= target:
        return tuple(range(len(cells)))
    asked: dict[int, float] = {}
    for (cell, _), score in hits.items():
        asked[cell] = asked.get(cell, 0.0) + score
    failed = {c: 1.0 for c, cell in enumerate(cells) if any(part.kind == "error" for part in cell.parts)}
    sources = {c: cell.parts[0] for c, cell in enumerate(cells) if cell.parts and not cell.parts[0].label}
    setup = {c: 1.0 for c, part in sources.items() if part.kind == "source" and _SETUP.search(part.text)}
    headings = {c: 1.0 for c, part in sources.items() if part.kind == "text" and _HEADING.search(part.text)}
    evidence = [
        Evidence("error", failed, 0.4),
        Evidence("question", asked, 0.6),
        edges(len(cells), first=2, last=3, share=0.3),
        Evidence("setup", setup, 0.2),
        Evidence("heading", headings, 0.2),
    ]
    kept = set(select(costs, target, evidence).kept)
    shown = [range(a, b) for a, b, is_in in runs(sorted(kept), len(cells)) if is_in or sum(costs[a:b]) < _SMALL]
    return tuple(index for run in shown for index in run)


def _write_cell(draft: Draft, cell: Cell, plan: _Plan, ask: Ask, pieces: Pieces) -> None:
    begin = draft.length
    of_parts = pieces if cell.is_in_order else Pieces()
    draft.write(f"\n{cell.title}\n")
    for index, part in enumerate(cell.parts):
        if part.image or part.rows:
            draft.write(f"{part.label} ")
            ranges = [(1, part.rows)] if part.rows else []
            draft.omit(part.image or "rows", ranges, part.rows, at=part.at, summary=part.summary)
            continue
        if part.label:
            draft.write(f"{part.label}\n")
        _write_part(draft, part, plan.shares.get((cell.number - 1, index), 0), ask, of_parts)
    if not cell.is_in_order:
        pieces.add(("cells", cell.number - 1), begin, draft.length)


def _write_part(draft: Draft, part: Part, share: int, ask: Ask, pieces: Pieces) -> None:
    """A part as it is if it is short, shortened by its kind if there is room, or as a marker alone."""
    size = len(part.text)
    if size <= _SMALL or size <= min(share, _SHORT) and "\r" not in part.text and "\x1b" not in part.text:
        result = verbatim(part.text)
    elif share < _LEAST:
        result = _left_out(part)
    else:
        result = ask.route(part.text, part.hints, share)
        if result.fidelity == "verbatim" and size > share * 3 // 2 + _SMALL:
            result = _cut(part.text, replace(ask, target_chars=share))
        result = _addressed(result, part)
    if part.path and result.text:
        pieces.add_part(part.path, result, draft.length, between=part.between)
    draft.embed(result, at="" if result.omissions and result.omissions[0].at.startswith("$.cells") else part.at)
    if result.text and not result.text.endswith("\n"):
        draft.write("\n")


def _left_out(part: Part) -> Compressed:
    lines = len(part.text.split("\n")) - part.text.endswith("\n")
    omission = Omission("lines", ((1, lines),), lines, 0)
    return _addressed(Compressed("", (omission,), "faithful"), part)


def _addressed(result: Compressed, part: Part) -> Compressed:
    """Say omissions in units that are found at the part's address, or else leave out the whole of it in name."""
    if part.whole and not all(omission.unit in part.units for omission in result.omissions):
        first, last, total, at = part.whole
        place = result.omissions[0]
        return replace(result, omissions=(replace(place, unit="rows", ranges=((first, last),), total=total, at=at),))
    if part.is_lines:
        return replace(result, omissions=tuple(replace(omission, unit="rows") for omission in result.omissions))
    return result


def _cut(text: str, ask: Ask) -> Compressed:
    """What the question names, first and last lines of a text that nobody could shorten."""
    cuts = windows(text, 0, len(text), 200)
    passages = [Passage(a, b, text[a:b]) for a, b in cuts]
    return write(text, passages, choose(passages, ask))
