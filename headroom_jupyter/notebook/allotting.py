"""Shares the tokens of a budget out among the pieces of a notebook: what matters and what is short comes in whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from headroom_jupyter.notebook.options import Options
from headroom_jupyter.notebook.pieces import Piece
from headroom_jupyter.notebook.shortening import Shown, left_out, shortened, whole
from headroom_jupyter.selection import shares

__all__ = ["allot"]

_LEAST_SHORT = 60  # tokens; a piece with less is better left out as a whole


@dataclass
class _Pool:
    """What is left over by pieces that needed less than their share."""

    tokens: int = 0
    shown: dict[int, Shown] = field(default_factory=dict)


def allot(pieces: Sequence[Piece], indices: Sequence[int], free: int, options: Options) -> dict[int, Shown]:
    """What becomes of each piece.

    Args:
        pieces: All of them.
        indices: Those to decide on.
        free: Tokens beyond what it costs to leave all of them out.
        options: The question, the model, the store.
    """
    extra = {i: pieces[i].tokens - pieces[i].least_tokens for i in indices if not pieces[i].data}
    extra = {i: cost for i, cost in extra.items() if cost > 0}
    given = shares(extra, {i: pieces[i].weight for i in extra}, max(0, free))
    pool = _Pool(shown={i: left_out(pieces[i]) for i in indices})
    for index in sorted(extra, key=lambda i: extra[i] / pieces[i].weight):
        _decide(pieces[index], index, given[index], pool, options)
    _use_up(pieces, extra, pool)
    return pool.shown


def _decide(piece: Piece, index: int, given: int, pool: _Pool, options: Options) -> None:
    allowed = given + pool.tokens
    extra = piece.tokens - piece.least_tokens
    found: Shown | None = None
    if allowed >= extra:
        found = whole(piece)
    elif allowed + piece.least_tokens >= _LEAST_SHORT:
        found = shortened(piece, allowed + piece.least_tokens, options)
    if found is not None:
        pool.shown[index] = found
        allowed -= found.tokens - piece.least_tokens
    pool.tokens = max(0, allowed)


def _use_up(pieces: Sequence[Piece], extra: dict[int, int], pool: _Pool) -> None:
    """Show in whole what still fits, the weightiest for its size first."""
    for index in sorted(extra, key=lambda i: -pieces[i].weight / extra[i]):
        more = pieces[index].tokens - pool.shown[index].tokens
        if pool.shown[index].state != "whole" and more <= pool.tokens:
            pool.shown[index] = whole(pieces[index])
            pool.tokens -= max(0, more)
