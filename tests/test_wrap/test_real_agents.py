"""The coding agents themselves, wrapped, in an empty home with a dummy key, against a scripted provider.

Each is asked why a build failed; the script makes it print a long log, asks the proxy for a hidden part, and ends.
The same agent runs beside it without a proxy, for comparison.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from headroom_jupyter import count_tokens
from headroom_jupyter.agents.base import Place, Proxied
from headroom_jupyter.wrap.agents import agent_named
from headroom_jupyter.wrap.journal import Journal
from tests.upstream import Reply, Seen, ToolCall, Upstream, speak
from tests.wrapping import Sandbox, tree_of

_PROGRAMS = Path(__file__).parents[1] / "real_agents" / "node_modules" / ".bin"
_LONGEST_S = 240  # a run takes 2 to 15 s; this is for a busy machine
_LOG = "".join(
    f"2024-05-01 10:{i // 60:02}:{i % 60:02} INFO [worker-{i % 4}] unit {i} was built in {i * 7 % 90} ms\n"
    if i != 200
    else "2024-05-01 10:03:20 ERROR [worker-1] unit 200 failed: out of paper\n"
    for i in range(250)  # 7,000 tokens; some agents cut the middle out of what is longer, or even of this
)
_HIDDEN = "unit 30 was built in 30 ms"
_QUESTION = "Why did the build fail?"
_COMMAND = "cat build.log"
_ANSWER = "It ran out of paper."


@dataclass(frozen=True)
class Real:
    """How one agent is asked, what tool it has for commands, and which files it keeps for itself.

    `files` lie in its home before it starts; `encoding` is what its requests come in.
    """

    name: str
    words: tuple[str, ...]
    tool: str
    arguments: Mapping[str, Any]
    own: tuple[str, ...]
    environ: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None


def _signed_in() -> str:
    """Codex' auth.json of who signed in with ChatGPT; nobody checks the signature."""
    own = {"chatgpt_account_id": "a", "chatgpt_user_id": "u", "chatgpt_plan_type": "pro"}
    claims = {"exp": time.time() + 86_400, "email": "a@example.org", "https://api.openai.com/auth": own}
    parts = [json.dumps(part).encode() for part in ({"alg": "none"}, claims)]
    token = ".".join(urlsafe_b64encode(part).rstrip(b"=").decode() for part in (*parts, b"none"))
    tokens = {"id_token": token, "access_token": token, "refresh_token": "r", "account_id": "a"}
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return json.dumps({"auth_mode": "chatgpt", "OPENAI_API_KEY": None, "tokens": tokens, "last_refresh": now})


