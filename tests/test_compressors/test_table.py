"""What the table compressor promises: exact rows, right ranges, a true summary, and a form that decodes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom_jupyter.compressors.base import Ask, Compressed, Hints
from headroom_jupyter.compressors.table import TableCompressor
from headroom_jupyter.forms import render
from headroom_jupyter.selection import Query

SAMPLES = sorted((Path(__file__).parent.parent / "golden" / "samples").glob("table_*"))
TABLE = TableCompressor()
REF = "0123456789ab"
CITIES = ("Bonn", "Graz", "Basel")
ORDERS = "id,city,total\n" + "".join(f"{i},{CITIES[i % 3]},{10 + i % 7}.50\n" for i in range(300))


def shown(text: str, query: str = "", target_chars: int = 900) -> str:
    """What a model reads of `text`."""
    return render(TABLE.compress(text, Ask(Query(query), target_chars=target_chars)), REF)[0]


def assert_all_accounted(text: str, done: Compressed) -> None:
    """Copies and omissions cover the source once; copies are exact."""
    if done.fidelity != "faithful":
        return
    for start, end, at, to in done.spans:
        assert text[start:end] == done.text[at:to]
    pieces = [(a, b) for a, b, *_ in done.spans] + [piece for one in done.omissions for piece in one.source]
    place = 0
    for start, end in sorted(pieces):
        assert start == place
        place = end
    assert place == len(text)
    lines = text.split("\n")
    for one in done.omissions:
        for (first, last), (start, end) in zip(one.ranges, one.source, strict=True):
            assert "\n".join(lines[first - 1 : last]) == text[start:end].removesuffix("\n")


def test_the_row_that_the_query_names_is_shown_as_it_stands() -> None:
    text = ORDERS.replace("217,Graz,10.50", "217,Oslo,10.50")
    assert "\n217,Oslo,10.50\n" in shown(text, "What did the order from Oslo cost?")


def test_a_summary_tells_type_range_sum_and_categories_of_all_rows() -> None:
    text = shown(ORDERS)
    assert "[300 rows x 3 columns; over all rows:" in text
    assert "id: 0 (line 2) to 299 (line 301), mean 149.5, sum 44850" in text
    assert "city: Basel ×100, Bonn ×100, Graz ×100" in text


def test_an_outlier_and_a_rare_category_are_shown_unasked() -> None:
    text = ORDERS.replace("120,Bonn,11.50", "120,Bonn,9999.50").replace("200,Basel,14.50", "200,Atlantis,14.50")
    assert "120,Bonn,9999.50" in shown(text)
    assert "200,Atlantis,14.50" in shown(text)


def test_a_cell_of_another_type_and_a_missing_one_are_shown() -> None:
    text = ORDERS.replace("120,Bonn,11.50", "120,Bonn,unknown!").replace("200,Basel,14.50", "200,Basel,")
    assert "120,Bonn,unknown!" in shown(text)
    assert "200,Basel,\n" in shown(text)


def test_the_largest_value_is_shown_when_the_query_asks_for_it() -> None:
    text = ORDERS.replace("150,Bonn,13.50", "150,Bonn,17.25")
    assert "150,Bonn,17.25" in shown(text, "Which order has the highest total?")


def test_a_break_in_daily_dates_is_told_and_shown() -> None:
    days = [f"2024-{1 + i // 28:02d}-{1 + i % 28:02d}" for i in range(28)] + [f"2024-03-{i:02d}" for i in range(1, 29)]
    text = "day,value\n" + "".join(f"{day},{(i * i * 7) % 101}.{i}\n" for i, day in enumerate(days))
    assert "every day but for 1 breaks (lines 30)" in shown(text, target_chars=600)
    assert "2024-03-01,34.28\n" in shown(text, target_chars=600)


def test_a_ragged_line_is_shown() -> None:
    text = ORDERS.replace("120,Bonn,11.50", "120,Bonn,11.50,extra,cells")
    assert "120,Bonn,11.50,extra,cells" in shown(text)


def test_a_quoted_record_over_several_lines_stays_whole() -> None:
    text = ORDERS.replace("120,Bonn,11.50", '120,"Porto\nVelho, ""north""",11.50')
    assert '120,"Porto\nVelho, ""north""",11.50\n' in shown(text, "porto velho")


