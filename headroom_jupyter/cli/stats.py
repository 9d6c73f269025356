"""`headroom stats`: what was saved, and what the store holds."""

from __future__ import annotations

from collections.abc import Mapping

import click

from headroom_jupyter import Store, settings
from headroom_jupyter.cli import options
from headroom_jupyter.cli.screen import amount, console, new_table, percent, row, write_json
from headroom_jupyter.ledger import GROUPS, Ledger, Totals

__all__ = ["stats"]


_NAMELESS = {"compressor": "(retrieved)", "session": "(no session)", "notebook": "(no notebook)"}


@click.command(epilog="Example: headroom stats --by compressor")
@click.option(
    "--by",
    type=click.Choice(GROUPS),
    default="all",
    show_default=True,
    help="How to group the books.",
)
@options.as_json
def stats(by: str, as_json: bool) -> None:
    """Show what was saved, and what the store holds.

    The books count every block when it is first given out, in all projects, and what retrievals cost. What providers
    reported of their prompt caches stands apart.
    """
    with Store() as store:
        totals = Ledger(store).totals(by=by)
        size_bytes, quota_bytes, originals = store.volume_bytes(), settings.load().quota_bytes, len(store.refs())
    if as_json:
        groups = {name: sums.figures() for name, sums in totals.items()}
        held = {"path": str(store.path), "size_bytes": size_bytes, "quota_bytes": quota_bytes}
        write_json({"by": by, "groups": groups, "store": held, "project": store.project, "originals": originals})
        return
    table = new_table(by, ">blocks", ">before", ">after", ">retrieved", ">saved in all", ">share")
    for name, sums in totals.items():
        counts = (sums.blocks, sums.tokens_before, sums.tokens_after, sums.tokens_retrieved, sums.tokens_saved)
        row(table, name or _NAMELESS.get(by, ""), *map(amount, counts), percent(sums.saved_fraction))
    screen = console()
    screen.print(table)
    _tell_measured(by, totals)
    screen.print(
        f"\noriginals of project {store.project}: {originals:,}\n"
        f"store {store.path}: {size_bytes / 1e6:,.1f} MB of {quota_bytes / 1e6:,.0f} MB",
        soft_wrap=True,
    )


def _tell_measured(by: str, totals: Mapping[str, Totals]) -> None:
    """What providers reported, if they did."""
    table = new_table(by, ">calls", ">input", ">from cache", ">to cache", ">share", title="\nprompt cache, as measured")
    for name, sums in totals.items():
        if sums.calls:
            counts = (sums.calls, sums.input_tokens, sums.cached_tokens, sums.written_tokens)
            row(table, name or _NAMELESS.get(by, ""), *map(amount, counts), percent(sums.cached_fraction))
    if table.row_count:
        console().print(table)
