"""`headroom unwrap`: every change to an agent's files undone."""

from __future__ import annotations

import click

from headroom_jupyter.cli import options
from headroom_jupyter.cli.screen import write_json
from headroom_jupyter.wrap.agents import agent_named, journal

__all__ = ["unwrap"]


@click.command(epilog="Examples:\n\n\b\n  headroom unwrap gemini\n  headroom unwrap --all")
@click.argument("name", required=False, metavar="[AGENT]")
@click.option("--all", "is_all", is_flag=True, help="Of all agents.")
@options.as_json
def unwrap(name: str | None, is_all: bool, as_json: bool) -> None:
    """Undo every change that was made in an agent's files.

    That is what headroom mcp install wrote, and what a wrap that was killed left behind. A file that nobody else wrote
    to is as before, byte for byte; from one that somebody did, our entries go and nothing else.
    """
    if is_all == (name is not None):
        raise click.UsageError("say which agent, or --all")
    changed = journal().take(None if name is None else agent_named(name).name)
    if as_json:
        write_json({"restored": [str(path) for path in changed]})
        return
    for path in changed:
        click.echo(f"restored {path}")
    if not changed:
        click.echo("nothing to undo")
