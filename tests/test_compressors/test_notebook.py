"""Notebooks: cells as text, outputs by their kind, pictures as notes, and addresses that lead back to the source."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom_jupyter.ccr.address import resolve, slice_lines, slice_rows
from headroom_jupyter.compressors.base import Ask, Compressed, Draft, Hints, verbatim
from headroom_jupyter.compressors.notebook import NotebookCompressor
from headroom_jupyter.selection import Query
from tests.test_compressors.shown import with_markers

SAMPLES = Path(__file__).parents[1] / "golden" / "samples"


def route(part: str, hints: Hints, target: int) -> Compressed:
    """Stands for the router: keeps the first and last line."""
    del hints
    lines = part.split("\n")
    if len(part) <= target or len(lines) < 5:
        return verbatim(part)
    draft = Draft(part)
    draft.write(lines[0] + "\n")
    draft.omit("lines", [(2, len(lines) - 1)], len(lines))
    draft.write(lines[-1])
    return draft.done()


def shorten(book: Any, query: str = "", target: int = 4000) -> Compressed:
    text = book if isinstance(book, str) else json.dumps(book)
    return NotebookCompressor().compress(text, replace(Ask(Query(query), target_chars=target), route=route))


def code(source: str, *outputs: dict[str, Any]) -> dict[str, Any]:
    return {"cell_type": "code", "execution_count": 1, "metadata": {}, "source": source, "outputs": list(outputs)}


def shows(data: dict[str, Any]) -> dict[str, Any]:
    return {"output_type": "display_data", "metadata": {}, "data": data}


def stream(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text.splitlines(keepends=True)}


def book(*cells: dict[str, Any]) -> dict[str, Any]:
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def test_a_notebook_reads_as_cells_with_their_outputs() -> None:
    assert (
        with_markers(shorten((SAMPLES / "notebook_rivers.ipynb").read_text("utf-8")))
        == """\
notebook, 5 cells, python 3.12.1; without metadata and second forms of outputs

cell 1 markdown:
# River levels

Which gauge rose most in the flood week?

cell 2 code [1]:
import pandas as pd
levels = pd.read_csv('levels.csv')
levels.head()
output 0:
   gauge  day  level_cm
0  Ford    1       112
1  Ford    2       131

cell 3 code [2]:
for gauge, group in levels.groupby('gauge'):
    print(gauge, group.level_cm.max())
output 0 stdout:
Ford 288
Mill 301
Weir 190

cell 4 code [3]:
levels.plot()
output 0: <<ccr:0123456789ab image 48x32 png at cell 4 output 0>>

cell 5 code [4]:
levels['levle_cm'].max()
output 0 error KeyError: 'levle_cm'
---------------------------------------------------------------------------
KeyError                                  Traceback (most recent call last)
Cell In[4], line 1
----> 1 levels['levle_cm'].max()

