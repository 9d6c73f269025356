"""`headroom mcp`: the MCP server; its sub-commands are about how agents find it."""

from __future__ import annotations

import sys

import click

from headroom_jupyter.cli import options
from headroom_jupyter.cli.mcp_install import SUB_COMMANDS
from headroom_jupyter.cli.screen import write_json
from headroom_jupyter.mcp_server import serve
from headroom_jupyter.mcp_server.tools import TOOLS

__all__ = ["mcp"]


@click.group(
    invoke_without_command=True,
    epilog="Examples:\n\n\b\n  headroom mcp\n  headroom mcp --project ~/work/billing\n  headroom mcp --json",
)
@click.option("--project", help="Folder or name of the project; without it that of the working directory.")
@options.as_json
@click.pass_context
def mcp(context: click.Context, project: str | None, as_json: bool) -> None:
    """Serve compress and retrieve as MCP tools on standard input and output.

    An MCP client starts this by itself, in the folder it works in. Files are read from the client's roots, or from the
    project's folder, and from nowhere else. --json prints the tools and their arguments, and serves nothing.
    """
    if context.invoked_subcommand:
        return
    if as_json:
        write_json([tool.wire() for tool in TOOLS])
        return
    if sys.stdin.isatty():
        click.echo("headroom mcp: waiting for an MCP client on standard input; Ctrl-C stops", err=True)
    serve(project=project)


for _command in SUB_COMMANDS:
    mcp.add_command(_command)
