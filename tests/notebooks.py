"""The notebooks of examples/: runs them in a real kernel, and saves them with what they put out; not a test.

python -m tests.notebooks        executes and saves those that stand there with their outputs
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import nbformat
from nbclient import NotebookClient

from headroom_jupyter.ccr.marker import scan
from tests.upstream import Reply, Seen, ToolCall, Upstream, speak

__all__ = ["EXAMPLES", "NOTEBOOKS", "executed", "said", "scripted_model"]

EXAMPLES = Path(__file__).parents[1] / "examples"
NOTEBOOKS = (
    "agent_loop",
    "memory_first_notebook",
    "memory_second_notebook",
    "pack_this_notebook",
    "quickstart",
    "tame_a_dataframe",
)
_AFTER = {"memory_second_notebook": "memory_first_notebook"}  # what has to run before, in the same project
_WIDGET = "application/vnd.jupyter.widget-view+json"


def executed(name: str, home: Path, **environ: str) -> Any:
    """A notebook of examples/ after all its cells have run, with a store of its own under `home`."""
    if name in _AFTER and not home.exists():
        executed(_AFTER[name], home, **environ)
    notebook = nbformat.read(EXAMPLES / f"{name}.ipynb", as_version=4)
    own = {"HEADROOM_HOME": str(home), "HEADROOM_PROJECT": "examples", "JPY_SESSION_NAME": "", "PYTHONWARNINGS": ""}
    with patch.dict(os.environ, {**own, **environ}):
        resources = {"metadata": {"path": str(EXAMPLES)}}
        NotebookClient(notebook, timeout=100, resources=resources, store_widget_state=False).execute()
    return notebook


def said(cell: Any) -> str:
    """What the outputs of a cell say, as text."""
    texts = []
    for output in cell.get("outputs", ()):
        data = output.get("data", {})
        texts += [output.get("text", ""), data.get("text/llm+plain", ""), data.get("text/plain", "")]
        texts.append(output.get("evalue", ""))
    return "\n".join(map(str, texts)).strip()


@contextmanager
def scripted_model() -> Iterator[tuple[Upstream, dict[str, str]]]:
    """A server that answers as a model would, and the variables that lead an OpenAI client to it."""
    with Upstream(_answer) as upstream:
        yield upstream, {"OPENAI_BASE_URL": f"{upstream.url}/v1", "OPENAI_API_KEY": "none", "OPENAI_MODEL": ""}


def _answer(seen: Seen) -> Reply:
    """Runs the tests, asks for what a mark stands for, and quotes what came."""
    results = [message["content"] for message in seen.messages if message["role"] == "tool"]
    if not results:
        return speak(seen, ToolCall("c1", "run_tests"))
    if len(results) == 1:
        ref = next(marker.ref for _, _, marker in scan(results[0]) if marker.ref)
        return speak(seen, ToolCall("c2", "headroom_retrieve", {"ref": ref, "query": "IndexError"}))
    error = next(line for line in results[1].split("\n") if "IndexError" in line)
    return speak(seen, f"It failed with: {error.strip()}")


def main() -> None:
    """Execute and save them all."""
    for name in NOTEBOOKS:
        with tempfile.TemporaryDirectory() as folder, scripted_model() as (_, environ):
            notebook = executed(name, Path(folder) / "home", **environ)
        for cell in notebook.cells:
            cell.metadata.pop("execution", None)
            for output in cell.get("outputs", ()):
                output.get("data", {}).pop(_WIDGET, None)  # nothing but a live kernel can show it
        notebook.metadata.language_info = {"name": "python"}
        nbformat.write(notebook, EXAMPLES / f"{name}.ipynb")
        print(name, (EXAMPLES / f"{name}.ipynb").stat().st_size)


if __name__ == "__main__":
    main()
