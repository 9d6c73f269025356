"""Prose by whole sentences: what stays, what is marked, and that nothing else changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom_jupyter.compressors.base import Ask, Compressed, Hints
from headroom_jupyter.compressors.prose import Kompress
from headroom_jupyter.compressors.sentences import sentences, windows
from headroom_jupyter.selection import Query
from tests.test_compressors.shown import check_exact, with_markers

SAMPLES = Path(__file__).parents[1] / "golden" / "samples"
PARAGRAPH = "The {0} stands by the river. Nobody has counted the {0} since spring. It is painted green every year.\n\n"
PIECES = [
    "Dr. Vale went home. ",
    "x",
    "\n",
    "\n\n",
    "    indented line\n",
    "TITLE\n",
    "- item one\n",
    "1. Go.\n",
    "é中。",
    "\r\n",
    "\0",
]
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=30), max_size=120).map("".join)


def shorten(text: str, query: str = "", target: int = 600) -> Compressed:
    return Kompress().compress(text, Ask(Query(query), target_chars=target))


def essay(words: int = 40) -> str:
    return "".join(PARAGRAPH.format(f"mill number {i}") for i in range(words))


def test_sentences_that_the_question_names_stay_word_for_word() -> None:
    text = essay() + "The ferryman takes two coins and a promise.\n\n" + essay()
    done = shorten(text, "What does the ferryman take?")
    assert "The ferryman takes two coins and a promise.\n" in done.text
    assert len(done.text) < 1200


def test_what_is_left_out_is_said_in_lines_of_the_source() -> None:
    text = essay()
    done = shorten(text, "mill number 17")
    assert {omission.unit for omission in done.omissions} == {"lines"}
    check_exact(text, done)


def test_sentences_of_a_long_line_are_left_out_by_characters() -> None:
    text = " ".join(f"Sentence number {i} says nothing of interest to a reader in a hurry." for i in range(80))
    done = shorten(text, "sentence 33?", 400)
    assert "Sentence number 33 says" in done.text
    assert {omission.unit for omission in done.omissions} == {"chars"}
    check_exact(text, done)


def test_headings_remain_as_an_outline() -> None:
    text = "".join(
        f"{name}\n" + "".join(f"       {line}\n" for line in essay(9).split("\n")) for name in ("NAME", "FILES", "BUGS")
    )
    done = shorten(text, "", 900)
    assert [line for line in done.text.split("\n") if line.isupper()] == ["NAME", "FILES", "BUGS"]


def test_a_manual_keeps_its_terms_and_answers_about_one() -> None:
    text = (SAMPLES / "prose_manual.txt").read_text("utf-8")
    done = shorten(text, "What does --keep-warm do?", 500)
    assert "       --keep-warm <minutes>\n           Hold the temperature after it has been reached." in done.text
    assert "SEE ALSO" in done.text
    check_exact(text, done)


def test_a_section_with_the_asked_heading_shows_its_beginning() -> None:
    text = "".join(
        f"{i}. Rule of the {name}\n\n{essay(6)}" for i, name in enumerate(("Harbour", "Granary", "Bakery"), 1)
    )
    done = shorten(text, "rule of the granary", 700)
    assert "2. Rule of the Granary\n\nThe mill number 0 stands by the river." in done.text


def test_what_a_colon_announces_comes_with_it() -> None:
    text = essay(20) + "To open the sluice, use the following command:\n\n    sluice --open north\n\n" + essay(20)
    assert "sluice --open north" in shorten(text, "open the sluice").text


def test_base64_keeps_its_ends_only() -> None:
    text = "QUJD" * 5000
    done = shorten(text, "", 900)
    assert done.text.startswith("QUJD")
    assert len(done.text) < 2000
    check_exact(text, done)


def test_a_text_within_its_target_and_the_lossless_level_are_left_alone() -> None:
    assert shorten("Short.\n").fidelity == "verbatim"
    assert Kompress().compress(essay(), Ask(Query(), "lossless", 100)).text == essay()
    assert Kompress().decode("<<prose>>\nx") is None


def test_a_single_gap_inside_a_paragraph_reads_on() -> None:
    text = " ".join(
        f"The {name} was late again, as it has been on most days of this wet year." for name in "abcdefghij" * 4
    )
    shown = with_markers(shorten(text + " A heron nested in the signal box.\n", "heron nest", 300))
    assert ">> A heron" in shown or ">> The" in shown


@pytest.mark.parametrize("name", ["prose_letter.txt", "prose_manual.txt"])
def test_confidence_is_low_but_not_nothing(name: str) -> None:
    assert 0.1 <= Kompress().confidence((SAMPLES / name).read_text("utf-8"), Hints()) <= 0.4
    assert Kompress().confidence(" \n", Hints()) == 0


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.sampled_from(["", "item one", "Dr. Vale"]), st.integers(0, 400))
def test_shown_and_omitted_make_up_any_text(text: str, query: str, target: int) -> None:
    check_exact(text, shorten(text, query, target))


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_sentences_and_windows_tile_any_text(text: str) -> None:
    assert "".join(text[a:b] for a, b in sentences(text, 0, len(text), 40)) == text
    assert "".join(text[a:b] for a, b in windows(text, 0, len(text), 7)) == text


@pytest.mark.parametrize("text", ["", "\0" * 9000, "\ud800 a. " * 3000, "a\r\nb\r" * 3000, "x" * 200_000, "\n" * 9000])
def test_odd_text_is_no_trouble(text: str) -> None:
    check_exact(text, shorten(text, "a b", 300))


def test_a_list_item_and_its_hanging_lines_are_one_piece() -> None:
    items = "".join(
        f"    {i}. Redistribution number {i} of this work\n       keeps the notice above.\n" for i in range(1, 30)
    )
    done = shorten(items, "redistribution number 12", 300)
    assert "    12. Redistribution number 12 of this work\n       keeps the notice above.\n" in done.text
    check_exact(items, done)


def test_a_form_feed_between_paragraphs_is_no_heading() -> None:
    text = "\n\n".join(f"\x0c\n\nParagraph {i} says something of its own. It goes on for a while." for i in range(60))
    result = Kompress().compress(text, Ask(Query("What does paragraph 31 say?"), target_chars=600))
    assert "Paragraph 31 says" in result.text


def test_words_without_an_end_are_shown_in_part() -> None:
    text = "lorem ipsum dolor sit amet " * 60
    made = Kompress().compress(text, Ask(Query(""), "faithful", 500))
    assert made.text.startswith("lorem ipsum dolor sit amet lorem")
    assert 160 <= len(made.text) <= 700
    assert len(made.omissions) == 1
