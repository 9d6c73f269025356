"""`headroom mcp install`, `uninstall` and `status`: our server in the lists of agents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import click

from headroom_jupyter.cli import options
from headroom_jupyter.cli.screen import write_json
from headroom_jupyter.wrap.agents import agent_named, agents, here
from headroom_jupyter.wrap.mcp_servers import ServerState, install, status, uninstall

__all__ = ["SUB_COMMANDS"]

_WORDS = {
    "installed": "lists headroom mcp in {path}",
    "outdated": "lists an older headroom mcp in {path}; headroom mcp install --agent {agent} renews it",
    "absent": "does not list headroom mcp in {path}",
    "foreign": "lists another server named headroom in {path}, which is left alone",
    "unsupported": "knows no MCP",
}
_agent = click.option("--agent", "names", multiple=True, required=True, metavar="NAME", help="Which; may be repeated.")


@click.command("install", epilog="Example: headroom mcp install --agent claude --agent codex")
@_agent
@options.as_json
def install_command(names: tuple[str, ...], as_json: bool) -> None:
    """List headroom mcp among an agent's MCP servers, once; other entries stay as they are."""
    _tell([install(agent_named(name), here()) for name in names], as_json)


@click.command("uninstall", epilog="Example: headroom mcp uninstall --agent claude")
@_agent
@options.as_json
def uninstall_command(names: tuple[str, ...], as_json: bool) -> None:
    """Take headroom mcp off an agent's list; a file that nobody else wrote to is as before, byte for byte."""
    _tell([uninstall(agent_named(name), here()) for name in names], as_json)


@click.command("status", epilog="Example: headroom mcp status --agent claude")
@click.option("--agent", "names", multiple=True, metavar="NAME", help="Which; may be repeated. All if left out.")
@options.as_json
def status_command(names: tuple[str, ...], as_json: bool) -> None:
    """Tell whether agents list headroom mcp."""
    chosen = [agent_named(name) for name in names] or agents()
    _tell([status(agent, here()) for agent in chosen], as_json)


def _tell(states: Sequence[ServerState], as_json: bool) -> None:
    if as_json:
        write_json([asdict(state) | {"path": state.path and str(state.path)} for state in states])
        return
    for state in states:
        told = _WORDS[state.state].format(path=state.path, agent=state.agent)
        click.echo(f"{state.agent} {told}")


SUB_COMMANDS: tuple[click.Command, ...] = (install_command, uninstall_command, status_command)
