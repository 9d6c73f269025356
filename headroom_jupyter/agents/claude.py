"""Claude Code: the Anthropic wire format, led by ANTHROPIC_BASE_URL.

As of 2.1 it posts to {base}/v1/messages?beta=true and streams. The "env" of its settings files wins over its
environment, and --settings wins over the files. It writes a command's output beyond 30,000 characters to a file and
shows the model the beginning alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from headroom_jupyter.agents import claude_sessions
from headroom_jupyter.agents.base import MCP_NAME, Edit, Launch, Place, Proxied, Wire, folder, own_base, told_in
from headroom_jupyter.agents.sessions import Session, Skipped

__all__ = ["Claude"]

_BASE = "ANTHROPIC_BASE_URL"
_ELSEWHERE = ("CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX", "CLAUDE_CODE_USE_FOUNDRY")


class Claude:
    """Environment alone, unless a settings file says otherwise."""

    name = "claude"
    command = "claude"

    def upstreams(self, place: Place) -> Mapping[Wire, str]:
        """A gateway in a settings file, else one in the environment."""
        base = self._in_settings(place, _BASE) or own_base(place, _BASE)
        return {"anthropic": base} if base else {}

    def launch(self, place: Place, proxied: Proxied, arguments: tuple[str, ...]) -> Launch:
        """Its base address; deferred tools, which it gives up with a proxy in between, stay on."""
        notes = tuple(
            f"{name} is set: Claude Code then talks to that service itself, past the proxy"
            for name in _ELSEWHERE
            if place.get(name) or self._in_settings(place, name)
        )
        environ = {_BASE: proxied.url}
        if proxied.is_direct("anthropic") and not place.get("ENABLE_TOOL_SEARCH"):
            environ["ENABLE_TOOL_SEARCH"] = "true"
        if not self._in_settings(place, _BASE):
            return Launch(environ=environ, notes=notes)
        if any(word == "--settings" or word.startswith("--settings=") for word in arguments):
            notes += (f"a settings file sets {_BASE}, and your --settings takes the place of ours: set it there",)
            return Launch(environ=environ, notes=notes)
        return Launch(("--settings", json.dumps({"env": {_BASE: proxied.url}})), environ, notes=notes)

    def mcp_entry(self, place: Place, command: tuple[str, ...], environ: Mapping[str, str]) -> Edit | None:
        """What `claude mcp add --scope user` writes; CLAUDE_CONFIG_DIR moves the file."""
        told = place.get("CLAUDE_CONFIG_DIR")
        base = Path(told).expanduser() if told else place.home
        entry = {"type": "stdio", "command": command[0], "args": list(command[1:]), "env": dict(environ)}
        return Edit(base / ".claude.json", "json", ("mcpServers", MCP_NAME), entry)

    def session_logs(self, place: Place) -> tuple[tuple[Path, str], ...]:
        """One JSON line a message, in a folder a project."""
        return ((folder(place, "CLAUDE_CONFIG_DIR", ".claude") / "projects", "*/*.jsonl"),)

    def sessions(self, path: Path, skipped: Skipped) -> Iterator[Session]:
        """As `claude_sessions` reads them."""
        return claude_sessions.read(path, skipped)

    @staticmethod
    def _in_settings(place: Place, variable: str) -> str:
        """A variable as the settings files set it; the project's own win over the user's."""
        user = folder(place, "CLAUDE_CONFIG_DIR", ".claude") / "settings.json"
        own = (place.cwd / ".claude" / name for name in ("settings.local.json", "settings.json"))
        found = (told_in(path, "json", "env", variable) for path in (*own, user))
        return next((str(value).rstrip("/") for value in found if value), "")
