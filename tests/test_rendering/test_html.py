"""A page never outgrows its bound, stays well-formed wherever it is cut, and takes content as text alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from headroom_jupyter.rendering.html import Page, visible
from tests.markup import parsed

_TEXTS = st.text(st.characters(exclude_categories=()), max_size=400)


@given(st.lists(_TEXTS, max_size=12), st.integers(300, 3000))
def test_any_texts_stay_within_the_bound_and_every_element_is_closed(texts: list[str], limit: int) -> None:
    page = Page(limit)
    with page.element("div"):
        for text in texts:
            with page.element("details", "margin:0"):
                page.text(text)
            if page.left < 200:
                break
    assert len(page.html().encode("utf-8")) <= limit
    parsed(page.html())


@given(_TEXTS)
def test_text_comes_out_as_it_went_in_with_the_unseen_written_out(text: str) -> None:
    page = Page(100_000)
    assert page.text(text)
    assert parsed(page.html()).text == visible(text)


def test_nothing_in_a_text_can_turn_it_around_or_hide_it() -> None:
    shown = visible("\x1b[2Jgone\x9b31m \u202eright to left\u2066 zero\u200bwidth \ud800 end\r\n\tnext")
    assert shown == "␛[2Jgone⟨U+009B⟩31m ⟨U+202E⟩right to left⟨U+2066⟩ zero⟨U+200B⟩width ⟨U+D800⟩ end␍\n\tnext"
    shown.encode("utf-8")


def test_what_does_not_fit_is_cut_at_the_end_of_a_line() -> None:
    page = Page(100)
    assert not page.text("a line of text\n" * 20)
    assert page.html().endswith("text\n")


def test_a_page_that_is_full_takes_no_more() -> None:
    page = Page(10)
    assert page.text("0123456789")
    assert not page.text("a")
    assert page.html() == "0123456789"
