"""What of an outline is shown: which items, whole or by their headers, and how that is written.

It knows what showing costs and how folds are closed; what deserves to be shown is said by its owner.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

from headroom_jupyter.compressors.base import Compressed, Draft
from headroom_jupyter.compressors.code_folds import Fold
from headroom_jupyter.compressors.code_outline import Item, Outline

__all__ = ["MARKER_COST", "View"]

MARKER_COST = 24  # characters that cost what a later marker costs, 7 tokens
_ROW_COST = 3  # characters that cost what a line's end and indentation cost
_MOST_NAMES, _LONGEST_NAMES = 20, 200  # names of hidden definitions that a marker tells, and their characters


class View:
    """A choice of items to show; starts with none.

    Costs are characters without indentation, `_ROW_COST` a row and `MARKER_COST` a fold.
    """

    def __init__(self, outline: Outline, source: str, starts: Sequence[int]) -> None:
        self.outline = outline
        self.items = outline.items
        self.spent = 0
        self._source = source
        self._starts = starts
        self._sums = [0, *accumulate(len(line.strip()) + _ROW_COST if line.strip() else 0 for line in outline.lines)]
        self._shown: set[int] = set()
        self._whole: set[int] = set()
        self._hidden: list[tuple[int, int, str]] = []

    @property
    def total_cost(self) -> int:
        """What the whole text costs."""
        return self._sums[-1]

    def rows_cost(self, first: int, last: int) -> int:
        """What rows cost when they are shown."""
        return self._sums[last + 1] - self._sums[first]

    def is_shown(self, index: int) -> bool:
        """Whether an item is shown, at least its header."""
        return index in self._shown

    def whole_cost(self, index: int) -> int:
        """What an item costs when it is shown whole, with what must be shown around it."""
        item = self.items[index]
        return self.rows_cost(item.first, item.last) + self._parents_cost(index)

    def header_cost(self, index: int) -> int:
        """What an item's header costs, with what must be shown around it."""
        item = self.items[index]
        if self._is_small(item):
            return self.whole_cost(index)
        return self._fixed_cost(item) + self._parents_cost(index)

    def show(self, index: int, *, limit: float, whole: bool = False) -> bool:
        """Show an item if the view then costs no more than `limit`; tell whether it is shown."""
        if index in self._whole or (index in self._shown and not whole):
            return True
        cost = self.whole_cost(index) if whole else self.header_cost(index)
        if not self.items[index].folds and index - 1 not in self._shown and index + 1 not in self._shown:
            cost += MARKER_COST  # it parts a gap in two; siblings follow each other in the list
        if index in self._shown:
            cost -= self._fixed_cost(self.items[index])
        if self.spent + cost > limit:
            return False
        self.spent += cost
        if whole or self._is_small(self.items[index]):
            self._whole.add(index)
        while index >= 0 and index not in self._shown:
            self._shown.add(index)
            index = self.items[index].parent
        return True

    def _is_small(self, item: Item) -> bool:
        """Whether hiding an item's folds saves no more than their markers cost."""
        hidden = sum(self.rows_cost(fold.first, fold.last) for fold in item.folds)
        return hidden <= (MARKER_COST + 6) * len(item.folds)

    def _fixed_cost(self, item: Item) -> int:
        hidden = sum(self.rows_cost(fold.first, fold.last) - MARKER_COST for fold in item.folds)
        return self.rows_cost(item.first, item.last) - hidden

    def _parents_cost(self, index: int) -> int:
        cost = 0
        at = self.items[index].parent
        while at >= 0 and at not in self._shown:
            cost += self._fixed_cost(self.items[at])
            at = self.items[at].parent
        return cost

    def write(self, *, note: str = "") -> Compressed:
        """The text of the view; `note` is said in its first marker."""
        visible, folds = self._rows()
        self._close_small_gaps(visible, folds)
        self._hidden = [
            (item.first, item.depth, item.name)
            for index, item in enumerate(self.items)
            if item.name and not visible[item.first] and item.depth <= 1
        ]
        self._hidden.sort()
        draft = Draft(self._source)
        rows = len(visible)
        row = 0
        while row < rows:
            end = row
            while end < rows and visible[end] == visible[row]:
                end += 1
            if visible[row]:
                is_attached = end < rows and self._is_attached(folds.get(end))
                stop = self._starts[end] if not is_attached else self._line_end(end - 1)
                draft.copy(self._starts[row], stop)
            else:
                self._omit(draft, row, end, folds.get(row), note)
                note = ""
            row = end
        return draft.done()

    def _rows(self) -> tuple[bytearray, dict[int, Fold]]:
        """Which rows are shown, and the folds that begin at hidden ones."""
        visible = bytearray(len(self.outline.lines))
        folds: dict[int, Fold] = {}
        self._drop_lone_comments()
        for index in sorted(self._shown):
            item = self.items[index]
            visible[item.first : item.last + 1] = b"\1" * (item.last - item.first + 1)
            if index in self._whole:
                continue
            shown = [self.items[child] for child in item.children if child in self._shown]
            for fold in item.folds:
                is_open = any(fold.inner <= child.first <= fold.inner_last for child in shown)
                first, last = (fold.inner, fold.inner_last) if is_open else (fold.first, fold.last)
                visible[first : last + 1] = bytes(last - first + 1)
                if not is_open:
                    folds[first] = fold
        self._settle_blanks(visible, folds)
        return visible, folds

    def _drop_lone_comments(self) -> None:
        """Hide comments that would be all that is left of an indented block: it needs a statement."""
        if not self.outline.language.is_indented:
            return
        for index in sorted(self._shown, reverse=True):
            item = self.items[index]
            if index in self._whole:
                continue
            shown = [child for child in item.children if child in self._shown]
            for fold in item.folds:
                inside = [child for child in shown if fold.inner <= self.items[child].first <= fold.inner_last]
                if all(self.items[child].kind == "comment" for child in inside):
                    self._shown.difference_update(inside)

    def _settle_blanks(self, visible: bytearray, folds: dict[int, Fold]) -> None:
        """Show blank rows that would be a gap of their own."""
        lines = self.outline.lines
        row, rows = 0, len(visible)
        while row < rows:
            end = row + 1
            if not visible[row]:
                while end < rows and not visible[end]:
                    end += 1
                if row not in folds and not any(lines[at].strip() for at in range(row, end)):
                    visible[row:end] = b"\1" * (end - row)
            row = end

    def _close_small_gaps(self, visible: bytearray, folds: dict[int, Fold]) -> None:
        """Show hidden leaves that cost no more than the marker that would stand for them."""
        leaves = [item for index, item in enumerate(self.items) if index not in self._shown and not item.folds]
        for item in leaves:
            if item.kind == "doc" or item.first in folds or visible[item.first]:
                continue
            first, last = item.first, item.last
            while first > 0 and not visible[first - 1] and not self.outline.lines[first - 1].strip():
                first -= 1
            while last + 1 < len(visible) and not visible[last + 1] and not self.outline.lines[last + 1].strip():
                last += 1
            before = first == 0 or visible[first - 1]
            after = last + 1 == len(visible) or visible[last + 1]
            if (
                before
                and after
                and self.rows_cost(first, last) <= MARKER_COST
                and not any(row in folds for row in range(first, last + 1))
            ):
                visible[first : last + 1] = b"\1" * (last - first + 1)

    def _line_end(self, row: int) -> int:
        """Offset after the last character of a row that is no space."""
        line = self._source[self._starts[row] : self._starts[row + 1]]
        return self._starts[row] + len(line.rstrip())

    def _is_attached(self, fold: Fold | None) -> bool:
        """Whether a fold's marker stands in its header's last row."""
        if fold is None or fold.kind == "macro":
            return False
        header = self.outline.lines[fold.first - 1].rstrip()
        if fold.kind == "doc":
            return True
        if fold.opener:
            return True
        if self.outline.language.line.strip() in header:
            return False
        if fold.kind == "block" and self.outline.language.is_indented:
            return header.endswith(":")
        return header.endswith(("{", "(", "[", "|{")) and not header.lstrip().startswith("#")

    def _omit(self, draft: Draft, first: int, end: int, fold: Fold | None, note: str) -> None:
        before, after = self._around(first, end, fold)
        attached = self._is_attached(fold)
        start = self._line_end(first - 1) if attached else self._starts[first]
        names = self._names(first, end)
        summary = "; ".join(part for part in (names, note) if part)
        source = [(start, self._starts[end])]
        total = len(self._starts) - 1
        draft.omit("lines", [(first + 1, end)], total, source=source, summary=summary, before=before, after=after)

    def _names(self, first: int, end: int) -> str:
        """The definitions that lie whole in a gap, by name."""
        at = bisect_left(self._hidden, (first, 0, ""))
        names: list[str] = []
        while at < len(self._hidden) and self._hidden[at][0] < end:
            if self._hidden[at][2] not in names:
                names.append(self._hidden[at][2])
            at += 1
            if len(names) > _MOST_NAMES or sum(map(len, names)) > _LONGEST_NAMES:
                names[-1] = "…"
                break
        return ", ".join(names)

    def _around(self, first: int, end: int, fold: Fold | None) -> tuple[str, str]:
        """What is written before and after a marker, so that it stands in a comment and the text still parses."""
        language, lines = self.outline.language, self.outline.lines
        line = language.line
        opening, closing = language.block or (line, "")
        tail = "" if language.block or not line.startswith("/*") else " */"
        if fold is None:
            nearest = next((text for text in lines[first:end] if text.strip()), "")
            return f"{_indent(nearest)}{line}", f"{tail}\n"
        attached = self._is_attached(fold)
        inner = next((text for text in lines[fold.inner : fold.inner_last + 1] if text.strip()), "")
        lead = " " if attached else _indent(inner)
        if fold.kind == "doc":
            space = " " if lines[first - 1].rstrip().endswith(fold.closer[0]) else ""
            return f"{space}{fold.closer}  {line}", "\n"
        if fold.kind == "macro":
            return f"{lead}{opening}", f"{closing}\n"
        if language.is_indented and fold.kind == "block":
            return f"{lead}...  {line}", "\n"
        if not fold.closer:
            return (f"{lead}{line}" if language.block else f"{lead} {line}"), "\n"
        if language.block is None:
            return f"{lead} {line}", f"\n{_indent(lines[fold.last])}{fold.closer}\n"
        return f" {fold.opener}{lead}{opening}" if fold.opener else f"{lead}{opening}", f"{closing} {fold.closer}\n"


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
