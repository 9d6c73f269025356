"""What the running session knows of its notebook: its runs, its saved file, its variables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from headroom_jupyter import settings
from headroom_jupyter.notebook.book import Book, live_book, saved_book
from headroom_jupyter.notebook.files import find
from headroom_jupyter.notebook.options import Options
from headroom_jupyter.notebook.packing import pack
from headroom_jupyter.notebook.recorder import Recorder
from headroom_jupyter.notebook.recording import Execution, Output, plain
from headroom_jupyter.notebook.report import NotebookContext
from headroom_jupyter.notebook.variables import schema, variables

__all__ = ["book_of", "pack_notebook", "saved_path"]


def pack_notebook(path: str, options: Options, shell: InteractiveShell, recorder: Recorder) -> NotebookContext:
    """Pack a saved notebook, or the running one if `path` is empty."""
    return pack(saved_book(find([path])[0]) if path else book_of(shell, recorder), options)


def book_of(shell: InteractiveShell, recorder: Recorder) -> Book:
    """The running notebook."""
    recorded = {run.count: run for run in recorder.executions}
    runs = [recorded.get(count) or _from_history(shell, count, source) for count, source in _inputs(shell, recorder)]
    book = live_book(runs, saved_path(shell))
    return replace(book, variables=variables(shell.user_ns, shell.user_ns_hidden))


def _inputs(shell: InteractiveShell, recorder: Recorder) -> Iterable[tuple[int, str]]:
    """The numbers and texts of what ran, without the cell that runs now."""
    sources = list(enumerate(shell.history_manager.input_hist_raw)) if shell.history_manager else []
    last = len(sources) - (1 if recorder.is_stored else 0)
    return [(count, source) for count, source in sources[:last] if count and source.strip()]


def _from_history(shell: InteractiveShell, count: int, source: str) -> Execution:
    """A run from before the extension was loaded, with what IPython itself kept of it."""
    kept: Any = shell.history_manager
    outputs = [*_kept_outputs(getattr(kept, "outputs", {}).get(count, ()))]
    results = shell.user_ns.get("Out", {})
    if count in results and not any(output.kind == "result" for output in outputs):
        line = schema(f"Out[{count}]", results[count])
        outputs.append(Output("result", data={"text/plain": line}))
    error = getattr(kept, "exceptions", {}).get(count)
    if error:
        title = f"{error.get('ename')}: {error.get('evalue')}"
        outputs.append(Output("error", plain("\n".join(error.get("traceback", ()))), title=title))
    return Execution(count, source, tuple(outputs), is_failed=bool(error))


def _kept_outputs(kept: Sequence[Any]) -> Iterable[Output]:
    """IPython 9 keeps streams and bundles by itself."""
    for output in kept:
        bundle = dict(output.bundle)
        if output.output_type in ("out_stream", "err_stream"):
            text = bundle.get("stream", "")
            kind = "stdout" if output.output_type == "out_stream" else "stderr"
            yield Output(kind, "".join(text) if isinstance(text, list) else str(text))  # type: ignore[arg-type]  # one of the two
        else:
            yield Output("result" if output.output_type == "execute_result" else "display", data=bundle)


def saved_path(shell: InteractiveShell) -> Path | None:
    """The file of the running notebook, if the front end told of one that is there."""
    known = (settings.session_path(), shell.user_ns.get("__vsc_ipynb_file__"))
    paths = [Path(name) for name in known if isinstance(name, str) and name.endswith(".ipynb")]
    return next((path for path in paths if path.is_file()), None)
