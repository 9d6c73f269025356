"""SmartCrusher: JSON and JSON lines as an outline with tables; rows and entries are what it may leave out."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from headroom_jupyter.compressors.base import Ask, Compressed, Draft, Hints, verbatim
from headroom_jupyter.compressors.json_outline import Outline, read_outline, write_outline
from headroom_jupyter.compressors.json_select import Excerpt
from headroom_jupyter.compressors.json_text import dump, parse, restore

__all__ = ["SmartCrusher"]

_HEADER = re.compile(r"<<json ?([^<>\n]*)>>\n")
_OPENING = re.compile(r'\s*(?:\{\s*(?:"(?:[^"\\\n]|\\.){0,400}"\s*:|\})|\[\s*(?:[\[\]{"\d-]|true|false|null))')
_OBJECTS = re.compile(r'\[?\s*\{\s*"(?:[^"\\\n]|\\.){0,400}"\s*:')
_ENDS = {"{": "}", "[": "]"}
_MOST_EXCERPT = 2  # times the target: as long as an excerpt gets; a longer outline is not written to its end


class SmartCrusher:
    """Lossless where an outline is enough, else the rows that the question, errors and outliers single out."""

    name = "json"

    def confidence(self, text: str, hints: Hints) -> float:
        """By how the text begins and ends; whether it parses is found out when it is compressed."""
        head = text[:2000].lstrip()
        if not head or head[0] not in _ENDS or not _OPENING.match(head):
            return 0.0
        tail = text[-200:].rstrip()
        if not tail or tail[-1] != _ENDS[head[0]]:
            return 0.3  # cut off, or something follows: not ours unless nobody else wants it
        is_named = hints.path.endswith((".json", ".jsonl", ".ndjson")) or "json" in hints.mime
        # An array of objects may be a log's records: they are better told apart as columns than as lines.
        return 0.98 if is_named or _OBJECTS.match(head) else 0.92

    def compress(self, text: str, ask: Ask) -> Compressed:
        """The outline if it is short enough or must be exact; otherwise an excerpt of it."""
        try:
            value, layout = parse(text)
        except ValueError:
            return verbatim(text)
        if not value or not isinstance(value, (dict, list)):
            return verbatim(text)
        header = f"<<json{f' {layout}' if layout else ''}>>"
        if not ask.may_omit:
            exact = _whole(text, header, write_outline(value, has_pieces=ask.wants_spans))
            return exact if len(exact.text) < len(text) else verbatim(text)
        dense = replace(ask, target_chars=int(ask.target_chars * min(1.0, len(dump(value)) / len(text))))
        limit = _MOST_EXCERPT * dense.target_chars
        outline = write_outline(value, most_chars=limit, has_pieces=ask.wants_spans)
        whole = None if outline.is_full else _whole(text, header, outline)
        if whole is not None and len(whole.text) <= dense.target_chars:
            return whole
        made = _excerpt(text, value, dense)
        if whole is None and made.omissions and len(made.text) <= outline.chars:
            return made
        whole = whole or _whole(text, header, write_outline(value, has_pieces=ask.wants_spans))
        return made if len(made.text) < len(whole.text) * (1.0 if made.omissions else 0.8) else whole

    def decode(self, text: str) -> str | None:
        """The text in its layout; compact where the layout was none of the usual ones."""
        header = _HEADER.match(text)
        if header is None:
            return None
        try:
            return restore(read_outline(text[header.end() :].split("\n")), header.group(1))
        except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
            return None  # it begins like one of ours and is none


def _whole(text: str, header: str, outline: Outline) -> Compressed:
    start = len(header) + 1
    exact = "\n".join([header, *outline.lines])
    spans = outline.pieces.spans(text) if outline.pieces is not None else ()
    moved = tuple((a, b, c + start, min(d + start, len(exact))) for a, b, c, d in spans)
    return Compressed(exact, fidelity="lossless", spans=moved)


def _excerpt(text: str, value: Any, ask: Ask) -> Compressed:
    draft = Draft(text)
    excerpt = Excerpt(draft, ask)
    excerpt.write(value)
    made = draft.done()
    return replace(made, spans=excerpt.pieces.spans(text)) if ask.wants_spans else made
