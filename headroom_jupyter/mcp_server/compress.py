"""headroom_compress: a text or a file, made smaller."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast, get_args

from headroom_jupyter.compressors.base import Level
from headroom_jupyter.errors import InputError
from headroom_jupyter.mcp_server.base import Answer, Scope, Tool
from headroom_jupyter.mcp_server.files import MOST_BYTES, read_text
from headroom_jupyter.texts import compress_text

__all__ = ["COMPRESS"]


def _run(arguments: Mapping[str, Any], scope: Scope) -> Answer:
    if ("path" in arguments) == ("content" in arguments):
        raise InputError("give either content (a text) or path (a file), and not both")
    path = ""
    if "path" in arguments:
        text, path = read_text(arguments["path"], scope.folders)
    else:
        text = arguments["content"]
        if len(text) > MOST_BYTES:
            most = f"at most {MOST_BYTES / 1e6:.0f} million can be compressed at once"
            raise InputError(f"content has {len(text):,} characters; {most}, so cut it into parts")
    result = compress_text(
        text,
        query=arguments.get("query", ""),
        path=path,
        level=cast("Level", arguments.get("level", "faithful")),
        budget=arguments.get("budget"),
        store=scope.store,
    )
    if result.reason.startswith(("store:", "failed:")):
        raise InputError(f"nothing was compressed ({result.reason}); use the original as it is")
    account = {
        "kind": result.kind,
        "fidelity": result.fidelity,
        "tokens_before": result.tokens_before,
        "tokens_after": result.tokens_after,
        "saved_fraction": round(result.saved_fraction, 4),
        "refs": list(result.refs),
        "reason": result.reason,
        "budget_met": result.budget_met,
    }
    return Answer(result.text, account)


COMPRESS = Tool(
    name="headroom_compress",
    title="Compress a text or a file",
    description=(
        "Make a long text 60 to 95 % smaller, so that it can be read whole: a log, test run, search result, JSON, "
        "table, diff, source file, notebook. What the query asks about stays word for word, and so do errors and "
        "outliers; each gap leaves a mark such as <<ccr:3f9a1c27e0b4 lines 41-77 of 403>>, and headroom_retrieve "
        "brings back what stood there. Use it with path instead of reading a long file."
    ),
    parameters={
        "content": {"type": "string", "description": "the text; or give path"},
        "path": {"type": "string", "description": "a file of the project, absolute or from its root; or give content"},
        "query": {"type": "string", "description": "what you want to know from it; what the query names stays"},
        "level": {
            "type": "string",
            "enum": list(get_args(Level)),
            "description": "lossless: rewritten only; faithful (the default): whole units are left out, each gap "
            "marked; abridged: words of prose too",
        },
        "budget": {"type": "integer", "minimum": 1, "description": "tokens that the result may have"},
    },
    run=_run,
    is_read_only=False,  # it writes to the store, and nowhere else
)
