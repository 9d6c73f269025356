"""Processes share one memory: what one saves, the others find at once."""

from __future__ import annotations

import subprocess
import sys

from headroom_jupyter import Memory, SharedContext, Store

_SAVES = """
import sys
from headroom_jupyter import Memory, Store
memory = Memory(store=Store(sys.argv[1], project="shop"))
for number in range(20):
    memory.save(f"Worker {sys.argv[2]} met shard {number}", source=sys.argv[2])
    memory.save("All workers agree that the queue blocks", source=sys.argv[2])
"""
_TALKS = """
import sys
from headroom_jupyter import Memory, SharedContext, Store
store = Store(sys.argv[1], project="shop")
memory, shared = Memory(store=store), SharedContext(store=store)
for line in sys.stdin:
    memory.save(line.strip(), source="child")
    shared.put("latest", line.strip(), agent="child")
    print(len(memory.search("queue blocks")), flush=True)
"""


def test_several_processes_save_at_once_and_nothing_is_lost_or_doubled(memory: Memory, store: Store) -> None:
    command = [sys.executable, "-c", _SAVES, str(store.path)]
    workers = [subprocess.Popen([*command, name]) for name in ("alpha", "omega")]
    assert [worker.wait(100) for worker in workers] == [0, 0]
    records = memory.list()
    assert len(records) == 41
    (agreed,) = (record for record in records if record.text.startswith("All"))
    assert sorted(source.agent for source in agreed.sources) == ["alpha"] * 20 + ["omega"] * 20


def test_what_one_saves_the_other_finds_at_once(memory: Memory, store: Store) -> None:
    command = [sys.executable, "-c", _TALKS, str(store.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert memory.search("queue blocks") == []
        other.stdin.write("The queue blocks on Mondays\n")
        other.stdin.flush()
        assert other.stdout.readline() == "1\n"
        assert [record.sources[0].agent for record in memory.search("queue blocks")] == ["child"]
        assert SharedContext(store=store).get("latest") == "The queue blocks on Mondays"
        memory.save("Also the queue blocks at night when backups run")
        other.stdin.write("Nothing else matters here\n")
        other.stdin.flush()
        assert other.stdout.readline() == "2\n"
        other.stdin.close()
        assert other.wait(60) == 0
