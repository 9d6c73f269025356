"""`headroom compress`: files, standard input or a message list, made smaller."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, get_args

import click
from rich.progress import Progress

from headroom_jupyter import compress as compress_messages
from headroom_jupyter import compress_text
from headroom_jupyter.cli import options, sources
from headroom_jupyter.cli.screen import amount, console, new_table, percent, row, write_json, write_text
from headroom_jupyter.compressors.base import Level
from headroom_jupyter.errors import InputError

__all__ = ["compress"]

_LISTS = ("messages", "input", "contents")  # where a request of one of the four formats keeps its messages


@dataclass(frozen=True)
class _Asked:
    query: str
    level: Level
    budget: int | None
    model: str


@dataclass(frozen=True)
class _Outcome:
    """What became of one file; `text` is what the model would read."""

    file: str
    kind: str
    compressor: str
    fidelity: str
    tokens_before: int
    tokens_after: int
    refs: tuple[str, ...]
    reason: str
    text: str = field(repr=False)
    decisions: tuple[Mapping[str, Any], ...] = ()

    @property
    def saved_fraction(self) -> float:
        return 1 - self.tokens_after / self.tokens_before if self.tokens_before else 0.0


@click.command(
    epilog="Examples:\n\n\b\n  headroom compress build.log --query 'why did it fail?'\n"
    "  git diff | headroom compress -\n"
    "  headroom compress logs/*.log -o small/\n  headroom compress --messages chat.json > smaller.json"
)
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("--query", default="", help="What the reader wants to know; what it names stays in the text.")
@click.option(
    "--level", type=click.Choice(get_args(Level)), default="faithful", show_default=True, help="How far to go."
)
@click.option("--budget", type=click.IntRange(min=1), help="Tokens each result may have.")
@options.model
@click.option("--messages", "is_messages", is_flag=True, help="FILE holds a list of messages, or a request, as JSON.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder for the results, one file each.")
@options.as_json
def compress(
    files: tuple[str, ...],
    query: str,
    level: Level,
    budget: int | None,
    model: str,
    is_messages: bool,
    output: Path | None,
    as_json: bool,
) -> None:
    """Make files smaller; "-" is standard input.

    The text of one FILE goes to standard output, with a line about it on standard error. Several files give a table,
    and their texts with -o or --json. Originals go to the store; `headroom retrieve` brings them back.
    """
    asked = _Asked(query, level, budget, model)
    targets = _targets(files, output) if output else {}
    sources.check(files)
    outcomes = []
    for outcome in _outcomes(files, asked, is_messages=is_messages):
        if target := targets.get(outcome.file):
            _write(target, outcome.text)
        outcomes.append(outcome)
    if as_json:
        write_json(_as_json(outcomes, targets))
    elif len(files) == 1 and not output:
        write_text(outcomes[0].text)
        console(is_error=True).print(_summary(outcomes[0]), soft_wrap=True)
    else:
        _print_table(outcomes)


def _outcomes(files: Sequence[str], asked: _Asked, *, is_messages: bool) -> Iterator[_Outcome]:
    err = console(is_error=True)
    with Progress(console=err, transient=True, disable=len(files) < 2 or not err.is_terminal) as progress:
        for name in progress.track(files, description="compressing"):
            text = sources.read(name)
            yield _of_messages(name, text, asked) if is_messages else _of_text(name, text, asked)


def _of_text(name: str, text: str, asked: _Asked) -> _Outcome:
    path = None if name == sources.STDIN else name
    result = compress_text(text, path=path, **asdict(asked))
    return _Outcome(
        *(name, result.kind, result.compressor, result.fidelity, result.tokens_before, result.tokens_after),
        *(result.refs, result.reason, result.text),
    )


def _of_messages(name: str, text: str, asked: _Asked) -> _Outcome:
    if asked.query:
        raise InputError("--query is for files of text; in a message list the user's own messages ask")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as err:
        raise InputError(f"{name} is no JSON: {err}; leave out --messages to compress it as text") from err
    key = next((key for key in _LISTS if isinstance(value, dict) and isinstance(value.get(key), list)), None)
    messages = value[key] if key else value
    result = compress_messages(messages, model=asked.model, level=asked.level, budget=asked.budget)
    changed = [decision for decision in result.decisions if decision.is_changed]
    whole = {**value, key: result.messages} if key else result.messages
    return _Outcome(
        file=name,
        kind="messages",
        compressor="",
        fidelity="",
        tokens_before=result.tokens_before,
        tokens_after=result.tokens_after,
        refs=tuple(dict.fromkeys(ref for decision in changed for ref in decision.refs)),
        reason=result.error or f"{len(changed)} of {len(result.decisions)} blocks changed",
        text=json.dumps(whole, indent=2) + "\n",
        decisions=tuple(asdict(decision) for decision in result.decisions),
    )


def _targets(files: Sequence[str], output: Path) -> dict[str, Path]:
    """Where each result goes; refused when two would meet, or one would take its source's place."""
    if output.exists() and not output.is_dir():
        raise InputError(f"{output} is a file; -o needs a folder")
    targets: dict[str, Path] = {}
    for name in files:
        target = output / ("stdin.txt" if name == sources.STDIN else Path(name).name)
        if target in targets.values() and name not in targets:
            raise InputError(f"two files are named {target.name}; compress them into different folders")
        if target.exists() and name != sources.STDIN and os.path.samefile(target, name):
            raise InputError(f"{target} would be overwritten by its own compressed text; give -o another folder")
        targets[name] = target
    return targets


