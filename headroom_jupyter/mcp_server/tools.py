"""The tools that the server offers, in the order it lists them."""

from __future__ import annotations

from headroom_jupyter.mcp_server.base import Tool
from headroom_jupyter.mcp_server.compress import COMPRESS
from headroom_jupyter.mcp_server.memory_save import MEMORY_SAVE
from headroom_jupyter.mcp_server.memory_search import MEMORY_SEARCH
from headroom_jupyter.mcp_server.retrieve import RETRIEVE
from headroom_jupyter.mcp_server.stats import STATS

__all__ = ["TOOLS"]

TOOLS: tuple[Tool, ...] = (COMPRESS, RETRIEVE, STATS, MEMORY_SAVE, MEMORY_SEARCH)
