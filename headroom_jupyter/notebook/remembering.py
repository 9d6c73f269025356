"""The sub-words of the project's memory: `remember` and `memory`."""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from headroom_jupyter import settings
from headroom_jupyter.errors import InputError
from headroom_jupyter.memory.framing import REFERENCE_TOKENS, framed
from headroom_jupyter.memory.memory import Memory
from headroom_jupyter.memory.records import Record
from headroom_jupyter.notebook.grammar import unquoted
from headroom_jupyter.notebook.options import Options

__all__ = ["KINDS", "forget", "known", "remember", "told"]

KINDS = ("fact", "preference", "decision", "lesson")
_MOST_FOUND = 5
_MOST_LISTED = 20


def remember(rest: str, given: Namespace, count: int, model: str) -> tuple[Record, str]:
    """Save what a line says, with the notebook and the cell that say it; the record, and what to tell."""
    text = unquoted(rest)
    if not text.strip():
        raise InputError("%headroom remember needs a text to keep; for a variable of that name: (remember)")
    source = {"notebook": Path(settings.session_path()).name, "cell": str(count), "model": model}
    if not source["notebook"]:
        source["agent"] = "notebook"
    record = Memory().save(text, kind=given.kind or "fact", facts=_facts(given.fact), source=source)
    lines = [f"remembered as {record.id}: {record.text}"]
    if len(record.sources) > 1:
        lines.append(f"merged: {len(record.sources)} sources say so")
    if record.supersedes:
        lines.append(f"takes the place of {', '.join(record.supersedes)}")
    return record, "\n".join(lines)


def known(rest: str, given: Namespace, options: Options) -> tuple[str, str]:
    """What is known about a question, or all of it: as a model is to read it, and as a person is."""
    memory, query = Memory(), unquoted(rest)
    most = given.max_tokens or REFERENCE_TOKENS
    if query.strip():
        found = memory.search(query, k=_MOST_FOUND, kind=given.kind or None)
    else:
        found = memory.list(kind=given.kind or None)
    text = framed(found, k=len(found), max_tokens=most, count=options.tokenizer.count)
    rows = [told(record) for record in found[:_MOST_LISTED]]
    more = [f"… and {len(found) - _MOST_LISTED:,} more"] if len(found) > _MOST_LISTED else []
    return text, "\n".join([*rows, *more]) or _nothing(memory, query)


def forget(idents: Sequence[str]) -> str:
    """Forget memories for good."""
    memory = Memory()
    for ident in idents:
        memory.delete(ident)
    return f"forgotten: {len(idents)}"


def told(record: Record) -> str:
    """A memory in a line."""
    who = sorted({source.agent or source.notebook for source in record.sources} - {""})
    day = time.strftime("%Y-%m-%d", time.localtime(record.created_at))
    return f"{record.id}  {', '.join([record.kind, day, *who[:3]])}: {' '.join(record.text.split())}"


def _nothing(memory: Memory, query: str) -> str:
    if memory.project is None:
        return "no project: the working directory is gone; set HEADROOM_PROJECT"
    about = " about that" if query.strip() else ""
    return f"nothing is known in project {memory.project}{about}"


def _facts(given: Sequence[str] | None) -> dict[str, str]:
    found = {}
    for fact in given or ():
        key, equals, value = fact.partition("=")
        if not equals or not key.strip():
            raise InputError(f"--fact {fact[:40]!r} is no KEY=VALUE")
        found[key.strip()] = value.strip()
    return found
