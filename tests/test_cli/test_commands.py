"""All commands alike, and those that only tell: retrieve, stats, doctor, demo."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

from headroom_jupyter import Store, __version__, compress_text
from headroom_jupyter.cli import COMMANDS
from headroom_jupyter.cli.examples import load_examples
from headroom_jupyter.ledger import CacheUse, Ledger
from tests.test_cli.conftest import Run


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(run: Run, name: str) -> None:
    done = run(name, "--help")
    assert done.code == 0
    assert "Example" in done.out
    assert f"headroom {name}" in done.out
    assert "--json" in done.out
    command: click.Command = getattr(import_module(f"headroom_jupyter.cli.{name}"), name)
    assert command.get_short_help_str(200) == COMMANDS[name], "what the list of commands says of it"
    assert COMMANDS[name].endswith(".")


def test_a_list_of_commands_loads_none() -> None:
    code = "import sys; from headroom_jupyter.cli import main; main(['--help']); print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert all(f"\n  {name} " in done.stdout for name in COMMANDS)
    assert "headroom_jupyter.pipeline" not in done.stdout
    assert "'rich'" not in done.stdout


def test_the_version_is_told(run: Run) -> None:
    assert __version__ in run("--version").out


def test_a_slice_comes_back(run: Run, log: Path) -> None:
    ref = run("compress", "build.log").err.split()[-1]
    lines = log.read_text().split("\n")
    assert run("retrieve", ref, "--lines", "2-3").out == "\n".join(lines[1:3]) + "\n"
    assert "out of paper" in run("retrieve", f"<<ccr:{ref} lines 1-9 of 800>>", "--query", "paper").out
    found = json.loads(run("retrieve", ref, "--query", "paper", "--max-tokens", "200", "--json").out)
    assert found["tokens"] <= 200
    assert "out of paper" in found["text"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["xyz"], "'xyz' is no reference"),
        (["0123456789ab"], "never stored"),
        (["0123456789ab", "--model", "no-such-model"], "no"),
    ],
)
def test_what_cannot_be_brought_back_is_told_in_one_line(run: Run, arguments: list[str], told: str) -> None:
    done = run("retrieve", *arguments)
    assert (done.code, done.out) == (1, "")
    assert told in done.err
    assert done.err.count("\n") == 1


def test_stats_count_what_was_saved_and_what_came_back(run: Run, log: Path) -> None:
    told = json.loads(run("compress", "build.log", "--json").out)
    before, after = told["tokens_before"], told["tokens_after"]
    ref = run("compress", "build.log").err.split()[-1]
    run("retrieve", ref, "--lines", "1-9")
    found = json.loads(run("stats", "--json").out)
    sums = found["groups"]["all"]
    assert (sums["blocks"], sums["tokens_before"], sums["tokens_after"]) == (1, before, after)
    assert sums["retrievals"] == 1
    assert sums["tokens_saved"] == before - after - sums["tokens_retrieved"]
    assert found["originals"] == 1
    out = run("stats", "--by", "compressor").out
    assert out.split("originals of project ")[1].split("\n")[0].endswith(": 1")


def test_stats_tell_sessions_apart_and_what_providers_measured(
    run: Run, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADROOM_SESSION", "monday")
    run("compress", "build.log")
    assert "as measured" not in run("stats").out
    with Store() as store:
        Ledger(store).book_call(CacheUse(2000, 1500, 300))
    groups = json.loads(run("stats", "--by", "session", "--json").out)["groups"]
    assert list(groups) == ["monday"]
    assert (groups["monday"]["cached_tokens"], groups["monday"]["cached_fraction"]) == (1500, 0.75)
    measured = run("stats", "--by", "session").out.split("prompt cache, as measured")[1]
    assert measured.split("\n")[2].split() == ["monday", "1", "2,000", "1,500", "300", "75.0", "%"]


def test_stats_of_nothing_are_zeros(run: Run, tmp_path: Path) -> None:
    assert json.loads(run("stats", "--json").out)["groups"]["all"]["blocks"] == 0
    assert not (tmp_path / "home").exists()


def test_the_doctor_finds_nothing_wrong_here(run: Run) -> None:
    done = run("doctor")
    assert done.code == 0, done.out
    assert "FAIL" not in done.out


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("HEADROOM_QUOTA_BYTES", "plenty", "HEADROOM_QUOTA_BYTES"),
        ("HEADROOM_QUOTA_BYTES", "5", "raise HEADROOM_QUOTA_BYTES"),
        ("HEADROOM_HOME", "/dev/null/nowhere", "HEADROOM_HOME"),
    ],
)
def test_the_doctor_says_what_to_do(
    run: Run, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, told: str
) -> None:
    monkeypatch.setenv(variable, value)
    done = run("doctor", "--json")
    assert done.code == 1
    found = json.loads(done.out)
    assert not found["is_ok"]
    wrong = [check for check in found["checks"] if not check["is_ok"]]
    assert wrong
    assert told in json.dumps(wrong)
    assert "FAIL" in run("doctor").out


def test_the_demo_shows_answers_and_brings_one_original_back(run: Run, tmp_path: Path) -> None:
    done = run("demo")
    assert done.code == 0
    assert "NO" not in [line.rstrip().rpartition(" ")[2] for line in done.out.split("\n")]
    assert "<<ccr:" in done.out
    assert "headroom retrieve" in done.out
    assert not (tmp_path / "home").exists()
    found = json.loads(run("demo", "--json").out)
    assert 6 <= len(found["files"]) <= 10
    assert all(entry["has_answer"] for entry in found["files"])
    assert found["recalled"]["text"]


def test_what_the_demo_brings_back_was_left_out(run: Run) -> None:
    found = json.loads(run("demo", "--json").out)["recalled"]
    (example,) = [example for example in load_examples() if example.detail]
    assert found["file"] == example.file
    assert example.detail in found["text"]
    assert example.detail not in compress_text(example.text, query=example.question, path=example.file).text


def _headroom(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "headroom_jupyter", *arguments]


def test_a_reader_that_stops_early_is_no_error(log: Path) -> None:
    command = _headroom("retrieve", _big_ref(log))  # writes more than a pipe holds
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
        process.wait()


def _big_ref(log: Path) -> str:
    big = log.parent / "big.log"
    big.write_text("".join(f"line {i} of the build took {i % 7} ms\n" for i in range(40_000)))
    done = subprocess.run(_headroom("compress", "big.log"), capture_output=True, text=True, check=True)
    return done.stderr.split()[-1]


def test_a_terminal_gets_a_progress_bar_and_colours_and_a_pipe_neither(log: Path) -> None:
    for name in "abc":
        (log.parent / f"{name}.log").write_text(log.read_text())
    files = ["a.log", "b.log", "c.log"]
    assert "compressing" in _on_terminal(_headroom("compress", *files), {})
    assert "\x1b[1m" in _on_terminal(_headroom("compress", *files), {})
    plain = subprocess.run(_headroom("compress", *files), capture_output=True, text=True, check=True)
    assert plain.stderr == ""
    assert "\x1b" not in plain.stdout


def test_no_color_is_honoured_on_a_terminal(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADROOM_QUOTA_BYTES", "5")
    assert "\x1b[31m" in _on_terminal(_headroom("doctor"), {})
    assert "\x1b[31m" not in _on_terminal(_headroom("doctor"), {"NO_COLOR": "1"})


def _on_terminal(command: list[str], environment: dict[str, str]) -> str:
    """What a command writes to a terminal, both streams together."""
    ours, theirs = pty.openpty()
    variables = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120", **environment}
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, stdin=subprocess.DEVNULL, env=variables) as process:
        os.close(theirs)
        shown = b""
        while select.select([ours], [], [], 30)[0]:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # Linux says EIO when the other end is closed
                break
            if not piece:
                break
            shown += piece
        process.wait()
    os.close(ours)
    return shown.decode()
