"""Containers become JSON: whatever they hold, however deep, and if they hold themselves."""

from __future__ import annotations

import dataclasses
import json
from collections import OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import Enum
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from headroom_jupyter import compress_value, retrieve


@dataclasses.dataclass
class Point:
    x: int
    label: object


class Colour(Enum):
    RED = 1


Pair = namedtuple("Pair", "first second")  # its kind is what is tested


class Unhelpful:
    def __repr__(self) -> str:
        raise RuntimeError("no repr today")


def plain(value: Any) -> Any:
    return json.loads(compress_value(value).text)


def test_what_json_has_no_word_for_becomes_text() -> None:
    value = {
        "nan": float("nan"),
        "inf": -float("inf"),
        "money": Decimal("1.10"),
        "day": date(2024, 1, 1),
        "bytes": b"ab",
        "raw": b"\xff\x00",
        "set": {3, 1, 2},
        "pair": Pair(1, "b"),
        "point": Point(1, {"deep": (1, 2)}),
        "colour": Colour.RED,
        "path": PurePosixPath("a/b"),
        "queue": deque([1, 2]),
        (1, 2): "tuple key",
        3: "int key",
        None: "none key",
        "big": 10**30,
        "huge": 2**64,
    }
    assert plain(value) == {
        "nan": "nan",
        "inf": "-inf",
        "money": "1.10",
        "day": "2024-01-01",
        "bytes": "ab",
        "raw": "base64:/wA=… (2 bytes)",
        "set": [1, 2, 3],
        "pair": {"first": 1, "second": "b"},
        "point": {"x": 1, "label": {"deep": [1, 2]}},
        "colour": "Colour.RED",
        "path": "a/b",
        "queue": [1, 2],
        "(1, 2)": "tuple key",
        "3": "int key",
        "None": "none key",
        "big": 10**30,
        "huge": 2**64,
    }


def test_mappings_of_all_kinds_are_objects() -> None:
    for value in (OrderedDict(a=1), defaultdict(int, a=1), MappingProxyType({"a": 1})):
        assert plain(value) == {"a": 1}


def test_keys_that_read_alike_are_told_apart() -> None:
    assert plain({1: "int", "1": "text"}) == {"1": "int", "1'": "text"}


def test_sets_have_the_same_order_everywhere() -> None:
    assert plain({"b", "a", "c"}) == ["a", "b", "c"]
    assert plain({1, "a", (2,)}) == [1, "a", [2]]


def test_a_cycle_is_told_and_not_followed() -> None:
    value: dict[str, Any] = {"rows": [1]}
    value["self"] = value
    value["rows"].append(value["rows"])
    assert plain(value) == {"rows": [1, "<the same as $.rows: a cycle>"], "self": "<the same as $: a cycle>"}


def test_what_is_there_twice_but_is_no_cycle_is_written_twice() -> None:
    row = {"a": 1}
    assert plain([row, row]) == [row, row]


def test_a_very_deep_container_is_cut_where_it_is_too_deep() -> None:
    value: list[Any] = []
    for _ in range(5000):
        value = [value]
    assert "deeper than 60 levels" in compress_value(value).text


def test_other_values_inside_are_told_in_a_few_words() -> None:
    numbers: Iterator[int] = iter([1, 2])
    value = {
        "frame": pd.DataFrame({"a": range(3000)}),
        "array": np.zeros((100, 100)),
        "bad": Unhelpful(),
        "error": ValueError("wrong"),
        "once": numbers,
        "code": len,
    }
    found = plain(value)
    assert found["frame"] == "# pandas DataFrame, 3,000 rows x 1 column: a int64"
    assert found["array"].startswith("# numpy ndarray 100x100 float64")
    assert found["bad"] == "<Unhelpful: its repr raises RuntimeError: no repr today>"
    assert found["error"] == "ValueError: wrong"
    assert "not looked into" in found["once"]
    assert list(numbers) == [1, 2]


def test_a_list_of_records_is_compressed_as_json_and_rows_come_back() -> None:
    records = [{"id": i, "status": "error" if i == 333 else "ok", "size": i * 7 % 100} for i in range(800)]
    result = compress_value(records, query="which one failed?")
    assert (result.kind, result.fidelity) == ("json", "faithful")
    assert "error" in result.text
    assert json.loads(retrieve(result.refs[0], rows="334")) == records[333]
    assert result.tokens_after < result.tokens_before / 10


def test_the_container_is_left_as_it_was() -> None:
    value = {"a": [1, {2, 3}], "b": Point(1, None)}
    before = repr(value)
    compress_value(value)
    assert repr(value) == before
