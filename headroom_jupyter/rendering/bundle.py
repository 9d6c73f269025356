"""The MIME bundle of a result: for our own panel, for other tools, for a page and for a terminal.

`application/vnd.headroom.v1+json` carries identifiers, counts, spans and a preview, never an original: a notebook that
is saved or shared must not carry one unseen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from headroom_jupyter.ccr.marker import scan
from headroom_jupyter.compressors.base import Span
from headroom_jupyter.rendering.card import View, card_html
from headroom_jupyter.rendering.plain import text_plain
from headroom_jupyter.rendering.shown import ShownBlock, ShownMessages, ShownText, headline, percent
from headroom_jupyter.rendering.table import table_html

__all__ = ["LLM_MIME", "MIME", "messages_bundle", "text_bundle"]

MIME = "application/vnd.headroom.v1+json"
LLM_MIME = "text/llm+plain"
_PREVIEW_CHARS = 1_200
_MOST_SPANS = 500
_MOST_DECISIONS = 500
_MOST_LLM_CHARS = 100_000  # a longer text would make every copy of the notebook heavy


def text_bundle(result: ShownText, view: View = "compressed") -> dict[str, Any]:
    """One text in all its forms; `view` is the part of the page that is open."""
    # The original of an estimate would have to be written out first; only who asks to see it waits for that.
    is_at_hand = not result.is_estimate or view != "compressed"
    original = result.original if is_at_hand else None
    spans = result.spans() if is_at_hand else []
    shown = result.original if view == "original" else result.text
    bundle: dict[str, Any] = {
        "text/plain": text_plain(result, shown, name="result.original" if view == "original" else "result.text"),
        "text/html": card_html(result, view, original, spans),
        MIME: _text_json(result, original, spans),
    }
    if len(result.text) <= _MOST_LLM_CHARS:
        bundle[LLM_MIME] = _sound(result.text)
    return bundle


def messages_bundle(result: ShownMessages, plain: str) -> dict[str, Any]:
    """A message list; `plain` is its table for a terminal."""
    return {"text/plain": plain, "text/html": table_html(result), MIME: _messages_json(result)}


def _text_json(result: ShownText, original: str | None, spans: Sequence[Span]) -> dict[str, Any]:
    markers = list(scan(result.text))
    # Half of the original at most: what was left as it is must not come back whole either.
    preview = result.text[: min(_PREVIEW_CHARS, len(result.text if original is None else original) // 2)]
    return {
        "type": "text",
        "refs": list(result.refs),
        "kind": result.kind,
        "compressor": result.compressor,
        "fidelity": result.fidelity,
        "reason": result.reason,
        "tokens": _tokens(result),
        "is_estimate": result.is_estimate,
        "chars": {"before": None if original is None else len(original), "after": len(result.text)},
        "lines": {"before": None if original is None else _lines(original), "after": _lines(result.text)},
        "budget_met": result.budget_met,
        "markers": [
            {"start": start, "end": end, "marker": marker.render()} for start, end, marker in markers[:_MOST_SPANS]
        ],
        "markers_total": len(markers),
        "spans": [list(span) for span in spans[:_MOST_SPANS]],
        "spans_total": len(spans),
        "preview": _sound(preview),
    }


def _messages_json(result: ShownMessages) -> dict[str, Any]:
    return {
        "type": "messages",
        "headline": headline(result),
        "tokens": _tokens(result),
        "is_estimate": result.is_estimate,
        "budget_met": result.budget_met,
        "error": result.error,
        "decisions": [_decision(decision) for decision in result.decisions[:_MOST_DECISIONS]],
        "decisions_total": len(result.decisions),
    }


def _decision(decision: ShownBlock) -> dict[str, Any]:
    return {
        "message": decision.message,
        "block": decision.block,
        "kind": decision.kind,
        "compressor": decision.compressor,
        "fidelity": decision.fidelity,
        "tokens": _tokens(decision),
        "refs": list(decision.refs),
        "reason": decision.reason,
    }


def _tokens(counted: ShownText | ShownMessages | ShownBlock) -> dict[str, Any]:
    before, after = counted.tokens_before, counted.tokens_after
    return {"before": before, "after": after, "saved": before - after, "saved_percent": percent(before, after)}


def _lines(text: str) -> int:
    return text.count("\n") + 1


def _sound(text: str) -> str:
    """Lone surrogates replaced: JSON on a wire is UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")
