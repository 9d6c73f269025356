"""The README says what is so: commands, settings, figures and code are compared with the real ones."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import is_hypothesis_test
from hypothesis import settings as hypothesis_settings

from headroom_jupyter import Store, compress_text
from headroom_jupyter.cli import COMMANDS, main
from headroom_jupyter.cli.examples import load_examples
from headroom_jupyter.settings import Settings
from tests import test_promises

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def _table(header: str) -> str:
    found = re.search(rf"^\| {re.escape(header)} .*\n\|[-|:]+\n((?:\|.*\n)*)", README, re.MULTILINE)
    assert found is not None
    return found.group(1)


def test_ci_runs_the_second_command() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert _blocks("sh")[1].strip() in script.split("\n")


def test_the_first_command_ends_in_the_demo() -> None:
    assert _blocks("sh")[0].strip().endswith(".venv/bin/headroom demo")


def test_all_settings_are_in_the_readme() -> None:
    rows = []
    for entry in fields(Settings):
        default = f"`{entry.default}`" if entry.default != "" else ""
        rows.append(f"| `{entry.metadata['variable']}` | {default} | {entry.metadata['meaning']} |\n")
    assert _table("variable") == "".join(rows)


def test_all_commands_are_in_the_readme() -> None:
    rows = [f"| `headroom {name}` | {told} |\n" for name, told in COMMANDS.items()]
    assert _table("command") == "".join(rows)


def test_the_demos_figures_are_still_true(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    told = [[cell.strip() for cell in row.strip("|").split("|")] for row in _table("file").strip().split("\n")]
    assert [row[0] for row in told] == [*(f"`{entry['file']}`" for entry in found["files"]), "all"]
    counts = [*((one["tokens_before"], one["tokens_after"]) for one in found["files"]), _sums(found)]
    for row, (before, after) in zip(told, counts, strict=True):
        told_before, told_after = (int(cell.replace(",", "")) for cell in row[2:4])
        assert told_before == pytest.approx(before, rel=0.1), row
        assert abs(told_after - after) <= 0.02 * before, f"{row}: now {before:,} → {after:,}"
        assert row[4] == f"{1 - told_after / told_before:.0%}".replace("%", " %")
    assert [row[5] for row in told[:-1]] == [entry["question"] for entry in found["files"]]
    assert all(entry["has_answer"] for entry in found["files"])


def _sums(found: dict[str, int]) -> tuple[int, int]:
    return found["tokens_before"], found["tokens_after"]


def test_what_the_readme_shows_of_a_result_is_what_comes_out(tmp_path: Path) -> None:
    example = next(example for example in load_examples() if example.file == "functions.json")
    with Store(tmp_path / "store", project="readme") as store:
        result = compress_text(example.text, query=example.question, path=example.file, store=store)
    before, after, _ = _blocks("text")
    for text, shown in ((example.text, before), (result.text, after)):
        at = 0
        for piece in shown.split("…\n"):
            at = text.index(piece.rstrip("\n"), at) + len(piece)
    told = [int(number.replace(",", "")) for number in re.findall(r"([\d,]+) tokens:", _section("Before and after"))]
    assert told == [result.tokens_before, pytest.approx(result.tokens_after, rel=0.1)]


def test_the_code_in_the_readme_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    loop, value = _blocks("python")
    exec(compile(loop, "README.md", "exec"), {})  # noqa: S102  # our own README
    assert "retrieve_from" in capsys.readouterr().out
    exec(compile(value, "README.md", "exec"), {})  # noqa: S102  # the same
    printed = capsys.readouterr().out
    for piece in _blocks("text")[-1].split("…\n"):
        assert piece in printed


def test_the_links_in_the_readme_lead_somewhere() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    places = re.findall(r"^\| (`.*`) \|", _section("Where things are"), re.MULTILINE)
    names = [name.strip("` ") for place in places for name in place.split(",")]
    assert links
    assert names
    for name in [*links, *names]:
        assert (ROOT / name).exists() or (ROOT / "headroom_jupyter" / name).exists(), name


def _section(title: str) -> str:
    return README.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]


def test_the_nightly_profile_makes_20000_examples() -> None:
    nightly = next(line for line in README.split("\n") if "--hypothesis-profile nightly" in line)
    assert "tests/test_promises.py" in nightly
    count = sum(is_hypothesis_test(test) for name, test in vars(test_promises).items() if name.startswith("test_"))
    assert count * hypothesis_settings.get_profile("nightly").max_examples >= 20_000


@pytest.mark.skipif(shutil.which("git") is None or not (ROOT / ".git").exists(), reason="not a git checkout")
def test_no_file_names_a_machine_or_a_registry() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    places = [ROOT / name for name in listed.split("\n") if name and name != "tests/test_docs.py"]
    forbidden = re.compile(rb"/(?:root|work|opt)/(?:main|shared|pypi|wheels)|extra-index-url|/tmp/bash_jobs")
    assert [place for place in places if place.is_file() and forbidden.search(place.read_bytes())] == []


def test_the_ci_script_can_be_run() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
