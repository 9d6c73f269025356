"""`headroom compress`: where its results go, and what it refuses."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from headroom_jupyter import decode
from tests.test_cli.conftest import Run


def test_one_file_goes_to_stdout_and_a_line_about_it_to_stderr(run: Run, log: Path) -> None:
    done = run("compress", "build.log", "--query", "what failed?")
    assert done.code == 0
    assert "out of paper" in done.out
    assert "<<ccr:" in done.out
    assert len(done.out) < log.stat().st_size / 3
    assert done.err.count("\n") == 1
    assert done.err.startswith("build.log: log, faithful: ")
    ref = done.err.split()[-1]
    assert run("retrieve", ref).out == log.read_text()


def test_standard_input_is_a_file_too(run: Run, log: Path) -> None:
    done = run("compress", "-", stdin=log.read_bytes())
    assert done.code == 0
    assert done.err.startswith("standard input: log")


def test_a_file_with_nothing_to_gain_comes_out_byte_for_byte(run: Run, folder: Path) -> None:
    (folder / "short.txt").write_bytes(b"\xef\xbb\xbfone\r\ntwo\n\nlast")
    done = run("compress", "short.txt", "--json")
    assert json.loads(done.out)["files"][0]["text"] == "\ufeffone\r\ntwo\n\nlast"
    assert "too small" in run("compress", "short.txt").err


def test_the_lossless_level_is_undone_without_a_store(run: Run, log: Path) -> None:
    done = run("compress", "build.log", "--level", "lossless")
    assert decode(done.out) == log.read_text()


def test_several_files_give_a_table_with_a_sum(run: Run, log: Path, folder: Path) -> None:
    (folder / "odd [name].csv").write_text("a,b\n" + "".join(f"{i},{i % 3}\n" for i in range(600)))
    done = run("compress", "build.log", "odd [name].csv")
    assert done.code == 0
    assert done.err == ""
    head, first, second, last = done.out.rstrip().split("\n")
    assert head.split() == ["file", "kind", "fidelity", "before", "after", "saved", "original", "why"]
    assert first.startswith("build.log")
    assert second.startswith("odd [name].csv")
    assert last.startswith("2 files")
    assert "\x1b" not in done.out


def test_results_go_into_a_folder(run: Run, log: Path, folder: Path) -> None:
    shown = run("compress", "build.log").out
    done = run("compress", "build.log", "-o", "small/deep")
    assert done.code == 0
    assert (folder / "small/deep/build.log").read_text() == shown
    assert [path.name for path in (folder / "small/deep").iterdir()] == ["build.log"]
    listed = json.loads(run("compress", "build.log", "-o", "small/deep", "--json").out)["files"][0]
    assert (listed["text"], listed["output"]) == (None, os.path.join("small/deep", "build.log"))


def test_a_result_never_takes_its_sources_place(run: Run, log: Path) -> None:
    before = log.read_text()
    done = run("compress", "build.log", "-o", ".")
    assert done.code == 1
    assert "overwritten" in done.err
    assert log.read_text() == before


def test_two_files_of_one_name_never_meet_in_a_folder(run: Run, log: Path, folder: Path) -> None:
    (folder / "other").mkdir()
    (folder / "other/build.log").write_text("x")
    done = run("compress", "build.log", "other/build.log", "-o", "small")
    assert (done.code, (folder / "small").exists()) == (1, False)
    assert "build.log" in done.err


def test_json_tells_everything_about_each_file(run: Run, log: Path) -> None:
    done = run("compress", "build.log", "--json", "--query", "what failed?")
    found = json.loads(done.out)
    (entry,) = found["files"]
    assert entry["kind"] == "log"
    assert entry["tokens_before"] == found["tokens_before"] > found["tokens_after"] == entry["tokens_after"]
    assert "out of paper" in entry["text"]
    assert len(entry["refs"]) == 1
    assert done.err == ""


def test_a_budget_is_kept(run: Run, log: Path) -> None:
    found = json.loads(run("compress", "build.log", "--json", "--budget", "300").out)
    assert found["tokens_after"] <= 300


def test_a_message_list_comes_back_in_its_shape(run: Run, log: Path, folder: Path) -> None:
    call = {"id": "c", "type": "function", "function": {"name": "build", "arguments": "{}"}}
    messages = [
        {"role": "user", "content": "What failed?"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c", "content": log.read_text()},
    ]
    (folder / "chat.json").write_text(json.dumps({"model": "gpt-4o", "messages": messages}))
    done = run("compress", "--messages", "chat.json")
    found = json.loads(done.out)
    assert found["model"] == "gpt-4o"
    assert found["messages"][:2] == messages[:2]
    assert "<<ccr:" in found["messages"][2]["content"]
    assert "1 of 3 blocks changed" in done.err
    told = json.loads(run("compress", "--messages", "chat.json", "--json").out)["files"][0]
    assert [one["reason"] for one in told["decisions"]][:2]
    (folder / "list.json").write_text(json.dumps(messages))
    assert json.loads(run("compress", "--messages", "list.json").out) == found["messages"]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("gone.log", None, "does not exist"),
        ("picture.png", b"\x89PNG\r\n\x1a\n\x00\x00", "binary"),
        ("latin.txt", "größe".encode("latin1"), "iconv"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_a_remedy(
    run: Run, log: Path, tmp_path: Path, name: str, content: bytes | None, told: str
) -> None:
    if content is not None:
        (log.parent / name).write_bytes(content)
    done = run("compress", "build.log", name, "-o", "small")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"headroom: {name} ")
    assert told in done.err
    assert done.err.count("\n") == 1
    assert not (tmp_path / "home").exists()
    assert not (log.parent / "small").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["build.log", "--model", "no-such-model"], "no-such-model"),
        (["."], "is a directory"),
        (["--messages", "build.log"], "no JSON"),
        (["--messages", "five.json"], "not a list of messages"),
        (["build.log", "-o", "five.json"], "five.json is a file"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(
    run: Run, log: Path, tmp_path: Path, arguments: list[str], told: str
) -> None:
    (log.parent / "five.json").write_text("5")
    done = run("compress", *arguments)
    assert (done.code, done.out) == (1, "")
    assert told in done.err
    assert done.err.startswith("headroom: ")
    assert done.err.count("\n") == 1
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("arguments", [[], ["x", "--level", "mad"], ["x", "--budget", "0"], ["x", "--no-such-option"]])
def test_wrong_arguments_are_code_2(run: Run, arguments: list[str]) -> None:
    done = run("compress", *arguments)
    assert (done.code, done.out) == (2, "")
    assert "Usage: headroom compress" in done.err
