"""Retrieval: what is asked for comes back exactly, headed with where it stands, and never as nothing."""

from __future__ import annotations

import json
import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom_jupyter.ccr.address import resolve
from headroom_jupyter.ccr.retrieval import retrieve_from
from headroom_jupyter.errors import InputError, MarkerError

WORDS = (
    "amber basin cedar delta ember fjord grove haven inlet jetty knoll lagoon marsh north ocean plain quay pier".split()
)


def count(text: str) -> int:
    return len(re.findall(r"\w+|[^\w\s]", text))


def ask(text: str, query: str | None = None, kind: str = "", **slices: object) -> str:
    data = text.encode("utf-8", "surrogatepass")
    return retrieve_from(data, kind, query=query, count=count, **slices)  # type: ignore[arg-type]  # names of ranges


def prose(lines: int) -> str:
    pick = random.Random(7)  # noqa: S311  # test data
    return "".join(" ".join(pick.choices(WORDS, k=9)) + f" {number}.\n" for number in range(1, lines + 1))


LOG = prose(400).replace(" 200.\n", " order 4711 was refused.\n")


def test_nothing_asked_for_gives_the_whole_original() -> None:
    text = "a\r\nb\ud800\x00\u2028c"
    assert ask(text) == text


@pytest.mark.parametrize(
    ("slices", "expected"),
    [
        ({"lines": "2-3"}, "b\nc\n"),
        ({"lines": "1,4-9"}, "a\nd"),
        ({"chars": "3-5"}, "b\nc"),
        ({"rows": "2"}, "c\n"),
        ({"at": "lines 2-3", "lines": "2"}, "c\n"),
        ({"at": "lines 2-3", "chars": "1"}, "b"),
    ],
)
def test_ranges_give_exact_slices(slices: dict[str, str], expected: str) -> None:
    assert ask("a\nb\nc\nd", **slices) == expected


def test_the_words_of_a_marker_are_the_arguments() -> None:
    text = json.dumps({"items": [{"id": number} for number in range(1, 401)]})
    assert ask(text, at="$.items", rows="4-5") == '{"id": 4}, {"id": 5}'


def test_a_query_brings_the_line_it_names_with_its_context_and_place() -> None:
    answer = ask(LOG, "order 4711")
    assert answer.startswith("[lines 199-202 of 400]\n")
    assert answer.split("\n", 1)[1] == resolve(LOG, "lines 199-202")


def test_excerpts_stand_in_the_order_of_the_original() -> None:
    text = prose(300).replace(" 150.\n", " zebra.\n").replace(" 50.\n", " zebra zebra.\n")
    answer = ask(text, "zebra")
    assert answer.index("[lines 49-52") < answer.index("[lines 149-152")


def test_a_phrase_outweighs_its_words_scattered() -> None:
    text = "the red deer\nblue whales sing\n" * 60 + "the blue deer sleeps\n" + "deer are blue\n" * 3
    assert ask(text, "blue deer sleeps").startswith("[lines 120-123 of 124]\n")


def test_a_phrase_is_found_across_a_line_end() -> None:
    text = prose(200).replace(" 90.\n", " of the quiet\nharbour light.\n")
    assert "quiet\nharbour light." in ask(text, "quiet harbour light")


