"""In the kernel: magics, display, widgets. A door: nothing else in the package imports it.

`load` and `unload` are what `%load_ext` and `%unload_ext` do; loading twice is loading once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["load", "unload"]


def load(shell: InteractiveShell) -> None:
    """Give a shell the magics, their completion and configuration, and begin to record what cells put out."""
    from headroom_jupyter.notebook.loading import attach  # noqa: PLC0415  # IPython is loaded when it is there

    attach(shell)


def unload(shell: InteractiveShell) -> None:
    """Take all of that away again; results that are held by variables stay good."""
    from headroom_jupyter.notebook.loading import detach  # noqa: PLC0415

    detach(shell)
