"""Places in JSON text: found exactly, changed alone, and nothing accepted that two readers could read differently."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom_jupyter.errors import InputError
from headroom_jupyter.exchange.json_text import Splice, dumps, locate, parse, splice

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def _paths(value: Any) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = [()]
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, child in entries:
        found += [(step, *path) for path in _paths(child)]
    return found


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


@given(
    value=st.dictionaries(st.text(), VALUES, max_size=5),
    indent=st.sampled_from([None, 0, 3, "\t"]),
    is_ascii=st.booleans(),
    data=st.data(),
)
def test_every_value_is_found_where_it_stands(value: Any, indent: Any, is_ascii: bool, data: st.DataObject) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=is_ascii)
    paths = _paths(value)
    places = locate(text, paths)
    assert set(places) == set(paths)
    for path, (start, end) in places.items():
        assert json.loads(text[start:end]) == _at(value, path)
    some = data.draw(st.lists(st.sampled_from(paths), unique=True))
    assert {path: places[path] for path in some} == locate(text, some)


@given(value=st.dictionaries(st.text(), VALUES, max_size=5), new=st.text(st.characters()), data=st.data())
def test_only_what_is_replaced_differs(value: Any, new: str, data: st.DataObject) -> None:
    text = json.dumps(value, ensure_ascii=False)
    path = data.draw(st.sampled_from(_paths(value)))
    start, end = locate(text, [path])[path]
    changed = splice(text, [Splice(start, end, dumps(new))])
    assert changed.startswith(text[:start])
    assert changed.endswith(text[end:])
    again = json.loads(changed)
    assert _at(again, path) == new
    changed.encode("utf-8")


def test_what_is_not_there_has_no_place() -> None:
    assert locate('{"a": [1], "b": "x"}', [("a", 1), ("b", "c"), ("a", "b"), ("z",)]) == {}


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b'{"a": 1, "a": 2}', "one name twice"),
        (b'{"m": [{"x": {"a": 1, "a": 1}}]}', "one name twice"),
        (b'{"a": "\xff"}', "no UTF-8 at byte 7"),
        (b'{"a": NaN}', "NaN is no JSON value"),
        (b'{"a": -Infinity}', "no JSON value"),
        (b'\xef\xbb\xbf{"a": 1}', "BOM"),
        (b'{"a": "\x01"}', "control character"),
        (b"[1, 2]", "a JSON list"),
        (b"", "Expecting value"),
        (b'{"a": 1} x', "Extra data"),
        (b'{"a": ' + b"9" * 5000 + b"}", "digits"),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "too deeply"),
    ],
)
def test_doubtful_bodies_are_refused(body: bytes, why: str) -> None:
    with pytest.raises(InputError, match=why):
        parse(body)


def test_overlapping_changes_are_refused() -> None:
    with pytest.raises(InputError, match="overlap"):
        splice("abc", [Splice(0, 2, "x"), Splice(1, 3, "y")])
