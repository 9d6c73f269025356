"""A home and a folder for every test, and a way to run a command in this process."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from headroom_jupyter.cli import main

__all__ = ["Ran", "Run"]


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, and a store that is not made yet."""
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path / "home"))
    return work


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `headroom` with arguments and standard input."""

    def run_once(*arguments: str, stdin: bytes = b"") -> Ran:
        capfd.readouterr()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = main(arguments)
        sys.stdout.flush()
        out, err = capfd.readouterr()
        return Ran(code, out, err)

    return run_once


@pytest.fixture
def log(folder: Path) -> Path:
    """A file that becomes much smaller."""
    path = folder / "build.log"
    lines = [
        f"2024-05-01 10:{i // 60:02}:{i % 60:02} INFO [worker-{i % 4}] unit {i} was built in {i * 7 % 90} ms"
        for i in range(800)
    ]
    lines[500] = "2024-05-01 10:08:20 ERROR [worker-1] unit 500 failed: out of paper"
    path.write_text("\n".join(lines) + "\n")
    return path
