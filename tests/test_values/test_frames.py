"""Frames and series of several libraries: what their views say, and that every row comes back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from headroom_jupyter import compress_value, decode, original, retrieve
from headroom_jupyter.results import TextResult
from tests.test_values import reading

DAYS = 400
PLAIN: dict[str, list[Any]] = {
    "day": [dt.datetime(2024, 1, 1) + dt.timedelta(days=i) for i in range(DAYS)],  # noqa: DTZ001  # columns without zone
    "amount": [round(50 + 10 * np.sin(i), 3) for i in range(DAYS)],
    "count": [i % 7 if i % 50 else None for i in range(DAYS)],
    "state": ["lost" if i == 111 else "late" if i % 9 == 0 else "ok" for i in range(DAYS)],
    "unit": ["kg"] * DAYS,
    "key": [f"order {i * 7919 % 100_003}" for i in range(DAYS)],
}


def duck() -> Any:
    table = pa.table(PLAIN)
    assert table.num_rows == DAYS
    return duckdb.connect().from_arrow(table)


LIBRARIES: dict[str, Callable[[], Any]] = {
    "pandas": lambda: pd.DataFrame(PLAIN),
    "polars": lambda: pl.DataFrame(PLAIN),
    "polars lazy": lambda: pl.LazyFrame(PLAIN),
    "pyarrow": lambda: pa.table(PLAIN),
    "duckdb": duck,
}


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_frame_of_any_library_tells_the_same(library: str) -> None:
    result = compress_value(LIBRARIES[library](), name="orders")
    page = reading.read(result.text)
    assert page.shape == (DAYS, 6)
    assert reading.missing(page, "count") == 8
    assert "2024-01-01 to 2025-02-03, every day" in page.columns["day"].replace(" 00:00:00", "")
    assert "rare: lost ×1 (row 112)" in page.columns["state"]
    assert page.constants["unit"] == "kg"
    assert reading.distinct(page, "key") == DAYS
    assert page.rows[112][3] == "lost"
    assert result.tokens_after < 0.1 * result.tokens_before
    lines = retrieve(result.refs[0]).split("\n")
    assert retrieve(result.refs[0], rows="5,7-8") == "\n".join([lines[6], *lines[8:10], ""])


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_a_column_alone_is_a_table_of_one(library: str) -> None:
    columns = {
        "pandas": pd.Series(PLAIN["amount"], name="amount"),
        "polars": pl.Series("amount", PLAIN["amount"]),
        "pyarrow": pa.chunked_array([PLAIN["amount"]]),
    }
    page = reading.read(compress_value(columns[library]).text)
    assert page.shape == (DAYS, 1)
    assert page.rows[1] == ["50.0"]


def test_an_index_is_told_as_such_and_counts_as_no_column() -> None:
    frame = pd.DataFrame(PLAIN).set_index(["state", "key"])
    text = compress_value(frame).text
    assert "400 rows x 4 columns and an index of 2 levels" in text
    assert "state str index: 3 values" in text.replace("object index", "str index")
    assert "row,state,key,day," in text


def test_a_plain_index_is_said_in_one_line() -> None:
    assert "row 1 has index 0\n" in compress_value(pd.DataFrame(PLAIN)).text
    assert "row 1 has index 10\n" in compress_value(pd.DataFrame(PLAIN).iloc[10:300]).text


def test_column_names_of_several_levels_are_joined() -> None:
    frame = pd.DataFrame({("price", "low"): range(300), ("price", "high"): range(300)})
    assert "row,price/low,price/high\n" in compress_value(frame).text


def test_two_columns_of_one_name_are_both_shown() -> None:
    frame = pd.DataFrame([[i, -i] for i in range(300)], columns=["a", "a"])
    assert "row,a,a\n1,0,0\n2,1,-1\n" in compress_value(frame).text


def test_a_column_of_mixed_objects_says_what_is_in_it() -> None:
    values = [1, "1", 2.5, None, b"x", [1, 2], {"a": 1}, dt.date(2024, 1, 1), float("nan"), True] * 30
    result = compress_value(pd.DataFrame({"odd": values, "n": range(300)}))
    told = reading.read(result.text).columns["odd"]
    assert "60 missing" in told
    assert "mixed: int ×30, str ×30" in told
    lines = retrieve(result.refs[0], rows="1-10").split("\n")
    assert [line.rpartition(",")[0] for line in lines[:-1]] == [
        *("1", '"1"', "2.5", "", "b'x'", '"[1,2]"', '"{\\"a\\":1}"', "2024-01-01", "", "True")
    ]


def test_nullable_and_categorical_columns_keep_their_types_and_gaps() -> None:
    frame = pd.DataFrame(
        {
            "whole": pd.array([1, None, 3] * 100, dtype="Int64"),
            "flag": pd.array([True, None, False] * 100, dtype="boolean"),
            "kind": pd.Categorical(["a", None, "b"] * 100, categories=["a", "b", "never"]),
            "span": pd.to_timedelta([1, 2, None] * 100, unit="h"),
            "zone": pd.date_range("2024-03-30", periods=300, freq="h", tz="Europe/Berlin"),
        }
    )
    result = compress_value(frame)
    page = reading.read(result.text)
    assert page.dtypes["whole"] == "Int64"
    assert [reading.missing(page, name) for name in ("whole", "flag", "kind", "span")] == [100] * 4
    assert reading.counts(page, "kind") == [("a", 100), ("b", 100)]
    assert "Europe/Berlin" in result.text
    assert retrieve(result.refs[0], rows="2").startswith(",,,2:00:00,2024-03-30 01:00:00")


def test_not_a_number_is_no_missing_value_where_the_library_tells_them_apart() -> None:
    frame = pl.DataFrame({"x": [1.5, None, float("nan")] * 200})
    result = compress_value(frame)
    told = reading.read(result.text).columns["x"]
    assert "200 missing" in told
    assert "200 NaN" in told
    assert retrieve(result.refs[0], rows="1-3") == "1.5\n\nnan\n"


def test_decimals_are_numbers() -> None:
    result = compress_value(duckdb.connect().sql("select (i * 1.25)::decimal(9, 2) as price from range(500) t(i)"))
    page = reading.read(result.text)
    assert reading.end(page, name="price", highest=True) == 623.75
    assert reading.mean(page, "price") == 312.0


def test_of_a_large_lazy_frame_only_the_beginning_is_collected() -> None:
    seen: list[int] = []

    def noticed(frame: pl.DataFrame) -> pl.DataFrame:
        seen.append(len(frame))
        return frame

    lazy = pl.LazyFrame({"a": range(250_000)}).map_batches(noticed, streamable=True)
    text = compress_value(lazy).text
    assert "lazy: only its first 100,000 rows were collected; what follows was not looked at" in text
    assert (
        compress_value(pl.LazyFrame({"a": range(300)})).text.split("\n")[1]
        == "lazy: all of it was collected to look at it"
    )


def test_the_frame_is_left_as_it_was() -> None:
    frame = pd.DataFrame(PLAIN).astype({"state": "category"}).set_index("day")
    before = frame.copy(deep=True)
    compress_value(frame, query="lost order")
    pd.testing.assert_frame_equal(frame, before)
    assert frame.dtypes.equals(before.dtypes)


def test_what_the_question_names_is_shown() -> None:
    text = compress_value(pd.DataFrame(PLAIN), query="What became of order 23757?").text
    row = PLAIN["key"].index("order 23757") + 1
    assert reading.read(text).rows[row][-1] == "order 23757"
    assert f"query {row}" in text


def test_the_ends_that_the_question_asks_for_are_shown() -> None:
    frame = pd.DataFrame(PLAIN)
    page = reading.read(compress_value(frame, query="Which day had the highest amount?").text)
    assert int(frame["amount"].argmax()) + 1 in page.rows


def test_rows_come_back_by_query_too() -> None:
    result = compress_value(pd.DataFrame(PLAIN))
    found = retrieve(result.refs[0], query="order 23757")
    row = PLAIN["key"].index("order 23757") + 1
    assert found.startswith(f"[rows {row} of {DAYS}]\n")


def test_a_small_frame_is_shown_whole_with_its_types() -> None:
    result = compress_value(pd.DataFrame({"a": [1, 2], "b": ["x", None]}), name="two")
    first, *rest = result.text.split("\n")
    assert first.startswith("# two: pandas DataFrame, 2 rows x 2 columns: a int64, b ")
    assert rest == ["a,b", "1,x", "2,", ""]
    assert (result.fidelity, result.refs) == ("verbatim", ())


def test_frames_without_rows_or_columns_are_told() -> None:
    assert "0 rows x 2 columns" in compress_value(pd.DataFrame({"a": [], "b": []})).text
    assert "3 rows x 0 columns" in compress_value(pd.DataFrame(index=range(3))).text
    assert "0 rows x 0 columns" in compress_value(pl.DataFrame()).text


def test_a_wide_frame_names_what_does_not_fit() -> None:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.normal(size=(200, 600)), columns=[f"sensor_{i}" for i in range(600)])
    result = compress_value(frame)
    assert result.tokens_after <= 1500
    assert "more columns: sensor_" in result.text


def test_rows_with_very_long_cells_are_cut_and_come_back_whole() -> None:
    frame = pd.DataFrame({"id": range(60), "text": [f"{i} " + "word " * 3000 for i in range(60)]})
    result = compress_value(frame)
    assert result.tokens_after <= 1500
    assert retrieve(result.refs[0], rows="1").startswith('0,"0 word ')
    assert "<<ccr:" in result.text


def text_twice(value: Any) -> tuple[str, str]:
    return compress_value(value).text, compress_value(value).text


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_same_frame_gives_the_same_text(library: str) -> None:
    first, second = text_twice(LIBRARIES[library]())
    assert first == second


def test_a_large_frame_is_stored_by_columns_and_its_original_is_what_it_was() -> None:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"x": rng.normal(size=30_000), "n": np.arange(30_000), "s": rng.choice(["a", "b"], 30_000)})
    result = compress_value(frame)
    assert result.is_estimate
    first = f"{frame['x'].iloc[12_344]!r}".removeprefix("np.float64(").removesuffix(")")
    frame["x"] = 0.0  # what happens to the value later does not reach what was stored
    assert retrieve(result.refs[0], rows="12345").startswith(f"{first},12344,")
    assert result.expand() == retrieve(result.refs[0])
    assert result.original.count("\n") == 30_002
    assert original(result.refs[0])[:1] == b"\xff"


def test_without_retrieval_gaps_are_told_in_words() -> None:
    result = compress_value(pd.DataFrame(PLAIN), retrieval=False)
    assert "<<" not in result.text
    assert "[not shown: rows " in result.text
    assert result.refs == ()
    assert result.original.count("\n") == DAYS + 2


def test_a_budget_is_kept_and_used() -> None:
    frame = pd.DataFrame(PLAIN)
    small, large = compress_value(frame, budget=250), compress_value(frame, budget=4000)
    assert small.tokens_after <= 250
    assert 3000 <= large.tokens_after <= 4000
    assert (small.budget_met, large.budget_met) == (True, True)
    assert compress_value(frame, budget=5).budget_met is False
    assert compress_value(frame, budget=1_000_000).text == large.original


def test_at_the_lossless_level_all_rows_stay() -> None:
    result = compress_value(pd.DataFrame(PLAIN), level="lossless")
    assert decode(result.text) == result.original if result.fidelity == "lossless" else result.text == result.original
    assert result.original.count("\n") == DAYS + 2


def test_when_nothing_can_be_stored_the_view_says_why_and_has_no_marker(tmp_path: Any) -> None:
    from headroom_jupyter import Store  # noqa: PLC0415  # of this test alone

    (tmp_path / "file").write_text("in the way")
    result: TextResult = compress_value(pd.DataFrame(PLAIN), store=Store(tmp_path / "file" / "store"))
    assert "<<" not in result.text
    assert result.reason.startswith("store: ")
    assert result.refs == ()


def test_showing_a_large_frames_result_does_not_write_its_original_out() -> None:
    result = compress_value(pd.DataFrame({"x": np.arange(30_000), "y": np.arange(30_000) / 7}))
    bundle = result._repr_mimebundle_()
    assert bundle["text/llm+plain"] == result.text
    assert "original" not in vars(result)


@pytest.mark.parametrize("columns", [60, 150, 600])
def test_first_and_last_row_of_a_wide_frame_are_shown(columns: int) -> None:
    frame = pd.DataFrame(np.random.default_rng(columns).normal(size=(200, columns)))
    rows = {line.partition(",")[0] for line in compress_value(frame).text.split("\n") if line[:1].isdigit()}
    assert {"1", "200"} <= rows


@pytest.mark.parametrize("rows", [300, 4_000])
def test_each_shown_row_stands_beside_its_line_of_the_original(rows: int) -> None:
    frame = pd.DataFrame({"row": range(rows), "x": [i * 7919 % 1009 for i in range(rows)], "note": "a, b"})
    result = compress_value(frame, query="x 15")
    spans = result.spans()
    assert (spans[-1][1], spans[-1][3]) == (len(result.original), len(result.text))
    assert all(a[1] == b[0] and a[3] == b[2] for a, b in pairwise(spans))
    pairs = [(result.original[a:b], result.text[c:d]) for a, b, c, d in spans]
    shown = [(source, text) for source, text in pairs if text.split(",")[0].isdecimal()]
    assert len(shown) > 5
    assert all(text == f"{int(source.split(',')[0]) + 1},{source}" for source, text in shown)


@pytest.mark.parametrize("budget", [120, 200, 400])
def test_a_small_budget_is_kept_with_the_row_asked_for_and_each_column(budget: int) -> None:
    frame = pd.DataFrame({"n": range(5000), "m": [n % 7 for n in range(5000)]})
    result = compress_value(frame, name="frame", query="4711", budget=budget)
    assert result.tokens_after <= budget
    assert "\n4712,4711,0\n" in result.text
    assert all(f"\n{column} int64" in result.text for column in frame.columns)
