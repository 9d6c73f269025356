"""`headroom memory`: what was learned in a project, saved, found, listed, changed, forgotten, taken along."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from headroom_jupyter import Memory
from headroom_jupyter.cli import options, sources
from headroom_jupyter.cli.screen import console, new_table, row, write_json, write_text
from headroom_jupyter.errors import InputError
from headroom_jupyter.memory.framing import REFERENCE_TOKENS
from headroom_jupyter.memory.records import Record, dump

__all__ = ["memory"]

_project = click.option("--project", help="A folder or a name; the project of the working directory if left out.")
_kind = click.option("--kind", help="fact, preference, decision, lesson, or a word of your own.")
_importance = click.option("--importance", type=click.FloatRange(0, 1), help="0 to 1; 0.5 if left out.")
_facts = click.option("--fact", "facts", multiple=True, metavar="KEY=VALUE", help="A statement by key; repeatable.")
_origin = (
    click.option("--agent", default="", help="Who says so."),
    click.option("--notebook", default="", help="The notebook it comes from."),
    click.option("--cell", default="", help="Its cell."),
)


@click.group(epilog="Examples:\n\n\b\n  headroom memory save 'Tests need a running redis' --kind lesson\n"
             "  headroom memory search 'why do the tests fail?'\n  headroom memory list --json")  # fmt: skip
def memory() -> None:
    """Keep what was learned in a project, and find it again.

    All agents, notebooks and the command line of one project share one memory; no other project sees it. Each command
    has --json.
    """


def _from(agent: str, notebook: str, cell: str) -> dict[str, str]:
    return {"agent": agent or "headroom memory", "notebook": notebook, "cell": cell}


@memory.command("save", epilog="Example: headroom memory save 'The staging port is 5433' --fact staging.port=5433")
@click.argument("text")
@_kind
@_importance
@_facts
@_origin[0]
@_origin[1]
@_origin[2]
@_project
@options.as_json
def _save(
    text: str, kind: str | None, importance: float | None, facts: tuple[str, ...], agent: str, notebook: str, cell: str,
    project: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Remember something; "-" reads it from standard input.

    Secrets are replaced by a note. What says the same as a memory is merged with it; what contradicts one takes its
    place.
    """
    record = Memory(project).save(
        _given(text), kind=kind or "fact", importance=0.5 if importance is None else importance,
        facts=_pairs(facts), source=_from(agent, notebook, cell),
    )  # fmt: skip
    if as_json:
        write_json(dump(record))
        return
    write_text(f"{record.id} {record.text}\n")
    screen = console(is_error=True)
    if len(record.sources) > 1:
        screen.print(f"merged: {len(record.sources)} sources say so")
    if record.supersedes:
        screen.print(f"takes the place of {', '.join(record.supersedes)}", soft_wrap=True)


@memory.command("search", epilog="Example: headroom memory search 'which port has the database?' --max-tokens 300")
@click.argument("query")
@click.option("-k", type=click.IntRange(min=1), default=5, show_default=True, help="Most memories.")
@click.option("--max-tokens", type=click.IntRange(min=1), help="Most tokens of their texts together.")
@click.option("--framed", is_flag=True, help="As a model is to read them: reference material between two tags.")
@_kind
@options.model
@_project
@options.as_json
def _search(
    query: str,
    k: int,
    max_tokens: int | None,
    framed: bool,
    kind: str | None,
    model: str,
    project: str | None,
    as_json: bool,
) -> None:
    """Find the memories that answer a question best."""
    if framed:
        text = _there(project).reference(query, k=k, max_tokens=max_tokens or REFERENCE_TOKENS, model=model)
        write_text(text + "\n" if text else "")
        return
    found = _there(project).search(query, k=k, max_tokens=max_tokens, kind=kind, model=model)
    if as_json:
        write_json([{**dump(record), "score": record.score} for record in found])
    else:
        _show(found)


@memory.command("list", epilog="Example: headroom memory list --history")
@_kind
@click.option("--history", is_flag=True, help="Also what no longer holds.")
@_project
@options.as_json
def _list(kind: str | None, history: bool, project: str | None, as_json: bool) -> None:
    """List the memories, last changed first."""
    found = _there(project).list(kind=kind, history=history)
    if as_json:
        write_json([dump(record) for record in found])
    else:
        _show(found)


