"""`%headroom learn`: what failed in earlier sessions and in this one, in the open notebook's first Markdown cell."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from headroom_jupyter.ccr.project import git_root
from headroom_jupyter.errors import InputError
from headroom_jupyter.learn.cells import Cell
from headroom_jupyter.learn.gathering import gather
from headroom_jupyter.learn.lessons import teach
from headroom_jupyter.notebook.session import saved_path

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from headroom_jupyter.notebook.recorder import Recorder
    from headroom_jupyter.notebook.recording import Execution

__all__ = ["learned"]


def learned(shell: InteractiveShell, recorder: Recorder, *, is_applied: bool) -> str:
    """A preview, or what was written.

    Raises:
        InputError: nobody knows the notebook's file, or it cannot be written.
    """
    path = saved_path(shell)
    if path is None:
        raise InputError(
            "nobody says where this notebook is saved; headroom learn --into NOTEBOOK does it from a shell"
        )
    path = path.resolve()
    root = Path(git_root(str(path.parent)) or path.parent)
    cells = [_cell(run) for run in recorder.executions if run.count]
    # Under the file's own name: what failed in it now and what is saved of that is one session.
    gathered = gather(root, live=[(str(path.relative_to(root)), cells, time.time())] if cells else ())
    lesson = teach(gathered, path, root, apply=is_applied)
    read = ", ".join(f"{name} {count}" for name, count in sorted(gathered.read.items())) or "none"
    told = [f"sessions read: {read}; rules: {len(gathered.rules)}, not sure enough: {gathered.damped}"]
    told += [f"left out, {count}×: {reason}" for reason, count in gathered.skipped.items()]
    if lesson.change.is_none:
        return "\n".join([*told, "nothing to write"])
    if not is_applied:
        return "\n".join([lesson.change.diff(), *told, "nothing was written; --apply does it"])
    reload = "reload the notebook from disk (in JupyterLab: File, Reload Notebook from Disk) before you save it"
    return "\n".join([*told, f"written to the first Markdown cell of {path.name}; {reload}"])


def _cell(run: Execution) -> Cell:
    title = next((output.title for output in run.outputs if output.kind == "error"), "")
    return Cell(run.cell_id, run.source, title or ("unknown: " if run.is_failed else ""))
