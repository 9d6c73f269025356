"""Answers a model's calls of headroom_retrieve from the store."""

from __future__ import annotations

import logging
from typing import Any

from headroom_jupyter.ccr.store import Store
from headroom_jupyter.errors import HeadroomError
from headroom_jupyter.exchange.base import Answer, Call, as_object
from headroom_jupyter.recall import retrieve

__all__ = ["answer"]

_WORDS = ("query", "at", "lines", "rows", "chars")
_MOST_TOKENS = 25_000  # of an answer that asks for no limit; it says where it was cut
_LAST = "\n[No more retrievals in this turn: answer with what you have.]"
_log = logging.getLogger(__name__)


def answer(call: Call, store: Store, *, is_last: bool = False) -> Answer:
    """What the store holds for a call, or what was wrong with it: a model can mend its own arguments.

    Args:
        call: The call as the model made it.
        store: The originals of the client's project.
        is_last: Say that there is no further round.
    """
    given = as_object(call.arguments)
    tail = _LAST if is_last else ""
    try:
        words: dict[str, Any] = {name: _text(given[name]) for name in _WORDS if given.get(name) not in (None, "")}
        text = retrieve(_text(given.get("ref", "")), **words, max_tokens=_limit(given.get("max_tokens")), store=store)
        return Answer(call, text + tail)
    except HeadroomError as err:
        return Answer(call, f"{err}{tail}", is_error=True)
    except Exception as err:  # noqa: BLE001  # a bug must not cost the client its turn; it is logged and told
        _log.warning("a retrieval failed", exc_info=True)
        return Answer(call, f"the retrieval failed ({type(err).__name__}){tail}", is_error=True)


def _text(value: object) -> str:
    """An argument as text; models write numbers and lists of ranges too."""
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _limit(value: object) -> int:
    text = str(value or "")
    return min(int(text), 10 * _MOST_TOKENS) if text.isascii() and text.isdigit() and int(text) else _MOST_TOKENS
