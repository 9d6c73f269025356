"""Keeps what each cell of the session put out, from the loading of the extension on.

A cell that runs inside another (`get_ipython().run_cell(…)`) is a part of the outer one. Nothing leaves memory here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

from IPython.core.interactiveshell import ExecutionInfo, ExecutionResult, InteractiveShell

from headroom_jupyter.notebook.capture import Capture
from headroom_jupyter.notebook.recording import Execution, Output

__all__ = ["Recorder"]

_MOST_HELD = 100_000_000  # characters of outputs; beyond that those of the oldest runs are let go


@dataclass
class _Running:
    """The outermost cell that runs now; `infos` are those of the cells inside each other."""

    capture: Capture
    infos: list[Any]
    started_at: float = field(default_factory=time.time)
    started: float = field(default_factory=time.perf_counter)


class Recorder:
    """The runs of this session, oldest first; `finished` are called with each, and may change it."""

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell
        self._running: _Running | None = None
        self.executions: list[Execution] = []
        self.finished: list[Callable[[Execution], Execution]] = []

    def start(self) -> None:
        """Begin with the next cell."""
        self._shell.events.register("pre_run_cell", self._before)
        self._shell.events.register("post_run_cell", self._after)

    def stop(self) -> None:
        """Hear no more, also not of the cell that runs now."""
        self._shell.events.unregister("pre_run_cell", self._before)
        self._shell.events.unregister("post_run_cell", self._after)
        if self._running is not None:
            self._running.capture.close()
            self._running = None

    @property
    def is_running(self) -> bool:
        """Whether a cell is being heard."""
        return self._running is not None

    @property
    def is_outermost(self) -> bool:
        """Whether the cell that runs now runs in no other cell."""
        return self._running is not None and len(self._running.infos) == 1

    @property
    def is_stored(self) -> bool:
        """Whether the cell that runs now is already in the history."""
        return self._running is not None and bool(getattr(self._running.infos[0], "store_history", False))

    @property
    def count(self) -> int:
        """The number of the cell that runs now, as a front end shows it."""
        return self._shell.execution_count - self.is_stored

    def so_far(self) -> tuple[Output, ...]:
        """What the cell that runs now has put out."""
        return self._running.capture.outputs if self._running else ()

    def aside(self) -> Any:
        """A context in which what is shown is no output of the cell."""
        return self._running.capture.deaf() if self._running else nullcontext()

    @contextmanager
    def heard(self) -> Iterator[Callable[[], Sequence[Output]]]:
        """Hear a part of the cell that runs now; gives a function that says what was put out since."""
        if self._running is not None:
            before = len(self.so_far())
            yield lambda: self.so_far()[before:]
            return
        capture = Capture(self._shell)
        capture.open()
        try:
            yield lambda: capture.outputs
        finally:
            capture.close()

    def of(self, count: int) -> Execution | None:
        """The run that is In[count]."""
        return next((run for run in reversed(self.executions) if run.count == count), None)

    def _before(self, info: ExecutionInfo) -> None:
        if self._running is not None:
            self._running.infos.append(info)
            return
        self._running = _Running(Capture(self._shell), [info])
        self._running.capture.open()

    def _after(self, result: ExecutionResult | None) -> None:
        running = self._running
        if running is None:
            return
        info = getattr(result, "info", None)
        if result is not None and not any(info is known for known in running.infos):
            return  # a blank cell: IPython tells only its end
        while running.infos and running.infos.pop() is not info and result is not None:
            pass
        if running.infos:
            return
        outputs = running.capture.close()
        self._running = None
        self._finish(running, outputs, result)

    def _finish(self, running: _Running, outputs: tuple[Output, ...], result: ExecutionResult | None) -> None:
        info = getattr(result, "info", None)
        run = Execution(
            count=int(getattr(result, "execution_count", 0) or 0) if getattr(info, "store_history", False) else 0,
            source=str(getattr(info, "raw_cell", "") or ""),
            outputs=outputs,
            cell_id=str(getattr(info, "cell_id", None) or ""),
            started_at=running.started_at,
            elapsed_s=time.perf_counter() - running.started,
            is_failed=result is None or not result.success,
        )
        for change in self.finished:
            run = change(run)
        bare = tuple(replace(output, value=None, has_value=False) for output in run.outputs)
        if run.count:
            self.executions.append(replace(run, outputs=bare))
            self._let_go()

    def _let_go(self) -> None:
        """Drop the outputs of the oldest runs while too much is held."""
        held = sum(run.size_chars for run in self.executions)
        for index, run in enumerate(self.executions[:-1]):
            if held <= _MOST_HELD:
                return
            held -= run.size_chars
            if run.outputs:
                self.executions[index] = replace(run, outputs=(), is_dropped=True)