def _write(target: Path, text: str) -> None:
    """Write a file whole or not at all."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
            file.write(text.encode("utf-8", "surrogatepass"))
        Path(file.name).replace(target)
    except OSError as err:
        raise InputError(f"{target} cannot be written: {err.strerror or err}; give -o another folder") from err


def _as_json(outcomes: Sequence[_Outcome], targets: Mapping[str, Path]) -> dict[str, Any]:
    entries = []
    for outcome in outcomes:
        entry = asdict(outcome) | {"saved_fraction": round(outcome.saved_fraction, 4)}
        if outcome.kind != "messages":
            del entry["decisions"]
        if outcome.file in targets:
            entry["text"] = None
            entry["output"] = str(targets[outcome.file])
        entries.append(entry)
    before, after = _totals(outcomes)
    return {"files": entries, "tokens_before": before, "tokens_after": after}


def _summary(outcome: _Outcome) -> str:
    name = "standard input" if outcome.file == sources.STDIN else outcome.file
    what = ", ".join(word for word in (outcome.kind, outcome.fidelity) if word)
    counts = f"{amount(outcome.tokens_before)} → {amount(outcome.tokens_after)} tokens"
    tail = f"; {outcome.reason}" if outcome.reason else ""
    if len(outcome.refs) == 1:
        tail += f"; original: headroom retrieve {outcome.refs[0]}"
    return f"{name}: {what}{': ' if what else ''}{counts} ({percent(outcome.saved_fraction)} saved){tail}"


def _print_table(outcomes: Sequence[_Outcome]) -> None:
    table = new_table("file", "kind", "fidelity", ">before", ">after", ">saved", "original", "why")
    for outcome in outcomes:
        row(
            table,
            *(outcome.file, outcome.kind, outcome.fidelity),
            *(amount(outcome.tokens_before), amount(outcome.tokens_after)),
            *(percent(outcome.saved_fraction), " ".join(outcome.refs), outcome.reason),
        )
    before, after = _totals(outcomes)
    share = 1 - after / before if before else 0.0
    row(table, f"{len(outcomes)} files", "", "", amount(before), amount(after), percent(share), "", "", style="bold")
    console().print(table)
    sys.stdout.flush()


def _totals(outcomes: Sequence[_Outcome]) -> tuple[int, int]:
    return sum(outcome.tokens_before for outcome in outcomes), sum(outcome.tokens_after for outcome in outcomes)
