"""headroom_retrieve: an original back, whole or by the slice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headroom_jupyter.mcp_server.base import Answer, Scope, Tool
from headroom_jupyter.policy import RETRIEVE_NAME
from headroom_jupyter.recall import retrieve

__all__ = ["RETRIEVE"]

# Unless the call says otherwise. Claude Code refuses a tool's result over 25,000 of its own, which are smaller.
_MOST_TOKENS = 16_000


def _run(arguments: Mapping[str, Any], scope: Scope) -> Answer:
    words = {"max_tokens": _MOST_TOKENS, **arguments}
    if "query" in arguments and "max_tokens" not in arguments:
        words["max_tokens"] = None  # a query has a limit of its own
    return Answer(retrieve(**words, store=scope.store))


RETRIEVE = Tool(
    name=RETRIEVE_NAME,
    title="Retrieve what was left out",
    description=(
        "Bring back what a mark like <<ccr:3f9a1c27e0b4 lines 41-77 of 403 at $.items>> stands for. Its words are the "
        "arguments: ref, at, and lines, rows or chars. A later <<90-120>> goes by the ref before it. Or search the "
        "original with query; without any of them the whole original comes back, cut at max_tokens."
    ),
    parameters={
        "ref": {"type": "string", "description": "the 12 hex digits after ccr: in a mark"},
        "query": {"type": "string", "description": "words to look for; the best matches come back, or an outline"},
        "at": {
            "type": "string",
            "description": "the part to look in, as the mark says it: $.items, cell 12 output 0, lines 30-80",
        },
        "lines": {"type": "string", "description": "lines, counted from 1: 41-77,90"},
        "rows": {"type": "string", "description": "rows of a table or elements of a list, counted from 1: 4-9,12"},
        "chars": {"type": "string", "description": "characters, counted from 1: 201-5120"},
        "max_tokens": {"type": "integer", "minimum": 1, "description": f"{_MOST_TOKENS} unless you say otherwise"},
    },
    required=("ref",),
    run=_run,
)
