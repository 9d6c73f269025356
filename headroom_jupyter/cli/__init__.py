"""The command line, a thin door: one command a file, one line each in COMMANDS.

A command turns arguments into a call of the public functions and their answer into text or JSON. Exit code 0: done;
1: it could not be done, and one line on stderr says why and what to do; 2: the arguments are wrong.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from headroom_jupyter import __version__
from headroom_jupyter.cli.compress import compress
from headroom_jupyter.cli.demo import demo
from headroom_jupyter.cli.doctor import doctor
from headroom_jupyter.cli.learn import learn
from headroom_jupyter.cli.mcp import mcp
from headroom_jupyter.cli.memory import memory
from headroom_jupyter.cli.proxy import proxy
from headroom_jupyter.cli.retrieve import retrieve
from headroom_jupyter.cli.stats import stats
from headroom_jupyter.cli.unwrap import unwrap
from headroom_jupyter.cli.wrap import wrap
from headroom_jupyter.errors import HeadroomError

__all__ = ["COMMANDS", "main"]

COMMANDS: tuple[click.Command, ...] = (demo, compress, retrieve, proxy, wrap, unwrap, mcp, memory, learn, stats, doctor)


class _InOrder(click.Group):
    """A group that lists its commands as COMMANDS does: the one to begin with first."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


_group = _InOrder(
    "headroom",
    help="Makes what a language model reads small, shows what it did, and loses nothing.",
    epilog="Example: headroom compress build.log --query 'why did it fail?'",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
_group = click.version_option(__version__, "--version")(_group)
for _command in COMMANDS:
    _group.add_command(_command)


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
