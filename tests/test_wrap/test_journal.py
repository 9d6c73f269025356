"""What was done to a file is undone byte for byte, after a crash anywhere, and never at somebody else's cost."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from headroom_jupyter.agents.base import Edit
from headroom_jupyter.errors import InputError, StoreError
from headroom_jupyter.wrap.journal import Journal
from tests.test_wrap import crash_editor

_JSON = b'// mine\r\n{"theme": "light",\r\n  "servers": {"x": 1,},}\r\n'
_TOML = b'# mine\nmodel="o3"   # best\n'


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Two files, one of them behind a link, and none in a third place."""
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "settings.json").write_bytes(_JSON)
    (folder / "settings.json").chmod(0o640)
    (tmp_path / "dotfiles").mkdir()
    (tmp_path / "dotfiles" / "config.toml").write_bytes(_TOML)
    (folder / "link.toml").symlink_to("../dotfiles/config.toml")
    return folder


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal")


def test_all_comes_back_byte_for_byte(home: Path, journal: Journal) -> None:
    before = crash_editor.tree(home)
    changed = journal.put("any", crash_editor.edits(home), purpose="mcp")
    assert [path.name for path in changed] == ["settings.json", "config.toml", "config.yaml", "other.json"]
    assert (home / "link.toml").is_symlink()
    assert stat.S_IMODE((home / "settings.json").stat().st_mode) == 0o640
    assert stat.S_IMODE((home / "new" / "folder" / "config.yaml").stat().st_mode) == 0o600
    assert len(journal.take("any")) == 4
    assert crash_editor.tree(home) == before


def test_what_is_there_is_not_put_again(home: Path, journal: Journal) -> None:
    before = crash_editor.tree(home)
    journal.put("any", crash_editor.edits(home), purpose="mcp")
    once = crash_editor.tree(home)
    assert journal.put("any", crash_editor.edits(home), purpose="mcp") == []
    assert crash_editor.tree(home) == once
    assert len(journal.take("any")) == 4
    assert journal.take("any") == []
    assert crash_editor.tree(home) == before


def test_purposes_and_agents_come_and_go_alone(home: Path, journal: Journal) -> None:
    before = crash_editor.tree(home)
    settings = home / "settings.json"
    journal.put("one", [Edit(settings, "json", ("servers", "headroom"), 1)], purpose="mcp")
    only_mcp = settings.read_bytes()
    journal.put("one", [Edit(settings, "json", ("theme",), "dark")], purpose="wrap")
    journal.put("two", [Edit(home / "link.toml", "toml", ("headroom",), 1)], purpose="mcp")
    assert journal.take("one", purpose="wrap") == [settings]
    assert settings.read_bytes() == only_mcp
    assert journal.take("one") == [settings]
    assert settings.read_bytes() == _JSON
    assert len(journal.take()) == 1
    assert crash_editor.tree(home) == before


@pytest.mark.parametrize("order", [("one", "two"), ("two", "one")])
def test_a_folder_that_was_made_goes_with_the_last_file_in_it(
    home: Path, journal: Journal, order: tuple[str, str]
) -> None:
    before = crash_editor.tree(home)
    for agent in ("one", "two"):
        journal.put(agent, [Edit(home / "new" / agent / "x.json", "json", ("a",), 1)], purpose="mcp")
    journal.take(order[0])
    assert (home / "new").exists()
    journal.take(order[1])
    assert crash_editor.tree(home) == before


def test_what_somebody_else_wrote_meanwhile_stays(home: Path, journal: Journal) -> None:
    settings, made = home / "settings.json", home / "new" / "folder" / "config.yaml"
    journal.put("any", crash_editor.edits(home), purpose="mcp")
    settings.write_bytes(settings.read_bytes().replace(b"light", b"solarized"))
    made.write_text("GOOSE_MODEL: x\n" + made.read_text())
    journal.take("any")
    assert settings.read_bytes() == _JSON.replace(b"light", b"solarized")
    assert made.read_text() == "GOOSE_MODEL: x\n"


