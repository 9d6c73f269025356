"""How a table is written: finds the format of a text from a sample of its lines.

It reads no table (`table_grid` does) and judges no values.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import median

from headroom_jupyter.compressors.base import Hints

__all__ = [
    "LS_NAMES",
    "RECORD",
    "RULE_CHARS",
    "Shape",
    "bar_cells",
    "borders",
    "detect",
    "header_names",
    "is_number",
    "is_rule",
    "slices",
    "split_fields",
]

_WORDS = re.compile(r"\S+")
_BARS = re.compile(r"(?<!\\)[|│┃║┆]")
_BARRED = re.compile(r"[|│┃║┆+┼╪]")
_LS = re.compile(r"[-dlbcps][-rwxsStT]{9}[.+@]? +\d+ +\S+ +\S+ +\d[\d,.]*(?:[KMGT]| +\d+)? +\S+ +\S+ +\S+ ")
_STAMP = re.compile(r"\W?(?:\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:|\d\d:\d\d:\d\d|[A-Z][a-z]{2} +\d+ \d\d:\d\d:\d\d)")
_WIDE = re.compile(r"\s{2,}")
_MILLIS = re.compile(r"[^,]*\d:\d\d,\d{3}\b(?!,)")
_ONELINE = re.compile(r"[0-9a-f]{7,12} \S")
RECORD = re.compile(r"(?:-\[ RECORD \d+ \][-+]*|\*{5,} \d+\. row \*{5,})\s*$")
_NOTE = re.compile(r"\[\d+ rows x \d+ columns\]|shape: \(\d[\d_,]*, \d+\)|\(\d+ rows?\)|\d+ rows? in set")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\Z")
LS_NAMES = ("mode", "links", "owner", "group", "size", "modified", "name")
RULE_CHARS = "-=─━═ \t|+:┄┼╪┌┐└┘├┤┬┴╞╡╔╗╚╝╠╣╦╩╬╭╮╰╯┏┓┗┛┳┻┡┩╇╈│┃║┆*"
_FILL = "-=─━═"

_LEAST_RECORDS = 2
_MOST_TITLE = 12  # lines that may stand above the names
_SAMPLED = 200  # lines that decide on column borders


@dataclass(frozen=True, slots=True)
class Shape:
    """A format: how lines become cells, and how sure that is (0 to 1).

    `form` is "delimited", "bars" (Markdown, psql, box-drawn), "fixed" (by character position), "words", or "records"
    (a line for each field of a row, as psql and MySQL write wide rows).
    """

    form: str
    count: int
    confidence: float
    delimiter: str = ""
    starts: tuple[int, ...] = ()
    names: tuple[str, ...] = ()


def is_number(cell: str) -> bool:
    """Whether a cell is a plain number.

    >>> is_number("-1.5e3"), is_number("1_000"), is_number("nan")
    (True, False, False)
    """
    return _NUMBER.match(cell) is not None


def is_rule(line: str) -> bool:
    """Whether a line only draws: dashes, crossings, bars.

    >>> is_rule("|---|:--:|"), is_rule("+++-====-==="), is_rule("- a")
    (True, True, False)
    """
    return any(mark * 2 in line for mark in _FILL) and not line.strip(RULE_CHARS + "\r")


def split_fields(record: str, delimiter: str) -> list[str]:
    """The raw fields of a record, quotes kept: joined by `delimiter` they are the record again.

    >>> split_fields('1,"a, b",', ",")
    ['1', '"a, b"', '']
    """
    pieces = record.split(delimiter)
    if '"' not in record:
        return pieces
    fields: list[str] = []
    start, is_open = 0, False
    for number, piece in enumerate(pieces):
        if is_open or piece.startswith('"'):
            is_open ^= piece.count('"') % 2 == 1
        if not is_open:
            fields.append(piece if start == number else delimiter.join(pieces[start : number + 1]))
            start = number + 1
    return fields + pieces[start:]


def bar_cells(line: str) -> list[str]:
    """The cells of a line drawn with bars, outer bars and padding dropped.

    >>> bar_cells("| a | b \\\\| c |"), bar_cells(" 1 | x")
    (['a', 'b \\\\| c'], ['1', 'x'])
    """
    body = line.strip()
    cells = _BARS.split(body) if "\\" in body or not ("|" in body and body.isascii()) else body.split("|")
    if len(cells) > 1 and not cells[0]:
        del cells[0]
        if len(cells) > 1 and not cells[-1]:
            del cells[-1]
    return [cell.strip() for cell in cells]


def detect(lines: Sequence[str], hints: Hints) -> Shape | None:
    """The format of a table from a sample of its lines, None if they make no table."""
    full = [line.rstrip("\r") for line in lines if line and not line.isspace()]
    while len(full) > 3 and full[0][0] == "#":
        del full[0]
    if len(full) < 3 or max(map(len, full)) > 100_000:
        return None
    if sum(line.lstrip()[:1] in "{[<" for line in full[1:]) > 0.3 * len(full):
        return None
    if sum(RECORD.match(line) is not None for line in full) >= _LEAST_RECORDS:
        return Shape("records", 2, 0.96, "|" if RECORD.match(full[0]) and full[0][0] == "-" else ":")
    found = [shape for shape in (_bars(full), _delimited(full, hints), _columns(full)) if shape is not None]
    return max(found, key=lambda shape: shape.confidence, default=None)


def _bars(full: Sequence[str]) -> Shape | None:
    barred = [line for line in full if _BARRED.search(line)]
    if len(barred) < 0.3 * len(full):
        return None  # told cheaply of most texts that are no table
    rules = [line for line in full if is_rule(line)]
    ruled = any(_BARS.search(line.replace("+", "|").replace("┼", "|").replace("╪", "|")) for line in rules)
    cells = [len(bar_cells(line)) for line in barred if _BARS.search(line) and not is_rule(line)]
    if len(cells) < 2 or len(cells) + len(rules) < 0.7 * len(full):
        return None
    count, hits = Counter(cells).most_common(1)[0]
    share = hits / len(cells)
    if count < 2 or share < 0.8 or (not ruled and (count < 3 or _share_stamped(full) > 0.3)):
        return None
    return Shape("bars", count, (0.95 if ruled else 0.65) * share)


def _delimited(full: Sequence[str], hints: Hints) -> Shape | None:
    hinted = hints.path.lower().endswith((".csv", ".tsv", ".tab", ".psv")) or hints.mime.startswith("text/csv")
    hinted = hinted or hints.mime.startswith("text/tab")
    best: Shape | None = None
    for delimiter, base in (("\t", 0.9), (",", 0.86), (";", 0.86), ("|", 0.8), (":", 0.65)):
        holding = [line for line in full[:300] if delimiter in line]
        if len(holding) < 0.5 * len(full[:300]) or (delimiter == ":" and _share_stamped(full) > 0.3):
            continue
        records = [split_fields(line, delimiter) for line in holding]
        shape = _by_delimiter(full[:300], records, delimiter, base, is_hinted=hinted)
        if shape is not None and (best is None or (shape.confidence, shape.count) > (best.confidence, best.count)):
            best = shape
    return best


def _by_delimiter(
    full: Sequence[str], records: Sequence[list[str]], delimiter: str, base: float, *, is_hinted: bool
) -> Shape | None:
    (count, hits), *others = Counter(map(len, records)).most_common(2)
    if delimiter == "\t" and others and min(count, others[0][0]) > 1:
        count, hits = max(count, others[0][0]), hits + others[0][1]  # a last column that is often left out
    share = hits / len(full)
    fitting = [record for record in records if len(record) == count]
    if count < (4 if delimiter == ":" else 2) or share < (0.6 if is_hinted or delimiter == "\t" else 0.8):
        return None
    if not is_hinted and _is_text(fitting, delimiter, share):
        return None
    # Lines of prose or code hold no two tabs: a ragged table of them is still one.
    sure = base * (max(share, 0.8) if delimiter == "\t" and count > 2 else share) - (0.2 if count == 2 else 0.0)
    if header_names(fitting[0], fitting[1:40], False):
        sure += 0.08
    return Shape("delimited", count, max(sure, 0.97) if is_hinted else min(sure + 0.02, 0.96), delimiter)


def _is_text(records: Sequence[list[str]], delimiter: str, share: float) -> bool:
    """Whether lines that happen to hold equally many delimiters are prose, code or a log."""
    size = len(records)
    count = len(records[0])
    if sum(record[0][:1] in " \t" and record[0].strip() != "" for record in records) > 0.3 * size:
        return True
    if delimiter == "\t" and sum(not record[0] for record in records) > 0.5 * size:
        return True
    if delimiter in ",;" and (count <= 3 and share < 0.9 or all(not record[-1].strip() for record in records)):
        return True
    if delimiter == "," and sum(_MILLIS.match(",".join(record[:2])) is not None for record in records) > 0.5 * size:
        return True
    # A quoted cell may hold any text: that it is quoted says that it is a cell.
    words = sum(cell.count(" ") for record in records for cell in record if cell[:1] != '"') / (size * count)
    spaced = sum(cell[:1] == " " for record in records for cell in record[1:]) / (size * (count - 1))
    numeric = any(sum(map(is_number, map(str.strip, column))) > 0.5 * size for column in zip(*records, strict=True))
    if delimiter in ",;" and not numeric and spaced > 0.6 and words > 1.3:
        return True
    return words > 8 or (count <= 3 and delimiter in ",;" and (words > 4 or (spaced > 0.6 and words > 2)))


def _columns(full: Sequence[str]) -> Shape | None:
    listed = sum(_LS.match(line) is not None for line in full)
    if listed >= 0.7 * len(full):
        wide = median(len(line.split(None, 8)) for line in full)
        return Shape("words", 9, 0.95, names=LS_NAMES) if wide == 9 else None
    if _share_stamped(full) > 0.3:
        return None
    if sum(_ONELINE.match(line) is not None for line in full) > 0.95 * len(full) and len(full) >= 5:
        return Shape("words", 2, 0.75, names=("hash", "subject"))
    at = next((i for i, line in enumerate(full[:15]) if i and is_rule(line) and not _BARS.search(line)), None)
    if at is not None and len(full) - at > 3:
        shape = _ruled(full, at)
        if shape is not None:
            return shape
    return _headed(full) or _aligned(full) or _worded(full)


def _headed(full: Sequence[str]) -> Shape | None:
    """A line of names over lines of as many words, mostly numbers, and anything in the last column."""
    best: Shape | None = None
    for at, line in enumerate(full[:_MOST_TITLE]):
        names = line.split()
        count = len(names)
        if not 4 <= count <= 20 or any(map(is_number, names)) or not all(name[0].isalpha() for name in names):
            continue
        below = full[at + 1].split(None, count - 1) if at + 1 < len(full) else []
        if len(below) != count or 2 * sum(map(is_number, below)) < count - 1:
            continue
        rows = [row.split(None, count - 1) for row in full[at + 1 :]]
        fitting = [row for row in rows if len(row) == count]
        if len(rows) < 4 or len(fitting) < 0.9 * len(rows):
            continue
        numeric = sum(is_number(cell) for row in fitting for cell in row[:-1])
        if numeric >= 0.6 * len(fitting) * (count - 1) and (best is None or count > best.count):
            best = Shape("words", count, 0.88, names=tuple(names))
    return best


def _worded(full: Sequence[str]) -> Shape | None:
    """Lines of equally many words, or more in the last column, with no padding."""
    counts = Counter(len(line.split()) for line in full)
    count, hits = counts.most_common(1)[0]
    fewer = sum(number for words, number in counts.items() if words < count)
    if count < 3 or count > 12 or hits < 0.75 * len(full) or fewer > 0.05 * len(full) or len(full) < 8:
        return None
    return Shape("words", count, 0.45) if not any(line[0] == " " for line in full) else None


def _ruled(full: Sequence[str], at: int) -> Shape | None:
    """Borders taken from a rule under the header."""
    rule, rows = full[at], [line for line in full[at + 1 :] if not is_rule(line)]
    fill = max(_FILL, key=rule.count)
    starts = [match.start() for match in re.finditer(f"{re.escape(fill)}+", rule)]
    if starts and starts[0] > 1 and sum(line[: starts[0]].strip() != "" for line in rows) > len(rows) / 2:
        starts.insert(0, 0)
    fits = sum(_fits(line, starts) for line in rows)
    if len(starts) < 2 or len(rows) < 3 or fits < 0.8 * len(rows):
        return None
    return Shape("fixed", len(starts), 0.93, starts=tuple(starts))


def _aligned(full: Sequence[str]) -> Shape | None:
    """Borders at the character positions that are blank in every line."""
    middle = median(len(line.split()) for line in full)
    body = [line for line in full if len(line.split()) * 2 > middle and not _NOTE.match(line.strip())]
    starts = borders(body)
    header = full[0] if full[0] in body else body[0] if body else ""
    capitals = header == header.upper() and any(map(str.isalpha, header)) and len(header.split()) >= 3
    capitals = capitals and sum(line == line.upper() for line in body) < 0.5 * len(body)
    words = header.split()
    named = _under(header, starts) if starts else ()
    titles = len(_WIDE.split(header.strip()))
    if capitals and len(named) not in (len(words), titles) and all(len(line.split()) >= len(words) for line in body):
        return Shape("words", len(words), 0.9 if len(words) >= 4 else 0.6, names=tuple(words))
    if len(starts) < 2 or len(body) < 4 or len(starts) > 0.7 * max(map(len, body)):
        return None
    noted = any(_NOTE.match(line.strip()) for line in full[-3:])
    if noted or (header[:2] == "  " and _indexed(body[1:], starts)):
        return Shape("fixed", len(starts), 0.95, starts=starts)
    gaps = sum(line.count("  ") > 0 for line in body) / len(body)
    if capitals and gaps > 0.3 and len(named) > 2:
        return Shape("fixed", len(named), 0.92, starts=named)
    if gaps < 0.6 or len(body) < 8 or len(starts) < 3:
        return None
    opened = {line.split(None, 1)[0] for line in body}
    if len(opened) == 1 and any(word.endswith(":") for word in body[0].split()[:2]):
        return Shape("fixed", len(starts), 0.6, starts=starts)  # every line begins with one name: more of a log
    if len(named) > 1 and header_names(slices(header, named), [slices(line, named) for line in body[1:40]], True):
        return Shape("fixed", len(named), 0.85, starts=named)
    is_indented = sum(line[0] == " " for line in body) / len(body) > 0.3
    return Shape("fixed", len(starts), 0.45 if is_indented else 0.62, starts=starts)


def _under(header: str, starts: Sequence[int]) -> tuple[int, ...]:
    """The borders of columns that have a name in the header."""
    cells = slices(header, starts)
    return tuple(start for start, cell in zip(starts, cells, strict=True) if cell or start == starts[0])


def _indexed(rows: Sequence[str], starts: Sequence[int]) -> bool:
    """Whether rows begin with an index at the margin, as pandas writes them."""
    fitting = sum(_fits(line, starts) and line[:1] != " " for line in rows)
    numbers = sum(is_number(line.split()[-1]) or is_number(line.split()[0]) for line in rows)
    return fitting > 0.8 * len(rows) and numbers > 0.8 * len(rows)


def borders(body: Sequence[str]) -> tuple[int, ...]:
    """Where columns start: after positions blank in (nearly) all lines, while a third of the lines last."""
    lines = body[:_SAMPLED]
    if not lines:
        return ()
    width = min(max(map(len, lines)), 1000)
    delta = [0] * (width + 2)
    ended = [0] * (width + 2)
    for line in lines:
        ended[min(len(line.rstrip()), width)] += 1
        for match in _WORDS.finditer(line, 0, width):
            delta[match.start()] += 1
            delta[match.end()] -= 1
    least_gap = 2 if len(lines) < 12 else 1
    starts: list[int] = []
    gap = least_gap
    for at, (cover, gone) in enumerate(zip(accumulate(delta), accumulate(ended), strict=False)):
        if gone > len(lines) * 0.67:
            break
        if cover <= len(lines) // 100:
            gap += 1
        elif gap >= least_gap:
            starts.append(at)
            gap = 0
        else:
            gap = 0
    return tuple(starts)


def _fits(line: str, starts: Sequence[int]) -> bool:
    return all(line[start - 1 : start] in " │|" for start in starts if start)


def slices(line: str, starts: Sequence[int]) -> list[str]:
    """The cells of a line with columns at `starts`, the first reaching back to the margin."""
    return [line[a:b].strip() for a, b in zip((0, *starts[1:]), (*starts[1:], None), strict=False)]


def _share_stamped(full: Sequence[str]) -> float:
    return sum(_STAMP.match(line) is not None for line in full) / len(full)


def header_names(first: Sequence[str], rest: Sequence[Sequence[str]], is_padded: bool) -> tuple[str, ...]:
    """The names if the first record is a header, else ()."""
    cells = [cell.strip().strip('"') for cell in first]
    if not rest or any(map(is_number, cells)) or sum(map(bool, cells)) < (1 if is_padded else len(cells) - 1):
        return ()
    if cells[0].startswith("..."):
        return ()
    numeric = text = 0
    for name, column in zip(cells, zip(*rest, strict=False), strict=False):
        values = [cell.strip().strip('"') for cell in column]
        if name and sum(map(is_number, values)) > 0.7 * len(values):
            numeric += 1
        elif name in values:
            text -= 1
        elif name:
            text += 1
    is_header = numeric > 0 or (text == len(cells) and len(set(cells)) == len(cells) and max(map(len, cells)) < 50)
    return tuple(cells) if is_header else ()
