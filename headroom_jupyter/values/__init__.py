"""Python values to text that a model can read: frames, arrays, containers, figures, errors, files.

A value is looked at and never changed; each kind of value has its own module, loaded when first used.
"""

from __future__ import annotations

from typing import Any

from headroom_jupyter.ccr.store import Store
from headroom_jupyter.compressors.base import Level
from headroom_jupyter.results import TextResult
from headroom_jupyter.texts import compress_text

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
        retrieval: The reader can redeem markers; False: only what `decode` can undo.
        store: Where the original goes; the user's own store by default.

    Raises:
        InputError: the model is unknown, or an option is out of range.

    Example:
        >>> from headroom_jupyter import compress_value
        >>> compress_value({"a": 1}).text
        '{"a":1}'
    """
    text, mime = _text_of(value)
    level = level if retrieval else "lossless"
    return compress_text(text, query=query, mime=mime, model=model, level=level, budget=budget, store=store)


def _text_of(value: Any) -> tuple[str, str | None]:
    if isinstance(value, str):
        return value, None
    if isinstance(value, (dict, list, tuple)):
        import orjson  # noqa: PLC0415

        try:
            return orjson.dumps(
                value, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY
            ).decode(), "application/json"
        except TypeError:
            pass
    if callable(getattr(value, "to_csv", None)):
        return str(value.to_csv(index=False)), "text/csv"
    if callable(getattr(value, "write_csv", None)):
        return str(value.write_csv()), "text/csv"
    try:
        return repr(value), None
    except Exception as err:  # noqa: BLE001
        return f"<{type(value).__name__}: its repr raises {type(err).__name__}>", None
