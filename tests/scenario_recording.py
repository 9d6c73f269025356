"""Sessions and notebooks of `tests.scenarios`, recorded: golden/sessions_first and golden/sessions_aside; not a test.

    python -m tests.scenario_recording FOLDER sessions_first

Also for the sets of the other modules. Each scenario goes to two sessions, of whichever agents. labels.json is what
`scenarios` says, corrected by hand where a recording came otherwise.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from tests.recording import Do, Turns, commit, record, scrub
from tests.scenarios import CELLS, FILES, SCENARIOS, Cell, Edit, Fails, Read, Say, Shell, Step, halves
from tests.scenarios_fourth import FOURTH, FOURTH_CELLS
from tests.scenarios_last import LAST, LAST_CELLS, LAST_FILES

__all__ = ["make_shop", "sessions_of"]

_ROOT = Path(__file__).parents[1]
_GOLDEN = _ROOT / "tests" / "golden"
_HALVES = ("sessions_first", "sessions_aside")
_SEEDS = {"sessions_first": 1, "sessions_aside": 2, "sessions_last": 3, "sessions_fourth": 4}
_SESSIONS = {"claude": 2, "codex": 2, "gemini": 1, "opencode": 1}
_MISSING = re.compile(
    r"(?:python|pip|pip3|pytest|fd|fdfind|tree|uv|poetry|yarn|cargo|unzip|mypy|ruff|docker|headroom)(?:[0-9.]*)?"
)
_TAKEN_PORT = 47113
_SAID = "Have a look at the project, see to it that all of it works, and tell me what you find."
_KEPT = ("python", "pytest", "ruff", "mypy")


def make_shop(folder: Path) -> None:
    """The project as each session finds it."""
    for name, text in {**FILES, **LAST_FILES}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "data/raw/names.csv").write_bytes("Käthe;München\n".encode("latin-1"))
    with tarfile.open(folder / "data/archive.tar.gz", "w") as archive:
        archive.add(folder / "data/shops.json", "shops.json")
    with zipfile.ZipFile(folder / "data/bundle.zip", "w") as bundle:
        bundle.write(folder / "data/shops.json", "shops.json")
    (folder / "env/bin").mkdir(parents=True)
    for name in _KEPT:
        program = folder / "env/bin" / name
        program.write_text(f'#!/bin/sh\nexec {Path(sys.executable).parent / name} "$@"\n')
        program.chmod(0o755)
    database = sqlite3.connect(folder / "data/sales.db")
    database.executescript("CREATE TABLE shops (id, title); CREATE TABLE receipts (id, shop_id, net);")
    database.close()
    commit(folder)
    for words in (("branch", "feature-tax"), ("tag", "v1.0")):
        subprocess.run(["git", *words], cwd=folder, check=True)


def sessions_of(half: str) -> dict[str, list[list[str]]]:
    """The scenarios of each session, by agent; a name and which of its two forms."""
    lot = random.Random(_SEEDS[half])  # noqa: S311  # a lot, and no secret
    every = [(agent, number) for agent, count in _SESSIONS.items() for number in range(count)]
    found: dict[tuple[str, int], list[str]] = {place: [] for place in every}
    for name in _names(half):
        places = sorted(every, key=lambda place: (len(found[place]), lot.random()))[:2]
        lot.shuffle(places)
        for form, place in enumerate(places):
            found[place].append(f"{name}#{form}")
    for names in found.values():
        lot.shuffle(names)
    return {agent: [found[agent, number] for number in range(count)] for agent, count in _SESSIONS.items()}


_OWN: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
    "sessions_first": (SCENARIOS, CELLS),
    "sessions_aside": (SCENARIOS, CELLS),
    "sessions_last": (LAST, LAST_CELLS),
    "sessions_fourth": (FOURTH, FOURTH_CELLS),
}


def _names(half: str, *, of_cells: bool = False) -> list[str]:
    """The scenarios of a set, each with the set before its name."""
    names = sorted(_OWN[half][of_cells])
    if half in _HALVES:
        names = halves(names, seed=7)[_HALVES.index(half)]
    return [f"{half} {name}" for name in names]


def _told(name: str, *, of_cells: bool = False) -> Any:
    half, _, own = name.partition(" ")
    return _OWN[half][of_cells][own]


def _steps(names: Sequence[str]) -> Iterator[Step]:
    for told in names:
        name, _, form = told.rpartition("#")
        yield from _told(name)[int(form)]


def _do(step: Step) -> Do:
    inner = step.step if isinstance(step, Fails) else step
    if isinstance(inner, Read):
        return Do("read", (inner.path,))
    if isinstance(inner, Edit):
        return Do("edit", (inner.path, inner.old, inner.new))
    shell = inner if isinstance(inner, Shell) else Shell(str(inner))
    return Do("shell", (shell.command,), shell.timeout_ms)


def _turns(names: Sequence[str], project: Path) -> Turns:
    turns: list[tuple[str, list[Do]]] = [(_SAID, [])]
    for step in _steps(names):
        if isinstance(step, Say):
            turns.append((step.text, []))
        else:
            done = _do(step)
            turns[-1][1].append(
                Do(done.what, (done.words[0].replace("$PWD", str(project)), *done.words[1:]), done.timeout_ms)
            )
    return turns


def _label(failed: Fails) -> dict[str, Any]:
    told = [{"wrong": wrong, "right": right} for wrong, right in failed.teaches]
    return {"corrections": told} if told else {"corrections": [], "why": failed.why}


def _labels(half: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for agent, sessions in sessions_of(half).items():
        calls = [step for names in sessions for step in _steps(names) if not isinstance(step, Say)]
        for number, step in enumerate(calls, 1):
            if isinstance(step, Fails):
                yield f"{agent} {number}", _label(step)
    for ident, cell in ((ident, cell) for cells in _books(half).values() for ident, cell in cells):
        if isinstance(cell, Fails):
            yield f"notebooks {ident}", _label(cell)


def _books(half: str) -> Mapping[str, list[tuple[str, Cell]]]:
    """Cells of four notebooks with their ids."""
    found: dict[str, list[tuple[str, Cell]]] = {name: [] for name in ("may", "shops", "draft", "again")}
    names = list(found)
    for number, name in enumerate(_names(half, of_cells=True)):
        for form in (0, 1):
            book = found[names[(number + form * (1 + _SEEDS[half] % 3)) % 4]]
            book += [
                (f"c{number}{'ab'[form]}{place}", cell) for place, cell in enumerate(_told(name, of_cells=True)[form])
            ]
    return found


def _run_books(half: str, folder: Path) -> None:
    """Notebooks run by a real kernel in the project, without what it says of its own files."""
    project, into = folder / "books" / "shop", _GOLDEN / half / "home" / "shop"
    make_shop(project)
    into.mkdir(parents=True)
    for name, cells in _books(half).items():
        book = nbformat.v4.new_notebook()
        for ident, cell in cells:
            source = str(cell.step if isinstance(cell, Fails) else cell)
            book.cells.append(nbformat.v4.new_code_cell(source, id=ident))
        NotebookClient(book, timeout=100, allow_errors=True, resources={"metadata": {"path": str(project)}}).execute()
        for cell in book.cells:
            cell.outputs = [_bare(output) for output in cell.outputs if output.output_type == "error"]
        nbformat.write(book, into / f"{name}.ipynb")


def _bare(output: Any) -> Any:
    output.traceback = []
    return output


def _record(half: str, folder: Path, agent: str) -> None:
    project = folder / agent / "home" / "shop"
    record(folder, agent, [_turns(names, project) for names in sessions_of(half)[agent]], make_shop, _MISSING)
    scrub(folder, agent, half)


def main() -> None:
    """Record a half, its labels first."""
    folder, half = Path(os.path.abspath(sys.argv[1])), sys.argv[2]
    shutil.rmtree(_GOLDEN / half / "home", ignore_errors=True)
    (_GOLDEN / half).mkdir(exist_ok=True)
    lines = (f"  {json.dumps(name)}: {json.dumps(label)}" for name, label in _labels(half))
    (_GOLDEN / half / "labels.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    if len(sys.argv) > 3:
        return
    with socket.socket() as taken:
        with suppress(OSError):  # the other half's recording has it
            taken.bind(("127.0.0.1", _TAKEN_PORT))
        _run_books(half, folder)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda agent: _record(half, folder, agent), _SESSIONS))


if __name__ == "__main__":
    main()
