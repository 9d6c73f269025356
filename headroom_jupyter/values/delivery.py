"""A view is sized to its tokens, stored and given out; what is shown and why is its module's work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256

from headroom_jupyter import forms, settings
from headroom_jupyter.ccr.marker import REF_LENGTH, Marker
from headroom_jupyter.ccr.snapshot import text_of
from headroom_jupyter.ccr.store import Parts, Store
from headroom_jupyter.compression import Job, is_worth, key_of, recall
from headroom_jupyter.compressors.base import Compressed, Hints, Level, Span
from headroom_jupyter.errors import StoreError
from headroom_jupyter.forms import Form
from headroom_jupyter.ledger import Booking, Ledger
from headroom_jupyter.results import TextResult
from headroom_jupyter.selection import Query
from headroom_jupyter.texts import compress_text
from headroom_jupyter.tokens import tokenizer_for
from headroom_jupyter.values.base import Told, View

__all__ = ["Order", "deliver"]

_CHARS = 3.0  # a token of rows and numbers, to begin with
_TRIES = 7
_LEAST_FILLED = 0.8  # of the tokens; a try that leaves more unused is followed by a larger one
_SHARE = 0.6  # of a small original, at most
_SMALL = 20_000  # tokens; a larger original is never given out whole


@dataclass(frozen=True, slots=True)
class Order:
    """What the caller of `compress_value` asked for."""

    query: str
    model: str
    level: Level
    budget: int | None
    retrieval: bool
    store: Store


def deliver(told: Told, order: Order) -> TextResult:
    """The result for what a value was told as."""
    if not isinstance(told, View):
        tokens = tokenizer_for(order.model).count(told.text) if told.is_note else 0
        if told.is_note and (order.budget is None or tokens <= order.budget):
            met = None if order.budget is None else True
            return TextResult(told.text, told.text, "", "", "verbatim", tokens, tokens, (), "described", met)
        level: Level = order.level if order.retrieval else "lossless"
        hints = told.hints
        return compress_text(
            told.text,
            query=order.query,
            path=hints.path,
            tool=hints.tool,
            mime=hints.mime,
            model=order.model,
            level=level,
            budget=order.budget,
            store=order.store,
        )
    return _deliver_view(told, order)


def _deliver_view(view: View, order: Order) -> TextResult:
    own = settings.load()
    # A budget stands in the place of the scale: both make another form of the same original.
    job = Job(tokenizer_for(order.model), order.level, own, order.store, float(order.budget or 1))
    sample, share = view.sample()
    before = round(job.tokenizer.count(sample) / share)
    is_estimate = share < 1
    whole = max(own.min_tokens, view.tokens // 2) if order.budget is None else order.budget
    if order.level == "lossless":
        return compress_text(view.text(), level="lossless", model=order.model, store=order.store, budget=order.budget)
    if not is_estimate and before <= whole and (view.is_readable or order.budget is not None):
        form = Form(None, view.kind, view.maker, "verbatim", before, before, reason="small enough as it is")
        return _result(view, order, form, ref="", reason="", is_estimate=False)
    ref = _digest(view.data)
    words = Hints(tool="compress_value", arguments="", path=view.kind, mime="" if order.retrieval else "words")
    key = key_of(job, ref, order.query, words, is_pasted=False)
    limit = order.budget or (min(view.tokens, round(_SHARE * before)) if view.is_readable else view.tokens)
    reason = ""
    try:
        known = recall(job, key)
        form = known or _issued(view, order.store, key, _sized(view, job, order, ref, before=before, limit=limit))
        if known is None and form.text is not None:
            Ledger(order.store).book([Booking(form.compressor, form.tokens_before, form.tokens_after)])
    except StoreError as err:
        reason = f"store: {err}"
        form = _sized(view, job, _without_marks(order), ref, before=before, limit=limit)
    return _result(view, order, form, ref="" if reason else ref, reason=reason, is_estimate=is_estimate)


def _without_marks(order: Order) -> Order:
    return Order(order.query, order.model, order.level, order.budget, False, order.store)


def _sized(view: View, job: Job, order: Order, ref: str, *, before: int, limit: int) -> Form:
    """The largest short form within a limit, or the smallest that could be had."""
    query = Query(order.query)
    best: Form | None = None
    target = limit * _CHARS
    for _ in range(_TRIES):
        compressed = view.show(query, int(target), order.budget is not None)
        text = forms.render(compressed, ref)[0] if order.retrieval else _in_words(compressed)
        after = job.tokenizer.count(text)
        form = _form(view, compressed, text, ref, before=before, after=after)
        has_grown = best is not None and best.tokens_after < after
        if best is None or (after <= limit if has_grown else best.tokens_after > limit):
            best = form
        if after > limit:
            if best.tokens_after <= limit:
                break
            target *= min(0.9, 0.97 * limit / after)
        elif after > _LEAST_FILLED * limit or (best.text == text and has_grown is False and form is not best):
            break
        else:
            target *= min(1.6, 0.97 * limit / after)
    assert best is not None  # noqa: S101  # there is at least one try
    gains = is_worth(before, best.tokens_after) if view.is_readable else best.tokens_after <= before
    if before <= _SMALL and not gains:
        return Form(None, view.kind, view.maker, "verbatim", before, before, reason="saves too little")
    return best


def _form(view: View, compressed: Compressed, text: str, ref: str, *, before: int, after: int) -> Form:
    hidden = forms.hidden_runs(compressed)
    why = f"{len(compressed.omissions)} omission{'s' if len(compressed.omissions) != 1 else ''} marked"
    return Form(text, view.kind, view.maker, "faithful", before, after, ref, True, hidden, why)


def _in_words(compressed: Compressed) -> str:
    """The text with its gaps told for a reader who cannot have them back."""
    pieces, at = [], 0
    for omission in sorted(compressed.omissions, key=lambda omission: omission.offset):
        gap = Marker(None, omission.unit, omission.ranges, omission.total)
        said = gap.in_words() if omission.ranges else f"[not shown: {omission.unit}]"
        pieces += [compressed.text[at : omission.offset], omission.before, said]
        pieces.append(omission.after)
        at = omission.offset
    return "".join([*pieces, compressed.text[at:]])


def _digest(data: bytes | Parts) -> str:
    digest = sha256(data).digest() if isinstance(data, bytes) else data.measured[0]
    return digest.hex()[:REF_LENGTH]


def _issued(view: View, store: Store, key: bytes, form: Form) -> Form:
    if form.text is None:
        return forms.load(store.remember(key, forms.dump(form)))
    issued = sha256(form.text.encode("utf-8", "surrogatepass")).digest()
    return forms.load(store.issue(view.data, key=key, form=forms.dump(form), issued=issued, kind=view.kind))


def _result(view: View, order: Order, form: Form, *, ref: str, reason: str, is_estimate: bool) -> TextResult:
    original = _original(view, order.store, ref)
    text = original() if form.text is None else form.text
    return TextResult(
        text=text,
        _original=original,
        kind=form.kind,
        compressor=form.compressor,
        fidelity=form.fidelity,
        tokens_before=form.tokens_before,
        tokens_after=form.tokens_after,
        refs=(ref,) if ref and form.text is not None and order.retrieval else (),
        reason=reason or form.reason,
        budget_met=None if order.budget is None else form.tokens_after <= order.budget,
        is_estimate=is_estimate,
        _spans=lambda: _spans(view, order, form, text, original()),
    )


def _original(view: View, store: Store, ref: str) -> Callable[[], str]:
    """The original as a text: from the store when it is large, since the value may have changed meanwhile."""
    if isinstance(view.data, bytes) or not ref:
        return cache(view.text)
    return cache(lambda: text_of(store.get(ref)))


def _spans(view: View, order: Order, form: Form, text: str, original: str) -> list[Span]:
    if form.text is None:
        return forms.fill_spans([(0, len(text), 0, len(text))], len(text), len(text))
    return forms.fill_spans(view.places(original, text), len(original), len(text))
