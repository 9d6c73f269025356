"""Bodies read once: as strictly as `parse`, and a longer body of the same conversation as if nothing had been known."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom_jupyter.errors import InputError
from headroom_jupyter.exchange.json_text import locate, parse
from headroom_jupyter.exchange.reading import Reading, read
from tests.test_exchange.test_json_text import VALUES

MESSAGES = st.lists(st.dictionaries(st.text(max_size=3), VALUES, max_size=2), max_size=3)
OTHERS = st.dictionaries(st.text(max_size=3).filter(lambda name: name != "m"), VALUES, max_size=2)
PIECES = st.sampled_from(
    [
        "{",
        "}",
        "[",
        "]",
        '"m"',
        '"a"',
        ":",
        ",",
        " ",
        "1",
        "-",
        "1e9",
        "NaN",
        "tru",
        "true",
        '"\\ud800"',
        '"x\ny"',
        "\ufeff",
    ]
)


def _paths(reading: Reading) -> list[tuple[Any, ...]]:
    inner = [("m", at, name) for at, one in enumerate(reading.request.get("m") or ()) for name in one]
    return [(), *((name,) for name in reading.request), *(("m", at) for at in range(len(reading.items))), *inner]


def _is_right(reading: Reading) -> None:
    assert (reading.text, reading.request) == parse(reading.text.encode())
    paths = _paths(reading)
    assert reading.locate([*paths, ("no such",), ("m", 99), ("m", 0, "no such")]) == locate(reading.text, paths)


@given(before=OTHERS, messages=MESSAGES, after=OTHERS, indent=st.sampled_from([None, 1]))
def test_a_body_is_read_as_parse_reads_it(before: Any, messages: Any, after: Any, indent: int | None) -> None:
    after = {name: value for name, value in after.items() if name not in before}
    _is_right(read(json.dumps({**before, "m": messages, **after}, indent=indent, ensure_ascii=False), "m"))


@given(pieces=st.lists(PIECES, max_size=12), is_object=st.booleans())
def test_what_parse_refuses_is_refused(pieces: list[str], is_object: bool) -> None:
    text = '{"m":[{}],' + "".join(pieces) + "}" if is_object else "".join(pieces)
    try:
        expected = parse(text.encode())
    except InputError:
        with pytest.raises(InputError):
            read(text, "m")
        return
    reading = read(text, "m")
    assert (reading.text, reading.request) == expected


@given(before=OTHERS, first=MESSAGES, more=MESSAGES, after=OTHERS, later=OTHERS, is_same=st.booleans(), data=st.data())
def test_a_longer_body_is_read_on_from_what_is_the_same(
    before: Any, first: Any, more: Any, after: Any, later: Any, is_same: bool, data: st.DataObject
) -> None:
    after, later = ({name: value for name, value in own.items() if name not in before} for own in (after, later))
    known = read(json.dumps({**before, "m": first, **after}), "m")
    shared = data.draw(st.integers(0, len(first)))
    text = json.dumps({**before, "m": [*first[:shared], *more], **(after if is_same else later)})
    _is_right(read(text, "m", known, shared))


@pytest.mark.parametrize("rest", ["", "]", "],", '],"a":1', '],"m":1}', ", 1}", '],"z":1}x', ",]}", '],"b":NaN}'])
def test_damage_behind_what_is_known_is_refused(rest: str) -> None:
    known = read('{"b": 1, "m": [{"x": 1}], "z": 1}', "m")
    with pytest.raises(InputError):
        read('{"b": 1, "m": [{"x": 1}' + rest, "m", known, 1)
