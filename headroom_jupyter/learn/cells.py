"""Cells that failed and the edits after which they passed, from notebooks, their checkpoints and IPython's history.

It runs no cell and imports nothing that is in one.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from headroom_jupyter.agents.sessions import Skipped, database, when
from headroom_jupyter.learn.corrections import Correction
from headroom_jupyter.learn.edits import edited, likeness, tokens
from headroom_jupyter.learn.mining import Finding, Mined

__all__ = ["Cell", "find_notebooks", "mine_cells", "read_history", "read_notebook"]

_LARGEST_BYTES = 64_000_000  # of a notebook, which is one JSON object
_MOST_NOTEBOOKS = 2_000
_SKIPPED = {"node_modules", "__pycache__", "site-packages", "venv", "env"}
_ALIKE = 0.6  # of two sources, by difflib over their tokens: below that a cell is another cell
_NEAR = 0.6  # of two names that nothing but an edit connects
_WINDOW = 6  # cells after a failure in which its edit is looked for
_LONGEST = 20_000  # characters of a cell
_INSTALL = re.compile(r"^\s*[%!]\s*(?:pip|conda|mamba|uv)\s+(?:pip\s+)?install\s+[\w\[\].=<>~! -]{1,80}$", re.MULTILINE)
_MODULE = re.compile(r"No module named '([\w.]+)'")
_MOST_INPUTS = 10_000  # of a session of the history
_OWN = 2  # cells of the project's notebooks that a session of the history must hold to be the project's


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as it ran; `error` is "Name: message" if it failed, None when nobody knows whether it did."""

    id: str
    source: str
    error: str | None = ""


def find_notebooks(root: Path) -> Iterator[Path]:
    """The notebooks of a project; hidden folders and installed packages are left out."""
    count = 0
    for folder, names, found in os.walk(root):
        names[:] = sorted(name for name in names if not name.startswith(".") and name not in _SKIPPED)
        for name in sorted(found):
            if name.endswith(".ipynb") and count < _MOST_NOTEBOOKS:
                count += 1
                yield Path(folder) / name


def read_notebook(path: Path, skipped: Skipped) -> list[Cell]:
    """The code cells of a notebook in the order they ran, those of its checkpoint that differ before them."""
    checkpoint = path.parent / ".ipynb_checkpoints" / f"{path.stem}-checkpoint.ipynb"
    older = _cells(checkpoint, skipped) if checkpoint.exists() else []
    now = _cells(path, skipped)
    sources = {source for _, source, _ in now}
    earlier = [Cell(ident, source, error) for ident, source, error in older if source not in sources]
    return [*earlier, *(Cell(ident, source, error) for ident, source, error in now)]


def _cells(path: Path, skipped: Skipped) -> list[tuple[str, str, str]]:
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            skipped.add(f"notebook of more than {_LARGEST_BYTES // 1_000_000} MB")
            return []
        told = json.loads(path.read_bytes())["cells"]
        ran = [cell for cell in told if cell["cell_type"] == "code" and isinstance(cell.get("execution_count"), int)]
        ran.sort(key=lambda cell: int(cell["execution_count"]))
        return [(str(cell.get("id", "")), _text(cell["source"]), _error(cell)) for cell in ran]
    except OSError as err:
        skipped.add(f"notebook that cannot be read ({err.strerror or err})")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        skipped.add("notebook that is no JSON of nbformat 4, or half written")
    return []


def _text(source: object) -> str:
    return "".join(map(str, source)) if isinstance(source, list) else str(source)


def _error(cell: dict[str, Any]) -> str:
    for output in cell.get("outputs") or ():
        if output.get("output_type") == "error":
            return f"{output.get('ename', '')}: {output.get('evalue', '')}"
    return ""


def mine_cells(cells: Sequence[Cell], at: float) -> Mined:
    """What failed cells and their edits teach."""
    mined = Mined(calls=len(cells), at=at)
    for index, failed in enumerate(cells):
        if failed.error == "" or len(failed.source) > _LONGEST:
            continue
        mined.failures += failed.error is not None
        after = cells[index + 1 : index + 1 + (_WINDOW if failed.error else 2)]
        after = [*after, *(cell for cell in cells[index + 1 + _WINDOW :] if cell.id and cell.id == failed.id)]
        found = next((found for place, cell in enumerate(after) if (found := _edit(failed, cell, after[:place]))), None)
        if found is not None:
            mined.findings.append(Finding(found, (failed.id or f"cell {index + 1}",), at))
    return mined


