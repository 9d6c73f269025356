"""Figures of matplotlib by the data that was drawn: axes, series, their ranges and turns.

A figure is stored as JSON of its data; it is never drawn for this.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

from headroom_jupyter.compressors.base import Compressed, Draft, Span
from headroom_jupyter.compressors.json_places import Pieces
from headroom_jupyter.selection import Query, change_points, outliers
from headroom_jupyter.values.base import Text, Told, View, named, rounded

__all__ = ["told"]

_TOKENS = 900
_MOST_POINTS = 50_000  # of a series that are looked at
_FEW_POINTS = 12  # that are all told
_MOST_SERIES = 40  # of an axes that are told
_FAR = 1.5


def told(value: Any, name: str | None, tell: Any) -> Told:
    """The view of a figure, or of the figure that axes or an artist are in."""
    figure = value if hasattr(value, "get_axes") and hasattr(value, "get_size_inches") else value.get_figure()
    if figure is None:
        return Text(named(name, f"matplotlib {type(value).__name__}, of no figure: {value}"))
    return _figure(figure, name)


def _figure(figure: Any, name: str | None) -> View:
    inches, dpi = figure.get_size_inches(), figure.get_dpi()
    size = f"{round(inches[0] * dpi)}x{round(inches[1] * dpi)} px"
    axes = [_axes(axes) for axes in figure.get_axes()[:64]]
    title = getattr(figure, "_suptitle", None)
    data: dict[str, Any] = {"figure": size, "title": title.get_text() if title is not None else "", "axes": axes}
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    head = named(name, f"matplotlib Figure {size}, {len(axes)} axes")
    head += f", title {data['title']!r}" if data["title"] else ""
    encoded = text.encode("utf-8", "surrogatepass")
    show = partial(_show, head, axes)
    sample = (text, 1.0)
    return View("json", encoded, lambda: text, lambda: sample, show, _TOKENS, "Figures", _places, is_readable=False)


def _axes(axes: Any) -> dict[str, Any]:
    """What was drawn on one axes."""
    found: dict[str, Any] = {"title": axes.get_title(), "x": _axis(axes, "x"), "y": _axis(axes, "y")}
    legend = axes.get_legend()
    found["legend"] = [text.get_text() for text in legend.get_texts()] if legend is not None else []
    found["series"] = list(_series(axes))
    texts = [text.get_text() for text in axes.texts if text.get_text().strip()]
    return {**found, "texts": texts} if texts else found


def _axis(axes: Any, which: str) -> dict[str, Any]:
    low, high = getattr(axes, f"get_{which}lim")()
    words = [label.get_text() for label in getattr(axes, f"{which}axis").get_majorticklabels()]
    names = [word for word in words if word and not _is_numeric(word)]
    said = {
        "label": getattr(axes, f"get_{which}label")(),
        "scale": getattr(axes, f"get_{which}scale")(),
        "from": _number(low),
        "to": _number(high),
    }
    return {**said, "ticks": names[:200]} if names else said


def _is_numeric(word: str) -> bool:
    try:
        float(word.replace("\N{MINUS SIGN}", "-"))
    except ValueError:
        return False
    return True


def _series(axes: Any) -> Iterator[dict[str, Any]]:
    for line in axes.get_lines():
        x, y = line.get_data(orig=False)
        yield {"kind": "line", "label": _label(line), "points": _points(x, y)}
    for found in axes.collections:
        offsets: Any = found.get_offsets() if hasattr(found, "get_offsets") else ()
        if type(found).__name__ == "PathCollection" and len(offsets):
            yield {"kind": "points", "label": _label(found), "points": _points(offsets[:, 0], offsets[:, 1])}
        else:
            yield {"kind": type(found).__name__, "label": _label(found), "count": len(found.get_paths())}
    grouped: set[int] = set()
    for container in axes.containers:
        bars = list(getattr(container, "patches", []))
        if bars:
            grouped.update(map(id, bars))
            is_flat = getattr(container, "orientation", "vertical") == "horizontal"
            yield {"kind": "bars", "label": _label(container), "points": [_bar(bar, is_flat) for bar in bars]}
    loose = [patch for patch in axes.patches if id(patch) not in grouped]
    for patch in loose:
        if hasattr(patch, "theta1"):
            yield {"kind": "wedge", "label": _label(patch), "share": _number((patch.theta2 - patch.theta1) / 360)}
    others = sum(not hasattr(patch, "theta1") for patch in loose)
    if others:
        yield {"kind": "patches", "label": "", "count": others}
    for image in axes.get_images():
        array = image.get_array()
        low, high = image.get_clim()
        shape = list(array.shape) if array is not None else []
        yield {"kind": "image", "label": _label(image), "shape": shape, "from": _number(low), "to": _number(high)}


def _label(artist: Any) -> str:
    label = str(artist.get_label() or "")
    return "" if label.startswith("_") else label


def _points(x: Any, y: Any) -> list[list[Any]]:
    return [[_number(a), _number(b)] for a, b in zip(x, y, strict=False)]


def _bar(bar: Any, is_flat: bool) -> list[Any]:
    if is_flat:
        return [_number(bar.get_y() + bar.get_height() / 2), _number(bar.get_width())]
    return [_number(bar.get_x() + bar.get_width() / 2), _number(bar.get_height())]


def _number(value: Any) -> Any:
    """A number as JSON has it; what is none as it reads."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return str(value)
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def _show(head: str, axes: Sequence[dict[str, Any]], query: Query, size: int, fill: bool) -> Compressed:
    """Each axes and series in a line or two; the points of long series stay behind markers."""
    draft = Draft("")
    draft.write(f"{head}\n")
    room = max(200, size - len(head))
    for number, one in enumerate(axes):
        draft.write(f"axes {number + 1}{_quoted(one['title'])}: {_range('x', one['x'])}; {_range('y', one['y'])}\n")
        if one.get("texts"):
            draft.write(f"  texts: {'; '.join(one['texts'][:8])}\n")
        for place, series in enumerate(one["series"]):
            if place >= _MOST_SERIES or draft.length > room:
                draft.write(f"  and {len(one['series']) - place} more series\n")
                break
            _show_series(draft, series, one["x"].get("ticks", []), f"$.axes[{number}].series[{place}].points")
    return draft.done()


