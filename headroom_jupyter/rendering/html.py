"""A page of HTML that cannot grow beyond its bound: elements, escaped text, and inline styles for dark and light.

No script, no style sheet, no link: notebooks that are not trusted, nbconvert and other front ends drop those. Colours
are translucent or the front end's own, so that they suit any background.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

__all__ = ["BADGE", "BOX", "CODE", "MUTED", "Page", "tinted", "visible"]

# What a page that is not trusted drops, such as a variable, comes after what such a page keeps.
BOX = (
    "border:1px solid rgba(127,127,127,.4);border-color:var(--jp-border-color2, rgba(127,127,127,.4));"
    "border-radius:6px;padding:8px 12px;margin:4px 0;max-width:100%;box-sizing:border-box;text-align:left;"
    "font-family:sans-serif;font-family:var(--jp-ui-font-family, system-ui, sans-serif);font-size:13px;line-height:1.5;"
    "color:inherit"
)
CODE = (
    "font-family:monospace;font-family:var(--jp-code-font-family, ui-monospace, monospace);font-size:12px;"
    "line-height:1.5;white-space:pre-wrap;word-break:normal;overflow-wrap:break-word;overflow-wrap:anywhere;color:inherit;direction:ltr;"
    "unicode-bidi:isolate;border:0;margin:4px 0;background:transparent"
)
BADGE = "display:inline-block;border-radius:9px;padding:0 8px;white-space:nowrap"
MUTED = "opacity:.75"
_TINTS = {
    "neutral": "rgba(127,127,127,.18)",
    "pane": "rgba(127,127,127,.09)",
    "good": "rgba(46,160,67,.25)",
    "warn": "rgba(210,140,0,.28)",
    "marker": "rgba(80,130,255,.16)",
    "removed": "rgba(248,81,73,.14)",
    "added": "rgba(46,160,67,.16)",
}
# Controls, and signs that are not seen and change what is: bidirectional overrides, zero widths, line separators.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def visible(text: str) -> str:
    r"""The text with what cannot be seen, or would change what is seen, written out.

    >>> visible("\x1b[31mred\r\n")
    '␛[31mred␍\n'
    >>> visible("a\u202eb")
    'a⟨U+202E⟩b'
    """
    return _UNSEEN.sub(lambda match: _written(ord(match[0])), text)


def _written(code: int) -> str:
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"⟨U+{code:04X}⟩"


def _clipped(text: str, size: int) -> str:
    """The beginning of a text, up to a line's end if one is near."""
    if len(text) <= size:
        return text
    line_end = text.rfind("\n", 0, size) + 1
    return text[: line_end if line_end > size // 2 else size]


def tinted(tint: str) -> str:
    """The background of a tint."""
    return f"background:{_TINTS[tint]}"


class Page:
    """Collects HTML up to a bound in bytes; what does not fit is left away, and the page says so where it was cut.

    Only `text` and `note` take content, and both escape it.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._pieces: list[str] = []
        self._left = limit_bytes
        self._open_bytes = 0

    @property
    def left(self) -> int:
        """Bytes that text may still take; what is open can always be closed."""
        return self._left - self._open_bytes

    def text(self, text: str, *, most_chars: int | None = None) -> bool:
        """Add text, escaped and with the unseen made visible; False if it had to be cut (at a line end if possible)."""
        room = max(0, self.left)
        shown = _clipped(text, room if most_chars is None else max(0, min(room, most_chars)))
        while shown:
            piece = escape(visible(shown))
            size = len(piece.encode("utf-8"))
            if size <= room:
                self._add(piece, size)
                break
            shown = _clipped(shown, min(len(shown) * room // size, len(shown) - 1))
        return len(shown) == len(text)

    def note(self, text: str, tag: str = "span", style: str = MUTED) -> None:
        """A short remark of ours; it is added even where text would no longer fit."""
        piece = f'<{tag} style="{style}">{escape(visible(text))}</{tag}>'
        self._add(piece, len(piece.encode("utf-8")))

    @contextmanager
    def element(self, tag: str, style: str = "", attributes: str = "") -> Iterator[None]:
        """Open an element and close it again; `attributes` are ours, never content."""
        closing = f"</{tag}>"
        opening = f"<{tag}{f' style={chr(34)}{style}{chr(34)}' if style else ''}{attributes and ' ' + attributes}>"
        if tag == "pre":
            opening += "\n"  # readers of HTML drop one line end there
        self._open_bytes += len(closing)
        self._add(opening, len(opening))
        yield
        self._open_bytes -= len(closing)
        self._add(closing, len(closing))

    def html(self) -> str:
        """All of it."""
        return "".join(self._pieces)

    def _add(self, piece: str, size: int) -> None:
        self._pieces.append(piece)
        self._left -= size
