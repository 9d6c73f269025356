"""Offsets in characters, as Python counts them, and in UTF-16 units, as a browser does."""

from __future__ import annotations

import re
from bisect import bisect_left

__all__ = ["Units"]

_WIDE = re.compile("[\U00010000-\U0010ffff]")


class Units:
    """The offsets of one text.

    >>> units = Units("a😀b")
    >>> [units.units(char) for char in range(4)], [units.chars(unit) for unit in (0, 1, 3, 4)], units.total
    ([0, 1, 3, 4], [0, 1, 2, 3], 4)
    """

    def __init__(self, text: str) -> None:
        self._wide = [] if text.isascii() else [match.start() for match in _WIDE.finditer(text)]
        self._wide_units = [at + index for index, at in enumerate(self._wide)]
        self.total = len(text) + len(self._wide)

    def units(self, char: int) -> int:
        """A character's offset in units."""
        return char + bisect_left(self._wide, char)

    def chars(self, unit: int) -> int:
        """The character at a unit."""
        return unit - bisect_left(self._wide_units, unit)
