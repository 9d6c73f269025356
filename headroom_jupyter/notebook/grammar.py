"""The one grammar of `%headroom` and `%%headroom`: what is an option, what a sub-word, what an expression.

    line      = words and options in any order
    option    = a known name outside quotes and brackets, and its value: --budget 400, --budget=400, -o small
    rest      = all else; it must stand in one piece
    rest      = sub-word and its words, if its first word is exactly a sub-word; else a Python expression

So `%headroom stats` is the sub-word, and `%headroom (stats)` or `%headroom stats.head()` a variable of that name. What
stands in quotes or brackets is never an option. It evaluates nothing.
"""

from __future__ import annotations

import re
from argparse import Action, ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import NamedTuple

from headroom_jupyter.errors import InputError

__all__ = ["FORMS", "SUB_WORDS", "Request", "read", "words"]

_RESULT = {"out", "quiet", "query", "budget", "level", "model", "keep", "dry_run", "show", "no_retrieval"}
_SLICE = {"at", "lines", "rows", "chars", "max_tokens", "query", "out"}
# What each form takes; the names are those of the parsed arguments.
FORMS: dict[str, set[str]] = {
    "%%headroom": _RESULT,
    "EXPR": _RESULT,
    "--file": _RESULT | {"file"},
    "--cell": _RESULT | {"cell"},
    "--last": _RESULT | {"last"},
    "notebook": _RESULT | {"notebook"},
    "auto": {"over"},
    "off": set(),
    "stats": set(),
    "cache": {"out"},
    "remember": {"kind", "fact", "out"},
    "memory": {"kind", "forget", "max_tokens", "out"},
    "retrieve": _SLICE,
    "show": set(),
    "learn": {"apply"},
}
SUB_WORDS = {
    "notebook": "pack the running notebook, or [PATH], for an agent",
    "auto": "from now on make a small twin of every long output",
    "off": "stop that",
    "stats": "what was saved, and what the store holds",
    "cache": "how the provider's prompt cache fares with this session's model calls, with a TRACE's, or with a LOG's",
    "remember": "TEXT: keep it for the next agent or notebook of this project",
    "memory": "what is known in this project, or what answers a QUESTION",
    "retrieve": "REF or a whole marker: bring back what was left out",
    "show": "REF: look at an original",
    "learn": "what failed in earlier sessions and what worked, for the first Markdown cell",
}
_SOURCES = ("file", "cell", "last", "notebook")
_OPENING, _CLOSING = "([{", ")]}"


class Word(NamedTuple):
    """A word of a line, with its offsets."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Request:
    """A line understood: its form (a key of FORMS), the options, and the expression or the sub-word's own words."""

    form: str
    options: Namespace
    rest: str = ""


def words(line: str) -> Iterator[Word]:
    """The words of a line; blanks inside quotes and brackets part none.

    >>> [word.text for word in words('df[df.x > 3] --query "why so many?"')]
    ['df[df.x > 3]', '--query', '"why so many?"']
    """
    start, depth, quote = -1, 0, ""
    at = 0
    while at < len(line):
        char = line[at]
        if quote:
            at += char == "\\"
            quote = "" if char == quote else quote
        elif char.isspace() and not depth:
            if start >= 0:
                yield Word(start, at, line[start:at])
            start = -1
        else:
            start = at if start < 0 else start
            is_quote = char in "\"'" and (depth or not line[at - 1 : at].isalnum() or _is_prefix(line, at))
            quote = char if is_quote else ""
            depth += (char in _OPENING) - (char in _CLOSING and depth > 0)
        at += 1
    if start >= 0:
        yield Word(start, len(line), line[start:])


def _is_prefix(line: str, at: int) -> bool:
    """Whether the quote at `at` opens a string with a prefix such as f or rb, and is no apostrophe."""
    return re.search(r"(?:^|[^\w])[rbfuRBFU]{1,2}$", line[max(0, at - 3) : at]) is not None


