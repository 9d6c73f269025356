"""Edits that are killed before each of their effects in turn; run by the tests of the journal in its own process.

An audit hook sees every file that is opened for writing, renamed or removed, and kills the process before the one
that was asked for.
"""

from __future__ import annotations

import os
import signal
import stat
import sys
from collections.abc import Callable
from pathlib import Path

from headroom_jupyter.agents.base import Edit
from headroom_jupyter.wrap.journal import Journal

__all__ = ["edits", "killed_at", "kills", "tree", "work"]

_EFFECTS = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "open"}


def edits(home: Path) -> list[Edit]:
    """What is put in: into a file that exists, a link to one, and two in folders that do not."""
    return [
        Edit(home / "settings.json", "json", ("servers", "headroom"), {"command": "x"}),
        Edit(home / "link.toml", "toml", ("servers", "headroom"), {"command": "x"}),
        Edit(home / "new" / "folder" / "config.yaml", "yaml", ("servers", "headroom"), {"command": "x"}),
        Edit(home / "new" / "other.json", "json", ("servers", "headroom"), {"command": "x"}),
    ]


def work(home: Path, action: str) -> None:
    """Put in, take one purpose of two out, or take all out."""
    journal = Journal(home.parent / "journal")
    if action == "put":
        journal.put("any", edits(home), purpose="mcp")
    elif action == "more":
        journal.put("any", [Edit(home / "settings.json", "json", ("theme",), "dark")], purpose="wrap")
    elif action == "less":
        journal.take("any", purpose="wrap")
    else:
        journal.take("any")


def killed_at(count: int, job: Callable[[], None]) -> bool:
    """Do a job in a process that is killed before its effect number `count`; whether it was."""
    child = os.fork()
    if child == 0:
        seen = 0

        def watch(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal seen
            is_reading = event == "open" and not int(str(arguments[2])) & (os.O_WRONLY | os.O_RDWR)
            if event not in _EFFECTS or is_reading:
                return
            seen += 1
            if seen == count:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(watch)
        job()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def tree(home: Path) -> dict[str, tuple[object, ...]]:
    """All there is: names, kinds, modes, link targets and contents."""
    found: dict[str, tuple[object, ...]] = {}
    for place in (home, home.parent / "dotfiles"):
        for path in sorted(place.rglob("*")):
            mode = path.lstat().st_mode
            content = os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else b""
            found[str(path.relative_to(home.parent))] = (stat.S_IFMT(mode), stat.S_IMODE(mode), content)
    return found


def kills(home: Path, action: str) -> int:
    """Kill an action before each of its effects, and undo all; how many effects it has.

    SystemExit: something was not as before.
    """
    before = tree(home)
    for count in range(1, 200):
        if action != "put":
            work(home, "put")
        if action == "less":
            work(home, "more")
        was_killed = killed_at(count, lambda: work(home, action))
        Journal(home.parent / "journal").take()
        if tree(home) != before:
            raise SystemExit(f"killed before effect {count} of {action}: {tree(home)}")
        if not was_killed:
            return count - 1
    raise SystemExit(f"{action} never ends")


if __name__ == "__main__":
    print(kills(Path(sys.argv[1]), sys.argv[2]))
