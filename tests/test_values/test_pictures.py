"""Figures are told by their data, images by size and colour, charts by their specification; never as HTML."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import altair as alt
import matplotlib as mpl
import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from PIL import Image

from headroom_jupyter import compress_value, original, retrieve

mpl.use("Agg")
from matplotlib import pyplot as plt


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def test_a_line_is_told_by_range_extremes_and_trend() -> None:
    x = np.linspace(0, 10, 400)
    y = 3 * x + np.sin(5 * x)
    y[200] = 500.0
    figure, axes = plt.subplots(figsize=(8, 4), dpi=100)
    axes.plot(x, y, label="load")
    axes.set(title="Load by time", xlabel="time, s", ylabel="load", yscale="symlog")
    axes.legend()
    result = compress_value(figure, name="fig")
    assert result.text.startswith("fig: matplotlib Figure 800x400 px, 1 axes\n")
    for part in (
        'axes 1 "Load by time"',
        'x "time, s"',
        'y "load" symlog',
        'line "load": 400 points',
        "highest (5.01253, 500)",
    ):
        assert part in result.text
    assert "rising" in result.text
    assert "far out (5.01253, 500)" in result.text
    point = json.loads(retrieve(result.refs[0], at="$.axes[0].series[0].points", rows="201"))
    assert point == [x[200], 500]
    assert result.tokens_after < result.tokens_before / 10


def test_each_series_stands_beside_its_data() -> None:
    figure, (above, below) = plt.subplots(2)
    above.plot(range(300), label="rising")
    above.plot(range(300, 0, -1), label="falling")
    below.scatter(range(200), range(200), label="dots")
    result = compress_value(figure)
    told = [(result.original[a:b], result.text[c:d]) for a, b, c, d in result.spans()]
    for name in ("rising", "falling", "dots"):
        assert [shown.count(f'"{name}":') for source, shown in told if f'"label":"{name}"' in source] == [1]


def test_bars_are_told_with_the_names_of_their_ticks() -> None:
    figure, axes = plt.subplots()
    axes.bar(["red", "green", "blue"], [3, 10, 4.5])
    assert "red: 3, green: 10, blue: 4.5" in compress_value(figure).text


def test_a_step_in_a_line_is_told() -> None:
    rng = np.random.default_rng(2)
    figure, axes = plt.subplots()
    axes.plot(range(300), np.r_[rng.normal(0, 1, 150), rng.normal(20, 1, 150)])
    assert "level shifts at x = 150" in compress_value(figure).text


def test_points_images_wedges_and_texts_are_told() -> None:
    figure, (left, middle, right) = plt.subplots(1, 3)
    left.scatter([1, 2, 3], [9, 8, 7], label="points of interest")
    left.annotate("peak", (1, 9))
    middle.imshow(np.arange(12).reshape(3, 4))
    right.pie([1, 3], labels=["a", "b"])
    figure.suptitle("All kinds")
    text = compress_value(left).text
    assert "title 'All kinds'" in text
    assert 'points "points of interest": 1: 9, 2: 8, 3: 7' in text
    assert '"shape": [3, 4], "from": 0, "to": 11' in text
    assert '"share": 0.75' in text
    assert "texts: peak" in text


def test_a_figure_is_not_drawn_or_changed() -> None:
    figure, axes = plt.subplots()
    axes.plot([1, 2], [3, np.nan])
    before = json.dumps([axes.get_xlim(), axes.get_ylim()])
    compress_value(figure)
    assert json.dumps([axes.get_xlim(), axes.get_ylim()]) == before


def test_an_image_stays_behind_its_marker_and_comes_back_as_png() -> None:
    pixels = np.random.default_rng(4).integers(0, 255, (120, 160, 3), dtype=np.uint8)
    result = compress_value(Image.fromarray(pixels), name="photo")
    first, marker, _ = result.text.split("\n")
    assert first.startswith("photo: Image 160x120 RGB; mean colour #7")
    assert marker == f"<<ccr:{result.refs[0]} image 160x120 png>>"
    again = np.asarray(Image.open(io.BytesIO(original(result.refs[0]))))
    assert (again == pixels).all()
    assert result.tokens_after < 60
    assert result.tokens_before > 1000


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "CMYK", "I;16", "F", "LAB", "YCbCr"])
def test_images_of_every_mode_are_told(mode: str) -> None:
    image = Image.new("RGB", (200, 200), "#204060")
    made = Image.new(mode, (200, 200)) if mode in ("I;16", "F", "LAB") else image.convert(mode)
    assert f"Image 200x200 {mode}" in compress_value(made).text


def test_an_image_of_a_closed_file_is_still_told(tmp_path: Any) -> None:
    Image.new("RGB", (50, 40)).save(tmp_path / "a.png")
    opened = Image.open(tmp_path / "a.png")
    opened.close()
    assert "Image 50x40 RGB" in compress_value(opened).text


def test_a_plotly_figure_is_its_data_and_no_page_of_html() -> None:
    x = np.arange(3000)
    figure = go.Figure(go.Scatter(x=x, y=np.sqrt(x), name="root"), layout={"title": "Roots"})
    result = compress_value(figure)
    assert "Roots" in result.text
    assert "root" in result.text
    assert "<div" not in result.text
    assert result.tokens_after < result.tokens_before / 10
    values = json.loads(retrieve(result.refs[0], at="$.data[0].y"))
    assert values == pytest.approx(np.sqrt(x).tolist())


def test_an_altair_chart_is_its_specification_with_its_rows() -> None:
    frame = pd.DataFrame({"day": range(6000), "sold": [i % 13 for i in range(6000)]})
    chart = alt.Chart(frame, title="Sales").mark_line().encode(x="day:Q", y="sold:Q")
    result = compress_value(chart)
    assert "Sales" in result.text
    assert "quantitative" in result.text
    assert result.tokens_after < result.tokens_before / 10
