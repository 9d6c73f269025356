"""`headroom retrieve`: an original back, whole or by the slice."""

from __future__ import annotations

import click

from headroom_jupyter import count_tokens
from headroom_jupyter import retrieve as retrieve_text
from headroom_jupyter.cli import options
from headroom_jupyter.cli.screen import write_json, write_text

__all__ = ["retrieve"]


@click.command(
    epilog="Examples:\n\n\b\n  headroom retrieve 3f9a1c27e0b4 --query 'order 4711'\n"
    "  headroom retrieve 3f9a1c27e0b4 --lines 41-77\n  headroom retrieve 3f9a1c27e0b4 --at '$.items' --rows 4-9,12"
)
@click.argument("ref")
@click.option("--query", help="Words to look for; the best matches come back, or an outline when there are none.")
@click.option("--at", help="The part to look in, as a marker says it: $.items, cell 12 output 0, lines 30-80.")
@click.option("--lines", help="Line ranges, counted from 1: 41-77,90.")
@click.option("--rows", help="Ranges of array elements, object entries or table rows.")
@click.option("--chars", help="Character ranges.")
@click.option("--max-tokens", type=click.IntRange(min=1), help="Most tokens of the answer.")
@options.model
@options.as_json
def retrieve(
    ref: str,
    query: str | None,
    at: str | None,
    lines: str | None,
    rows: str | None,
    chars: str | None,
    max_tokens: int | None,
    model: str,
    as_json: bool,
) -> None:
    """Bring back what a marker stands for.

    REF is the 12 hex digits after "ccr:" in a marker, or the whole marker. A marker's own words are the options: what
    says <<ccr:3f9a1c27e0b4 lines 41-77 of 403>> comes back with --lines 41-77.
    """
    text = retrieve_text(
        ref, query=query, at=at, lines=lines, rows=rows, chars=chars, max_tokens=max_tokens, model=model
    )
    if as_json:
        write_json({"ref": ref, "tokens": count_tokens(text, model=model), "text": text})
    else:
        write_text(text)
