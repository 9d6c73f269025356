"""The calls of an agent, one after the other: tokens with and without, summed up, and the context of each."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from headroom_jupyter.rendering.card import fold
from headroom_jupyter.rendering.html import BADGE, BOX, CODE, MUTED, Page, tinted
from headroom_jupyter.rendering.shown import ShownMessages, number, percent, title_of

__all__ = ["ShownStep", "steps_html", "steps_json", "steps_plain"]

_MOST_BYTES = 60_000 - 1_500  # the rest is for what is said about what was cut
_LEAST_LEFT = 1_500
_MOST_TEXT = 1_500  # characters shown of one block
_MOST_STEPS = 500
_COLUMNS = ("step", "model", "messages", "before", "after", "saved", "without, in all", "with, in all")
_CELL = "padding:2px 10px 2px 0;text-align:left;white-space:nowrap;vertical-align:top"


class ShownStep(NamedTuple):
    """One call of a model."""

    model: str
    result: ShownMessages


def sums(steps: Sequence[ShownStep]) -> list[tuple[int, int]]:
    """Tokens without and with compression, from the first step to each."""
    before = accumulate(step.result.tokens_before for step in steps)
    after = accumulate(step.result.tokens_after for step in steps)
    return list(zip(before, after, strict=True))


def steps_plain(steps: Sequence[ShownStep]) -> str:
    """A table for a terminal."""
    rows = [
        _COLUMNS,
        *(_cells(index, step, total) for index, (step, total) in enumerate(zip(steps, sums(steps), strict=True))),
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([_headline(steps), *lines])


def steps_json(steps: Sequence[ShownStep]) -> dict[str, Any]:
    """Counts of each step; no content."""
    totals = sums(steps)
    return {
        "type": "trace",
        "headline": _headline(steps),
        "steps": [
            {
                "model": step.model,
                "messages": _messages(step),
                "tokens": {"before": step.result.tokens_before, "after": step.result.tokens_after},
                "in_all": {"before": before, "after": after},
                "error": step.result.error,
            }
            for step, (before, after) in list(zip(steps, totals, strict=True))[:_MOST_STEPS]
        ],
        "steps_total": len(steps),
    }


def steps_html(steps: Sequence[ShownStep]) -> str:
    """The card of a trace."""
    page = Page(_MOST_BYTES)
    with page.element("div", BOX, 'class="headroom-result mathjax_ignore tex2jax_ignore"'):
        with page.element("div", "display:flex;flex-wrap:wrap;gap:2px 10px;align-items:baseline"):
            page.note(number(len(steps), "model call"), style=f"{BADGE};{tinted('neutral')}")
            page.note(_headline(steps), "b", "")
        if steps:
            _table(page, steps)
        for index, step in enumerate(steps):
            if page.left < _LEAST_LEFT:
                page.note(
                    f"… the context of {number(len(steps) - index, 'more step')}; trace.steps has all of them", "div"
                )
                break
            _context(page, index, step)
    return page.html()


def _table(page: Page, steps: Sequence[ShownStep]) -> None:
    totals = sums(steps)
    floor = page.left // 2
    label = 'tabindex="0" role="region" aria-label="steps"'
    with page.element("div", "overflow-x:auto", label), page.element("table", "border-collapse:collapse;margin:4px 0"):
        with page.element("thead"), page.element("tr"):
            for name in _COLUMNS:
                page.note(name, "th", f"{_CELL};font-weight:600")
        with page.element("tbody"):
            for index, (step, total) in enumerate(zip(steps, totals, strict=True)):
                if page.left < floor:
                    break
                with page.element("tr"):
                    for cell in _cells(index, step, total):
                        page.note(cell, "td", _CELL)


def _context(page: Page, index: int, step: ShownStep) -> None:
    """What the model read at this step, as far as it fits; later steps get as much room."""
    floor = page.left - max(_LEAST_LEFT, page.left // 3)
    with fold(page, f"Context of step {index + 1}: {step.result.tokens_after:,} tokens", is_open=False):
        blocks = list(zip(step.result.decisions, step.result.blocks(), strict=False))
        for done, (decision, (block, text)) in enumerate(blocks):
            if page.left - floor < _LEAST_LEFT:
                page.note(
                    f"… {number(len(blocks) - done, 'more block')}; trace.steps[{index}].result.messages has all", "div"
                )
                break
            page.note(title_of(block, decision), "div", f"{MUTED};margin-top:4px")
            with page.element("pre", f"{CODE};padding:2px 8px;{tinted('added' if decision.refs else 'neutral')}"):
                room = min(_MOST_TEXT, page.left - floor - _LEAST_LEFT // 2)
                if not page.text(text, most_chars=max(0, room)):
                    page.note(f"… cut: {number(len(text), 'character')} in all", "div")


def _cells(index: int, step: ShownStep, total: tuple[int, int]) -> tuple[str, ...]:
    result = step.result
    return (
        *(
            str(index + 1),
            step.model[:60],
            str(_messages(step)),
            f"{result.tokens_before:,}",
            f"{result.tokens_after:,}",
        ),
        *(percent(result.tokens_before, result.tokens_after), f"{total[0]:,}", f"{total[1]:,}"),
    )


def _messages(step: ShownStep) -> int:
    return len({decision.message for decision in step.result.decisions})


def _headline(steps: Sequence[ShownStep]) -> str:
    before, after = sums(steps)[-1] if steps else (0, 0)
    if not steps:
        return "no call of a model was recorded"
    about = "about " if any(step.result.is_estimate for step in steps) else ""
    return f"{about}{before:,} → {after:,} tokens in {number(len(steps), 'call')} ({percent(before, after)} saved)"
