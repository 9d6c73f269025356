"""The model calls of this session, for `%headroom cache`: what was sent, call by call, told apart by conversation.

It hears what `compress` and wrapped clients send in cells. Of a wrapped client it hears whole requests; tools and
instructions that stand beside the messages given to `compress` are not in it. The oldest calls are let go.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from headroom_jupyter.errors import InputError
from headroom_jupyter.notebook.files import find
from headroom_jupyter.notebook.grammar import unquoted
from headroom_jupyter.observation import Call, forget, observe

if TYPE_CHECKING:
    from headroom_jupyter.cache_aligner import CacheReport

__all__ = ["Calls"]

_MOST = 500  # calls; their messages are the caller's own objects


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

    def report(self, rest: str, names: Mapping[str, Any]) -> CacheReport:
        """How a provider's cache fares with these calls, with those of a trace or a list, or with those of a log.

        Args:
            rest: A variable with a trace or a list of request bodies, or the path of a log; "" for the session's calls.
            names: The variables.

        Raises:
            InputError: nothing was called yet, or there is no such log.
        """
        from headroom_jupyter.cache_aligner import cache_report  # noqa: PLC0415  # a part of %load_ext's time

        if rest in names:
            return cache_report(_requests(rest, names[rest]))
        if rest:
            return cache_report(find([unquoted(rest)])[0])
        if not self._requests:
            raise InputError(
                "no model call was heard yet: call compress or a wrapped client in a cell, or name a log of requests"
            )
        return cache_report(self._requests)

    def _hear(self, call: Call) -> None:
        self._requests.append(call.request)


def _requests(name: str, value: Any) -> Sequence[Mapping[str, Any]]:
    """The request bodies that a variable holds: a trace's, a tracing widget's, or its own."""
    found = getattr(getattr(value, "trace", value), "requests", value)
    if not isinstance(found, (list, tuple)) or not found:
        raise InputError(f"{name} has no requests; name a trace that heard some, a list of request bodies, or a log")
    return found
