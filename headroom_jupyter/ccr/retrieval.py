"""Retrieval by the slice: whole, by address and range, or by query. Nothing here finds or stores an original."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from headroom_jupyter.ccr import address
from headroom_jupyter.ccr.marker import parse_ranges, render_ranges
from headroom_jupyter.ccr.outline import outline_of
from headroom_jupyter.ccr.pages import Book, Piece, is_base64, open_book, open_table
from headroom_jupyter.ccr.search import search
from headroom_jupyter.ccr.snapshot import KIND as TABLE
from headroom_jupyter.ccr.snapshot import rows_of, table_of, text_of
from headroom_jupyter.errors import InputError

__all__ = ["outline", "retrieve_from"]

Count = Callable[[str], int]
_LEAST_TOKENS = 800
_SHARE = 0.10  # of the original; with _LEAST_TOKENS the promise of design §5
_MOST_OF_TABLE = 2000  # tokens; a word that many rows share would bring a tenth of a large table
_COUNTED_CHARS = 300_000  # a longer original is counted by samples
_KEPT_BYTES = 50_000_000  # of a table stored by columns; its text is three times as long
_FIELDS = 6  # short fields of a record that are shown with a hit in it
_BEGINNING_CHARS = 60
_MOST_WINDOWS = 2000  # of one line, gone back over to its beginning
_CONTEXT_CHARS = 200  # a longer line is no context


def retrieve_from(
    data: bytes,
    kind: str,
    *,
    query: str | None = None,
    at: str | None = None,
    lines: str | None = None,
    rows: str | None = None,
    chars: str | None = None,
    max_tokens: int | None = None,
    count: Count,
) -> str:
    """An original, whole or by the slice; the words of a marker are the arguments.

    Args:
        data: The original's bytes.
        kind: What it contains, as the store says; "" if it is not known.
        query: Words to look for in it, or in the slice that the other arguments name.
        at: The part to look in.
        lines: Ranges of lines, from 1.
        rows: Ranges of elements, entries, values or table rows, from 1.
        chars: Ranges of characters, from 1.
        max_tokens: Most tokens of the answer; by default no limit without a query, and with one the larger of 800
            tokens and 10 % of the original.
        count: Tokens of a text.

    Returns:
        The slice as it stands in the original; with a query, excerpts in its order, each under a line in brackets that
        says where it stands, or an outline when nothing matches.

    Raises:
        InputError: the original is no text.
        MarkerError: an address or a range is malformed, or outside the original.
    """
    ranges = {"lines": lines, "rows": rows, "chars": chars}
    named = [f"{unit} {render_ranges(parse_ranges(str(value)))}" for unit, value in ranges.items() if value is not None]
    at = " ".join([at.strip(), *named] if at else named)
    book: Book | None = None
    if kind == TABLE and at.startswith("rows "):
        text = part = rows_of(data, parse_ranges(at[5:]))
    elif kind == TABLE and query and not at:
        head, book = _table(data)
        text = part = head + book.text
    else:
        text = _text(data, kind)
        part = address.resolve(text, at)
    if query is None or not query.strip():
        return part if max_tokens is None else _cut(part, max_tokens, count)
    limit = max_tokens or max(_LEAST_TOKENS, int(_SHARE * _estimate(text, count)))
    limit = min(limit, _MOST_OF_TABLE) if kind == TABLE and max_tokens is None else limit
    kind = "" if at else kind
    return _answer(book or open_book(part, kind, at), query, limit, count) or outline(
        part, kind, query=query, max_tokens=min(limit, _LEAST_TOKENS), count=count
    )


def outline(text: str, kind: str, *, query: str = "", max_tokens: int = _LEAST_TOKENS, count: Count) -> str:
    """What an original contains, in at most `max_tokens`: its size, its keys, headings, cells or lines."""
    miss = f"nothing in the original matches {query[:80]!r}; " if query else ""
    head = f"[{miss}outline of {len(text):,} characters, about {_estimate(text, count):,} tokens]\n"
    shown = outline_of(text, kind)
    while shown and count(head + "\n".join(shown)) > max_tokens:
        if shown[0].startswith("$") or len(shown) < 5:
            shown = shown[: len(shown) * 4 // 5]
        else:
            shown = [line for number, line in enumerate(shown, 1) if number % 5]
    return head + "\n".join(shown)


def _text(data: bytes, kind: str) -> str:
    if kind != "image" and not kind.startswith("image/"):
        try:
            return text_of(data)
        except UnicodeDecodeError:
            pass
    raise InputError(f"the original is no text ({kind or 'binary'}, {len(data):,} bytes); original() gives its bytes")


@lru_cache(maxsize=1)
def _kept_table(data: bytes) -> tuple[str, Book]:
    """The table that was asked about last: writing the text of one with 100,000 rows takes most of a second."""
    head, rows = table_of(data)
    return head, open_table(rows)


def _table(data: bytes) -> tuple[str, Book]:
    """The lines before a table's rows, and the rows."""
    return (_kept_table if len(data) <= _KEPT_BYTES else _kept_table.__wrapped__)(data)


