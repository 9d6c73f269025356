"""Who wants to know of each call of `compress`: observers of the running context, and of no other.

A thread or task that was started before an observer came does not have it. Nothing here compresses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any

from headroom_jupyter.results import CompressResult

__all__ = ["Call", "Observer", "forget", "observe", "tell", "within"]

_TYPED = ("message", "reasoning", "function_call", "function_call_output")


@dataclass(frozen=True, slots=True)
class Call:
    """One call of `compress`, as a rule just before a call of the model.

    `body` is what the messages stand in, under `key`, where the caller has it: a wrapped client does,
    `compress(messages)` does not.
    """

    model: str
    result: CompressResult
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)
    key: str = ""

    @property
    def request(self) -> dict[str, Any]:
        """The request's body as far as it is known, with the messages as they became."""
        messages = self.result.messages
        return {"model": self.model, **self.body, self.key or _key(messages): messages}


Observer = Callable[[Call], None]
_WITHIN: ContextVar[tuple[Mapping[str, Any], str] | None] = ContextVar("headroom_request", default=None)
_OBSERVERS: ContextVar[tuple[Observer, ...]] = ContextVar("headroom_observers", default=())


def observe(observer: Observer) -> None:
    """Tell this observer of calls from now on; once is enough."""
    if observer not in _OBSERVERS.get():
        _OBSERVERS.set((*_OBSERVERS.get(), observer))


def forget(observer: Observer) -> None:
    """Tell it no more."""
    _OBSERVERS.set(tuple(known for known in _OBSERVERS.get() if known != observer))


@contextmanager
def within(body: Mapping[str, Any], key: str) -> Iterator[None]:
    """What is compressed meanwhile stands in this request body, under `key`."""
    token = _WITHIN.set((body, key))
    try:
        yield
    finally:
        _WITHIN.reset(token)


def tell(call: Call) -> None:
    """Tell all observers of this context."""
    if known := _WITHIN.get():
        call = replace(call, body=known[0], key=known[1])
    for observer in _OBSERVERS.get():
        observer(call)


def _key(messages: list[Any]) -> str:
    """Where a request's body of these messages has them."""
    plain = [message for message in messages if isinstance(message, Mapping)]
    if any("parts" in message for message in plain):
        return "contents"
    return "input" if any(message.get("type") in _TYPED for message in plain) else "messages"
