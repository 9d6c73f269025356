"""Exceptions and tracebacks as Python prints them, with causes, groups and notes: the traceback compressor's text."""

from __future__ import annotations

import traceback
from types import TracebackType
from typing import Any

from headroom_jupyter.compressors.base import Hints
from headroom_jupyter.values.base import Text, Told

__all__ = ["told"]

_MOST_FRAMES = 200  # at each end of a deep recursion


def told(value: BaseException | TracebackType, name: str | None, tell: Any) -> Told:
    """The printed traceback."""
    if isinstance(value, TracebackType):
        lines = ["Traceback (most recent call last):\n", *traceback.format_tb(value)]
        return Text("".join(lines), Hints(tool="traceback"))
    printed = traceback.TracebackException.from_exception(value, limit=None, compact=True)
    return Text("".join(printed.format()), Hints(tool="traceback"))
