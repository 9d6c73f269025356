"""Codex: OpenAI's responses format, led by the configuration key `openai_base_url` on its command line.

As of 0.169 it reads no base address from its environment. It first tries a websocket at {base}/responses; an answer
of 426 makes it post and read SSE instead, at once. Its newest models get their tools in an input item of type
`additional_tools` and answer with `custom_tool_call`; others have `tools` and `function_call`. Signed in with
ChatGPT, it goes to another address, and with the feature `enable_request_compression` it sends its requests in zstd.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from headroom_jupyter.agents import codex_sessions
from headroom_jupyter.agents.base import MCP_NAME, Edit, Launch, Place, Proxied, Wire, folder, told_in
from headroom_jupyter.agents.sessions import Session, Skipped

__all__ = ["Codex"]

_CHATGPT = "https://chatgpt.com/backend-api/codex"


class Codex:
    """Overrides on the command line, which win over its configuration file; that stays as it is."""

    name = "codex"
    command = "codex"

    def upstreams(self, place: Place) -> Mapping[Wire, str]:
        """The provider that its configuration chose, else ChatGPT's address for who signed in with it."""
        config = self._config(place)
        provider = self._provider(config)
        base = provider.get("base_url") if provider else config.get("openai_base_url")
        if not base and not place.get("CODEX_API_KEY") and self._is_chatgpt(place):
            base = _CHATGPT
        return {"openai": str(base).rstrip("/")} if base else {}

    def launch(self, place: Place, proxied: Proxied, arguments: tuple[str, ...]) -> Launch:
        """The address as an override."""
        config = self._config(place)
        name = str(config.get("model_provider", "openai"))
        provider = self._provider(config)
        key = f"model_providers.{name}.base_url" if provider else "openai_base_url"
        notes: tuple[str, ...] = ()
        if provider and provider.get("wire_api", "responses") != "responses":
            notes = (f"provider {name} does not speak the responses format: its requests pass through unchanged",)
        return Launch(("-c", f"{key}={json.dumps(proxied.base('openai'))}"), notes=notes)

    def mcp_entry(self, place: Place, command: tuple[str, ...], environ: Mapping[str, str]) -> Edit | None:
        """What `codex mcp add` writes; CODEX_HOME moves the file."""
        entry: dict[str, Any] = {"command": command[0], "args": list(command[1:])}
        entry |= {"env": dict(environ)} if environ else {}
        return Edit(folder(place, "CODEX_HOME", ".codex") / "config.toml", "toml", ("mcp_servers", MCP_NAME), entry)

    def session_logs(self, place: Place) -> tuple[tuple[Path, str], ...]:
        """One JSON line an event, in a folder a day."""
        return ((folder(place, "CODEX_HOME", ".codex") / "sessions", "*/*/*/rollout-*.jsonl"),)

    def sessions(self, path: Path, skipped: Skipped) -> Iterator[Session]:
        """As `codex_sessions` reads them."""
        return codex_sessions.read(path, skipped)

    @staticmethod
    def _config(place: Place) -> Mapping[str, Any]:
        found = told_in(folder(place, "CODEX_HOME", ".codex") / "config.toml", "toml")
        return found if isinstance(found, dict) else {}

    @staticmethod
    def _provider(config: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The table of a provider of the user's own, when the configuration chose one."""
        tables = config.get("model_providers")
        table = tables.get(config.get("model_provider")) if isinstance(tables, Mapping) else None
        return table if isinstance(table, Mapping) and table.get("base_url") else None

    @staticmethod
    def _is_chatgpt(place: Place) -> bool:
        path = folder(place, "CODEX_HOME", ".codex") / "auth.json"
        return bool(told_in(path, "json", "tokens")) and not told_in(path, "json", "OPENAI_API_KEY")