def read(line: str, parser: ArgumentParser, *, is_cell: bool = False) -> Request:
    """Take a line apart.

    Raises:
        InputError: an option is unknown, lacks its value or does not belong to the form; or the rest is in pieces.
    """
    known = {name: action for action in parser._actions for name in action.option_strings}
    given, pieces = _parted(line, known)
    options = parser.parse_args(given)
    rest = line[pieces[0].start : pieces[-1].end] if pieces else ""
    form = _form(options, rest, is_cell=is_cell)
    _check_options(form, options, known)
    if is_cell and rest:
        raise InputError(f"unexpected {rest[:40]!r} after %%headroom; put texts of several words in quotes")
    if form in SUB_WORDS and options.notebook is None:
        rest = rest.partition(" ")[2].strip()
    return Request(form, options, rest)


def _parted(line: str, known: dict[str, Action]) -> tuple[list[str], list[Word]]:
    """The options with their values unquoted, and the words of the rest."""
    given: list[str] = []
    pieces: list[Word] = []
    broken_at = ""
    found = list(words(line))
    while found:
        word = found.pop(0)
        name, is_joined, value = word.text.partition("=")
        if name not in known or (is_joined and not name.startswith("--")):
            _check_unknown(word.text, known, is_first=not pieces)
            if pieces and broken_at:
                raise InputError(
                    f"unexpected {word.text[:40]!r} after {broken_at}; put texts of several words in quotes"
                )
            pieces.append(word)
            continue
        broken_at = name if pieces else ""
        given.append(f"{name}={unquoted(value)}" if is_joined else name)
        most = 0 if is_joined else _most_values(known[name])
        while most and found and found[0].text.partition("=")[0] not in known:
            value = unquoted(found.pop(0).text)
            given[-1:] = [f"{name}={value}"] if value.startswith("-") and most == 1 else [given[-1], value]
            most -= 1
    return given, pieces


def unquoted(text: str) -> str:
    """A value without the quotes around it."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text


def _most_values(action: Action) -> int:
    return {None: 1, "?": 1, "+": 1_000, 0: 0}.get(action.nargs, 1)


def _check_unknown(text: str, known: dict[str, Action], *, is_first: bool) -> None:
    name = text.partition("=")[0]
    if not re.match(r"--[A-Za-z]", name) and not (is_first and re.match(r"-[A-Za-z]\w*$", name)):
        return
    names = {option.lstrip("-"): option for option in known}
    near = get_close_matches(name.lstrip("-"), names, 1)
    hint = f"did you mean {names[near[0]]}?" if near else "%headroom? lists the options"
    raise InputError(f"unknown option {name}; {hint} (an expression that holds it goes in parentheses)")


def _form(options: Namespace, rest: str, *, is_cell: bool) -> str:
    if is_cell:
        return "%%headroom"
    sources = [name for name in _SOURCES if getattr(options, name) is not None and getattr(options, name) is not False]
    if len(sources) > 1 or (sources and rest):
        other = repr(rest[:40]) if rest else f"--{sources[1]}"
        raise InputError(f"--{sources[0]} and {other} at once; compress one thing at a time")
    if sources:
        return "notebook" if sources[0] == "notebook" else f"--{sources[0]}"
    first = rest.split(None, 1)[0] if rest else ""
    return first if first in SUB_WORDS else "EXPR"


def _check_options(form: str, options: Namespace, known: dict[str, Action]) -> None:
    for action in {id(action): action for action in known.values()}.values():
        value = getattr(options, action.dest, action.default)
        if value == action.default or action.dest in FORMS[form]:
            continue
        forms = " or ".join(_shown(name) for name, taken in FORMS.items() if action.dest in taken)
        raise InputError(f"{action.option_strings[-1]} does not go with {_shown(form)}; it is for {forms}")


def _shown(form: str) -> str:
    return form if form.startswith("%%") else f"%headroom {form}"
