"""What a line magic compresses: an expression, files, or what a cell put out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from headroom_jupyter.errors import InputError
from headroom_jupyter.notebook.composing import Part, compress_outputs, join
from headroom_jupyter.notebook.files import find, read_text
from headroom_jupyter.notebook.grammar import Request, unquoted
from headroom_jupyter.notebook.options import Options
from headroom_jupyter.notebook.outputs import compress_output
from headroom_jupyter.notebook.recorder import Recorder
from headroom_jupyter.notebook.recording import Output
from headroom_jupyter.results import TextResult
from headroom_jupyter.texts import compress_text

__all__ = ["result_of"]

_LONGEST_NAME = 60


def result_of(request: Request, options: Options, shell: InteractiveShell, recorder: Recorder) -> TextResult:
    """Compress what a request names.

    Raises:
        InputError: there is no such thing, or the expression cannot be evaluated.
    """
    given = request.options
    if request.form == "--file":
        return _of_files(find(given.file), options)
    if request.form in ("--cell", "--last"):
        return compress_outputs(_outputs(given.cell, shell, recorder), options)
    if request.form == "notebook":
        from headroom_jupyter.notebook.session import pack_notebook  # noqa: PLC0415  # a third of all that is loaded

        return pack_notebook(unquoted(given.notebook or request.rest), options, shell, recorder)
    return _of_expression(request.rest, options, shell)


def _of_expression(expression: str, options: Options, shell: InteractiveShell) -> TextResult:
    if not expression:
        raise InputError("%headroom needs something to compress: an expression, --file, --last, …; %headroom? tells")
    try:
        value = shell.ev(expression)  # type: ignore[no-untyped-call]  # IPython has no types for it
    except Exception as err:  # noqa: BLE001  # the person's own expression: whatever it raises is told in one line
        raise InputError(f"{expression[:_LONGEST_NAME]!r} cannot be evaluated: {type(err).__name__}: {err}") from None
    return _of_value(value, expression, options)


def _of_value(value: Any, expression: str, options: Options) -> TextResult:
    if isinstance(value, TextResult):
        raise InputError(f"{expression[:_LONGEST_NAME]} is a result already; its .original is what it was made from")
    name = expression if expression.isidentifier() else ""
    output = Output("result", title=name, value=value, has_value=True)
    part = Part("", "", lambda own: compress_output(output, own))
    return join([part], options)


def _of_files(paths: Sequence[Path], options: Options) -> TextResult:
    parts = []
    for path in paths:
        text = read_text(path)
        parts.append(Part(f"[{path}]\n" if len(paths) > 1 else "", text, _maker(text, path)))
    return join(parts, options)


def _maker(text: str, path: Path) -> Any:
    return lambda own: compress_text(
        text,
        query=own.asked,
        path=str(path),
        model=own.model,
        level=own.own_level,
        budget=own.budget,
        store=own.store,
    )


def _outputs(count: int | None, shell: InteractiveShell, recorder: Recorder) -> Sequence[Output]:
    """What In[count], or the last cell, put out."""
    if count is None:
        if not recorder.executions:
            raise InputError("no cell has run since the extension was loaded")
        run = recorder.executions[-1]
    elif (found := recorder.of(count)) is not None:
        run = found
    elif count in (results := shell.user_ns.get("Out", {})):
        return [Output("result", value=results[count], has_value=True)]
    else:
        raise InputError(f"In[{count}] has not run since the extension was loaded, and Out[{count}] is empty")
    if run.is_dropped:
        raise InputError(f"the outputs of In[{run.count}] are no longer held: too much was put out since")
    if not run.outputs:
        raise InputError(f"In[{run.count}] put nothing out")
    return run.outputs
