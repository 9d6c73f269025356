"""The options of `%headroom` and `%%headroom`, once, for the parser, the help and the completion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from IPython.core.magic_arguments import argument, argument_group, magic_arguments

from headroom_jupyter.notebook.options import LEVELS

__all__ = ["VIEWS", "takes_options"]

VIEWS = ("original", "compressed", "diff")
F = TypeVar("F", bound=Callable[..., Any])
_GROUPS: dict[str, list[tuple[tuple[str, ...], dict[str, Any]]]] = {
    "What becomes of the result": [
        (("-o", "--out"), {"metavar": "VAR", "help": "Put the result into a variable."}),
        (("-q", "--quiet"), {"action": "store_true", "help": "Show nothing below the cell."}),
        (("--show",), {"choices": VIEWS, "help": "Which view of the result is open."}),
        (("--dry-run",), {"action": "store_true", "help": "Only count: store nothing and keep nothing."}),
    ],
    "How to compress": [
        (("--query",), {"metavar": "TEXT", "default": "", "help": "What the reader wants to know; it stays."}),
        (("--budget",), {"metavar": "N", "type": int, "help": "Tokens the result may have."}),
        (("--level",), {"choices": LEVELS, "help": "How far to go."}),
        (("--model",), {"metavar": "M", "help": "Whose tokens to count."}),
        (("--keep",), {"metavar": "REGEX", "default": "", "help": "Lines that match stay, whatever they cost."}),
        (
            ("--no-retrieval",),
            {
                "action": "store_true",
                "help": "The reader cannot redeem markers: texts become only what decode undoes, other gaps are words.",
            },
        ),
    ],
    "What to compress, instead of an expression": [
        (("--file",), {"metavar": "PATH", "nargs": "+", "help": "Files; patterns with * are resolved."}),
        (("--cell",), {"metavar": "N", "type": int, "help": "What In[N] put out."}),
        (("--last",), {"action": "store_true", "help": "What the last cell put out."}),
        (
            ("--notebook",),
            {"metavar": "PATH", "nargs": "?", "const": "", "help": "A saved notebook; without PATH the running one."},
        ),
    ],
    "For auto, retrieve, remember, memory and learn": [
        (("--over",), {"metavar": "N", "type": int, "help": "auto: only outputs of more than N tokens."}),
        (("--at",), {"metavar": "PLACE", "help": "retrieve: the part to look in, as the marker says it."}),
        (("--lines",), {"metavar": "RANGES", "help": "retrieve: 41-77,90."}),
        (("--rows",), {"metavar": "RANGES", "help": "retrieve: rows, elements or entries."}),
        (("--chars",), {"metavar": "RANGES", "help": "retrieve: characters."}),
        (("--max-tokens",), {"metavar": "N", "type": int, "help": "retrieve, memory: most tokens of the answer."}),
        (
            ("--kind",),
            {"metavar": "KIND", "help": "remember, memory: fact, preference, decision, lesson, or your word."},
        ),
        (("--fact",), {"metavar": "KEY=VALUE", "nargs": "+", "help": "remember: what it states by key."}),
        (("--forget",), {"metavar": "ID", "nargs": "+", "help": "memory: forget these for good."}),
        (("--apply",), {"action": "store_true", "help": "learn: write it into the notebook's first Markdown cell."}),
    ],
}


def takes_options(function: F) -> F:
    """Give a magic its parser and its help."""
    decorators: list[Any] = [magic_arguments()]  # type: ignore[no-untyped-call]  # IPython has no types for these
    for title, arguments in _GROUPS.items():
        decorators.append(argument_group(title))  # type: ignore[no-untyped-call]
        decorators += [argument(*names, **settings) for names, settings in arguments]  # type: ignore[no-untyped-call]
    for decorate in reversed(decorators):
        function = decorate(function)
    return function
