"""Ten tables that come with vega_datasets: twenty facts of each can be read off the compressed text alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from importlib.resources import files
from io import StringIO
from typing import Any

import pandas as pd
import pytest

from headroom_jupyter import compress_value
from tests.test_values import reading
from tests.test_values.reading import Page

QUESTIONS = 20
FILES = {
    "airports": "airports.csv",
    "barley": "barley.json",
    "cars": "cars.json",
    "driving": "driving.json",
    "employment": "us-employment.csv",
    "iris": "iris.json",
    "riots": "la-riots.csv",
    "stocks": "stocks.csv",
    "temperatures": "sf-temps.csv",
    "weather": "seattle-weather.csv",
}
Question = tuple[str, Callable[[Page], object], object]


def table(name: str) -> pd.DataFrame:
    text = (files("vega_datasets") / "_data" / FILES[name]).read_text(encoding="utf-8")
    return pd.read_json(StringIO(text)) if FILES[name].endswith(".json") else pd.read_csv(StringIO(text))


def questions(frame: pd.DataFrame) -> Iterator[Question]:
    """What a reader may want to know, with the answer from the frame itself."""
    yield "how many rows?", partial(reading.length, axis=0), len(frame)
    yield "how many columns?", partial(reading.length, axis=1), frame.shape[1]
    for name in frame.columns:
        series = frame[name]
        yield f"which type has {name}?", partial(reading.dtype, name=name), str(series.dtype)
        yield f"how often is {name} missing?", partial(reading.missing, name=name), int(series.isna().sum())
        yield from _of_numbers(series) if is_number(series) else _of_words(series)
    for row in (1, len(frame)):
        name = frame.columns[row % frame.shape[1]]
        yield f"{name} in row {row}?", partial(reading.cell, row=row, name=name), said(frame[name].iloc[row - 1])


def _of_numbers(series: Any) -> Iterator[Question]:
    name = str(series.name)
    yield f"the least {name}?", partial(reading.end, name=name, highest=False), float(series.min())
    yield f"the greatest {name}?", partial(reading.end, name=name, highest=True), float(series.max())
    yield f"the mean {name}?", partial(reading.mean, name=name), about(series.mean())
    if (series == series.max()).sum() == 1 and series.nunique() > 12 and series.diff().nunique() > 1:
        row = int(series.argmax()) + 1
        yield f"which row has the greatest {name}?", partial(reading.row_of_end, name=name, highest=True), row


def _of_words(series: Any) -> Iterator[Question]:
    name = str(series.name)
    yield f"how many different {name}?", partial(reading.distinct, name=name), series.nunique()
    counts = series.value_counts()
    if series.str.fullmatch(r"\d{4}[-/]\d\d[-/]\d\d.*").all():
        yield f"the first {name}?", partial(reading.moment, name=name, last=False), series.min()
        yield f"the last {name}?", partial(reading.moment, name=name, last=True), series.max()
    elif counts.iloc[0] > 1 and (len(counts) == 1 or counts.iloc[0] > counts.iloc[1]):
        yield f"the commonest {name}?", partial(reading.ranked, name=name, rank=0), str(counts.index[0])
        yield (
            f"how often is it there? ({name})",
            partial(reading.count_of, name=name, value=str(counts.index[0])),
            int(counts.iloc[0]),
        )


def _of_few_columns(frame: pd.DataFrame) -> Iterator[Question]:
    """What is asked beyond that of a table too narrow for twenty questions."""
    for name in frame.columns:
        series = frame[name]
        if not is_number(series):
            yield f"is {name} in order?", partial(reading.is_rising, name=name), bool(series.is_monotonic_increasing)
            counts = series.value_counts()
            for value, count in counts[counts > 1].iloc[1:4].items():
                yield f"how often is {value}?", partial(reading.count_of, name=name, value=str(value)), int(count)
            continue
        yield f"how many different {name}?", partial(reading.distinct, name=name), series.nunique()
        yield f"its deviation? ({name})", partial(reading.deviation, name=name), about(series.std())
        for place, share in enumerate((0.25, 0.5, 0.75)):
            yield (
                f"quantile {share} of {name}?",
                partial(reading.quartile, name=name, place=place),
                about(series.quantile(share)),
            )
        if (series == series.min()).sum() == 1:
            row = int(series.argmin()) + 1
            yield f"which row has the least {name}?", partial(reading.row_of_end, name=name, highest=False), row
            for other in frame.columns.drop(name):
                told = said(frame[other].iloc[row - 1])
                yield f"{other} in that row?", partial(reading.cell, row=row, name=other), told


def is_number(series: Any) -> bool:
    return bool(pd.api.types.is_numeric_dtype(series))


def about(number: float) -> float:
    return float(f"{number:.3g}")


def said(value: object) -> str:
    return "" if pd.isna(value) else str(value)


def asked(frame: pd.DataFrame) -> list[Question]:
    """Twenty of all questions, evenly spread."""
    found = list(questions(frame))
    if len(found) < QUESTIONS:
        found += list(_of_few_columns(frame))
    return [found[place * (len(found) - 1) // (QUESTIONS - 1)] for place in range(QUESTIONS)]


def is_answered(answer: Callable[[Page], object], page: Page, truth: object) -> bool:
    try:
        return answer(page) == truth
    except (KeyError, ValueError, IndexError):
        return False


@pytest.mark.parametrize("name", FILES)
def test_twenty_facts_can_be_read_off_the_text(name: str) -> None:
    frame = table(name)
    result = compress_value(frame, name=name)
    page = reading.read(result.text)
    ours = asked(frame)
    wrong = [question for question, answer, truth in ours if not is_answered(answer, page, truth)]
    assert len({question for question, _, _ in ours}) == QUESTIONS
    assert len(wrong) <= 1, f"{wrong}\n{result.text}"
    assert result.tokens_after <= 1500
    assert result.tokens_after < 0.6 * result.tokens_before
