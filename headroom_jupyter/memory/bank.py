"""The records of a project in the store and in the index: written together, merged and superseded as they come in.

It checks no argument of a user's; what it is given has been checked.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import TypeVar

from headroom_jupyter.ccr.disk import Row, Shelf, pack, unpack
from headroom_jupyter.ccr.store import Store
from headroom_jupyter.errors import InputError, StoreError
from headroom_jupyter.memory.index import Index
from headroom_jupyter.memory.likeness import clashes, normal, relation
from headroom_jupyter.memory.meaning import LATE, Meanings, embedder
from headroom_jupyter.memory.records import Record, Source, dump, restore
from headroom_jupyter.memory.terms import grams, words

__all__ = ["Bank"]

_PREFIX = b"nmemory "  # of the store's notes
_SCOPE = 16  # bytes of a key that stand for the project
_LIKELY = 12  # records compared with a new one
_CANDIDATES = 60  # of each ranking
# Where rankings are fused: the damping of the first ranks, and the weights of words, n-grams and meaning. Equal weights
# let n-grams outvote BM25 where it is right; the best of 2, 5, 10 and of 0.1 to 1 on tests/benchmarks/memory.py.
_DAMPING = 2
_WEIGHTS = (1.0, 0.3, 0.7)
_LEAST_GRAMS = 0.4  # of a query's n-grams, for a record that shares no word with it
_LEAST_WORDS = 2  # that a record shares with a question, or this share of a short one's, to be told unasked
_LEAST_SHARE = 0.3
_LEAST_NEAR = 0.25  # cosine; of WordLlama's vectors strangers score under 0.1, paraphrases 0.4 to 0.6
_SOURCES = 1000  # that one record keeps
Given = TypeVar("Given")


class Bank:
    """The records of one project."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._meanings = Meanings()
        self._seen = 0  # up to this number all records have their vectors
        self._reading = threading.Lock()  # of the meanings, which the threads of one memory share

    def change(self, run: Callable[[Shelf, Index], Given], size: int) -> Given:
        """Run a change in one transaction, with the index there.

        Raises:
            StoreError: the store cannot be written.
        """
        with self._store.writing(size + 1) as shelf:
            index = Index(shelf, self._store.scope)
            if not index.exists():
                index.make()
                self._index_all(shelf)
            return run(shelf, index)

    def all(self) -> Iterator[Record]:
        """All records, those that no longer hold too."""
        with self._store.reading() as shelf:
            rows = list(shelf.prefixed(self._name(""))) if shelf else []
        return (_record(row) for row in rows)

    def get(self, ident: str) -> Record:
        """One record.

        Raises:
            InputError: there is none of that id.
        """
        with self._store.reading() as shelf:
            found = self.read(shelf, [ident]) if shelf else {}
        return self._one(found, ident)

    def read(self, shelf: Shelf, idents: Iterable[str]) -> dict[str, Record]:
        """Those of some records that are there."""
        found = (_record(row) for row in shelf.rows(self._name(ident) for ident in idents).values())
        return {record.id: record for record in found}

    def current(self, shelf: Shelf, ident: str) -> Record:
        """One record, to be changed.

        Raises:
            InputError: there is none of that id, or another took its place.
        """
        record = self._one(self.read(shelf, [ident]), ident)
        if record.superseded_by:
            raise InputError(f"memory {ident} was superseded by {record.superseded_by}; change that one")
        return record

    def put(self, shelf: Shelf, index: Index, new: Record) -> Record:
        """Take a new record in: merged into the one that says the same, or in the place of those it contradicts.

        One that was made before what contradicts it, as an imported one may be, comes in as superseded.
        """
        fresh = new if new.id and not self.read(shelf, [new.id]) else replace(new, id=self.free(shelf, new.text))
        superseded: list[Record] = []
        for old in self._likely(shelf, index, fresh):
            keys = clashes(old.facts, fresh.facts)
            how = "contradiction" if keys and len(keys) == len(old.facts) else relation(old.text, fresh.text)
            if how == "same" and not keys:
                return self._merge(shelf, index, old, fresh)
            if how == "other" and keys and fresh.created_at >= old.created_at:
                outdated = {**old.outdated, **dict.fromkeys(keys, fresh.id)}
                self.replace(shelf, index, old, replace(old, outdated=outdated))
            elif how != "other":
                superseded.append(old)
        later = [old for old in superseded if old.created_at > fresh.created_at]
        if later:
            fresh = replace(fresh, superseded_by=later[0].id)
            self.replace(shelf, index, later[0], replace(later[0], supersedes=(*later[0].supersedes, fresh.id)))
        else:
            fresh = replace(fresh, supersedes=(*fresh.supersedes, *(old.id for old in superseded)))
            for old in superseded:
                gone = replace(old, superseded_by=fresh.id, updated_at=fresh.updated_at)
                self.replace(shelf, index, old, gone)
        self.write(shelf, index, fresh)
        return fresh

    def take(self, shelf: Shelf, index: Index, record: Record) -> bool:
        """Take an exported record in; its history keeps its ids. Returns whether it is new."""
        known = self.read(shelf, [record.id]).get(record.id) if record.id else None
        if known is not None and normal(known.text) == normal(record.text):
            sources = _joined(known, record)
            if sources != known.sources:
                self.replace(shelf, index, known, replace(known, sources=sources))
            return False
        if record.superseded_by:
            self.write(shelf, index, replace(record, id=record.id if known is None else self.free(shelf, record.text)))
            return True
        taken = self.put(shelf, index, record)
        return taken.created_at == record.created_at and taken.text == record.text

    def write(self, shelf: Shelf, index: Index, record: Record) -> None:
        """Write a record, and into the index when nothing took its place."""
        self._set(shelf, record)
        if not record.superseded_by:
            number = index.add(self._name(record.id), record.text, record.facts)
            model = embedder()
            if model is not None:
                index.add_vectors(model.name, {number: model.embed([record.text])[0]})

    def replace(self, shelf: Shelf, index: Index, old: Record, new: Record) -> None:
        """Write a record in the place of its former self, and keep the index in step."""
        is_found_alike = (old.text, set(old.facts), old.superseded_by) == (new.text, set(new.facts), new.superseded_by)
        if is_found_alike:
            self._set(shelf, new)
            return
        if not old.superseded_by:
            index.remove(self._name(old.id), old.text, old.facts)
        self.write(shelf, index, new)

    def forget(self, shelf: Shelf, index: Index, ident: str) -> None:
        """Remove a record and all that it took the place of.

        Raises:
            InputError: there is none of that id.
        """
        gone = {ident: self._one(self.read(shelf, [ident]), ident)}
        waiting = list(gone[ident].supersedes)
        while waiting:
            found = self.read(shelf, [name for name in waiting if name not in gone])
            gone.update(found)
            waiting = [name for record in found.values() for name in record.supersedes]
        for record in gone.values():
            if not record.superseded_by:
                index.remove(self._name(record.id), record.text, record.facts)
            shelf.delete(self._name(record.id))

    def free(self, shelf: Shelf, text: str) -> str:
        """An id for a text: the same in every store of the project, unless the text was there before."""
        number = 0
        while True:
            said = self._store.scope + normal(text).encode() + (b"\n%d" % number if number else b"")
            ident = sha256(said).hexdigest()[:12]
            if not self.read(shelf, [ident]):
                return ident
            number += 1

    def answers(self, query: str, most: int, *, is_strict: bool = False) -> list[Record]:
        """Records that hold now and answer a query, best first.

        Strictly: those that share more with it than one word of many.
        """
        with self._store.reading() as shelf:
            if shelf is None:
                return []
            index = Index(shelf, self._store.scope)
            if not index.exists():
                if next(iter(shelf.prefixed(self._name(""))), None) is None:
                    return []
                self.change(lambda *_: None, 0)
            by_words = index.by_words(query, max(_CANDIDATES, most))
            by_grams = index.by_grams(query, max(_CANDIDATES, most))
            by_meaning = self.by_meaning(shelf, index, query)
            scores = _fused((by_words, by_grams, by_meaning))
            names = index.names(sorted(scores, key=lambda number: (-scores[number], -number))[:most])
            rows = shelf.rows(names.values())
        sure = {*by_meaning, *(() if is_strict else by_words)}
        asked_words = set(words(query))
        asked = set(grams(asked_words))
        now = time.time()
        found = []
        for number, name in names.items():
            record = _record(rows[name]) if name in rows else None
            if record is None or not record.is_valid(now):
                continue
            if number not in sure and not _is_about(record, asked_words, asked):
                continue
            found.append(replace(record, score=round(scores[number] * (0.75 + 0.5 * record.importance), 6)))
        return sorted(found, key=lambda record: (-record.score, -record.updated_at, record.id))

    def by_meaning(self, shelf: Shelf, index: Index, query: str) -> list[int]:
        """Numbers of records that mean something like a query, best first; none when no model is installed."""
        model = embedder()
        if model is None or not query.strip():
            return []
        last = index.last()
        late = index.without_vector(model.name, self._name(""), LATE, after=self._seen) if last > self._seen else {}
        self._seen = max(late) if len(late) == LATE else last
        if late:
            rows = shelf.rows(late.values())
            texts = {number: _record(rows[name]).text for number, name in late.items() if name in rows}
            vectors = dict(zip(texts, model.embed(list(texts.values())), strict=True))
            with shelf.writing():
                index.add_vectors(model.name, vectors)
            self._meanings = Meanings()
        with self._reading:
            self._meanings.add(index.vectors(model.name, after=self._meanings.last))
            return self._meanings.nearest(model.embed([query])[0], _CANDIDATES, least=_LEAST_NEAR)

    def _likely(self, shelf: Shelf, index: Index, new: Record) -> list[Record]:
        """Records that may say the same as a new one or contradict it, oldest first."""
        numbers = index.by_keys(new.facts, _LIKELY) + index.by_rare_words(new.text, _LIKELY)
        names = index.names(list(dict.fromkeys(numbers))[: 2 * _LIKELY])
        records = [_record(row) for row in shelf.rows(names.values()).values()]
        now = time.time()
        return sorted((one for one in records if one.is_valid(now)), key=lambda one: (one.created_at, one.id))

    def _merge(self, shelf: Shelf, index: Index, old: Record, new: Record) -> Record:
        """Two that say the same become one, with the fuller wording, all sources and all facts."""
        text = max(old.text, new.text, key=len) if normal(old.text) != normal(new.text) else old.text
        until = None if None in (old.valid_until, new.valid_until) else max(old.valid_until or 0, new.valid_until or 0)
        merged = replace(
            old, text=text, importance=max(old.importance, new.importance), facts={**old.facts, **new.facts},
            sources=_joined(old, new), updated_at=max(old.updated_at, new.updated_at), valid_until=until,
        )  # fmt: skip
        self.replace(shelf, index, old, merged)
        return merged

    def _index_all(self, shelf: Shelf) -> None:
        for row in list(shelf.prefixed(_PREFIX)):
            record = _record(row)
            if not record.superseded_by:
                scope = row.key[len(_PREFIX) : len(_PREFIX) + _SCOPE]
                Index(shelf, scope).add(row.key, record.text, record.facts)

    def _set(self, shelf: Shelf, record: Record) -> None:
        shelf.write({self._name(record.id): pack(json.dumps(dump(record)).encode())})

    def _name(self, ident: str) -> bytes:
        return _PREFIX + self._store.scope + ident.encode("utf-8", "replace")

    def _one(self, found: dict[str, Record], ident: str) -> Record:
        if ident not in found:
            raise InputError(f"no memory {ident!r} in project {self._store.project}; list() shows those there are")
        return found[ident]


