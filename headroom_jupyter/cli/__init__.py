"""The command line, a thin door: one command a file, one line each in COMMANDS.

A command turns arguments into a call of the public functions and their answer into text or JSON. Exit code 0: done;
1: it could not be done, and one line on stderr says why and what to do; 2: the arguments are wrong.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

import click

from headroom_jupyter import __version__
from headroom_jupyter.errors import HeadroomError

__all__ = ["COMMANDS", "main"]

# Each is an object of its name in a module of its name. What it does is said here too: to load them all takes half a
# second, and a proxy, an MCP server or a question for help needs one or none.
COMMANDS: dict[str, str] = {
    "demo": "Compress real files and bring one back.",
    "compress": 'Make files smaller; "-" is standard input.',
    "retrieve": "Bring back what a marker stands for.",
    "proxy": "Stand between an agent and its provider, and make what passes smaller.",
    "wrap": "Run an agent, or any command, with its model requests going through a proxy.",
    "unwrap": "Undo every change that was made in an agent's files.",
    "mcp": "Serve compress and retrieve as MCP tools on standard input and output.",
    "memory": "Keep what was learned in a project, and find it again.",
    "learn": "Write down what failed in earlier sessions, and what worked instead.",
    "stats": "Show what was saved, and what the store holds.",
    "doctor": "Check that everything works here; exit code 1 if something does not.",
}


class _Commands(click.Group):
    """Loads a command when it is asked for, and lists them as COMMANDS does: the one to begin with first."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f"{__name__}.{cmd_name}"), cmd_name)
        assert isinstance(command, click.Command)  # noqa: S101  # a test has loaded them all
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        width = formatter.width - 6 - max(map(len, COMMANDS))
        rows = [(name, click.Command(name, help=told).get_short_help_str(width)) for name, told in COMMANDS.items()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


_group = _Commands(
    "headroom",
    help="Makes what a language model reads small, shows what it did, and loses nothing.",
    epilog="Example: headroom compress build.log --query 'why did it fail?'",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
_group = click.version_option(__version__, "--version")(_group)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the arguments of the process if none are given.

    Returns:
        The exit code.
    """
    try:
        return int(_group.main(arguments, prog_name="headroom", standalone_mode=False) or 0)
    except click.ClickException as err:
        err.show()
        return err.exit_code
    except click.Abort:
        click.echo("headroom: stopped", err=True)
        return 1
    except BrokenPipeError:
        # The reader has what it wanted (`| head`). Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except HeadroomError as err:
        click.echo(f"headroom: {' '.join(str(err).split())}", err=True)
        return 1
