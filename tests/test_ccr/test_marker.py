"""The marker grammar: what is written is read back, and nothing else is taken for a marker."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom_jupyter.ccr.marker import Marker, check_ref, parse, parse_ranges, render_ranges, scan
from headroom_jupyter.errors import MarkerError

REF = "0123456789ab"
REFS = st.text("0123456789abcdef", min_size=12, max_size=12)
RANGES = st.lists(
    st.tuples(st.integers(1, 10**6), st.integers(0, 500)).map(lambda pair: (pair[0], pair[0] + pair[1])),
    min_size=1,
    max_size=5,
).map(tuple)
PLACES = st.one_of(
    st.sampled_from(["", "$", "$.items", '$["odd key"][3].body', "cell 12 output 0", "lines 30-80 $.rows"]),
    st.text("abc$.[]\"' 0123456789", min_size=1, max_size=20).map(str.strip),
)
SUMMARIES = st.text("abc:=, 0123456789;", max_size=30).map(str.strip)


@st.composite
def markers(draw: st.DrawFn) -> Marker:
    ref = draw(st.one_of(st.none(), REFS))
    unit = draw(st.one_of(st.none(), st.sampled_from(["lines", "rows", "chars"])))
    total = draw(st.one_of(st.none(), st.integers(1, 10**7)))
    return Marker(ref, unit, draw(RANGES), total, draw(PLACES), draw(SUMMARIES))


@given(markers(), st.text(max_size=20), st.text(max_size=20))
@settings(max_examples=100)
def test_a_marker_is_read_back_as_it_was_written_and_found_in_a_text(marker: Marker, before: str, after: str) -> None:
    text = marker.render()
    assert parse(text) == marker
    assert (text, marker) in [(text, found) for _, _, found in scan(f"{before}\n{text}\n{after}")]


@given(RANGES)
def test_ranges_are_read_back_as_they_were_written(ranges: tuple[tuple[int, int], ...]) -> None:
    assert parse_ranges(render_ranges(ranges)) == ranges


@given(st.text(max_size=60))
def test_any_text_can_be_scanned_and_offsets_cut_the_marker_out(text: str) -> None:
    whole = f"<<12-14>>{text}<<ccr:{REF} reformatted>>"
    for start, end, marker in scan(whole):
        assert whole[start:end].startswith("<<")
        assert parse(whole[start:end]) == marker


@pytest.mark.parametrize(
    "text",
    [
        f"<<ccr:{REF} lines 41-77 of 403>>",
        f"<<ccr:{REF} lines 41-77,90-120 of 403>>",
        "<<90-120>>",
        f"<<ccr:{REF} rows 4-391 of 400 at $.items; status: ok 388>>",
        f"<<ccr:{REF} chars 201-5120 of 5120 at $.items[3].body>>",
        f"<<ccr:{REF} image 1280x720 png>>",
        f"<<ccr:{REF} same as message 4>>",
        f"<<ccr:{REF} changed from message 4>>",
        f"<<ccr:{REF} reformatted>>",
    ],
)
def test_every_form_of_the_design_is_a_marker_and_comes_back_letter_for_letter(text: str) -> None:
    assert parse(text).render() == text


@pytest.mark.parametrize(
    "text", ["<<>>", "<<ccr:xyz lines 1>>", "<< 1-2>>", f"<<ccr:{REF}>>", "cout << 12 >> x", "<<1-2", ""]
)
def test_other_text_is_no_marker(text: str) -> None:
    with pytest.raises(MarkerError, match="one looks like"):
        parse(text)


@pytest.mark.parametrize("text", ["", "0", "5-3", "1-", "a", "1;2", "9" * 16])
def test_a_range_that_is_none_is_refused_with_its_text(text: str) -> None:
    with pytest.raises(MarkerError):
        parse_ranges(text)


@pytest.mark.parametrize("given_ref", [REF, f"ccr:{REF}", f"<<ccr:{REF} lines 3-4 of 9>>", f" {REF}\n"])
def test_a_reference_is_taken_out_of_what_people_paste(given_ref: str) -> None:
    assert check_ref(given_ref) == REF


@pytest.mark.parametrize("given_ref", ["", "0123", REF.upper(), REF + "c", "../../etc/passwd", "zzzzzzzzzzzz"])
def test_what_is_no_reference_is_refused_with_the_remedy(given_ref: str) -> None:
    with pytest.raises(MarkerError, match="12 hex digits"):
        check_ref(given_ref)
