"""The widget of `agent_trace`: adds a row for each step, and sends the context of the one that is looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anywidget
import traitlets

from headroom_jupyter.notebook.explorer_widget import bundled
from headroom_jupyter.notebook.tracer import context_of, row_of
from headroom_jupyter.notebook.tracing import Step, Trace

__all__ = ["TracerWidget"]


class TracerWidget(anywidget.AnyWidget):
    """An agent's steps; `trace` has them in full."""

    _esm = bundled("dom.js", "tracer.js")
    _css = bundled("base.css", "tracer.css")
    rows: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)
    is_recording = traitlets.Bool(default_value=False).tag(sync=True)

    def __init__(self, trace: Trace, *, stop: Callable[[], None] | None = None) -> None:
        self.trace = trace
        self._stop = stop
        super().__init__(rows=[row_of(step) for step in trace.steps], is_recording=stop is not None)
        trace.listeners.append(self._add)
        self.observe(self._switch, names="is_recording")
        self.on_msg(self._context)

    def __repr__(self) -> str:
        return repr(self.trace)

    def stop(self) -> None:
        """Record no more; the page can switch recording on again, until the widget is closed."""
        self.is_recording = False

    def close(self) -> None:
        """Take the widget off the page, and record no more."""
        if self._stop is not None:
            self._stop()
        if self._add in self.trace.listeners:
            self.trace.listeners.remove(self._add)
        super().close()

    def _add(self, step: Step) -> None:
        self.rows = [*self.rows, row_of(step)]

    def _switch(self, change: dict[str, Any]) -> None:
        self.trace.is_recording = change["new"]

    def _context(self, _widget: object, content: object, _buffers: object) -> None:
        if isinstance(content, dict) and content.get("type") == "context":
            number = content.get("step")
            if isinstance(number, int) and 1 <= number <= len(self.trace.steps):
                self.send({"type": "context", **context_of(self.trace.steps[number - 1])})