@pytest.mark.parametrize("max_tokens", [None, 60, 300, 2000])
def test_an_answer_keeps_its_limit(max_tokens: int | None) -> None:
    text = prose(3000)
    answer = ask(text, "amber pier", max_tokens=max_tokens)
    assert 0 < count(answer) <= (max_tokens or max(800, count(text) // 10))
    assert "more matches" in answer


def test_a_whole_original_is_cut_only_when_asked_and_says_so() -> None:
    text = prose(300)
    answer = ask(text, max_tokens=100)
    assert count(answer) <= 100
    assert re.search(r"\[cut after [\d,]+ of [\d,]+ characters", answer)
    assert text.startswith(answer[: answer.index("[cut")])


def test_a_row_comes_as_it_is_written_with_its_number_and_path() -> None:
    rows = ",\n".join(
        f'  {{"name": "{word}", "n": {number}.50, "of": "0123456789012345"}}' for number, word in enumerate(WORDS)
    )
    answer = ask(f'{{"items": [\n{rows}\n], "more": "{"x " * 500}"}}', "lagoon")
    assert answer == '[rows 12 of 18 at $.items]\n{"name": "lagoon", "n": 11.50, "of": "0123456789012345"},\n'


def test_a_hit_in_a_large_record_brings_the_fields_that_name_the_record() -> None:
    records = [{"id": 90 + n, "state": WORDS[n], "body": [{"word": "filler " * 20}] * 9} for n in range(9)]
    records[5]["body"] = [{"word": "filler " * 20}] * 8 + [{"word": "a needle"}]
    answer = ask(json.dumps(records), "needle")
    assert '"id": 95' in answer
    assert '"state": "fjord"' in answer
    assert '[rows 9 of 9 at $[5].body]\n{"word": "a needle"}' in answer


def test_a_long_string_inside_a_value_is_read_by_its_lines() -> None:
    answer = ask(json.dumps({"ok": True, "log": LOG}), "order 4711")
    assert answer.startswith("[lines 199-202 of 400 at $.log]\n")


def test_values_a_line_are_rows() -> None:
    text = "\n".join(json.dumps({"n": n, "word": word}) for n, word in enumerate(WORDS))
    assert ask(text, "lagoon") == '[rows 12 of 18 at $]\n{"n": 11, "word": "lagoon"}\n'


def test_a_long_line_is_cut_to_windows_that_can_be_asked_for_again() -> None:
    text = "head.js:1:" + ";".join(f"var {word}{n}={n}" for n in range(200) for word in WORDS) + "\nlast\n"
    answer = ask(text, "lagoon77")
    match = re.search(r"\[chars (\d+-\d+) of \d+, line 1: head\.js:1:[^\n]*…\]\n([^\n]+)\n", answer)
    assert match is not None
    assert "lagoon77=77" in match[2]
    assert ask(text, chars=match[1]) == match[2]
    assert count(answer) < 800


def test_a_notebook_is_searched_by_cell_and_its_pictures_never() -> None:
    pick = random.Random(1)  # noqa: S311  # test data
    picture = "".join(pick.choices("ABCDEFGHabcdefgh0123+/", k=5000)) + "needle"
    book = {
        "cells": [
            {"cell_type": "markdown", "source": ["# Title\n", "<img src='data:image/png;base64," + picture + "'>"]},
            {
                "cell_type": "code",
                "source": ["plot()\n", "x = 'needle'"],
                "outputs": [
                    {"output_type": "display_data", "data": {"image/png": picture, "text/plain": "<Figure needle>"}},
                    {"output_type": "display_data", "data": {"image/png": picture}},
                ],
            },
        ],
        "nbformat": 4,
    }
    answer = ask(json.dumps(book), "needle", kind="notebook")
    assert "[lines 1-2 of 2 at cell 2]\nplot()\nx = 'needle'\n" in answer
    assert "[lines 1 of 1 at cell 2 output 0]\n<Figure needle>\n" in answer
    assert picture[100:160] not in answer


def test_a_query_inside_a_slice_says_places_that_lead_back() -> None:
    answer = ask(LOG, "order 4711", lines="101-300")
    assert answer.startswith("[lines 99-102 of 200 at lines 101-300]\n")
    assert ask(LOG, at="lines 101-300", lines="99-102") == answer.split("\n", 1)[1]


@pytest.mark.parametrize(
    ("text", "shows"),
    [
        (LOG, "\n1: "),
        ("# One\nwords\n## Two\nwords\n# Three\n" + prose(50), "\n3: ## Two"),
        ('{"a": [1, 2, 3], "b": {"c": "d"}}', "\n$.a: 3 rows, 9 characters\n$.b: 1 keys, 10 characters\n$.a[0]: 1"),
        ('{"cells": [{"source": "x = 1"}], "nbformat": 4}', "\ncell 1: x = 1 (5 characters)"),
        ("", "outline of 0 characters"),
    ],
)
def test_a_query_that_matches_nothing_gets_an_outline(text: str, shows: str) -> None:
    answer = ask(text, "zqxjkv")
    assert answer.startswith("[nothing in the original matches 'zqxjkv'; outline of ")
    assert shows in answer
    assert count(answer) <= 800


@pytest.mark.parametrize("kind", ["image", ""])
def test_bytes_that_are_no_text_are_refused_with_the_remedy(kind: str) -> None:
    with pytest.raises(InputError, match=r"original\(\) gives its bytes"):
        retrieve_from(b"\x89PNG\xff\xfe", kind, count=count)


@pytest.mark.parametrize("slices", [{"lines": "x"}, {"lines": "401"}, {"at": "$.a"}, {"rows": "0"}, {"chars": "9-1"}])
def test_a_slice_that_is_none_is_refused(slices: dict[str, str]) -> None:
    with pytest.raises(MarkerError):
        ask(LOG, **slices)


@given(
    st.one_of(st.text(max_size=300), st.text('[]{}":,\\ab1\n ', max_size=120), st.text("ab \n", max_size=2000)),
    st.text('ab1 "\n', min_size=1, max_size=12),
)
@settings(max_examples=100)
def test_any_text_and_any_query_give_an_answer_whose_excerpts_are_exact(text: str, query: str) -> None:
    answer = ask(text, query)
    assert answer or not text
    for match in re.finditer(r"^\[(?:lines (?P<lines>[\d-]+) of \d+)\]\n", answer, re.MULTILINE):
        exact = resolve(text, f"lines {match['lines']}")
        assert answer[match.end() :].startswith(exact)


def test_nesting_and_odd_bytes_are_no_obstacle() -> None:
    deep = '{"a":' * 900 + '"needle"' + "}" * 900
    for text in ("[" * 3000 + "7" + "]" * 3000, "[" * 3000, deep, "\x00needle\ud800\r\n" * 9):
        assert ask(text, "needle")
