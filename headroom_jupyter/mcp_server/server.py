"""The tools put before the SDK: listed, called in a thread, their errors told to the model.

The only module that knows the SDK.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
from mcp import types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError

from headroom_jupyter import __version__
from headroom_jupyter.ccr.store import Store
from headroom_jupyter.errors import HeadroomError
from headroom_jupyter.mcp_server import arguments, files, logs
from headroom_jupyter.mcp_server.base import Answer, Scope
from headroom_jupyter.mcp_server.tools import TOOLS
from headroom_jupyter.memory.memory import Memory

__all__ = ["build", "run"]

_INSTRUCTIONS = (
    "Long texts cost tokens and hide what matters. Read long files and outputs through headroom_compress, with a query "
    "that says what you look for. Where a mark such as <<ccr:3f9a1c27e0b4 lines 41-77 of 403>> stands, nothing is "
    "lost: headroom_retrieve brings it back, by the mark's own words or by a query. Ask memory_search what earlier "
    "work in this project learned; give memory_save what the next one will need."
)
_ROOTS_TIMEOUT_S = 5.0  # a client that says it has roots and does not name them
_LONGEST_NAME = 100
_MOST_THREADS = 8  # calls at work at once; more wait for their turn
_log = logging.getLogger(__name__)
_Context = ServerRequestContext[dict[str, Any]]


def build(project: str | None) -> Server[dict[str, Any]]:
    """A server for the store of one project; it does nothing until it runs."""
    tools = {tool.name: tool for tool in TOOLS}
    threads = anyio.CapacityLimiter(_MOST_THREADS)
    name = Store(project=project).project
    memory = Memory(project)
    own_folders = files.project_folders(name, is_chosen=project is not None)

    async def list_tools(_: _Context, __: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[types.Tool.model_validate(tool.wire(), by_name=False) for tool in TOOLS])

    async def call_tool(context: _Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        tool = tools.get(params.name)
        if tool is None:
            told = f"there is no tool {params.name[:60]!r}; the tools are {', '.join(tools)}"
            raise MCPError(code=types.INVALID_PARAMS, message=told)
        try:
            given = arguments.read(tool, params.arguments or {})
            folders = await _folders(context, own_folders) if "path" in given else own_folders
            scope = Scope(Store(project=name), memory, folders, _name_of(context))
            answer = await anyio.to_thread.run_sync(tool.run, given, scope, abandon_on_cancel=True, limiter=threads)
        except HeadroomError as err:
            return _failed(str(err))
        except Exception as err:  # noqa: BLE001  # a bug costs the client one call, and is told and logged
            _log.exception("%s failed", tool.name)
            return _failed(f"{tool.name} failed ({type(err).__name__}); the server's log says where; go on without it")
        return _answered(answer)

    return Server(
        "headroom", version=__version__, instructions=_INSTRUCTIONS, on_list_tools=list_tools, on_call_tool=call_tool
    )


def run(project: str | None) -> None:
    """Serve one client on standard input and output until it goes."""
    logs.set_up()
    anyio.run(_serve, build(project))


async def _serve(server: Server[dict[str, Any]]) -> None:
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


async def _folders(context: _Context, own: Sequence[Path]) -> Sequence[Path]:
    """The roots that the client declares now, which take the place of the project's own."""
    declared = context.session.client_capabilities
    if declared is None or declared.roots is None:
        return own
    try:
        found = await context.session.send_request(
            types.ListRootsRequest(), types.ListRootsResult, request_read_timeout_seconds=_ROOTS_TIMEOUT_S
        )
    except MCPError as err:  # no way back to the client, its own error, or no answer in time
        _log.warning("the client did not name its roots (error %s); the project's folder is used", err.error.code)
        return own
    return files.folders_of(str(root.uri) for root in found.roots) or own


def _name_of(context: _Context) -> str:
    known = context.session.client_params
    return "" if known is None else " ".join(known.client_info.name.split())[:_LONGEST_NAME]


def _answered(answer: Answer) -> types.CallToolResult:
    text = answer.text.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate cannot be sent
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=text)],
        structured_content=None if answer.structured is None else dict(answer.structured),
        _meta={"headroom": dict(answer.account)} if answer.account else None,
    )


def _failed(told: str) -> types.CallToolResult:
    line = " ".join(told.encode("utf-8", "replace").decode("utf-8").split())
    return types.CallToolResult(content=[types.TextContent(type="text", text=line)], is_error=True)
