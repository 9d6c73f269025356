"""Lets the body of `%%headroom` run as the cell itself, so that `await`, `%%time` and errors are what they always are.

The first line becomes a comment; the hooks before and after a cell see it in the cell's source. Line numbers stay.

And lets a question to `%headroom memory` end in a question mark, where IPython would show its help.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from IPython.core.inputtransformer2 import cell_magic, make_tokens_by_line

__all__ = ["asked", "magic_line", "transformer_for"]

_FIRST = re.compile(r"\s*%%headroom(?:[ \t]+(?P<line>[^\n]*?))?[ \t]*\n(?=[\s\S]*\S)")
_QUESTION = re.compile(r"(?P<indent>\s*)%headroom[ \t]+(?P<line>(?:memory|remember)[ \t]+\S.*\?)\s*$")
Lines = list[str]


def magic_line(cell: str) -> str | None:
    r"""What follows `%%headroom` in the first line of a cell; None for any other cell and for one without a body.

    >>> magic_line("%%headroom -o x\nprint(1)"), magic_line("%%time\nprint(1)")
    ('-o x', None)
    """
    match = _FIRST.match(cell)
    return (match["line"] or "") if match else None


def transformer_for(is_valid: Callable[[str], bool]) -> Callable[[Lines], Lines]:
    r"""A transformer of cells for IPython.

    Args:
        is_valid: Whether what follows `%%headroom` can be used; what cannot goes to the magic, to be refused.

    >>> transformer_for(bool)(["%%headroom -o x\n", "print(1)\n"])
    ['# %%headroom -o x\n', 'print(1)\n']
    """

    def lines_of(lines: Lines) -> Lines:
        line = magic_line("".join(lines)) if lines and lines[0].startswith("%%headroom") else None
        if line is None or not is_valid(line):
            return lines
        body = lines[1:]
        first = next(index for index, text in enumerate(body) if text.strip())
        if body[first].startswith("%%"):
            body = [*body[:first], *_magic(body[first:])]
        return [f"# {lines[0]}", *body]

    return lines_of


def asked(lines: Lines) -> Lines:
    r"""The lines of a cell, those of `%headroom memory` and `remember` that end in a question mark as calls.

    >>> asked(["x = 1\n", "%headroom memory which port?\n"])[1]
    "get_ipython().run_line_magic('headroom', 'memory which port?')\n"
    >>> asked(["%headroom?\n", "text = '''\n", "%headroom memory why?\n", "'''\n"])[2]
    '%headroom memory why?\n'
    """
    found = {at: match for at, line in enumerate(lines) if (match := _QUESTION.match(line))}
    if not found:
        return lines
    starts = {token.start[0] - 1 for tokens in make_tokens_by_line(lines) for token in tokens if token.string == "%"}
    changed = {
        at: f"{match['indent']}get_ipython().run_line_magic('headroom', {match['line']!r})\n"
        for at, match in found.items()
        if at in starts
    }
    return [changed.get(at, line) for at, line in enumerate(lines)]


_magic: Callable[[Lines], Lines] = cell_magic
