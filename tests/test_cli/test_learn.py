"""`headroom learn`: previewed, written, as JSON, and refused, on the recorded sessions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from headroom_jupyter.learn.corrections import Correction
from headroom_jupyter.learn.rules import Rule
from tests.test_cli.conftest import Run
from tests.test_learn.samples import make_home
from tests.upstream import Upstream, in_turn


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The recorded sessions as this process's own, and their project as the working directory."""
    home, root = make_home(tmp_path / "ann"), tmp_path / "shop"
    for path in home.rglob("*"):
        if path.is_file() and path.suffix != ".db":
            path.write_text(path.read_text(encoding="utf-8").replace("/home/ann/shop", str(root)), encoding="utf-8")
    root.mkdir()
    (root / ".git").mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(root)
    return root


def test_a_preview_is_a_diff_and_writes_nothing(run: Run, shop: Path) -> None:
    done = run("learn")
    assert done.code == 0
    assert done.out.startswith(f"--- {shop}/CLAUDE.local.md\n+++ ")
    assert "+- `npm test` fails; `npm run check` works. (2× in 2 sessions" in done.out
    assert "claude 8, codex 6, gemini 4" in done.err
    assert "session of another project" in done.err
    assert "nothing was written; --apply does it" in done.err
    assert [path.name for path in shop.iterdir()] == [".git"]


@pytest.mark.parametrize("name", ["CLAUDE.local.md", "CLAUDE.md", "AGENTS.md", "GEMINI.md"])
def test_what_was_learnt_is_written_once(run: Run, shop: Path, name: str) -> None:
    (shop / name).write_text("# Mine\n")
    assert f"written: {shop / name}" in run("learn", "--into", name, "--apply").err
    text = (shop / name).read_text()
    assert text.startswith("# Mine\n<!-- headroom learn: begin -->\n")
    again = run("learn", "--into", name, "--apply")
    assert (again.out, (shop / name).read_text()) == ("", text)
    assert "says all of it already" in again.err


def test_json_has_the_rules_and_what_was_left_out(run: Run, shop: Path) -> None:
    told = json.loads(run("learn", "--from", "claude", "--from", "codex", "--json").out)
    assert (told["applied"], told["changed"], told["sessions"]) == (False, True, {"claude": 8, "codex": 6})
    rule = next(rule for rule in told["rules"] if rule["wrong"] == "python")
    assert (rule["right"], rule["evidence"], rule["sessions"], rule["kind"]) == ("env/bin/python", 2, 2, "interpreter")
    assert rule["id"] in rule["line"]
    assert rule["line"] in told["diff"]
    assert json.loads(run("learn", "--project", str(shop.parent / "work"), "--json").out)["rules"] == []
    assert len(json.loads(run("learn", "--all-projects", "--json").out)["rules"]) > 20


def test_a_rule_can_be_forgotten(run: Run, shop: Path) -> None:
    ident = json.loads(run("learn", "--json").out)["rules"][0]["id"]
    run("learn", "--apply", "--forget", ident)
    assert f"; {ident})" not in (shop / "CLAUDE.local.md").read_text()
    run("learn", "--apply")
    assert f"; {ident})" not in (shop / "CLAUDE.local.md").read_text()


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--into", "README.md"], 1, "neither a notebook nor one of"),
        (["--into", "no.ipynb"], 1, "there is no such notebook"),
        (["--into", "/etc/a.ipynb"], 1, "leads out of the project"),
        (["--project", "nowhere"], 1, "is no folder"),
        (["--from", "emacs"], 2, "none of claude"),
        (["--forget", "xyz"], 2, "is no id"),
        (["--expire-days", "0"], 2, "--expire-days"),
    ],
)
def test_what_cannot_be_done_is_told(run: Run, shop: Path, arguments: list[str], code: int, told: str) -> None:
    done = run("learn", *arguments, "--apply")
    assert (done.code, done.out) == (code, "")
    assert told in " ".join(done.err.split())


def test_a_damaged_block_stays_as_it_is(run: Run, shop: Path) -> None:
    text = "mine\n<!-- headroom learn: begin -->\n"
    (shop / "CLAUDE.md").write_text(text)
    done = run("learn", "--into", "CLAUDE.md", "--apply")
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "damaged" in done.err
    assert (shop / "CLAUDE.md").read_text() == text


def test_a_model_refines_only_when_asked_and_what_was_shown_is_written(
    run: Run, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ident = Rule(Correction("command", "npm test", "npm run check", "npm"), 0, 0, 0.0).id
    text = "Use `npm run check`, not `npm test`."
    asked = ("learn", "--from", "claude", "--from", "gemini", "--refine")
    with Upstream(in_turn(json.dumps({"rules": [{"ids": [ident], "text": text}], "drop": []}), "?")) as upstream:
        monkeypatch.setenv("HEADROOM_REFINE_URL", f"{upstream.url}/v1/messages")
        monkeypatch.setenv("HEADROOM_REFINE_MODEL", "small")
        run("learn", "--apply")
        assert upstream.seen == []
        early = run(*asked, "--apply")
        assert (early.code, "no model has refined these rules yet" in early.err) == (1, True)
        shown = run(*asked)
        assert f"+- {text} (2× in 2 sessions" in shown.out
        assert "refined: 1 reworded" in shown.err
        assert text not in (shop / "CLAUDE.local.md").read_text()
        assert "written:" in run(*asked, "--apply").err
        assert text in (shop / "CLAUDE.local.md").read_text()
        assert len(upstream.seen) == 1
        again = json.loads(run(*asked, "--json").out)
    assert again["refined"]["reason"] == "the model's answer is not the JSON that was asked for"
