"""What is put is got, small or whole, by every agent of the project and by no other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from headroom_jupyter import SharedContext, Store
from headroom_jupyter.errors import InputError

_LOG = "".join(f"2026-01-01 12:00:{i % 60:02} step {i} took {i % 7} ms\n" for i in range(900)) + "ERROR: out of paper\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store", project="shop") as held:
        yield held


def test_a_long_text_is_small_to_read_and_whole_on_demand(store: Store) -> None:
    shared = SharedContext(store=store)
    shared.put("log", _LOG, agent="runner")
    small = shared.get("log")
    assert small is not None
    assert len(small) < len(_LOG) / 3
    assert "out of paper" in small
    assert shared.get("log", full=True) == _LOG
    told = shared.stats()
    assert told["entries"] == 1
    assert told["agents"] == {"runner": 1}
    assert told["tokens_saved"] == told["tokens_before"] - told["tokens_after"] > 0
    assert 0.5 < told["saved_fraction"] < 1


def test_putting_again_changes_one_key_and_evicts_nothing(store: Store) -> None:
    shared = SharedContext(store=store)
    for number in range(30):
        shared.put(f"key {number}", f"value {number}")
    for number in range(30):
        shared.put("key 7", f"another {number}")
    assert shared.get("key 7") == "another 29"
    assert len(shared.keys()) == 30
    assert shared.keys()[0] == "key 7"
    assert all(shared.get(f"key {number}") == f"value {number}" for number in range(30) if number != 7)


def test_the_same_text_as_before_in_a_form_that_was_given_out_stays_whole(store: Store) -> None:
    shared = SharedContext(store=store)
    shared.put("log", _LOG)
    small = shared.get("log")
    shared.put("copy", small)
    assert shared.get("copy") == small
    assert shared.get("copy", full=True) == _LOG


def test_values_of_other_types_are_handed_over_too(store: Store) -> None:
    shared = SharedContext(store=store)
    shared.put("rows", [{"id": number, "state": "open"} for number in range(300)])
    assert "299" in str(shared.get("rows", full=True))


def test_what_is_not_there_is_none_and_reading_makes_no_folder(tmp_path: Path) -> None:
    shared = SharedContext(store=Store(tmp_path / "store", project="shop"))
    assert (shared.get("log"), shared.get("log", full=True), shared.keys(), shared.clear()) == (None, None, [], 0)
    assert shared.stats()["saved_fraction"] == 0
    assert not (tmp_path / "store").exists()


def test_another_project_sees_nothing_and_clears_nothing(store: Store) -> None:
    ours, theirs = SharedContext(store=store), SharedContext("billing", store=store)
    ours.put("log", "one")
    assert theirs.get("log") is None
    assert theirs.keys() == []
    assert theirs.clear() == 0
    ours.put("plan", "two")
    assert ours.clear("log") == 1
    assert ours.keys() == ["plan"]
    assert ours.clear() == 1
    assert ours.keys() == []


@pytest.mark.parametrize("key", ["", " ", 5, None, "x" * 501])
def test_a_key_that_is_no_name_is_refused(store: Store, key: str) -> None:
    with pytest.raises(InputError, match="is no name"):
        SharedContext(store=store).put(key, "value")
