"""Gemini CLI: Gemini's own wire format, led by GOOGLE_GEMINI_BASE_URL.

As of 0.61 it posts to {base}/v1beta/models/MODEL:streamGenerateContent?alt=sse. With that variable set it takes itself
to be behind a gateway and, without a terminal, refuses to start unless a settings file names the way to sign in:
hence the one edit. Signed in with a Google account it goes elsewhere, whatever the variable says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from headroom_jupyter.agents import gemini_sessions
from headroom_jupyter.agents.base import MCP_NAME, Edit, Launch, Place, Proxied, Wire, folder, own_base, told_in
from headroom_jupyter.agents.sessions import Session, Skipped

__all__ = ["Gemini"]

_BASE = "GOOGLE_GEMINI_BASE_URL"
_SIGN_IN = ("security", "auth", "selectedType")
_KEY = "gemini-api-key"
_ELSEWHERE = ("GOOGLE_GENAI_USE_GCA", "GOOGLE_GENAI_USE_VERTEXAI")


class Gemini:
    """Environment, and a way to sign in where none was chosen."""

    name = "gemini"
    command = "gemini"

    def upstreams(self, place: Place) -> Mapping[Wire, str]:
        """A gateway in the environment."""
        base = own_base(place, _BASE)
        return {"gemini": base} if base else {}

    def launch(self, place: Place, proxied: Proxied, arguments: tuple[str, ...]) -> Launch:
        """The base address; with an API key and no chosen way to sign in, the key is chosen while it runs."""
        project = told_in(place.cwd / ".gemini" / "settings.json", "json", *_SIGN_IN)
        user = told_in(self._settings(place), "json", *_SIGN_IN)
        chosen = project or user or next((name for name in _ELSEWHERE if place.get(name) == "true"), "")
        edits: tuple[Edit, ...] = ()
        notes: tuple[str, ...] = ()
        if not project and chosen in ("", _KEY) and place.get("GEMINI_API_KEY"):
            # What its user chose already is not put in again; what another wrap did is kept for this one too.
            edits = (Edit(self._settings(place), "json", _SIGN_IN, _KEY),)
        elif chosen not in ("", _KEY):
            notes = (f"Gemini CLI signs in by {chosen}, past the proxy; an API key (GEMINI_API_KEY, /auth) goes by it",)
        if any(place.get(name) for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")):
            notes += ("Gemini CLI sends even what is for this machine to your HTTP proxy; unset it if that fails",)
        return Launch(environ={_BASE: proxied.url}, edits=edits, notes=notes)

    def mcp_entry(self, place: Place, command: tuple[str, ...], environ: Mapping[str, str]) -> Edit | None:
        """What `gemini mcp add --scope user` writes; GEMINI_CLI_HOME moves the file."""
        entry = {"command": command[0], "args": list(command[1:])} | ({"env": dict(environ)} if environ else {})
        return Edit(self._settings(place), "json", ("mcpServers", MCP_NAME), entry)

    def session_logs(self, place: Place) -> tuple[tuple[Path, str], ...]:
        """One file a session, in a folder a project."""
        return ((folder(place, "GEMINI_CLI_HOME", "") / ".gemini" / "tmp", "*/chats/session-*.json*"),)

    def sessions(self, path: Path, skipped: Skipped) -> Iterator[Session]:
        """As `gemini_sessions` reads them."""
        return gemini_sessions.read(path, skipped)

    @staticmethod
    def _settings(place: Place) -> Path:
        return folder(place, "GEMINI_CLI_HOME", "") / ".gemini" / "settings.json"
