"""SmartCrusher: values come back as they were written, and the excerpt keeps what was asked."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom_jupyter.compressors.base import Ask, Compressed, Hints
from headroom_jupyter.compressors.json import SmartCrusher
from headroom_jupyter.compressors.json_text import literal, parse, read_literal, restore
from headroom_jupyter.router import is_same
from headroom_jupyter.selection import Query

CRUSHER = SmartCrusher()


def _lossless(text: str) -> Compressed:
    return CRUSHER.compress(text, Ask(Query(), "lossless"))


def _asked(value: Any, question: str, target_chars: int = 800) -> Compressed:
    return CRUSHER.compress(json.dumps(value), Ask(Query(question), target_chars=target_chars))


def test_an_array_of_objects_becomes_a_table() -> None:
    value = [{"id": i, "name": f"n{i * i}", "kind": "user", "at": {"x": i % 3, "y": None}} for i in range(4)]
    assert _lossless(json.dumps(value)).text.split("\n") == [
        "<<json>>",
        "[4] id|name|kind|at.x|at.y",
        "~id={0+1i}",
        "~kind=user",
        "~at.y=null",
        "n0|0",
        "n1|1",
        "n4|2",
        "n9|0",
    ]


def test_an_object_of_objects_becomes_a_table_with_its_keys() -> None:
    value = {"ports": {f"svc-{c}": {"port": 8000 + i * i, "up": True} for i, c in enumerate("abcd")}}
    lines = _lossless(json.dumps(value)).text.split("\n")
    assert lines[1] == "ports{4} key|port|up"
    assert lines[-1].endswith("|8009")


def test_a_text_of_several_lines_stands_as_it_is() -> None:
    value = {"log": "first\nsecond | third\n\tlast", "code": 0, "more": "x" * 80}
    assert _lossless(json.dumps(value)).text.split("\n")[1:5] == ["log: |3", "first", "second | third", "\tlast"]


EXACT = [
    [{"a": "~a=b"}, {"a": "~"}, {"a": "x" * 40}],
    {f"pk{i}": {"owner": "same owner", "key": "a key"} for i in range(9)},
    {f"pk{i * i}": {"key": f"k-{i}", "key_": "constant text"} for i in range(9)},
    {"rows": [{"name": f"n{i}", "raw": "\x000\x00raw", "x": 1e22} for i in range(9)]},
    [{"name": "lone \ud800", "of": "many of this sort"}, {"name": "|", "of": "many of this sort"}] * 4,
]


@pytest.mark.parametrize("value", EXACT)
def test_what_looks_like_notation_comes_back(value: Any) -> None:
    text = json.dumps(value)
    result = _lossless(text)
    assert result.fidelity == "lossless"
    assert is_same(text, CRUSHER.decode(result.text))


def test_an_object_with_a_key_twice_keeps_both() -> None:
    rows = [f'{{"id":{i},"tag":"first one","state":"a plain state"}}' for i in range(20)]
    rows[7] = '{"id":7,"tag":"first one","tag":"sec|ond","state":1.00}'
    text = f"[{','.join(rows)}]"
    result = _lossless(text)
    assert result.fidelity == "lossless"
    assert CRUSHER.decode(result.text) == text


LAYOUTS = [
    '{"a": 1.00, "b": [1e3, -0, 123456789012345678901234567890, NaN], "c": 0.1}',
    '[{"a":1,"b":"x"},{"a":2},{"b":null,"a":""}]\n',
    '{"a":1}\n{"a":2}\n\n{"a":3}',
    '{\n    "a": [\n        1,\n        "\\u00e9"\n    ]\n}',
    '{\n\t"a": {}\n}\n',
    ' { "odd" :   [1,2] }',
    '{"k|ey": "v|al", "k=": {"": 1}, "-": "- x", "a.b": {"c": 1}, "~x": "<<json>>"}',
    '[["a","b"],[1,2]]',
    '{"s":"\\ud800","t":"\\u2028"}',
]


@pytest.mark.parametrize("text", LAYOUTS)
def test_a_layout_comes_back_or_is_told_apart(text: str) -> None:
    value, layout = parse(text)
    again = restore(value, layout)
    assert again == text or ("#" in layout and is_same(text, again))


def test_two_layouts_of_one_value_never_share_a_form() -> None:
    rows = [{"name": f"row {i}", "state": "done", "owner": "batch"} for i in range(40)]
    texts = {json.dumps(rows), json.dumps(rows, indent=2), json.dumps(rows, indent=3), " " + json.dumps(rows)}
    assert len({_lossless(text).text for text in texts}) == len(texts)


_SCALAR = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**18) + 1, 10**18 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
)
_KEY = st.one_of(st.sampled_from(["id", "name", "a.b", "", "x|y", "k=v", "~", "-", "[0]"]), st.text(max_size=4))
_VALUE = st.recursive(
    _SCALAR, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(_KEY, inner, max_size=5), max_leaves=30
)


@given(st.lists(st.dictionaries(_KEY, _VALUE, max_size=5), max_size=12) | st.dictionaries(_KEY, _VALUE, max_size=8))
def test_every_value_comes_back(value: Any) -> None:
    for text in (
        json.dumps(value),
        json.dumps(value, indent=2, ensure_ascii=False),
        json.dumps(value, separators=(",", ":")),
    ):
        result = _lossless(text)
        if result.fidelity == "lossless":
            assert is_same(text, CRUSHER.decode(result.text))


@given(
    st.text(max_size=300),
    st.sampled_from(["<<json>>\n", "<<json indent=2>>\n[3] a|b\n", '<<json lines>>\n{"', "<<json #1>>\n-"]),
)
def test_decoding_anything_raises_nothing(text: str, head: str) -> None:
    CRUSHER.decode(text)
    CRUSHER.decode(head + text)


@pytest.mark.parametrize(
    "text", ["[" * 2000 + "]" * 2000, '{"a":' * 900 + "1" + "}" * 900, '{"a":1,"a":2}', "[1,2", "{}", "[]", "{]"]
)
def test_what_cannot_be_kept_exactly_stays(text: str) -> None:
    assert CRUSHER.compress(text, Ask(Query(), target_chars=1)).fidelity in ("verbatim", "lossless")


@given(_SCALAR.filter(lambda value: not isinstance(value, float) or "e" not in repr(value)))
def test_a_cell_reads_back_as_its_value(value: Any) -> None:
    cell = literal(value)
    assert "|" not in cell
    assert "\n" not in cell
    assert read_literal(cell) == value


def _row(i: int) -> dict[str, Any]:
    return {"id": 1000 + i * i, "service": f"svc-{i * i % 9}", "ms": 40 + i * i % 11, "note": f"note {i * 31 % 977}"}


@pytest.mark.parametrize(
    "body",
    [
        "[3] a|b\n~a={9999-12-31T00:00:00Z+99999999999s}\n~b=1",
        "a[2000000] x|y\n~x=1\n~y=2",
        "[9999999]:\n- : 1",
        "\n".join(" " * i + "a:" for i in range(3000)),
    ],
)
def test_a_forged_form_is_refused(body: str) -> None:
    assert CRUSHER.decode(f"<<json>>\n{body}") is None
    assert CRUSHER.decode(f"<<json indent=99999999999>>\n{body}") is None


class TestAnExcerpt:
    ROWS = tuple(_row(i) for i in range(300))

    def test_keeps_the_row_the_question_names(self) -> None:
        result = _asked(self.ROWS, "What is the note of id 17129?")
        assert f"128|17129|svc-1|43|note {127 * 31 % 977}" in result.text

    def test_marks_what_is_out_with_counts(self) -> None:
        result = _asked({"items": self.ROWS}, "anything")
        (omission,) = result.omissions
        assert (omission.unit, omission.total, omission.at) == ("rows", 300, "$.items")
        shown = sum(line.split("|")[0].isdigit() for line in result.text.split("\n"))
        assert sum(last - first + 1 for first, last in omission.ranges) + shown == 300
        assert "id 1004 to 89804" in omission.summary
        assert "svc-1 " in omission.summary

    def test_keeps_outliers_errors_and_rare_categories_unasked(self) -> None:
        rows = [dict(row, state="ok") for row in self.ROWS]
        rows[50]["ms"] = 9000
        rows[120]["note"] = "FATAL disk failure"
        rows[200]["state"] = "quarantined"
        text = _asked(rows, "How many rows?", 1500).text
        assert "|9000|" in text
        assert "FATAL disk failure" in text
        assert "quarantined" in text

    def test_keeps_every_error_when_they_are_few(self) -> None:
        rows = [dict(row, level="ERROR" if i % 20 == 3 else "INFO") for i, row in enumerate(self.ROWS)]
        text = _asked(rows, "What happened?", 1200).text
        assert all(f"|{row['id']}|" in text for row in rows if row["level"] == "ERROR")

    def test_cuts_a_long_string_around_what_is_asked(self) -> None:
        body = " ".join(f"word{i}" for i in range(2000))
        result = _asked({"title": "x", "body": body}, "Where is word1500?")
        assert "word1500" in result.text
        assert {omission.at for omission in result.omissions} == {"$.body"}
        assert {omission.unit for omission in result.omissions} == {"chars"}

    def test_shows_what_is_the_same_in_all_rows_as_it_is_written(self) -> None:
        rows = [dict(row, code="def f(a, b): # {x}; @y") for row in self.ROWS]
        assert "~code=def f(a, b): # {x}; @y\n" in _asked(rows, "anything").text

    def test_shows_a_row_that_fits_no_column_whole(self) -> None:
        rows: list[Any] = [*self.ROWS[:60], {"note": "odd one out", "id": 7}, *self.ROWS[60:]]
        result = _asked(rows, "Which note is the odd one out?")
        assert '61|!{"note":"odd one out","id":7}' in result.text

    def test_names_the_fields_that_are_out(self) -> None:
        record = {"login": "ada", "bio": "x" * 300} | {f"{name}_url": "https://a.org/" + name * 20 for name in "pqrstu"}
        result = _asked({"page": {"user": record, "log": ["entry " * 9] * 200}}, "Who is the login?", 400)
        (left_out,) = [omission for omission in result.omissions if omission.at == "$.page.user"]
        assert left_out.summary.startswith("bio, ")
        assert "s_url, t_url" in left_out.summary
        assert "login: ada" in result.text

    @given(st.lists(st.dictionaries(_KEY, _VALUE, max_size=4), min_size=4, max_size=40), st.integers(1, 600))
    def test_counts_every_row_once(self, rows: list[Any], target: int) -> None:
        result = _asked(rows, "id name", target)
        for omission in result.omissions:
            flat = [place for first, last in omission.ranges for place in range(first, last + 1)]
            assert flat == sorted(set(flat))
            assert 1 <= flat[0] <= flat[-1] <= omission.total

    def test_hands_a_tools_output_to_its_own_kind(self) -> None:
        output = "".join(f"line {i}\n" for i in range(400))
        short = Compressed("short\n", fidelity="faithful")
        ask = Ask(Query(), target_chars=600, route=lambda part, hints, target: short)
        assert "stdout: |\nshort\n" in CRUSHER.compress(json.dumps({"exit": 0, "stdout": output}), ask).text

    def test_keeps_the_entry_whose_key_is_named(self) -> None:
        packages = {
            f"node_modules/pkg-{i}": {"version": f"{i}.0.1", "integrity": f"sha512-{i * 7919:040}"} for i in range(200)
        }
        result = _asked({"lockfileVersion": 3, "packages": packages}, "Which version of pkg-150 is locked?")
        assert "node_modules/pkg-150" in result.text
        assert "150.0.1" in result.text


class TestAQuestionAboutEnds:
    """Superlatives, and rows unlike the others: what an excerpt is asked for without being given a word of it."""

    def test_shows_the_first_and_the_latest_of_an_object_of_dates(self) -> None:
        dates = {f"1.{i}.0": f"2021-{1 + i * 7 % 12:02}-{1 + i * 11 % 28:02}T10:00:00Z" for i in range(90)}
        dates["1.40.0"], dates["1.61.0"] = "2020-02-03T10:00:00Z", "2022-05-06T10:00:00Z"
        text = _asked(dates, "Which release came first, and which is the most recent?", 600).text
        assert "2020-02-03" in text
        assert "2022-05-06" in text

    def test_shows_the_most_though_its_rows_hold_more_than_fits(self) -> None:
        people: list[dict[str, Any]] = [
            {
                "total": i * 37 % 211,
                "weeks": [{"w": w, "n": w * i % 7} for w in range(40)],
                "author": {"login": f"u{i}"},
            }
            for i in range(30)
        ]
        text = _asked(people, "Who contributed the most?").text
        top = max(people, key=lambda person: person["total"])
        assert f"|{top['total']}|{top['author']['login']}" in text

    def test_looks_for_the_end_among_the_rows_that_the_question_names(self) -> None:
        prices: list[dict[str, Any]] = [
            {"shop": f"s{i % 9}", "price": 100 + i * 31 % 89, "item": f"i{i}"} for i in range(200)
        ]
        top = max((row for row in prices if row["shop"] == "s4"), key=lambda row: row["price"])
        assert f"|{top['price']}|{top['item']}" in _asked(prices, "What is the highest price of s4?", 500).text

    def test_takes_a_word_for_the_column_of_what_it_measures(self) -> None:
        birds: list[dict[str, Any]] = [
            {"ring": f"r{i * i}", "body_mass_g": 20 + i * i % 40, "seen": f"bay {i**3 % 97}"} for i in range(90)
        ]
        birds[50]["body_mass_g"] = 61
        assert "|r2500|61|" in _asked(birds, "Which bird is the heaviest?", 500).text

    def test_shows_the_row_unlike_the_others(self) -> None:
        runs = [
            {"id": 500 + i * i, "state": "done", "end": "success", "log": f"{i**5}-{i**9}-{i**7}"} for i in range(24)
        ]
        runs[17]["end"] = "cancelled"
        assert "|cancelled" in _asked(runs, "Did any run not succeed?", 500).text

    def test_prefers_a_value_named_with_its_field(self) -> None:
        found = [{"trust": "HIGH", "severity": "LOW", "line": i * i, "text": f"shell {i**5}"} for i in range(80)]
        found[47]["severity"] = "HIGH"
        assert f"|HIGH|{47 * 47}" in _asked(found, "Is anything of high severity?", 500).text

    def test_shows_the_last_of_many_arrays(self) -> None:
        rows = [[f"20{i // 12 + 10}-{i % 12 + 1:02}-01", 1000 + i * 3, i % 7] for i in range(120)]
        assert "2019-12-01|1357|0" in _asked({"data": rows}, "How many in the last month?", 500).text


class TestWideRecords:
    RECORDS = tuple(
        {
            "id": 9000 + i,
            "name": f"item {i}",
            "page_url": f"https://example.org/items/{i}/of/a/long/address",
            "owner": {"login": f"o{i % 7}", "avatar_url": f"https://example.org/pictures/{i * 7919}.png"},
            "events": [{"at": n, "text": f"event {n} of {i}"} for n in range(30)],
            "state": "open" if i % 3 else "closed",
        }
        for i in range(60)
    )

    def test_shows_more_rows_by_leaving_columns_out(self) -> None:
        text = _asked(self.RECORDS, "anything", 1500).text
        assert sum("|item " in line for line in text.split("\n")) >= 12
        assert "https://" not in text

    def test_says_which_rows_are_in_part_and_without_which_columns(self) -> None:
        result = _asked(self.RECORDS, "anything", 1500)
        (partly,) = [omission for omission in result.omissions if omission.summary.startswith("in part, without ")]
        (out,) = [omission for omission in result.omissions if omission is not partly and omission.at == "$"]
        assert "events" in partly.summary
        assert "page_url" in partly.summary
        whole = {n for first, last in out.ranges for n in range(first, last + 1)}
        part = {n for first, last in partly.ranges for n in range(first, last + 1)}
        assert not whole & part
        assert whole | part == set(range(1, 61))

    def test_shows_the_row_that_the_question_names_in_full(self) -> None:
        text = _asked(self.RECORDS, "What happened to item 33?", 1500).text
        assert "  page_url: https://example.org/items/33/of" in text
        assert "event 2 of 33" in text

    def test_shows_the_column_that_the_question_names(self) -> None:
        assert "https://example.org/items/59" in _asked(self.RECORDS, "Give me each page url.", 1500).text


def test_confidence_is_high_for_json_and_low_for_what_only_begins_like_it() -> None:
    none = Hints()
    assert CRUSHER.confidence('{"a": 1}', none) > 0.9
    assert CRUSHER.confidence('[{"a": 1},\n {"b": 2}]\n', none) > 0.9
    assert CRUSHER.confidence("[INFO] started\n[INFO] stopped]", none) < 0.5
    assert CRUSHER.confidence("{ int x; }", none) == 0
    assert CRUSHER.confidence("plain", none) == 0
