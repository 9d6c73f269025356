"""Packs a notebook for an agent: within a budget counted exactly, with an account of what became of each part.

Error messages, the names that cells bind and notes on what is out of date stay; all that goes comes back by reference.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from headroom_jupyter.compressors.alignment import aligned
from headroom_jupyter.errors import InputError
from headroom_jupyter.forms import fill_spans
from headroom_jupyter.notebook.allotting import allot
from headroom_jupyter.notebook.book import Book
from headroom_jupyter.notebook.composing import issue_joined
from headroom_jupyter.notebook.layout import Group, Layout, VariableLines, groups_of, render, variables_text
from headroom_jupyter.notebook.options import Options
from headroom_jupyter.notebook.pieces import Piece, pieces_of
from headroom_jupyter.notebook.report import NotebookContext, PackEntry, PackReport, manifests
from headroom_jupyter.notebook.shortening import Shown, left_out
from headroom_jupyter.notebook.staleness import with_notes
from headroom_jupyter.notebook.variables import schema
from headroom_jupyter.notebook.weighing import needed_by, weights

__all__ = ["DEFAULT_BUDGET", "pack"]

DEFAULT_BUDGET = 8_000
_FRAME_SHARE = 0.6  # of the budget: what cells that are named only, titles and variables may take before more is cut
_VARIABLES_SHARE = 0.12
_ACCOUNT_SHARE = 0.06
_LEAST_ACCOUNT = 40  # tokens
_FAR = "far from what failed, ran last or was asked about"


@dataclass(frozen=True)
class _Work:
    """What packing looks at, worked out once."""

    book: Book
    pieces: Sequence[Piece]
    weights: Sequence[float]
    options: Options
    budget: int

    def count(self, text: str) -> int:
        return self.options.tokenizer.count(text)


def pack(book: Book, options: Options) -> NotebookContext:
    """Pack a notebook.

    Args:
        book: Its cells and variables.
        options: `budget` is the limit, 8,000 by default; `query` says what the reader wants to know. Lines that `keep`
            matches stay. At the level "lossless" a part is whole, rewritten so that `decode` undoes it, or left out as
            a whole. Without `retrieval` gaps are told in words.

    Raises:
        InputError: the notebook is empty, or not even the names of its cells fit the budget.
    """
    if not book.cells:
        raise InputError("there is nothing to pack: no cell has run and none is saved")
    book = with_notes(book, set(book.variables) if book.variables else None)
    cell_weights = weights(book.cells, options.asked)
    pieces = pieces_of(book, cell_weights, options)
    work = _Work(book, pieces, cell_weights, options, options.budget or DEFAULT_BUDGET)
    layout = _layout(work)
    grouped = {cell for group in layout.groups for cell in group.cells}
    indices = [i for i, piece in enumerate(pieces) if piece.cell not in grouped]
    frame = work.count(render(book, pieces, {i: left_out(pieces[i]).text for i in indices}, layout))
    reserve = max(_LEAST_ACCOUNT, int(_ACCOUNT_SHARE * work.budget))
    shown = allot(pieces, indices, work.budget - frame - reserve, options)
    shown = _within(work, shown, layout)
    return _context(work, shown, layout)


def _layout(work: _Work) -> Layout:
    """Which cells are named only, and whether variables are described, so that the frame leaves room for contents."""
    lines, head, order = _variable_lines(work), _head(work), _droppable(work)
    limit = _FRAME_SHARE * work.budget

    def made(count: int, variables: VariableLines) -> tuple[int, Layout]:
        named = frozenset(order[:count])
        layout = Layout(head, groups_of(work.book, work.pieces, named), variables, work.options.said)
        return work.count(_frame(work, layout, named)), layout

    for variables in (lines, replace(lines, shown=0)):
        # The fewest cells that have to be named only; more of them never need more room.
        fewest = bisect_left(range(len(order)), 1, key=lambda count: made(count, variables)[0] <= limit)
        least, layout = made(fewest, variables)
        if least <= work.budget - _LEAST_ACCOUNT:
            return layout
    needs = least + _LEAST_ACCOUNT
    raise InputError(f"--budget {work.budget} is too small for this notebook; it needs {needs:,} tokens")


def _frame(work: _Work, layout: Layout, named: frozenset[int]) -> str:
    texts = {i: left_out(piece).text for i, piece in enumerate(work.pieces) if piece.cell not in named}
    return render(work.book, work.pieces, texts, layout)


def _droppable(work: _Work) -> list[int]:
    """Cells that may be named only, the least weighty first: none that failed, ran last or has lines to keep."""
    last = work.book.last
    cells = work.book.cells
    keep = {piece.cell for piece in work.pieces if piece.kept}
    may = [i for i, cell in enumerate(cells) if not cell.is_failed and cell is not last and i not in keep]
    return sorted(may, key=lambda i: (work.weights[i], i))


def _head(work: _Work) -> str:
    book = work.book
    ran = [cell.count for cell in book.cells if cell.count]
    lines = [
        f"# {book.title}: {len(book.cells)} cells, {len(ran)} of them run{f', In[{max(ran)}] last' if ran else ''}"
    ]
    if work.options.query:
        lines.append(f"asked: {' '.join(work.options.query.split())[:300]}")
    if work.options.retrieval:
        lines.append("<<ccr:REF …>> marks what is left out; headroom_retrieve brings it back")
    else:
        lines.append("[not shown: …] stands where something is left out")
    lines += [f"note: {note}" for note in book.notes]
    return "\n".join(lines) + "\n"


def _variable_lines(work: _Work) -> VariableLines:
    """A line for each variable: those that the failing and the last cells use first, then the youngest."""
    book = work.book
    if not book.variables:
        return VariableLines()
    roots = [i for i, cell in enumerate(book.cells) if cell.is_failed or cell is book.last]
    near = needed_by(book.cells, roots)
    asked = work.options.query.lower()
    made = {name: max(cell.count, 0) for cell in book.cells for name in cell.names.binds}

    def rank(name: str) -> tuple[bool, int, int, str]:
        distance = min((d for i, d in near.items() if name in book.cells[i].names.uses), default=99)
        return name.lower() in asked, -distance, made.get(name, 0), name

    names = sorted(book.variables, key=rank, reverse=True)
    lines = tuple(schema(name, book.variables[name]) for name in names)
    spent, shown = 0, 0
    for line in lines:
        spent += work.count(line) + 1
        if spent > max(100, _VARIABLES_SHARE * work.budget):
            break
        shown += 1
    return VariableLines(tuple(names), lines, shown)


def _within(work: _Work, shown: Mapping[int, Shown], layout: Layout) -> dict[int, Shown]:
    """Leave the least weighty out until the text fits: counts of parts do not quite add up to that of the whole."""
    out = dict(shown)
    order = sorted((i for i in out if out[i].state != "left out"), key=lambda i: work.pieces[i].weight)
    limit = work.budget - _LEAST_ACCOUNT
    while order and work.count(_text(work, out, layout)) > limit:
        index = order.pop(0)
        out[index] = left_out(work.pieces[index])
    return out


def _text(work: _Work, shown: Mapping[int, Shown], layout: Layout) -> str:
    return render(work.book, work.pieces, {i: one.text for i, one in shown.items()}, layout)


def _context(work: _Work, shown: Mapping[int, Shown], layout: Layout) -> NotebookContext:
    """Store what is not shown, write the account, and put the result together."""
    refs = _store(work, shown, layout)
    entries = [*_entries(work, shown), *_group_entries(work, layout.groups), *_variable_entries(work, layout.variables)]
    masks = sum(piece.masks for piece in work.pieces)
    full = replace(layout, groups=(), variables=replace(layout.variables, shown=len(layout.variables.lines)))
    original = render(work.book, work.pieces, {}, full)
    before = work.count(original)
    body = _text(work, shown, layout)
    text = body
    for account in manifests(entries, masks):
        text = f"{body}\n## Packed: what went in, and what did not\n{account}\n"
        if work.count(text) <= min(work.budget, max(before, work.count(body))):
            break
    else:
        text = body
    after = work.count(text)
    if text != original:
        refs = (issue_joined(text, original, "notebook", work.options), *refs)
    notes = [*work.book.notes, *(f"{cell.label}: {note}" for cell in work.book.cells for note in cell.notes)]
    return NotebookContext(
        text=text,
        _original=original,
        kind="notebook",
        compressor="Notebook",
        fidelity="faithful",
        tokens_before=before,
        tokens_after=after,
        refs=tuple(dict.fromkeys(refs)),
        reason=f"{len(work.book.cells)} cells packed",
        budget_met=after <= work.budget,
        report=PackReport(work.budget, after, tuple(entries), tuple(notes), masks),
        _spans=lambda: fill_spans(aligned(original, text), len(original), len(text)),
    )


def _store(work: _Work, shown: Mapping[int, Shown], layout: Layout) -> tuple[str, ...]:
    """Put the originals of all markers that the text will have; their references, in order."""
    store = work.options.store
    refs: list[str] = []
    grouped = {cell for group in layout.groups for cell in group.cells}
    for index, piece in enumerate(work.pieces):
        one = shown.get(index)
        if one is not None:
            refs += one.refs
        if (one is not None and one.needs_put) or (piece.cell in grouped and piece.data):
            store.put(piece.data or piece.text.encode("utf-8", "surrogatepass"), kind=piece.data_kind, path=piece.path)
    for group in layout.groups:
        refs.append(store.put(group.text.encode("utf-8", "surrogatepass")))
    if layout.variables.shown < len(layout.variables.lines):
        refs.append(store.put(layout.variables.text.encode("utf-8", "surrogatepass")))
    return tuple(refs)


def _entries(work: _Work, shown: Mapping[int, Shown]) -> list[PackEntry]:
    out = []
    for index, one in sorted(shown.items()):
        piece = work.pieces[index]
        why = ""
        if piece.data:
            why = "a picture"
        elif one.state == "left out":
            why = _why(work, piece)
        label = work.book.cells[piece.cell].label
        ref = "" if one.state == "whole" else (one.refs or ("",))[0]
        out.append(PackEntry(label, piece.name, one.state, piece.tokens, one.tokens, ref, why))
    return out


def _why(work: _Work, piece: Piece) -> str:
    if piece.tokens > 0.25 * work.budget:
        return "too long for what was left"
    is_near = work.weights[piece.cell] >= 1.0
    return "no room" if is_near else _FAR


def _group_entries(work: _Work, groups: Sequence[Group]) -> list[PackEntry]:
    out = []
    for group in groups:
        first, last = (work.book.cells[group.cells[i]].label for i in (0, -1))
        label = first if first == last else f"{first} to {last}"
        tokens = work.count(group.text)
        out.append(
            PackEntry(
                label, "all", "left out", tokens, 0, group.ref, "far from what failed, ran last or was asked about"
            )
        )
    return out


def _variable_entries(work: _Work, variables: VariableLines) -> list[PackEntry]:
    if not variables.lines:
        return []
    is_whole = variables.shown == len(variables.lines)
    before, after = work.count(variables.text), work.count(variables_text(variables, work.options.said))
    ref = "" if is_whole else variables.ref
    return [PackEntry("variables", "schemas", "whole" if is_whole else "shortened", before, after, ref, "")]
