"""One text instead of a conversation: the same engine, for a person, a file or a tool's own output."""

from __future__ import annotations

from functools import partial

from headroom_jupyter import forms, router, settings
from headroom_jupyter.ccr.store import Store
from headroom_jupyter.compression import Job, Source, form_of, is_worth, routed
from headroom_jupyter.compressors.alignment import aligned
from headroom_jupyter.compressors.base import Hints, Level, Span
from headroom_jupyter.errors import HeadroomError, InputError, StoreError
from headroom_jupyter.forms import Form
from headroom_jupyter.ledger import Booking, Ledger
from headroom_jupyter.pipeline import check_options
from headroom_jupyter.results import TextResult
from headroom_jupyter.tokens import tokenizer_for

__all__ = ["compress_text", "decode"]

_BUDGET_STEPS = (0.95, 0.7, 0.45, 0.25, 0.1, 0.0)  # of the budget, as the target of each try


def compress_text(
    text: str,
    *,
    query: str = "",
    path: str | None = None,
    tool: str | None = None,
    mime: str | None = None,
    model: str = "gpt-4o",
    level: Level = "faithful",
    budget: int | None = None,
    store: Store | None = None,
) -> TextResult:
    """Make one text smaller without losing anything; the result may carry markers.

    Args:
        text: Any text; its kind is found out.
        query: What the reader wants to know; matching units stay.
        path: A file name, as a hint to the kind; the file is not read.
        tool: The name of the tool whose output it is, as a hint.
        mime: A MIME type, as a hint.
        model: Whose tokens to count.
        level: As for `compress`.
        budget: Tokens the result may have; larger than usual shows more, see `TextResult.budget_met`.
        store: Where the original goes; the user's own store by default.

    Raises:
        InputError: `text` is no string, the model is unknown, or an option is out of range.

    Example:
        >>> from headroom_jupyter import compress_text
        >>> compress_text("short").text
        'short'
    """
    if not isinstance(text, str):
        raise InputError(f"text is {type(text).__name__}, not str; decode bytes first, or use compress(messages)")
    check_options(level, budget)
    job = Job(tokenizer_for(model), level, settings.load(), store or Store())
    hints = Hints(tool=tool or "", path=str(path or ""), mime=mime or "")
    try:
        source = Source.of(text, job.store)
        before = job.tokenizer.count(text, source.digest)
        job, form = _within(job, source, query, hints, before, budget)
    except StoreError as err:
        before = job.tokenizer.count(text)
        source = Source(text, b"", job.store)
        form = Form(None, tokens_before=before, tokens_after=before, reason=f"store: {err}")
    after = before if form.text is None else form.tokens_after
    return TextResult(
        text=text if form.text is None else form.text,
        _original=source.original,
        kind=form.kind,
        compressor=form.compressor,
        fidelity="verbatim" if form.text is None else form.fidelity,
        tokens_before=before,
        tokens_after=after,
        refs=(form.ref,) if form.text is not None else (),
        reason=form.reason,
        budget_met=None if budget is None else after <= budget,
        _spans=partial(_spans, job, source, form, query, hints),
    )


def decode(text: str) -> str:
    """The original of a lossless rewriting; needs no store.

    Raises:
        ValueError: `text` is no lossless rewriting (an `InputError`).
    """
    if not isinstance(text, str):
        raise InputError(f"text is {type(text).__name__}, not str")
    original = router.decode(text)
    if original is None:
        raise InputError("the text is no lossless rewriting; what has markers comes back by retrieve() or expand()")
    return original


def _within(job: Job, source: Source, query: str, hints: Hints, before: int, budget: int | None) -> tuple[Job, Form]:
    """The form within a budget, or the smallest that could be had; with the job that made it."""
    if source.issued_ref is not None:
        return job, Form(None, tokens_before=before, tokens_after=before, reason="already compressed")
    usual = max(1, job.target(before))
    scales = [1.0] if budget is None else [share * budget / usual for share in _BUDGET_STEPS]
    best = job, Form(None, tokens_before=before, tokens_after=before)
    for scale in scales:
        scaled = Job(job.tokenizer, job.level, job.settings, job.store, round(scale, 4))
        _, form = form_of(scaled, source, query, hints)
        if form.text is not None and not is_worth(form.tokens_before, form.tokens_after):
            continue
        if not best[1].reason or (form.text is not None and form.tokens_after < best[1].tokens_after):
            best = scaled, form
        if budget is None or (form.tokens_after or before) <= budget:
            break
    if best[1].text is not None and best[0].fresh:
        Ledger(job.store).book([Booking(best[1].compressor, best[1].tokens_before, best[1].tokens_after)])
    return best


def _spans(job: Job, source: Source, form: Form, query: str, hints: Hints) -> list[Span]:
    text = source.original
    shown = text if form.text is None else form.text
    if form.text is None:
        return forms.fill_spans([(0, len(text), 0, len(text))], len(text), len(text))
    if form.spans is not None:
        return forms.fill_spans(form.spans, len(text), len(shown))
    levels: tuple[Level, ...] = (job.level, "lossless")  # a form is made in the one or the other
    for level in levels if form.fidelity == "lossless" else levels[:1]:
        try:
            found = routed(job, text, form.tokens_before, query, hints, level, wants_spans=True)
            again, spans = forms.render(found.compressed, form.ref)
        except HeadroomError:
            continue
        if again == shown and spans:
            return forms.fill_spans(spans, len(text), len(shown))
    return forms.fill_spans(aligned(text, shown), len(text), len(shown))
