"""Why two requests of a conversation do not begin alike, in words."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from headroom_jupyter.cache_aligner.requests import Piece
from headroom_jupyter.cache_aligner.tools import reordered_by
from headroom_jupyter.cache_aligner.volatile import changed_lines, common_head, kind_of, spaced, spans

__all__ = ["Cause", "causes_of"]

_MOST = 8  # causes of one call
_SHOWN = 48  # characters of a value
_WORD = re.compile(r"\S*")


@dataclass(frozen=True, slots=True)
class Cause:
    """What broke a prefix: where, what kind of thing, and the value before and after."""

    place: str
    kind: str
    told: str = ""


def causes_of(before: Sequence[Piece], after: Sequence[Piece], shared: int, *, is_marked: bool) -> list[Cause]:
    """Why `after` does not continue `before`, of which `shared` pieces are the same.

    The first one is what broke the prefix; those that follow would have. None when it was not broken.
    """
    found = [] if is_marked or not before else [Cause("request", "no cache_control", "only what is marked is cached")]
    if shared >= len(before):
        return found
    tools = [[piece for piece in side if piece.place.startswith("tool ")] for side in (before, after)]
    if [piece.text for piece in tools[0]] != [piece.text for piece in tools[1]]:
        found += _of_tools(*tools)
    later = {piece.place: piece.text for piece in after if piece.place.startswith("system ")}
    for piece in before[shared:]:
        if piece.place.startswith("system ") and piece.text != later.get(piece.place):
            found += (
                _of_text(piece.place, piece.text, later[piece.place])
                if piece.place in later
                else [Cause(piece.place, "text", "is gone")]
            )
    if found and before[shared].place.startswith(("tool ", "system ")):
        return found[:_MOST]
    told = f"{before[shared].place} is no longer as it was" if shared < len(after) else "it became shorter"
    return [*found, Cause("messages", "history", told)]


def _of_tools(before: Sequence[Piece], after: Sequence[Piece]) -> list[Cause]:
    lists = [[json.loads(piece.text) for piece in side] for side in (before, after)]
    if order := reordered_by(*lists):
        at = next(new.place for old, new in zip(before, after, strict=True) if old.text != new.text)
        return [Cause("tools", order, f"first at {at}")]
    olds, news = ({piece.place: piece.text for piece in side} for side in (before, after))
    if changed := sorted(olds.keys() ^ news.keys()):
        return [Cause("tools", "tool list", f"{', '.join(changed)[:_SHOWN]} came or went")]
    return [
        cause for place, text in olds.items() if text != news[place] for cause in _of_text(place, text, news[place])
    ]


def _of_text(place: str, old: str, new: str) -> list[Cause]:
    """One cause for each line that changed."""
    if spaced(old) == spaced(new):
        return [Cause(place, "spacing", "blank space alone")]
    return [_of_line(place, *pair) for pair in changed_lines(old, new)[:_MOST] or [(old, new)]]


def _of_line(place: str, old: str, new: str) -> Cause:
    at = len(common_head(old, new))
    values = [_value(text, at) for text in (old, new)]
    kind = values[0][1] or values[1][1] or kind_of(values[0][0], values[1][0])
    if kind == "token":
        return Cause(place, kind, "another token")
    return Cause(place, kind, " → ".join(value[:_SHOWN] for value, _ in values))


def _value(text: str, at: int) -> tuple[str, str]:
    """The volatile value at an offset and its kind, else the word there and ""."""
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    line, offset = text[start : end if end >= 0 else len(text)], at - start
    for span in spans(line):
        if span.start <= offset <= span.end:
            return line[span.start : span.end], span.kind
    head = len(line[:offset]) - len(re.findall(r"\S*\Z", line[:offset])[0])
    found = _WORD.match(line, head)
    return (found.group().strip(".,;:()[]\"'") if found else ""), ""
