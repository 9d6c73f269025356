"""`CacheAligner`: makes the beginning of a session's requests the same from call to call.

It changes no word of an instruction. Values that change are given at the end instead, where the instruction has a
mark; tools and blank space keep the form they had first. Messages, and whatever is signed, stay as they are.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from headroom_jupyter.cache_aligner import tail
from headroom_jupyter.cache_aligner.requests import Site, pieces, shape_of, sites, tool_lists
from headroom_jupyter.cache_aligner.tools import ordered
from headroom_jupyter.cache_aligner.volatile import KINDS, Rule, learned, spaced, spans
from headroom_jupyter.errors import InputError
from headroom_jupyter.messages import Path, replace_at

__all__ = ["ABSENT", "Aligned", "CacheAligner", "Change"]

_NEVER_FROZEN = ("path", "token")  # yesterday's are not valid today
_MOST_RULES = 64  # of one text; one that changes in more lines is another text
ABSENT: Any = object()  # in place of a value: there is none


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that was done to a request.

    Attributes:
        what: "moved", "frozen", "spacing", "tools", "values" (the moved ones, at the end) or "mark" (for the cache).
        place: Where, for a person.
        told: What exactly.
        path: Where in the request; `before` and `after` stood and stand there.
    """

    what: str
    place: str
    told: str
    path: Path
    before: Any = field(repr=False)
    after: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class Aligned:
    """A request to send, what was changed in it, and what was left to change from call to call and why."""

    request: dict[str, Any]
    changes: tuple[Change, ...]
    left: tuple[str, ...] = ()

    def restore(self) -> dict[str, Any]:
        """The request as it was given."""
        back: dict[str, Any] = self.request
        for change in reversed(self.changes):
            back = _put(back, change.path, change.before)
        return back