def _estimate(text: str, count: Count) -> int:
    """Tokens of a text, exact for one of ordinary length."""
    if len(text) <= _COUNTED_CHARS:
        return count(text)
    size = 20_000
    step = (len(text) - size) // 4
    samples = [text[start : start + size] for start in range(0, len(text) - size + 1, max(1, step))]
    # 5 % less than the samples say, so that a slice stays within its share
    return int(0.95 * sum(map(count, samples)) * len(text) / (size * len(samples)))


def _cut(text: str, limit: int, count: Count) -> str:
    """The beginning of a text within a limit, and a line that says where it was cut."""
    if count(text) <= limit:
        return text
    size = int(len(text) * limit / max(1, count(text)))
    while size > 0:
        shown = text[:size]
        shown = shown[: shown.rfind("\n") + 1] or shown
        note = f"[cut after {len(shown):,} of {len(text):,} characters; ask for a range of chars, or with query=]"
        if count(shown + note) <= limit:
            return shown + note
        size = int(size * 0.9)
    return text[: max(1, limit)] if count(text[: max(1, limit)]) <= limit else ""


def _answer(book: Book, query: str, limit: int, count: Count) -> str:
    """Excerpts for a query within a limit, "" when nothing matches."""
    order = search(book, query)
    if not order:
        return ""
    rate = 3.2  # characters a token, corrected by what the first try costs
    shown = ""
    for _ in range(6):
        chosen = _within(book, order, limit * rate)
        shown = _rendered(book, chosen, more=len(order) - sum(index in chosen for index in order))
        tokens = count(shown)
        if tokens <= limit:
            return shown
        rate *= 0.92 * limit / tokens
    return _cut(shown, limit, count)


def _within(book: Book, order: Sequence[int], budget: float) -> set[int]:
    """The best pieces that fit, each with its context if that fits too."""
    chosen: set[int] = set()
    for number, index in enumerate(order):
        wanted = [index] if index not in chosen else []
        cost = sum(len(book.texts[i]) for i in wanted) + (0 if index - 1 in chosen or index + 1 in chosen else 40)
        if cost > budget and number:
            continue
        chosen.update(wanted)
        budget -= cost
        for other in _context(book, index):
            if other not in chosen and len(book.texts[other]) < budget * 0.25:
                chosen.add(other)
                budget -= len(book.texts[other])
        if budget < 30:
            break
    return chosen


def _context(book: Book, index: int) -> Iterable[int]:
    """Short lines around a line; what a large entry begins with; the short fields of the record a field belongs to."""
    piece = book.pieces[index]
    if index in book.heads:
        reach: Iterable[int] = range(index + 1, min(index + 6, len(book.pieces)))
    else:
        is_line = book.pages[piece.page].unit == "lines" and piece.chars is None
        near = range(max(0, index - 1), min(index + 3, len(book.pieces))) if is_line else ()
        reach = [other for other in near if book.pieces[other].page == piece.page]
        reach += book.record(piece.page)[:_FIELDS]
    return [i for i in reach if len(book.texts[i]) < _CONTEXT_CHARS and not is_base64(book.texts[i])]


def _rendered(book: Book, chosen: set[int], *, more: int) -> str:
    out: list[str] = []
    run: list[int] = []
    for index in sorted(chosen):
        if run and not _follows(book.pieces[run[-1]], book.pieces[index]):
            out.append(_excerpt(book, run))
            run = []
        run.append(index)
    out.append(_excerpt(book, run))
    if more > 0:
        out.append(f"[{more:,} more matches; narrow the query or raise max_tokens]\n")
    return "".join(out)


def _follows(one: Piece, other: Piece) -> bool:
    if one.page != other.page or (one.chars is None) != (other.chars is None):
        return False
    if one.chars is not None and other.chars is not None:
        return other.chars[0] == one.chars[1] + 1
    return other.first - one.last <= 1


def _excerpt(book: Book, run: Sequence[int]) -> str:
    first, last = book.pieces[run[0]], book.pieces[run[-1]]
    page = book.pages[first.page]
    body = "".join(book.texts[index] for index in run)
    ends = "" if body.endswith("\n") else "\n"
    if first.chars and last.chars:
        where = f"chars {_span(first.chars[0], last.chars[1])} of {page.size}"
        if page.total > 1:
            where += f", line {first.first}{_beginning(book, run[0])}"
    else:
        where = f"{page.unit} {_span(first.first, last.last)} of {page.total}"
    return f"[{where}{f' at {page.at}' if page.at else ''}]\n{body}{ends}"


def _beginning(book: Book, index: int) -> str:
    """How the line begins that a window is cut from, unless the window begins it or it says nothing."""
    start = index
    while start and book.pieces[start - 1][:2] == book.pieces[index][:2] and index - start < _MOST_WINDOWS:
        start -= 1
    words = book.texts[start][:_BEGINNING_CHARS].strip()
    is_plain = start != index and index - start < _MOST_WINDOWS and not is_base64(book.texts[start])
    return f": {words}…" if is_plain else ""


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"
