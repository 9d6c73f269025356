"""JSON as agents write it, with comments and trailing commas, edited in place.

The grammar is JavaScript's, of which such a text is an expression; what JSON does not allow is refused.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from headroom_jupyter.errors import InputError

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

__all__ = ["drop", "load", "put"]

Keys = Sequence[str]
_WORDS = {"true": True, "false": False, "null": None}
_MARK = "\ufeff"


def load(text: str) -> Any:
    """The value; an empty text is an empty object.

    Raises:
        InputError: it is no JSON.
    """
    body = text.removeprefix(_MARK)
    return _value(_root(body)) if body.strip() else {}


def put(text: str, keys: Keys, value: Any) -> str:
    """Put a value in after all others of its object, written as its neighbours are."""
    if not text.removeprefix(_MARK).strip():
        return json.dumps(_nested(keys, value), indent=2, ensure_ascii=False) + "\n"
    mark, data = _parted(text)
    node, depth = _deepest(_root(data.decode()), keys)
    if depth == len(keys) or node.type != "object":
        new = _written(data, node.start_byte - 1, _nested(keys[depth:], value))
        return mark + _spliced(data, [(node.start_byte - 1, node.end_byte - 1, new)])
    key = json.dumps(keys[depth], ensure_ascii=False)
    return mark + _spliced(data, _insertion(data, node, key, _nested(keys[depth + 1 :], value)))


def drop(text: str, keys: Keys) -> str:
    """Take a value out, with its key, its comma and the line it leaves blank."""
    mark, data = _parted(text)
    node, depth = _deepest(_root(data.decode()), keys)
    pair = node.parent
    if depth < len(keys) or pair is None:
        return text
    # A parenthesis was put before the text for the parser: positions are one less.
    start, end = pair.start_byte - 1, pair.end_byte - 1
    cuts = []
    after, before = _beside(pair, forward=True), _beside(pair, forward=False)
    if after is not None:
        end = after.end_byte - 1
    elif before is not None:
        cuts.append((before.start_byte - 1, before.end_byte - 1, ""))
    blank = len(data[:start]) - len(data[:start].rstrip(b" \t"))
    start -= blank
    if data[:start].endswith(b"\n"):
        start -= 2 if data[:start].endswith(b"\r\n") else 1
    return mark + _spliced(data, [*cuts, (start, end, "")])


def _beside(pair: Node, *, forward: bool) -> Node | None:
    """The comma next to a pair, comments passed over."""
    node = pair.next_sibling if forward else pair.prev_sibling
    while node is not None and node.type == "comment":
        node = node.next_sibling if forward else node.prev_sibling
    return node if node is not None and node.type == "," else None


def _parted(text: str) -> tuple[str, bytes]:
    body = text.removeprefix(_MARK)
    return text[: len(text) - len(body)], body.encode()


@cache
def _parser() -> Parser:
    import tree_sitter  # noqa: PLC0415  # when the first such file is met
    import tree_sitter_javascript  # noqa: PLC0415  # the same

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_javascript.language()))


def _root(text: str) -> Node:
    """The node of the value; byte positions in it are one more than in the text."""
    try:
        data = text.encode()
    except UnicodeEncodeError as err:
        raise InputError("it holds half of a character; save it as UTF-8") from err
    root = _parser().parse(b"(" + data + b"\n)").root_node  # a comment may end the text
    statement = next((child for child in root.named_children if child.type != "comment"), None)
    node = statement.named_child(0) if statement is not None and root.named_child_count == 1 else None
    inner = [child for child in node.named_children if child.type != "comment"] if node is not None else []
    if root.has_error or node is None or node.type != "parenthesized_expression" or len(inner) != 1:
        raise InputError("it is no JSON; mend it, or add the entry yourself")
    return inner[0]


def _value(node: Node) -> Any:
    children = [child for child in node.named_children if child.type != "comment"]
    if node.type == "object":
        return {_key(pair): _value(_of(pair)) for pair in children}
    if node.type == "array":
        return [_value(child) for child in children]
    text = (node.text or b"").decode()
    try:
        return _WORDS[text] if text in _WORDS else json.loads(text)
    except ValueError as err:
        raise InputError(f"{text[:40]!r} is no JSON; mend it, or add the entry yourself") from err


def _key(pair: Node) -> str:
    key = pair.child_by_field_name("key")
    if pair.type != "pair" or key is None or key.type != "string":
        raise InputError(f"{(pair.text or b'')[:40].decode(errors='replace')!r} is no JSON; mend it first")
    return str(_value(key))


def _of(pair: Node) -> Node:
    value = pair.child_by_field_name("value")
    assert value is not None  # noqa: S101  # a pair without a value is an error of the parser's
    return value


def _deepest(node: Node, keys: Keys) -> tuple[Node, int]:
    """The node that the most of these keys lead to, and how many did; of keys given twice the last one counts."""
    for depth, key in enumerate(keys):
        pairs = [child for child in node.named_children if child.type == "pair" and _key(child) == key]
        if node.type != "object" or not pairs:
            return node, depth
        node = _of(pairs[-1])
    return node, len(keys)


def _insertion(data: bytes, node: Node, key: str, value: Any) -> list[tuple[int, int, str]]:
    """The changes that add a pair to an object."""
    inside = [child for child in node.children if child.type not in "{}"]
    pairs = [child for child in inside if child.type == "pair"]
    at = (inside[-1].end_byte if inside else node.start_byte + 1) - 1
    has_comma = bool(pairs) and _beside(pairs[-1], forward=True) is not None
    after = "," if has_comma else ""
    changes = [(pairs[-1].end_byte - 1,) * 2 + (",",)] if pairs and not has_comma else []
    if pairs and b"\n" not in (node.text or b""):
        return [*changes, (at, at, f" {key}: {json.dumps(value, ensure_ascii=False)}{after}")]
    own = _indent(data, node.start_byte - 1)
    indent = _indent(data, pairs[0].start_byte - 1) if pairs else own + _unit(data)
    end = _line_end(data)
    text = f"{end}{indent}{key}: {_written(data, None, value, indent=indent)}{after}"
    is_closed_below = b"\n" in data[at : node.end_byte - 2]
    return [*changes, (at, at, text if is_closed_below else f"{text}{end}{own}")]


def _written(data: bytes, at: int | None, value: Any, *, indent: str = "") -> str:
    """A value as its neighbours are written."""
    indent = indent if at is None else _indent(data, at)
    text = json.dumps(value, indent=_unit(data), ensure_ascii=False)
    return text.replace("\n", _line_end(data) + indent)


def _indent(data: bytes, at: int) -> str:
    line = data[data.rfind(b"\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip(b" \t"))].decode()


def _unit(data: bytes) -> str:
    """One step of indentation: that of the first indented line, or two spaces."""
    for line in data.split(b"\n"):
        blank = line[: len(line) - len(line.lstrip(b" \t"))]
        if blank and line.strip()[:1] == b'"':
            return blank.decode()
    return "  "


def _line_end(data: bytes) -> str:
    return "\r\n" if b"\r\n" in data else "\n"


def _nested(keys: Keys, value: Any) -> Any:
    for key in reversed(keys):
        value = {key: value}
    return value


def _spliced(data: bytes, changes: list[tuple[int, int, str]]) -> str:
    for start, end, new in sorted(changes, key=lambda change: change[0])[::-1]:
        data = data[:start] + new.encode() + data[end:]
    return data.decode()
