"""Puts the extension into a shell and takes it out again, leaving nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from headroom_jupyter.notebook.completion import matcher_for
from headroom_jupyter.notebook.magics import HeadroomMagics
from headroom_jupyter.notebook.transform import asked, transformer_for

__all__ = ["attach", "detach"]

_NAME = HeadroomMagics.__name__


def attach(shell: InteractiveShell) -> None:
    """Register magics, cell transformer, completion and configuration; start the recorder."""
    if _NAME in shell.magics_manager.registry:
        return
    magics = HeadroomMagics(shell)
    shell.register_magics(magics)
    magics.recorder.start()
    shell.events.register("pre_run_cell", magics.begin)
    shell.events.register("pre_run_cell", magics.calls.listen)
    magics.undo.append(_removal(shell.configurables, magics))  # where IPython itself puts magics, for %config
    _add(magics, shell.input_transformers_cleanup, transformer_for(magics.accepts))
    _add(magics, shell.input_transformers_cleanup, asked)
    if (completer := getattr(shell, "Completer", None)) is not None:
        _add(magics, completer.custom_matchers, matcher_for(magics))
    if getattr(shell, "kernel", None) is not None:
        from headroom_jupyter.notebook.comm import PanelLink  # noqa: PLC0415  # a kernel has comm, a terminal may not

        link = PanelLink(shell)
        link.start()
        magics.undo.append(link.stop)


def detach(shell: InteractiveShell) -> None:
    """Undo `attach`."""
    magics = shell.magics_manager.registry.pop(_NAME, None)
    if magics is None:
        return
    magics.recorder.stop()
    shell.events.unregister("pre_run_cell", magics.begin)
    shell.events.unregister("pre_run_cell", magics.calls.listen)
    magics.calls.stop()
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop("headroom", None)
    for undo in magics.undo:
        undo()


def _add(magics: HeadroomMagics, place: list[Any], part: Any) -> None:
    """Put a part into a list of the shell's, and note how it comes out again."""
    place.append(part)
    magics.undo.append(_removal(place, part))


def _removal(place: list[Any], part: Any) -> Callable[[], None]:
    def remove() -> None:
        place[:] = [one for one in place if one is not part]

    return remove
