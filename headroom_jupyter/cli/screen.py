"""How commands write: exact text, JSON, tables, and colours only where a terminal shows them."""

from __future__ import annotations

import json
import sys
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

__all__ = ["amount", "console", "new_table", "percent", "row", "write_json", "write_text"]

_PIPED_WIDTH = 140  # columns of a table that goes into a file or pipe, where there is no terminal to ask


def console(*, is_error: bool = False) -> Console:
    """The terminal, or what stands in its place; NO_COLOR is honoured.

    Args:
        is_error: Write to stderr, which is for people; stdout is for results.
    """
    found = Console(stderr=is_error, highlight=False, markup=False, emoji=False)
    return found if found.is_terminal else Console(
        stderr=is_error, highlight=False, markup=False, emoji=False, width=_PIPED_WIDTH
    )  # fmt: skip


def write_text(text: str) -> None:
    """Write a result as it is, byte for byte; a terminal gets the line end that it needs for the prompt."""
    data = text.encode("utf-8", "surrogatepass")
    if sys.stdout.isatty() and not text.endswith("\n"):
        data += b"\n"
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def write_json(value: Any) -> None:
    """Write a result for programs; plain ASCII, so that no character can be unprintable."""
    write_text(json.dumps(value, indent=2) + "\n")


def new_table(*columns: str, title: str = "") -> Table:
    """A table; a column whose name begins with ">" holds numbers and is aligned to the right."""
    table = Table(title=title or None, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for name in columns:
        if name.startswith(">"):
            table.add_column(name[1:], justify="right", no_wrap=True)
        else:
            table.add_column(name, overflow="fold")
    return table


def row(table: Table, *cells: str, style: str = "") -> None:
    """Add a row of plain texts: brackets and colons in a file's name mean nothing."""
    table.add_row(*(Text(cell) for cell in cells), style=style or None)


def amount(count: int) -> str:
    """A count with thousands parted.

    >>> amount(1234567)
    '1,234,567'
    """
    return f"{count:,}"


def percent(fraction: float) -> str:
    """A share; never rounded up to a hundred that was not reached.

    >>> percent(0.9996), percent(1.0), percent(0.123)
    ('99.9 %', '100.0 %', '12.3 %')
    """
    shown = min(fraction, 0.999) if fraction < 1 else 1.0
    return f"{shown * 100:.1f} %"