def test_numbers_without_a_header_get_numbered_columns() -> None:
    text = "".join(f"{i},{i * 3},{i * i}\n" for i in range(200))
    assert "c3: 0 (line 1) to 39601 (line 200)" in shown(text)


def test_a_listing_keeps_its_total_and_the_file_asked_for() -> None:
    text = next(path for path in SAMPLES if path.name == "table_directory.txt").read_text()
    name = text.split("\n")[20].split()[-1]
    read = shown(text, f"How large is {name}?", 700)
    assert read.count("total 912\n") == 1
    assert text.split("\n")[20] + "\n" in read


def test_wrapped_columns_of_a_frame_show_a_row_in_every_block() -> None:
    text = next(path for path in SAMPLES if path.name == "table_frame.txt").read_text()
    read = shown(text, "", 700)
    for index in ("0 ", "39 "):
        assert sum(line.startswith(index) for line in read.split("\n")) == 2
    assert "[40 rows x 3 columns; over all rows:" in read


def test_many_gaps_are_said_once_at_the_top() -> None:
    text = shown(ORDERS, "Oslo")
    assert text.startswith(f"<<ccr:{REF} lines ")
    assert text.count("<<") == 1


def test_few_gaps_are_marked_in_place() -> None:
    text = "\n".join(f"{i}\tx{i}\tsome words here" for i in range(60))
    done = TABLE.compress(text, Ask(Query(""), target_chars=330))
    assert 0 < len(done.omissions) <= 3


@pytest.mark.parametrize(
    "text",
    [
        ORDERS,
        ORDERS.replace("\n", "\r\n"),
        ORDERS.removesuffix("\n"),
        ORDERS.replace("Graz", '"Graz, Austria"'),
        ORDERS.replace("120,Bonn,11.50", '120,"a\nb",1'),
        ORDERS.replace(",", "\t"),
        ORDERS.replace(",", ";"),
        *(path.read_bytes().decode() for path in SAMPLES),
    ],
)
def test_the_lossless_form_is_shorter_and_decodes_to_the_same_characters(text: str) -> None:
    done = TABLE.compress(text, Ask(Query(""), level="lossless"))
    if done.fidelity == "lossless":
        assert len(done.text) < len(text)
        assert TABLE.decode(done.text) == text
    else:
        assert done == Compressed(text)


def test_the_lossless_form_keeps_the_row_that_the_query_names_whole() -> None:
    text = "id,city,total\n" + "".join(f"{i * i},town-of-{CITIES[i * i % 7 % 3]},{i * 7 % 89}\n" for i in range(120))
    done = TABLE.compress(text, Ask(Query("order 8836"), level="lossless"))
    assert "\n8836,town-of-Basel,35\n" in done.text
    assert TABLE.decode(done.text) == text


