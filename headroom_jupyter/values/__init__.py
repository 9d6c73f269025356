"""Python values to text that a model can read: frames, arrays, containers, figures, errors, files.

A value is looked at and never changed; each kind of value has its own module, loaded when first used.
"""

from __future__ import annotations

from typing import Any

from headroom_jupyter.ccr.store import Store
from headroom_jupyter.compressors.base import Level
from headroom_jupyter.errors import InputError
from headroom_jupyter.pipeline import check_options
from headroom_jupyter.results import TextResult
from headroom_jupyter.tokens import tokenizer_for
from headroom_jupyter.values.delivery import Order, deliver
from headroom_jupyter.values.kinds import tell

__all__ = ["compress_value"]


def compress_value(
    value: Any,
    *,
    name: str | None = None,
    query: str = "",
    model: str = "gpt-4o",
    level: Level = "faithful",
    budget: int | None = None,
    retrieval: bool = True,
    store: Store | None = None,
) -> TextResult:
    """Show any Python value in few tokens; the value itself is looked at and never changed.

    Args:
        value: A frame, array, container, figure, exception, path, text, or anything with a repr.
        name: What the value is called where it comes from, for the first line.
        query: What the reader wants to know; matching rows and lines stay.
        model: Whose tokens to count.
        level: As for `compress`.
        budget: Tokens the result may have.
        retrieval: The reader can redeem markers; False: gaps are told in words, texts are only rewritten so that
            `decode` can undo it.
        store: Where the original goes; the user's own store by default.

    Raises:
        InputError: the model is unknown, an option is out of range, a path cannot be read, or the value's library is
            not installed.

    Example:
        >>> from headroom_jupyter import compress_value
        >>> compress_value({"a": 1}).text
        '{"a":1}'
    """
    check_options(level, budget)
    if not isinstance(query, str):
        raise InputError(f"query is {type(query).__name__}, not str")
    tokenizer_for(model)
    return deliver(tell(value, name), Order(query, model, level, budget, retrieval, store or Store()))
