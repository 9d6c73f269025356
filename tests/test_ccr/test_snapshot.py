"""A table's snapshot: what is stored by columns reads as its text does, by row and whole."""

from __future__ import annotations

from array import array
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom_jupyter.ccr.address import resolve
from headroom_jupyter.ccr.retrieval import retrieve_from
from headroom_jupyter.ccr.snapshot import KIND, Column, Snapshot, as_cell, pack_cells, rows_of, text_of
from headroom_jupyter.errors import MarkerError, StoreError

TABLE = Snapshot(
    "orders: 5 rows x 7 columns",
    5,
    (
        Column("price", "numbers", "d", array("d", [1.0, 0.1, float("nan"), float("inf"), 1e300])),
        Column("narrow", "numbers", "f", array("f", [0.1, 16777216.0, 3.14159, -0.0, 1e-30])),
        Column("count", "numbers", "q", array("q", [1, 2, 3, 4, 5]), missing=bytes([0, 0, 1, 0, 0])),
        Column("when", "times", "q", array("q", [0, 86400, -(1 << 63), 1, 2]), unit="s"),
        Column("took", "spans", "q", array("q", [1500, 0, 1, 2, 3]), unit="ms"),
        Column("state", "labels", "b", array("b", [0, 1, -1, 0, 0]), labels=("ok", '"a, b"')),
        Column("a, note", "text", blocks=pack_cells(['""', "two", "", "four\u2028", "\ud800"])),
    ),
)
LINES = [
    '1.0,0.1,1,1970-01-01 00:00:00,0:00:01.500000,ok,""',
    '0.1,16777216.0,2,1970-01-02 00:00:00,0:00:00,"a, b",two',
    ",3.14159,,,0:00:00.001000,,",
    "inf,-0.0,4,1970-01-01 00:00:01,0:00:00.002000,ok,four\u2028",
    "1e+300,1e-30,5,1970-01-01 00:00:02,0:00:00.003000,ok,\ud800",
]


def test_a_row_reads_as_one_line() -> None:
    assert TABLE.lines(0, 5) == LINES
    assert TABLE.text().split("\n")[:2] == [
        "# orders: 5 rows x 7 columns",
        'price,narrow,count,when,took,state,"a, note"',
    ]


def test_what_is_stored_by_columns_is_the_same_table() -> None:
    data = b"".join(TABLE.pieces())
    assert text_of(data) == TABLE.text()
    assert Snapshot.read(data).lines(1, 4) == LINES[1:4]


def test_rows_are_the_same_however_the_table_is_stored() -> None:
    stored, text = b"".join(TABLE.pieces()), TABLE.text().encode("utf-8", "surrogatepass")
    for data in (stored, text):
        assert rows_of(data, [(1, 1), (4, 9)]) == "\n".join([LINES[0], *LINES[3:], ""])
        with pytest.raises(MarkerError, match="there are 5 rows"):
            rows_of(data, [(6, 6)])


def test_retrieval_counts_rows_without_title_and_names() -> None:
    def get(**words: Any) -> str:
        return retrieve_from(b"".join(TABLE.pieces()), KIND, count=len, **words)

    assert get(rows="2") == get(at="rows 2") == f"{LINES[1]}\n"
    assert get(lines="3") == f"{LINES[0]}\n"
    assert get(query="two") == f"[rows 2 of 5]\n{LINES[1]}\n"
    assert "outline" in get(query="zebra")


@given(st.lists(st.floats()))
def test_numbers_read_as_python_writes_them(numbers: list[float]) -> None:
    told = Column("x", "numbers", "d", array("d", numbers)).cells(0, len(numbers))
    assert told == ["" if number != number else repr(number) for number in numbers]  # noqa: PLR0124  # a NaN


@given(st.lists(st.datetimes()), st.sampled_from([("s", 1, "seconds"), ("us", 1_000_000, "microseconds")]))
def test_moments_read_as_python_writes_them(moments: list[datetime], unit: tuple[str, int, str]) -> None:
    name, each, precision = unit
    values = [(moment - datetime(1970, 1, 1)) // timedelta(seconds=1) * each + 5 % each for moment in moments]  # noqa: DTZ001  # as they are stored
    told = Column("at", "times", "q", array("q", values), unit=name).cells(0, len(values))
    whole = [moment.replace(microsecond=5 % each) for moment in moments]
    assert told == [moment.isoformat(" ", precision) for moment in whole]


def test_a_block_of_text_is_read_across_its_borders() -> None:
    cells = [f"cell {i}" for i in range(9000)]
    column = Column("c", "text", blocks=pack_cells(cells))
    assert column.cells(4090, 8200) == cells[4090:8200]
    assert column.cells(8999, 9000) == cells[8999:]


def test_bytes_that_are_cut_short_are_told() -> None:
    data = b"".join(TABLE.pieces())
    with pytest.raises(StoreError, match="cannot be read"):
        Snapshot.read(data[: data.index(b"\n") + 5])


def test_only_cells_that_need_it_are_quoted() -> None:
    assert [as_cell(text) for text in ("a b", " a", "a\nb", 'say "x"')] == ["a b", '" a"', '"a\\nb"', '"say \\"x\\""']


def test_an_address_counts_the_rows_of_its_text_as_retrieval_does() -> None:
    assert resolve(TABLE.text(), "rows 1,5") == f"{LINES[0]}\n{LINES[4]}\n"
