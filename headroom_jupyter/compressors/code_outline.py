"""The outline of a source text: its items from a syntax tree, in rows, and where each may be folded.

It works in whole rows (0-based lines) and never goes into a function's body unless asked to. It decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headroom_jupyter.compressors.code_folds import OPAQUE, Fold, Folds, is_docstring, last_row
from headroom_jupyter.compressors.code_languages import Language

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["Item", "Outline"]

_FLAT = frozenset(("ERROR", "enum_body_declarations"))
_FOLDED = frozenset(("def", "class", "data", "group", "code", "member"))
_SCOPES = frozenset(("namespace", "class", "struct", "union"))
_LONGEST_DATA = 400  # rows; the elements of a longer literal are not told apart
_INDIVISIBLE = frozenset(("argument_list", "arguments", "token_tree", "parenthesized_expression"))
_DEEPEST = 16  # items within items; what is deeper is folded as a whole
_LEAST_WRAPPER = 20  # rows; a shorter call is a unit of its own


@dataclass(slots=True)
class Item:
    """A run of whole rows: import, comment, doc, def, class, group, data, member, or other code."""

    kind: str
    first: int
    last: int
    parent: int
    depth: int
    node: Node | None = None
    name: str = ""
    folds: tuple[Fold, ...] = ()
    children: list[int] = field(default_factory=list)


class Outline:
    """The items of a text, parents before children; `roots` are those on the outermost level."""

    def __init__(self, language: Language, lines: Sequence[str], root: Node) -> None:
        self.language = language
        self.lines = lines
        self.folds = Folds(language, lines)
        self.items: list[Item] = []
        self._known = language.functions | language.classes | language.groups
        self.roots = self._list(root.children, 0, len(lines) - 1, parent=-1)
        at = 0
        while at < len(self.items):
            item = self.items[at]
            is_short_data = item.kind == "data" and item.depth <= 1 and item.last - item.first < _LONGEST_DATA
            if self._level(item) >= _DEEPEST:
                break  # items come level by level
            if is_short_data or item.kind in ("class", "group"):
                self.expand(at)
            elif item.kind == "def" and item.node is not None and item.node.type not in language.functions:
                self._open_wrapper(at)
            if item.kind == "def" and language.is_indented:
                self._add_doc(at)
            at += 1

    def expand(self, index: int) -> list[int]:
        """List the children of an item; those it has when it was expanded before."""
        item = self.items[index]
        if item.children and self.items[item.children[0]].kind != "doc":
            return item.children
        item.children = [
            child
            for fold in item.folds
            if fold.kind in ("block", "literal") and fold.node.type not in _INDIVISIBLE
            for child in self._list(fold.node.children, fold.inner, fold.inner_last, parent=index)
        ]
        return item.children

    def _level(self, item: Item) -> int:
        """How many items are around an item, up to the most that are told apart."""
        level = 0
        while item.parent >= 0 and level < _DEEPEST:
            item = self.items[item.parent]
            level += 1
        return level

    def error_share(self) -> float:
        """How much of the outermost level is no item of the language, 0 to 1, in rows."""
        rows = sum(1 for line in self.lines if line.strip())
        lost = sum(item.last - item.first + 1 for item in self.items if item.kind == "error" and item.parent == -1)
        return lost / max(1, rows)

    def _open_wrapper(self, index: int) -> None:
        """Make a group of a call whose function holds definitions for the most part: a module, a suite of tests."""
        item = self.items[index]
        is_outer = item.parent < 0 or self.items[item.parent].kind == "group"
        if not is_outer or item.last - item.first < _LEAST_WRAPPER or not item.folds:
            return
        before = len(self.items)
        children = self.expand(index)
        inside = [self.items[child] for child in children if self.items[child].kind in ("def", "class")]
        if 2 * sum(child.last - child.first + 1 for child in inside) >= item.last - item.first - 1:
            item.kind = "group"
        else:
            item.children = []
            del self.items[before:]

    def _list(self, nodes: Iterable[Node], first: int, last: int, *, parent: int) -> list[int]:
        """Make items of sibling nodes that lie in rows `first` to `last`; every row with text gets one."""
        depth = self.items[parent].depth + (self.items[parent].kind != "group") if parent >= 0 else 0
        made: list[Item] = []
        pending = -1
        for node, is_lost in _flat(nodes):
            start, end = node.start_point[0], last_row(node)
            if end < first or start > last:
                continue
            if made and start <= made[-1].last and (end <= made[-1].last or pending < 0):
                if end > made[-1].last:
                    made[-1] = Item("code", made[-1].first, min(end, last), parent, depth)
                continue
            is_comment = node.type in self.language.comments
            if is_comment and made and made[-1].kind == "comment" and start == made[-1].last + 1 and pending < 0:
                made[-1].last = min(end, last)
                continue
            if node.type in self.language.prefixes:
                pending = start if pending < 0 else pending
                continue
            begin, pending = (pending if pending >= 0 else start), -1
            item = Item("code", max(begin, first), min(end, last), parent, depth)
            if begin >= first and end <= last:
                item.node = node
                self._describe(item, node, is_lost=is_lost, is_first=not made)
            made.append(item)
        made = self._with_strays(made, first, last, parent, depth)
        self.items.extend(made)
        return list(range(len(self.items) - len(made), len(self.items)))

    def _with_strays(self, made: list[Item], first: int, last: int, parent: int, depth: int) -> list[Item]:
        out: list[Item] = []
        row = first
        for item in [*made, Item("end", last + 1, last + 1, parent, depth)]:
            for stray in range(row, item.first):
                text = self.lines[stray].strip()
                is_comment = text.startswith(self.language.line.strip())
                if is_comment and out and out[-1].kind == "comment" and out[-1].last == stray - 1:
                    out[-1].last = stray
                elif text:
                    out.append(Item("comment" if is_comment else "code", stray, stray, parent, depth))
            row = max(row, item.last + 1)
            if item.kind != "end":
                out.append(item)
        return out

    def _describe(self, item: Item, node: Node, *, is_lost: bool, is_first: bool) -> None:
        """Find an item's kind, name and folds."""
        language, kind = self.language, node.type
        if kind in language.imports:
            item.kind = "import"
        elif kind in language.comments:
            item.kind = "comment"
        elif kind.startswith("preproc_") and kind in language.groups:
            item.kind, item.folds = "group", self.folds.directive(node, item.first, item.last)
        elif kind in ("preproc_def", "preproc_function_def", "preproc_call"):
            item.kind, item.folds = "member", self.folds.macro(node, item.first, item.last)
        elif is_first and language.is_indented and is_docstring(node):
            item.kind, item.folds = "doc", self.folds.doc(node, item.first, item.last)
        else:
            is_loose = is_lost or kind in language.statements or not node.is_named
            item.kind = "error" if is_loose and item.parent == -1 else "code" if is_loose else self._kind(node)
            if item.kind == "def" and language.name == "cpp" and self._is_misread(item):
                item.kind = "group"
        if item.kind == "import" and item.last > item.first:
            item.folds = tuple(self.folds.inside(node, language.blocks | language.literals))
        elif item.kind in _FOLDED and not item.folds and item.last > item.first:
            types = language.blocks if item.kind in ("def", "class", "group") else language.blocks | language.literals
            item.folds = tuple(self.folds.inside(node, types))
        if item.kind in ("def", "class"):
            item.name = _name(node)
        elif item.kind == "member" and "require(" in self.lines[item.first] and item.first == item.last:
            item.kind = "import"

    def _is_misread(self, item: Item) -> bool:
        """Whether a macro before `class` or `namespace` made the parser see a function."""
        header = " ".join(self.lines[item.first : item.first + 8]).partition("{")[0]
        return "(" not in header and any(word in _SCOPES for word in header.split())

    def _kind(self, node: Node) -> str:
        """What a node is at its core: inside exports, decorators, templates, assignments, calls."""
        language = self.language
        for _ in range(12):
            kind = node.type
            if kind in language.functions:
                return "def"
            if kind in language.classes:
                return "class"
            if kind in language.groups:
                return "group"
            if kind in language.literals and self.folds.opening(node) is not None:
                return "data"
            known = next((child for child in node.children if child.type in self._known), None)
            tall = [child for child in node.children if child.end_point[0] > child.start_point[0]]
            if not tall or node.type.startswith(OPAQUE):
                break
            node = known or max(tall, key=lambda child: child.end_point[0] - child.start_point[0])
        return "member"

    def _add_doc(self, index: int) -> None:
        """Give a function its docstring as only child."""
        item = self.items[index]
        if not item.folds:
            return
        body = item.folds[-1].node
        statement = body.children[0] if body.child_count else None
        if statement is None or not is_docstring(statement) or statement.start_point[0] < item.folds[-1].inner:
            return
        doc = Item("doc", statement.start_point[0], last_row(statement), index, item.depth + 1, statement)
        following = statement.next_sibling
        if following is not None and following.start_point[0] <= doc.last:
            return
        doc.folds = self.folds.doc(statement, doc.first, doc.last)
        self.items.append(doc)
        item.children = [len(self.items) - 1]


