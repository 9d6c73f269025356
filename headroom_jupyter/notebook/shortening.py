"""Makes one piece of a notebook fit a number of tokens, by its own kind, or by its two ends where no kind helps."""

from __future__ import annotations

from dataclasses import dataclass

from headroom_jupyter.ccr.marker import Marker, in_words, scan
from headroom_jupyter.notebook.keep import missing_lines
from headroom_jupyter.notebook.options import Options
from headroom_jupyter.notebook.pieces import Piece, ended, line_count
from headroom_jupyter.notebook.report import State
from headroom_jupyter.results import TextResult
from headroom_jupyter.texts import compress_text

__all__ = ["Shown", "left_out", "shortened", "whole"]

_LONG = 2_000  # characters of a line; a text of such lines is cut by characters
_TRIES = (0.9, 0.7, 0.5, 0.3)


@dataclass(frozen=True, slots=True)
class Shown:
    """What stands for a piece. `refs` are those of its markers; `needs_put`: its original is not stored yet."""

    text: str
    tokens: int
    state: State
    refs: tuple[str, ...] = ()
    needs_put: bool = False


def whole(piece: Piece) -> Shown:
    """The piece as it is; of a picture, its note."""
    if piece.data:
        return Shown(piece.text, piece.tokens, "left out", (piece.ref,), needs_put=True)
    return Shown(piece.text, piece.tokens, "whole")


def left_out(piece: Piece) -> Shown:
    """What names the piece in its place; a piece that costs no more is shown."""
    if piece.data or piece.least == piece.text:
        return whole(piece)
    return Shown(piece.least, piece.least_tokens, "left out", (piece.ref,), needs_put=True)


def shortened(piece: Piece, most: int, options: Options) -> Shown | None:
    """The piece in at most `most` tokens; None where nothing is gained over leaving it out."""
    tokens = options.tokenizer
    note = f"[{piece.must_say}]\n" if piece.must_say and piece.name == "source" else ""
    room = most - tokens.count(note) - (tokens.count(piece.kept) if piece.kept else 0)
    if room < 1:
        return None
    made = _by_kind(piece, room, options) or _ends(piece, room, options)
    if made is None:
        return None
    text = made.text
    if piece.name == "error" and piece.must_say and piece.must_say not in text:
        text = f"{piece.must_say}\n{text}"
    text = ended(note + text)
    if options.pattern is not None:
        text += missing_lines(piece.text, text, options.pattern)
    count = tokens.count(text)
    is_gain = piece.least_tokens < count <= most
    return Shown(text, count, "shortened", made.refs, made.needs_put) if is_gain else None


def _by_kind(piece: Piece, room: int, options: Options) -> Shown | None:
    """What the engine makes of it, or the twin that was made beforehand."""
    if not options.retrieval and any(scan(piece.text)):
        return None  # its own markers would be taken for gaps
    if piece.twin is not None and piece.twin.tokens_after <= room and options.level != "lossless":
        return _said(piece.twin, options)
    result = compress_text(
        piece.text,
        query=options.asked,
        path=piece.path or None,
        mime=piece.mime,
        model=options.model,
        level=options.level,
        budget=room,
        store=options.store,
    )
    if result.fidelity == "verbatim" or result.tokens_after > room:
        return None
    return _said(result, options)


def _said(result: TextResult, options: Options) -> Shown:
    """What the engine made, its gaps as the reader can use them."""
    text = ended(result.text if options.retrieval else in_words(result.text))
    return Shown(text, result.tokens_after, "shortened", result.refs)


def _ends(piece: Piece, room: int, options: Options) -> Shown | None:
    """The first two thirds and the last third of what there is room for, a marker between."""
    if options.level == "lossless":
        return None
    lines = piece.text.split("\n")
    if any(len(line) > _LONG for line in lines):
        units, total, glue, unit = list(piece.text), len(piece.text), "", "chars"
    else:
        total, glue, unit = line_count(piece.text), "\n", "lines"
        units = lines[:total]
    for share in _TRIES:
        count = int(total * share * room / max(1, piece.tokens))
        first, last = count - count // 3, count // 3
        if first < 1 or first + last >= total:
            continue
        marker = options.said(Marker(piece.ref, unit, ((first + 1, total - last),), total))
        text = "\n".join([glue.join(units[:first]), marker, glue.join(units[total - last :]) if last else ""])
        if (tokens := options.tokenizer.count(text)) <= room:
            return Shown(text, tokens, "shortened", (piece.ref,), needs_put=True)
    return None