class CacheAligner:
    """Aligns the requests of one session, one after the other.

    Args:
        move: Kinds of values that may be given at the end instead: "time", "id", "path", "token", and, once they
            were seen to change, "counter" and "text".
        freeze: Kinds that may keep the value they had first, in place. The model then reads a date that is no longer
            so: only you know whether that does harm.
        marks: Mark what Anthropic may cache, in requests that mark nothing (without marks it caches nothing; writing
            to the cache costs a quarter more than reading for the first time).

    What it does depends on the session's earlier requests and on nothing else. The request given is never changed.

    Example:
        >>> aligner = CacheAligner()
        >>> system = {"role": "system", "content": "Be brief. The time is 2026-11-24 14:58:03."}
        >>> done = aligner.align({"model": "gpt-5", "messages": [system, {"role": "user", "content": "Hello"}]})
        >>> done.request["messages"][0]["content"]
        'Be brief. The time is [value 1, given at the end].'
        >>> done.restore()["messages"][0] == system
        True
    """

    def __init__(self, *, move: Collection[str] = KINDS, freeze: Collection[str] = (), marks: bool = False) -> None:
        for name, kinds in (("move", move), ("freeze", freeze)):
            if isinstance(kinds, str) or not set(kinds) <= set(KINDS):
                raise InputError(f"{name}={kinds!r} is no collection of kinds; they are {', '.join(KINDS)}")
        if refused := set(freeze) & set(_NEVER_FROZEN):
            raise InputError(f"freeze: an old {' or '.join(sorted(refused))} is not valid later; move it instead")
        self._move = frozenset(move) - frozenset(freeze)
        self._freeze = frozenset(freeze)
        self._marks = marks
        self._tools: dict[tuple[str, Path], list[Any]] = {}
        self._rules: dict[str, list[Rule]] = {}
        self._previous: dict[str, str] = {}
        self._forms: dict[str, str] = {}
        self._frozen: dict[tuple[str, str], str] = {}

    def align(self, request: Mapping[str, Any]) -> Aligned:
        """Align the session's next request.

        Raises:
            InputError: it is no request body of a known API.
        """
        shape = shape_of(request)
        work = _Work(dict(request))
        self._align_tools(work, "given")
        has_end = tail.appended(request, shape, "") is not None
        work.move = self._move if has_end else frozenset()
        for site in list(sites(work.request, shape)):
            self._align_text(work, site)
        self._align_tools(work, "without values")  # those that differed in these alone
        if shape == "anthropic":
            self._mark(work)
        end = tail.appended(work.request, shape, tail.frame(work.values)) if work.values else None
        if end:
            work.put("values", "end", f"{len(work.values)} in place of their marks", *end)
        return Aligned(work.request, tuple(work.changes), tuple(work.left))

    def _align_tools(self, work: _Work, state: str) -> None:
        for path in tool_lists(work.request):
            tools = _get(work.request, path)
            kept = ordered(tools, self._tools.get((state, path), ()))
            self._tools[state, path] = kept
            if json.dumps(kept, default=str) != json.dumps(tools, default=str):
                work.put("tools", "tools", "in the order and form that was sent first", path, kept)

    def _align_text(self, work: _Work, site: Site) -> None:
        """Take the values out of one text, and give it the blank space it had first."""
        rules = self._learn(site)
        if tail.LOOKALIKE in site.text:
            return  # its own words would be taken for our marks
        out, at = [], 0
        for span in spans(site.text, rules):
            value = site.text[span.start : span.end]
            shown = value
            if span.kind in self._freeze:
                line = site.text[site.text.rfind("\n", 0, span.start) + 1 : span.start]
                shown = self._frozen.setdefault((site.place, line), value)
                if shown != value:
                    work.said.append(("frozen", site.place, f"{span.kind}: {value} → {shown}"))
            elif span.kind in work.move and tail.CLOSING not in value:
                work.values.append(value)
                shown = tail.MARK.format(number=len(work.values))
                work.said.append(("moved", site.place, f"{span.kind}: {value} → {shown}"))
            elif span.kind in self._move and not work.move:
                work.left.append(f"{site.place}: {value} stays; the last message is none that it could follow")
            out += [site.text[at : span.start], shown]
            at = span.end
        text = "".join(out) + site.text[at:]
        first = self._forms.setdefault(site.place, text)
        if text != first:
            if spaced(text) == spaced(first):
                work.said.append(("spacing", site.place, "as it was first"))
                text = first
            else:
                self._forms[site.place] = text
        if text != site.text:
            work.put_text(site, text)

    def _learn(self, site: Site) -> list[Rule]:
        """Rules for the lines of this text that were seen to change, by what the session sent before."""
        rules = self._rules.setdefault(site.place, [])
        before = self._previous.get(site.place, site.text)
        self._previous[site.place] = site.text
        if before != site.text and _masked(before) != _masked(site.text):
            fresh = [rule for rule in learned(before, site.text) if rule not in rules]
            if len(rules) + len(fresh) <= _MOST_RULES:
                rules += fresh
        return rules

    def _mark(self, work: _Work) -> None:
        """Anthropic caches up to marks: one on the values themselves would never be read again."""
        whole = work.request.get("cache_control")
        if isinstance(whole, Mapping) and work.values:
            moved = tail.marked_last(work.request, whole)
            if moved:
                work.put("mark", "request", "taken from the whole request", ("cache_control",), ABSENT)
                work.put("mark", "last message", "set before the values", *moved)
        elif self._marks and not any(piece.is_marked for piece in pieces(work.request, "anthropic")):
            for path, value in tail.breakpoints(work.request):
                work.put("mark", ".".join(map(str, path)), "may be cached up to here", path, value)


@dataclass
class _Work:
    """A request on its way, what was done to it, and the values that will follow it."""

    request: dict[str, Any]
    changes: list[Change] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    move: frozenset[str] = frozenset()
    said: list[tuple[str, str, str]] = field(default_factory=list)

    def put(self, what: str, place: str, told: str, path: Path, value: Any) -> None:
        before = _get(self.request, path)
        self.changes.append(Change(what, place, told, path, before, value))
        self.request = _put(self.request, path, value)

    def put_text(self, site: Site, text: str) -> None:
        """One change of the text, told as what was done within it."""
        said = [(what, told) for what, place, told in self.said if place == site.place]
        self.put(said[0][0], site.place, "; ".join(told for _, told in said), site.path, text)


def _masked(text: str) -> str:
    out, at = [], 0
    for span in spans(text):
        out += [text[at : span.start], "\0"]
        at = span.end
    return "".join(out) + text[at:]


def _get(request: Mapping[str, Any], path: Path) -> Any:
    value: Any = request
    for step in path[:-1]:
        value = value[step]
    return value.get(path[-1], ABSENT) if isinstance(value, Mapping) else value[path[-1]]


def _put(request: Mapping[str, Any], path: Path, value: Any) -> dict[str, Any]:
    if value is ABSENT:  # only ever a key of the request itself
        return {key: child for key, child in request.items() if key != path[0]}
    changed: dict[str, Any] = replace_at([dict(request)], {(0, *path): value})[0]
    return changed
