"""opencode: whichever wire format its model's provider has, led by configuration in OPENCODE_CONFIG_CONTENT.

As of 1.18 that variable wins over all its files. It posts to {baseURL}/messages, {baseURL}/responses,
{baseURL}/chat/completions or {baseURL}/models/MODEL:streamGenerateContent, and to ask for a title first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from headroom_jupyter.agents import opencode_sessions
from headroom_jupyter.agents.base import MCP_NAME, Edit, Launch, Place, Proxied, Wire, folder, told_in
from headroom_jupyter.agents.sessions import Session, Skipped

__all__ = ["OpenCode"]

_CONTENT = "OPENCODE_CONFIG_CONTENT"
_NAMES = ("opencode.jsonc", "opencode.json", "config.json")
# Its names for the providers, and the version that its base addresses end in.
_PROVIDERS: dict[str, tuple[Wire, str]] = {
    "anthropic": ("anthropic", "/v1"),
    "openai": ("openai", "/v1"),
    "google": ("gemini", "/v1beta"),
}


class OpenCode:
    """Three providers' addresses, laid over whatever else that variable holds."""

    name = "opencode"
    command = "opencode"

    def upstreams(self, place: Place) -> Mapping[Wire, str]:
        """Addresses that its files give the three providers."""
        found: dict[Wire, str] = {}
        for provider, (wire, _) in _PROVIDERS.items():
            for path in self._files(place):
                if told := told_in(path, "json", "provider", provider, "options", "baseURL"):
                    found.setdefault(wire, str(told).rstrip("/"))
        return found

    def launch(self, place: Place, proxied: Proxied, arguments: tuple[str, ...]) -> Launch:
        """The variable, with what stood in it before."""
        try:
            content = json.loads(place.get(_CONTENT) or "{}")
        except ValueError:
            content = None
        if not isinstance(content, dict):
            return Launch(
                notes=(f"{_CONTENT} holds no JSON object: it was left alone, and opencode goes past the proxy",)
            )
        for provider, (wire, version) in _PROVIDERS.items():
            options = {"baseURL": proxied.base(wire, version=version)}
            content = _laid_over(content, {"provider": {provider: {"options": options}}})
        return Launch(environ={_CONTENT: json.dumps(content)})

    def mcp_entry(self, place: Place, command: tuple[str, ...], environ: Mapping[str, str]) -> Edit | None:
        """What its documentation says under "mcp"; in the user's file, or the one it would make."""
        base = self._folder(place)
        path = next((base / name for name in _NAMES if (base / name).exists()), base / "opencode.json")
        entry: dict[str, Any] = {"type": "local", "command": list(command), "enabled": True}
        entry |= {"environment": dict(environ)} if environ else {}
        return Edit(path, "json", ("mcp", MCP_NAME), entry)

    def session_logs(self, place: Place) -> tuple[tuple[Path, str], ...]:
        """One SQLite database for all sessions."""
        return ((folder(place, "XDG_DATA_HOME", ".local/share") / "opencode", "opencode.db"),)

    def sessions(self, path: Path, skipped: Skipped) -> Iterator[Session]:
        """As `opencode_sessions` reads them."""
        return opencode_sessions.read(path, skipped)

    @staticmethod
    def _folder(place: Place) -> Path:
        return folder(place, "XDG_CONFIG_HOME", ".config") / "opencode"

    def _files(self, place: Place) -> tuple[Path, ...]:
        """Its configuration files, the one that wins first."""
        named = (Path(told).expanduser(),) if (told := place.get("OPENCODE_CONFIG")) else ()
        own = (place.cwd / name for name in _NAMES[:2])
        return (*own, *named, *(self._folder(place) / name for name in _NAMES))


def _laid_over(under: Any, over: Any) -> Any:
    """A JSON value with another laid over it, object by object.

    >>> _laid_over({"a": {"b": 1}, "c": 2}, {"a": {"d": 3}})
    {'a': {'b': 1, 'd': 3}, 'c': 2}
    """
    if not (isinstance(under, dict) and isinstance(over, dict)):
        return over
    return under | {key: _laid_over(under.get(key), value) for key, value in over.items()}
