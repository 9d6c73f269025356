"""Who wants to know of each call of `compress`: observers of the running context, and of no other.

A thread or task that was started before an observer came does not have it. Nothing here compresses.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

from headroom_jupyter.results import CompressResult

__all__ = ["Call", "Observer", "forget", "observe", "tell"]


@dataclass(frozen=True, slots=True)
class Call:
    """One call of `compress`, as a rule just before a call of the model."""

    model: str
    result: CompressResult


Observer = Callable[[Call], None]
_OBSERVERS: ContextVar[tuple[Observer, ...]] = ContextVar("headroom_observers", default=())


def observe(observer: Observer) -> None:
    """Tell this observer of calls from now on; once is enough."""
    if observer not in _OBSERVERS.get():
        _OBSERVERS.set((*_OBSERVERS.get(), observer))


def forget(observer: Observer) -> None:
    """Tell it no more."""
    _OBSERVERS.set(tuple(known for known in _OBSERVERS.get() if known != observer))


def tell(call: Call) -> None:
    """Tell all observers of this context."""
    for observer in _OBSERVERS.get():
        observer(call)
