"""`headroom wrap`: an agent, or any command, whose model requests go through a proxy."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import get_args

import click

from headroom_jupyter import settings
from headroom_jupyter.cli.screen import write_json
from headroom_jupyter.compressors.base import Level
from headroom_jupyter.memory.framing import REFERENCE_TOKENS
from headroom_jupyter.wrap.agents import agent_named, here
from headroom_jupyter.wrap.launch import Plan, plan_of, run

__all__ = ["wrap"]

_ANY = "--"


class _Wrap(click.Command):
    """Keeps the command's own words apart, and the `--` that says there is no agent's name among them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Everything from the first word on that is no option of ours is the command's."""
        given = list(args)
        rest = super().parse_args(ctx, args)
        ctx.meta["is_any"] = _ANY in given[: len(given) - len(ctx.params.get("words") or ())]
        return rest


@click.command(
    cls=_Wrap,
    context_settings={"ignore_unknown_options": False, "allow_interspersed_args": False},
    epilog="Examples:\n\n\b\n  headroom wrap claude\n  headroom wrap codex exec 'why does the build fail?'\n"
    "  headroom wrap --level lossless gemini\n  headroom wrap -- python my_agent.py",
)
@click.option(
    "--level", type=click.Choice(get_args(Level)), default="faithful", show_default=True, help="How far to go."
)
@click.option("--memory", is_flag=True, help="Add what the project's memory knows to the user's latest message.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON what would be run, and run nothing.")
@click.argument(
    "words", nargs=-1, required=True, type=click.UNPROCESSED, metavar="AGENT [ARGUMENTS]... | -- COMMAND..."
)
@click.pass_context
def wrap(context: click.Context, words: tuple[str, ...], level: str, memory: bool, as_json: bool) -> None:
    """Run an agent, or any command, with its model requests going through a proxy.

    AGENT is one of claude, codex, gemini, opencode, aider and goose. The project's proxy is started if none runs, and
    stops when the last command that uses it has ended. Terminal, signals and exit code are the command's own.
    """
    agent = None if context.meta["is_any"] else agent_named(words[0])
    command = words if agent is None else (agent.command, *words[1:])
    tokens = settings.load().memory_tokens or (REFERENCE_TOKENS if memory else 0)
    plan = plan_of(agent, command, here(), level=level, memory_tokens=tokens)
    if as_json:
        write_json(_shown(plan))
        return
    for note in plan.launch("").notes:
        click.echo(f"headroom: {note}", err=True)
    sys.stdout.flush()
    sys.stderr.flush()
    run(plan)


def _shown(plan: Plan) -> dict[str, object]:
    launch = plan.launch("http://127.0.0.1:PORT")
    edits = [{"path": str(edit.path), "at": ".".join(edit.keys), "value": edit.value} for edit in launch.edits]
    return {
        "command": [plan.words[0], *launch.arguments, *plan.words[1:]],
        "environment": dict(sorted(launch.environ.items())),
        "edits": edits,
        "notes": list(launch.notes),
        "proxy": {**asdict(plan.wanted), "key": plan.wanted.key},
    }
