"""Scripts of a model that wants to see what a marker hides; not a test."""

from __future__ import annotations

import re
from typing import Any

from tests.upstream import Reply, Script, Seen, ToolCall, speak

__all__ = ["ref_in", "retrieving"]


def ref_in(seen: Seen) -> str:
    """The reference of the first marker in a request's messages."""
    found = re.search(r"<<ccr:([0-9a-f]{12})", str(seen.messages))
    assert found is not None, "no marker"
    return found.group(1)


def retrieving(first: str, then: str, *, times: int = 1, beside: ToolCall | None = None, **words: Any) -> Script:
    """Calls headroom_retrieve so many times, `beside` a tool of the client's if one is given, and then says `then`."""
    done = 0

    def script(seen: Seen) -> Reply:
        nonlocal done
        if done == times:
            return speak(seen, then)
        done += 1
        call = ToolCall(f"r{done}", "headroom_retrieve", {"ref": ref_in(seen), **words})
        return speak(seen, first, call, *([beside] if beside else []))

    return script
