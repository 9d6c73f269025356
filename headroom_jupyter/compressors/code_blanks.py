"""Blank runs factored so that they come back exactly; nothing else is rewritten."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["factor_blanks", "restore_blanks", "units"]

_MOST_BLANK = 50_000_000  # characters; a forged text must not fill the memory

_HEADER = "<<code blanks>>\n"
_RUN = re.compile(r"\n{5,}")
_MARK = re.compile(r"^<<blank (\d{1,8})>>$", re.MULTILINE)


def factor_blanks(text: str) -> str | None:
    r"""The text with every run of four blank lines or more as one line `<<blank N>>`; None if there is none.

    >>> factor_blanks("a" + "\n" * 9 + "b" + "\n" * 40)
    '<<code blanks>>\na\n<<blank 8>>\nb\n<<blank 39>>\n'
    """
    if "\n\n\n\n\n" not in text or _MARK.search(text):
        return None
    shorter = _RUN.sub(lambda run: f"\n<<blank {len(run.group()) - 1}>>\n", text)
    return _HEADER + shorter if len(shorter) + len(_HEADER) < len(text) else None


def restore_blanks(text: str) -> str | None:
    """Inverse of `factor_blanks`; None for any other text."""
    if not text.startswith(_HEADER):
        return None
    if sum(int(count) for count in _MARK.findall(text)) > _MOST_BLANK:
        return None
    return _MARK.sub(lambda mark: "\n" * (int(mark.group(1)) - 1), text[len(_HEADER) :])


def units(text: str) -> Iterator[tuple[int, int]]:
    """For each line of a factored text, 1 and the number of lines that it stands for."""
    yield 1, 0
    for line in text.split("\n")[1:]:
        mark = _MARK.fullmatch(line)
        yield 1, int(mark.group(1)) if mark else 1
