"""Keeps the form in which a session first sent its tools, where a later one says the same.

The order of an object's keys, and of tools, means nothing to a provider, but it does to whoever wrote it: nothing is
sorted. What was sent first is sent again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from headroom_jupyter.cache_aligner.requests import tool_name

__all__ = ["keeps_value", "ordered", "reordered_by"]

_SETS = ("required",)  # JSON schema: its elements are unique and in no order


def ordered(tools: Sequence[Any], first: Sequence[Any]) -> list[Any]:
    """The tools in the order and the form of `first`; new ones follow, and marks for the cache keep their places.

    >>> ordered([{"name": "b"}, {"strict": True, "name": "a"}], [{"name": "a", "strict": True}, {"name": "b"}])
    [{'name': 'a', 'strict': True}, {'name': 'b'}]
    """
    if not all(isinstance(tool, Mapping) for tool in tools):
        return list(tools)
    left = [_unmarked(tool) for tool in tools]
    out = []
    for known in map(_unmarked, first):
        at = next((at for at, tool in enumerate(left) if keeps_value(tool, known)), None)
        if at is None:  # changed, or gone: a changed one keeps its place
            at = next((at for at, tool in enumerate(left) if tool_name(tool) == tool_name(known)), None)
            out += [] if at is None else [left.pop(at)]
            continue
        left.pop(at)
        out.append(known)
    return [_marked(tool, old) for tool, old in zip([*out, *left], tools, strict=True)]


def reordered_by(before: Sequence[Any], after: Sequence[Any]) -> str:
    """What changed between two lists of tools that say the same: "tool order", "key order", or "" if they differ."""
    plain, later = [_unmarked(tool) for tool in before], [_unmarked(tool) for tool in after]
    if sorted(map(_canonical, plain), key=repr) != sorted(map(_canonical, later), key=repr):
        return ""
    return "key order" if list(map(_canonical, plain)) == list(map(_canonical, later)) else "tool order"


def keeps_value(one: Any, other: Any) -> bool:
    """Whether two values say the same, whatever the order of their keys."""
    return bool(_canonical(one) == _canonical(other))


def _canonical(value: Any, key: str = "") -> Any:
    if isinstance(value, Mapping):
        return tuple(sorted((name, _canonical(child, name)) for name, child in value.items()))
    if isinstance(value, (list, tuple)):
        children = [_canonical(child) for child in value]
        return "list", *(sorted(children, key=repr) if key in _SETS else children)
    return type(value).__name__, repr(value)


def _unmarked(tool: Any) -> Any:
    return {key: value for key, value in tool.items() if key != "cache_control"} if isinstance(tool, Mapping) else tool


def _marked(tool: Any, old: Any) -> Any:
    """A mark says "cache up to here": it belongs to the place in the list."""
    if "cache_control" not in old:
        return tool
    return tool | {"cache_control": old["cache_control"]}
