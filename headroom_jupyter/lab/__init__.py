"""In the Jupyter server: REST for the side panel. A door: nothing else in the package imports it.

What the routes answer is written down in labextension/src/panel/protocol.ts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

__all__ = ["_load_jupyter_server_extension"]


def _load_jupyter_server_extension(server: ServerApp) -> None:
    """What `jupyter server` calls for the extension `headroom_jupyter`."""
    from headroom_jupyter.lab.extension import attach  # noqa: PLC0415  # a Jupyter hook: tornado is loaded by a server

    attach(server)
