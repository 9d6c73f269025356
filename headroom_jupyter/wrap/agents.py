"""Which agents there are, where they are started, and the journal of what was done to their files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import cast

from headroom_jupyter import settings
from headroom_jupyter.agents.base import NEEDS, Agent, Place
from headroom_jupyter.errors import InputError
from headroom_jupyter.plugins import load_family
from headroom_jupyter.wrap.journal import Journal

__all__ = ["agent_named", "agents", "here", "journal", "wrap_folder"]


def agents() -> tuple[Agent, ...]:
    """All agents, built-in ones first."""
    return cast("tuple[Agent, ...]", load_family("headroom_jupyter.agents", NEEDS))


def agent_named(name: str) -> Agent:
    """The agent of that name.

    Raises:
        InputError: there is none.
    """
    found = next((agent for agent in agents() if agent.name == name), None)
    if found is None:
        known = ", ".join(agent.name for agent in agents())
        raise InputError(f"no agent is named {name!r}, only {known}; for any command: headroom wrap -- {name} …")
    return found


def here() -> Place:
    """What an agent started now would find around it."""
    try:
        folder = Path.cwd()
    except OSError:  # the working directory has been removed under us
        folder = Path.home()
    return Place(settings.environment(), Path.home(), folder)


def journal() -> Journal:
    """The journal beside the store."""
    return Journal(wrap_folder() / "journal")


def wrap_folder() -> Path:
    """Where journal and running proxies are kept."""
    return Path(os.path.abspath(settings.load().home_path())) / "wrap"
