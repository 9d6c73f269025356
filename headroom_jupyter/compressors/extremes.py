"""Which ends of which columns a question asks for: the largest, the oldest, where was it hottest.

A base-layer module for the compressors of tabular kinds; it knows names and numbers, neither JSON nor CSV.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from headroom_jupyter.selection import Query, relevance_of

__all__ = ["asks_for_extremes", "asks_for_others", "exceptions", "field_matches", "wanted_columns", "wanted_extremes"]

Numbers = Sequence["float | None"]
_END = re.compile(
    r"\b(?:most|least|top|bottom|max\w*|min\w*|(?:high|low|larg|small|bigg|fast|slow|long|short|strong|weak|old|new|lat"
    r"|earli|heavi|light|cheap|great|few|wors|b|hott|warm|cold|cool|deep|shallow|tall|young|rich|poor|clos|near|farth"
    r"|furth|dens|steep|busi|wid|narrow|deadli|costli|pric)est|expensive|worst|extremes?|rank\w*|outliers?|peak\w*|record"
    r"|(?:north|south|east|west)ernmost|furthe[rs]t?|recent\w*|earlier|later|longer|larger|exceed\w*|above|below"
    r"|how (?:high|low|large|big|small|fast|slow|hot|cold|deep)"
    r"(?= (?:did|does|do|was|were|is|has|have|had|can|could)\b))\b",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"\b(?:besides|other than|except|apart from|aside from|not|excluding|anything else)\b|n't\b", re.IGNORECASE
)
_HIGH = re.compile(
    r"\b(?:most|top|max\w*|peak\w*|(?:high|larg|bigg|great|long|strong|hott|warm|heavi|deep|tall|lat|new|costli)est"
    r"|expensive|recent\w*|last|exceed\w*|above|longer|larger|later"
    r"|how (?:high|large|big|hot|deep))\b",
    re.IGNORECASE,
)
_LOW = re.compile(
    r"\b(?:least|bottom|min\w*|(?:low|small|short|weak|cold|cool|light|cheap|few|shallow|earli)est|below|first"
    r"|how (?:low|small|cold))\b",
    re.IGNORECASE,
)
_FLAT = 4  # times the rows shown at an end: a column with more rows of one value at both has no ends
_OTHER_END = 0.4  # of the weight of the end that a question asks for
# By what a column may be called whose ends a word asks for, without naming it.
_MEASURES = {
    stem: called.split()
    for stems, called in (
        ("heav light weigh", "mass weight wt kg lbs"),
        ("old young", "age birth born year date created time"),
        ("expensive cheap cost pric dear", "price cost amount fare total fee value"),
        ("fast slow", "time duration ms seconds elapsed latency speed velocity took tottime cumtime"),
        ("long took short", "length duration time ms seconds elapsed took latency"),
        ("big larg small", "size bytes length volume rss"),
        ("strong weak", "mag magnitude strength intensity"),
        ("hot warm cold cool", "temp temperature"),
        ("deep shallow", "depth"),
        ("tall", "height"),
        ("rich poor", "income gdp salary wealth"),
        ("north south", "latitude lat"),
        ("east west", "longitude lon lng"),
        ("memory", "mem rss vsz"),
        ("popul", "population pop people"),
        ("chang", "changes additions deletions"),
        ("contribut commit", "total commits contributions count"),
    )
    for stem in stems.split()
}
_TIMES = frozenset("first last latest newest oldest earliest recent recently earlier later".split())
_FEW_NAMED = 3  # rows that a value and its column may name, or a tenth of all
_LEAST_SHORT = 3  # letters of a column's name that abbreviates a word of the question


def asks_for_extremes(query: Query) -> bool:
    """Whether a question asks for the end of a range: the largest, the slowest, the top three.

    >>> asks_for_extremes(Query("Which region was slowest?")), asks_for_extremes(Query("Where is order 17?"))
    (True, False)
    >>> asks_for_extremes(Query("How low did the memory get?"))
    True
    """
    return _END.search(query.text[:8000]) is not None


def asks_for_others(query: Query) -> bool:
    """Whether a question asks for what is unlike the things it names.

    >>> asks_for_others(Query("Did any run not succeed?")), asks_for_others(Query("Which run failed?"))
    (True, False)
    """
    return _OTHERS.search(query.text[:8000]) is not None


def wanted_columns(query: Query, names: Sequence[str], dated: Collection[int] = ()) -> list[int]:
    """The columns whose ends a question asks for, by number; [] when it asks for no end, or names no column.

    Args:
        query: The question.
        names: What the columns are called.
        dated: Columns of dates, for a question about the first or the latest.

    >>> wanted_columns(Query("Which penguin is the heaviest?"), ["id", "body_mass_g"])
    [1]
    >>> wanted_columns(Query("When was unemployment highest?"), ["year", "unemp"])
    [1]
    """
    text = query.text[:8000].lower()
    words = set(re.findall(r"[a-z]{3,}", text))
    found = set(dated) if words & _TIMES else set()
    if not _END.search(text):
        return sorted(found)
    titles = [_title(name).split() for name in names]
    found.update(relevance_of(query, [" ".join(title) for title in titles]))
    measures = {name for stem, names in _MEASURES.items() if any(w.startswith(stem) for w in words) for name in names}
    for number, title in enumerate(titles):
        own = [name for name in title if len(name) >= _LEAST_SHORT]
        if measures & set(title) or any(word.startswith(name) for name in own for word in words):
            found.add(number)
    return sorted(found)


def _title(name: str) -> str:
    """A column's name as words in lower case."""
    return re.sub(r"[_\W]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)).lower().strip()


def wanted_extremes(
    query: Query,
    columns: Sequence[tuple[str, Numbers]],
    *,
    dated: Collection[int] = (),
    among: Collection[int] = (),
    most: int = 3,
) -> dict[int, float]:
    """Rows at the ends of the columns that a question asks for; of the most varied ones when it names none.

    Args:
        query: The question.
        columns: Names and numbers, None for a missing one.
        dated: Which columns are dates.
        among: Rows that the question singles out otherwise: their own ends are looked for first.
        most: Rows at each end.

    >>> wanted_extremes(Query("the highest price?"), [("price", [3.0, 9.0, 1.0, 4.0])], most=1)
    {2: 0.4, 1: 1.0}
    """
    if not columns:
        return {}
    wanted = wanted_columns(query, [name for name, _ in columns], dated)
    if not wanted and not _END.search(query.text[:8000]):
        return {}
    if not wanted:
        undated = [number for number in range(len(columns)) if number not in dated] or list(range(len(columns)))
        wanted = sorted(undated, key=lambda number: -len(set(columns[number][1])))[:3]
        most = min(most, 2)
    is_high, is_low = _HIGH.search(query.text[:8000]), _LOW.search(query.text[:8000])
    low, high = (_OTHER_END if is_high and not is_low else 1.0), (_OTHER_END if is_low and not is_high else 1.0)
    scores: dict[int, float] = {}
    for number in wanted:
        values = columns[number][1]
        for rows, weight in ((among, most + 1.0), (range(len(values)), 0.0)):
            ends = sorted((value, row) for row in rows if (value := values[row]) is not None)
            if len(ends) > _FLAT * most and all(
                ends[i][0] == ends[j][0] for i, j in ((0, _FLAT * most), (-1, -_FLAT * most))
            ):
                continue  # a quarter, a rating: its ends are no single rows
            for rank in range(min(most, len(ends))):
                for (_, row), side in ((ends[rank], low), (ends[-1 - rank], high)):
                    scores[row] = max(scores.get(row, 0.0), side * (weight + most - rank))
    return scores


def field_matches(query: Query, columns: Sequence[tuple[str, Sequence[str]]]) -> dict[int, float]:
    """Rows whose cell is named by the question together with its column: "high severity", "status failed".

    >>> field_matches(Query("findings of high severity"), [("severity", ["LOW", "HIGH"]), ("trust", ["HIGH", "HIGH"])])
    {1: 1.0}
    """
    titles = [_title(name) for name, _ in columns]
    words = query.text[:8000].split()
    scores: dict[int, float] = {}
    for number in relevance_of(query, [*titles, ""]):
        if number >= len(columns):
            continue
        cells = columns[number][1]
        values = list(dict.fromkeys(cells))
        title = set(titles[number].split())
        # What names the column must not be taken for a value too: "users" says nothing of a user's type User.
        others = [word for word in words if not any(t.startswith(word[: max(3, len(word) - 2)].lower()) for t in title)]
        named = {values[i] for i in relevance_of(Query(" ".join(others)), [*values, ""]) if i < len(values)}
        rows = [row for row, cell in enumerate(cells) if cell in named] if len(named) < len(values) else []
        if len(rows) <= max(_FEW_NAMED, len(cells) // 10):  # what many rows have tells none of them apart
            scores.update((row, scores.get(row, 0.0) + 1.0) for row in rows)
    return scores


def exceptions(cells: Sequence[str], *, most: int = 12) -> Mapping[int, float]:
    """Rows without the value that nearly all have: at most a quarter of the rows, and `most`.

    >>> exceptions(["ok", "ok", "ok", "ok", "lost"])
    {4: 1.0}
    """
    if len(cells) < 4:
        return {}
    counts: dict[str, int] = {}
    for cell in cells:
        counts[cell] = counts.get(cell, 0) + 1
    usual = max(counts, key=counts.__getitem__)
    odd = [row for row, cell in enumerate(cells) if cell != usual]
    if not 0 < len(odd) <= min(most, len(cells) // 4 or 1):
        return {}
    return {row: 1.0 / counts[cells[row]] for row in odd}
