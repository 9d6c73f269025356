"""One request of a client and all that its provider answers: who carries the bytes asks this what to send and to show.

It opens no socket. Its methods may take long enough to keep an event loop waiting: `Turn.begin` and `follow_up` belong
into a thread there; `feed` is quick.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import orjson

from headroom_jupyter.exchange import asides
from headroom_jupyter.exchange.answers import answer
from headroom_jupyter.exchange.base import Replies, Wire
from headroom_jupyter.exchange.json_text import dumps, parse, splice
from headroom_jupyter.exchange.requests import Options, Report, rewrite
from headroom_jupyter.exchange.sse import EventCutter
from headroom_jupyter.ledger import CacheUse, Ledger

__all__ = ["MOST_ROUNDS", "NOT_REPEATED", "Reader", "Turn"]

MOST_ROUNDS = 3
NOT_REPEATED = ("idempotency-key",)  # headers of the first request that would make a provider refuse a follow-up
_LONGEST_EVENT = 32_000_000  # bytes; a stream without ends is passed on as it is
_log = logging.getLogger(__name__)


class Reader(Protocol):
    """Reads one reply of the provider as it comes; `is_whole`: all of it is shown at the end."""

    is_whole: bool

    def feed(self, chunk: bytes) -> bytes:
        """What the client gets now."""
        ...

    def finish(self) -> bytes:
        """What it gets at the end."""
        ...


@dataclass
class Turn:
    """A client's request, and the hidden rounds it takes to answer it.

    Attributes:
        body: What to send to the provider first.
        encoding: The content-encoding that it has; "" is none, as all that follows has none.
        report: What was done; `rounds` grows as the turn goes on.
    """

    wire: Wire
    options: Options
    body: bytes
    report: Report
    encoding: str = ""
    _text: str = ""
    _replies: Replies | None = None
    _is_whole: bool = field(default=False, init=False)  # a reply was read to its end and can be followed up

    @classmethod
    def begin(cls, wire: Wire, body: bytes, options: Options, *, model: str = "", encoding: str = "") -> Turn:
        """Rewrite a client's request, its body in some content-encoding; it never fails, see `report.failed`."""
        found = rewrite(wire, body, options, model=model, encoding=encoding)
        replies = wire.replies(dict(found.request)) if found.request else None
        return cls(wire, options, found.body, found.report, found.encoding, found.text, replies)

    def read(self, content_type: str, status: int = 200) -> Reader:
        """A reader for the provider's next reply.

        Args:
            content_type: The reply's own.
            status: Its status; what is no success goes through.
        """
        self._is_whole = False
        kind = content_type.partition(";")[0].strip().lower()
        if self._replies is None or not 200 <= status < 300:
            return _Untouched()
        if kind not in ("text/event-stream", "application/json"):
            return _Untouched()
        reader = (_Events if kind == "text/event-stream" else _Whole)(self, self._replies)
        return reader if self.is_watched else _Overheard(reader)

    @property
    def outdated(self) -> tuple[str, ...]:
        """Headers of the client's request that do not hold for what is sent next."""
        is_first = not self.report.rounds
        encoding = () if is_first and self.encoding else ("content-encoding",)
        return (*encoding, *(() if is_first else NOT_REPEATED))

    @property
    def is_watched(self) -> bool:
        """Whether replies may hold a call of ours, so that they must come in plain."""
        return self._replies is not None and self.report.is_injected

    @property
    def needs_follow_up(self) -> bool:
        """Whether the reply that was read has calls of ours to answer, or left something to remember."""
        if self._replies is None or not self.is_watched or not self._is_whole:
            return False
        return self._is_hidden or _has_to_wait(self._replies)

    @property
    def _is_hidden(self) -> bool:
        return self._replies is not None and self._replies.round.is_hidden and self._replies.may_follow

    def follow_up(self) -> bytes | None:
        """The next request, or None when the client has its answer.

        What `finish` gave out is to be shown after this: a client must not go on before its turn is remembered.
        """
        replies = self._replies
        if replies is None or not self.needs_follow_up:
            return None
        said, store = replies.round, self.options.store
        is_last = self._is_hidden and self.report.rounds + 1 >= MOST_ROUNDS
        answers = [answer(call, store, is_last=is_last) for call in said.calls]
        self.report.retrievals += len(answers)
        if self._is_hidden:
            _, request = parse(self._text.encode("utf-8"))
            self._text = splice(self._text, [self.wire.follow_up(self._text, request, said, answers)])
            self.report.rounds += 1
            replies.begin()
            replies.may_follow = not is_last
            return self._text.encode("utf-8")
        if said.is_mixed:
            asides.keep(self.wire, said, answers, store)
        if replies.chain:
            asides.keep_chain(self.wire, replies.chain, answers, store)
        return None

    def settle(self) -> CacheUse | None:
        """What the provider reported of its prompt cache, all rounds summed; it goes into the report."""
        usage: object = self._replies.usage if self._replies else {}
        self.report.use = CacheUse.of(usage) if isinstance(usage, Mapping) else None
        return self.report.use

    def book(self) -> None:
        """Write that into the books of the store's project; for when the turn is over. It never fails."""
        if use := self.settle():
            Ledger(self.options.store).book_call(use, calls=self.report.rounds + 1)

    def failure(self, status: int, body: bytes) -> bytes:
        """What a client in the middle of a stream gets when the provider refuses a follow-up."""
        return self._replies.failure(status, body) if self._replies else b""


