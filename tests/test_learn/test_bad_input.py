"""Logs that are broken, unknown, huge or locked: left out with a count and a reason, and never an error."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from headroom_jupyter.agents import sessions
from tests.test_learn.samples import gathered_from, make_home


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return make_home(tmp_path / "home")


def _one(home: Path, pattern: str) -> Path:
    return min(home.glob(pattern))


def test_half_written_and_strange_lines_are_counted(home: Path) -> None:
    path = _one(home, ".claude/projects/*/*.jsonl")
    lines = path.read_bytes().split(b"\n")
    strange = [b"nonsense", b"[1]", b"\xff\xfe", b"{}", b"null", b'{"type": "user", "message": {"content": 3}}']
    deep = b"[" * 100_000
    path.write_bytes(b"\n".join([*lines[:3], *strange, deep, *lines[3:-2], lines[-2][:40]]))
    found = gathered_from(home, only=["claude"])
    assert found.read == {"claude": 8}
    assert found.skipped["line that is no JSON, or half written"] == 4
    assert found.skipped["line that is no JSON object"] == 2
    assert found.skipped["claude message of an unknown version"] == 1


def test_unknown_versions_are_told(home: Path) -> None:
    for pattern in (".claude/projects/*/*.jsonl", ".codex/sessions/*/*/*/*.jsonl"):
        _one(home, pattern).write_text(json.dumps({"version": 99, "entries": []}) + "\n")
    _one(home, ".gemini/tmp/*/.project_root").unlink()
    (home / ".gemini/tmp/shop/chats/session-old.json").write_text("{")
    database = sqlite3.connect(home / ".local/share/opencode/opencode.db")
    database.execute("DROP TABLE session")
    database.close()
    found = gathered_from(home)
    assert found.read == {"claude": 7, "codex": 5}
    reasons = " ".join(found.skipped)
    for told in ("claude session of an unknown", "codex session of an unknown", "gemini session of an unknown"):
        assert told in reasons
    assert "no such table: session" in reasons


def test_older_gemini_sessions_are_one_json_object(home: Path) -> None:
    path = _one(home, ".gemini/tmp/*/chats/*.jsonl")
    messages = [json.loads(line) for line in path.read_text().splitlines() if '"$set"' not in line]
    path.with_suffix(".json").write_text(json.dumps({"sessionId": "x", "messages": messages}))
    path.unlink()
    assert gathered_from(home, only=["gemini"]).calls == 36


def test_locked_databases_are_passed_over(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "_BUSY_S", 0.05)
    profile = home / ".ipython/profile_default"
    profile.mkdir(parents=True)
    shutil.copy(home / ".local/share/opencode/opencode.db", profile / "history.sqlite")
    holders = [
        sqlite3.connect(path) for path in (home / ".local/share/opencode/opencode.db", profile / "history.sqlite")
    ]
    for holder in holders:
        holder.execute("BEGIN EXCLUSIVE")
    found = gathered_from(home)
    for holder in holders:
        holder.close()
    assert found.skipped["database that cannot be read (database is locked)"] == 2
    assert "opencode" not in found.read


def test_no_database_is_written_to(home: Path) -> None:
    path = home / ".local/share/opencode/opencode.db"
    before = (path.read_bytes(), sorted(os.listdir(path.parent)))
    gathered_from(home)
    assert (path.read_bytes(), sorted(os.listdir(path.parent))) == before


def test_a_line_without_an_end_is_passed_over(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _one(home, ".claude/projects/*/*.jsonl")
    monkeypatch.setattr(sessions, "_LONGEST_LINE", 20_000)
    path.write_bytes(b'{"text": "' + b"x" * 65_000 + b'"}\n' + path.read_bytes())
    found = gathered_from(home, only=["claude"])
    assert found.read == {"claude": 8}
    assert sum(count for reason, count in found.skipped.items() if reason.startswith("line of more")) == 1


def test_a_file_that_may_not_be_read_is_told(home: Path) -> None:
    path = _one(home, ".codex/sessions/*/*/*/*.jsonl")
    path.unlink()
    path.symlink_to(path)
    assert any("cannot be read" in reason for reason in gathered_from(home, only=["codex"]).skipped)


def test_without_any_logs_nothing_is_learnt(tmp_path: Path) -> None:
    found = gathered_from(tmp_path / "nobody")
    assert (found.rules, found.read, found.skipped) == ([], {}, {})
