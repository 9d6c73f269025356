"""Memories are taken along whole; what comes from elsewhere is checked, and overwrites nothing."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from headroom_jupyter import Memory, Store
from headroom_jupyter.errors import InputError


def test_an_export_comes_back_whole(memory: Memory, tmp_path: Path) -> None:
    memory.save("The staging port is 5432", source="ann", facts={"port": 5432})
    memory.save("The staging port is 5433", source="bob", facts={"port": 5433})
    memory.save("Tests need a running redis", kind="lesson", importance=1)
    file = tmp_path / "memory.jsonl"
    file.write_text(memory.export())
    with Store(tmp_path / "elsewhere", project="other") as store:
        other = Memory(store=store)
        done = other.load(file)
        assert (done.added, done.merged, done.skipped) == (3, 0, 0)
        assert other.export() == memory.export()
        assert [record.text for record in other.search("staging port")] == ["The staging port is 5433"]
        again = other.load(file)
        assert (again.added, again.merged) == (0, 3)
        assert other.export() == memory.export()


def test_lines_that_cannot_be_used_are_counted_with_their_reasons(memory: Memory) -> None:
    kept = memory.save("Tests need a running redis")
    before = memory.get(kept.id)
    deep = "[" * 100_000
    lines = [
        "{",
        "[]",
        "5",
        deep,
        json.dumps({"text": 5}),
        json.dumps({"text": "x" * 30_000}),
        json.dumps({"text": "fine", "importance": "much"}),
        json.dumps({"text": "fine", "sources": [5]}),
        json.dumps({"text": "fine", "id": "../../etc"}),
        json.dumps({"text": "fine", "created_at": 1e300}),
        '{"text": "half a li',
        json.dumps({"text": "Something else", "id": kept.id, "unknown": {"a": 1}}),
    ]
    done = memory.load(lines)
    assert (done.added, done.skipped) == (1, 11)
    assert all(reason.startswith("line ") for reason in done.reasons)
    assert memory.get(kept.id) == before
    assert {record.text for record in memory.list()} == {"Tests need a running redis", "Something else"}


def test_an_older_memory_from_elsewhere_does_not_take_the_place_of_a_newer_one(memory: Memory) -> None:
    memory.save("The staging port is 5433")
    memory.load(json.dumps({"text": "The staging port is 5432", "created_at": 1000.0}))
    assert [record.text for record in memory.list()] == ["The staging port is 5433"]
    assert len(memory.list(history=True)) == 2


def test_a_memory_from_the_future_is_from_now(memory: Memory) -> None:
    memory.load(json.dumps({"text": "The staging port is 5432", "created_at": 9e10}))
    memory.save("The staging port is 5433")
    assert [record.text for record in memory.list()] == ["The staging port is 5433"]


def test_a_memory_without_a_time_is_from_now(memory: Memory) -> None:
    memory.load(json.dumps({"text": "Tests need a running redis"}))
    assert memory.list()[0].created_at == pytest.approx(time.time(), abs=60)


def test_secrets_are_taken_out_of_what_comes_in(memory: Memory) -> None:
    memory.load(json.dumps({"text": "password: hunter2", "sources": [{"agent": "password: hunter2"}]}))
    assert "hunter2" not in memory.export()


def test_a_file_that_is_not_there_is_told(memory: Memory, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        memory.load(tmp_path / "no.jsonl")
