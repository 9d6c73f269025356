"""Pinned lines are in the text, at their place where it has one, and marks stay exact."""

from __future__ import annotations

import pytest

from headroom_jupyter import compress_text
from headroom_jupyter.ccr.marker import scan
from headroom_jupyter.context.pins import pinned
from headroom_jupyter.forms import fill_spans

LINES = [f"entry {n} has the value {n * 7919 % 10007}" for n in range(1, 41)]
ORIGINAL = "".join(f"{line}\n" for line in LINES)
REF = "0123456789ab"


def shortened(*gaps: tuple[int, int]) -> tuple[str, list[tuple[int, int, int, int]]]:
    """The original with runs of lines left out, and its spans."""
    text, spans, at = "", [], 0
    starts = [0]
    for line in LINES:
        starts.append(starts[-1] + len(line) + 1)
    for number, (first, last) in enumerate(gaps):
        a, b = starts[first - 1], starts[last]
        shown = ORIGINAL[at:a]
        mark = f"<<ccr:{REF} lines {first}-{last} of 40>>\n" if not number else f"<<{first}-{last}>>\n"
        spans.append((at, a, len(text), len(text) + len(shown)))
        spans.append((a, b, len(text) + len(shown), len(text) + len(shown) + len(mark)))
        text, at = f"{text}{shown}{mark}", b
    spans.append((at, len(ORIGINAL), len(text), len(text) + len(ORIGINAL) - at))
    return text + ORIGINAL[at:], spans


def restored(text: str) -> str:
    """The original again, from the text and its marks."""
    out = []
    for line in text.splitlines():
        marks = list(scan(line))
        ranges = marks[0][2].ranges if marks else ()
        out += [LINES[n - 1] for first, last in ranges for n in range(first, last + 1)] if marks else [line]
    return "".join(f"{line}\n" for line in out)


@pytest.mark.parametrize(
    "lines", [[(10, 10)], [(5, 5)], [(15, 15)], [(5, 15)], [(9, 11), (25, 26)], [(3, 30)], [(22, 22)]]
)
def test_a_mark_is_split_around_the_lines(lines: list[tuple[int, int]]) -> None:
    text, spans = shortened((5, 15), (20, 30))
    made = pinned(text, ORIGINAL, spans, lines)
    below = made.text.partition("[pinned:]\n")
    for first, last in lines:
        assert all(line in made.text for line in LINES[first - 1 : last])
    if not below[1]:
        assert restored(made.text) == ORIGINAL
    for a, b, c, d in made.spans:
        piece = made.text[c:d]
        assert piece == ORIGINAL[a:b] or "<<" in piece or "[pinned:]" in piece
    assert list(made.spans) == fill_spans(made.spans, len(ORIGINAL), len(made.text))


def test_lines_that_are_shown_change_nothing() -> None:
    text, spans = shortened((5, 15))
    assert pinned(text, ORIGINAL, spans, [(1, 4), (16, 40)]).text == text


def test_lines_behind_the_end_are_none() -> None:
    text, spans = shortened((5, 15))
    assert pinned(text, ORIGINAL, spans, [(41, 999)]).text == text


def test_where_there_is_no_place_they_stand_below_with_their_numbers() -> None:
    made = pinned("a summary\n", ORIGINAL, [(0, len(ORIGINAL), 0, 10)], [(7, 7)])
    assert made.text == f"a summary\n[pinned:]\nline 7: {LINES[6]}\n"


def test_a_real_log_keeps_its_form_around_a_pin() -> None:
    text = "".join(
        f"2026-11-24 10:{n // 60 % 60:02}:{n % 60:02} INFO job {n} took {n * 31 % 97} ms\n" for n in range(2000)
    )
    result = compress_text(text, query="job 3")
    made = pinned(result.text, text, result.spans(), [(1500, 1500)])
    assert text.split("\n")[1499] in made.text
    assert len(made.text) < len(text) / 4
