"""The model calls of this session, for `%headroom cache`: what was sent, call by call, told apart by conversation.

It hears what `compress` and wrapped clients send in cells; instructions and tools that stand beside the messages are
not in it. The oldest calls are let go.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from headroom_jupyter.errors import InputError
from headroom_jupyter.notebook.files import find
from headroom_jupyter.notebook.grammar import unquoted
from headroom_jupyter.observation import Call, forget, observe

if TYPE_CHECKING:
    from headroom_jupyter.cache_aligner import CacheReport

__all__ = ["Calls"]

_MOST = 500  # calls; their messages are the caller's own objects
_TYPED = ("message", "reasoning", "function_call", "function_call_output")


class Calls:
    """Hears the calls of each cell from `listen` on."""

    def __init__(self) -> None:
        self._requests: deque[Mapping[str, Any]] = deque(maxlen=_MOST)

    def listen(self, _info: object = None) -> None:
        """Hear the cell that begins; its context is its own."""
        observe(self._hear)

    def stop(self) -> None:
        """Hear no more."""
        forget(self._hear)

    def report(self, rest: str) -> CacheReport:
        """How a provider's cache fares with these calls, or with the requests of a log.

        Raises:
            InputError: nothing was called yet, or there is no such log.
        """
        from headroom_jupyter.cache_aligner import cache_report  # noqa: PLC0415  # a part of %load_ext's time

        if rest:
            return cache_report(find([unquoted(rest)])[0])
        if not self._requests:
            raise InputError(
                "no model call was heard yet: call compress or a wrapped client in a cell, or name a log of requests"
            )
        return cache_report(self._requests)

    def _hear(self, call: Call) -> None:
        messages = call.result.messages
        self._requests.append({"model": call.model, _key(messages): messages})


def _key(messages: list[Any]) -> str:
    """Where a request body of these messages has them."""
    plain = [message for message in messages if isinstance(message, Mapping)]
    if any("parts" in message for message in plain):
        return "contents"
    return "input" if any(message.get("type") in _TYPED for message in plain) else "messages"
