"""Rows that were made before, for as long as what they were made of is still there."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace

from headroom_jupyter.ccr.store import Store
from headroom_jupyter.context.asking import Asked
from headroom_jupyter.context.cells import Part
from headroom_jupyter.context.rows import Row, make_row
from headroom_jupyter.errors import MissingOriginal

__all__ = ["RowMemory"]

_VERSIONS = 20  # of each part's row: other questions, models, budgets


class RowMemory:
    """Rows by what they depend on; `made_chars` counts the characters of those that had to be made."""

    def __init__(self) -> None:
        self._rows: dict[tuple[Hashable, Hashable], Row] = {}
        self.made_chars = 0

    def keep(self, parts: Sequence[Part]) -> None:
        """Let go what belongs to none of these."""
        there = {_content(part) for part in parts}
        kept = [(key, row) for key, row in self._rows.items() if key[0] in there]
        self._rows = dict(kept[-_VERSIONS * len(parts) :])

    def row(self, part: Part, asked: Asked, store: Store, most: int | None) -> Row:
        """The row of a part, from memory if its original is still stored."""
        own = (asked.pins.get(part.id), part.id in asked.whole, most)
        key = _content(part), (asked.query, asked.model, asked.level, store.project, *own)
        known = self._rows.get(key)
        if known is not None and _is_stored(known, store):
            return replace(known, part=part, is_included=part.id not in asked.exclude)
        row = make_row(part, asked, store, most)
        self.made_chars += len(part.text)
        if not row.error:
            self._rows[key] = row
        return row


def _content(part: Part) -> Hashable:
    """All that a row's text depends on: not the part's place in the notebook."""
    return part.role, part.text, part.path, part.mime, part.note, part.picture, part.masks


def _is_stored(row: Row, store: Store) -> bool:
    try:
        return not row.ref or bool(store.kind(row.ref))
    except MissingOriginal:
        return False
