"""Results in a terminal: an account in one line, then as much of the text as a screen takes."""

from __future__ import annotations

from collections.abc import Sequence

from headroom_jupyter.rendering.html import visible
from headroom_jupyter.rendering.shown import ShownText, counts, percent

__all__ = ["clipped", "summary", "text_plain"]

_MOST_LINES = 40
_MOST_CHARS = 240  # of one line


def summary(result: ShownText) -> str:
    """The account of a text in one line."""
    saved = percent(result.tokens_before, result.tokens_after)
    parts = [result.kind or "text", counts(result), f"{saved} saved", result.fidelity, result.reason, *result.refs]
    if result.budget_met is not None:
        parts.insert(3, "budget met" if result.budget_met else "budget NOT met")
    return " · ".join(visible(part) for part in parts if part)


def text_plain(result: ShownText, text: str | None = None, *, name: str = "result.text") -> str:
    """The account and the text, both bounded; another `text` is shown instead if one is given."""
    return "\n".join([summary(result), "", *clipped(result.text if text is None else text, name)])


def clipped(text: str, name: str) -> Sequence[str]:
    """The first lines of a text, long ones cut, and a line that says what was cut."""
    head = text[: _MOST_LINES * 4000].split("\n", _MOST_LINES)[:_MOST_LINES]
    shown = [visible(line[:_MOST_CHARS]) + ("…" if len(line) > _MOST_CHARS else "") for line in head]
    total = text.count("\n") + 1
    if total > len(head) or any(len(line) > _MOST_CHARS for line in head):
        shown.append(f"… {total:,} lines, {len(text):,} characters in all; print({name}) shows everything")
    return shown
