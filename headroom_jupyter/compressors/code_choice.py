"""Which items of an outline are shown for a query, within a target: what it names, the outline, then the rest.

It writes nothing; the view keeps account of what showing costs.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence

from headroom_jupyter.compressors.code_outline import Item, Outline
from headroom_jupyter.compressors.code_view import View
from headroom_jupyter.selection import Query, relevance

__all__ = ["choose"]

_FOR_NAMED = 1.3  # shares of the target: what the query names by a particular name, whole
_FOR_WORDS = 0.5  # definitions that have a common word of the query for a name
_FOR_RELEVANT = 0.5  # bodies that the query's words point at when it names nothing
_FOR_CALLERS = 0.2  # the same when it does
_FOR_PREAMBLE = 0.1  # the module's docstring, its first imports and constants, each
_LEAST_PREAMBLE = 120  # characters
_FOR_REST = 0.4  # private and trivial things, after what the query names
_FOR_OUTLINE = 1.6  # headers may take the view so far over the target
_LEAST_SCORE = 0.45  # of the best score; below that a body only shares common words with the query
_FIRST_IMPORTS, _FIRST_MEMBERS = 8, 3
_MOST_EXPANDED, _MOST_NAMED = 12, 12
_PARTICULAR = 1.4  # weight of a name that is no common word


def choose(view: View, outline: Outline, query: Query, text: str, starts: Sequence[int], target: float) -> None:
    """Show items in the order of their worth until the target is reached."""
    scores = _scores(outline, query, text, starts)
    named = _named(outline, query)
    for index, weight in named:
        share = _FOR_NAMED if weight >= _PARTICULAR else _FOR_WORDS
        _show_named(view, outline, index, query, text, starts, share * target)
    base = view.spent
    _show_relevant(view, outline, scores, base + (_FOR_CALLERS if named else _FOR_RELEVANT) * target)
    bodies = [at for at in scores if outline.items[at].kind == "def" and outline.items[at].folds]
    best = max(bodies, key=lambda at: (scores[at], -at), default=-1)
    if best >= 0 and scores[best] > _LEAST_SCORE * max(scores.values()) and not view.show(best, limit=0, whole=True):
        # Too long to be shown whole; its statements that the query is about are.
        _show_named(view, outline, best, query, text, starts, view.spent + _FOR_RELEVANT * target)
    tiers = _tiers(outline, scores)
    for tier in sorted(tiers):
        if tier <= 1:
            limit = view.spent + max(_FOR_PREAMBLE * target, _LEAST_PREAMBLE)
        elif tier <= 4:
            limit = base + _FOR_OUTLINE * target
        else:
            limit = max(target, base + _FOR_REST * target)
        for index in tiers[tier]:
            if tier > 0 or not view.show(index, limit=limit, whole=True):
                view.show(index, limit=limit)


def _scores(outline: Outline, query: Query, text: str, starts: Sequence[int]) -> dict[int, float]:
    """BM25 of items for the query: each from its first row to the next item's."""
    if not query:
        return {}
    units = sorted(
        (item.first, index)
        for index, item in enumerate(outline.items)
        if item.kind != "doc" or item.parent < 0 or outline.items[item.parent].kind != "def"
    )
    offsets = [starts[first] for first, _ in units]
    found = relevance(query, text, [*offsets, len(text)])
    scores = {units[unit][1]: score for unit, score in found.items()}
    for index in [at for at in scores if outline.items[at].kind == "comment"]:
        below = _below(outline, index)
        if below >= 0:
            scores[below] = scores.get(below, 0.0) + scores.pop(index) / 2
    return scores


def _named(outline: Outline, query: Query) -> list[tuple[int, float]]:
    """Definitions whose name stands in the query, the most particular name first; with the name's weight."""
    weights = {term.text: term.weight for term in query.terms}
    found: list[tuple[float, int, int]] = []
    for index, item in enumerate(outline.items):
        if not item.name:
            continue
        full = item.name.lower()
        last = full.replace("::", ".").rsplit(".", 1)[-1]
        plain = last.strip("_#")
        weight = max(_weight(weights, full) * 1.2, _weight(weights, last), _weight(weights, plain) * 0.95)
        if weight:
            found.append((-weight, item.depth, index))
    if not found:
        return []
    best = min(found)[0]
    near = (entry for entry in sorted(found) if entry[0] <= best / 1.5 or entry[0] <= -_PARTICULAR)
    return [(index, -weight) for weight, _, index in near][:_MOST_NAMED]


def _weight(weights: Mapping[str, float], name: str) -> float:
    """The weight of a name in the query; the query's words have lost endings such as `s`."""
    found = weights.get(name, 0.0)
    for cut in (1, 2, 3):
        if not found and len(name) - cut >= 4:
            found = weights.get(name[:-cut], 0.0) if name[-cut:] in ("s", "es", "ed", "ing", "ies") else 0.0
    return found


