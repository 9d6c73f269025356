"""`headroom proxy`: what it says when it starts, and when it cannot."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_cli.conftest import Run


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--host", "0.0.0.0"], "give --token too"),  # noqa: S104  # refused
        (["--openai-upstream", "api.openai.com"], "is no plain http(s) URL"),
        (["--host", "192.0.2.1", "--token", "t", "--port", "0"], "cannot listen on 192.0.2.1:0"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(run: Run, arguments: list[str], told: str) -> None:
    done = run("proxy", *arguments)
    assert done.code == 1
    assert told in done.err
    assert done.err.count("\n") == 1


def test_a_port_that_is_taken_is_told(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run("proxy", "--port", str(taken.getsockname()[1]))
    assert done.code == 1
    assert "choose another --port" in done.err


def test_it_tells_a_person_where_to_look_and_ends_quietly(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "headroom_jupyter", "proxy", "--port", "0"]
    environ = {**os.environ, "HEADROOM_HOME": str(tmp_path), "HEADROOM_OPENAI_UPSTREAM": "http://127.0.0.1:9/v1"}
    environ["PYTHONUNBUFFERED"] = "1"
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        lines = [process.stdout.readline() for _ in range(4)]
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert "headroom proxy on http://127.0.0.1:" in lines[0]
    assert "/dashboard" in lines[0]
    assert "openai     → http://127.0.0.1:9/v1" in "".join(lines)
    assert "Traceback" not in err
