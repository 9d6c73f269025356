"""Rows of a context: each part as a model would read it, with what it costs before and after, and its reference.

Outputs, files and texts are compressed; sources stay as they are, unless a budget forces them. Looking at a row stores
its original: without that it could show no mark.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, TypeAlias

from headroom_jupyter.ccr.marker import Marker
from headroom_jupyter.ccr.store import Store
from headroom_jupyter.compressors.base import Fidelity
from headroom_jupyter.context.asking import PREVIEW, Asked, Lines
from headroom_jupyter.context.cells import Part, Role
from headroom_jupyter.context.issuing import issue_as
from headroom_jupyter.context.pins import phrases, pinned
from headroom_jupyter.errors import HeadroomError
from headroom_jupyter.results import TextResult
from headroom_jupyter.selection import shares
from headroom_jupyter.texts import compress_text

__all__ = ["Maker", "Row", "form_id", "make_row", "row_of_value", "rows_of"]

_WEIGHTS: Mapping[Role, float] = {"source": 1.5, "markdown": 0.7}
_LEAST = 60  # tokens; a part that may have less is better left out as a whole
_HEADING = 12  # tokens, of what stands above a part in the composed text


@dataclass(frozen=True)
class Row:
    """One part and what became of it; `text` is what a model reads."""

    part: Part
    text: str
    kind: str
    compressor: str
    fidelity: str
    tokens_before: int
    tokens_after: int
    reason: str
    ref: str = ""
    chars_before: int = 0
    is_estimate: bool = False
    budget_met: bool | None = None
    is_included: bool = True
    is_whole: bool = False
    pins: tuple[Lines, ...] = ()
    error: str = ""

    def json(self, preview: int = PREVIEW) -> dict[str, Any]:
        """For a page; so many characters of its text."""
        part, before = self.part, self.tokens_before
        return {
            "id": part.id,
            "role": part.role,
            "title": part.title,
            "cell_id": part.cell_id,
            "cell": part.cell,
            "output": part.output,
            "kind": self.kind,
            "compressor": self.compressor,
            "fidelity": self.fidelity,
            "tokens_before": before,
            "tokens_after": self.tokens_after,
            "saved_fraction": round(1 - self.tokens_after / before, 4) if before else 0.0,
            "is_estimate": self.is_estimate,
            "budget_met": self.budget_met,
            "reason": self.reason,
            "ref": self.ref or None,
            "form": form_id(self.text) if self.ref and self.fidelity != "verbatim" else None,
            "chars_before": self.chars_before,
            "chars_after": _units(self.text),
            "preview": self.text[:preview],
            "is_included": self.is_included,
            "pins": [list(pair) for pair in self.pins],
            "is_whole": self.is_whole,
            "error": self.error,
        }


Maker: TypeAlias = Callable[[Part, Asked, Store, "int | None"], Row]


def form_id(text: str) -> str:
    """What a text that was given out is called, among those of its original."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def rows_of(parts: Sequence[Part], asked: Asked, store: Store, make: Maker | None = None) -> list[Row]:
    """A row for each part.

    With a budget the parts that are included share its tokens: what is short comes in whole, what is asked for is
    looked at by each compressor, and a part for which too little is left is only named.

    Raises:
        StoreError: the store cannot be read; that it cannot be written leaves rows as they were and says so.
    """
    make = make or make_row
    if asked.budget is None:
        return [make(part, asked, store, None) for part in parts]
    included = [index for index, part in enumerate(parts) if part.id not in asked.exclude]
    count = asked.tokenizer.count
    sizes = {index: max(1, count(_said(parts[index]))) for index in included}
    weights = {index: _WEIGHTS.get(parts[index].role, 1.0) for index in included}
    free = max(0, asked.budget - _HEADING * len(included))
    fixed = {index for index in included if parts[index].id in asked.whole}
    free = max(0, free - sum(sizes[index] for index in fixed))
    others = {index: sizes[index] for index in included if index not in fixed}
    given = shares(others, {index: weights[index] for index in others}, free)
    made: dict[int, Row] = {}
    left = 0
    for index in sorted(others, key=lambda index: sizes[index] / weights[index]):
        allowed = given[index] + left
        made[index] = make(parts[index], asked, store, sizes[index] if sizes[index] <= allowed else _rounded(allowed))
        left = max(0, allowed - made[index].tokens_after)
    return [made.get(index) or make(part, asked, store, None) for index, part in enumerate(parts)]


def _rounded(tokens: int) -> int:
    """At most 3 % less, so that a letter typed in one cell does not change what all others may have."""
    return tokens - tokens % (1 << max(0, tokens.bit_length() - 6))


def _row_of(part: Part, result: TextResult) -> Row:
    """The row of a part that was compressed elsewhere."""
    return Row(
        part,
        result.text,
        result.kind,
        result.compressor,
        result.fidelity,
        result.tokens_before,
        result.tokens_after,
        result.reason,
        result.refs[0] if result.refs else "",
        0 if result.is_estimate else _units(result.original),
        result.is_estimate,
        result.budget_met,
    )


def row_of_value(name: str, result: TextResult, asked: Asked, store: Store) -> Row:
    """The row of a variable that was compressed; its id is `variable NAME`."""
    part = Part(f"variable {name}", "variable", name, "" if result.is_estimate else result.original)
    lines = asked.pins.get(part.id, ())
    row, _ = _with_pins(part, result, asked, store, lines)
    is_estimate = row.is_estimate or not asked.tokenizer.is_exact
    error = row.error or (row.reason if row.reason.startswith(("store:", "failed:")) else "")
    return replace(row, pins=lines, is_estimate=is_estimate, error=error)


