"""`headroom wrap` as a person runs it, in a home and a store of its own; not a test."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Sandbox", "tree_of"]

HEADROOM = (sys.executable, "-m", "headroom_jupyter")


@dataclass(frozen=True)
class Sandbox:
    """A home, a project and a store, and an upstream for all providers."""

    root: Path
    upstream: str = "http://127.0.0.1:9"
    more: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for folder in (self.home, self.project, self.programs):
            folder.mkdir(parents=True, exist_ok=True)

    @property
    def home(self) -> Path:
        return self.root / "home"

    @property
    def project(self) -> Path:
        return self.root / "project"

    @property
    def programs(self) -> Path:
        return self.root / "programs"

    @property
    def environ(self) -> dict[str, str]:
        names = ("ANTHROPIC", "OPENAI", "GEMINI")
        upstreams = {f"HEADROOM_{name}_UPSTREAM": self.upstream for name in names}
        path = f"{self.programs}{os.pathsep}{os.environ['PATH']}"
        store = {"HEADROOM_HOME": str(self.root / "store")}
        return {"PATH": path, "HOME": str(self.home), **store, **upstreams, **self.more}

    def start(self, *words: str, **options: Any) -> subprocess.Popen[str]:
        """`headroom` with these words."""
        own = {"cwd": self.project, "env": self.environ, "text": True}
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        return subprocess.Popen([*HEADROOM, *words], **{**own, **pipes, **options})

    def run(
        self, *words: str, stdin: str = "", timeout_s: float | None = None, **options: Any
    ) -> subprocess.CompletedProcess[str]:
        """The same, to its end."""
        with self.start(*words, **options) as process:
            try:
                out, err = process.communicate(stdin, timeout=timeout_s)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    def program(self, name: str, script: str) -> None:
        """Put a shell script into PATH."""
        path = self.programs / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def wait_until_alone(self) -> None:
        """Return when no proxy of this sandbox lives any more; each holds a lock as long as it does."""
        for path in (self.root / "store" / "wrap" / "proxies").glob("*/alive"):
            with path.open("r+") as file:
                fcntl.flock(file, fcntl.LOCK_EX)


def tree_of(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Mode and content of all that is below a folder; the names of folders end in a slash."""
    found = {}
    for path in sorted(folder.rglob("*")):
        is_folder = path.is_dir()
        name = f"{path.relative_to(folder)}{'/' if is_folder else ''}"
        found[name] = (path.stat().st_mode, b"" if is_folder else path.read_bytes())
    return found
