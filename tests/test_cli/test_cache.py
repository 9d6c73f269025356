"""`headroom doctor --cache`: what it says of a log."""

from __future__ import annotations

import json
from pathlib import Path

from tests.careless import requests
from tests.test_cli.conftest import Run


def test_the_doctor_tells_what_keeps_a_cache_cold(run: Run, folder: Path) -> None:
    lines = [json.dumps(request) for request in requests("openai", calls=4)]
    (folder / "log.jsonl").write_text("\n".join([*lines, '{"messages": [']))
    done = run("doctor", "--cache", "log.jsonl")
    assert done.code == 0, done.err
    assert "what broke the cache" in done.out
    assert "system 1" in done.out
    assert "skipped 1: half-written (first at line 5)" in done.out
    found = json.loads(run("doctor", "--cache", "log.jsonl", "--json").out)
    assert found["total"]["calls"] == 4
    assert found["total"]["aligned_share"] > found["total"]["cached_share"]
    assert found["skipped"] == {"half-written": 1}


def test_a_log_that_is_not_there_is_one_line(run: Run) -> None:
    done = run("doctor", "--cache", "none.jsonl")
    assert done.code == 1
    assert done.err == "headroom: none.jsonl cannot be read: No such file or directory; name a file of JSON lines\n"
