"""A wrapped command is itself in all that its user sees, and has a proxy for as long as it lives."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.wrapping import Sandbox, tree_of

_TELL_AND_WAIT = 'echo "$HEADROOM_PROXY"; read line; exit 5'


def _livez(url: str) -> dict[str, object]:
    with urlopen(f"{url.strip()}/livez") as reply:  # noqa: S310  # loopback
        return dict(json.load(reply))


def test_words_streams_and_exit_code_are_the_commands_own(sandbox: Sandbox) -> None:
    script = 'printf "%s|" "$@"; cat; echo told >&2; exit 7'
    done = sandbox.run("wrap", "--", "sh", "-c", script, "sh", "--level", "a b", "--", "-x", stdin="in")
    assert (done.returncode, done.stdout, done.stderr) == (7, "--level|a b|--|-x|in", "told\n")


def test_a_signal_reaches_the_command_once_and_ends_it_as_ever(sandbox: Sandbox) -> None:
    script = 'trap "echo got it" INT; echo ready; while read line; do :; done; kill -TERM $$'
    with sandbox.start("wrap", "--", "sh", "-c", script) as process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "got it\n"
        out, err = process.communicate()
    assert (process.returncode, out, err) == (-signal.SIGTERM, "", "")


def test_a_pipe_that_closes_ends_the_command_silently(sandbox: Sandbox) -> None:
    done = sandbox.run("wrap", "--", "sh", "-c", "yes | head -1")
    assert (done.returncode, done.stdout, done.stderr) == (0, "y\n", "")


def test_the_terminal_is_the_commands_own(sandbox: Sandbox) -> None:
    master, slave = os.openpty()
    script = "test -t 0 && test -t 1 && test -t 2 && stty -echo && tty"
    with sandbox.start("wrap", "--", "sh", "-c", script, stdin=slave, stdout=slave, stderr=slave) as process:
        process.wait()
    name = os.ttyname(slave)
    os.close(slave)
    told, shown = os.read(master, 1000).decode().split()[-2:]
    assert (process.returncode, shown) == (0, name)
    assert told.endswith("/dashboard")
    os.close(master)


def test_clients_are_led_to_the_proxy_and_past_every_other(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path, more={"NO_PROXY": "intern.example", "HTTPS_PROXY": "http://127.0.0.1:9"})
    done = sandbox.run("wrap", "--", sys.executable, "-c", "import json, os; print(json.dumps(dict(os.environ)))")
    found = json.loads(done.stdout)
    url = found["HEADROOM_PROXY"]
    assert url.startswith("http://127.0.0.1:")
    assert {found["ANTHROPIC_BASE_URL"], found["GOOGLE_GEMINI_BASE_URL"]} == {url}
    assert {found["OPENAI_BASE_URL"], found["OPENAI_API_BASE"]} == {f"{url}/v1"}
    assert found["NO_PROXY"] == "intern.example,127.0.0.1"
    assert found["HEADROOM_PROJECT"] == str(sandbox.project)
    assert set(found) - set(sandbox.environ) <= set(found) & {
        *("ANTHROPIC_BASE_URL", "OPENAI_BASE_URL", "OPENAI_API_BASE", "GOOGLE_GEMINI_BASE_URL", "LC_CTYPE"),
        *("HEADROOM_PROXY", "HEADROOM_PROJECT", "NO_PROXY", "no_proxy"),
    }
    sandbox.wait_until_alone()


def test_wraps_of_one_project_share_a_proxy_that_ends_with_the_last_of_them(sandbox: Sandbox) -> None:
    with sandbox.start("wrap", "--", "sh", "-c", _TELL_AND_WAIT) as first:
        assert first.stdout
        url = first.stdout.readline()
        with sandbox.start("wrap", "--", "sh", "-c", _TELL_AND_WAIT) as second:
            assert second.stdout
            assert second.stdout.readline() == url
            first.communicate("\n")
            assert first.returncode == 5
            assert str(_livez(url)["name"]).startswith("headroom")
            second.communicate("\n")
    sandbox.wait_until_alone()
    with pytest.raises(OSError, match="refused"):
        _livez(url)


def test_many_that_start_at_once_start_one_proxy(sandbox: Sandbox) -> None:
    wraps = [sandbox.start("wrap", "--", "sh", "-c", _TELL_AND_WAIT) for _ in range(5)]
    told = {process.stdout.readline() for process in wraps if process.stdout}
    for process in wraps:
        process.communicate("\n")
    assert len(told) == 1, told
    assert [process.returncode for process in wraps] == [5] * 5


def test_another_project_or_level_has_another_proxy(sandbox: Sandbox) -> None:
    other = sandbox.root / "other"
    other.mkdir()
    wraps = [
        sandbox.start("wrap", "--", "sh", "-c", _TELL_AND_WAIT),
        sandbox.start("wrap", "--", "sh", "-c", _TELL_AND_WAIT, cwd=other),
        sandbox.start("wrap", "--level", "lossless", "--", "sh", "-c", _TELL_AND_WAIT),
    ]
    told = {process.stdout.readline() for process in wraps if process.stdout}
    for process in wraps:
        process.communicate("\n")
    assert len(told) == 3


def test_a_wrap_within_a_wrap_uses_the_same_proxy_and_upstreams(tmp_path: Path) -> None:
    own = {"ANTHROPIC_BASE_URL": "http://127.0.0.1:7/gateway"}
    sandbox = Sandbox(tmp_path, more={**own, "HEADROOM_ANTHROPIC_UPSTREAM": ""})
    innermost = 'echo "$HEADROOM_PROXY"; echo "$HEADROOM_ANTHROPIC_UPSTREAM"'
    inner = f"echo \"$HEADROOM_PROXY\"; {sys.executable} -m headroom_jupyter wrap -- sh -c '{innermost}'"
    lines = sandbox.run("wrap", "--", "sh", "-c", inner).stdout.split()
    assert lines[0] == lines[1]
    assert lines[2] == "http://127.0.0.1:7/gateway"
    sandbox.wait_until_alone()


def test_a_killed_command_leaves_no_proxy_behind(sandbox: Sandbox) -> None:
    with sandbox.start("wrap", "--", "sh", "-c", _TELL_AND_WAIT) as process:
        assert process.stdout
        url = process.stdout.readline()
        process.kill()
    sandbox.wait_until_alone()
    with pytest.raises(OSError, match="refused"):
        _livez(url)


def test_a_child_that_goes_on_keeps_the_proxy(sandbox: Sandbox) -> None:
    waits_for = sandbox.root / "end"
    os.mkfifo(waits_for)
    script = f'cat {waits_for} >/dev/null 2>&1 & echo "$HEADROOM_PROXY"'
    done = sandbox.run("wrap", "--", "sh", "-c", script)
    assert str(_livez(done.stdout)["name"]).startswith("headroom")
    with waits_for.open("w"):
        pass
    sandbox.wait_until_alone()


def test_a_proxy_that_was_killed_is_started_anew(sandbox: Sandbox) -> None:
    script = 'echo "$HEADROOM_PROXY"; read line; echo "$HEADROOM_PROXY"'
    with sandbox.start("wrap", "--", "sh", "-c", script) as first:
        assert first.stdout
        url = first.stdout.readline()
        os.kill(int(str(_livez(url)["pid"])), signal.SIGKILL)
        sandbox.wait_until_alone()
        done = sandbox.run("wrap", "--", "sh", "-c", 'echo "$HEADROOM_PROXY"')
        assert done.stdout != url
        first.communicate("\n")


def test_no_stranger_on_the_port_is_taken_for_the_proxy(sandbox: Sandbox) -> None:
    code = (
        "import sys; from pathlib import Path; from http.server import HTTPServer, SimpleHTTPRequestHandler\n"
        "from headroom_jupyter.wrap import proxies\n"
        "own = Path(sys.argv[1]); own.mkdir(parents=True); proxies._locked(own / 'alive', is_shared=False)\n"
        "server = HTTPServer(('127.0.0.1', 0), SimpleHTTPRequestHandler); port = server.server_address[1]\n"
        '(own / \'proxy.json\').write_text(\'{"url": "http://127.0.0.1:%d", "port": %d, "pid": 1}\' % (port, port))\n'
        "print('ready', flush=True); server.serve_forever()\n"
    )
    shown = json.loads(sandbox.run("wrap", "--json", "--", "true").stdout)["proxy"]
    place = sandbox.root / "store" / "wrap" / "proxies" / shown["key"]
    command = [sys.executable, "-c", code, str(place)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as stranger:
        assert stranger.stdout
        stranger.stdout.readline()
        done = sandbox.run("wrap", "--", "true")
        stranger.kill()
    assert done.returncode == 1
    assert "does not answer" in done.stderr


def test_a_proxy_that_cannot_start_is_told_in_one_line(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path, upstream="ftp://example")
    done = sandbox.run("wrap", "--", "true")
    assert done.returncode == 1
    assert "upstream" in done.stderr
    assert done.stderr.count("\n") == 1
    sandbox.wait_until_alone()


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["wrap", "no-such-agent"], 1, "only claude, codex, gemini, opencode, aider, goose"),
        (["wrap", "--", "no-such-command"], 1, "no command 'no-such-command'"),
        (["wrap"], 2, "Missing argument"),
        (["unwrap"], 2, "--all"),
        (["unwrap", "gemini", "--all"], 2, "--all"),
        (["unwrap", "nobody"], 1, "no agent"),
    ],
)
def test_what_cannot_be_run_is_told(sandbox: Sandbox, words: list[str], code: int, told: str) -> None:
    done = sandbox.run(*words)
    assert (done.returncode, done.stdout) == (code, "")
    assert told in done.stderr


def _gemini(sandbox: Sandbox, script: str) -> Path:
    sandbox.program("gemini", script)
    settings = sandbox.home / ".gemini" / "settings.json"
    settings.parent.mkdir()
    settings.write_text('{"ui": {"theme": "dark"}} // mine\n')
    return settings


def test_an_entry_that_an_agent_needs_stands_there_while_it_runs(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path, more={"GEMINI_API_KEY": "dummy"})
    settings = _gemini(sandbox, 'cat "$HOME/.gemini/settings.json"')
    before = tree_of(sandbox.home)
    done = sandbox.run("wrap", "gemini")
    assert '"selectedType": "gemini-api-key"' in done.stdout
    sandbox.wait_until_alone()
    assert tree_of(sandbox.home) == before
    assert settings.read_text() == '{"ui": {"theme": "dark"}} // mine\n'


def test_the_last_of_several_takes_the_entry_away(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path, more={"GEMINI_API_KEY": "dummy"})
    settings = _gemini(sandbox, "echo ready; read line")
    before = settings.read_bytes()
    other = tmp_path / "other"
    other.mkdir()
    with sandbox.start("wrap", "gemini") as first, sandbox.start("wrap", "gemini", cwd=other) as second:
        for process in (first, second):
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
        first.communicate("\n")
        sandbox.run("wrap", "--", "true")
        assert b"selectedType" in settings.read_bytes()
        second.communicate("\n")
    sandbox.wait_until_alone()
    assert settings.read_bytes() == before


def test_an_entry_that_cannot_be_written_is_told_and_stops_nobody(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path, more={"GEMINI_API_KEY": "dummy"})
    settings = _gemini(sandbox, "echo started")
    settings.write_text("{")
    done = sandbox.run("wrap", "gemini")
    assert (done.returncode, done.stdout) == (0, "started\n")
    assert f"{settings}: it is no JSON" in done.stderr
    sandbox.wait_until_alone()


def test_unwrap_restores_what_a_crash_of_everything_left(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path, more={"GEMINI_API_KEY": "dummy"})
    settings = _gemini(sandbox, 'echo "$HEADROOM_PROXY"; exec cat')
    before = tree_of(sandbox.home)
    with sandbox.start("wrap", "gemini") as process:
        assert process.stdout
        os.kill(int(str(_livez(process.stdout.readline())["pid"])), signal.SIGKILL)
        process.kill()
    assert b"selectedType" in settings.read_bytes()
    assert sandbox.run("unwrap", "codex").stdout == "nothing to undo\n"
    assert sandbox.run("unwrap", "gemini").stdout == f"restored {settings}\n"
    assert tree_of(sandbox.home) == before
    assert json.loads(sandbox.run("unwrap", "--all", "--json").stdout) == {"restored": []}
