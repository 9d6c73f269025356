"""What was given out for an original: its texts, how they lie over the original, and where their marks lead."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from headroom_jupyter import forms as records
from headroom_jupyter.ccr import keeping
from headroom_jupyter.ccr.marker import Marker, scan
from headroom_jupyter.compressors.alignment import aligned
from headroom_jupyter.compressors.base import Span
from headroom_jupyter.context.answer import text_page
from headroom_jupyter.context.rows import form_id
from headroom_jupyter.errors import MissingOriginal
from headroom_jupyter.forms import Form, fill_spans
from headroom_jupyter.lab.base import Json, Request
from headroom_jupyter.lab.desk import Original
from headroom_jupyter.lab.units import Units

__all__ = ["form", "forms", "markers", "spans", "text"]

_MOST = 5000  # spans of one answer


@dataclass(frozen=True)
class _Known:
    """A form whose text was given out, and its original."""

    form: Form
    text: str
    used_at: float
    original: Original

    @property
    def is_exact(self) -> bool:
        """Whether the compressor's own spans were kept."""
        return bool(self.form.spans)

    def spans(self) -> list[Span]:
        """In characters, covering both texts."""
        source = self.original.text or ""
        found = self.form.spans or aligned(source, self.text)
        return fill_spans(found, len(source), len(self.text))


def forms(request: Request) -> Json:
    """All of them, last used first."""
    return {"forms": [_json(known) for known in _all(request)]}


def form(request: Request) -> Json:
    """One of them."""
    known = _one(request)
    source = known.original.text or ""
    return {
        **_json(known),
        "ref": request.ref,
        "chars_before": Units(source).total,
        "chars_after": Units(known.text).total,
        "lines_before": len(known.original.starts) - 1,
        "lines_after": known.text.count("\n") + (not known.text.endswith("\n")),
        "spans_total": len(known.spans()),
        "markers_total": sum(1 for _ in _marks(request, known)),
        "is_exact": known.is_exact,
    }


def text(request: Request) -> Json:
    """A page of its text."""
    return text_page(_one(request).text, *request.extent())


def spans(request: Request) -> Json:
    """A page of how it lies over its original."""
    known = _one(request)
    found = known.spans()
    offset, limit = request.number("offset", 0), request.number("limit", _MOST, _MOST)
    before, after = Units(known.original.text or ""), Units(known.text)
    return {
        "offset": offset,
        "total": len(found),
        "is_exact": known.is_exact,
        "spans": [
            [before.units(a), before.units(b), after.units(c), after.units(d)]
            for a, b, c, d in found[offset : offset + limit]
        ],
    }


def markers(request: Request) -> Json:
    """A page of its marks, each with what it stands for."""
    known = _one(request)
    offset, limit = request.page()
    found = list(_marks(request, known))
    all_spans = known.spans()
    units = Units(known.original.text or ""), Units(known.text)  # once for all: it reads the whole text
    places = [_place(request, known, all_spans, units, *mark) for mark in found[offset : offset + limit]]
    return {"offset": offset, "total": len(found), "markers": places}


def _all(request: Request) -> Iterator[_Known]:
    original = request.desk.original(request.store, request.ref)
    for record, used_at in keeping.forms_of(request.store, request.ref):
        found = records.load(record)
        if found.text is not None:
            yield _Known(found, found.text, used_at, original)


def _one(request: Request) -> _Known:
    wanted = request.names[1]
    for known in _all(request):
        if form_id(known.text) == wanted:
            return known
    raise MissingOriginal(f"no form {wanted} was given out for original {request.ref}; compress it again")


def _json(known: _Known) -> Json:
    found = known.form
    before, after = found.tokens_before, found.tokens_after
    return {
        "form": form_id(known.text),
        "kind": found.kind,
        "compressor": found.compressor,
        "fidelity": found.fidelity,
        "tokens_before": before,
        "tokens_after": after,
        "saved_fraction": round(1 - after / before, 4) if before else 0.0,
        "reason": found.reason,
        "used_at": known.used_at,
    }


def _marks(request: Request, known: _Known) -> Iterator[tuple[int, int, str, Marker]]:
    """Marks with the reference that each has or goes by; one that is quoted, or leads nowhere, is ordinary text."""
    spans = known.spans()
    ends = [span[3] for span in spans]
    there: dict[str, bool] = {request.ref: True}
    ref = ""
    for start, end, marker in scan(known.text):
        if _is_copied(known, spans[bisect_right(ends, start)], start, end):
            continue
        ref = marker.ref or ref
        if ref and ref not in there:
            try:
                request.store.kind(ref)
                there[ref] = True
            except MissingOriginal:
                there[ref] = False
        if ref and there[ref]:
            yield start, end, ref, marker


def _is_copied(known: _Known, span: Span, start: int, end: int) -> bool:
    """Whether a run of the text stands in the original too, at the place that it is shown for."""
    a, b, c, d = span
    source = known.original.text or ""
    return b - a == d - c and end <= d and source[a + start - c : a + end - c] == known.text[start:end]


def _place(
    request: Request,
    known: _Known,
    spans: list[Span],
    units: tuple[Units, Units],
    start: int,
    end: int,
    ref: str,
    marker: Marker,
) -> Json:
    before, shown = units
    said = known.text[start:end]
    place: Json = {"start": shown.units(start), "end": shown.units(end), "marker": said, "ref": ref}
    run = _run(known, spans, start, marker) if ref == request.ref else None
    if run is None:
        return {**place, "source_start": None, "source_end": None, "first_line": None, "last_line": None}
    source = known.original
    return {
        **place,
        "source_start": before.units(run[0]),
        "source_end": before.units(run[1]),
        "first_line": source.line_of(run[0]),
        "last_line": source.line_of(max(run[0], run[1] - 1)),
    }


def _run(known: _Known, spans: list[Span], start: int, marker: Marker) -> tuple[int, int] | None:
    """What a mark stands for, in characters of the original: by its lines, else by the span that it stands in."""
    starts = known.original.starts
    if marker.unit == "lines" and not marker.at and marker.ranges and marker.ranges[-1][1] < len(starts):
        return starts[marker.ranges[0][0] - 1], starts[marker.ranges[-1][1]]
    span = next((span for span in spans if span[2] <= start < span[3]), None)
    return (span[0], span[1]) if span is not None and span[1] > span[0] else None
