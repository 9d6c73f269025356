"""`headroom mcp` in an agent's list of MCP servers: put there, taken away, looked up.

An entry named as ours that somebody else wrote is theirs; it is told and left alone.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from headroom_jupyter import files, settings
from headroom_jupyter.agents import entries
from headroom_jupyter.agents.base import MCP_NAME, Agent, Edit, Place
from headroom_jupyter.errors import InputError
from headroom_jupyter.wrap.agents import journal

__all__ = ["ServerState", "install", "status", "uninstall"]

_PURPOSE = "mcp"
_ARGUMENTS = ("-m", "headroom_jupyter", "mcp")
State = Literal["installed", "outdated", "absent", "foreign", "unsupported"]


@dataclass(frozen=True, slots=True)
class ServerState:
    """How an agent's list stands.

    Attributes:
        agent: The agent's name.
        state: "installed"; "outdated": ours, but of another Python or store; "absent"; "foreign": another server has
            our name; "unsupported": the agent knows no MCP.
        path: The file with the list; None for an agent that has none.
        is_changed: Whether this call changed the file.
    """

    agent: str
    state: State
    path: Path | None
    is_changed: bool = False


def install(agent: Agent, place: Place) -> ServerState:
    """List our server, once.

    Raises:
        InputError: the agent knows no MCP, its file cannot be edited, or another server has our name.
    """
    edit = _edit(agent, place)
    if edit is None:
        raise InputError(f"{agent.name} knows no MCP; headroom wrap {agent.name} compresses what it sends")
    found = status(agent, place)
    if found.state == "foreign":
        raise InputError(f"{edit.path} lists another server named {MCP_NAME!r}; rename or remove that one first")
    changed = journal().put(agent.name, [edit], purpose=_PURPOSE)
    return ServerState(agent.name, "installed", edit.path, bool(changed))


def uninstall(agent: Agent, place: Place) -> ServerState:
    """Take our server off the list.

    Raises:
        InputError: the file cannot be edited.
    """
    changed = bool(journal().take(agent.name, purpose=_PURPOSE))
    left = status(agent, place)
    edit = _edit(agent, place)
    if edit is not None and left.state in ("installed", "outdated"):
        # Ours by what it runs, though no record says so: the store was moved or removed since.
        text = (files.read(edit.path) or b"").decode()
        files.replace(edit.path, entries.drop(edit.format, text, edit.keys, kept=0).encode())
        return ServerState(agent.name, "absent", edit.path, is_changed=True)
    return ServerState(agent.name, left.state, left.path, changed)


def status(agent: Agent, place: Place) -> ServerState:
    """How the list stands.

    Raises:
        InputError: the file cannot be read or understood.
    """
    edit = _edit(agent, place)
    if edit is None:
        return ServerState(agent.name, "unsupported", None)
    data = files.read(edit.path)
    try:
        found = entries.find(edit.format, (data or b"").decode(), edit.keys)
    except (InputError, UnicodeDecodeError) as err:
        raise InputError(f"{edit.path}: {err}") from err
    return ServerState(agent.name, _state(found, edit.value), edit.path)


def _state(found: Any, own: Any) -> State:
    if found is entries.MISSING:
        return "absent"
    if isinstance(found, dict) and all(found.get(key) == value for key, value in own.items()):
        return "installed"
    return "outdated" if _runs_us(found) else "foreign"


def _runs_us(entry: Any) -> bool:
    """Whether an entry's words end as those of ours do, whatever Python they begin with."""
    if not isinstance(entry, dict):
        return False
    lists = [value for value in entry.values() if isinstance(value, list)]
    return any(tuple(value[-len(_ARGUMENTS) :]) == _ARGUMENTS for value in lists)


def _edit(agent: Agent, place: Place) -> Edit | None:
    # The Python that runs this has the package, whatever an agent's PATH holds.
    home = settings.load().home
    return agent.mcp_entry(place, (sys.executable, *_ARGUMENTS), {"HEADROOM_HOME": home} if home else {})
