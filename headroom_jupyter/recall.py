"""The way back: retrieve an original whole or by the slice, and the tool that lets a model do so."""

from __future__ import annotations

from typing import Any

from headroom_jupyter.ccr.marker import check_ref
from headroom_jupyter.ccr.retrieval import retrieve_from
from headroom_jupyter.ccr.store import Store
from headroom_jupyter.errors import InputError
from headroom_jupyter.ledger import Ledger
from headroom_jupyter.pipeline import providers
from headroom_jupyter.policy import RETRIEVE_NAME
from headroom_jupyter.providers.base import ToolSpec
from headroom_jupyter.tokens import tokenizer_for

__all__ = ["RETRIEVE_TOOL", "definition", "original", "retrieve"]

_TEXT = {"type": "string"}
_SPEC: dict[str, Any] = {
    "name": RETRIEVE_NAME,
    "description": "Bring back what a marker like <<ccr:REF lines 4-9 of 20>> stands for: its words are the arguments,"
    " or search the original by query. A later <<4-9>> goes by the REF before it.",
    "parameters": {
        "type": "object",
        "properties": {
            "ref": {"type": "string", "description": "12 hex digits after ccr:"},
            "query": _TEXT,
            "at": {"type": "string", "description": "place, as in the marker"},
            "lines": {"type": "string", "description": "4-9,12"},
            "rows": _TEXT,
            "chars": _TEXT,
            "max_tokens": {"type": "integer"},
        },
        "required": ["ref"],
    },
}


def retrieve(
    ref: str,
    *,
    query: str | None = None,
    at: str | None = None,
    lines: str | None = None,
    rows: str | None = None,
    chars: str | None = None,
    max_tokens: int | None = None,
    model: str = "gpt-4o",
    store: Store | None = None,
) -> str:
    """An original, whole or by the slice; the words of a marker are the arguments.

    Args:
        ref: 12 hex digits, or a whole marker.
        query: Words to look for; answers with the best matching units, or with an outline when nothing matches.
        at: The part to look in: a JSON path (`$.items`), `cell 12 output 0`, `lines 30-80`, or one after the other.
        lines: Line ranges as in a marker, counted from 1.
        rows: Ranges of array elements, object entries or table rows.
        chars: Character ranges.
        max_tokens: Most tokens of the answer; a query's default is the larger of 800 and 10 % of the original.
        model: Whose tokens `max_tokens` counts.
        store: Where to look; the user's own store by default.

    Raises:
        MarkerError: `ref`, a range or `at` is malformed or outside the original.
        MissingOriginal: no such original: expired, deleted, never stored, or another project's.
        StoreError: the store cannot be read, or the stored value is damaged.
    """
    if max_tokens is not None and max_tokens < 1:
        raise InputError(f"max_tokens={max_tokens!r} is no positive number of tokens")
    plain = check_ref(ref)
    held = store or Store()
    tokenizer = tokenizer_for(model)
    text = retrieve_from(
        held.get(plain),
        held.kind(plain),
        query=query,
        at=at,
        lines=lines,
        rows=rows,
        chars=chars,
        max_tokens=max_tokens,
        count=tokenizer.count,
    )
    Ledger(held).book_retrieval(tokenizer.count(text))
    return text


def original(ref: str, *, store: Store | None = None) -> bytes:
    """The bytes that were stored, images too.

    Raises:
        MarkerError: `ref` is malformed.
        MissingOriginal: no such original in this project.
        StoreError: the store cannot be read, or the stored value is damaged.
    """
    return (store or Store()).get(check_ref(ref))


def RETRIEVE_TOOL(provider: str) -> dict[str, Any]:  # noqa: N802  # a constant to its users, by design
    """The tool definition of `headroom_retrieve` for openai, openai_responses, anthropic or gemini.

    Raises:
        InputError: no provider has this name.
    """
    return definition(_SPEC, provider)


def definition(spec: ToolSpec, provider: str) -> dict[str, Any]:
    """A tool's definition as a provider's format writes it.

    Raises:
        InputError: no provider has this name.
    """
    for known in providers():
        if known.name == provider:
            return known.tool(spec)
    names = ", ".join(known.name for known in providers())
    raise InputError(f"unknown provider {provider!r}; it is one of {names}")