def _has_to_wait(replies: Replies) -> bool:
    """Whether the client must not see the end before it is remembered."""
    return replies.round.is_mixed or replies.chain is not None


class _Untouched:
    """Passes on what comes."""

    is_whole = False

    def feed(self, chunk: bytes) -> bytes:
        return chunk

    def finish(self) -> bytes:
        return b""


class _Overheard:
    """Passes on what comes, and reads along."""

    is_whole = False

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def feed(self, chunk: bytes) -> bytes:
        self._reader.feed(chunk)
        return chunk

    def finish(self) -> bytes:
        self._reader.finish()
        return b""


class _Events:
    """A stream: each event goes on as soon as it is whole."""

    is_whole = False

    def __init__(self, turn: Turn, replies: Replies) -> None:
        self._turn = turn
        self._replies = replies
        self._cutter = EventCutter()
        self._is_given_up = False
        self._late: list[bytes] = []  # the end, when something has to be remembered first

    def feed(self, chunk: bytes) -> bytes:
        if self._is_given_up:
            return chunk
        shown: list[bytes] = []
        for event in self._cutter.feed(chunk):
            seen = self._replies.event(event)
            (self._late if _has_to_wait(self._replies) else shown).append(seen)
        if self._cutter.held_bytes > _LONGEST_EVENT:
            self._is_given_up = True
            shown += [*self._late, self._cutter.rest()]
            self._late = []
        return b"".join(shown)

    def finish(self) -> bytes:
        self._turn._is_whole = not self._is_given_up  # the reader is a part of its turn
        rest = self._cutter.rest()
        if rest and not self._is_given_up:
            rest = self._replies.event(rest)
        return b"".join(self._late) + rest


class _Whole:
    """A reply in one piece."""

    is_whole = True

    def __init__(self, turn: Turn, replies: Replies) -> None:
        self._turn = turn
        self._replies = replies
        self._pieces: list[bytes] = []

    def feed(self, chunk: bytes) -> bytes:
        self._pieces.append(chunk)
        return b""

    def finish(self) -> bytes:
        body = b"".join(self._pieces)
        try:
            reply = orjson.loads(body)
            shown = self._replies.whole(reply)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError):
            return body  # not as we know it: the client's to judge
        self._turn._is_whole = True  # the reader is a part of its turn
        if shown is None:
            return b""
        return body if shown is reply else dumps(shown).encode("utf-8")
