"""JSON as text: where its values stand, so that one of them can be replaced and no other byte changes.

`json` reads the values; this module only finds places in a text that `json` has accepted. All of it is linear.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from json.decoder import scanstring  # type: ignore[attr-defined]  # in C, and in no stub
from json.scanner import make_scanner
from typing import Any, NoReturn

import orjson

from headroom_jupyter.errors import InputError
from headroom_jupyter.messages import Path

__all__ = ["Splice", "after_space", "dumps", "locate", "parse", "read_value", "splice"]

_SPACE = re.compile(r"[ \t\n\r]*")
_SPACES = " \t\n\r"
# A value and its end. To read in C a value that nobody wants takes less time than to look for its end here.
_read: Callable[[str, int], tuple[Any, int]] = make_scanner(json.JSONDecoder())  # type: ignore[arg-type]  # its stub is wrong
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode  # json.dumps would make one each time
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Splice:
    """`text` takes the place of the characters from `start` to `end`."""

    start: int
    end: int
    text: str


def parse(body: bytes) -> tuple[str, dict[str, Any]]:
    """The text and the value of a JSON object, strictly: what two readers could read differently is refused.

    Raises:
        InputError: not UTF-8, not JSON, a name twice in one object, nested too deeply, or no object.

    >>> parse(b'{"a": [1.00, "x"]}')
    ('{"a": [1.00, "x"]}', {'a': [1.0, 'x']})
    """
    try:
        text = body.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except RecursionError as err:
        raise InputError("the body is nested too deeply; it went through as it was") from err
    except ValueError as err:  # UnicodeDecodeError and JSONDecodeError are such
        where = f"{err}" if not isinstance(err, UnicodeDecodeError) else f"no UTF-8 at byte {err.start}"
        raise InputError(f"the body is no JSON that two readers would read alike: {where}") from err
    if not isinstance(value, dict):
        raise InputError(f"the body is a JSON {type(value).__name__}, not an object")
    return text, value


def read_value(text: str, at: int) -> tuple[Any, int]:
    """The value at a place and where it ends, as strictly as `parse`.

    Raises:
        ValueError, StopIteration: there is none.
        InputError: two readers could read it differently.
    """
    return _strictly(text, at)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise InputError("an object has one name twice")
    return found


def _constant(name: str) -> NoReturn:
    raise InputError(f"{name} is no JSON value")


_strictly: Callable[[str, int], tuple[Any, int]] = make_scanner(
    json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)  # type: ignore[arg-type]  # as above
)


def dumps(value: Any) -> str:
    """A value as compact JSON that can be sent as UTF-8.

    >>> dumps("é \\ud800")
    '"\\\\u00e9 \\\\ud800"'
    """
    if type(value) is str:
        with suppress(orjson.JSONEncodeError):  # a lone surrogate
            return orjson.dumps(value).decode("utf-8")
    text = _encode(value)
    return json.dumps(value, separators=(",", ":")) if _SURROGATE.search(text) else text


def splice(text: str, splices: Iterable[Splice]) -> str:
    """The text with every splice made; two at one place stand in the order they were given.

    >>> splice("abcd", [Splice(3, 3, "-"), Splice(0, 1, "A"), Splice(3, 3, "+")])
    'Abc-+d'
    """
    pieces: list[str] = []
    at = 0
    for one in sorted(splices, key=lambda one: (one.start, one.end)):
        if one.start < at:
            raise InputError("two changes overlap")
        pieces += [text[at : one.start], one.text]
        at = one.end
    return "".join([*pieces, text[at:]])


def locate(text: str, paths: Iterable[Path], *, at: int = 0) -> dict[Path, tuple[int, int]]:
    """Where the values at some paths begin and end; those that are not there have no entry.

    Args:
        text: What `parse` has accepted.
        paths: Names and indices from the outermost value on, or from the one that begins at `at`.
        at: Where to begin.

    >>> locate('{"a": [1, {"b": "x"}]}', [("a", 1, "b"), ("c",)])
    {('a', 1, 'b'): (16, 19)}
    """
    wanted: _Node = {}
    for path in paths:
        node = wanted
        for step in path:
            node = node.setdefault(step, {})
        node[None] = {}
    found: dict[Path, tuple[int, int]] = {}
    _visit(text, after_space(text, at), (), wanted, found)
    return found


_Node = dict["str | int | None", Any]


def after_space(text: str, at: int) -> int:
    """The first place at or behind `at` that is no blank."""
    if at < len(text) and text[at] not in _SPACES:
        return at
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _visit(text: str, at: int, path: Path, wanted: Mapping[Any, Any], found: dict[Path, tuple[int, int]]) -> int:
    """Note the places that are wanted in the value at `at`; its end."""
    is_object = text[at] == "{"
    if len(wanted) == (None in wanted) or text[at] not in "[{":
        end = _read(text, at)[1]
    else:
        end = after_space(text, at + 1)
        index = 0
        while text[end] not in "]}":
            step: str | int = index
            if is_object:
                step, end = scanstring(text, end + 1)
                end = after_space(text, after_space(text, end) + 1)  # after the colon
            inner = wanted.get(step)
            end = _read(text, end)[1] if inner is None else _visit(text, end, (*path, step), inner, found)
            end = after_space(text, end)
            if text[end] == ",":
                end = after_space(text, end + 1)
            index += 1
        end += 1
    if None in wanted:
        found[path] = at, end
    return end
