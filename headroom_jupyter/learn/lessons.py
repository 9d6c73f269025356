"""`learn` as every door does it: what the logs teach, and a file with that in its block, previewed or written."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from headroom_jupyter import settings
from headroom_jupyter.errors import InputError
from headroom_jupyter.learn.block import merged, placed, read_block
from headroom_jupyter.learn.exclusion import keep_out
from headroom_jupyter.learn.gathering import Gathered
from headroom_jupyter.learn.refining import Refinement, refined
from headroom_jupyter.learn.targets import FILES, Change, change, write

__all__ = ["EXPIRY_DAYS", "Lesson", "target", "teach"]

EXPIRY_DAYS = 90


@dataclass(frozen=True, slots=True)
class Lesson:
    """What became, or would become, of a file.

    Attributes:
        change: The file before and after.
        is_applied: Whether it was written.
        note: What its owner should know of it and git.
    """

    change: Change
    is_applied: bool = False
    note: str = ""


def target(into: str, root: Path) -> Path:
    """The file that rules go to.

    Args:
        into: One of FILES in the project's folder, or the path of a notebook.
        root: The project's folder.

    Raises:
        InputError: it is neither.
    """
    if into in FILES:
        return root / into
    if into.endswith(".ipynb"):
        return Path(into).expanduser().absolute()
    raise InputError(f"{into} is neither a notebook nor one of {', '.join(FILES)}; name one of them with --into")


def teach(
    gathered: Gathered,
    path: Path,
    root: Path,
    *,
    apply: bool = False,
    expiry_days: int = EXPIRY_DAYS,
    forget: Collection[str] = (),
    refinement: Refinement | None = None,
) -> Lesson:
    """Put what was learned into a file's block, or say what that would change.

    Args:
        gathered: What the logs taught.
        path: The file.
        root: The project's folder.
        apply: Write it; else nothing is written.
        expiry_days: Days after which a rule that was not seen again goes.
        forget: Ids of rules that are to go and not to come back.
        refinement: What a model made of these rules.

    Raises:
        InputError: the file cannot be read or written, or its block is damaged; it is as it was.
    """

    def rewrite(text: str) -> str:
        block = merged(read_block(text), gathered.rules, now=time.time(), expiry_days=expiry_days, forget=forget)
        return placed(text, block if refinement is None else refined(block, refinement))

    if not apply:
        return Lesson(change(path, root, rewrite))
    lock = Path(settings.load().home_path()).absolute() / "learn.lock"
    # First out of git, then written: at no time is it there for `git add` to take.
    planned = change(path, root, rewrite)
    note = keep_out(path, root) if path.name == FILES[0] and not planned.is_none else ""
    done = write(path, root, rewrite, lock=lock)
    return Lesson(done, is_applied=True, note=note)