def _edit(failed: Cell, passed: Cell, between: Sequence[Cell]) -> Correction | None:
    """What the edit of a cell teaches, if it is one: the same cell, and the error blames what was changed."""
    if passed.error or len(passed.source) > _LONGEST:
        return None
    if passed.source.strip() == failed.source.strip():
        return _installed(failed, between)
    one, two = tokens(failed.source), tokens(passed.source)
    matcher = SequenceMatcher(None, one, two, autojunk=False)
    is_same = bool(failed.id) and failed.id == passed.id
    if not is_same and matcher.ratio() < _ALIKE:
        return None
    if failed.error is None:
        return _renamed(one, two, [op for op in matcher.get_opcodes() if op[0] != "equal"])
    name, _, message = failed.error.partition(": ")
    found = edited(one, two, message)
    if found is not None:
        # That one key is missing says nothing of another, but of one that is nearly the same.
        is_other = name == "KeyError" and not is_same and not _are_near(*found)
        return None if is_other else Correction("cell", *found, name)
    added = [word for op in matcher.get_opcodes() if op[0] == "insert" for word in two[op[3] : op[4]]]
    if name == "NameError" and (line := _import_of(message, added)):
        return Correction("cell", re.findall(r"'(\w+)'", message)[0], line, name)
    return None


def _are_near(one: str, two: str) -> bool:
    one, two = one.strip("'\""), two.strip("'\"")
    return one in two or two in one or likeness(one, two) >= _NEAR


def _renamed(one: list[str], two: list[str], changes: Sequence[tuple[str, int, int, int, int]]) -> Correction | None:
    """One name that was put in another's place at once: all that a history, which knows no errors, can show."""
    if len(changes) != 1:
        return None
    _, start, end, new_start, new_end = changes[0]
    if (
        end - start != 1
        or new_end - new_start != 1
        or not one[start].isidentifier()
        or not two[new_start].isidentifier()
    ):
        return None
    if likeness(one[start], two[new_start]) < _NEAR:
        return None
    before = "".join(one[start - 2 : start]) if start > 1 and one[start - 1] == "." else ""
    return Correction("name", before + one[start], before + two[new_start])


def _import_of(message: str, added: list[str]) -> str:
    """An import that was added and binds the missing name."""
    names = re.findall(r"'(\w+)'", message)
    if not names or "import" not in added or names[0] not in added or len(added) > 10:
        return ""
    return " ".join(added).replace(" . ", ".").strip()


def _installed(failed: Cell, between: Sequence[Cell]) -> Correction | None:
    """A module that was missing until it was installed."""
    module = _MODULE.search(failed.error) if failed.error else re.search(r"^\s*(?:import|from)\s+(\w+)", failed.source)
    if module is None or (failed.error is None and not between):
        return None
    package = module[1].split(".")[0]
    for cell in between:
        for line in _INSTALL.findall(cell.source):
            return Correction("module", f"import {package}", " ".join(line.split()), package)
    return None


def read_history(
    path: Path, own: set[str], skipped: Skipped, *, every: bool
) -> Iterator[tuple[str, list[Cell], float]]:
    """Sessions of IPython's history: a name, the inputs, the time; it says nothing of errors, nor of projects.

    Args:
        path: history.sqlite of a profile.
        own: Sources of the project's notebooks; who ran some of them was in the project.
        skipped: Where to count what is left out.
        every: Take all sessions, whoever's they are.
    """
    with database(path, skipped) as connection:
        if connection is None:
            return
        for session, start in connection.execute("SELECT session, start FROM sessions ORDER BY session").fetchall():
            rows = connection.execute(
                "SELECT substr(source_raw, 1, ?) FROM history WHERE session = ? ORDER BY line LIMIT ?",
                (_LONGEST + 1, session, _MOST_INPUTS),
            )
            cells = [Cell("", str(source or ""), None) for (source,) in rows]
            if every or sum(cell.source.strip() in own for cell in cells) >= _OWN:
                yield f"history {session}", cells, when(start)
            elif cells:
                skipped.add("session of IPython's history that is not known to be this project's")
