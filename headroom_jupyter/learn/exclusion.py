"""Keeps a file out of git by the list that only this clone has; git itself says whether that is needed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from headroom_jupyter import files
from headroom_jupyter.errors import InputError

__all__ = ["keep_out"]

_LONGEST_S = 20


def keep_out(path: Path, root: Path) -> str:
    """See to it that git does not take a file in.

    Returns:
        What was done, or what its owner should know; "" when there is nothing to do.
    """
    if shutil.which("git") is None:
        is_repository = any((folder / ".git").exists() for folder in (root, *root.parents))
        return f"git is not here: keep {path.name} out of it yourself" if is_repository else ""
    if _git(root, "rev-parse", "--is-inside-work-tree") != "true":
        return ""
    if _git(root, "ls-files", "--error-unmatch", "--", str(path)) is not None:
        return f"git has {path.name} already: take it out with git rm --cached {path.name} if it is for you alone"
    if _git(root, "check-ignore", "-q", "--", str(path)) is not None:
        return ""
    top, where = _git(root, "rev-parse", "--show-toplevel"), _git(root, "rev-parse", "--git-path", "info/exclude")
    if not top or not where or not path.is_relative_to(top):
        return f"keep {path.name} out of git yourself"
    exclude = root / where
    try:
        before = files.read(exclude) or b""
        gap = b"" if not before or before.endswith(b"\n") else b"\n"
        exclude.parent.mkdir(exist_ok=True)
        line = f"/{path.relative_to(top).as_posix()}\n".encode()
        files.replace(exclude, before + gap + line, mode=0o644)
    except (InputError, OSError) as err:
        return f"keep {path.name} out of git yourself: {err}"
    return f"kept out of git by {exclude}"


def _git(root: Path, *words: str) -> str | None:
    """What git says, None when it says no. Hooks of the repository's own configuration are not run."""
    try:
        done = subprocess.run(  # noqa: S603  # words of ours and a path
            ["git", "-c", "core.fsmonitor=false", "-C", str(root), *words],  # noqa: S607  # whichever git its user has
            capture_output=True,
            timeout=_LONGEST_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else None