def test_a_file_that_somebody_wrote_anew_loses_our_entry_alone(home: Path, journal: Journal) -> None:
    settings = home / "settings.json"
    journal.put("any", crash_editor.edits(home), purpose="mcp")
    entry = {"command": "x", "trust": True}
    settings.write_text(json.dumps({"servers": {"headroom": entry, "y": 2}, "z": 3}))
    journal.take("any")
    assert json.loads(settings.read_text()) == {"servers": {"y": 2}, "z": 3}


def test_an_entry_that_somebody_changed_is_theirs(home: Path, journal: Journal) -> None:
    settings = home / "settings.json"
    journal.put("any", [Edit(settings, "json", ("theme",), "dark")], purpose="wrap")
    settings.write_text('{"theme": "blue"}')
    assert journal.take("any") == []
    assert settings.read_text() == '{"theme": "blue"}'


def test_a_file_that_somebody_removed_stays_away(home: Path, journal: Journal) -> None:
    journal.put("any", crash_editor.edits(home), purpose="mcp")
    (home / "settings.json").unlink()
    journal.take("any")
    assert not (home / "settings.json").exists()
    journal.put("any", crash_editor.edits(home), purpose="mcp")
    assert json.loads((home / "settings.json").read_text()) == {"servers": {"headroom": {"command": "x"}}}


def test_changes_between_two_edits_of_ours_are_kept(home: Path, journal: Journal) -> None:
    settings = home / "settings.json"
    journal.put("any", [Edit(settings, "json", ("servers", "headroom"), 1)], purpose="mcp")
    settings.write_bytes(settings.read_bytes().replace(b"light", b"solarized"))
    journal.put("any", [Edit(settings, "json", ("servers", "headroom"), 2)], purpose="mcp")
    journal.take("any")
    assert settings.read_bytes() == _JSON.replace(b"light", b"solarized")


def test_an_entry_that_stood_there_before_stays(home: Path, journal: Journal) -> None:
    edit = Edit(home / "settings.json", "json", ("servers", "x"), 1)
    assert journal.put("any", [edit], purpose="mcp") == []
    assert not journal.has(edit, purpose="mcp")
    assert journal.take("any") == []
    assert (home / "settings.json").read_bytes() == _JSON


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"servers": 3}', b"\xff\xfe{}"])
def test_a_file_that_cannot_be_understood_is_left_alone(home: Path, journal: Journal, content: bytes) -> None:
    settings = home / "settings.json"
    settings.write_bytes(content)
    with pytest.raises(InputError, match=r"settings\.json"):
        journal.put("any", crash_editor.edits(home), purpose="mcp")
    assert settings.read_bytes() == content
    assert journal.take("any") == []


def test_a_record_that_cannot_be_read_is_told(home: Path, journal: Journal, tmp_path: Path) -> None:
    journal.put("any", crash_editor.edits(home), purpose="mcp")
    for place in (tmp_path / "journal").glob("*.json"):
        place.write_text("{}")
    with pytest.raises(StoreError, match="damaged"):
        journal.take("any")
    with pytest.raises(StoreError, match="damaged"):
        journal.put("any", crash_editor.edits(home), purpose="mcp")


def test_records_are_for_their_owner_alone(home: Path, journal: Journal, tmp_path: Path) -> None:
    journal.put("any", crash_editor.edits(home), purpose="mcp")
    places = [tmp_path / "journal", *(tmp_path / "journal").iterdir()]
    assert [place for place in places if place.stat().st_mode & 0o077] == []


@pytest.mark.parametrize("action", ["put", "more", "less", "take"])
def test_a_kill_before_any_effect_loses_nothing(home: Path, action: str) -> None:
    command = [sys.executable, "-m", "tests.test_wrap.crash_editor", str(home), action]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 5, "the kills did not hit"