def _flat(nodes: Iterable[Node]) -> Iterator[tuple[Node, bool]]:
    """Nodes in order, error nodes replaced by what the parser made of their parts; whether it came from one."""
    stack = [(node, False) for node in nodes][::-1]
    while stack:
        node, is_lost = stack.pop()
        if node.type in _FLAT and node.child_count and len(stack) < 100_000:
            stack.extend(
                (child, is_lost or node.type == "ERROR" and not child.is_named) for child in reversed(node.children)
            )
        else:
            yield node, is_lost or node.is_error


def _name(node: Node) -> str:
    """The name that a definition gives, as it is written: `res.redirect`, `operator+`, `Point`."""
    for _ in range(10):
        inner = None
        for name in ("name", "declarator", "left", "definition", "declaration"):
            inner = node.child_by_field_name(name)
            if inner is not None:
                break
        if node.type in ("template_declaration", "impl_item"):
            inner = node.named_children[-1] if node.type[0] == "t" else node.child_by_field_name("type")
        if inner is None and node.named_child_count and node.type.endswith(("statement", "declaration", "definition")):
            inner = node.named_children[0]
        if inner is None:
            break
        node = inner
    text = (node.text or b"")[:80].split(b"\n")[0].decode("ascii", "replace").strip()
    if "(" in text:  # a call: its function, and what it is called with first
        text = text.split(", ")[0].rstrip("{(= >")
    return text
