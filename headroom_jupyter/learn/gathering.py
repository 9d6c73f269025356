"""All logs of a project, found and walked through; of other projects' no more is read than whose they are."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from headroom_jupyter import settings
from headroom_jupyter.agents.base import NEEDS, Agent, Place
from headroom_jupyter.agents.sessions import Session, Skipped
from headroom_jupyter.ccr.project import git_root
from headroom_jupyter.errors import InputError
from headroom_jupyter.learn.cells import Cell, find_notebooks, mine_cells, read_history, read_notebook
from headroom_jupyter.learn.mining import mine
from headroom_jupyter.learn.rules import Ledger, Rule
from headroom_jupyter.plugins import load_family

__all__ = ["Gathered", "gather", "is_of", "root_of", "sources"]

_NOTEBOOKS, _HISTORY = "notebooks", "ipython"


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the logs said.

    Attributes:
        rules: What holds, the best first.
        read: Sessions read, by source.
        calls: Calls and cells in them.
        failures: Those that failed.
        damped: Corrections that were seen and make no rule.
        skipped: What was not read, by reason.
    """

    rules: list[Rule]
    read: dict[str, int] = field(default_factory=dict)
    calls: int = 0
    failures: int = 0
    damped: int = 0
    skipped: dict[str, int] = field(default_factory=dict)


def sources() -> tuple[str, ...]:
    """What can be read: agents by name, notebooks, IPython's history."""
    return (*(agent.name for agent in _agents()), _NOTEBOOKS, _HISTORY)


def root_of(project: str | None) -> Path:
    """A project's folder: the one that is named, else the git root of the working directory, else that directory.

    Raises:
        InputError: it is no folder, or the working directory is gone.
    """
    try:
        start = os.path.realpath(os.path.expanduser(project) if project else os.getcwd())
    except OSError:
        raise InputError("the working directory is gone; name the project's folder with --project") from None
    if not os.path.isdir(start):
        raise InputError(f"{project} is no folder; --project takes the project's folder")
    return Path(start if project else git_root(start) or start)


def is_of(folder: str, root: Path) -> bool:
    """Whether a folder belongs to a project: it lies in it, and in no repository of its own within it."""
    real = Path(os.path.realpath(folder)) if folder else Path("/")
    if not real.is_relative_to(root):
        return False
    inner = git_root(str(real))
    return not inner or inner == str(root) or not Path(inner).is_relative_to(root)


def gather(
    root: Path,
    *,
    only: Sequence[str] = (),
    all_projects: bool = False,
    place: Place | None = None,
    live: Sequence[tuple[str, Sequence[Cell], float]] = (),
) -> Gathered:
    """Read all logs and tell what they teach.

    Args:
        root: The project's folder.
        only: Sources to read; all if there are none.
        all_projects: Also sessions of other projects.
        place: The home whose logs are read; this process's own if left out.
        live: Sessions of cells that are in no log yet: what they are called, their cells, their time.
    """
    here = place or Place(settings.environment(), Path.home(), root)
    ledger, skipped, read = Ledger(), Skipped(), Counter[str]()
    for session in _sessions(here, only, skipped):
        if all_projects or is_of(session.folder, root):
            ledger.add(session.source, session.id, mine(session.events, str(root)))
            read[session.source] += 1
        else:
            skipped.add("session of another project")
    for name, cells, at in [*live, *_cell_sessions(here, root, only, skipped, all_projects=all_projects)]:
        kind = _HISTORY if name.startswith("history ") else _NOTEBOOKS
        ledger.add(kind, name, mine_cells(cells, at))
        read[kind] += 1
    rules = ledger.rules()
    return Gathered(
        rules, dict(read), ledger.calls, ledger.failures, ledger.damped(), dict(skipped.reasons.most_common())
    )


def _agents() -> tuple[Agent, ...]:
    return cast("tuple[Agent, ...]", load_family("headroom_jupyter.agents", NEEDS))


def _sessions(here: Place, only: Sequence[str], skipped: Skipped) -> Iterator[Session]:
    for agent in _agents():
        if only and agent.name not in only:
            continue
        for folder, pattern in agent.session_logs(here):
            for path in sorted(folder.glob(pattern)):
                yield from agent.sessions(path, skipped)


def _cell_sessions(
    here: Place, root: Path, only: Sequence[str], skipped: Skipped, *, all_projects: bool
) -> Iterator[tuple[str, list[Cell], float]]:
    own: set[str] = set()
    for path in find_notebooks(root):
        cells = read_notebook(path, skipped)
        own |= {cell.source.strip() for cell in cells if len(cell.source.strip()) >= 20}
        if cells and (not only or _NOTEBOOKS in only):
            yield str(path.relative_to(root)), cells, path.stat().st_mtime
    if only and _HISTORY not in only:
        return
    folder = Path(here.get("IPYTHONDIR") or here.home / ".ipython")
    for path in sorted(folder.glob("profile_*/history.sqlite")):
        for name, cells, at in read_history(path, own, skipped, every=all_projects):
            yield f"{name} of {path.parent.name}", cells, at
