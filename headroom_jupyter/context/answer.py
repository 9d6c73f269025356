"""The answer to a page that asked for rows: some of them, their sums, and the text of all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from headroom_jupyter.ccr.store import Store
from headroom_jupyter.context.asking import Asked
from headroom_jupyter.context.cells import Part
from headroom_jupyter.context.remembered import RowMemory
from headroom_jupyter.context.rows import Row, rows_of

__all__ = ["answer", "composed", "text_page"]

_SHOWN = 150_000  # characters of previews in one answer; the limit that it tells is then smaller than the one asked for
_WORK = 400_000  # characters that are compressed for one answer, about: half a second
_REST = 300  # characters of a row beside its preview, about
_PAGE = 250_000  # UTF-16 units of a text in one answer
_MARKS = "<<ccr:REF …>> marks what is left out; headroom_retrieve brings it back"


def answer(parts: Sequence[Part], asked: Asked, store: Store, memory: RowMemory | None = None) -> dict[str, Any]:
    """Rows and what goes with them, as JSON.

    Without a budget, and when the text of all is not asked for, only the rows of the page are made, and no more of them
    than take half a second or so. `memory` has rows that need not be made again.

    Raises:
        StoreError: the store cannot be read.
    """
    page = slice(asked.offset, asked.offset + asked.limit)
    memory = memory or RowMemory()
    memory.keep(parts)
    text, tokens = "", None
    if asked.budget is None and asked.compose is None:
        made = (row for part in parts[page] for row in rows_of([part], asked, store, memory.row))
        shown = _fitting(made, asked.preview, memory)
    else:
        # A text that is given out counts as a use of its originals; what is only looked at does not.
        all_ = rows_of(parts, asked, store, memory.row if asked.compose is None else None)
        shown = _fitting(all_[page], asked.preview, None)
        text = composed([row for row in all_ if row.is_included])
        tokens = asked.tokenizer.count(text)
    return {
        "model": asked.model,
        "is_estimate": not asked.tokenizer.is_exact,
        "totals": _totals(shown, asked, tokens),
        "offset": asked.offset,
        "limit": min(asked.limit, max(1, len(shown))),
        "total": len(parts),
        "rows": [row.json(asked.preview) for row in shown],
        "text": None if asked.compose is None else text_page(text, asked.compose),
    }


def _fitting(rows: Iterable[Row], preview: int, memory: RowMemory | None) -> list[Row]:
    """As many as one answer holds, one at least; no more of them are made."""
    out: list[Row] = []
    size, start = 0, memory.made_chars if memory else 0
    for row in rows:
        out.append(row)
        size += min(len(row.text), preview) + _REST
        if size > _SHOWN or (memory and memory.made_chars - start > _WORK):
            break
    return out


def composed(rows: Sequence[Row]) -> str:
    """The text of rows, each under its title, as a model is to get it."""
    out = [f"{_MARKS}\n"] if any(row.ref for row in rows) else []
    for row in rows:
        out.append(f"\n## {row.part.title}\n{row.text}")
        if not row.text.endswith("\n"):
            out.append("\n")
    return "".join(out)


def text_page(text: str, offset: int, limit: int = _PAGE) -> dict[str, Any]:
    """A page of a text; offsets are UTF-16 units, and no character is cut.

    >>> text_page("a😀b", 0, 2)
    {'offset': 0, 'total': 4, 'text': 'a', 'next': 1}
    >>> text_page("a😀b", 1, 2)
    {'offset': 1, 'total': 4, 'text': '😀', 'next': 3}
    """
    if text.isascii():
        total, piece = len(text), text[offset : offset + limit]
        end = offset + len(piece)
    else:
        data = text.encode("utf-16-le", "surrogatepass")
        total = len(data) // 2
        start, end = _boundary(data, offset), _boundary(data, min(total, offset + max(2, limit)))
        offset, piece = start, data[2 * start : 2 * end].decode("utf-16-le", "surrogatepass")
    return {"offset": offset, "total": total, "text": piece, "next": end if end < total else None}


def _boundary(data: bytes, unit: int) -> int:
    """A unit at which a text may be cut: not between the two of one character."""
    unit = min(unit, len(data) // 2)
    if 0 < unit < len(data) // 2:
        before, here = (int.from_bytes(data[2 * at : 2 * at + 2], "little") for at in (unit - 1, unit))
        if 0xD800 <= before < 0xDC00 <= here < 0xE000:
            return unit - 1
    return unit


def _totals(rows: Sequence[Row], asked: Asked, tokens: int | None) -> dict[str, Any]:
    included = [row for row in rows if row.is_included]
    before, after = sum(row.tokens_before for row in included), sum(row.tokens_after for row in included)
    return {
        "rows": len(rows),
        "tokens_before": before,
        "tokens_after": after,
        "tokens_composed": tokens,
        "saved_fraction": round(1 - after / before, 4) if before else 0.0,
        "is_estimate": any(row.is_estimate for row in rows),
        "budget": asked.budget,
        "budget_met": None if asked.budget is None or tokens is None else tokens <= asked.budget,
    }
