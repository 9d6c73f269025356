"""For any frame: what is shown is exact, every row comes back by its number, and the counts are pandas' own."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom_jupyter import compress_value, retrieve
from tests.test_values import reading

WORDS = st.sampled_from(["", "a", "b, c", 'say "x"', "line\nbreak", " padded ", "ünï", "NaN", "1", "longer words here"])
DAYS = st.integers(0, 40_000).map(lambda n: datetime(1970, 1, 1) + timedelta(days=n, hours=n % 24))  # noqa: DTZ001  # without zone
CELLS: dict[str, tuple[st.SearchStrategy[Any], Any]] = {
    "float": (st.floats(width=64), np.float64),
    "single": (st.floats(width=32), np.float32),
    "int": (st.integers(-(2**63), 2**63 - 1), np.int64),
    "small": (st.integers(0, 3), np.uint8),
    "bool": (st.booleans(), bool),
    "nullable": (st.none() | st.integers(-5, 5), "Int64"),
    "text": (WORDS, object),
    "gappy": (st.none() | WORDS, object),
    "mixed": (st.none() | WORDS | st.integers(0, 3) | st.booleans(), object),
    "day": (st.none() | DAYS, "datetime64[us]"),
    "category": (st.none() | st.sampled_from(["x", "y", "z"]), "category"),
}


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    rows = draw(st.integers(30, 90))
    kinds = draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=2, max_size=6))
    columns = {}
    for place, kind in enumerate(kinds):
        cells, dtype = CELLS[kind]
        some = draw(st.lists(cells, min_size=1, max_size=12))
        columns[f"{kind}_{place}"] = pd.Series([some[i * 7 % len(some)] for i in range(rows)], dtype=dtype)
    frame = pd.DataFrame(columns)
    frame.insert(0, "row_id", np.arange(rows) * 3 + 100)
    return frame


def is_same(cell: str, value: Any) -> bool:
    """Whether a cell says what the frame holds."""
    if pd.isna(value):
        return cell == ""
    if isinstance(value, np.float32):
        return bool(np.float32(cell) == value)
    if isinstance(value, float) and not isinstance(value, bool):
        return bool(float(cell) == value)
    if isinstance(value, pd.Timestamp):
        return bool(pd.Timestamp(cell) == value)
    return cell == str(value)


@given(frame=frames())
@settings(max_examples=40)
def test_rows_are_exact_and_all_of_them_come_back(frame: pd.DataFrame) -> None:
    before = frame.copy(deep=True)
    result = compress_value(frame)
    pd.testing.assert_frame_equal(frame, before)
    if not result.refs:
        lines = dict(enumerate(result.text.split("\n")[2:-1], 1))
    else:
        page = reading.read(result.text)
        for name in frame.columns:
            assert reading.missing(page, name) == int(frame[name].isna().sum()), (name, result.text)
            if name in page.dtypes:
                assert page.dtypes[name] == str(frame[name].dtype)
        lines = dict(enumerate(retrieve(result.refs[0], rows=f"1-{len(frame)}").split("\n")[:-1], 1))
        assert retrieve(result.refs[0], rows="7") == f"{lines[7]}\n"
        shown = dict(re.findall(r"^(\d+),(.*)$", result.text.rpartition("\nrow,")[2], re.MULTILINE))
        assert shown
        assert all(lines[int(row)] == line for row, line in shown.items())
        hidden = {n for a, b in hidden_rows(result.text) for n in range(a, b + 1)}
        assert hidden | set(map(int, shown)) == set(lines)
        assert not hidden & set(map(int, shown))
    for row, line in lines.items():
        cells = reading.cells(line)
        assert len(cells) == frame.shape[1]
        for cell, name in zip(cells, frame.columns, strict=True):
            assert is_same(cell, frame[name].iloc[row - 1]), (line, name, frame[name].iloc[row - 1])


def hidden_rows(text: str) -> list[tuple[int, int]]:
    """The ranges of all markers."""
    pairs = []
    for ranges in re.findall(r"<<(?:ccr:\w+ rows )?([\d,-]+)(?: of \d+)?>>", text):
        for piece in ranges.split(","):
            first, _, last = piece.partition("-")
            pairs.append((int(first), int(last or first)))
    return pairs


def test_each_column_of_a_small_narrow_frame_is_described() -> None:
    frame = pd.DataFrame({"row_id": range(100, 340, 3), "flag": False, "gappy": [None, "b, c"] * 40})
    page = reading.read(compress_value(frame).text)
    assert [reading.missing(page, name) for name in frame.columns] == [0, 0, 40]
