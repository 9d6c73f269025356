"""The agents' one contract: where an agent's requests go, how they are led elsewhere, which files are its own.

Agents only tell; they start nothing, write nothing, and read no file but their own configuration.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from headroom_jupyter.agents.entries import MISSING, Format, find
from headroom_jupyter.agents.sessions import Session, Skipped
from headroom_jupyter.errors import InputError
from headroom_jupyter.settings import Settings

__all__ = [
    "DEFAULT_UPSTREAMS",
    "MCP_NAME",
    "NEEDS",
    "Agent",
    "Edit",
    "Launch",
    "Place",
    "Proxied",
    "Wire",
    "folder",
    "own_base",
    "told_in",
]

Wire = Literal["anthropic", "openai", "gemini"]

_OWN = Settings()
# Where the providers' own clients go when nobody says otherwise.
DEFAULT_UPSTREAMS: dict[Wire, str] = {
    "anthropic": _OWN.anthropic_upstream,
    "openai": _OWN.openai_upstream,
    "gemini": _OWN.gemini_upstream,
}
NEEDS = ("name", "command", "upstreams", "launch", "mcp_entry", "session_logs", "sessions")
MCP_NAME = "headroom"  # the key of our server in every agent's list


@dataclass(frozen=True, slots=True)
class Place:
    """What an agent finds around it when it starts."""

    environ: Mapping[str, str]
    home: Path
    cwd: Path

    def get(self, variable: str) -> str:
        """An environment variable, empty when it is not set."""
        return self.environ.get(variable, "").strip()


@dataclass(frozen=True, slots=True)
class Proxied:
    """A proxy's address, and what lies behind it.

    Attributes:
        url: The address, without a slash at its end.
        upstreams: Where each wire format goes on to; what is left out goes to its provider.
        bases: Those of them that are base addresses of the agent's own settings, its API's version included.

    >>> Proxied("http://127.0.0.1:4711").base("openai")
    'http://127.0.0.1:4711/v1'
    """

    url: str
    upstreams: Mapping[Wire, str] = field(default_factory=dict)
    bases: Mapping[Wire, str] = field(default_factory=dict)

    def base(self, wire: Wire, *, version: str = "/v1") -> str:
        """The base address for a client that appends the API's path behind its version.

        A gateway without a version in its address is reached without one.
        """
        base = self.bases.get(wire)
        return self.url + (version if base is None or base.rstrip("/").endswith(version) else "")

    def is_direct(self, wire: Wire) -> bool:
        """Whether the provider itself is behind the proxy."""
        return self.upstreams.get(wire, DEFAULT_UPSTREAMS[wire]) == DEFAULT_UPSTREAMS[wire]


@dataclass(frozen=True, slots=True)
class Edit:
    """One value under its keys in a configuration file: what we put there, and all that we ever take away again."""

    path: Path
    format: Format
    keys: tuple[str, ...]
    value: Any


@dataclass(frozen=True, slots=True)
class Launch:
    """How to start an agent.

    Attributes:
        arguments: Words before its user's own.
        environ: Variables to set.
        edits: What must stand in its configuration files while it runs.
        notes: What its user should know.
    """

    arguments: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict)
    edits: tuple[Edit, ...] = ()
    notes: tuple[str, ...] = ()


class Agent(Protocol):
    """One coding agent. Stateless; `name` is what `headroom wrap` calls it, `command` what a shell does."""

    name: str
    command: str

    def upstreams(self, place: Place) -> Mapping[Wire, str]:
        """Base addresses that its user configured, as the agent's own setting has them; none for a default."""
        ...

    def launch(self, place: Place, proxied: Proxied, arguments: tuple[str, ...]) -> Launch:
        """How to start it so that its requests go to a proxy; `arguments` are its user's."""
        ...

    def mcp_entry(self, place: Place, command: tuple[str, ...], environ: Mapping[str, str]) -> Edit | None:
        """The entry of a stdio server in its user's list, as the agent writes it; None if it knows no MCP."""
        ...

    def session_logs(self, place: Place) -> tuple[tuple[Path, str], ...]:
        """Folders with its session logs, each with the pattern of their names within it."""
        ...

    def sessions(self, path: Path, skipped: Skipped) -> Iterator[Session]:
        """The sessions of one of these files, read piece by piece; what cannot be used is counted in `skipped`."""
        ...


def folder(place: Place, variable: str, default: str) -> Path:
    """The folder that a variable names, else `default` in the home.

    >>> folder(Place({}, Path("/home/me"), Path("/")), "CODEX_HOME", ".codex").as_posix()
    '/home/me/.codex'
    """
    told = place.get(variable)
    return Path(told).expanduser() if told else place.home / default


def own_base(place: Place, *variables: str) -> str:
    """The first of these variables that is set, without a slash at its end."""
    return next((place.get(name).rstrip("/") for name in variables if place.get(name)), "")


def told_in(path: Path, form: Format, *keys: str) -> Any:
    """The value under these keys of a configuration file; None if there is none, or no such file.

    A file that cannot be read counts as none: its agent will say what is wrong with it.
    """
    try:
        value = find(form, path.read_text(encoding="utf-8"), keys)
    except (OSError, UnicodeDecodeError, InputError):
        return None
    return None if value is MISSING else value
