"""`headroom mcp install`, `uninstall` and `status`: once, undone byte for byte, and never over anybody else's entry."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
import pytest

from headroom_jupyter.agents.base import Place
from headroom_jupyter.cli.mcp_install import SUB_COMMANDS
from headroom_jupyter.errors import HeadroomError, InputError
from headroom_jupyter.wrap import mcp_servers
from headroom_jupyter.wrap.agents import agent_named, agents, journal

_AGENTS = [agent for agent in agents() if agent.name != "aider"]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path / "store"))
    (tmp_path / "home").mkdir()
    return Place({}, tmp_path / "home", tmp_path)


@pytest.mark.parametrize("agent", _AGENTS, ids=lambda agent: str(agent.name))
def test_a_server_is_installed_once_and_uninstalled_without_a_trace(agent: object, place: Place) -> None:
    own = agent_named(str(getattr(agent, "name", "")))
    assert mcp_servers.status(own, place).state == "absent"
    first, again = mcp_servers.install(own, place), mcp_servers.install(own, place)
    assert (first.state, first.is_changed) == ("installed", True)
    assert (again.state, again.is_changed) == ("installed", False)
    assert first.path is not None
    assert first.path.is_file()
    gone = mcp_servers.uninstall(own, place)
    assert (gone.state, gone.is_changed) == ("absent", True)
    assert list(place.home.iterdir()) == []
    assert not mcp_servers.uninstall(own, place).is_changed


def test_the_entry_runs_this_python_with_this_store(place: Place, tmp_path: Path) -> None:
    found = mcp_servers.install(agent_named("claude"), place)
    assert found.path is not None
    assert json.loads(found.path.read_text())["mcpServers"]["headroom"] == {
        "type": "stdio",
        "command": sys.executable,
        "args": ["-m", "headroom_jupyter", "mcp"],
        "env": {"HEADROOM_HOME": str(tmp_path / "store")},
    }


def test_an_entry_of_another_python_is_renewed(place: Place) -> None:
    path = place.home / ".claude.json"
    old = {"mcpServers": {"headroom": {"command": "/old/python", "args": ["-m", "headroom_jupyter", "mcp"]}}}
    path.write_text(json.dumps(old))
    claude = agent_named("claude")
    assert mcp_servers.status(claude, place).state == "outdated"
    assert mcp_servers.install(claude, place).is_changed
    assert mcp_servers.status(claude, place).state == "installed"


def test_a_server_of_somebody_else_by_our_name_is_left_alone(place: Place) -> None:
    path = place.home / ".claude.json"
    path.write_text('{"mcpServers": {"headroom": {"command": "tape-recorder"}}}')
    before, claude = path.read_bytes(), agent_named("claude")
    assert mcp_servers.status(claude, place).state == "foreign"
    with pytest.raises(InputError, match="another server"):
        mcp_servers.install(claude, place)
    assert mcp_servers.uninstall(claude, place).state == "foreign"
    assert path.read_bytes() == before


def test_an_entry_goes_even_when_its_record_is_lost(place: Place) -> None:
    path = place.home / ".claude.json"
    path.write_text('{\n  "numStartups": 3\n}\n')
    claude = agent_named("claude")
    mcp_servers.install(claude, place)
    for record in (journal()._folder).glob("*.json"):
        record.unlink()
    assert mcp_servers.uninstall(claude, place).is_changed
    assert path.read_text() == '{\n  "numStartups": 3\n}\n'


def test_an_agent_without_mcp_says_so(place: Place) -> None:
    assert mcp_servers.status(agent_named("aider"), place).state == "unsupported"
    with pytest.raises(InputError, match="knows no MCP"):
        mcp_servers.install(agent_named("aider"), place)


def test_a_file_that_cannot_be_read_is_named(place: Place) -> None:
    (place.home / ".claude.json").write_text("{")
    with pytest.raises(InputError, match=r"\.claude\.json"):
        mcp_servers.status(agent_named("claude"), place)


def _run(*words: str) -> None:
    group = click.Group("mcp", invoke_without_command=True)
    for command in SUB_COMMANDS:
        group.add_command(command)
    group.main(list(words), standalone_mode=False)


def test_the_commands_tell_what_they_did(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOME", str(place.home))
    _run("install", "--agent", "claude", "--agent", "codex")
    assert capsys.readouterr().out.count(" lists headroom mcp in ") == 2
    _run("status", "--json")
    states = {entry["agent"]: entry["state"] for entry in json.loads(capsys.readouterr().out)}
    assert states == {
        "claude": "installed",
        "codex": "installed",
        "gemini": "absent",
        "opencode": "absent",
        "aider": "unsupported",
        "goose": "absent",
    }
    _run("uninstall", "--agent", "claude")
    assert capsys.readouterr().out.startswith("claude does not list headroom mcp in ")
    with pytest.raises(HeadroomError, match="no agent"):
        _run("install", "--agent", "nobody")
