"""The books: tokens before and after at first issue, what retrievals paid back, and what prompt caches answered.

Kept in the store, a line for each project, session, notebook, day and compressor. It decides nothing and never fails a
compression. What is counted here and what a provider measured are kept apart, and never added up.
"""

from __future__ import annotations

import json
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from hashlib import sha256
from typing import Any

from headroom_jupyter import settings
from headroom_jupyter.ccr.store import Store
from headroom_jupyter.errors import StoreError

__all__ = ["GROUPS", "Booking", "CacheUse", "Ledger", "Totals"]

_PREFIX = b"ledger "
GROUPS = ("all", "project", "session", "notebook", "compressor", "day")
_COUNTED = ("blocks", "tokens_before", "tokens_after", "retrievals", "tokens_retrieved")
_MEASURED = ("calls", "input_tokens", "cached_tokens", "written_tokens")
_FIELDS = _COUNTED + _MEASURED
_INPUTS = ("prompt_tokens", "input_tokens", "promptTokenCount")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Booking:
    """One block at its first issue."""

    compressor: str
    tokens_before: int
    tokens_after: int


@dataclass(frozen=True, slots=True)
class CacheUse:
    """Input tokens of calls as their provider counted them: all, those read from its cache, those written to it."""

    input_tokens: int
    cached_tokens: int
    written_tokens: int = 0

    def __add__(self, other: CacheUse) -> CacheUse:
        return CacheUse(
            self.input_tokens + other.input_tokens,
            self.cached_tokens + other.cached_tokens,
            self.written_tokens + other.written_tokens,
        )

    @classmethod
    def of(cls, usage: Mapping[str, Any]) -> CacheUse | None:
        """Read the usage of a reply of Anthropic, OpenAI (chat or responses) or Gemini; None when it has none.

        >>> CacheUse.of({"input_tokens": 20, "cache_read_input_tokens": 900, "cache_creation_input_tokens": 80})
        CacheUse(input_tokens=1000, cached_tokens=900, written_tokens=80)
        >>> CacheUse.of({"prompt_tokens": 1000, "prompt_tokens_details": {"cached_tokens": 896}}).cached_tokens
        896
        """
        details = usage.get("prompt_tokens_details") or usage.get("input_tokens_details")
        details = details if isinstance(details, Mapping) else {}
        read, written = usage.get("cache_read_input_tokens"), usage.get("cache_creation_input_tokens")
        counts: list[Any] = [
            next((usage[key] for key in _INPUTS if usage.get(key) is not None), None),
            details.get("cached_tokens") or read or usage.get("cachedContentTokenCount") or 0,
            details.get("cache_write_tokens") or written or 0,
        ]
        if not all(isinstance(count, int) and count >= 0 for count in counts):
            return None
        if read is not None or written is not None:
            # Anthropic's input_tokens are those that are neither read from its cache nor written to it.
            counts[0] += counts[1] + counts[2]
        return cls(*counts)


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of the books, over all projects and days or over one group of them.

    Up to `tokens_retrieved` they are counted here; `calls` and what follows are what providers reported of their
    calls: input tokens, those read from the prompt cache, and those written to it.

    >>> Totals(blocks=1, tokens_before=100, tokens_after=20, retrievals=1, tokens_retrieved=30).tokens_saved
    50
    """

    blocks: int = 0
    tokens_before: int = 0
    tokens_after: int = 0
    retrievals: int = 0
    tokens_retrieved: int = 0
    calls: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    written_tokens: int = 0

    @property
    def tokens_saved(self) -> int:
        """What was saved, retrievals paid."""
        return self.tokens_before - self.tokens_after - self.tokens_retrieved

    @property
    def saved_fraction(self) -> float:
        """The same, 0 to 1; below 0 when retrievals cost more than was saved."""
        return self.tokens_saved / self.tokens_before if self.tokens_before else 0.0

    @property
    def cached_fraction(self) -> float:
        """Share of the input that providers read from their caches, 0 to 1."""
        return self.cached_tokens / self.input_tokens if self.input_tokens else 0.0

    def figures(self) -> dict[str, Any]:
        """All of it for programs: every door shows these, and says with `basis` where each comes from."""
        shares = {"saved_fraction": round(self.saved_fraction, 4), "cached_fraction": round(self.cached_fraction, 4)}
        basis = {"counted": list(_COUNTED), "measured": list(_MEASURED)}
        return asdict(self) | {"tokens_saved": self.tokens_saved} | shares | {"basis": basis}


class Ledger:
    """The books of the project that a store belongs to; `totals` reads those of all projects.

    Args:
        store: Where they are kept.
        session: Whose work is booked; by default what HEADROOM_SESSION says.
    """

    def __init__(self, store: Store, *, session: str | None = None) -> None:
        self._store = store
        self._session = settings.load().session if session is None else session

    def book(self, bookings: Iterable[Booking]) -> str:
        """Book blocks that were issued for the first time, in one write.

        Returns:
            "" or why it could not be written; it does not raise.
        """
        sums: dict[str, Counter[str]] = {}
        for booking in bookings:
            of_one = sums.setdefault(booking.compressor, Counter())
            of_one["blocks"] += 1
            of_one["tokens_before"] += booking.tokens_before
            of_one["tokens_after"] += booking.tokens_after
        return self._write(sums)

    def book_retrieval(self, tokens: int, *, compressor: str = "") -> str:
        """Book one retrieval that gave `tokens` back; returns as `book` does."""
        return self._write({compressor: Counter(retrievals=1, tokens_retrieved=tokens)})

    def book_call(self, use: CacheUse, *, calls: int = 1) -> str:
        """Book what a provider reported of one call, or of several together; returns as `book` does."""
        amounts = Counter(
            calls=calls,
            input_tokens=use.input_tokens,
            cached_tokens=use.cached_tokens,
            written_tokens=use.written_tokens,
        )
        return self._write({"": amounts})

    def totals(self, *, by: str = "all", project: str | None = None, since: str = "") -> dict[str, Totals]:
        """Sums of the books.

        Args:
            by: "all" (one group of that name), "project", "session", "notebook", "compressor" or "day". Retrievals and
                calls belong to no compressor, and stand under "".
            project: Only this project's.
            since: Only from this day on, YYYY-MM-DD.

        Returns:
            A group's name to its sums, in the order of names.

        Raises:
            StoreError: the store cannot be read.
        """
        sums: dict[str, Counter[str]] = {"all": Counter()} if by == "all" else {}
        for line in self._lines(project, since):
            sums.setdefault(_group(line, by), Counter()).update(_amounts(line))
        return {name: _totals(sums[name]) for name in sorted(sums)}

    def series(self, *, by: str = "all", project: str | None = None, since: str = "") -> list[tuple[str, str, Totals]]:
        """The same sums day by day: day, group and sums, in the order of days; days without any are left out.

        Raises:
            StoreError: the store cannot be read.
        """
        sums: dict[tuple[str, str], Counter[str]] = {}
        for line in self._lines(project, since):
            sums.setdefault((str(line.get("day", "")), _group(line, by)), Counter()).update(_amounts(line))
        return [(*place, _totals(sums[place])) for place in sorted(sums)]

    def _lines(self, project: str | None, since: str) -> Iterator[Mapping[str, Any]]:
        for _, value in self._store.notes(_PREFIX):
            line = json.loads(value)
            if project in (None, line.get("project")) and str(line.get("day", "")) >= since:
                yield line

    def _write(self, sums: Mapping[str, Mapping[str, int]]) -> str:
        if not sums:
            return ""
        day = time.strftime("%Y-%m-%d", time.gmtime())
        project = self._store.project
        scope = sha256(project.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        changes: dict[bytes, Callable[[bytes | None], bytes]] = {}
        for compressor, amounts in sums.items():
            place = [scope, day, compressor, self._session, self._store.notebook]
            while not place[-1] and len(place) > 3:  # lines without them keep the names they always had
                place.pop()
            name = _PREFIX + json.dumps(place).encode("ascii")
            head = {"project": project, "day": day, "compressor": compressor, "session": self._session}
            head["notebook"] = self._store.notebook
            changes[name] = partial(_added, head=head, amounts=amounts)
        try:
            self._store.note(changes)
        except StoreError as err:
            _log.warning("the saving could not be booked: %s", err)
            return str(err)
        return ""


def _group(line: Mapping[str, Any], by: str) -> str:
    return "all" if by == "all" else str(line.get(by, ""))


def _amounts(line: Mapping[str, Any]) -> dict[str, int]:
    return {field: line.get(field, 0) for field in _FIELDS}


def _totals(sums: Mapping[str, int]) -> Totals:
    return Totals(**{field: sums[field] for field in _FIELDS})


def _added(old: bytes | None, *, head: Mapping[str, str], amounts: Mapping[str, int]) -> bytes:
    line: dict[str, Any] = json.loads(old) if old else dict(head)
    for field, amount in amounts.items():
        line[field] = line.get(field, 0) + amount
    return json.dumps(line).encode("ascii")
