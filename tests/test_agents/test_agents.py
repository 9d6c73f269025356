"""What each agent is told, where it went before, and which files are its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from headroom_jupyter.agents.base import Agent, Place, Proxied
from headroom_jupyter.agents.entries import find, put
from headroom_jupyter.wrap.agents import agent_named, agents

_URL = "http://127.0.0.1:4711"
_SERVER = ("/usr/bin/python3", "-m", "headroom_jupyter", "mcp")


def _place(home: Path, **environ: str) -> Place:
    (home / "project").mkdir(exist_ok=True)
    return Place(environ, home, home / "project")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _environ(name: str, place: Place, proxied: Proxied | None = None) -> Mapping[str, str]:
    return agent_named(name).launch(place, proxied or Proxied(_URL), ()).environ


def test_the_six_agents_are_known_by_name() -> None:
    assert [agent.name for agent in agents()] == ["claude", "codex", "gemini", "opencode", "aider", "goose"]


@pytest.mark.parametrize("agent", agents(), ids=lambda agent: str(agent.name))
def test_an_agent_alone_goes_to_its_provider_and_leaves_no_note(agent: Agent, tmp_path: Path) -> None:
    place = _place(tmp_path)
    launch = agent.launch(place, Proxied(_URL), ())
    assert agent.upstreams(place) == {}
    assert (launch.edits, launch.notes) == ((), ())
    assert _URL in " ".join([*launch.arguments, *launch.environ.values()])


def test_claude_is_led_by_its_environment(tmp_path: Path) -> None:
    place = _place(tmp_path, ANTHROPIC_BASE_URL="https://gateway.example/anthropic/")
    assert agent_named("claude").upstreams(place) == {"anthropic": "https://gateway.example/anthropic"}
    assert _environ("claude", place) == {"ANTHROPIC_BASE_URL": _URL, "ENABLE_TOOL_SEARCH": "true"}


def test_claudes_deferred_tools_are_left_to_it_behind_a_gateway(tmp_path: Path) -> None:
    upstreams: Any = {"anthropic": "https://gateway.example"}
    assert "ENABLE_TOOL_SEARCH" not in _environ("claude", _place(tmp_path), Proxied(_URL, upstreams))
    assert "ENABLE_TOOL_SEARCH" not in _environ("claude", _place(tmp_path, ENABLE_TOOL_SEARCH="auto"))


@pytest.mark.parametrize("where", [".claude/settings.json", "project/.claude/settings.local.json"])
def test_claudes_settings_files_win_over_the_environment(tmp_path: Path, where: str) -> None:
    _write(tmp_path / where, '{"env": {"ANTHROPIC_BASE_URL": "https://gateway.example/", /* c */ "X": "y"}}')
    place, claude = _place(tmp_path, ANTHROPIC_BASE_URL="https://other.example"), agent_named("claude")
    assert claude.upstreams(place) == {"anthropic": "https://gateway.example"}
    launch = claude.launch(place, Proxied(_URL), ("-p", "x"))
    assert launch.arguments[0] == "--settings"
    assert json.loads(launch.arguments[1]) == {"env": {"ANTHROPIC_BASE_URL": _URL}}
    own = claude.launch(place, Proxied(_URL), ("--settings=mine.json",))
    assert own.arguments == ()
    assert "set it there" in own.notes[0]


def test_claude_on_another_cloud_is_told_to_pass_by(tmp_path: Path) -> None:
    launch = agent_named("claude").launch(_place(tmp_path, CLAUDE_CODE_USE_BEDROCK="1"), Proxied(_URL), ())
    assert "past the proxy" in launch.notes[0]


def test_codex_gets_its_address_on_the_command_line(tmp_path: Path) -> None:
    words = agent_named("codex").launch(_place(tmp_path), Proxied(_URL), ("exec", "x")).arguments
    assert words[:2] == ("-c", f'openai_base_url="{_URL}/v1"')


def test_codex_keeps_the_provider_that_its_user_chose(tmp_path: Path) -> None:
    table = '[model_providers.mine]\nbase_url = "https://llm.example/api/"\nwire_api = "chat"\n'
    _write(tmp_path / ".codex" / "config.toml", f'model_provider = "mine" # mine\n{table}')
    place, codex = _place(tmp_path), agent_named("codex")
    bases = codex.upstreams(place)
    assert bases == {"openai": "https://llm.example/api"}
    launch = codex.launch(place, Proxied(_URL, bases, bases), ())
    assert launch.arguments[1] == f'model_providers.mine.base_url="{_URL}"'
    assert "responses" in launch.notes[0]


def test_codex_signed_in_with_chatgpt_goes_to_chatgpt(tmp_path: Path) -> None:
    _write(tmp_path / "codex" / "auth.json", '{"OPENAI_API_KEY": null, "tokens": {"id_token": "x"}}')
    place, codex = _place(tmp_path, CODEX_HOME=str(tmp_path / "codex")), agent_named("codex")
    bases = codex.upstreams(place)
    assert bases == {"openai": "https://chatgpt.com/backend-api/codex"}
    assert codex.launch(place, Proxied(_URL, bases, bases), ()).arguments[1] == f'openai_base_url="{_URL}"'


def test_gemini_needs_an_entry_only_where_no_way_to_sign_in_is_chosen(tmp_path: Path) -> None:
    place, gemini = _place(tmp_path, GEMINI_API_KEY="x"), agent_named("gemini")
    (edit,) = gemini.launch(place, Proxied(_URL), ()).edits
    assert edit.path == tmp_path / ".gemini" / "settings.json"
    assert (edit.keys, edit.value) == (("security", "auth", "selectedType"), "gemini-api-key")
    _write(tmp_path / "project" / ".gemini" / "settings.json", put("json", "", edit.keys, edit.value))
    assert gemini.launch(place, Proxied(_URL), ()).edits == ()


def test_gemini_signed_in_with_an_account_is_left_alone_and_told(tmp_path: Path) -> None:
    text = '// mine\n{"security": {"auth": {"selectedType": "oauth-personal"}}}'
    _write(tmp_path / "elsewhere" / ".gemini" / "settings.json", text)
    place = _place(tmp_path, GEMINI_API_KEY="x", GEMINI_CLI_HOME=str(tmp_path / "elsewhere"))
    launch = agent_named("gemini").launch(place, Proxied(_URL), ())
    assert launch.edits == ()
    assert "oauth-personal" in launch.notes[0]


def test_opencodes_variable_keeps_what_stood_in_it(tmp_path: Path) -> None:
    own = {"model": "x", "provider": {"anthropic": {"options": {"apiKey": "k"}}, "mine": {}}}
    place = _place(tmp_path, OPENCODE_CONFIG_CONTENT=json.dumps(own))
    found = json.loads(_environ("opencode", place)["OPENCODE_CONFIG_CONTENT"])
    assert found["model"] == "x"
    assert found["provider"]["anthropic"]["options"] == {"apiKey": "k", "baseURL": f"{_URL}/v1"}
    assert found["provider"]["google"]["options"] == {"baseURL": f"{_URL}/v1beta"}
    assert found["provider"]["mine"] == {}
    bad = agent_named("opencode").launch(_place(tmp_path, OPENCODE_CONFIG_CONTENT="{"), Proxied(_URL), ())
    assert bad.environ == {}
    assert "no JSON object" in bad.notes[0]


def test_opencodes_project_file_wins_over_the_users(tmp_path: Path) -> None:
    for path, port in ((".config/opencode/opencode.jsonc", 1), ("project/opencode.json", 2)):
        base = f'{{"provider": {{"openai": {{"options": {{"baseURL": "http://127.0.0.1:{port}/v1/"}}}}}}}} // c'
        _write(tmp_path / path, base)
    assert agent_named("opencode").upstreams(_place(tmp_path)) == {"openai": "http://127.0.0.1:2/v1"}


def test_aider_is_told_after_its_env_files(tmp_path: Path) -> None:
    words = agent_named("aider").launch(_place(tmp_path), Proxied(_URL), ()).arguments
    assert words[0::2] == ("--set-env",) * 4
    assert f"OPENAI_API_BASE={_URL}/v1" in words
    assert f"ANTHROPIC_API_BASE={_URL}" in words
    assert f"GEMINI_API_BASE={_URL}/v1beta" in words


def test_goose_has_a_host_for_each_provider(tmp_path: Path) -> None:
    place = _place(tmp_path, OPENAI_BASE_URL="https://llm.example/v1", ANTHROPIC_HOST="https://gateway.example/")
    assert agent_named("goose").upstreams(place) == {
        "anthropic": "https://gateway.example",
        "openai": "https://llm.example/v1",
    }
    assert _environ("goose", place) == dict.fromkeys(("ANTHROPIC_HOST", "OPENAI_HOST", "GOOGLE_HOST"), _URL)


_LISTS = {
    "claude": (".claude.json", ("mcpServers", "headroom"), "CLAUDE_CONFIG_DIR"),
    "codex": (".codex/config.toml", ("mcp_servers", "headroom"), "CODEX_HOME"),
    "gemini": (".gemini/settings.json", ("mcpServers", "headroom"), "GEMINI_CLI_HOME"),
    "opencode": (".config/opencode/opencode.json", ("mcp", "headroom"), "XDG_CONFIG_HOME"),
    "goose": (".config/goose/config.yaml", ("extensions", "headroom"), "GOOSE_PATH_ROOT"),
}


@pytest.mark.parametrize("name", _LISTS)
def test_servers_are_listed_where_the_agent_looks(name: str, tmp_path: Path) -> None:
    where, keys, variable = _LISTS[name]
    edit = agent_named(name).mcp_entry(_place(tmp_path), _SERVER, {"HEADROOM_HOME": "/data"})
    assert edit is not None
    assert (edit.path, edit.keys) == (tmp_path / where, keys)
    assert find(edit.format, put(edit.format, "", edit.keys, edit.value), keys) == edit.value
    words = json.dumps(edit.value)
    assert all(json.dumps(word) in words for word in (*_SERVER, "HEADROOM_HOME", "/data"))
    moved = agent_named(name).mcp_entry(_place(tmp_path, **{variable: str(tmp_path / "moved")}), _SERVER, {})
    assert moved is not None
    assert (tmp_path / "moved") in moved.path.parents


def test_aider_knows_no_mcp(tmp_path: Path) -> None:
    assert agent_named("aider").mcp_entry(_place(tmp_path), _SERVER, {}) is None


def test_opencodes_own_file_is_used_whatever_its_ending(tmp_path: Path) -> None:
    _write(tmp_path / ".config" / "opencode" / "opencode.jsonc", "{}")
    edit = agent_named("opencode").mcp_entry(_place(tmp_path), _SERVER, {})
    assert edit is not None
    assert edit.path.name == "opencode.jsonc"


@pytest.mark.parametrize(
    ("name", "log"),
    [
        ("claude", ".claude/projects/-work-billing/3fbf5dab.jsonl"),
        ("codex", ".codex/sessions/2026/11/24/rollout-2026-11-24T14-07-39-01a2.jsonl"),
        ("gemini", ".gemini/tmp/billing/chats/session-2026-11-24T14-10-d818ce6d.jsonl"),
        ("opencode", ".local/share/opencode/opencode.db"),
        ("aider", "project/.aider.chat.history.md"),
        ("goose", ".local/share/goose/sessions/sessions.db"),
    ],
)
def test_session_logs_are_found(name: str, log: str, tmp_path: Path) -> None:
    _write(tmp_path / log, "x")
    places = agent_named(name).session_logs(_place(tmp_path))
    assert [path for folder, pattern in places for path in folder.glob(pattern)] == [tmp_path / log]
