"""What a column tells: range, gaps, categories, what stands out, each with the row where it is; counted over all rows.

Rows count from 0 here. It writes no text and chooses no rows; the rules of what stands out are those of `selection`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from headroom_jupyter.selection import change_points, outliers
from headroom_jupyter.values.columns import Array, Taken

__all__ = ["Count", "Facts", "Gap", "Shift", "facts_of"]

FEW = 12  # distinct values that are all told
_SAMPLED = 2048  # values that stand for a longer column where only its shape matters
_BUCKETS = 1024
_FAR_APART = 50  # times the usual distance of two times; among 100,000 random ones the largest is about 17
_DATE_TEXT = re.compile(r"\d{4}([-/])\d\d\1\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?\Z")
_MOST_GAPS = 6


@dataclass(frozen=True, slots=True)
class Count:
    """A value, how often it is there, and the first row that has it."""

    cell: str
    count: int
    row: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Two neighbours of a time axis that are farther apart than usual; `row` has the later one."""

    before: str
    after: str
    row: int


@dataclass(frozen=True, slots=True)
class Shift:
    """The first row after a lasting change of level, with the means before and after."""

    row: int
    before: float
    after: float
    weight: float


@dataclass(frozen=True)
class Facts:
    """What is known of a column.

    `kind` is "number", "time", "span", "category", "text", "constant" or "empty". `top` are the commonest values,
    all of them when `distinct` is as many; `rare` those that hardly any row has. `far` are rows that stand out.
    """

    name: str
    dtype: str
    kind: str
    rows: int
    missing: int
    distinct: int
    low: Count | None = None
    high: Count | None = None
    mean: float | None = None
    deviation: float | None = None
    quartiles: tuple[float, ...] = ()
    top: tuple[Count, ...] = ()
    rare: tuple[Count, ...] = ()
    far: Mapping[int, float] = field(default_factory=dict)
    shifts: tuple[Shift, ...] = ()
    gaps: tuple[Gap, ...] = ()
    gap_count: int = 0
    step: int = 0
    unit: str = ""
    order: str = ""
    infinite: int = 0
    nan: int = 0
    repeated: tuple[Count, ...] = ()
    types: Mapping[str, int] | None = None
    lengths: tuple[int, int] = (0, 0)


def facts_of(taken: Taken) -> Facts:
    """Judge a column by all its cells."""
    with np.errstate(all="ignore"):  # sums of huge numbers may overflow: what they give is then not finite
        if taken.numbers is not None:
            return _of_numbers(taken, taken.numbers, _cell_of(taken))
        return _of_codes(taken, taken.codes if taken.codes is not None else np.zeros(0, np.int32))


def _cell_of(taken: Taken) -> Callable[[int], str]:
    return lambda row: taken.column.cells(row, row + 1)[0]


def _of_numbers(taken: Taken, values: Array, cell: Callable[[int], str]) -> Facts:
    rows = len(values)
    kind = {"numbers": "number", "times": "time", "spans": "span"}[taken.column.form]
    known = _known(values, taken.gone)
    missing = rows - int(known.sum()) if known is not None else 0
    plain = values if known is None else values[known]
    infinite = nan = 0
    if plain.dtype.kind == "f":
        finite = np.isfinite(plain)
        if not finite.all():
            infinite, nan = int(np.isinf(plain).sum()), int(np.isnan(plain).sum())
            known = np.isfinite(values) if known is None else known & np.isfinite(values)
            plain = plain[finite]
    base = Facts(
        taken.column.name, taken.dtype, kind, rows, missing, 0, infinite=infinite, nan=nan, unit=taken.column.unit
    )
    if not len(plain):
        return replace(base, kind=kind if infinite or nan else "empty")
    order = np.sort(plain)
    edges = np.flatnonzero(order[1:] != order[:-1]) + 1
    starts = np.concatenate(([0], edges))
    sizes = np.diff(np.concatenate((starts, [len(order)])))

    def counted(index: int) -> Count:
        row = int(np.argmax(values == order[starts[index]]))
        return Count(cell(row), int(sizes[index]), row)

    facts = replace(base, distinct=len(starts), low=counted(0), high=counted(len(starts) - 1))
    common = np.argsort(-sizes, kind="stable")[:FEW] if len(starts) <= FEW else np.array([int(sizes.argmax())])
    facts = replace(facts, top=tuple(counted(int(index)) for index in common if sizes[index] > 1 or len(starts) <= FEW))
    if len(starts) == 1 and not missing and not infinite and not nan:
        return replace(facts, kind="constant")
    rows_of = np.flatnonzero(known) if known is not None else None
    if kind == "time":
        return _with_gaps(facts, values, plain, order[starts], cell)
    return _with_shape(facts, plain, order, rows_of)


