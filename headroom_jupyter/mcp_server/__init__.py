"""The MCP server: compress and retrieve for any MCP client, over standard input and output.

A tool is one file here and one line in `tools.TOOLS`. The SDK is loaded when the server starts, not when this is
imported.
"""

from __future__ import annotations

__all__ = ["serve"]


def serve(*, project: str | None = None) -> None:
    """Serve one client until it closes standard input; standard output carries the protocol and nothing else.

    Args:
        project: A folder or a name; the project of the working directory if it is left out.
    """
    import gc  # noqa: PLC0415  # as below

    # The SDK's models are a fifth of a second of garbage collection that finds no garbage.
    gc.disable()
    try:
        from headroom_jupyter.mcp_server.server import run  # noqa: PLC0415  # heavy: pydantic, anyio, starlette
    finally:
        gc.enable()
    run(project)
