"""What a cell put out, as plain values: streams, results, displays and errors, in their order. It captures nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from headroom_jupyter.results import TextResult

__all__ = ["Execution", "Kind", "Output", "plain"]

Kind = Literal["stdout", "stderr", "result", "display", "error"]
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class Output:
    """One output of a cell.

    `text` is a stream's text or a traceback without colours; `data` is the MIME bundle of a result or display; `title`
    is an error's name and message, or a variable's name. `value` is the object itself, where it is known and the cell
    has not ended. `twin` is what a model would read of it, made beforehand.
    """

    kind: Kind
    text: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    title: str = ""
    display_id: str = ""
    value: Any = field(default=None, compare=False, repr=False)
    has_value: bool = False
    twin: TextResult | None = field(default=None, compare=False, repr=False)

    @property
    def size_chars(self) -> int:
        """Characters that it holds."""
        return len(self.text) + sum(len(value) for value in self.data.values() if isinstance(value, (str, bytes)))


@dataclass(frozen=True, slots=True)
class Execution:
    """One run of a cell; `count` is its number in In[…], `cell_id` the front end's name of the cell, if it told one."""

    count: int
    source: str
    outputs: tuple[Output, ...] = ()
    cell_id: str = ""
    started_at: float = 0.0
    elapsed_s: float = 0.0
    is_failed: bool = False
    is_dropped: bool = False  # its outputs were let go to save memory

    @property
    def size_chars(self) -> int:
        """Characters that its outputs hold."""
        return sum(output.size_chars for output in self.outputs)


def plain(text: str) -> str:
    r"""A text without colour codes.

    >>> plain("\x1b[31mred\x1b[0m")
    'red'
    """
    return _COLOURS.sub("", text)
