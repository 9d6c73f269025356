"""The notebooks in examples/ run from top to bottom, and what they show is what was saved with them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from tests.test_examples import NOTEBOOKS

EXAMPLES = Path(__file__).parents[2] / "examples"
_SAID = {
    "quickstart": (
        "127.0.2.14 - grace",
        "GET /search?q=compress%28",
        "confidence_of",
        "400 took 0..6 ms",
    ),
    "pack_this_notebook": (
        "In[11] FAILED",
        "AssertionError: only 19,988 MB were left, 12 MB too few",
        "KeyError: 'available'",
        "IndexError: string index out of range",
        "its limit_mb was overwritten by In[9]",
        "api_key: str [masked]",
        "look like secrets: 1",
        "parts whole, 1 shortened, 0 left out",
        "headroom auto is off.",
    ),
}


def _said(book: Any) -> str:
    """All that the outputs say, as text."""
    said = []
    for output in (output for cell in book.cells for output in cell.get("outputs", ())):
        data = output.get("data", {})
        said += [output.get("text", ""), data.get("text/llm+plain", ""), data.get("text/plain", "")]
    return "\n".join(map(str, said))


@pytest.mark.parametrize("name", sorted(_SAID))
def test_the_notebook_runs_and_says_what_was_saved(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in {
        "HEADROOM_HOME": str(tmp_path / "home"),
        "HEADROOM_PROJECT": "examples",
        "JPY_SESSION_NAME": "",
        "PYTHONWARNINGS": "",
    }.items():
        monkeypatch.setenv(variable, value)
    saved = nbformat.read(EXAMPLES / f"{name}.ipynb", as_version=4)
    said = _said(saved)
    NotebookClient(saved, timeout=100, resources={"metadata": {"path": str(EXAMPLES)}}).execute()
    again = _said(saved)
    for part in _SAID[name]:
        assert part in again
        assert part in said, "execute the notebook anew and save it"
    assert os.stat(EXAMPLES / f"{name}.ipynb").st_size < 90_000


def test_every_notebook_there_is_tested_and_in_the_table() -> None:
    run = {*_SAID, *(name.removesuffix(".ipynb") for name in NOTEBOOKS)}
    assert {path.stem for path in EXAMPLES.glob("*.ipynb")} == {*run, "nightly_job"}
    table = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert [name for name in run if f"| `{name}.ipynb` |" not in table] == []