@memory.command("update", epilog="Example: headroom memory update 3f9a1c27e0b4 --text 'The staging port is 5433'")
@click.argument("ident", metavar="ID")
@click.option("--text", help='Another text: a new memory takes the place of the old one; "-" reads standard input.')
@_kind
@_importance
@_facts
@_project
@options.as_json
def _update(
    ident: str, text: str | None, kind: str | None, importance: float | None, facts: tuple[str, ...],
    project: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Change a memory."""
    if text is None and kind is None and importance is None and not facts:
        raise click.UsageError("Nothing to change: give --text, --kind, --importance or --fact.")
    record = Memory(project).update(
        ident, text=None if text is None else _given(text), kind=kind, importance=importance,
        facts=_pairs(facts) or None, source=None if text is None else _from("", "", ""),
    )  # fmt: skip
    if as_json:
        write_json(dump(record))
    else:
        write_text(f"{record.id} {record.text}\n")


@memory.command("delete", epilog="Example: headroom memory delete 3f9a1c27e0b4")
@click.argument("idents", nargs=-1, required=True, metavar="ID…")
@_project
@options.as_json
def _delete(idents: tuple[str, ...], project: str | None, as_json: bool) -> None:
    """Forget memories for good, and what they took the place of."""
    held = Memory(project)
    for ident in idents:
        held.delete(ident)
    if as_json:
        write_json({"deleted": list(idents)})
    else:
        console(is_error=True).print(f"forgotten: {len(idents)}")


@memory.command("export", epilog="Example: headroom memory export > memory.jsonl")
@_project
@options.as_json
def _export(project: str | None, as_json: bool) -> None:
    """Write all memories as JSON lines, those that no longer hold too."""
    held = _there(project)
    if as_json:
        write_json([dump(record) for record in held.list(history=True)])
    else:
        write_text(held.export())


@memory.command("load", epilog="Example: headroom memory load memory.jsonl --project shop")
@click.argument("file")
@_project
@options.as_json
def _load(file: str, project: str | None, as_json: bool) -> None:
    """Take in what export wrote; "-" reads standard input. Nothing that is here is overwritten.

    Lines that cannot be used are counted, and the first reasons are told.
    """
    piped = (line.decode("utf-8", "replace") for line in sys.stdin.buffer)
    lines: Iterable[str] | Path = piped if file == sources.STDIN else Path(file)
    done = Memory(project).load(lines)
    if as_json:
        write_json({"added": done.added, "merged": done.merged, "skipped": done.skipped, "reasons": done.reasons})
        return
    screen = console(is_error=True)
    screen.print(f"new: {done.added:,}; here already: {done.merged:,}; skipped: {done.skipped:,}")
    for reason in done.reasons:
        screen.print(f"  {reason}", soft_wrap=True)


def _there(project: str | None) -> Memory:
    held = Memory(project)
    if held.project is None:
        raise InputError("no project: the working directory is gone; name one with --project or HEADROOM_PROJECT")
    return held


def _given(text: str) -> str:
    return sources.read(sources.STDIN) if text == sources.STDIN else text


def _pairs(facts: Sequence[str]) -> dict[str, str]:
    found = {}
    for fact in facts:
        key, equals, value = fact.partition("=")
        if not equals or not key.strip():
            raise click.UsageError(f"--fact {fact!r} is no KEY=VALUE.")
        found[key.strip()] = value.strip()
    return found


def _show(records: Sequence[Record]) -> None:
    if not records:
        console(is_error=True).print("no memory")
        return
    table = new_table("id", "kind", "saved", "by", "text")
    for record in records:
        who = sorted({source.agent or source.notebook for source in record.sources} - {""})
        day = time.strftime("%Y-%m-%d", time.localtime(record.created_at))
        until = "" if record.is_valid(time.time()) else f" (no longer: {record.superseded_by or 'its time is over'})"
        row(table, record.id, record.kind, day, ", ".join(who), record.text + until)
    console().print(table)