def _show_named(
    view: View, outline: Outline, index: int, query: Query, text: str, starts: Sequence[int], limit: float
) -> None:
    """Show what the query names whole; when it is too long, its header and the statements that fit best."""
    item = outline.items[index]
    above = _comment_above(outline, index)
    if view.show(index, limit=limit, whole=True):
        if above >= 0:
            view.show(above, limit=limit, whole=True)
        return
    view.show(index, limit=limit)
    open_items = [index]
    for _ in range(_MOST_EXPANDED):
        if not open_items:
            return
        at = open_items.pop(0)
        children = outline.expand(at)
        rows = [outline.items[child].first for child in children]
        offsets = [starts[row] for row in rows] + [starts[outline.items[at].last + 1]]
        scores = relevance(query, text, offsets) if children else {}
        order = sorted(range(len(children)), key=lambda unit: (-scores.get(unit, 0.0), unit))
        for unit in order:
            child = children[unit]
            if outline.items[child].kind == "def" and item.kind == "class":
                view.show(child, limit=limit)
            elif (
                not view.show(child, limit=limit, whole=True)
                and outline.items[child].folds
                and view.show(child, limit=limit)
            ):
                open_items.append(child)


def _siblings(outline: Outline, index: int) -> list[int]:
    parent = outline.items[index].parent
    return outline.items[parent].children if parent >= 0 else outline.roots


def _comment_above(outline: Outline, index: int) -> int:
    """The comment right above a definition, -1 if there is none."""
    siblings = _siblings(outline, index)
    at = bisect_left(siblings, index) - 1
    above = outline.items[siblings[at]] if at >= 0 else None
    is_next = above is not None and above.kind == "comment" and above.last == outline.items[index].first - 1
    return siblings[at] if is_next else -1


def _below(outline: Outline, index: int) -> int:
    """The definition right below a comment, -1 if there is none."""
    siblings = _siblings(outline, index)
    at = bisect_left(siblings, index) + 1
    if at >= len(siblings) or outline.items[siblings[at]].kind not in ("def", "class", "group", "data"):
        return -1
    return siblings[at] if outline.items[siblings[at]].first == outline.items[index].last + 1 else -1


def _show_relevant(view: View, outline: Outline, scores: Mapping[int, float], limit: float) -> None:
    if not scores:
        return
    least = _LEAST_SCORE * max(scores.values())
    for index in sorted(scores, key=lambda at: (-scores[at], at)):
        if scores[index] < least:
            return
        if outline.items[index].kind in ("class", "group") or not view.show(index, limit=limit, whole=True):
            continue
        above = _comment_above(outline, index)
        if above >= 0:
            view.show(above, limit=limit, whole=True)


def _tiers(outline: Outline, scores: Mapping[int, float]) -> dict[int, list[int]]:
    """Items by how much an outline needs them; within a tier those the query touches first."""
    tiers: dict[int, list[tuple[float, int]]] = {}
    imports = 0
    run: dict[int, int] = {}
    for index, item in enumerate(outline.items):
        parent = outline.items[item.parent] if item.parent >= 0 else None
        if parent is not None and parent.kind in ("def", "code") and item.kind != "doc":
            continue
        if item.kind == "import":
            imports += 1
        if item.kind == "member":
            run[item.parent] = run.get(item.parent, 0) + 1
        tier = _tier(outline, item, parent, imports, run.get(item.parent, 0))
        tiers.setdefault(tier, []).append((-scores.get(index, 0.0) if tier > 1 else 0.0, index))
    return {tier: [index for _, index in sorted(found)] for tier, found in tiers.items()}


def _tier(outline: Outline, item: Item, parent: Item | None, imports: int, run: int) -> int:
    is_top = item.depth == 0
    is_first = run <= (_FIRST_IMPORTS if is_top else _FIRST_MEMBERS)
    match item.kind:
        case "class" | "def" if is_top:
            return 2
        case "class" | "def":
            return 6 if _is_private(outline, item) or _is_private(outline, parent) else 3
        case "doc":
            return 0 if parent is None else 5 if parent.kind == "class" else 8
        case "import":
            return 0 if imports <= _FIRST_IMPORTS else 9
        case "member" | "data":
            return 9 if not is_first else 7 if not is_top else 1 if item.first == item.last else 7
        case "group":
            return 10
        case "comment":
            return 11
        case _:
            return 12


def _is_private(outline: Outline, item: Item | None) -> bool:
    if item is None or item.kind not in ("class", "def"):
        return False
    name = item.name.rsplit(".", 1)[-1]
    if name.startswith("#") or (name.startswith("_") and not name.endswith("__")):
        return True
    return "private " in outline.lines[item.first][:80]
