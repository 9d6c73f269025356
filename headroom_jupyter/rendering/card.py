"""One compressed text as HTML: the account, the text with its markers as controls, and the comparison."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

from headroom_jupyter.compressors.base import Span
from headroom_jupyter.rendering.comparison import Piece, compare, line_range
from headroom_jupyter.rendering.html import BADGE, BOX, CODE, MUTED, Page, tinted
from headroom_jupyter.rendering.originals import Control, Excerpts, controls
from headroom_jupyter.rendering.shown import ShownText, counts, number, percent

__all__ = ["MOST_BYTES", "View", "card_html", "fold", "header", "marked_text"]

View = Literal["compressed", "original", "diff"]
MOST_BYTES = 60_000  # of a card; a notebook with fifty of them still opens quickly
_RESERVED = 1_500  # for what is said about the rest
_MOST_EXCERPT = 2_000  # characters shown of what one marker stands for
_LEAST_LEFT = 1_200  # bytes; with less left no excerpt is begun
_PANE = f"{CODE};max-height:32em;overflow:auto;padding:6px 8px;border-radius:4px;{tinted('pane')}"


def card_html(result: ShownText, view: View, original: str | None, spans: Sequence[Span]) -> str:
    """The card of a result with one view open; the others are folded, and "original" is there only when asked for.

    Args:
        result: What is shown.
        view: The part that is open.
        original: The original; None where it would have to be written out for this, and nobody asked to see it.
        spans: The result's spans; none without the original.
    """
    page = Page(MOST_BYTES - _RESERVED)
    pieces = compare(original, result.text, spans) if original is not None else []
    ref = result.refs[0] if result.refs else ""
    with page.element("div", BOX, 'class="headroom-result mathjax_ignore tex2jax_ignore"'):
        header(page, result)
        lines = number(result.text.count("\n") + 1, "line")
        with (
            fold(page, f"What the model reads ({lines})", is_open=view == "compressed"),
            _pane(page, "compressed text"),
        ):
            own = controls(result.text, ref, pieces, original or "")
            marked_text(page, result.text, own, Excerpts(original), most_bytes=_share(page, view, "compressed"))
        if original is not None and result.text != original:
            with fold(page, "Before and after", is_open=view == "diff"), _pane(page, "comparison"):
                _comparison(page, original, result.text, pieces, most_bytes=_share(page, view, "diff"))
        if original is not None and view == "original":
            lines = number(original.count("\n") + 1, "line")
            with fold(page, f"Original ({lines})", is_open=True), _pane(page, "original text"):
                _bounded(page, original, page.left, "result.original has all of it")
    return page.html()


def header(page: Page, result: ShownText) -> None:
    """Counts, saved share, kind, fidelity and reason in a line or two."""
    with page.element("div", "display:flex;flex-wrap:wrap;gap:2px 10px;align-items:baseline"):
        page.note(result.kind or "text", style=f"{BADGE};{tinted('neutral')}")
        page.note(counts(result), "b", "")
        is_saved = result.tokens_after < result.tokens_before
        page.note(
            f"{percent(result.tokens_before, result.tokens_after)} saved",
            style=f"{BADGE};{tinted('good' if is_saved else 'neutral')}",
        )
        if result.budget_met is not None:
            met = "budget met" if result.budget_met else "budget not met"
            page.note(met, style=f"{BADGE};{tinted('good' if result.budget_met else 'warn')}")
        page.note(result.fidelity)
        if result.reason:
            page.note(result.reason[:300])
        if result.refs:
            with page.element("code", f"{MUTED};overflow-wrap:anywhere"):
                page.text(" ".join(result.refs)[:400])


def marked_text(page: Page, text: str, own: Sequence[Control], excerpts: Excerpts, *, most_bytes: int) -> None:
    """The text, each marker of ours a control that shows the original it stands for."""
    floor = page.left - most_bytes
    at = 0
    for control in own:
        if not _upto(page, text, at, control.start, floor):
            return
        at = control.end
        _control(page, text[control.start : control.end], control, excerpts, floor)
    _upto(page, text, at, len(text), floor)


def _upto(page: Page, text: str, start: int, end: int, floor: int) -> bool:
    room = max(0, page.left - floor)
    if page.text(text[start:end], most_chars=room) and end - start <= room:
        return True
    page.note(f"\n… cut here: {len(text) - start:,} more characters at most; print(result.text) shows all of it", "div")
    return False


def _control(page: Page, shown: str, control: Control, excerpts: Excerpts, floor: int) -> None:
    with page.element(
        "details", f"display:inline-block;vertical-align:top;max-width:100%;border-radius:3px;{tinted('marker')}"
    ):
        with page.element("summary", "cursor:pointer;padding:0 4px"):
            page.text(shown)
        has_room = page.left - floor > _LEAST_LEFT
        original = excerpts.of(control) if has_room else None
        with page.element(
            "div",
            f"{CODE};padding:2px 8px;max-height:20em;overflow:auto",
            'tabindex="0" role="region" aria-label="original"',
        ):
            if original is None:
                page.note(_how(control))
            else:
                most = min(_MOST_EXCERPT, page.left - floor - _LEAST_LEFT // 2)
                if not page.text(original, most_chars=max(0, most)):
                    page.note(f"… cut: {number(len(original), 'character')} in all. {_how(control)}", "div")


def _how(control: Control) -> str:
    """The call that brings back what a marker stands for."""
    if control.marker.note.startswith("image"):
        return f"original({control.marker.ref!r}) gives the bytes"
    address = f", at={control.address!r}" if control.address else ""
    call = f"retrieve({control.marker.ref!r}{address})"
    return f"{call[:200]} brings it back"


def _comparison(page: Page, original: str, text: str, pieces: Sequence[Piece], *, most_bytes: int) -> None:
    floor = page.left - most_bytes
    for number_, piece in enumerate(pieces):
        if page.left - floor < _LEAST_LEFT:
            page.note(f"… {number(len(pieces) - number_, 'more piece')}; result.spans() has all of them", "div")
            return
        source, shown = original[piece.source_start : piece.source_end], text[piece.text_start : piece.text_end]
        room = (page.left - floor) // 2
        if piece.change == "same":
            _folded(page, shown, room)
        elif piece.change == "omitted":
            first, last = line_range(original, piece.source_start, piece.source_end)
            where = f"line {first}" if first == last else f"lines {first:,}-{last:,}"
            _removed(page, f"left out: {where}", source, min(room, _MOST_EXCERPT))
        else:
            if source:
                _removed(
                    page,
                    f"rewritten: {number(len(source), 'character')} became {len(shown):,}",
                    source,
                    min(room, _MOST_EXCERPT),
                )
            with page.element("pre", f"{CODE};{tinted('added')};padding:0 4px;margin:0"):
                _bounded(page, shown, min(room, 3 * _MOST_EXCERPT), "print(result.text) shows all of it")


def _removed(page: Page, title: str, source: str, room: int) -> None:
    with page.element("details", f"{tinted('removed')};border-radius:3px;margin:1px 0"):
        page.note(title, "summary", "cursor:pointer;padding:0 4px")
        with page.element(
            "div",
            f"{CODE};padding:0 8px;max-height:20em;overflow:auto",
            'tabindex="0" role="region" aria-label="original"',
        ):
            _bounded(page, source, room, "result.original has all of it")


def _folded(page: Page, text: str, room: int) -> None:
    with page.element("pre", f"{CODE};padding:0 4px;margin:0"):
        _bounded(page, text, min(room, 2 * _MOST_EXCERPT), "print(result.text) shows all of it")


def _bounded(page: Page, text: str, room: int, rest: str) -> None:
    if not page.text(text, most_chars=max(0, room)):
        page.note(f"… cut: {number(len(text), 'character')} in all; {rest}", "div")


def _share(page: Page, view: View, section: View) -> int:
    """The view that is open may take most of what is left, a folded one a fifth."""
    return page.left * 3 // 5 if view == section else page.left // 5


@contextmanager
def fold(page: Page, title: str, *, is_open: bool) -> Iterator[None]:
    """A part of a card that opens and closes."""
    with page.element("details", "margin:4px 0 0", "open" if is_open else ""):
        page.note(title, "summary", "cursor:pointer;padding:2px 0")
        yield


@contextmanager
def _pane(page: Page, label: str) -> Iterator[None]:
    """A part that scrolls, by keyboard too."""
    with page.element("pre", _PANE, f'tabindex="0" role="region" aria-label="{label}"'):
        yield
