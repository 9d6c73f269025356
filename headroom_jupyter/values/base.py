"""The contract of values: a module takes one kind of value and says what it reads as; it neither stores nor counts.

Each has a function `told(value, name)` that answers with one of two things: a text for the engine (`Text`), or a view
that can be had in any size, of an original that may be too large to be written out (`View`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from headroom_jupyter.ccr.store import Parts
from headroom_jupyter.compressors.base import Compressed, Hints, Span
from headroom_jupyter.selection import Query

__all__ = ["Text", "Told", "View", "named", "rounded", "size_of"]


def _nowhere(original: str, text: str) -> Sequence[Span]:
    return ()


@dataclass(frozen=True)
class Text:
    """A value that is told as a text, to be compressed as any other; `hints` say what kind of text.

    `is_note`: it is a short description of ours, which stays whole unless a budget forbids it.
    """

    text: str
    hints: Hints = field(default_factory=Hints)
    is_note: bool = False


@dataclass(frozen=True)
class View:
    """A value whose short form is written from itself.

    Args:
        kind: What the original contains, as the store and the result say it.
        data: The original's bytes, in parts when it is large.
        text: Gives the original as a text; asked for late, if at all.
        sample: Gives a part of that text and which share of it that is, to estimate its tokens; (text, 1.0) when small.
        show: Writes the short form: for a query, in about so many characters, and whether to use them all.
        tokens: What the short form may have when no budget is given, at most.
        maker: Who made it, for the account.
        places: Where the units of the original stand in the short form, given both texts; asked for late, if at all.
        is_readable: Whether the original is, when it is small, as good to read as the short form.
    """

    kind: str
    data: bytes | Parts
    text: Callable[[], str]
    sample: Callable[[], tuple[str, float]]
    show: Callable[[Query, int, bool], Compressed]
    tokens: int
    maker: str
    places: Callable[[str, str], Sequence[Span]] = _nowhere
    is_readable: bool = True


Told = Text | View


def named(name: str | None, what: str) -> str:
    """The beginning of a first line.

    >>> named("orders", "DataFrame"), named(None, "DataFrame")
    ('orders: DataFrame', 'DataFrame')
    """
    return f"{' '.join(name.split())}: {what}" if name else what


def rounded(number: float) -> str:
    """A number in six digits, or as a whole one.

    >>> rounded(1234567.1), rounded(0.1 + 0.2), rounded(7.0)
    ('1234567', '0.3', '7')
    """
    return f"{number:.0f}" if 1e5 <= abs(number) < 1e15 else f"{number:.6g}"


def size_of(count: float) -> str:
    """A size in bytes for a reader.

    >>> size_of(999), size_of(24_000_000)
    ('999 bytes', '24.0 MB')
    """
    if count < 1000:
        return f"{count:.0f} bytes"
    for unit in ("kB", "MB", "GB"):
        count /= 1000
        if count < 1000:
            return f"{count:.1f} {unit}"
    return f"{count / 1000:,.1f} TB"
