"""Markers written into a text, and forms written to records."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom_jupyter.ccr.marker import scan
from headroom_jupyter.compressors.base import Compressed, Draft, Omission, line_starts
from headroom_jupyter.errors import MarkerError
from headroom_jupyter.forms import Form, dump, fill_spans, hidden_runs, load, render

REF = "0123456789ab"


def _folded(source: str, kept: list[int]) -> Compressed:
    draft = Draft(source)
    draft.lines(kept, line_starts(source))
    return draft.done()


def test_the_first_marker_is_full_and_later_ones_are_short() -> None:
    source = "".join(f"line {i}\n" for i in range(1, 10))
    text, _ = render(_folded(source, [0, 4, 8]), REF)
    assert text == f"line 1\n<<ccr:{REF} lines 2-4 of 9>>\nline 5\n<<6-8>>\nline 9\n"


def test_another_place_is_named_and_a_third_place_too() -> None:
    rows = [Omission("rows", ((2, 9),), 10, 0, at=at) for at in ("$.a", "$.b", "$.b")]
    text, _ = render(Compressed("", tuple(rows), "faithful"), REF)
    assert text.split("\n")[:3] == [f"<<ccr:{REF} rows 2-9 of 10 at $.a>>", "<<rows 2-9 of 10 at $.b>>", "<<2-9>>"]


def test_a_rewriting_without_omission_says_reformatted() -> None:
    assert render(Compressed("short\n", fidelity="faithful"), REF)[0] == f"<<ccr:{REF} reformatted>>\nshort\n"


def test_a_marker_in_code_stands_in_a_comment() -> None:
    omission = Omission("lines", ((2, 5),), 6, 7, before="    ...  # ", after="\n")
    text, _ = render(Compressed("def f:\nend\n", (omission,), "faithful"), REF)
    assert text == f"def f:\n    ...  # <<ccr:{REF} lines 2-5 of 6>>\nend\n"


def test_odd_characters_in_a_place_or_summary_cannot_break_a_marker() -> None:
    omission = Omission("rows", ((1, 2),), 3, 0, at='$["a;b>c"]', summary="odd >> text\nhere")
    text, _ = render(Compressed("", (omission,), "faithful"), REF)
    ((_, _, marker),) = scan(text)
    assert marker.at == '$["a\\u003bb\\u003ec"]'
    assert marker.summary == "odd text here"


def test_a_marker_that_cannot_be_read_back_is_an_error() -> None:
    with pytest.raises(MarkerError):
        render(Compressed("", (Omission("lines", (), 3, 0),), "faithful"), REF)


def test_spans_move_with_the_markers_before_them() -> None:
    source = "".join(f"line {i}\n" for i in range(1, 10))
    text, spans = render(_folded(source, [0, 4, 8]), REF)
    assert all(source[a:b] == text[c:d] for a, b, c, d in spans)
    covered = fill_spans(spans, len(source), len(text))
    assert "".join(source[a:b] for a, b, _, _ in covered) == source
    assert "".join(text[c:d] for _, _, c, d in covered) == text


@given(st.lists(st.tuples(*[st.integers(0, 60)] * 4), max_size=12))
def test_filled_spans_cover_both_texts_whatever_they_are_given(spans: list[tuple[int, int, int, int]]) -> None:
    proper = [(min(a, b), max(a, b), min(c, d), max(c, d)) for a, b, c, d in spans]
    covered = fill_spans(proper, 50, 40)
    assert [span[0] for span in covered[1:]] == [span[1] for span in covered[:-1]]
    assert [span[2] for span in covered[1:]] == [span[3] for span in covered[:-1]]
    assert (covered[0][0], covered[0][2], covered[-1][1], covered[-1][3]) == (0, 0, 50, 40)


def test_a_record_reads_back_as_the_form_it_was_made_of() -> None:
    form = Form("a\ud800\x00é", "log", "LogCompressor", "faithful", 10, 3, REF, True, ((0, 4), (9, 12)), "why")
    assert load(dump(form)) == form
    assert load(dump(Form(None, hidden=None))).hidden is None


def test_a_later_versions_field_is_ignored() -> None:
    assert load(b'{"text": null, "new_field": 1}') == Form(None)


def test_what_is_hidden_is_merged_and_unknown_where_an_omission_does_not_say() -> None:
    pair = (Omission("lines", ((1, 1),), 9, 0, source=((0, 5),)), Omission("lines", ((2, 2),), 9, 0, source=((5, 9),)))
    assert hidden_runs(Compressed("", pair, "faithful")) == ((0, 9),)
    assert hidden_runs(Compressed("", (Omission("rows", ((1, 1),), 9, 0),), "faithful")) is None
    assert hidden_runs(Compressed("x", fidelity="lossless")) == ()
