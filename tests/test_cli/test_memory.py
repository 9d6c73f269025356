"""`headroom memory`: the same memory as the library's, from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from headroom_jupyter import Memory
from headroom_jupyter.cli.memory import memory
from tests.test_cli.conftest import Run


@pytest.mark.parametrize("name", sorted(memory.commands))
def test_every_subcommand_explains_itself(run: Run, name: str) -> None:
    done = run("memory", name, "--help")
    assert done.code == 0
    assert "Example: headroom memory" in done.out
    assert "--json" in done.out


def test_saved_found_changed_listed_and_forgotten(run: Run) -> None:
    old = json.loads(run("memory", "save", "The staging port is 5432", "--agent", "ann", "--json").out)
    done = run("memory", "save", "The staging port is 5433", "--kind", "decision", "--fact", "port=5433")
    assert f"takes the place of {old['id']}" in done.err
    assert Memory().search("staging port")[0].facts == {"port": "5433"}
    (found,) = json.loads(run("memory", "search", "which port has staging?", "--json").out)
    assert found["text"] == "The staging port is 5433"
    assert "5433" in run("memory", "search", "staging", "--max-tokens", "50").out
    assert run("memory", "search", "staging", "--framed").out.startswith("<project-notes>\n")
    assert run("memory", "search", "zebra", "--framed").out == ""
    assert run("memory", "search", "zebra").err == "no memory\n"
    new = run("memory", "update", found["id"], "--text", "The staging port is 5434").out.split()[0]
    listed = json.loads(run("memory", "list", "--json").out)
    assert [record["id"] for record in listed] == [new]
    assert "no longer" in run("memory", "list", "--history").out
    assert run("memory", "delete", new).code == 0
    assert json.loads(run("memory", "list", "--history", "--json").out) == []


def test_memories_are_taken_to_another_project(run: Run, tmp_path: Path) -> None:
    run("memory", "save", "Tests need a running redis")
    file = tmp_path / "memory.jsonl"
    file.write_text(run("memory", "export").out + "nonsense\n")
    done = run("memory", "load", str(file), "--project", "other")
    assert "new: 1; here already: 0; skipped: 1" in done.err
    assert "line 2: it is no JSON" in done.err
    assert "redis" in run("memory", "list", "--project", "other").out
    assert json.loads(run("memory", "load", str(file), "--json").out)["merged"] == 1


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["delete", "0123456789ab"], 1, "no memory"),
        (["save", " "], 1, "text is empty"),
        (["save", "x", "--kind", "two words"], 1, "is no word"),
        (["save", "x", "--fact", "port"], 2, "KEY=VALUE"),
        (["update", "0123456789ab"], 2, "Nothing to change"),
        (["load", "no.jsonl"], 1, "cannot be read"),
    ],
)
def test_what_cannot_be_done_is_told(run: Run, arguments: list[str], code: int, told: str) -> None:
    done = run("memory", *arguments)
    assert (done.code, done.out) == (code, "")
    assert told in done.err
