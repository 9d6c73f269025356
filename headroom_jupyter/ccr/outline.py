"""What an original contains, in a few lines: the answer to a query that nothing matches."""

from __future__ import annotations

import re

from headroom_jupyter.ccr import cells
from headroom_jupyter.compressors.json_source import Entry, entries, large_spans, render_step, root_entries
from headroom_jupyter.errors import MarkerError

__all__ = ["outline_of"]

_HEADING = re.compile(
    r"^(?:#{1,4} \S|diff --git |=+ .+ =+$|\[[\w. \-\"]+\]$|(?:export |public |private |static |async |pub |abstract )*"
    r"(?:class|def|function|fn|func|interface|struct|enum|trait|impl|type|module|package) \w|[A-Z][A-Z0-9 \-]{3,60}$"
    r"|\s*<h[1-4][ >])"
)
_MOST = 120  # lines before the limit of tokens is applied
_WIDTH = 100


def outline_of(text: str, kind: str) -> list[str]:
    """Lines that outline a text; those of JSON begin with "$" and tell less towards the end."""
    if cells.is_notebook(text, kind):
        try:
            return _notebook(text)
        except MarkerError:
            return _lines(text)
    try:
        spans = large_spans(text, 60) if text.lstrip()[:1] in ("[", "{") else {}
        found = root_entries(text, spans)
        if found is not None:
            return _json(text, list(found), spans)
    except ValueError:
        pass
    return _lines(text)


def _notebook(text: str) -> list[str]:
    out = []
    for place, part in cells.parts(text):
        first = next((line for line in part.split("\n") if line.strip()), "")
        out.append(f"{place}: {_short(first)} ({len(part):,} characters)")
    return out[:_MOST]


def _json(text: str, found: list[Entry], spans: dict[int, int]) -> list[str]:
    """Keys and shapes, the outer levels first."""
    out: list[str] = []
    level = [("$", found)]
    while level and len(out) < _MOST:
        below: list[tuple[str, list[Entry]]] = []
        for path, inside in level:
            shown = _shown(inside, 30 if path == "$" else 8)
            for entry in shown:
                here = path + render_step(entry.step)
                shape, children = _shape(text, entry, spans)
                out.append(f"{here}: {shape}")
                if children and len(below) < 40:
                    below.append((here, children))
            if len(inside) > len(shown):
                out.append(f"{path}: {len(inside):,} rows in all")
        level = below
    return out[:_MOST]


def _shown(inside: list[Entry], most: int) -> list[Entry]:
    return inside[:1] if inside and isinstance(inside[0].step, int) else inside[:most]


def _shape(text: str, entry: Entry, spans: dict[int, int]) -> tuple[str, list[Entry]]:
    first = text[entry.value]
    if first not in "[{":
        return _short(text[entry.value : entry.end]), []
    children = list(entries(text, entry.value, spans))
    size = f"{len(children):,} rows" if first == "[" else f"{len(children):,} keys"
    return f"{size}, {entry.end - entry.value:,} characters", children


def _lines(text: str) -> list[str]:
    """Headings if there are some, else first lines, some from the middle, and the last ones; each with its number."""
    lines = text.split("\n")
    headings = [number for number, line in enumerate(lines) if len(line) < 300 and _HEADING.match(line)]
    if len(headings) < 3:
        step = max(1, len(lines) // 20)
        headings = sorted({*range(min(5, len(lines))), *range(0, len(lines), step), *range(len(lines))[-3:]})
    elif len(headings) > _MOST:
        headings = headings[:: len(headings) // _MOST + 1]
    return [f"{number + 1}: {_short(lines[number])}" for number in headings[:_MOST] if lines[number].strip()]


def _short(text: str) -> str:
    return text if len(text) <= _WIDTH else f"{text[:_WIDTH]}… ({len(text):,} characters)"
