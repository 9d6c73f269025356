"""goose: Anthropic's, OpenAI's or Gemini's wire format, led by one variable each.

Its variables win over its configuration file. It appends v1/messages, v1/chat/completions (OPENAI_BASE_PATH) and
v1beta/models/MODEL:streamGenerateContent. Its MCP servers are "extensions" of type stdio.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from headroom_jupyter.agents.base import MCP_NAME, Edit, Launch, Place, Proxied, Wire, folder, own_base
from headroom_jupyter.agents.sessions import Session, Skipped

__all__ = ["Goose"]

_HOSTS: dict[Wire, str] = {"anthropic": "ANTHROPIC_HOST", "openai": "OPENAI_HOST", "gemini": "GOOGLE_HOST"}
_TIMEOUT_S = 300  # goose's own default


class Goose:
    """Environment alone."""

    name = "goose"
    command = "goose"

    def upstreams(self, place: Place) -> Mapping[Wire, str]:
        """Gateways in the environment; the base address of OpenAI's client counts where its host is not set."""
        found: dict[Wire, str] = {wire: own_base(place, name) for wire, name in _HOSTS.items()}
        found["openai"] = found["openai"] or own_base(place, "OPENAI_BASE_URL")
        return {wire: base for wire, base in found.items() if base}

    def launch(self, place: Place, proxied: Proxied, arguments: tuple[str, ...]) -> Launch:
        """The three hosts."""
        return Launch(environ=dict.fromkeys(_HOSTS.values(), proxied.url))

    def mcp_entry(self, place: Place, command: tuple[str, ...], environ: Mapping[str, str]) -> Edit | None:
        """What `goose configure` writes for a command-line extension; GOOSE_PATH_ROOT moves the file."""
        root = place.get("GOOSE_PATH_ROOT")
        base = Path(root) / "config" if root else folder(place, "XDG_CONFIG_HOME", ".config") / "goose"
        entry = {
            "enabled": True,
            "type": "stdio",
            "name": MCP_NAME,
            "description": "Compresses, and brings back.",
            "cmd": command[0],
            "args": list(command[1:]),
            "envs": dict(environ),
            "timeout": _TIMEOUT_S,
        }
        return Edit(base / "config.yaml", "yaml", ("extensions", MCP_NAME), entry)

    def session_logs(self, place: Place) -> tuple[tuple[Path, str], ...]:
        """One SQLite database for all sessions."""
        root = place.get("GOOSE_PATH_ROOT")
        base = Path(root) / "data" if root else folder(place, "XDG_DATA_HOME", ".local/share") / "goose"
        return ((base / "sessions", "sessions.db"),)

    def sessions(self, path: Path, skipped: Skipped) -> Iterator[Session]:
        """None are read."""
        skipped.add("goose's database, which nobody reads yet")
        return iter(())
