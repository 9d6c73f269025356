"""Records what an agent in a notebook sends to its model, step by step; it calls no model itself."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from headroom_jupyter.observation import Call, forget, observe
from headroom_jupyter.rendering.bundle import MIME
from headroom_jupyter.rendering.steps import ShownStep, steps_html, steps_json, steps_plain
from headroom_jupyter.results import CompressResult

__all__ = ["Step", "Trace", "running_shell", "trace"]


@dataclass(frozen=True, slots=True)
class Step:
    """One call of `compress`, made for a call of the model: `result.messages` is what the model was to read.

    `request` is the body around them, with tools and instructions where a wrapped client sent it.
    """

    number: int
    at: float
    model: str
    result: CompressResult
    request: Mapping[str, Any] = field(default_factory=dict, repr=False)


class Trace:
    """The steps of an agent; a context manager that records while it is open, and shows itself in a notebook.

    It hears of calls in its own context: the cell's code and what that awaits, not of threads started before.
    """

    def __init__(self, *, is_shown: bool = True) -> None:
        self._steps: list[Step] = []
        self._is_shown = is_shown
        self.listeners: list[Callable[[Step], None]] = []
        self.is_recording = True

    @property
    def steps(self) -> tuple[Step, ...]:
        """What was recorded, in order."""
        return tuple(self._steps)

    @property
    def requests(self) -> list[Mapping[str, Any]]:
        """The bodies of all calls, in order, for `cache_report`."""
        return [step.request for step in self._steps]

    @property
    def tokens_before(self) -> int:
        """Tokens that all calls would have cost."""
        return sum(step.result.tokens_before for step in self._steps)

    @property
    def tokens_after(self) -> int:
        """Tokens that all calls cost."""
        return sum(step.result.tokens_after for step in self._steps)

    def record(self, call: Call) -> None:
        """Add a step, unless recording is off."""
        if not self.is_recording:
            return
        step = Step(len(self._steps) + 1, time.time(), call.model, call.result, call.request)
        self._steps.append(step)
        for listener in self.listeners:
            listener(step)

    def start(self) -> None:
        """Record the calls of this context from now on."""
        observe(self.record)

    def stop(self) -> None:
        """Record no more."""
        forget(self.record)

    def __enter__(self) -> Trace:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()
        if self._is_shown:
            _show(self)

    def __repr__(self) -> str:
        return steps_plain(self._shown())

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        """How a notebook shows it."""
        shown = self._shown()
        return {"text/plain": steps_plain(shown), "text/html": steps_html(shown), MIME: steps_json(shown)}

    def _shown(self) -> list[ShownStep]:
        return [ShownStep(step.model, step.result) for step in self._steps]


def trace(*, show: bool = True) -> Trace:
    """Record every model call of the block, with the tokens it cost and would have cost.

    Args:
        show: Show the steps below the cell when the block ends, in a notebook.

    Example:
        >>> from headroom_jupyter import compress, trace
        >>> with trace() as steps:
        ...     request = compress([{"role": "user", "content": "Hello"}]).messages
        >>> len(steps.steps)
        1
    """
    return Trace(is_shown=show)


def running_shell() -> Any:
    """The IPython that runs this, or None; IPython is not loaded for it."""
    module = sys.modules.get("IPython")
    return module.get_ipython() if module is not None else None


def _show(shown: Trace) -> None:
    if running_shell() is not None:
        sys.modules["IPython"].display.display(shown)
