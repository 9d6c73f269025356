"""Finds the plug-ins of a family: the built-in ones by an explicit tuple, others by entry point."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

from headroom_jupyter.errors import PluginError

__all__ = ["BUILT_IN", "load_family"]

# Order breaks ties of confidence: the more particular kind stands first, and of two the one told more cheaply.
BUILT_IN: dict[str, tuple[str, ...]] = {
    "headroom_jupyter.compressors": (
        "headroom_jupyter.compressors.notebook:NotebookCompressor",
        "headroom_jupyter.compressors.json:SmartCrusher",
        "headroom_jupyter.compressors.diff:DiffCompressor",
        "headroom_jupyter.compressors.markup:MarkupCompressor",
        "headroom_jupyter.compressors.traceback:TracebackCompressor",
        "headroom_jupyter.compressors.code:CodeCompressor",
        "headroom_jupyter.compressors.search:SearchCompressor",
        "headroom_jupyter.compressors.log:LogCompressor",
        "headroom_jupyter.compressors.table:TableCompressor",
        "headroom_jupyter.compressors.listing:ListingCompressor",
        "headroom_jupyter.compressors.config:ConfigCompressor",
        "headroom_jupyter.compressors.terminal:TerminalCompressor",
        "headroom_jupyter.compressors.prose:Kompress",
    ),
    "headroom_jupyter.agents": (
        "headroom_jupyter.agents.claude:Claude",
        "headroom_jupyter.agents.codex:Codex",
        "headroom_jupyter.agents.gemini:Gemini",
        "headroom_jupyter.agents.opencode:OpenCode",
        "headroom_jupyter.agents.aider:Aider",
        "headroom_jupyter.agents.goose:Goose",
    ),
    "headroom_jupyter.providers": (
        "headroom_jupyter.providers.gemini:Gemini",
        "headroom_jupyter.providers.openai_responses:OpenAIResponses",
        "headroom_jupyter.providers.anthropic:Anthropic",
        "headroom_jupyter.providers.openai:OpenAIChat",
    ),
}


@cache
def load_family(family: str, needs: tuple[str, ...]) -> tuple[Any, ...]:
    """One instance of each plug-in of `family`, built-in ones first.

    Args:
        family: A key of `BUILT_IN`, also the name of the entry-point group for plug-ins from outside.
        needs: Attributes a plug-in must have.

    Raises:
        PluginError: one cannot be imported, lacks an attribute, or has another's name.
    """
    from importlib.metadata import entry_points  # noqa: PLC0415  # 13 ms, and of no use before the first text

    outside = sorted(entry_points(group=family), key=lambda point: point.name)
    found: dict[str, Any] = {}
    for target in (*BUILT_IN.get(family, ()), *(point.value for point in outside)):
        module, _, name = target.partition(":")
        try:
            plugin = getattr(import_module(module), name)()
        except (ImportError, AttributeError, TypeError) as err:
            raise PluginError(f"plug-in {target} of {family} cannot be loaded: {err}; remove or mend it") from err
        lacking = [need for need in needs if not hasattr(plugin, need)]
        if lacking:
            raise PluginError(f"plug-in {target} of {family} lacks {', '.join(lacking)}")
        if plugin.name in found:
            raise PluginError(f"two plug-ins of {family} are named {plugin.name!r}: the second is {target}")
        found[plugin.name] = plugin
    return tuple(found.values())