def _known(values: Array, gone: Array | None) -> Array | None:
    if gone is not None and gone.any():
        return ~gone
    if values.dtype.kind == "f":
        nan = np.isnan(values)
        return ~nan if nan.any() else None
    return None


def _with_shape(facts: Facts, plain: Array, order: Array, rows_of: Array | None) -> Facts:
    """Mean, spread, quartiles, what stands far out, lasting shifts, and whether the column only rises or falls."""
    mean = float(plain.mean(dtype=np.float64))
    deviation = float(plain.std(dtype=np.float64, ddof=1)) if len(plain) > 1 else 0.0
    quartiles = tuple(_quantile(order, share) for share in (0.25, 0.5, 0.75))
    facts = replace(facts, mean=mean, deviation=deviation, quartiles=quartiles)
    if len(plain) > 2 and len(order) == facts.distinct:
        rising, falling = bool((plain[1:] > plain[:-1]).all()), bool((plain[1:] < plain[:-1]).all())
        facts = replace(facts, order="rising" if rising else "falling" if falling else "")
        if facts.order and plain.dtype.kind != "f":
            steps = np.diff(plain[:: max(1, len(plain) // _SAMPLED)])
            is_even = bool((np.diff(plain) == plain[1] - plain[0]).all()) if (steps == steps[0]).all() else False
            facts = replace(facts, step=int(plain[1]) - int(plain[0]) if is_even else 0)
    is_few = facts.distinct <= FEW and facts.distinct * 4 <= len(plain)
    far = {} if is_few or facts.step else _far(plain, order)
    shifts = () if facts.order else tuple(_shifts(plain))
    if rows_of is not None:
        far = {int(rows_of[row]): score for row, score in far.items()}
        shifts = tuple(replace(shift, row=int(rows_of[shift.row])) for shift in shifts)
    rare: tuple[Count, ...] = ()
    if is_few:
        rare = tuple(count for count in facts.top if count.count <= max(1, 0.001 * facts.rows))
    return replace(facts, far=far, shifts=shifts, rare=rare)


def _quantile(order: Array, share: float) -> float:
    at = share * (len(order) - 1)
    low = int(at)
    high = min(low + 1, len(order) - 1)
    return float(order[low]) + (float(order[high]) - float(order[low])) * (at - low)


def _far(plain: Array, order: Array) -> dict[int, float]:
    """`outliers` of a long column, worked out on its ends and an even sample of what lies between."""
    if len(order) <= _SAMPLED:
        return outliers(plain.tolist())
    ends = 8
    middle = order[np.linspace(ends, len(order) - ends - 1, _SAMPLED).astype(np.int64)]
    sample = np.concatenate((order[:ends], middle, order[-ends:]))
    found: dict[int, float] = {}
    taken: dict[float, int] = {}
    for place, score in outliers(sample.tolist(), most=3).items():
        value = sample[place]
        rows = np.flatnonzero(plain == value)
        number = taken.get(float(value), 0)
        if number < len(rows):
            found[int(rows[number])] = score
        taken[float(value)] = number + 1
    return found


def _shifts(plain: Array) -> list[Shift]:
    """`change_points` of the means of up to 1,024 runs of rows, each then placed to the row."""
    size = max(1, -(-len(plain) // _BUCKETS))
    if len(plain) < 20:
        return []
    cut = np.add.reduceat(plain.astype(np.float64), np.arange(0, len(plain), size))
    sizes = np.full(len(cut), size)
    sizes[-1] = len(plain) - size * (len(cut) - 1)
    means = cut / sizes
    found = change_points(means.tolist())
    straight = _line_share(means)
    out = []
    for bucket, weight in sorted(found.items()):
        if weight <= straight + 0.1:  # a slope explains it as well
            continue
        row = bucket * size
        if size > 1:
            start, end = max(0, row - 3 * size), min(len(plain), row + 3 * size)
            near = change_points(plain[start:end].astype(np.float64).tolist(), most=1)
            row = start + next(iter(near), row - start)
        before, after = plain[max(0, row - 20 * size) : row], plain[row : row + 20 * size]
        if len(before) and len(after):
            out.append(Shift(row, float(before.mean()), float(after.mean()), weight))
    return out


def _line_share(means: Array) -> float:
    """The share of the variance that a straight line explains."""
    at = np.arange(len(means), dtype=np.float64)
    if not np.isfinite(means).all() or means.std() == 0:
        return 0.0
    return float(np.corrcoef(at, means)[0, 1] ** 2)


def _with_gaps(facts: Facts, values: Array, plain: Array, distinct: Array, cell: Callable[[int], str]) -> Facts:
    """The usual distance of neighbours in time, and where it is larger."""
    is_sorted = bool((plain[1:] >= plain[:-1]).all())
    is_falling = not is_sorted and bool((plain[1:] <= plain[:-1]).all())
    facts = replace(facts, order="rising" if is_sorted else "falling" if is_falling else "")
    if len(distinct) < 8:
        return facts
    steps = np.diff(distinct)
    usual, counts = np.unique(steps, return_counts=True)
    commonest = int(usual[counts.argmax()])
    is_even = int(counts.max()) >= 0.6 * len(steps)
    limit = commonest if is_even else _FAR_APART * max(1, int(np.median(steps)))
    wide = np.flatnonzero(steps > limit)
    if is_even and len(wide) > 0.2 * len(steps):
        is_even, wide = False, wide[:0]
    gaps = []
    for place in wide[np.argsort(-steps[wide], kind="stable")][:_MOST_GAPS]:
        before, after = (int(np.argmax(values == distinct[place + side])) for side in (0, 1))
        gaps.append(Gap(cell(before), cell(after), after))
    return replace(
        facts, step=commonest if is_even else 0, gaps=tuple(sorted(gaps, key=lambda gap: gap.row)), gap_count=len(wide)
    )


def _of_codes(taken: Taken, codes: Array) -> Facts:
    labels, rows = taken.labels, len(codes)
    sizes = np.bincount(codes[codes >= 0], minlength=len(labels)) if len(labels) else np.zeros(0, np.int64)
    missing = rows - int(sizes.sum())
    present = np.flatnonzero(sizes)
    types = taken.types if taken.types and len(taken.types) > 1 else None
    base = Facts(taken.column.name, taken.dtype, "empty", rows, missing, len(present), types=types)
    if not len(present):
        return base

    def counted(code: int) -> Count:
        return Count(labels[code], int(sizes[code]), int(np.argmax(codes == code)))

    if len(present) == 1 and not missing:
        only = counted(int(present[0]))
        return replace(base, kind="constant", low=only, high=only, top=(only,))
    read = _dated(taken, codes, present) or _counted(taken, codes)
    if read is not None:
        return read
    ranked = present[np.lexsort((present, -sizes[present]))]
    is_category = len(present) <= max(FEW, min(rows // 8, 200)) and len(present) < rows * 0.7
    shown = ranked[: FEW if len(ranked) <= FEW else 5]
    top = tuple(counted(int(code)) for code in shown if sizes[code] > 1 or len(ranked) <= FEW)
    rare: tuple[Count, ...] = ()
    if is_category:
        few = [code for code in ranked[::-1][:20] if sizes[code] <= max(1, 0.001 * rows) and rows >= 20]
        rare = tuple(counted(int(code)) for code in few) if len(few) < 20 else ()
    lengths = [len(label) for label in labels] if not is_category else [0]
    facts = replace(base, kind="category" if is_category else "text", top=top, rare=rare)
    facts = replace(facts, lengths=(min(lengths), max(lengths)))
    doubled = int(sizes.sum()) - len(present)
    if not is_category and rows >= 20 and 0 < doubled <= max(1, rows // 200):
        facts = replace(facts, repeated=tuple(counted(int(code)) for code in ranked[:3]), top=())
    return facts


def _dated(taken: Taken, codes: Array, present: Sequence[int] | Array) -> Facts | None:
    """The facts of a column of texts that are all dates; None for any other."""
    labels = taken.labels
    some = [labels[int(present[place])] for place in (0, len(present) // 2, -1)]
    if len(present) < 8 or not all(map(_DATE_TEXT.match, some)) or not all(map(_DATE_TEXT.match, labels)):
        return None
    try:
        moments = np.array(
            [label.replace("/", "-").replace(" ", "T") for label in labels], dtype="datetime64[ms]"
        ).astype(np.int64)
    except ValueError:
        return None
    values = np.where(codes >= 0, moments[codes], np.iinfo(np.int64).min)
    read = replace(taken, numbers=values, gone=codes < 0, column=replace(taken.column, form="times", unit="ms"))
    return _of_numbers(read, values, lambda row: labels[int(codes[row])])


def _counted(taken: Taken, codes: Array) -> Facts | None:
    """The facts of a column of objects that are all numbers; None for any other."""
    if not taken.types or not set(taken.types) <= {"int", "float", "Decimal"}:
        return None
    numbers = np.array([float(label) for label in taken.labels])
    values = np.where(codes >= 0, numbers[codes], np.nan)
    read = replace(taken, numbers=values, gone=codes < 0, column=replace(taken.column, form="numbers"))
    return replace(_of_numbers(read, values, lambda row: taken.labels[int(codes[row])]), types=None)
