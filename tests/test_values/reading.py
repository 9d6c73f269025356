"""Reads the text of a compressed table as a stranger would: by its words alone, with no access to the table."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_SHAPE = re.compile(r"([\d,]+) rows? x ([\d,]+) columns?")
_LINE = re.compile(r"(?P<name>[^:\n]+?) (?P<dtype>[\w\[\], ()='<>]+?(?: index)?): (?P<told>.*)")
_COUNTED = re.compile(r'("(?:[^"\\]|\\.)*"|[^,;:]+?) ×([\d,]+)')
_DECODER = json.JSONDecoder()


@dataclass(frozen=True)
class Page:
    """What the text says: the shape, a description of each column, the rows that are shown."""

    shape: tuple[int, int]
    columns: Mapping[str, str]
    dtypes: Mapping[str, str]
    constants: Mapping[str, str]
    names: Sequence[str]
    rows: Mapping[int, Sequence[str]]


def cells(line: str) -> list[str]:
    """The cells of a line, those in quotes read as JSON strings."""
    out, at = [], 0
    while True:
        if line[at : at + 1] == '"':
            text, at = _DECODER.raw_decode(line, at)
        else:
            end = line.find(",", at)
            text, at = (line[at:], len(line)) if end < 0 else (line[at:end], end)
        out.append(text)
        if at >= len(line):
            return out
        at += 1


def read(text: str) -> Page:
    """Take a view apart."""
    lines = text.split("\n")
    found = _SHAPE.search(lines[0])
    assert found, lines[0]
    shape = int(found[1].replace(",", "")), int(found[2].replace(",", ""))
    columns, dtypes, constants = {}, {}, {}
    for line in lines[1:]:
        if line.startswith("constant, the same in all rows: "):
            for name, value, dtype in re.findall(r"(\w+)=(.*?) \(([\w\[\], ()=']+?)\)(?:, |$)", line.split(": ", 1)[1]):
                constants[name], dtypes[name] = value, dtype
        elif line.startswith("missing in all rows: "):
            for name, dtype in re.findall(r"(\w+) \(([\w\[\], ()=']+?)\)(?:, |$)", line.split(": ", 1)[1]):
                columns[name], dtypes[name] = f"{shape[0]} missing", dtype
        elif line.startswith(("row,", "shown rows")):
            break
        elif match := _LINE.fullmatch(line):
            columns[match["name"]], dtypes[match["name"]] = match["told"], match["dtype"]
    body = [line for line in lines if not line.startswith("<<")]
    head = next((at for at, line in enumerate(body) if line.startswith("row,")), len(body) - 1)
    names = cells(body[head])[1:]
    rows = {int(line.split(",", 1)[0]): cells(line)[1:] for line in body[head + 1 :] if line[:1].isdigit()}
    return Page(shape, columns, dtypes, constants, names, rows)


def length(page: Page, *, axis: int) -> int:
    return page.shape[axis]


def dtype(page: Page, *, name: str) -> str:
    return page.dtypes[name]


def missing(page: Page, name: str) -> int:
    found = re.search(r"([\d,]+) missing", page.columns.get(name, ""))
    return int(found[1].replace(",", "")) if found else 0


def end(page: Page, *, name: str, highest: bool) -> float:
    """The least or the greatest value."""
    if name in page.constants:
        return float(page.constants[name])
    told = page.columns[name]
    if re.match(r"\d+ values?: ", told):
        values = sorted(float(value) for value, _ in counts(page, name))
        return values[-1] if highest else values[0]
    low, _, rest = told.partition(" to ")
    return float(re.split(r" \(row| ×|, |; ", rest if highest else low)[0])


def moment(page: Page, *, name: str, last: bool) -> str:
    """The first or the last time."""
    low, _, rest = page.columns[name].partition(" to ")
    return re.split(r", |; ", rest)[0] if last else low


def is_rising(page: Page, *, name: str) -> bool:
    """Whether a column is said to be in order."""
    return ", rising" in page.columns[name]


def counts(page: Page, name: str) -> list[tuple[str, int]]:
    """Values with their counts, in the order in which they are told."""
    told = re.sub(r"^[\d,]+ (?:values?: |different, most often )", "", page.columns[name])
    found = _COUNTED.findall(told)
    return [(_plain(value.strip()), int(number.replace(",", ""))) for value, number in found]


def ranked(page: Page, *, name: str, rank: int) -> str:
    """The commonest value, or one that comes after it."""
    return page.constants[name] if name in page.constants else counts(page, name)[rank][0]


def count_of(page: Page, *, name: str, value: str) -> int:
    """How often a value is there."""
    return page.shape[0] if page.constants.get(name) == value else dict(counts(page, name))[value]


def distinct(page: Page, name: str) -> int | None:
    """How many different values there are."""
    if name in page.constants:
        return 1
    told = page.columns[name]
    if "all different" in told or "rising by" in told:
        return page.shape[0] - missing(page, name)
    found = re.search(r"([\d,]+) (?:different|values?:)", told)
    return int(found[1].replace(",", "")) if found else None


def row_of_end(page: Page, name: str, *, highest: bool) -> int | None:
    """Where the least or greatest value is, if the text says."""
    low, _, high = page.columns[name].partition(" to ")
    found = re.search(r"\(row (\d+)\)", high.split(",")[0] if highest else low)
    return int(found[1]) if found else None


def mean(page: Page, name: str) -> float | None:
    found = re.search(r"mean (-?[\d.e+-]+)", page.columns.get(name, ""))
    return float(f"{float(found[1]):.3g}") if found else None


def deviation(page: Page, name: str) -> float | None:
    """The standard deviation, in three digits."""
    found = re.search(r"std ([\d.e+-]+)", page.columns.get(name, ""))
    return float(f"{float(found[1]):.3g}") if found else None


def quartile(page: Page, name: str, place: int) -> float | None:
    """The lower quartile, the median or the upper quartile, in three digits."""
    found = re.search(r"quartiles ([^,;]+)", page.columns.get(name, ""))
    return float(f"{float(found[1].split('|')[place]):.3g}") if found else None


def cell(page: Page, row: int, name: str) -> str | None:
    """A cell of a row that is shown."""
    return page.rows[row][page.names.index(name)] if row in page.rows else None


def _plain(value: str) -> str:
    return str(json.loads(value)) if value.startswith('"') else value