KeyError: 'levle_cm'
"""
    )


def test_an_omission_is_found_at_its_address() -> None:
    text = json.dumps(
        book(code("a"), code("b", stream("x\n"), stream("".join(f"row {i}\n" for i in range(900)), "stderr")))
    )
    done = shorten(text, "", 900)
    [omission] = done.omissions
    assert (omission.unit, omission.at) == ("lines", "cell 2 output 1")
    assert slice_lines(resolve(text, omission.at), [(899, 899)]) == "row 898\n"
    assert "row 0\n" in done.text


def test_streams_in_pieces_are_one_text_and_are_left_out_as_outputs() -> None:
    pieces = [stream("".join(f"step {i}.{j}\n" for j in range(40))) for i in range(30)]
    text = json.dumps(book(code("a", shows({"text/plain": "first"}), *pieces)))
    done = shorten(text, "", 700)
    assert "output 1-30 stdout:\nstep 0.0\n" in done.text
    [omission] = done.omissions
    assert (omission.unit, omission.ranges, omission.total, omission.at) == (
        "rows",
        ((2, 31),),
        31,
        "$.cells[0].outputs",
    )
    assert "step 29.39" in slice_rows(resolve(text, omission.at), omission.ranges)


def test_a_failure_is_shown_before_anything_else() -> None:
    traceback = ["frame\n" * 30, "ValueError: the dam broke"]
    error = {"output_type": "error", "ename": "ValueError", "evalue": "the dam broke", "traceback": traceback}
    cells = [code(f"value_{i} = compute({i})  # a line like the others", stream(f"done {i}\n" * 5)) for i in range(200)]
    done = shorten(book(*cells[:120], code("open_gate()", error), *cells[120:]), "", 3000)
    assert "output 0 error ValueError: the dam broke" in done.text
    assert "open_gate()" in done.text
    assert len(done.text) < 6000


def test_the_cell_that_the_question_names_is_shown_and_others_go_in_runs() -> None:
    cells = [
        code(f"step_{i} = load('table number {i}')  # nothing to see in this cell of the notebook") for i in range(300)
    ]
    text = json.dumps(book(*cells[:150], code("threshold = 0.42  # chosen by hand"), *cells[150:]))
    done = shorten(text, "What is the threshold?", 2500)
    assert "threshold = 0.42" in done.text
    assert {(omission.unit, omission.at, omission.total) for omission in done.omissions} == {("rows", "$.cells", 301)}
    first, last = done.omissions[0].ranges[0]
    assert f"cells {first}-{last}" in with_markers(done)
    assert f"step_{first - 1} =" in slice_rows(resolve(text, "$.cells"), [(first, first)])


def test_the_plain_twin_is_shown_unless_it_names_only_an_object() -> None:
    both = shows({"text/plain": "a plain table", "text/html": "<b>html</b>"})
    named = shows({"text/plain": "<IPython.core.display.HTML object>", "text/html": ["<p>seen</p>\n", "<p>again</p>"]})
    done = shorten(book(code("a", both, named)))
    assert "a plain table" in done.text
    assert "<b>html" not in done.text
    assert "<p>seen</p>\n<p>again</p>" in done.text


def test_omitted_lines_of_html_are_rows_of_its_json_array() -> None:
    html = [f"<p>paragraph {i}</p>\n" for i in range(400)]
    text = json.dumps(book(code("a", shows({"text/plain": "<IPython.core.display.HTML object>", "text/html": html}))))
    [omission] = shorten(text, "", 900).omissions
    assert (omission.unit, omission.at) == ("rows", '$.cells[0].outputs[0].data["text/html"]')
    assert "paragraph 398" in slice_rows(resolve(text, omission.at), [(399, 399)])


def test_a_wrapped_frame_is_shown_by_its_html() -> None:
    wrapped = "    a    b  \\\n0   1    2   \n\n    c  \n0   3  "
    done = shorten(book(code("df", shows({"text/plain": wrapped, "text/html": "<table><tr><td>1</td></tr></table>"}))))
    assert "<table>" in done.text


def test_data_for_machines_is_a_note_of_its_size() -> None:
    chart = {"data": [{"x": list(range(3000))}], "layout": {}}
    done = with_markers(
        shorten(book(code("fig", shows({"application/vnd.plotly.v1+json": chart, "text/html": "<div>"}))))
    )
    assert 'rows 1-2 of 2 at $.cells[0].outputs[0].data["application/vnd.plotly.v1+json"]; plotly.v1 ' in done
    assert len(done) < 300


@pytest.mark.parametrize(
    ("mime", "data", "note"),
    [
        ("image/gif", b"GIF89a" + (7).to_bytes(2, "little") + (9).to_bytes(2, "little"), "image 7x9 gif"),
        ("image/jpeg", b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x0b\x08\x00\x10\x00\x20\x01\x01", "image 32x16 jpeg"),
        ("image/png", b"not a picture", "image png"),
        ("image/svg+xml", b"", "image svg"),
        ("image/<odd>;x", b"", "image oddx"),
    ],
)
def test_a_picture_is_noted_with_its_size(mime: str, data: bytes, note: str) -> None:
    picture = shows({mime: base64.b64encode(data).decode() or "<svg/>", "text/plain": "<Figure>"})
    assert f"{note} at cell 1 output 0>>" in with_markers(shorten(book(code("plot()", picture))))


def test_a_picture_attached_to_markdown_is_noted() -> None:
    cell = {
        "cell_type": "markdown",
        "metadata": {},
        "source": "![m](attachment:m.png)",
        "attachments": {"m.png": {"image/png": "AAAA"}},
    }
    assert "image png at cell 1>>" in with_markers(shorten(book(cell)))


def test_a_part_nobody_can_shorten_keeps_its_ends() -> None:
    done = shorten(book(code("blob", shows({"text/plain": "abcdefgh " * 4000}))), "", 900)
    assert {(omission.unit, omission.at) for omission in done.omissions} == {("chars", "cell 1 output 0")}
    assert len(done.text) < 2500


def test_what_is_no_readable_notebook_is_left_alone() -> None:
    for text in (
        '{"cells": [], "nbformat": 4}',
        '{"cells": [1], "nbformat": 4}',
        '{"cells": [',
        "[" * 3000,
        "",
        "{}",
        "null",
    ):
        assert shorten(text).fidelity == "verbatim"
    whole = json.dumps(book(code("a")))
    assert NotebookCompressor().compress(whole, Ask(Query(), "lossless")).fidelity == "verbatim"
    assert NotebookCompressor().decode(whole) is None


@pytest.mark.parametrize("depth", [*range(880, 1000, 6), 2000, 100_000])
def test_data_nested_deep_is_no_trouble(depth: int) -> None:
    value = "[" * depth + "]" * depth
    whole = json.dumps(book(code("a", shows({"application/json": 0}))))
    shorten(whole.replace('"application/json": 0', f'"application/json": {value}'))


def test_confidence_wants_cells_and_a_format() -> None:
    sure = NotebookCompressor().confidence
    for path in SAMPLES.glob("notebook_*"):
        assert sure(path.read_text("utf-8"), Hints()) == 1.0
    assert sure('{"cells": [{"cell_type": "code"}]}', Hints(path="a.ipynb")) == 0.9
    assert sure('{"cells": ["battery"]}', Hints()) == 0.0
    assert sure('["cells", "nbformat"]', Hints()) == 0.0


VALUES = st.recursive(
    st.none() | st.integers(0, 9) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=8,
)
MIMES = st.sampled_from(["text/plain", "text/html", "image/png", "application/json", "application/x", "text/latex"])
OUTPUTS = st.fixed_dictionaries(
    {"output_type": st.sampled_from(["stream", "error", "display_data", "odd"])},
    optional={
        "name": VALUES,
        "text": VALUES,
        "data": st.dictionaries(MIMES, VALUES, max_size=3) | VALUES,
        "traceback": VALUES,
    },
)
CELLS = st.fixed_dictionaries(
    {},
    optional={
        "cell_type": VALUES,
        "source": VALUES,
        "outputs": st.lists(OUTPUTS | VALUES, max_size=5) | VALUES,
        "attachments": VALUES,
    },
)


@settings(max_examples=100, deadline=None)
@given(st.lists(CELLS, min_size=1, max_size=8), st.integers(0, 500))
def test_no_shape_of_notebook_is_trouble(cells: list[dict[str, Any]], target: int) -> None:
    done = shorten(book(*cells), "a", target)
    with_markers(done)
    text = json.dumps(book(*cells))
    for omission in done.omissions:
        if omission.ranges and omission.at.startswith(("cell", "$")):
            resolve(text, omission.at)
