"""Where the rows of a syntax node may be hidden behind a comment, so that what stays still parses.

It makes no items and hides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headroom_jupyter.compressors.code_languages import Language

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["OPAQUE", "Fold", "Folds", "is_docstring", "last_row"]

OPAQUE = ("string", "template_string", "raw_string", "char", "jsx")  # inside these a comment would be text
_OPENERS = ("{", "(", "[", "{|")
_CLOSERS = ("}", ")", "]", "|}")
_MOST_VISITS = 300  # nodes looked at for the folds of one item
_LONGEST_CLOSER = 60  # characters of a closing row that is written behind the marker


@dataclass(frozen=True, slots=True)
class Fold:
    """Rows of an item that may be hidden behind a comment.

    Rows `first` to `last` are hidden when it is folded; rows `inner` to `inner_last` hold what its children are. They
    differ by the rows of the opening and the closing token, which `opener` and `closer` then stand for, and of what
    children need before them. `node` holds the children. `kind` is block, literal, doc or macro.
    """

    kind: str
    first: int
    last: int
    inner: int
    inner_last: int
    opener: str
    closer: str
    node: Node


@dataclass(frozen=True, slots=True)
class Folds:
    """Finds the folds of nodes of one text."""

    language: Language
    lines: Sequence[str]

    def inside(self, node: Node, types: frozenset[str]) -> Iterator[Fold]:
        """The outermost folds at nodes of the given types, in order; never inside a string."""
        stack = [node]
        end = last_row(node)
        floor = -1
        for _ in range(_MOST_VISITS):
            if not stack:
                return
            at = stack.pop()
            if at.type in types:
                fold = self._indented(at) if self.language.is_indented and at.type == "block" else None
                fold = fold or self._bracketed(node, at, end)
                if fold is not None and fold.inner > floor:
                    floor = fold.last
                    yield fold
                    continue
            if not at.type.startswith(OPAQUE):
                stack.extend(child for child in reversed(at.children) if child.end_point[0] > child.start_point[0])

    def opening(self, body: Node) -> Node | None:
        """The opening bracket of a node, if nothing but a comment follows it in its row."""
        token = next((child for child in body.children if child.type in _OPENERS), None)
        if token is None:
            return None
        rest = self.lines[token.start_point[0]][token.end_point[1] :].strip()
        is_comment = rest.startswith(self.language.line.strip()) or (rest.startswith("/*") and rest.endswith("*/"))
        return token if not rest or is_comment else None

    def directive(self, node: Node, first: int, last: int) -> tuple[Fold, ...]:
        """The rows between `#if` and `#endif`, or after `#else`."""
        while first < last and self.lines[first].rstrip().endswith("\\"):
            first += 1
        last -= last > first and node.children[-1].type == "#endif"
        return (Fold("block", first + 1, last, first + 1, last, "", "", node),) if last > first else ()

    def macro(self, node: Node, first: int, last: int) -> tuple[Fold, ...]:
        """The rows of a `#define` after its first."""
        if last <= first or not self.lines[first].rstrip("\r").endswith("\\"):
            return ()
        return (Fold("macro", first + 1, last, first + 1, last, "", "", node),)

    def doc(self, node: Node, first: int, last: int) -> tuple[Fold, ...]:
        """A docstring after its first row with text, closed by its own quotes."""
        quotes = self.lines[last].rstrip()[-3:]
        if not self.lines[first].strip().strip("rRbBuU").strip(quotes or " "):
            first += 1
        opening = self.lines[min(first, last)].strip()
        if quotes not in ('"""', "'''") or first >= last or not opening or opening.endswith("\\"):
            return ()
        return (Fold("doc", first + 1, last, first + 1, last, "", quotes, node),)

    def _indented(self, body: Node) -> Fold | None:
        """Everything after the row of a header's colon."""
        previous = body.prev_sibling
        while previous is not None and previous.type == "comment":
            previous = previous.prev_sibling
        if previous is None or previous.end_point[0] >= body.start_point[0]:
            return None
        first = previous.end_point[0] + 1
        return Fold("block", first, last_row(body), first, last_row(body), "", "", body)

    def _bracketed(self, item: Node, body: Node, item_last: int) -> Fold | None:
        token = self.opening(body)
        row, end = body.end_point
        if token is None or row <= token.start_point[0] + 1:
            return None
        opening, line = token.start_point[0], self.lines[row]
        if line[:end].strip() not in _CLOSERS or line.endswith("\\"):
            return None
        suffix = line[end - 1 :].rstrip()
        is_last = row == item_last and len(suffix) <= _LONGEST_CLOSER
        is_own_row = self.lines[opening].strip() == token.type == "{" and opening > item.start_point[0]
        is_moved = is_last and is_own_row and _ends_in_code(self.lines[opening - 1])
        kind = "block" if body.type in self.language.blocks else "literal"
        first = opening if is_moved else opening + 1
        last, closer = (row, suffix) if is_last else (row - 1, "")
        # The constants of an enumeration end in the semicolon that its methods need before them.
        methods = next((child for child in body.children if child.type == "enum_body_declarations"), None)
        inner = methods.start_point[0] + 1 if methods is not None and methods.child_count > 1 else opening + 1
        return Fold(kind, first, last, inner, row - 1, "{" if is_moved else "", closer, body)


def last_row(node: Node) -> int:
    """The last row with text of a node; some nodes take the line end after them along."""
    row, column = node.end_point
    return row - 1 if column == 0 and row > node.start_point[0] else row


def is_docstring(node: Node) -> bool:
    """Whether a statement is nothing but a string."""
    return node.type == "expression_statement" and node.child_count == 1 and node.children[0].type == "string"


def _ends_in_code(line: str) -> bool:
    """Whether something can be added to a line without standing in a comment or a directive."""
    text = line.strip()
    has_comment = "//" in text or "/*" in text or "*/" in text
    return bool(text) and not has_comment and not text.startswith("#") and not text.endswith("\\")
