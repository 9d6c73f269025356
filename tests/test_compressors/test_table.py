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


def test_each_thing_that_a_question_names_is_shown_however_much_more_is_said_of_another() -> None:
    rows = [f"C{i:02}\tAsia/Town{i:03}\tmost of it" for i in range(300)]
    rows[::5] = [f"C{i:02}\tEurope/Town{i:03}\tcountries of the zone {i % 4}" for i in range(0, 300, 5)]
    rows[71] = "BD\tAsia/Dhaka\tmost of it"
    rows[139] = "DE,DK\tEurope/Berlin\tcountries around Berlin"
    question = "Which zone covers Dhaka, and which countries share Europe/Berlin?"
    text = shown("\n".join(["code\tzone\tcomment", *rows]), question, 300)
    assert rows[71] in text
    assert rows[139] in text


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


class TestEndsThatAreAskedFor:
    def test_finds_a_column_by_its_abbreviation_and_the_lowest_of_many_columns(self) -> None:
        rows = [f"{1960 + i // 4},{i % 4 + 1},{5 + i * 7 % 41 / 10},{2 + i * 11 % 37 / 10},{i * i}" for i in range(160)]
        rows[61] = "1975,2,11.5,3.0,3721"
        rows[117] = "1989,2,5.5,-4.5,13689"
        text = "year,quarter,unemp,infl,other\n" + "\n".join(rows) + "\n"
        made = shown(text, "In which quarter was unemployment highest, and in which inflation lowest?", 1200)
        assert "1975,2,11.5,3.0,3721" in made
        assert "1989,2,5.5,-4.5,13689" in made

    def test_looks_for_the_highest_among_the_rows_that_the_question_names(self) -> None:
        rows = [f"{'ABCDE'[i % 5]}CME,2020-{i % 12 + 1:02}-{i % 28 + 1:02},{100 + i * 37 % 211}" for i in range(300)]
        top = max((row for row in rows if row.startswith("C")), key=lambda row: int(row.rpartition(",")[2]))
        assert f"\n{top}\n" in shown("symbol,date,price\n" + "\n".join(rows) + "\n", "What was CCME's highest price?")

    def test_reads_numbers_with_a_decimal_comma(self) -> None:
        rows = [f"bird {i};{i % 3};{30 + i * 7 % 23},{i % 10}" for i in range(200)]
        rows[77] = "bird 77;2;59,5"
        made = shown("name;kind;mass_g\n" + "\n".join(rows) + "\n", "Which bird is the heaviest?")
        assert "\nbird 77;2;59,5\n" in made
        assert "59,5 (line 79)" in made


def test_the_types_under_a_boxed_frames_names_and_its_row_of_dots_are_no_rows() -> None:
    rows = [f"│ {i:<4} ┆ {i**5 % 9973:<6} │" for i in range(180)]
    dots = "│ …    ┆ …      │"
    head = ["shape: (200, 2)", "┌──────┬────────┐", "│ id   ┆ square │", "│ ---  ┆ ---    │", "│ i64  ┆ i64    │"]
    text = "\n".join([*head, "╞══════╪════════╡", *rows[:90], dots, *rows[90:], "└──────┴────────┘", ""])
    made = shown(text, "Which square is the largest?", 600)
    assert "[180 rows x 2 columns" in made
    assert max(rows, key=lambda row: int(row.split()[3])) in made
    assert dots in made


def test_a_row_stands_under_the_name_of_its_group() -> None:
    lines = ["                   1931   1932"]
    for number, site in enumerate(("Crookston", "Duluth", "Morris", "Waseca"), 1):
        for i, variety in enumerate(("Glabron", "Peatland", "Trebi", "Velvet", "Svansota", "Manchuria")):
            lines.append(f"{site if not i else '':<10}{variety:<9}{number * 20 + i:>5}.5 {30 + i * number:>5}.1")
    made = shown("\n".join(lines) + "\n", "What did Trebi yield at Morris?", 300).split("\n")
    place = made.index(next(line for line in lines if line.startswith("          Trebi") and "62.5" in line))
    above = next(line for line in reversed(made[:place]) if line[:1].isalpha() and line.endswith(".1"))
    assert above.startswith("Morris")


def test_names_over_lines_of_numbers_make_a_table_below_a_title() -> None:
    calls = [f"{i % 7 + 1:>5} {i * 3 % 17 / 10:>8.3f} {i / 10:>8.3f} module_{i}.py:{i}(a function)" for i in range(90)]
    calls[50] = "    3    9.250    5.000 module_50.py:50(a function)"
    text = "    4711 calls in 0.8 seconds\n\n   Ordered by: time\n\n  calls  own  total where:line(function)\n"
    made = shown(text + "\n".join(calls) + "\n", "Which function has the largest own time?", 700)
    assert "own: 0.000 to 9.250" in made
    assert "4711 calls" in made
    assert calls[50] in made


@pytest.mark.parametrize(
    "title", ["-[ RECORD {} ]---+------", "*************************** {}. row ***************************"]
)
def test_records_over_several_lines_are_rows(title: str) -> None:
    sign = "|" if title[0] == "-" else ":"
    text = "".join(
        f"{title.format(i + 1)}\nname    {sign} setting_{i}\nvalue   {sign} {i * i}\nsource  {sign} default\n"
        for i in range(60)
    )
    made = shown(text, "What is setting_41?", 400)
    assert "[60 rows x 3 columns" in made
    assert "same in all rows: source=default" in made
    assert f"{title.format(42)}\nname    {sign} setting_41\nvalue   {sign} 1681\n" in made


def test_quoted_cells_may_hold_paragraphs_and_code() -> None:
    body = "Some words of a long answer, with a comma.\n\n```\ncode = [1, 2]\n```\n\nAnd a last line."
    rows = [f'{i},user{i % 4},2012-06-{28 - i % 27:02}T10:00:00Z,"{body} {i}"' for i in range(40)]
    text = "id,user,created_at,body\n" + "\n".join(rows) + "\n"
    assert TABLE.confidence(text, Hints()) > 0.85
    made = shown(text, "Who wrote the earliest?", 1500)
    assert "[40 rows x 4 columns" in made
    assert min(rows, key=lambda row: row.split(",")[2]) in made
