"""Every kind of value, as a person has it in a cell: `%headroom` knows what it is and says what is in it."""

from __future__ import annotations

from tests.test_notebook.conftest import Kernel

_MADE = """
import collections, json, pathlib
import duckdb, matplotlib, numpy, pandas, PIL.Image, plotly.graph_objects, polars, pyarrow
matplotlib.use("agg")
from matplotlib import pyplot
frame = pandas.DataFrame({"city": ["Oslo", "Bergen"] * 400, "rain": range(800)})
figure, axes = pyplot.subplots()
axes.plot([0, 1, 2, 40], label="rain")
pyplot.close(figure)
def failing():
    raise KeyError("lost shard")
try:
    failing()
except KeyError as error:
    caught = error
class Told:
    def _repr_llm_(self):
        return "told for a model"
class Shown:
    def _repr_html_(self):
        return "<table><tr><th>city</th></tr><tr><td>Tromso</td></tr></table>"
cell = {"cell_type": "code", "source": "answer = 6 * 7", "outputs": [], "metadata": {}, "execution_count": None}
book = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
pathlib.Path("book.ipynb").write_text(json.dumps(book))
pathlib.Path("job.log").write_text("step %d\\n" * 3 % (1, 2, 3) + "ERROR out of paper\\n")
values = {
    "pandas frame": (frame, "pandas DataFrame, 800 rows x 2 columns"),
    "pandas series": (frame.rain, "800 rows"),
    "polars frame": (polars.from_pandas(frame), "polars DataFrame, 800 rows x 2 columns"),
    "lazy frame": (polars.from_pandas(frame).lazy(), "800 rows x 2 columns"),
    "arrow table": (pyarrow.Table.from_pandas(frame), "pyarrow Table, 800 rows x 2 columns"),
    "relation": (duckdb.sql("select * from range(800) t(rain)"), "799"),
    "array": (numpy.arange(60_000.0).reshape(200, 300), "200x300 float64"),
    "nested": ({"shards": [{"id": i, "state": "ready"} for i in range(500)]}, "shards[500]"),
    "cycle": ((ring := [1, 2], ring.append(ring))[0], "1"),
    "deque": (collections.deque(range(5)), "[0,1,2,3,4]"),
    "exception": (caught, "KeyError: 'lost shard'"),
    "figure": (figure, "rain"),
    "picture": (PIL.Image.effect_noise((320, 240), 90), "320x240"),
    "html": (Shown(), "Tromso"),
    "plotly": (plotly.graph_objects.Figure(plotly.graph_objects.Bar(x=["Oslo"], y=[3], name="rain")), "Oslo"),
    "notebook": (pathlib.Path("book.ipynb"), "answer = 6 * 7"),
    "path": (pathlib.Path("job.log"), "ERROR out of paper"),
    "told": (Told(), "told for a model"),
    "generator": ((i for i in range(3)), "generator"),
    "text": ("plain " * 3, "plain"),
}
"""
_LOOK = """
from IPython.utils.capture import capture_output
missed = {}
for name, (value, said) in values.items():
    with capture_output():
        get_ipython().run_line_magic("headroom", "value -o seen -q")
    if said not in seen.text:
        missed[name] = seen.text[:300]
"""


def test_every_kind_of_value_is_known_for_what_it_is(kernel: Kernel) -> None:
    made = kernel.run(_MADE)
    assert made.status == "ok", made.of("error")
    looked = kernel.run(_LOOK)
    assert looked.status == "ok", looked.of("error") or looked.stderr
    assert kernel.value("missed") == {}
    assert kernel.value("len(values)") >= 20