_CODEX = ("exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox")
_OPENCODE = dict.fromkeys(("AUTOUPDATE", "DEFAULT_PLUGINS", "LSP_DOWNLOAD", "MODELS_FETCH"), "true")
_SHELL = {"command": _COMMAND, "description": "Show the log"}
_JAVASCRIPT = f'text((await tools.exec_command({{cmd: "{_COMMAND}", max_output_tokens: 30000}})).output)'
REAL = {
    "claude": Real(
        "claude",
        ("-p", _QUESTION, "--allowedTools", "Bash"),
        *("Bash", _SHELL, (".claude.json", ".claude/*")),
        {"ANTHROPIC_API_KEY": "dummy", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1"},
    ),
    "codex, signed in, which sends zstd": Real(
        "codex",
        ("-c", "features.enable_request_compression=true", *_CODEX, _QUESTION),
        *("exec", {"input": f'// @exec: {{"max_output_tokens": 30000}}\n{_JAVASCRIPT}'}, (".codex/*",)),
        files={".codex/auth.json": _signed_in()},
        encoding="zstd",
    ),
    "codex, as other models have it": Real(
        "codex",
        (*_CODEX, "-m", "gpt-5", _QUESTION),
        *("exec_command", {"cmd": _COMMAND, "max_output_tokens": 30000}, (".codex/*",)),
        {"CODEX_API_KEY": "dummy"},
    ),
    "gemini": Real(
        "gemini",
        ("-m", "gemini-2.5-pro", "--skip-trust", "-y", "-p", _QUESTION),
        *("run_shell_command", _SHELL),
        tuple(f".gemini/{name}" for name in ("", "tmp/*", "history/*", "projects.json*", "installation_id", "*.lock")),
        {"GEMINI_API_KEY": "dummy"},
    ),
    "opencode": Real(
        "opencode",
        ("run", "-m", "anthropic/claude-sonnet-4-5", _QUESTION),
        *("bash", _SHELL),
        (".cache/*", ".local/*", ".npm/*", ".config/", *(f".config/opencode/{name}" for name in ("", ".gitignore"))),
        {"ANTHROPIC_API_KEY": "dummy", **{f"OPENCODE_DISABLE_{name}": value for name, value in _OPENCODE.items()}},
    ),
}


def _history(seen: Seen) -> list[Any]:
    """The conversation, without the tools that Codex puts at its head."""
    return [item for item in seen.messages if item.get("type") != "additional_tools"]


def _tools(seen: Seen) -> list[str]:
    heads = [item for item in seen.messages if item.get("type") == "additional_tools"]
    return [*seen.tool_names, *re.findall(r'"name": "(\w+)"', json.dumps(heads))]


def _answers(real: Real) -> Any:
    """A model that runs the command, asks for a hidden part of what it printed if it is told of one, and answers."""

    def script(seen: Seen) -> Reply:
        if seen.method != "POST":
            return Reply(b'{"data": [], "models": []}')
        if real.tool not in _tools(seen):
            return speak(seen, "A title")
        text = json.dumps(_history(seen))
        if "out of paper" not in text:
            return _custom(real) if real.tool == "exec" else speak(seen, ToolCall("call_1", real.tool, real.arguments))
        found = re.search("<<ccr:([0-9a-f]{12})", text)
        if found and "headroom_retrieve" not in text:
            return speak(seen, ToolCall("call_2", "headroom_retrieve", {"ref": found.group(1), "query": "unit 30"}))
        return speak(seen, _ANSWER)

    return script


def _custom(real: Real) -> Reply:
    """The call of a custom tool, as Codex has one for all its newest models do."""
    call = {"type": "custom_tool_call", "id": "ctc_1", "call_id": "call_1", "status": "completed"}
    call |= {"name": real.tool, "namespace": "functions", **real.arguments}
    used = {"input_tokens": 9, "output_tokens": 9, "total_tokens": 18}
    head = {"id": "resp_1", "object": "response", "created_at": 1, "model": "gpt-x", "output": []}
    events: list[Any] = [
        {"type": "response.created", "response": head},
        {"type": "response.output_item.added", "output_index": 0, "item": call},
        {"type": "response.output_item.done", "output_index": 0, "item": call},
        {"type": "response.completed", "response": {**head, "status": "completed", "output": [call], "usage": used}},
    ]
    body = [f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events]
    return Reply(body, headers={"content-type": "text/event-stream"})


def _sandbox(root: Path, real: Real, upstream: str) -> Sandbox:
    path = f"{_PROGRAMS}{os.pathsep}{os.environ['PATH']}"
    made = Sandbox(root, upstream, {**real.environ, "PATH": path, "TERM": "xterm-256color"})
    (made.project / "build.log").write_text(_LOG)
    for name, text in real.files.items():
        (made.home / name).parent.mkdir(exist_ok=True)
        (made.home / name).write_text(text)
    return made


def _start_bare(sandbox: Sandbox, real: Real) -> subprocess.Popen[str]:
    """The agent led to the upstream itself."""
    agent = agent_named(real.name)
    place = Place(sandbox.environ, sandbox.home, sandbox.project)
    launch = agent.launch(place, Proxied(sandbox.upstream, {"anthropic": sandbox.upstream}), real.words)
    Journal(sandbox.root / "journal").put(real.name, launch.edits, purpose="wrap")
    command = [str(_PROGRAMS / agent.command), *launch.arguments, *real.words]
    return subprocess.Popen(
        command,
        cwd=sandbox.project,
        env={**sandbox.environ, **launch.environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _turns(upstream: Upstream, real: Real) -> list[Seen]:
    return [seen for seen in upstream.seen if seen.method == "POST" and real.tool in _tools(seen)]


@pytest.fixture(scope="module", autouse=True)
def _installed() -> None:
    """Skip all, and say it where nobody can miss it, unless npm has delivered them."""
    missing = [name for name in ("claude", "codex", "gemini", "opencode") if not (_PROGRAMS / name).exists()]
    if missing:
        pytest.skip(f"NOT TESTED: {', '.join(missing)}; npm install --prefix tests/real_agents brings the real agents")


@pytest.mark.timeout(600)
@pytest.mark.parametrize("real", REAL.values(), ids=REAL.keys())
def test_a_real_agent_reads_less_and_comes_to_its_end(real: Real, tmp_path: Path) -> None:
    with ExitStack() as stack:
        bare_upstream, upstream = (stack.enter_context(Upstream(_answers(real))) for _ in range(2))
        bare, sandbox = _sandbox(tmp_path / "bare", real, bare_upstream.url), _sandbox(tmp_path, real, upstream.url)
        before = tree_of(sandbox.home)
        without = stack.enter_context(_start_bare(bare, real))
        done = sandbox.run("wrap", real.name, *real.words, timeout_s=_LONGEST_S)
        plain, _ = without.communicate(timeout=_LONGEST_S)
        sandbox.wait_until_alone()

        assert _ANSWER in plain, plain
        assert (done.returncode, _ANSWER in done.stdout) == (0, True), done.stdout + done.stderr
        assert "headroom_retrieve" not in done.stdout

        ask, result, retrieved = _turns(upstream, real)
        assert [_tools(seen).count("headroom_retrieve") for seen in (ask, result, retrieved)] == [1, 1, 1]
        assert _HIDDEN not in json.dumps(_history(result))
        assert _HIDDEN in json.dumps(_history(retrieved))
        plain_turns = _turns(bare_upstream, real)
        assert [seen.headers.get("content-encoding") for seen in plain_turns] == [real.encoding] * 2
        assert "content-encoding" not in {**ask.headers, **result.headers, **retrieved.headers}
        assert _growth(ask, result) < _growth(*plain_turns) / 2

        sandbox.run("unwrap", real.name)
        left = {name: kept for name, kept in tree_of(sandbox.home).items() if name in before or not _is_own(real, name)}
        assert left == before


def _is_own(real: Real, name: str) -> bool:
    return any(fnmatch(name, pattern) for pattern in real.own)


def _growth(ask: Seen, result: Seen) -> int:
    """Tokens that a command and what it printed added to a request."""
    return count_tokens(json.dumps(result.json)) - count_tokens(json.dumps(ask.json))
