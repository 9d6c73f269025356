"""`headroom demo`: real files before and after, and one original brought back."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click

from headroom_jupyter import Store, TextResult, compress_text, count_tokens, retrieve
from headroom_jupyter.ccr.marker import scan
from headroom_jupyter.cli import options
from headroom_jupyter.cli.examples import Example, load_examples
from headroom_jupyter.cli.screen import amount, console, new_table, percent, row, write_json

__all__ = ["demo"]

_SHOWN_LINES = 12  # of what comes back


@dataclass(frozen=True)
class _Shown:
    example: Example
    result: TextResult

    @property
    def has_answer(self) -> bool:
        """Whether a reader of the compressed text can still answer the question."""
        return all(part in self.result.text for part in self.example.answer)


@dataclass(frozen=True)
class _Recalled:
    """What was left out of one file, and what came back of it."""

    file: str
    marker: str
    ref: str
    query: str
    text: str
    tokens: int


@click.command(epilog="Example: headroom demo --json")
@options.as_json
def demo(as_json: bool) -> None:
    """Compress real files and bring one back.

    The files come with the package. It works in a temporary store that is gone afterwards.
    """
    with tempfile.TemporaryDirectory(prefix="headroom-demo-") as folder, Store(folder, project="demo") as store:
        shown = [
            _Shown(example, compress_text(example.text, query=example.question, path=example.file, store=store))
            for example in load_examples()
        ]
        recalled = _recall(shown, store)
    if as_json:
        write_json(_as_json(shown, recalled))
    else:
        _print(shown, recalled)


def _recall(shown: Sequence[_Shown], store: Store) -> _Recalled:
    """Look the first detail up that an example was made with."""
    chosen = next(one for one in shown if one.example.detail_query)
    ref, query = chosen.result.refs[0], chosen.example.detail_query
    start, end, _ = next(iter(scan(chosen.result.text)))
    text = retrieve(ref, query=query, store=store)
    return _Recalled(chosen.example.file, chosen.result.text[start:end], ref, query, text, count_tokens(text))


def _totals(shown: Sequence[_Shown]) -> tuple[int, int]:
    return sum(one.result.tokens_before for one in shown), sum(one.result.tokens_after for one in shown)


def _print(shown: Sequence[_Shown], recalled: _Recalled) -> None:
    screen = console()
    table = new_table("file", "kind", ">before", ">after", ">saved", "question", "answer still there")
    for one in shown:
        row(
            table,
            *(one.example.file, one.result.kind, amount(one.result.tokens_before), amount(one.result.tokens_after)),
            *(percent(one.result.saved_fraction), one.example.question, "yes" if one.has_answer else "NO"),
        )
    before, after = _totals(shown)
    row(table, "all", "", amount(before), amount(after), percent(1 - after / before), "", "", style="bold")
    screen.print(table)
    screen.print(f"\nNothing is lost. In {recalled.file} this marks what was left out:\n", soft_wrap=True)
    screen.print(f"    {recalled.marker}\n", soft_wrap=True)
    screen.print(f"and this brings back what you ask for, {amount(recalled.tokens)} tokens of it:\n", soft_wrap=True)
    screen.print(f"    headroom retrieve {recalled.ref} --query {recalled.query!r}\n", soft_wrap=True)
    lines = recalled.text.rstrip("\n").split("\n")
    for line in lines[:_SHOWN_LINES]:
        screen.print(f"    {line}", overflow="ellipsis", no_wrap=True)
    if len(lines) > _SHOWN_LINES:
        screen.print(f"    … {len(lines) - _SHOWN_LINES} more lines")
    screen.print("\n(The demo's own store is gone now. Try it on a file of yours: headroom compress FILE)")


def _as_json(shown: Sequence[_Shown], recalled: _Recalled) -> dict[str, Any]:
    files = [
        {
            "file": one.example.file,
            "kind": one.result.kind,
            "fidelity": one.result.fidelity,
            "tokens_before": one.result.tokens_before,
            "tokens_after": one.result.tokens_after,
            "question": one.example.question,
            "has_answer": one.has_answer,
        }
        for one in shown
    ]
    before, after = _totals(shown)
    back = {"file": recalled.file, "marker": recalled.marker, "query": recalled.query, "text": recalled.text}
    return {"files": files, "tokens_before": before, "tokens_after": after, "recalled": back}
