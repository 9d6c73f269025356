"""Completion of `%headroom` lines: options, their values, sub-words, variables, references, files and cell numbers."""

from __future__ import annotations

import glob
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from IPython.core.completer import CompletionContext, SimpleCompletion, SimpleMatcherResult, context_matcher

from headroom_jupyter.errors import HeadroomError
from headroom_jupyter.memory.memory import Memory
from headroom_jupyter.notebook import grammar
from headroom_jupyter.notebook.remembering import KINDS

if TYPE_CHECKING:
    from headroom_jupyter.notebook.magics import HeadroomMagics

__all__ = ["candidates", "matcher_for"]

_MAGIC = re.compile(r"^\s*(?:[\w, ]+=\s*)?(?P<kind>%%?)headroom\s+(?P<line>.*)$")
_MOST = 200
Matcher = Callable[[CompletionContext], SimpleMatcherResult]


def matcher_for(magics: HeadroomMagics) -> Matcher:
    """A matcher of IPython's completer for the lines of these magics."""

    @context_matcher()  # type: ignore[untyped-decorator]  # IPython has no types for it
    def headroom_matcher(context: CompletionContext) -> SimpleMatcherResult:
        match = _MAGIC.match(context.line_with_cursor[: context.cursor_position])
        if match is None:
            return _matched([])
        found = list(candidates(match["line"], magics, is_cell=match["kind"] == "%%"))
        word = re.search(r"\S*$", match["line"])
        typed = word.group() if word else ""
        is_ours = bool(found) and (typed.startswith("-") or not any(kind == "instance" for _, kind in found))
        return _matched([SimpleCompletion(text, type=kind) for text, kind in found[:_MOST]], typed, is_ours=is_ours)

    return cast("Matcher", headroom_matcher)


def _matched(completions: list[SimpleCompletion], typed: str = "", *, is_ours: bool = False) -> SimpleMatcherResult:
    return SimpleMatcherResult(
        completions=completions, matched_fragment=typed, suppress=is_ours, ordered=True, do_not_suppress=set()
    )


def candidates(line: str, magics: HeadroomMagics, *, is_cell: bool) -> Iterable[tuple[str, str]]:
    """What may stand where the line ends, each with its type.

    Args:
        line: What follows `%headroom `, up to the cursor.
        magics: Whose parser, variables, runs and store to look at.
        is_cell: It is the first line of a `%%headroom` cell.
    """
    typed = re.search(r"\S*$", line)
    start = typed.group() if typed else ""
    before = [word.text for word in grammar.words(line[: len(line) - len(start)])]
    known = {name: action for action in magics.parser._actions for name in action.option_strings}
    last = before[-1] if before else ""
    option = next((known[word] for word in reversed(before) if word.startswith("-") and word in known), None)
    has_values = option is not None and (last in known and option.nargs != 0 or option.dest in ("file", "forget"))
    if has_values and (values := _values(option, start, magics)) is not None:
        return [pair for pair in values if pair[0].startswith(start)]
    word = next((word for word in before if not word.startswith("-")), "")
    form = "%%headroom" if is_cell else word if word in grammar.SUB_WORDS else ""
    if start.startswith("-"):
        taken = grammar.FORMS[form] if form else set().union(*grammar.FORMS.values())
        return [
            (n, "param") for n, a in sorted(known.items()) if n.startswith(start) and n[1] == "-" and a.dest in taken
        ]
    if form == "cache":
        return [pair for pair in _paths(start, suffix="") if pair[0].startswith(start)]
    if form in ("retrieve", "show"):
        return [(ref, kind) for ref, kind in _refs(magics) if ref.startswith(start)]
    if is_cell or form:
        return []
    names = [(name, "keyword") for name in grammar.SUB_WORDS] if not before else []
    names += [(name, "instance") for name in sorted(_variables(magics))]
    return [pair for pair in names if pair[0].startswith(start)]


def _values(option: Any, start: str, magics: HeadroomMagics) -> Iterable[tuple[str, str]] | None:
    if option.choices:
        return [(choice, "value") for choice in option.choices]
    if option.dest == "cell":
        return [(str(run.count), "cell") for run in reversed(magics.recorder.executions) if run.outputs]
    if option.dest in ("file", "notebook"):
        return _paths(start, suffix=".ipynb" if option.dest == "notebook" else "")
    if option.dest == "kind":
        return [(kind, "value") for kind in KINDS]
    if option.dest == "forget":
        return [(record.id, record.kind) for record in Memory().list()[:_MOST]]
    if option.dest == "out":
        return [(name, "instance") for name in sorted(_variables(magics))]
    return [] if option.nargs != 0 else None


def _variables(magics: HeadroomMagics) -> set[str]:
    space, hidden = magics.space
    return {name for name in space if not name.startswith("_") and name not in hidden}


def _refs(magics: HeadroomMagics) -> Iterable[tuple[str, str]]:
    try:
        return [(stored.ref, stored.kind or "text") for stored in magics.options().store.refs()[:_MOST]]
    except HeadroomError:  # no store to look in: nothing to offer
        return []


def _paths(start: str, *, suffix: str) -> Iterable[tuple[str, str]]:
    for name in sorted(glob.glob(f"{glob.escape(start)}*"))[:_MOST]:
        if Path(name).is_dir():
            yield f"{name}/", "folder"
        elif name.endswith(suffix):
            yield name, "file"
