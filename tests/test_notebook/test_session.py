"""`%headroom notebook` in a running kernel: its cells, what is out of date in them, its variables and its file."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.test_notebook.books import KEY, long_log, thirty_cells
from tests.test_notebook.conftest import Kernel


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Kernel]:
    """A kernel of its own, whose notebook is `own.ipynb` in its folder."""
    own = Kernel(tmp_path, HEADROOM_HOME=str(tmp_path / "home"), JPY_SESSION_NAME=str(tmp_path / "own.ipynb"))
    yield own
    own.stop()


def _save(path: Path, cells: list[tuple[str, str]]) -> None:
    book: dict[str, Any] = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}
    for cell_id, source in cells:
        cell = {"cell_type": "code", "id": cell_id, "source": source, "metadata": {}, "outputs": []}
        book["cells"].append({**cell, "execution_count": None})
    path.write_text(json.dumps(book), encoding="utf-8")


def test_thirty_cells_with_a_megabyte_of_log_and_two_errors(session: Kernel) -> None:
    (session.folder / "job.log").write_text(long_log(), encoding="utf-8")
    session.run("%load_ext headroom_jupyter")
    shown = [session.run(source) for kind, source in thirty_cells() if kind == "code"]
    assert [one.reply["ename"] for one in shown if one.status == "error"] == ["KeyError", "ZeroDivisionError"]
    packed = session.run("%headroom notebook --budget 8000 -o ctx")
    assert packed.status == "ok"
    (bundle,) = packed.results
    assert bundle["text/llm+plain"].startswith("# notebook: 28 cells")
    session.run("from headroom_jupyter import count_tokens, original")
    assert session.value("count_tokens(ctx.text)") <= 8_000
    text = session.value("ctx.text")
    for said in ("KeyError: 'checksum'", "ZeroDivisionError: division by zero", "shard 17 is damaged", "value_18"):
        assert said in text
    assert KEY not in text
    assert "api_key: str [masked]" in text
    assert "shards: dict of 20 {0: list of 400 dict" in text
    assert session.value("all(original(entry.ref) for entry in ctx.report.entries if entry.state != 'whole')")
    assert session.value("type(ctx).__mro__[1].__name__") == "TextResult"
    assert "parts whole" in session.run("ctx.report").of("execute_result")[0]["data"]["text/plain"]


def test_cells_that_ran_before_the_extension_are_there_with_what_ipython_kept(session: Kernel) -> None:
    session.run("early = [1, 2, 3]\nearly")
    session.run("%load_ext headroom_jupyter")
    session.run("late = sum(early)")
    session.run("%headroom notebook -o ctx -q")
    text = session.value("ctx.text")
    assert text.index("early = [1, 2, 3]") < text.index("late = sum(early)")
    assert "%load_ext" not in text
    assert "early: list of 3 int 1" in text


def test_results_of_code_that_changed_since_are_told(session: Kernel) -> None:
    session.run("%load_ext headroom_jupyter")
    for cell_id, source in [
        ("a", "rate = 2"),
        ("b", "print(rate * 10)"),
        ("c", "temporary = 5"),
        ("a", "rate = 3"),
        ("c", "other = 6"),
    ]:
        session.run_as(cell_id, source)
    session.run("%headroom notebook -o ctx -q")
    notes = session.value("ctx.report.notes")
    assert any("used rate before In[5] made it anew: may be out of date" in note for note in notes)
    assert any("the code that made temporary (In[4]) is gone" in note for note in notes)
    assert any(note.endswith("run 2 times") for note in notes)
    text = session.value("ctx.text")
    assert "rate = 3" in text
    assert "rate = 2" not in text
    assert "temporary: int 5" in text


def test_the_saved_notebook_gives_the_order_and_tells_edited_unrun_and_deleted_cells(session: Kernel) -> None:
    session.run("%load_ext headroom_jupyter")
    runs = [("one", "first = 1"), ("two", "second = first + 1"), ("gone", "third = 3"), ("zero", "zero = 0")]
    for cell_id, source in runs:
        session.run_as(cell_id, source)
    path = session.folder / "own.ipynb"
    saved = [("zero", "zero = 0"), ("one", "first = 1"), ("two", "second = first + 100"), ("new", "fourth = 4")]
    _save(path, saved)
    session.run("%headroom notebook -o ctx -q")
    text = session.value("ctx.text")
    assert text.startswith("# own.ipynb: 5 cells, 4 of them run")
    assert text.index("zero = 0") < text.index("first = 1") < text.index("second = first + 100") < text.index("fourth")
    notes = "\n".join(session.value("ctx.report.notes"))
    assert "In[3]: edited since it ran" in notes
    assert "cell 4: not run in this kernel" in notes
    assert "In[4]: deleted from the notebook, its names live on" in notes
    assert "In[2]: ran before In[5], which stands above it" in notes


def test_a_cell_that_ran_after_the_notebook_was_saved_is_not_called_deleted(session: Kernel) -> None:
    _save(session.folder / "own.ipynb", [("one", "first = 1")])
    os.utime(session.folder / "own.ipynb", (1_000_000_000, 1_000_000_000))
    session.run("%load_ext headroom_jupyter")
    session.run_as("one", "first = 2")
    session.run_as("two", "second = 2")
    session.run("%headroom notebook -o ctx -q")
    notes = "\n".join(session.value("ctx.report.notes"))
    assert "edited" not in notes
    assert "deleted" not in notes
    assert "In[3]: not saved yet" in notes
    assert "first = 2" in session.value("ctx.text")


def test_twins_are_used_when_the_notebook_is_packed(session: Kernel) -> None:
    session.run("%load_ext headroom_jupyter\n%headroom auto --over 300")
    session.run("for i in range(3000): print('entry', i, i * i)")
    session.run("%headroom notebook --budget 900 -o ctx -q")
    session.run("magics = get_ipython().magics_manager.registry['HeadroomMagics']")
    assert session.value("magics.recorder.executions[0].outputs[0].twin.text in ctx.text")


def test_a_named_file_is_packed_instead(session: Kernel) -> None:
    _save(session.folder / "other.ipynb", [("x", "elsewhere = 1")])
    session.run("%load_ext headroom_jupyter\nhere = 1")
    for code in ("%headroom --notebook other.ipynb -o ctx -q", "%headroom notebook other.ipynb -o ctx -q"):
        assert session.run(code).status == "ok"
        assert "elsewhere = 1" in session.value("ctx.text")
        assert "here: int" not in session.value("ctx.text")


def test_a_dry_run_of_packing_stores_nothing(session: Kernel) -> None:
    session.run("%load_ext headroom_jupyter")
    session.run("for i in range(3000): print('entry', i)")
    shown = session.run("%headroom notebook --budget 600 --dry-run")
    assert "dry run, nothing stored" in shown.stdout
    session.run("from headroom_jupyter import Store")
    assert session.value("len(Store().refs())") == 0


def test_a_session_without_cells_says_so(session: Kernel) -> None:
    session.run("%load_ext headroom_jupyter")
    assert "there is nothing to pack" in session.run("%headroom notebook").stderr
