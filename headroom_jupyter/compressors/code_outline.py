"""The outline of a source text: its items from a syntax tree, in rows, and where each may be folded.

It works in whole rows (0-based lines) and never goes into a function's body unless asked to. It decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headroom_jupyter.compressors.code_languages import Language

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["Fold", "Item", "Outline"]

_OPENERS = ("{", "(", "[", "{|")
_FLAT = frozenset(("ERROR", "enum_body_declarations"))
_OPAQUE = ("string", "template_string", "raw_string", "char", "jsx")  # inside these a comment would be text
_SCOPES = frozenset(("namespace", "class", "struct", "union"))
_MOST_VISITS = 300  # nodes looked at for the folds of one item
_LONGEST_DATA = 400  # rows; the elements of a longer literal are not told apart
_LEAST_WRAPPER = 20  # rows; a shorter call is a unit of its own


@dataclass(frozen=True, slots=True)
class Fold:
    """Rows of an item that may be hidden behind a comment.

    Rows `first` to `last` are hidden when it is folded; rows `inner` to `inner_last` hold what its children are. They
    differ by the rows of the opening and the closing token, which `opener` and `closer` then stand for. `node` holds
    the children.
    """

    kind: str
    first: int
    last: int
    inner: int
    inner_last: int
    opener: str
    closer: str
    node: Node


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
        self.items: list[Item] = []
        self._known = language.functions | language.classes | language.groups
        self.roots = self._list(root.children, 0, len(lines) - 1, parent=-1)
        at = 0
        while at < len(self.items):
            item = self.items[at]
            if (
                item.kind in ("class", "group")
                or item.kind == "data"
                and item.depth <= 1
                and item.last - item.first < _LONGEST_DATA
            ):
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
            if fold.kind in ("block", "literal")
            for child in self._list(fold.node.children, fold.inner, fold.inner_last, parent=index)
        ]
        return item.children

    def descendants(self, index: int) -> Iterator[int]:
        """All items below an item that are listed so far."""
        stack = list(reversed(self.items[index].children))
        while stack:
            at = stack.pop()
            yield at
            stack.extend(reversed(self.items[at].children))

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
            start, end = node.start_point[0], _last_row(node)
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
                if self.lines[stray].strip():
                    out.append(Item("code", stray, stray, parent, depth))
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
            item.kind, item.folds = "group", self._directive_fold(item, node)
        elif kind in ("preproc_def", "preproc_function_def", "preproc_call"):
            item.kind, item.folds = "member", self._macro_fold(item, node)
        elif is_first and language.is_indented and _is_docstring(node):
            item.kind, item.folds = "doc", self._doc_fold(item, node)
        else:
            is_loose = is_lost or kind in language.statements or not node.is_named
            item.kind = "error" if is_loose and item.parent == -1 else "code" if is_loose else self._kind(node)
            if item.kind == "def" and language.name == "cpp" and self._is_misread(item):
                item.kind = "group"
        if item.kind == "import" and item.last > item.first:
            item.folds = tuple(self._folds(node, language.blocks | language.literals))
        elif (
            item.kind in ("def", "class", "data", "group", "code", "member")
            and not item.folds
            and item.last > item.first
        ):
            types = language.blocks if item.kind in ("def", "class", "group") else language.blocks | language.literals
            item.folds = tuple(self._folds(node, types))
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
            if kind in language.literals and self._opening(node) is not None:
                return "data"
            known = next((child for child in node.children if child.type in self._known), None)
            tall = [child for child in node.children if child.end_point[0] > child.start_point[0]]
            if not tall or node.type.startswith(_OPAQUE):
                break
            node = known or max(tall, key=lambda child: child.end_point[0] - child.start_point[0])
        return "member"

    def _folds(self, node: Node, types: frozenset[str]) -> Iterator[Fold]:
        stack = [node]
        last_row = _last_row(node)
        floor = -1
        for _ in range(_MOST_VISITS):
            if not stack:
                return
            at = stack.pop()
            if at.type in types:
                fold = self._block_fold(at, last_row) if self.language.is_indented and at.type == "block" else None
                fold = fold or self._bracket_fold(node, at, last_row)
                if fold is not None and fold.inner > floor:
                    floor = fold.last
                    yield fold
                    continue
            if not at.type.startswith(_OPAQUE):
                stack.extend(child for child in reversed(at.children) if child.end_point[0] > child.start_point[0])

    def _block_fold(self, body: Node, last_row: int) -> Fold | None:
        """The fold of an indented block: everything after its header's row."""
        previous = body.prev_sibling
        while previous is not None and previous.type == "comment":
            previous = previous.prev_sibling
        if previous is None or previous.end_point[0] >= body.start_point[0]:
            return None
        first = previous.end_point[0] + 1
        return Fold("block", first, _last_row(body), first, _last_row(body), "", "", body)

    def _opening(self, body: Node) -> Node | None:
        """The opening bracket of a node, if nothing but a comment follows it in its row."""
        token = next((child for child in body.children if child.type in _OPENERS), None)
        if token is None:
            return None
        rest = self.lines[token.start_point[0]][token.end_point[1] :].strip()
        is_free = (
            not rest or rest.startswith(self.language.line.strip()) or rest.startswith("/*") and rest.endswith("*/")
        )
        return token if is_free else None

    def _bracket_fold(self, item: Node, body: Node, last_row: int) -> Fold | None:
        token = self._opening(body)
        row, end = body.end_point
        if token is None or row <= token.start_point[0] + 1:
            return None
        opening = token.start_point[0]
        closing, line = self.lines[row][:end], self.lines[row]
        if closing.strip() not in ("}", ")", "]", "|}") or len(line) != len(line.rstrip("\\")):
            return None
        kind = "block" if body.type in self.language.blocks else "literal"
        first, opener, closer = opening + 1, "", ""
        above = self.lines[opening - 1].rstrip() if opening else ""
        is_alone = self.lines[opening].strip() == token.type == "{"
        if is_alone and opening > item.start_point[0] and above.strip() and _ends_in_code(above):
            first, opener = opening, "{"
        suffix = line[end - 1 :].rstrip()
        last = row - 1
        if row == last_row and len(suffix) <= 60:
            closer, last = suffix, row
        if opener and not closer:
            first, opener = opening + 1, ""
        return Fold(kind, first, last, opening + 1, row - 1, opener, closer, body)

    def _directive_fold(self, item: Item, node: Node) -> tuple[Fold, ...]:
        """The rows between `#if` and `#endif`, or after `#else`."""
        first = item.first
        while first < item.last and self.lines[first].rstrip().endswith("\\"):
            first += 1
        has_end = self.lines[item.last].lstrip().startswith("#") and item.last > first
        last = item.last - 1 if has_end and node.children[-1].type == "#endif" else item.last
        if last <= first:
            return ()
        return (Fold("block", first + 1, last, first + 1, last, "", "", node),)

    def _macro_fold(self, item: Item, node: Node) -> tuple[Fold, ...]:
        if item.last <= item.first or not self.lines[item.first].rstrip("\r").endswith("\\"):
            return ()
        return (Fold("macro", item.first + 1, item.last, item.first + 1, item.last, "", "", node),)

    def _doc_fold(self, item: Item, node: Node) -> tuple[Fold, ...]:
        """A docstring after its first row with text, closed by its own quotes."""
        text = self.lines[item.last].rstrip()
        quotes = text[-3:] if text[-3:] in ('"""', "'''") else ""
        row = item.first
        if not self.lines[row].strip().strip("rRbBuU").strip(quotes or " "):
            row += 1
        if not quotes or row >= item.last or self.lines[row].rstrip().endswith("\\") or not self.lines[row].strip():
            return ()
        return (Fold("doc", row + 1, item.last, row + 1, item.last, "", quotes, node),)

    def _add_doc(self, index: int) -> None:
        """Give a function its docstring as only child."""
        item = self.items[index]
        if not item.folds:
            return
        body = item.folds[-1].node
        statement = body.children[0] if body.child_count else None
        if statement is None or not _is_docstring(statement) or statement.start_point[0] < item.folds[-1].inner:
            return
        doc = Item("doc", statement.start_point[0], _last_row(statement), index, item.depth + 1, statement)
        following = statement.next_sibling
        if following is not None and following.start_point[0] <= doc.last:
            return
        doc.folds = self._doc_fold(doc, statement)
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


def _last_row(node: Node) -> int:
    """The last row with text of a node; some nodes take the line end after them along."""
    row, column = node.end_point
    return row - 1 if column == 0 and row > node.start_point[0] else row


def _is_docstring(node: Node) -> bool:
    return node.type == "expression_statement" and node.child_count == 1 and node.children[0].type == "string"


def _ends_in_code(line: str) -> bool:
    """Whether something can be added to a line without standing in a comment or a directive."""
    return (
        "//" not in line
        and "/*" not in line
        and "*/" not in line
        and not line.lstrip().startswith("#")
        and line[-1] != "\\"
    )


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
