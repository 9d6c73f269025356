"""What is out of the ordinary in 100,000 rows is told in at most 1,500 tokens, wherever it is."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from headroom_jupyter import compress_value, retrieve
from tests.test_values import reading

ROWS = 100_000


def planted(seed: int, columns: int) -> tuple[pd.DataFrame, dict[str, int]]:
    """A frame with one of each anomaly, and the rows (from 1) where they are."""
    rng = np.random.default_rng(seed)
    places = rng.integers(1000, ROWS - 1000, 5).tolist()
    times = pd.date_range("2023-01-01", periods=ROWS + 700, freq="min").delete(slice(places[0], places[0] + 700))
    frame = pd.DataFrame({"time": times})
    for number in range(columns - 8):
        frame[f"f{number}"] = rng.normal(number, 1 + number, ROWS)
    frame["orders"] = rng.integers(0, 5000, ROWS)
    frame["region"] = rng.choice(["north", "south", "east", "west"], ROWS)
    frame["status"] = rng.choice(["ok", "late", "returned"], ROWS, p=[0.9, 0.07, 0.03])
    frame["empty"] = np.nan
    frame["currency"] = "EUR"
    frame["level"] = np.where(np.arange(ROWS) < places[1], 10.0, 14.0) + rng.normal(0, 0.5, ROWS)
    frame["key"] = [f"K{i * 7919 % 1_000_003:07d}" for i in range(ROWS)]
    frame.loc[places[2], "f0"] = 480.5
    frame.loc[places[3], "f1"] = -999.25
    frame.loc[places[4], "status"] = "fraud"
    frame.loc[[17, 90_001], "f2"] = np.nan
    names = ["gap", "shift", "high", "low", "rare"]
    return frame, {name: place + 1 for name, place in zip(names, places, strict=True)}


@pytest.mark.parametrize(("seed", "columns"), [(1, 12), (2, 30)])
def test_every_planted_anomaly_is_told_with_its_row(seed: int, columns: int) -> None:
    frame, rows = planted(seed, columns)
    result = compress_value(frame, name="orders")
    assert result.tokens_after <= 1500
    page = reading.read(result.text)
    assert page.shape == (ROWS, columns)
    gap = re.search(r"a gap: (\S+ \S+) → (\S+ \S+) \(row (\d+)\)", page.columns["time"])
    assert gap, page.columns["time"]
    before, after = frame["time"].iloc[rows["gap"] - 2], frame["time"].iloc[rows["gap"] - 1]
    assert gap.groups() == (str(before), str(after), str(rows["gap"]))
    assert "480.5" in page.columns["f0"]
    assert str(rows["high"]) in page.columns["f0"]
    assert "-999.25" in page.columns["f1"]
    assert str(rows["low"]) in page.columns["f1"]
    assert f"rare: fraud ×1 (row {rows['rare']})" in page.columns["status"]
    assert reading.missing(page, "empty") == ROWS
    assert page.constants["currency"] == "EUR"
    assert reading.missing(page, "f2") == 2
    shift = re.search(r"shifts at row (\d+) \(mean 9?1?[\d.]+ → 1[34][\d.]+\)", page.columns["level"])
    assert shift, page.columns["level"]
    assert abs(int(shift[1]) - rows["shift"]) <= 2
    line = retrieve(result.refs[0], rows=str(rows["high"]))
    assert ",480.5," in line
    assert line.rstrip("\n").endswith(frame["key"].iloc[rows["high"] - 1])


def test_a_key_of_the_question_is_found_among_all_rows() -> None:
    frame, _ = planted(3, 12)
    key = frame["key"].iloc[65_432]
    page = reading.read(compress_value(frame, query=f"What is the status of {key}?").text)
    assert reading.cell(page, 65_433, "status") == frame["status"].iloc[65_432]


def test_numbers_that_only_look_far_out_are_not_called_so() -> None:
    rng = np.random.default_rng(5)
    text = compress_value(pd.DataFrame({"a": rng.normal(size=20_000), "b": rng.uniform(size=20_000)})).text
    assert "far out" not in text
    assert "shifts" not in text


def test_a_slope_is_no_shift() -> None:
    rng = np.random.default_rng(6)
    frame = pd.DataFrame({"n": np.arange(5000), "slope": np.arange(5000) * 0.1 + rng.normal(size=5000)})
    assert "shifts" not in compress_value(frame).text


def test_rows_that_are_there_twice_are_counted() -> None:
    frame = pd.DataFrame({"a": [i % 300 for i in range(305)], "b": [str(i % 300) for i in range(305)]})
    assert "5 rows repeat an earlier row: 301,302,303,…\n" in compress_value(frame).text


def test_a_gap_in_days_that_are_in_no_order_is_found() -> None:
    days = pd.date_range("2024-01-01", periods=200).delete(slice(90, 120)).to_series()
    rng = np.random.default_rng(7)
    frame = pd.DataFrame({"day": rng.permutation(np.repeat(days.to_numpy(), 10)), "n": range(1700)})
    told = reading.read(compress_value(frame).text).columns["day"]
    assert "in no order; a gap: 2024-03-30 → 2024-04-30" in told


def test_dates_written_as_text_are_read_as_dates() -> None:
    days = [f"2024/{month:02d}/{day:02d}" for month in range(1, 13) for day in range(1, 29) if month != 5]
    told = reading.read(compress_value(pd.DataFrame({"day": days, "n": range(len(days))})).text).columns["day"]
    assert told.startswith("2024/01/01 to 2024/12/28, every day")
    assert "2024/04/28 → 2024/06/01" in told


def test_an_almost_unique_column_names_what_is_there_twice() -> None:
    keys = [f"k{i}" for i in range(400)]
    keys[399] = "k7"
    told = reading.read(compress_value(pd.DataFrame({"key": keys, "n": range(400)})).text).columns["key"]
    assert "repeated: k7 ×2 (row 8)" in told


def test_infinite_numbers_are_counted_apart() -> None:
    values = np.arange(1000, dtype=float)
    values[[3, 500]] = np.inf
    told = reading.read(compress_value(pd.DataFrame({"x": values})).text).columns["x"]
    assert "2 infinite" in told
    assert "999.0" in told


def test_how_low_or_high_a_column_went_shows_the_rows_of_its_ends() -> None:
    rng = np.random.default_rng(3)
    names = ("cpu_pct", "mem_available_mb", "dirty_kb", "load")
    columns = {name: rng.normal(500, 40, 5_000).round(2) for name in names}
    columns["mem_available_mb"][3_210] = 300.0
    frame = pd.DataFrame(columns)
    for question in ("How low did the available memory get, and when?", "how low was the memory"):
        assert "\n3211," in compress_value(frame, query=question).text