def make_row(part: Part, asked: Asked, store: Store, most: int | None) -> Row:
    """The row of one part, of at most so many tokens where that can be had."""
    is_whole = part.id in asked.whole
    try:
        if part.picture:
            row = _picture(part, asked, store)
        elif is_whole:
            row = _untouched(part, asked, "kept whole")
        elif part.role in ("source", "markdown") and most is None:
            row = _untouched(part, asked, "a source stays, unless a budget forces it")
        else:
            row = _compressed(part, asked, store, most)
    except HeadroomError as err:
        row = replace(_untouched(part, asked, ""), error=str(err))
    masks = f"; {part.masks} masked, for they look like secrets" if part.masks else ""
    return replace(
        row,
        reason=f"{row.reason}{masks}",
        is_included=part.id not in asked.exclude,
        is_whole=is_whole,
        pins=asked.pins.get(part.id, ()),
        is_estimate=row.is_estimate or not asked.tokenizer.is_exact,
    )


def _compressed(part: Part, asked: Asked, store: Store, most: int | None) -> Row:
    count = asked.tokenizer.count
    if most is not None and (before := count(part.text)) <= most:
        return replace(_untouched(part, asked, "it fits the budget"), tokens_before=before, budget_met=True)
    lines = asked.pins.get(part.id, ())
    row, rest = _with_pins(part, _result(part, asked, store, most), asked, store, lines)
    if rest:  # where lines have no place of their own, the compressor is asked to keep them
        query = f"{asked.query}\n{phrases(part.text, lines)}".strip()
        row, _ = _with_pins(part, _result(part, replace(asked, query=query), store, most), asked, store, lines)
    if most is not None and row.tokens_after > max(most, _LEAST) and not lines:
        row = _left_out(row, asked, store)
    met = None if most is None else row.tokens_after <= most
    return replace(row, budget_met=met, error=row.reason if row.reason.startswith(("store:", "failed:")) else "")


def _result(part: Part, asked: Asked, store: Store, most: int | None) -> TextResult:
    return compress_text(
        part.text,
        query=asked.query,
        path=part.path or None,
        mime=part.mime or None,
        model=asked.model,
        level=asked.level,
        budget=None if most is None else max(1, most),
        store=store,
    )


def _with_pins(part: Part, result: TextResult, asked: Asked, store: Store, lines: Sequence[Lines]) -> tuple[Row, int]:
    """The row with the pinned lines, and how many of them stand below it for want of a place."""
    row = _row_of(part, result)
    if not lines or result.is_estimate or result.fidelity in ("verbatim", "lossless"):
        return row, 0
    made = pinned(result.text, result.original, result.spans(), lines)
    if made.text == result.text:
        return row, 0
    after = asked.tokenizer.count(made.text)
    if after >= result.tokens_before:
        return _untouched(part, asked, "so much of it is pinned that nothing is gained"), 0
    reason = f"{row.reason}; lines are pinned"
    ref, why = _issued(row, made.text, asked, store, spans=made.spans, reason=reason)
    if why:
        return replace(_untouched(part, asked, why), error=why), 0
    return replace(row, text=made.text, tokens_after=after, ref=ref, reason=reason), made.below


def _left_out(row: Row, asked: Asked, store: Store) -> Row:
    """Only a mark, where the budget leaves no room for more."""
    text = row.part.text
    total = text.count("\n") + (not text.endswith("\n"))
    ref = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    least = Marker(ref, "lines", ((1, total),), total).render() + "\n"
    after = asked.tokenizer.count(least)
    if after >= row.tokens_after:
        return row
    reason = "left out: the budget leaves no room for it"
    ref, why = _issued(row, least, asked, store, spans=((0, len(text), 0, len(least)),), reason=reason)
    if why:
        return replace(row, error=why)
    return replace(
        row,
        text=least,
        fidelity="faithful",
        kind=row.kind or "text",
        compressor=row.compressor or "Notebook",
        tokens_after=after,
        ref=ref,
        reason=reason,
    )


def _issued(
    row: Row, text: str, asked: Asked, store: Store, *, spans: Sequence[tuple[int, int, int, int]], reason: str
) -> tuple[str, str]:
    return issue_as(
        text,
        row.part.text,
        row.kind or "text",
        tokenizer=asked.tokenizer,
        level=asked.level,
        store=store,
        compressor=row.compressor or "Notebook",
        spans=spans,
        reason=reason,
    )


def _untouched(part: Part, asked: Asked, reason: str) -> Row:
    text = _said(part)
    tokens = asked.tokenizer.count(text)
    fidelity: Fidelity = "verbatim"
    return Row(part, text, _kind(part), "", fidelity, tokens, tokens, reason, chars_before=_units(text))


def _picture(part: Part, asked: Asked, store: Store) -> Row:
    """A line that says what the picture is; its bytes come back by its reference."""
    row = _untouched(part, asked, "a picture, stored")
    ref = store.put(part.picture, kind=f"image/{part.note.rsplit(' ', 1)[-1]}")
    text = _said(replace(part, note=Marker(ref, note=part.note).render()[2:-2]), "<<{}>>")
    return replace(row, text=text, tokens_after=asked.tokenizer.count(text), ref=ref, fidelity="faithful")


def _said(part: Part, note: str = "[{}]") -> str:
    """What stands for a part that is not compressed."""
    if not part.picture:
        return part.text
    return f"{note.format(part.note)}{' ' * bool(part.text)}{part.text}"


def _kind(part: Part) -> str:
    if part.picture:
        return "image"
    return {"source": "code", "markdown": "markup"}.get(part.role, "")


def _units(text: str) -> int:
    """Length as JavaScript counts it."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
