"""YAML edited in place: PyYAML says where things stand, and an entry is one line in flow style.

Writing a whole document anew would lose comments and layout, so nothing but that line is written.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import yaml
from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode

from headroom_jupyter.errors import InputError

__all__ = ["drop", "load", "put"]

Keys = Sequence[str]
_STEP = "  "


def load(text: str) -> Any:
    """The value; an empty text is an empty mapping.

    Raises:
        InputError: it is no YAML, or more than one document.
    """
    try:
        loaded = yaml.safe_load(text)
    except yaml.YAMLError as err:
        raise InputError(f"it is no YAML ({' '.join(str(err).split())}); mend it, or add the entry yourself") from err
    return _plain({} if loaded is None else loaded)


def put(text: str, keys: Keys, value: Any) -> str:
    """Put a value in after all others of its mapping."""
    end = "\r\n" if "\r\n" in text else "\n"
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if root is None or _is_null(root):
        start = text if not text or text.endswith("\n") else text + end
        return f"{start}{_line(keys, value, '', end)}"
    node, depth, pair = _deepest(root, keys)
    if depth == len(keys) and pair is not None:
        return f"{text[: pair[0].end_mark.index]}: {_flow(value)}{text[_end(text, node) :]}"
    rest = keys[depth:]
    if isinstance(node, MappingNode) and node.value and not node.flow_style:
        indent = " " * node.value[0][0].start_mark.column
        at = _line_after(text, _end(text, node))
        line = _line(rest, value, indent, end)
        return f"{text[:at]}{line}{text[at:]}" if text[:at].endswith("\n") else f"{text}{end}{line}"
    if isinstance(node, MappingNode) and node.value:
        at = node.start_mark.index + 1
        return f"{text[:at]}{json.dumps(rest[0])}: {_flow(_nested(rest[1:], value))}, {text[at:]}"
    # An empty mapping, or nothing at all, behind its key.
    indent = " " * _column(text, node) + _STEP
    head, tail = text[: node.start_mark.index].rstrip(" "), text[_end(text, node) :]
    return f"{head}{end}{_line(rest, value, indent, end)[: -len(end)]}{tail}"


def drop(text: str, keys: Keys) -> str:
    """Take a value out, with its key and the lines it stands in."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    node, depth, pair = _deepest(root, keys) if root is not None else (None, 0, None)
    if node is None or depth < len(keys) or pair is None:
        return text
    key, above = pair
    start, stop = key.start_mark.index, _end(text, node)
    if above.flow_style:
        rest = text[stop:]
        stripped = rest.lstrip()
        if stripped.startswith(","):
            return text[:start] + stripped[1:].lstrip(" ")
        return text[:start].rstrip().removesuffix(",") + rest
    start = text.rfind("\n", 0, start) + 1
    stop = _line_after(text, stop)
    if len(above.value) > 1 or len(keys) == 1:
        return text[:start] + text[stop:]
    end = "\r\n" if text[:start].endswith("\r\n") else "\n"
    return f"{text[:start].removesuffix(end)} {{}}{end}{text[stop:]}"


def _plain(value: Any) -> Any:
    """Keys as text: an agent's keys are."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def _deepest(root: Node, keys: Keys) -> tuple[Node, int, tuple[Node, MappingNode] | None]:
    """The node that the most of these keys lead to, how many did, and its key in the mapping above it."""
    node = root
    pair: tuple[Node, MappingNode] | None = None
    for depth, key in enumerate(keys):
        if not isinstance(node, MappingNode):
            return node, depth, pair
        found = next((entry for entry in node.value if entry[0].value == key), None)
        if found is None:
            return node, depth, pair
        pair, node = (found[0], node), found[1]
    return node, len(keys), pair


def _end(text: str, node: Node) -> int:
    """Where a node's last character is: a block's own end is where the next thing begins."""
    while isinstance(node, CollectionNode) and node.value and not node.flow_style:
        last = node.value[-1]
        node = last[1] if isinstance(node, MappingNode) else last
    return int(node.end_mark.index)


def _line_after(text: str, at: int) -> int:
    """The start of the line after a position; the position itself when a line begins there."""
    if at and text[at - 1] == "\n":
        return at
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1


def _column(text: str, node: Node) -> int:
    """The indentation of the line in which a node stands."""
    line = text[text.rfind("\n", 0, node.start_mark.index) + 1 : node.start_mark.index]
    return len(line) - len(line.lstrip(" "))


def _is_null(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def _line(keys: Keys, value: Any, indent: str, end: str) -> str:
    """The lines that nest a value under keys, the value itself in one."""
    lines = [f"{indent}{_STEP * depth}{key}:" for depth, key in enumerate(keys)]
    return end.join(lines) + f" {_flow(value)}{end}"


def _flow(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _nested(keys: Keys, value: Any) -> Any:
    for key in reversed(keys):
        value = {key: value}
    return value
