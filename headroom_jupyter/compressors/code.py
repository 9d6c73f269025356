"""Source code: signatures, imports and constants stay, bodies go, except those the query is about.

It counts no tokens. What it shows are whole lines, and with the markers in comments it still parses.
"""

from __future__ import annotations

import re

from headroom_jupyter.compressors.base import Ask, Compressed, Hints, line_starts, lossless, verbatim
from headroom_jupyter.compressors.code_blanks import factor_blanks, restore_blanks, units
from headroom_jupyter.compressors.code_choice import choose
from headroom_jupyter.compressors.code_detection import confidence_of, detect, strip_numbers
from headroom_jupyter.compressors.code_languages import Language, parse
from headroom_jupyter.compressors.code_lines import compress_lines, is_unlined
from headroom_jupyter.compressors.code_outline import Outline
from headroom_jupyter.compressors.code_view import View

__all__ = ["CodeCompressor"]

_PATH = re.compile(r"[\w/\\.-]*\w\.[A-Za-z+]{1,6}\b")
_NUMBER = re.compile(r"[ \t]*(\d{1,7})(?=\D)")
_MOST_PARSED = 2_000_000  # characters; a syntax tree takes about twelve times its text in memory
_MOST_LOST = 0.3  # of the rows outside any item of the language: then it is no text of that language


class CodeCompressor:
    """Source text in nine languages by their grammars, in others by lines."""

    name = "code"

    def confidence(self, text: str, hints: Hints) -> float:
        """How surely `text` is source code."""
        return confidence_of(text, hints.path) if hints.mime != "text/markdown" else 0.0

    def compress(self, text: str, ask: Ask) -> Compressed:
        """Fold bodies, or factor blank runs where that is enough."""
        factored = factor_blanks(text)
        if factored is not None and (len(factored) <= ask.target_chars or not ask.may_omit):
            return lossless(text, factored, ask, units)
        if not ask.may_omit or len(text) <= ask.target_chars:
            return verbatim(text)
        plain = strip_numbers(text)
        source = text if plain is None else plain
        language = detect(source, ask.hints.path or _path_in(ask.query.text))
        done = None
        if language is not None and language.module and len(source) <= _MOST_PARSED and not is_unlined(source):
            done = _by_outline(language, text, source, ask)
        return done or compress_lines(text, source, language, ask)

    def decode(self, text: str) -> str | None:
        """Put blank runs back."""
        return restore_blanks(text)


def _by_outline(language: Language, text: str, source: str, ask: Ask) -> Compressed | None:
    """The text by its syntax tree; None when it is hardly of that language."""
    starts = line_starts(text)
    code = _dedented(source) if language.is_indented else source
    outline = Outline(language, code.split("\n")[: len(starts) - 1], parse(language, code))
    if outline.error_share() > _MOST_LOST:
        return None
    view = View(outline, text, starts)
    target = ask.target_chars * view.total_cost / max(1, len(text))
    choose(view, outline, ask.query, text, starts, target)
    done = view.write(note=_numbering(text) if source is not text else "")
    return done if len(done.text) < len(text) else None


def _numbering(text: str) -> str:
    """What to say of line numbers that a tool wrote into the text, when they do not count its own lines."""
    number = _NUMBER.match(text)
    is_own = number is None or int(number.group(1)) == 1
    return "" if is_own or number is None else f"lines counted in this text, its first is numbered {number.group(1)}"


def _path_in(query: str) -> str:
    """The last file name in a query; a call's arguments are part of it."""
    found = _PATH.findall(query[-2000:])
    return found[-1] if found else ""


def _dedented(source: str) -> str:
    """Source without the indentation that all its lines share: part of a file, shown as it stood there."""
    first = next((line for line in source.split("\n") if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip())]
    if not indent:
        return source
    lines = source.split("\n")
    if any(line.strip() and not line.startswith(indent) for line in lines):
        return source
    return "\n".join(line[len(indent) :] for line in lines)
