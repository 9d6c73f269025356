"""Lets the body of `%%headroom` run as the cell itself, so that `await`, `%%time` and errors are what they always are.

The first line becomes a comment; the hooks before and after a cell see it in the cell's source. Line numbers stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from IPython.core.inputtransformer2 import cell_magic

__all__ = ["magic_line", "transformer_for"]

_FIRST = re.compile(r"\s*%%headroom(?:[ \t]+(?P<line>[^\n]*?))?[ \t]*\n(?=[\s\S]*\S)")
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


_magic: Callable[[Lines], Lines] = cell_magic
