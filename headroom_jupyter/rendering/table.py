"""A compressed message list as HTML: the account, and a row for each block that opens to what it became."""

from __future__ import annotations

from headroom_jupyter.rendering.card import MOST_BYTES, fold
from headroom_jupyter.rendering.html import BADGE, BOX, CODE, MUTED, Page, tinted
from headroom_jupyter.rendering.shown import ShownBlock, ShownMessages, headline, number, percent

__all__ = ["table_html"]

_RESERVED = 1_500
_LEAST_LEFT = 1_500
_MOST_TEXT = 6_000  # characters shown of one block
_CELL = "padding:2px 10px 2px 0;text-align:left;vertical-align:top"
_COLUMNS = ("message", "block", "kind", "fidelity", "before", "after", "saved", "why")


def table_html(result: ShownMessages) -> str:
    """The card of a message list."""
    page = Page(MOST_BYTES - _RESERVED)
    texts = result.texts()
    with page.element("div", BOX, 'class="headroom-result"'):
        with page.element("div", "display:flex;flex-wrap:wrap;gap:2px 10px;align-items:baseline"):
            page.note(
                number(len({decision.message for decision in result.decisions}), "message"),
                style=f"{BADGE};{tinted('neutral')}",
            )
            page.note(headline(result), "b", "")
        _rows(page, result)
        changed = [pair for pair in zip(result.decisions, texts, strict=False) if pair[0].refs]
        for done, (decision, (_, text)) in enumerate(changed):
            if page.left < _LEAST_LEFT:
                page.note(
                    f"… {number(len(changed) - done, 'more changed block')}; result.messages has all of them", "div"
                )
                break
            _block(page, decision, text, is_open=False)
    return page.html()


def _rows(page: Page, result: ShownMessages) -> None:
    most = max(_LEAST_LEFT, page.left // 2)
    floor = page.left - most
    label = 'tabindex="0" role="region" aria-label="decisions"'
    with page.element("div", "overflow-x:auto", label), page.element("table", "border-collapse:collapse;margin:4px 0"):
        with page.element("thead"), page.element("tr"):
            for name in _COLUMNS:
                page.note(name, "th", f"{_CELL};font-weight:600")
        with page.element("tbody"):
            for done, decision in enumerate(result.decisions):
                if page.left - floor < _LEAST_LEFT:
                    rest = number(len(result.decisions) - done, "more block")
                    page.note(
                        f"… {rest}; result.decisions has all of them",
                        "caption",
                        f"caption-side:bottom;text-align:left;{MUTED}",
                    )
                    break
                _row(page, decision)


def _row(page: Page, decision: ShownBlock) -> None:
    saved = percent(decision.tokens_before, decision.tokens_after) if decision.refs else ""
    cells = (
        *(str(decision.message), str(decision.block), decision.kind, decision.fidelity),
        *(f"{decision.tokens_before:,}", f"{decision.tokens_after:,}", saved, decision.reason[:200]),
    )
    with page.element("tr", "" if decision.refs else MUTED):
        for name, cell in zip(_COLUMNS, cells, strict=True):
            page.note(cell, "td", f"{_CELL};white-space:nowrap" if name != "why" else f"{_CELL};min-width:14em")


def _block(page: Page, decision: ShownBlock, text: str, *, is_open: bool) -> None:
    title = f"message {decision.message}, block {decision.block}: {decision.kind}, {decision.tokens_after:,} tokens"
    with fold(page, title, is_open=is_open):
        style = f"{CODE};max-height:24em;overflow:auto;padding:6px 8px;border-radius:4px;{tinted('neutral')}"
        with page.element("div", style, 'tabindex="0" role="region" aria-label="compressed text"'):
            if not page.text(text, most_chars=min(_MOST_TEXT, max(0, page.left - _LEAST_LEFT // 2))):
                page.note(f"… cut: {number(len(text), 'character')} in all", "div")
