"""`agent_trace()`: records the model calls of a notebook's agent in all cells; views are built here, not drawn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, cast

from headroom_jupyter.notebook.explorer import widget_module
from headroom_jupyter.notebook.tracing import Step, Trace, running_shell
from headroom_jupyter.rendering.html import visible
from headroom_jupyter.rendering.shown import percent, title_of

if TYPE_CHECKING:
    from headroom_jupyter.notebook.tracer_widget import TracerWidget

__all__ = ["agent_trace", "context_of", "follow", "row_of"]

_MOST_CONTEXT = 400_000  # characters of one step sent to the page at once
_MOST_TEXT = 40_000  # of one block


def agent_trace(trace: Trace | None = None) -> TracerWidget:
    """A widget that shows an agent's model calls as they are made, in this cell and the next ones.

    Args:
        trace: A recording made by `with trace() as …`; left out, recording begins now.

    Returns:
        The widget; its `trace` has the steps.

    Raises:
        InputError: widgets are not installed.
    """
    module = widget_module("tracer_widget")
    if trace is not None:
        return cast("TracerWidget", module.TracerWidget(trace))
    recorded = Trace(is_shown=False)
    return cast("TracerWidget", module.TracerWidget(recorded, stop=follow(recorded)))


def follow(trace: Trace) -> Callable[[], None]:
    """Record the calls of this cell and of all cells to come, until the function that it gives back is called."""
    trace.start()
    shell = running_shell()
    if shell is None:
        return trace.stop

    def before_cell(_info: object) -> None:
        trace.start()

    def stop() -> None:
        trace.stop()
        if before_cell in shell.events.callbacks["pre_run_cell"]:
            shell.events.unregister("pre_run_cell", before_cell)

    shell.events.register("pre_run_cell", before_cell)
    return stop


def row_of(step: Step) -> dict[str, Any]:
    """A step's counts for the page; sums are the page's work."""
    result = step.result
    return {
        "number": step.number,
        "at": datetime.fromtimestamp(step.at, tz=timezone.utc).isoformat(timespec="seconds"),
        "model": visible(step.model[:80]),
        "messages": len({decision.message for decision in result.decisions}),
        "before": result.tokens_before,
        "after": result.tokens_after,
        "saved": percent(result.tokens_before, result.tokens_after),
        "is_estimate": result.is_estimate,
        "error": visible(result.error or ""),
    }


def context_of(step: Step) -> dict[str, Any]:
    """What the model read at a step, block by block, with the original of each changed one."""
    blocks = []
    left = _MOST_CONTEXT
    pairs = list(zip(step.result.decisions, step.result.blocks(), strict=False))
    for decision, (block, text) in pairs:
        is_changed = bool(decision.refs)
        shown = text[: min(_MOST_TEXT, left)]
        left -= len(shown)
        before = block.text[: min(_MOST_TEXT, left)] if is_changed else ""
        left -= len(before)
        blocks.append(
            {
                "title": visible(title_of(block, decision)),
                "role": block.role,
                "is_changed": is_changed,
                "reason": visible(decision.reason),
                "text": visible(shown),
                "text_chars": len(text),
                "original": visible(before),
                "original_chars": len(block.text) if is_changed else 0,
                "is_cut": len(shown) < len(text) or (is_changed and len(before) < len(block.text)),
            }
        )
        if left <= 0:
            break
    return {"step": step.number, "blocks": blocks, "cut": len(pairs) - len(blocks)}
