"""kill -9 at any point: what was saved is there once and is found, and what a proxy told a model stays as it was."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest

from headroom_jupyter import Memory, Store
from headroom_jupyter.memory.records import Record
from tests.proxies import ProxyProcess
from tests.test_memory.crash_writer import text_of
from tests.upstream import Reply, Seen, Upstream, speak

# HEADROOM_TEST_KILLS=100 kills as often; the tests' own time is that of starting what is killed.
_KILLS = int(os.environ.get("HEADROOM_TEST_KILLS", "5"))
_PROXY_KILLS = int(os.environ.get("HEADROOM_TEST_KILLS", "1"))
_ROOT = Path(__file__).resolve().parents[2]
_PORT = "The staging database listens on port 5433"


@pytest.mark.skipif(os.name != "posix", reason="needs kill -9")
@pytest.mark.timeout(600)
def test_a_killed_writer_loses_nothing_that_was_saved_and_doubles_nothing(tmp_path: Path) -> None:
    path, pick = tmp_path / "store", random.Random(7)  # noqa: S311  # test data
    said: dict[int, str] = {}
    for _ in range(_KILLS):
        again = max(said, default=0)  # as one does who does not know whether it was saved
        command = [sys.executable, "-m", "tests.test_memory.crash_writer", str(path), str(again)]
        with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline()]
            time.sleep(pick.random() * 0.05)
            process.kill()
            lines += process.stdout.readlines()
        said |= {int(number): ident for number, ident in (pair for pair in map(str.split, lines) if len(pair) == 2)}
        _check(Memory(store=Store(path, project="crash")), said)
    assert len(said) > _KILLS


def _check(memory: Memory, said: dict[int, str]) -> None:
    """All is readable, there once, and in the index as the records are."""
    records = {record.id: record for record in memory.list(history=True)}
    texts = [record.text for record in records.values()]
    assert len(texts) == len(set(texts))
    for number, ident in said.items():
        assert records[ident].text == text_of(number)
        assert any(source.agent == f"writer {number}" for source in records[ident].sources)
    held = [record for record in records.values() if record.is_valid(time.time())]
    _found(memory, held[:20] + held[-20:])
    for table in ("words", "grams"):  # raises where an index is damaged
        with memory._store.writing(0) as shelf:
            shelf.run(f"INSERT INTO Memory1_{table} (Memory1_{table}) VALUES ('integrity-check')")  # noqa: S608  # a constant
    with memory._store.reading() as shelf:
        assert shelf is not None
        assert shelf.run("PRAGMA quick_check") == [("ok",)]
        assert shelf.run("SELECT count(*) FROM Memory1_names") == [(len(held),)]


def _found(memory: Memory, records: list[Record]) -> None:
    for record in records:
        assert memory.search(record.text, k=1)[0].id == record.id


@pytest.mark.skipif(os.name != "posix", reason="needs kill -9")
@pytest.mark.timeout(900)
def test_a_killed_proxy_tells_the_same_memories_again(tmp_path: Path) -> None:
    environ = {"HEADROOM_HOME": str(tmp_path), "HEADROOM_PROJECT": "crash", "HEADROOM_MEMORY_TOKENS": "300"}
    memory = Memory(store=Store(tmp_path / "store", project="crash"))
    memory.save(_PORT, source="ann")
    known = memory.list()
    pick = random.Random(11)  # noqa: S311  # test data
    with Upstream(_slowly) as upstream:
        messages = [{"role": "user", "content": "Which port has the staging database?"}]
        for turn in range(_PROXY_KILLS):
            proxy = ProxyProcess(upstream.url, environ)
            body = json.dumps({"model": "gpt-4o", "messages": messages}).encode()
            asking = threading.Thread(target=_ask, args=(proxy.url, body))
            asking.start()
            time.sleep(pick.random() * 0.3)
            proxy.kill()
            asking.join()
            memory.save(f"Worker {turn} met shard {turn * 7}")  # others save meanwhile, and it changes no turn
            messages += [
                {"role": "assistant", "content": f"It is {turn}."},
                {"role": "user", "content": f"And {turn}?"},
            ]
        proxy = ProxyProcess(upstream.url, environ)
        _ask(proxy.url, json.dumps({"model": "gpt-4o", "messages": messages}).encode())
        proxy.kill()
    sent = [seen.json["messages"] for seen in upstream.seen]
    longest = max(sent, key=len)
    assert len(longest) == len(messages)
    assert all(longest[: len(one)] == one for one in sent)
    assert json.dumps(longest).count(_PORT) <= 1  # 0 where the first turn was killed before it was told
    listed = {record.id for record in memory.list()}
    assert len(listed) == 1 + _PROXY_KILLS
    assert {record.id for record in known} <= listed


def _slowly(seen: Seen) -> Reply:
    time.sleep(0.05)
    return speak(seen, "Done.")


def _ask(url: str, body: bytes) -> None:
    with suppress(httpx2.HTTPError), httpx2.Client(timeout=60) as http:
        http.post(f"{url}/v1/chat/completions", content=body)
