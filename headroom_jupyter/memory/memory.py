"""The memory of a project, as its users call it: save, search, list, update, delete, export, load.

A record's text never changes under its id, except for a fuller wording of the same; what contradicts it takes its
place, and it stays to be listed. It talks to no model.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from headroom_jupyter import settings
from headroom_jupyter.ccr.disk import Shelf
from headroom_jupyter.ccr.store import Store
from headroom_jupyter.errors import InputError
from headroom_jupyter.memory.bank import Bank
from headroom_jupyter.memory.framing import REFERENCE_TOKENS, framed
from headroom_jupyter.memory.index import Index
from headroom_jupyter.memory.records import (
    Record,
    Source,
    check_limit,
    check_query,
    dump,
    load,
    new_facts,
    new_source,
    new_text,
    new_until,
    new_word,
    share,
)
from headroom_jupyter.memory.transfer import Loaded, read_lines
from headroom_jupyter.tokens import tokenizer_for

__all__ = ["Memory"]

Records: TypeAlias = list[Record]  # inside the class `list` is the method
Origin: TypeAlias = Source | Mapping[str, Any] | str | None
Given = TypeVar("Given")
_MOST = 4000  # records that one search looks at


class Memory:
    """What was learned in one project, in the store that all processes share.

    Each method has a twin whose name begins with "a" and that is awaited: `asave`, `asearch` and so on.

    Args:
        project: A folder or a name; the project of the working directory if it is left out. Nothing of another
            project is ever read, and without a project nothing at all.
        store: Where it lies; the user's own store by default.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> from headroom_jupyter import Memory, Store
        >>> with TemporaryDirectory() as home, Store(f"{home}/store", project="shop") as store:
        ...     memory = Memory(store=store)
        ...     first = memory.save("The staging database listens on port 5432", source="ann")
        ...     later = memory.save("The staging database listens on port 5433", source="bob")
        ...     [record.text for record in memory.search("which port has the database?")]
        ['The staging database listens on port 5433']
    """

    def __init__(self, project: str | None = None, *, store: Store | None = None) -> None:
        if project is not None and (not str(project).strip()):
            raise InputError(f"project={project!r} names no project; give a folder or a name")
        if store is not None and project is not None:
            store = Store(store.path, project=project)
        self._store = store or Store(project=project)
        self._is_given = store is not None or project is not None
        self._bank = Bank(self._store)

    @cached_property
    def project(self) -> str | None:
        """The project; None when the working directory is gone and none is named: then nothing is read."""
        if not self._is_given and not settings.load().project:
            try:
                os.getcwd()
            except OSError:
                return None
        return self._store.project

    def save(
        self,
        text: str,
        *,
        kind: str = "fact",
        importance: float = 0.5,
        source: Origin = None,
        facts: Mapping[str, Any] | None = None,
        valid_until: float | None = None,
    ) -> Record:
        """Remember something; secrets in it are replaced by a note.

        What says the same as a record is merged into it, with both sources. What contradicts one takes its place; the
        older one is kept, and no longer found.

        Args:
            text: A sentence or a few.
            kind: A word, such as fact, preference, decision or lesson.
            importance: 0 to 1; of records that answer equally well the more important is found first.
            source: Who says so: agent, notebook, cell, model; or just an agent's name.
            facts: What it states by key, such as {"staging.port": 5433}: another value supersedes for certain.
            valid_until: Seconds since 1970; from then on it is not found.

        Returns:
            The record as it is now: `sources` tell what it was merged with, `supersedes` what it took the place of.

        Raises:
            InputError: an argument has the wrong shape or size, or there is no project.
            StoreError: the store cannot be written.
        """
        now = time.time()
        new = Record(
            *("", new_text(text), new_word(kind), share(importance), new_facts(facts), (new_source(source, now),)),
            *(now, now, new_until(valid_until)),
        )
        return self._changed(partial(self._bank.put, new=new), len(new.text))

    def search(
        self, query: str, *, k: int = 5, max_tokens: int | None = None, kind: str | None = None, model: str = "gpt-4o"
    ) -> Records:
        """The records that answer a question best, best first; only those that hold now.

        Args:
            query: A question or some words.
            k: Most records.
            max_tokens: Most tokens of their texts together; what does not fit is left out whole.
            kind: Only records of this kind.
            model: Whose tokens `max_tokens` counts.

        Raises:
            InputError: an argument is out of range.
            StoreError: the store cannot be read.
        """
        check_query(query)
        check_limit("k", k)
        check_limit("max_tokens", 1 if max_tokens is None else max_tokens)
        if self.project is None:
            return []
        most = min(_MOST, 4 * k + 20 if kind is None else 10 * k + 200)  # some no longer hold, or are of another kind
        found = [one for one in self._bank.answers(query, most) if kind in (None, one.kind)]
        if max_tokens is None:
            return found[:k]
        count, left, fitting = tokenizer_for(model).count, max_tokens, []
        for record in found[: 2 * k]:
            tokens = count(record.text)
            if tokens <= left:
                left -= tokens
                fitting.append(record)
        return fitting[:k]

    def reference(
        self,
        query: str,
        *,
        k: int = 5,
        max_tokens: int = REFERENCE_TOKENS,
        model: str = "gpt-4o",
        shown: Iterable[str] = (),
    ) -> str:
        """What a model is to read about a query: the best records, framed as reference material; "" when there is none.

        Nobody has asked for these, so one that shares a word with a long question and no more is left out.

        Args:
            query: A question or some words.
            k: Most records.
            max_tokens: Most tokens of the whole, its frame counted.
            model: Whose tokens are counted.
            shown: What this gave before to the same reader; no record is given twice.

        Raises:
            InputError: an argument is out of range.
            StoreError: the store cannot be read.
        """
        check_query(query)
        check_limit("k", k)
        check_limit("max_tokens", max_tokens)
        if self.project is None:
            return ""
        found = self._bank.answers(query, min(_MOST, 4 * k + 20), is_strict=True)
        return framed(found, k=k, max_tokens=max_tokens, count=tokenizer_for(model).count, shown=shown)

    def get(self, ident: str) -> Record:
        """One record, also one that no longer holds.

        Raises:
            InputError: this project has none of that id.
        """
        if self.project is None:
            raise self._no_project()
        return self._bank.get(ident)

    def list(self, *, kind: str | None = None, history: bool = False) -> Records:
        """The records, last changed first; with `history` also those that no longer hold."""
        if self.project is None:
            return []
        now = time.time()
        kept = [one for one in self._bank.all() if (history or one.is_valid(now)) and kind in (None, one.kind)]
        return sorted(kept, key=lambda record: (-record.updated_at, record.id))

    def update(
        self,
        ident: str,
        *,
        text: str | None = None,
        kind: str | None = None,
        importance: float | None = None,
        facts: Mapping[str, Any] | None = None,
        source: Origin = None,
    ) -> Record:
        """Change a record; another text makes a new one that takes its place.

        Returns:
            The record as it is now, or the new one.

        Raises:
            InputError: this project has none of that id, it was superseded, or an argument has the wrong shape.
            StoreError: the store cannot be written.
        """
        now = time.time()
        changes: dict[str, Any] = {"updated_at": now}
        if kind is not None:
            changes["kind"] = new_word(kind)
        if importance is not None:
            changes["importance"] = share(importance)
        if facts is not None:
            changes |= {"facts": new_facts(facts), "outdated": {}}
        plain = None if text is None else new_text(text)
        origin = new_source(source, now)

        def change(shelf: Shelf, index: Index) -> Record:
            old = self._bank.current(shelf, ident)
            if plain is None or plain == old.text:
                new = replace(old, **changes, sources=(*old.sources, *((origin,) if source is not None else ())))
                self._bank.replace(shelf, index, old, new)
                return new
            new = replace(old, id=self._bank.free(shelf, plain), text=plain, sources=(origin,), created_at=now)
            new = replace(new, **changes, supersedes=(old.id,))
            self._bank.replace(shelf, index, old, replace(old, superseded_by=new.id, updated_at=now))
            self._bank.write(shelf, index, new)
            return new

        return self._changed(change, len(plain or ""))

    def delete(self, ident: str) -> None:
        """Forget a record for good, and what it took the place of.

        Raises:
            InputError: this project has none of that id.
            StoreError: the store cannot be written.
        """
        self._changed(partial(self._bank.forget, ident=ident), 0)

    def export(self) -> str:
        """All records, those that no longer hold too, as JSON lines; `load` takes them back, here or elsewhere."""
        return "".join(json.dumps(dump(record), sort_keys=True) + "\n" for record in self.list(history=True))

    def load(self, lines: str | Path | Iterable[str]) -> Loaded:
        """Take in what `export` wrote, in this project or another; nothing that is here is overwritten.

        Args:
            lines: The exported text, its lines, or the path of a file, which is read line by line.

        Returns:
            How many came in, how many were here already, how many were skipped, and why.

        Raises:
            InputError: the file cannot be read, or there is no project.
            StoreError: the store cannot be written.
        """
        done = Loaded()
        for number, line in read_lines(lines):
            try:
                record = load(json.loads(line))
            except (ValueError, RecursionError) as err:
                done = done.skipping(number, str(err) if isinstance(err, InputError) else "it is no JSON")
                continue
            now = time.time()  # what claims to be of the future would take the place of all that comes
            made, changed = (min(at or now, now) for at in (record.created_at, record.updated_at))
            record = replace(record, created_at=made, updated_at=changed)
            is_new = self._changed(partial(self._bank.take, record=record), len(record.text))
            done = replace(done, added=done.added + is_new, merged=done.merged + (not is_new))
        return done

    async def asave(self, text: str, **options: Any) -> Record:
        """`save`, awaited."""
        return await _awaited(self.save, text, **options)

    async def asearch(self, query: str, **options: Any) -> Records:
        """`search`, awaited."""
        return await _awaited(self.search, query, **options)

    async def aget(self, ident: str) -> Record:
        """`get`, awaited."""
        return await _awaited(self.get, ident)

    async def alist(self, **options: Any) -> Records:
        """`list`, awaited."""
        return await _awaited(self.list, **options)

    async def aupdate(self, ident: str, **options: Any) -> Record:
        """`update`, awaited."""
        return await _awaited(self.update, ident, **options)

    async def adelete(self, ident: str) -> None:
        """`delete`, awaited."""
        await _awaited(self.delete, ident)

    async def aexport(self) -> str:
        """`export`, awaited."""
        return await _awaited(self.export)

    async def aload(self, lines: str | Path | Iterable[str]) -> Loaded:
        """`load`, awaited."""
        return await _awaited(self.load, lines)

    def _changed(self, run: Callable[[Shelf, Index], Given], size: int) -> Given:
        if self.project is None:
            raise self._no_project()
        return self._bank.change(run, size)

    def _no_project(self) -> InputError:
        return InputError("no project: the working directory is gone; use Memory(project=...) or HEADROOM_PROJECT")


async def _awaited(run: Callable[..., Given], *given: Any, **options: Any) -> Given:
    import asyncio  # noqa: PLC0415  # a tenth of a second that the others need not wait

    return await asyncio.to_thread(run, *given, **options)