def _places(original: str, text: str) -> Sequence[Span]:
    """Each line of a series beside its series."""
    pieces = Pieces()
    axes = place = -1
    at = 0
    for line in text.split("\n"):
        if line.startswith("axes "):
            axes, place = axes + 1, -1
        elif line.startswith("  ") and not line.startswith(("  texts: ", "  and ")):
            place += 1
            pieces.add(("axes", axes, "series", place), at, at + len(line) + 1)
        at += len(line) + 1
    return pieces.spans(original)


def _quoted(text: str) -> str:
    return f" {json.dumps(text, ensure_ascii=False)}" if text else ""


def _range(which: str, axis: dict[str, Any]) -> str:
    scale = f" {axis['scale']}" if axis["scale"] != "linear" else ""
    return f"{which}{_quoted(axis['label'])}{scale} {_told(axis['from'])} to {_told(axis['to'])}"


def _told(number: Any) -> str:
    return rounded(number) if isinstance(number, float) else str(number)


def _show_series(draft: Draft, series: dict[str, Any], ticks: Sequence[str], at: str) -> None:
    head = f"  {series['kind']}{_quoted(series['label'])}"
    points = series.get("points")
    if points is None:
        rest = {key: value for key, value in series.items() if key not in ("kind", "label")}
        draft.write(f"{head}: {json.dumps(rest, ensure_ascii=False)}\n")
    elif len(points) <= _FEW_POINTS or (series["kind"] == "bars" and len(points) <= 2 * _FEW_POINTS):
        is_named = series["kind"] == "bars" and len(ticks) == len(points)
        names = ticks if is_named else [_told(point[0]) for point in points]
        draft.write(f"{head}: {', '.join(f'{name}: {_told(y)}' for name, (_, y) in zip(names, points, strict=True))}\n")
    else:
        draft.write(f"{head}: {len(points):,} points; {_course(points)}\n")
        draft.omit("rows", [(1, len(points))], len(points), at=at)


def _course(points: Sequence[Sequence[Any]]) -> str:
    """Where a series begins and ends, its extremes, its direction, its jumps."""
    step = max(1, len(points) // _MOST_POINTS)
    known = [(x, y) for x, y in points[::step] if isinstance(x, (int, float)) and isinstance(y, (int, float))]
    if len(known) < 2:
        return "no numbers"
    ys = [float(y) for _, y in known]
    low, high = min(known, key=lambda point: point[1]), max(known, key=lambda point: point[1])
    xs = sorted(float(x) for x, _ in known)
    words = [f"x {_told(xs[0])} to {_told(xs[-1])}, first {_pair(known[0])}, last {_pair(known[-1])}"]
    words.append(f"lowest {_pair(low)}, highest {_pair(high)}, mean {rounded(sum(ys) / len(ys))}")
    words.append(_direction(known))
    far = [row for row, score in sorted(outliers(ys).items()) if score > _FAR]
    if far:
        words.append("far out " + ", ".join(_pair(known[row]) for row in far[:4]))
    shifts = sorted(change_points(ys)) if "steady" not in words[2] and "throughout" not in words[2] else []
    if shifts:
        words.append("level shifts at x = " + ", ".join(_told(known[row][0]) for row in shifts[:3]))
    gone = len(points) - len(points[::step]) + len(points[::step]) - len(known) if step == 1 else 0
    return "; ".join(words + ([f"{gone:,} missing"] if gone else []))


def _pair(point: Sequence[Any]) -> str:
    return f"({_told(point[0])}, {_told(point[1])})"


def _direction(points: Sequence[tuple[Any, Any]]) -> str:
    """How y goes with x: by the correlation, and the slope of the line of least squares."""
    count = len(points)
    mx, my = sum(float(x) for x, _ in points) / count, sum(float(y) for _, y in points) / count
    xx = sum((float(x) - mx) ** 2 for x, _ in points)
    yy = sum((float(y) - my) ** 2 for _, y in points)
    xy = sum((float(x) - mx) * (float(y) - my) for x, y in points)
    if not xx or not yy:
        return "steady" if not yy else "no direction"
    correlation, slope = xy / math.sqrt(xx * yy), xy / xx
    steps = [float(b[1]) - float(a[1]) for a, b in pairwise(points)]
    if all(step > 0 for step in steps) or all(step < 0 for step in steps):
        return f"{'rising' if steps[0] > 0 else 'falling'} throughout, {rounded(slope)} per x"
    if abs(correlation) < 0.3:
        return f"no trend (correlation {correlation:.2f})"
    return f"{'rising' if slope > 0 else 'falling'}, {rounded(slope)} per x (correlation {correlation:.2f})"
