"""A compressed message list as HTML: the account, and a row for each block that opens to what it became."""

from __future__ import annotations

from headroom_jupyter.messages import Block
from headroom_jupyter.rendering.card import MOST_BYTES, fold, marked_text
from headroom_jupyter.rendering.html import BADGE, BOX, CODE, MUTED, Page, tinted
from headroom_jupyter.rendering.originals import Excerpts, controls
from headroom_jupyter.rendering.shown import ShownBlock, ShownMessages, headline, number, percent, title_of

__all__ = ["table_html"]

_RESERVED = 1_500
_LEAST_LEFT = 1_500
_MOST_BLOCK = 12_000  # bytes for one block
_CELL = "padding:2px 10px 2px 0;text-align:left;vertical-align:top;white-space:nowrap"
_COLUMNS = ("message", "kind", "fidelity", "before", "after", "saved", "why")


def table_html(result: ShownMessages) -> str:
    """The card of a message list."""
    page = Page(MOST_BYTES - _RESERVED)
    with page.element("div", BOX, 'class="headroom-result mathjax_ignore tex2jax_ignore"'):
        with page.element("div", "display:flex;flex-wrap:wrap;gap:2px 10px;align-items:baseline"):
            page.note(
                number(len({decision.message for decision in result.decisions}), "message"),
                style=f"{BADGE};{tinted('neutral')}",
            )
            page.note(headline(result), "b", "")
        _rows(page, result)
        changed = [pair for pair in zip(result.decisions, result.blocks(), strict=False) if pair[0].refs]
        for done, (decision, (block, text)) in enumerate(changed):
            if page.left < _LEAST_LEFT:
                page.note(
                    f"… {number(len(changed) - done, 'more changed block')}; result.messages has all of them", "div"
                )
                break
            _block(page, decision, block, text)
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
            blocks: list[Block | None] = [block for block, _ in result.blocks()]
            blocks += [None] * (len(result.decisions) - len(blocks))
            for done, (decision, block) in enumerate(zip(result.decisions, blocks, strict=True)):
                if page.left - floor < _LEAST_LEFT:
                    rest = number(len(result.decisions) - done, "more block")
                    page.note(
                        f"… {rest}; result.decisions has all of them",
                        "caption",
                        f"caption-side:bottom;text-align:left;{MUTED}",
                    )
                    break
                _row(page, decision, block)


def _row(page: Page, decision: ShownBlock, block: Block | None) -> None:
    saved = percent(decision.tokens_before, decision.tokens_after) if decision.refs else ""
    where = f"{decision.message}.{decision.block}" if decision.block else str(decision.message)
    who = f" {block.role} {block.tool[:40]}" if block else ""
    cells = (
        *(f"{where}{who}", decision.kind, decision.fidelity),
        *(f"{decision.tokens_before:,}", f"{decision.tokens_after:,}", saved, decision.reason[:200]),
    )
    with page.element("tr", "" if decision.refs else MUTED):
        for cell in cells:
            page.note(cell, "td", _CELL)


def _block(page: Page, decision: ShownBlock, block: Block, text: str) -> None:
    with fold(page, title_of(block, decision), is_open=False):
        style = f"{CODE};max-height:24em;overflow:auto;padding:6px 8px;border-radius:4px;{tinted('pane')}"
        with page.element("pre", style, 'tabindex="0" role="region" aria-label="compressed text"'):
            own = controls(text, decision.refs[0], (), block.text)
            marked_text(
                page, text, own, Excerpts(block.text), most_bytes=min(_MOST_BLOCK, page.left - _LEAST_LEFT // 2)
            )