def _record(row: Row) -> Record:
    try:
        return restore(json.loads(unpack(row.value)))
    except (ValueError, TypeError, KeyError) as err:
        raise StoreError(f"a stored memory is damaged ({err}); delete it, or move the store's folder away") from err


def _is_about(record: Record, asked: set[str], asked_grams: set[str]) -> bool:
    """Whether a record shares words with a question, or most of the n-grams of its words."""
    found = set(words(record.text))
    shared = len(asked & found)
    if shared >= _LEAST_WORDS or shared >= _LEAST_SHARE * len(asked) > 0:
        return True
    return len(asked_grams & set(grams(found))) >= _LEAST_GRAMS * len(asked_grams)


def _joined(old: Record, new: Record) -> tuple[Source, ...]:
    """The sources of both; a wording that is not the record's own stays with its source."""
    text = max(old.text, new.text, key=len) if normal(old.text) != normal(new.text) else old.text
    said = [
        replace(source, text=source.text or ("" if record.text == text else record.text))
        for record in (old, new)
        for source in record.sources
    ]
    return tuple(dict.fromkeys(said))[:_SOURCES]


def _fused(rankings: Sequence[Sequence[int]]) -> dict[int, float]:
    scores: dict[int, float] = {}
    for ranking, weight in zip(rankings, _WEIGHTS, strict=True):
        for rank, number in enumerate(ranking):
            scores[number] = scores.get(number, 0.0) + weight / (_DAMPING + rank + 1)
    return scores
