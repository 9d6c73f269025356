"""An inverted index of memories beside the store's rows, in the same database and the same transactions.

SQLite's FTS5 holds the postings and ranks by BM25. It sees hashed terms only, knows nothing of what a record says, and
can be made again from the records at any time.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from headroom_jupyter.ccr.disk import Shelf
from headroom_jupyter.memory.terms import Hasher, grams, words

__all__ = ["Index"]

# A table's name carries the version of the terms: other terms need another index, made again from the records.
_NAMES, _WORDS, _GRAMS, _COUNTS, _VECTORS = (f"Memory1_{part}" for part in ("names", "words", "grams", "counts", "vec"))
# How many records have a gram is looked up in the postings: kept in a table it took two thirds of the time of a save.
_GRAM_COUNTS = "temp.Memory1_gram_counts"
_TABLES = (
    f"CREATE TABLE {_NAMES} (number INTEGER PRIMARY KEY AUTOINCREMENT, name BLOB NOT NULL UNIQUE)",
    f"CREATE VIRTUAL TABLE {_WORDS} USING fts5(terms, content='', tokenize='ascii')",
    f"CREATE VIRTUAL TABLE {_GRAMS} USING fts5(terms, content='', tokenize='ascii')",
    f"CREATE TABLE {_COUNTS} (term TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID",
    f"CREATE TABLE {_VECTORS} (number INTEGER, model TEXT, scope BLOB, vector BLOB NOT NULL,"  # noqa: ISC004  # one
    " PRIMARY KEY (model, scope, number)) WITHOUT ROWID",
)
# Postings that a search may look at: what keeps it fast among 100,000 records; the rarest terms come first.
_WORD_BUDGET = 4000
_GRAM_BUDGET = 2500
_RARE_BUDGET = 500
# Segments of a level that FTS5 merges: with its own 4 every sixtieth save waits 30 ms, with 16 a search takes longer.
_MERGED = 8
_MOST_TERMS = 48
_MOST_REPEATS = 8


class Index:
    """The index of one project."""

    def __init__(self, shelf: Shelf, scope: bytes) -> None:
        self._shelf = shelf
        self._scope = scope
        self._tokens = Hasher(scope)

    def exists(self) -> bool:
        """Whether the tables are there."""
        return bool(self._shelf.run("SELECT 1 FROM sqlite_master WHERE name = ?", (_COUNTS,)))

    def make(self) -> None:
        """Make the tables, inside a transaction."""
        for statement in _TABLES:
            self._shelf.run(statement)
        for table in (_WORDS, _GRAMS):
            self._shelf.run(f"INSERT INTO {table} ({table}, rank) VALUES ('automerge', ?)", (_MERGED,))  # noqa: S608  # constants

    def add(self, name: bytes, text: str, keys: Iterable[str] = ()) -> int:
        """Add a record.

        Args:
            name: The record's name in the store.
            text: What it is found by.
            keys: The keys of its facts.

        Returns:
            Its number.
        """
        self._shelf.run(f"INSERT INTO {_NAMES} (name) VALUES (?)", (name,))  # noqa: S608  # a constant
        ((number,),) = self._shelf.run("SELECT last_insert_rowid()")
        by_word, by_gram = self._terms(text, keys)
        insert = "INSERT INTO {} (rowid, terms) VALUES (?, ?)"
        self._shelf.run(insert.format(_WORDS), (number, " ".join(by_word)))
        self._shelf.run(insert.format(_GRAMS), (number, " ".join(by_gram)))
        self._count(by_word, 1)
        return int(number)

    def remove(self, name: bytes, text: str, keys: Iterable[str] = ()) -> None:
        """Remove a record, told by what it was added with."""
        found = self._shelf.run(f"SELECT number FROM {_NAMES} WHERE name = ?", (name,))  # noqa: S608  # a constant
        if not found:
            return
        ((number,),) = found
        by_word, by_gram = self._terms(text, keys)
        delete = "INSERT INTO {0} ({0}, rowid, terms) VALUES ('delete', ?, ?)"
        self._shelf.run(delete.format(_WORDS), (number, " ".join(by_word)))
        self._shelf.run(delete.format(_GRAMS), (number, " ".join(by_gram)))
        for table in (_NAMES, _VECTORS):
            self._shelf.run(f"DELETE FROM {table} WHERE number = ?", (number,))  # noqa: S608  # a constant
        self._count(by_word, -1)

    def by_words(self, text: str, most: int) -> list[int]:
        """Numbers of records that share words with a text, best first by BM25."""
        return self._ranked(_WORDS, self._tokens(words(text)), most, _WORD_BUDGET)

    def by_grams(self, text: str, most: int) -> list[int]:
        """Numbers of records that share n-grams with a text, best first."""
        return self._ranked(_GRAMS, self._tokens(grams(words(text)), "g"), most, _GRAM_BUDGET)

    def by_rare_words(self, text: str, most: int) -> list[int]:
        """Numbers of records that share the rarest words of a text, by those alone: a third of the time of BM25."""
        gains, least = self._afforded(_WORDS, self._tokens(words(text)), _RARE_BUDGET)
        shared: dict[int, float] = {}
        query = f"SELECT rowid FROM {_WORDS} WHERE {_WORDS} MATCH ? AND rowid > ?"  # noqa: S608  # a constant
        for token, gain in gains.items():
            for (number,) in self._shelf.run(query, (f'"{token}"', least)):
                shared[number] = shared.get(number, 0.0) + gain
        newest = sorted(shared, reverse=True)
        return sorted(newest, key=shared.__getitem__, reverse=True)[:most]

    def by_keys(self, keys: Iterable[str], most: int) -> list[int]:
        """Numbers of records with a fact under one of some keys, newest first."""
        tokens = self._tokens((key.lower() for key in keys), "f")
        if not tokens:
            return []
        query = f"SELECT rowid FROM {_WORDS} WHERE {_WORDS} MATCH ? ORDER BY rowid DESC LIMIT ?"  # noqa: S608  # constants
        return [int(number) for (number,) in self._shelf.run(query, (" OR ".join(f'"{t}"' for t in tokens), most))]

    def names(self, numbers: Sequence[int]) -> dict[int, bytes]:
        """The names of records by their numbers; those removed meanwhile have none."""
        marks = ",".join("?" * len(numbers))
        found = self._shelf.run(f"SELECT number, name FROM {_NAMES} WHERE number IN ({marks})", numbers)  # noqa: S608  # marks are "?"
        return {int(number): bytes(name) for number, name in found}

    def add_vectors(self, model: str, vectors: Mapping[int, bytes]) -> None:
        """Remember what records mean to a model, inside a transaction."""
        rows = [(number, model, self._scope, vector) for number, vector in vectors.items()]
        self._shelf.run_each(f"INSERT OR REPLACE INTO {_VECTORS} VALUES (?, ?, ?, ?)", rows)  # noqa: S608  # a constant

    def vectors(self, model: str, *, after: int) -> list[tuple[int, bytes]]:
        """Vectors of a model with numbers above `after`, in the order of numbers."""
        query = f"SELECT number, vector FROM {_VECTORS} WHERE model = ? AND scope = ? AND number > ? ORDER BY number"  # noqa: S608  # a constant
        return [(int(number), bytes(vector)) for number, vector in self._shelf.run(query, (model, self._scope, after))]

    def without_vector(self, model: str, prefix: bytes, most: int, *, after: int) -> dict[int, bytes]:
        """Records above a number that a model has not seen yet: number to name, oldest first."""
        query = (
            f"SELECT number, name FROM {_NAMES} AS own WHERE number > ? AND name >= ? AND name < ? AND NOT EXISTS ("  # noqa: S608  # constants
            f"SELECT 1 FROM {_VECTORS} AS seen WHERE seen.model = ? AND seen.scope = ? AND seen.number = own.number)"
            " ORDER BY number LIMIT ?"
        )
        found = self._shelf.run(query, (after, prefix, prefix + b"\xff", model, self._scope, most))
        return {int(number): bytes(name) for number, name in found}

    def last(self) -> int:
        """The highest number of all projects; it rises with every record."""
        ((last,),) = self._shelf.run(f"SELECT max(number) FROM {_NAMES}")  # noqa: S608  # a constant
        return int(last or 0)

    def _terms(self, text: str, keys: Iterable[str]) -> tuple[list[str], list[str]]:
        found = words(text)
        return self._tokens(found) + self._tokens((key.lower() for key in keys), "f"), self._tokens(grams(found), "g")

    def _count(self, terms: Iterable[str], by: int) -> None:
        self._shelf.run_each(
            f"INSERT INTO {_COUNTS} VALUES (?, ?) ON CONFLICT (term) DO UPDATE SET count = count + excluded.count",  # noqa: S608  # a constant
            [(term, by) for term in sorted(set(terms))],
        )

    def _ranked(self, table: str, tokens: Sequence[str], most: int, budget: int) -> list[int]:
        gains, least = self._afforded(table, tokens, budget)
        if not gains:
            return []
        asked = Counter(tokens)
        used = [token for token in gains for _ in range(min(asked[token], _MOST_REPEATS))]  # asked twice counts twice
        query = f"SELECT rowid FROM {table} WHERE {table} MATCH ? AND rowid > ? ORDER BY rank, rowid DESC LIMIT ?"  # noqa: S608  # a constant
        return [int(number) for (number,) in self._shelf.run(query, (" OR ".join(f'"{t}"' for t in used), least, most))]

    def _afforded(self, table: str, tokens: Sequence[str], budget: int) -> tuple[dict[str, float], int]:
        """Terms that tell most, as many as a budget of postings allows, each with how much; and after which number."""
        counts, asked = self._counts(table, list(dict.fromkeys(tokens))), Counter(tokens)
        total = self.last()
        gains = {token: asked[token] * math.log(1 + total / count) for token, count in counts.items()}
        used: dict[str, float] = {}
        spent = 0
        for token in sorted(counts, key=lambda token: (-gains[token], token))[:_MOST_TERMS]:
            if not used or spent + counts[token] <= budget:
                used[token] = gains[token]
                spent += counts[token]
        # One word that very many have: the newest of them.
        return used, total - total * budget // spent if spent > budget else 0

    def _counts(self, table: str, tokens: Sequence[str]) -> dict[str, int]:
        """How many records have each term; terms that none has are left out."""
        query = f"SELECT term, count FROM {_COUNTS} WHERE count > 0 AND term IN "  # noqa: S608  # a constant
        if table == _GRAMS:
            self._shelf.run(f"CREATE VIRTUAL TABLE IF NOT EXISTS {_GRAM_COUNTS} USING fts5vocab(main, {_GRAMS}, row)")
            query = f"SELECT term, doc FROM {_GRAM_COUNTS} WHERE term IN "  # noqa: S608  # a constant
        found: dict[str, int] = {}
        for start in range(0, len(tokens), 400):
            some = tokens[start : start + 400]
            rows = self._shelf.run(f"{query} ({','.join('?' * len(some))})", some)
            found.update((str(term), int(count)) for term, count in rows)
        return found
