"""The example notebooks run in a real kernel, and say what they promise."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from headroom_jupyter import headroom_tools
from headroom_jupyter.ccr.marker import scan
from headroom_jupyter.rendering.bundle import LLM_MIME, MIME
from tests.upstream import Reply, Seen, ToolCall, Upstream, speak

EXAMPLES = Path(__file__).parents[1] / "examples"
NOTEBOOKS = ("agent_loop.ipynb", "tame_a_dataframe.ipynb")


def _executed(name: str) -> list[list[Any]]:
    """Run a notebook; the outputs of each code cell."""
    notebook = nbformat.read(EXAMPLES / name, as_version=4)
    NotebookClient(notebook, timeout=100, resources={"metadata": {"path": str(EXAMPLES)}}).execute()
    return [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]


def _printed(outputs: list[Any]) -> str:
    return "".join(output.text for output in outputs if output.output_type == "stream")


def _shown(outputs: list[Any]) -> Any:
    return next(output.data for output in outputs if "data" in output)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_that_depends_on_the_place_it_runs_in_is_kept_without_outputs(name: str) -> None:
    notebook = nbformat.read(EXAMPLES / name, as_version=4)
    assert [cell for cell in notebook.cells if cell.get("outputs") or cell.get("execution_count")] == []


def test_a_dataframe_is_tamed() -> None:
    _, naive, shown, prompt, rows, found, explorer, same = _executed("tame_a_dataframe.ipynb")
    before = int(_tokens(_printed(naive)))
    data = _shown(shown)
    assert "19988" in data[LLM_MIME]
    assert data[MIME]["tokens"]["after"] < before / 10
    assert int(_tokens(_printed(prompt))) < before / 10
    assert len(re.findall(r"11:2\d:\d\d\.\d{3}", _printed(rows))) == 5
    assert "11:25:59" in _printed(rows)
    assert "11:26:14" in _printed(found)
    assert "application/vnd.jupyter.widget-view+json" in _shown(explorer)
    assert _shown(same)["text/plain"] == "True"


def _tokens(text: str) -> str:
    return text.split(" ", 1)[0].replace(",", "")


def test_an_agent_gets_its_answer_from_a_small_context(monkeypatch: pytest.MonkeyPatch) -> None:
    with Upstream(_model) as upstream:
        monkeypatch.setenv("OPENAI_BASE_URL", f"{upstream.url}/v1")
        monkeypatch.setenv("OPENAI_API_KEY", "none")
        _, _, _, answer, steps = _executed("agent_loop.ipynb")
    assert "IndexError: string index out of range" in _printed(answer)
    assert next(output.data for output in answer if "data" in output)[MIME]["type"] == "trace"
    before, after, calls = re.findall(r"([\d,]+) (?:tokens without|with|calls)", _printed(steps))
    assert calls == "3"
    assert int(after.replace(",", "")) < int(before.replace(",", "")) / 5
    assert [len(seen.body) < 15_000 for seen in upstream.seen] == [True] * 3
    assert upstream.seen[0].tool_names == ["run_tests", *headroom_tools()]


def _model(seen: Seen) -> Reply:
    """A model that runs the tests, asks for what a mark stands for, and quotes what came."""
    results = [message["content"] for message in seen.messages if message["role"] == "tool"]
    if not results:
        return speak(seen, ToolCall("c1", "run_tests"))
    if len(results) == 1:
        ref = next(marker.ref for _, _, marker in scan(results[0]) if marker.ref)
        return speak(seen, ToolCall("c2", "headroom_retrieve", {"ref": ref, "query": "IndexError"}))
    error = next(line for line in results[1].split("\n") if "IndexError" in line)
    return speak(seen, f"It failed with: {error.strip()}")
