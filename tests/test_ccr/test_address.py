"""Addresses: what a marker says names exactly what is missing."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom_jupyter.ccr.address import resolve, slice_chars, slice_lines, slice_rows
from headroom_jupyter.compressors.json_source import Step, render_step
from headroom_jupyter.errors import MarkerError

VALUE = '{"items": [{"body": "line one\\nline \\"two\\""}, 1.00, 1e3], "odd key": {"a.b": null}, "": [[7]]}\n'
BOOK = json.dumps(
    {
        "cells": [
            {"cell_type": "markdown", "source": ["# Title\n", "words"]},
            {
                "cell_type": "code",
                "source": "run()",
                "outputs": [
                    {"output_type": "stream", "name": "stdout", "text": ["one\n", "two\n"]},
                    {"output_type": "execute_result", "data": {"text/html": "<b>3</b>", "text/plain": ["3"]}},
                    {"output_type": "display_data", "data": {"text/html": ["<i>", "4</i>"]}},
                    {"output_type": "display_data", "data": {"application/json": {"rows": [5]}}},
                    {"output_type": "display_data", "data": {"text/plain": "<HTML object>", "text/html": "<p>"}},
                    {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["tb 1", "tb 2"]},
                ],
            },
        ],
        "nbformat": 4,
    }
)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("$", VALUE),
        ("$.items[0].body", 'line one\nline "two"'),
        ("$.items[1]", "1.00"),
        ("$.items[2]", "1e3"),
        ('$["odd key"]["a.b"]', "null"),
        ('$[""][0]', "[7]"),
        ("$.items[0].body lines 2", 'line "two"'),
        ("$.items rows 2-3", "1.00, 1e3"),
    ],
)
def test_a_json_path_names_the_exact_source_and_strings_as_they_read(at: str, expected: str) -> None:
    assert resolve(VALUE, at) == expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("cell 1", "# Title\nwords"),
        ("cell 2", "run()"),
        ("cell 2 output 0", "one\ntwo\n"),
        ("cell 2 output 0 lines 2", "two\n"),
        ("cell 2 output 1", "3"),
        ("cell 2 output 2", "<i>4</i>"),
        ("cell 2 output 3", '{"application/json": {"rows": [5]}}'),
        ('cell 2 output 3 $["application/json"].rows[0]', "5"),
        ("cell 2 output 4", "<p>"),
        ("cell 2 output 5", "tb 1\ntb 2"),
    ],
)
def test_cells_count_from_one_and_outputs_from_zero(at: str, expected: str) -> None:
    assert resolve(BOOK, at) == expected


def test_a_part_of_a_mixed_text_is_read_as_what_it_is() -> None:
    text = 'Here it is:\n{"rows":\n [1, 2]}\nand so on\n'
    assert resolve(text, "lines 2-3 $.rows") == "[1, 2]"


def test_values_a_line_are_an_array_at_the_root() -> None:
    text = '{"a": 1}\n\n{"a": {"b": "x"}}\n'
    assert resolve(text, "$[1].a.b") == "x"
    assert slice_rows(text, [(2, 2)]) == '{"a": {"b": "x"}}'


def test_rows_are_elements_entries_or_the_lines_below_a_heading() -> None:
    assert slice_rows("[10, 20,\n 30, 40]", [(2, 3)]) == "20,\n 30"
    assert slice_rows('{"a": 1, "b": [2]}', [(2, 2)]) == '"b": [2]'
    assert slice_rows("name,age\nann,1\nbob,2\n", [(2, 2)]) == "bob,2\n"
    assert slice_rows("[1, 2, 3]", [(1, 1), (3, 9)]) == "1\n3"


def test_lines_end_at_line_feeds_only_and_keep_their_ends() -> None:
    text = "a\r\nb\u2028c\x0b\n\nd"
    assert slice_lines(text, [(1, 1)]) == "a\r\n"
    assert slice_lines(text, [(2, 3)]) == "b\u2028c\x0b\n\n"
    assert slice_lines(text, [(4, 99)]) == "d"
    assert slice_chars(text, [(1, 2), (4, 4)]) == "a\rb"


@pytest.mark.parametrize(
    ("text", "at", "says"),
    [
        (VALUE, "$.item", r"\$\.item is not in the original.*query="),
        (VALUE, "$.items[3]", r"\$\.items\[3\] is not"),
        (VALUE, "$.items[0].body.deeper", "no array or object"),
        (VALUE, "items", "no address; write it as in a marker"),
        (VALUE, "$.items[", "no address"),
        ("plain words", "$.a", "no array or object"),
        ("plain words", "$", "needs JSON"),
        ("plain words", "cell 3", "no cells"),
        (BOOK, "cell 3", "no cell 3: the notebook has 2"),
        (BOOK, "cell 2 output 6", "no output 6: it has 6, counted from 0"),
        ("a\nb\n", "lines 3", "there are 2 lines"),
        ("a", "rows 1", "no rows here"),
        ('{"a": [1, 2}', "$.a", "not in the original"),
    ],
)
def test_an_address_that_names_nothing_is_refused_with_what_there_is(text: str, at: str, says: str) -> None:
    with pytest.raises(MarkerError, match=says):
        resolve(text, at)


def test_nesting_has_no_limit() -> None:
    text = "[" * 3000 + "7" + "]" * 3000
    assert resolve(text, "$" + "[0]" * 60) == text[60:-60]


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=5), inner, max_size=4)),
    max_leaves=12,
)


def leaves(value: Any, path: tuple[Step, ...] = ()) -> list[tuple[tuple[Step, ...], Any]]:
    found = [(path, value)]
    if isinstance(value, dict):
        for key, inner in value.items():
            found += leaves(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            found += leaves(inner, (*path, index))
    return found


@given(st.one_of(st.lists(JSON), st.dictionaries(st.text(max_size=5), JSON)), st.sampled_from([None, 1]), st.booleans())
@settings(max_examples=100)
def test_every_place_of_a_value_has_an_address(value: Any, indent: int | None, is_ascii: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=is_ascii)
    for path, inner in leaves(value):
        at = "$" + "".join(map(render_step, path))
        got = resolve(text, at)
        assert got == inner if isinstance(inner, str) else json.loads(got) == inner


@given(st.text(max_size=40), st.text("$.[]\"' celoutpinsrwh0123456789-", max_size=25))
@settings(max_examples=100)
def test_any_address_in_any_text_gives_a_text_or_says_why_not(text: str, at: str) -> None:
    with suppress(MarkerError):
        assert isinstance(resolve(text, at), str)
