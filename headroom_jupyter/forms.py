"""What a block became: markers written into its text, and the record by which it is remembered.

Nothing here stores a record or counts a token.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from headroom_jupyter.ccr.marker import Marker, parse
from headroom_jupyter.compressors.base import Compressed, Omission, Span
from headroom_jupyter.errors import MarkerError

__all__ = ["Compressed", "Form", "dump", "fill_spans", "hidden_runs", "load", "render", "replace_reason"]

_ESCAPED = {ord(c): f"\\u{ord(c):04x}" for c in ";>\n\r"}
_RUNS = ("lines", "rows", "chars")

_LONGEST_KEPT = 100_000  # bytes of a record that may stay in memory


@dataclass(frozen=True, slots=True)
class Form:
    """The form a block was given; `text` is None when it stays as it was, and `reason` says why.

    `hidden` are the runs of the original, in characters, that the text does not show; None when they are not known.
    `spans` are those of `render`; None when they were too many to keep, or take time to work out.
    """

    text: str | None
    kind: str = ""
    compressor: str = ""
    fidelity: str = "verbatim"
    tokens_before: int = 0
    tokens_after: int = 0
    ref: str = ""
    has_marker: bool = False
    hidden: tuple[tuple[int, int], ...] | None = ()
    reason: str = ""
    spans: tuple[Span, ...] | None = None


def dump(form: Form) -> bytes:
    """The record of a form; `load` is its inverse."""
    # Not as ASCII: read back, the escapes of two lone surrogates side by side would become one character.
    said = {name: getattr(form, name) for name in Form.__dataclass_fields__}
    return json.dumps(said, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def load(record: bytes) -> Form:
    """The form of a record, fields of a later version ignored."""
    return _loaded(record) if len(record) <= _LONGEST_KEPT else _loaded.__wrapped__(record)


@lru_cache(maxsize=256)  # each turn of a conversation reads those of all its blocks again
def _loaded(record: bytes) -> Form:
    raw = json.loads(record)
    known = {name: raw[name] for name in Form.__dataclass_fields__ if name in raw}
    for name in ("hidden", "spans"):
        if known.get(name) is not None:
            known[name] = tuple(map(tuple, known[name]))
    return Form(**known)


def replace_reason(form: Form, reason: str) -> Form:
    """The same form for another reason."""
    return replace(form, reason=reason)


def hidden_runs(compressed: Compressed) -> tuple[tuple[int, int], ...] | None:
    """The runs of the source that are left out, merged and in order; None when an omission does not say."""
    if any(omission.ranges and not omission.source for omission in compressed.omissions):
        return None
    if compressed.fidelity != "lossless" and not compressed.omissions:
        return None
    merged: list[tuple[int, int]] = []
    for start, end in sorted(run for omission in compressed.omissions for run in omission.source):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return tuple(merged)


def render(compressed: Compressed, ref: str) -> tuple[str, tuple[Span, ...]]:
    """Write the markers: the first in full, later ones as short as they can be and still be told apart.

    Returns:
        The text with its markers, and the spans moved to where their pieces stand in it.

    Raises:
        MarkerError: a marker would not be read back as what it says.
    """
    omissions = sorted(compressed.omissions, key=lambda omission: omission.offset)
    if not omissions and compressed.fidelity in ("faithful", "abridged"):
        omissions = [Omission("reformatted", (), 0, 0)]
    pieces: list[str] = []
    moves: list[tuple[int, int]] = []
    at = grown = 0
    previous: Omission | None = None
    for omission in omissions:
        text = _marker(omission, previous, ref)
        piece = f"{omission.before}{text}{omission.after}"
        pieces += [compressed.text[at : omission.offset], piece]
        at = omission.offset
        grown += len(piece)
        moves.append((at, grown))
        previous = omission if omission.unit in _RUNS else previous or replace(omission, unit="")
    pieces.append(compressed.text[at:])
    return "".join(pieces), _moved(compressed.spans, moves)


def _marker(omission: Omission, previous: Omission | None, ref: str) -> str:
    place = omission.at.translate(_ESCAPED)
    summary = " ".join(omission.summary.replace(">", "").split())[:400]
    if omission.unit not in _RUNS:
        is_image = omission.unit.startswith("image")
        note = f"{omission.unit} at {place}" if is_image and place else omission.unit
        marker = Marker(None if is_image and previous else ref, note=note, summary=summary)
    elif previous and (previous.unit, previous.at, previous.total) == (omission.unit, omission.at, omission.total):
        marker = Marker(None, None, omission.ranges, summary=summary)
    else:
        marker = Marker(None if previous else ref, omission.unit, omission.ranges, omission.total, place, summary)
    text = marker.render()
    if parse(text) != marker:
        raise MarkerError(f"marker {text[:80]!r} would not be read back as it was written")
    return text


def _moved(spans: Sequence[Span], moves: Sequence[tuple[int, int]]) -> tuple[Span, ...]:
    """Shift spans by the markers before them; a span that a marker stands inside grows by it."""
    out = []
    index = grown = 0
    for source_start, source_end, start, end in spans:
        while index < len(moves) and moves[index][0] <= start:
            grown = moves[index][1]
            index += 1
        inside = grown
        for offset, total in moves[index:]:
            if offset >= end:
                break
            inside = total
        out.append((source_start, source_end, start + grown, end + inside))
    return tuple(out)


def fill_spans(spans: Sequence[Span], source_length: int, text_length: int) -> list[Span]:
    """Spans in order that cover both texts: the known ones, and what lies between them.

    >>> fill_spans([(10, 20, 0, 10)], 30, 15)
    [(0, 10, 0, 0), (10, 20, 0, 10), (20, 30, 10, 15)]
    """
    out: list[Span] = []
    source_at = text_at = 0
    for span in [*spans, (source_length, source_length, text_length, text_length)]:
        source_start, source_end, start, end = span
        if source_start < source_at or start < text_at or source_end > source_length or end > text_length:
            continue
        if source_start > source_at or start > text_at:
            out.append((source_at, source_start, text_at, start))
        if source_end > source_start or end > start:
            out.append(span)
        source_at, text_at = source_end, end
    return out