def test_constant_and_counted_columns_go_into_rules() -> None:
    text = "id\tunit\tvalue\n" + "".join(f"{i}\tkelvin\t{(i * 37) % 101}\n" for i in range(40))
    done = TABLE.compress(text, Ask(Query(""), level="lossless"))
    assert done.text.startswith(
        "<<table tab columns=3 raw=1,42 rules=2>>\nid\tunit\tvalue\n\n1 id: {0+1i}\n2 unit: kelvin\n0\n37\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "The mill, the river, and the town.\nNobody came, nobody went, all slept.\nThe owl, as ever, was up.\n" * 4,
        "def f(a, b):\n    return a, b\n\n\ndef g(a, b):\n    return b, a\n" * 3,
        "".join(f"2026-11-22 10:48:{i:02d} status installed lib{i}:amd64 1.{i}\n" for i in range(40)),
        "".join(f"2026-11-22 10:48:{i:02d},123 INFO worker started\n" for i in range(40)),
        "".join(f"src/pages/part_{i}/index.html\n" for i in range(40)),
        '{"a": 1, "b": 2}\n' * 20,
        "\tat com.example.Mill.grind(Mill.java:12)\n" * 30,
    ],
)
def test_other_kinds_are_no_tables(text: str) -> None:
    assert TABLE.confidence(text, Hints()) < 0.5


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_samples_are_tables_and_shrink(path: Path) -> None:
    text = path.read_text()
    assert TABLE.confidence(text, Hints()) >= 0.85
    done = TABLE.compress(text, Ask(Query(""), target_chars=len(text) // 4))
    assert_all_accounted(text, done)
    assert len(render(done, REF)[0]) < 0.7 * len(text)


def test_a_suffix_makes_a_small_table_sure() -> None:
    text = "a, b\nsome words here, and more\nyet more of them, you see\n"
    assert TABLE.confidence(text, Hints()) < 0.5 < TABLE.confidence(text, Hints(path="notes.csv"))


CELLS = st.text(st.sampled_from('ab 1279.-,"|~{}\\é\x00\ud800'), max_size=8)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=3, max_size=30), st.sampled_from(",\t;|"))
def test_any_table_decodes_and_is_accounted_for(rows: list[list[str]], delimiter: str) -> None:
    text = "\n".join(delimiter.join(row) for row in rows)
    lossless = TABLE.compress(text, Ask(Query(""), level="lossless"))
    assert lossless.fidelity == "verbatim" or TABLE.decode(lossless.text) == text
    assert_all_accounted(text, TABLE.compress(text, Ask(Query("a 127"), target_chars=60)))


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from('a1 ,\t|-+=\r\n":\\\x00\ud800'), max_size=400))
def test_no_text_raises(text: str) -> None:
    assert 0 <= TABLE.confidence(text, Hints()) <= 1
    assert_all_accounted(text, TABLE.compress(text, Ask(Query("a1"), target_chars=50)))
    assert TABLE.decode(text) is None
    assert isinstance(TABLE.decode("<<table , columns=2 raw=1 rules=1>>\n" + text), str | None)


def test_deep_indentation_and_long_lines_are_no_trouble() -> None:
    deep = "".join(" " * i + "k:\n" for i in range(2000))
    for text in (deep, "a," * 500_000, "-" * 500_000 + "x\n" * 5, "a,b\n" + '1,"' * 100_000):
        assert_all_accounted(text, TABLE.compress(text, Ask(Query("k"), target_chars=500)))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS, st.integers(0, 9999)), min_size=4, max_size=30))
def test_any_padded_table_decodes(rows: list[tuple[str, str, int]]) -> None:
    text = "NAME        STATE       COUNT\n" + "\n".join(f"{a:<12}{b:<12}{n:>5}" for a, b, n in rows)
    lossless = TABLE.compress(text, Ask(Query(""), level="lossless"))
    assert lossless.fidelity == "verbatim" or TABLE.decode(lossless.text) == text
    assert_all_accounted(text, TABLE.compress(text, Ask(Query("a 127"), target_chars=60)))


def test_a_boxed_frame_with_a_line_of_dtypes_is_read() -> None:
    rows = "".join(f"│ {i:4} ┆ {i * i % 97:5} │\n" for i in range(400))
    box = "┌──────┬───────┐\n│ left ┆ right │\n│ ---  ┆ ---   │\n│ i64  ┆ i64   │\n╞══════╪═══════╡\n"
    text = f"shape: (400, 2)\n{box}{rows}└──────┴───────┘\n"
    result = TableCompressor().compress(text, Ask(Query("the right of 41"), target_chars=500))
    assert result.fidelity == "faithful"
    assert f"│   41 ┆ {41 * 41 % 97:5} │" in result.text
    assert "left" in result.text
