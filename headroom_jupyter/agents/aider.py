"""aider: LiteLLM's addresses, led by --set-env.

As of 0.86 it reads .env files over its environment, and sets what --set-env says after them. LiteLLM looks at
OPENAI_BASE_URL before OPENAI_API_BASE and at ANTHROPIC_API_BASE before ANTHROPIC_BASE_URL, and appends
/chat/completions, /v1/messages or /models/MODEL:generateContent. aider knows no MCP, and sends no tools.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from headroom_jupyter.agents.base import Edit, Launch, Place, Proxied, Wire, own_base
from headroom_jupyter.agents.sessions import Session, Skipped

__all__ = ["Aider"]


class Aider:
    """Arguments of its own, since its .env files win over the environment."""

    name = "aider"
    command = "aider"

    def upstreams(self, place: Place) -> Mapping[Wire, str]:
        """Gateways in the environment."""
        found: dict[Wire, str] = {
            "anthropic": own_base(place, "ANTHROPIC_API_BASE", "ANTHROPIC_BASE_URL").removesuffix("/v1/messages"),
            "openai": own_base(place, "OPENAI_BASE_URL", "OPENAI_API_BASE"),
            "gemini": own_base(place, "GEMINI_API_BASE"),
        }
        return {wire: base for wire, base in found.items() if base}

    def launch(self, place: Place, proxied: Proxied, arguments: tuple[str, ...]) -> Launch:
        """One --set-env for each address."""
        environ = {
            "OPENAI_BASE_URL": proxied.base("openai"),
            "OPENAI_API_BASE": proxied.base("openai"),
            "ANTHROPIC_API_BASE": proxied.url,
            "GEMINI_API_BASE": proxied.base("gemini", version="/v1beta"),
        }
        words = tuple(word for name, base in environ.items() for word in ("--set-env", f"{name}={base}"))
        return Launch(words, environ)

    def mcp_entry(self, place: Place, command: tuple[str, ...], environ: Mapping[str, str]) -> Edit | None:
        """It knows no MCP."""
        return None

    def session_logs(self, place: Place) -> tuple[tuple[Path, str], ...]:
        """One Markdown file a project, in its folder."""
        told = place.get("AIDER_CHAT_HISTORY_FILE")
        path = Path(told).expanduser() if told else place.cwd / ".aider.chat.history.md"
        return ((path.parent, path.name),)

    def sessions(self, path: Path, skipped: Skipped) -> Iterator[Session]:
        """None are read."""
        skipped.add("aider's history, which holds no results of calls")
        return iter(())
