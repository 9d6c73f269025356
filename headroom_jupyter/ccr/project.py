"""Which project we are in: the scope of everything in the store.

It runs no git and reads no file; it only looks where a `.git` stands.
"""

from __future__ import annotations

import os
from pathlib import Path

from headroom_jupyter import settings

__all__ = ["find_project", "git_root", "named_project"]


def find_project(start: str | None = None) -> str:
    """The project of a folder: `HEADROOM_PROJECT`, else its git root, else the folder itself.

    Args:
        start: A folder; the working directory if it is left out.
    """
    if name := settings.load().project:
        return named_project(name)
    try:
        folder = os.path.realpath(start or os.getcwd())
    except OSError:  # the working directory has been removed under us
        return str(Path.home())
    return git_root(folder) or folder


def git_root(folder: str) -> str:
    """The folder at or above this one in which a `.git` stands; "" if there is none."""
    here = folder
    while not os.path.exists(os.path.join(here, ".git")):
        above = os.path.dirname(here)
        if above == here:
            return ""
        here = above
    return here


def named_project(name: str) -> str:
    """A project as a person wrote it: a folder becomes its absolute path, any other name stays.

    >>> named_project("billing")
    'billing'
    """
    if name.startswith(("~", ".")) or os.sep in name or (os.altsep and os.altsep in name):
        return os.path.realpath(os.path.expanduser(name))
    return name
