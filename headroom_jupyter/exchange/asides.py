"""What the client's history lacks and the provider has to see again; kept in the store, so that any process can do it.

A model may call headroom_retrieve beside tools of the client. The client runs its own tools and sends their results
with its next request; our call, and what the store said to it, stood in no message of the client's. They are put back
beside the client's own call and result, from the next request on and for as long as the conversation has that turn: the
model gets what it asked for, and the prefix stays as it is.

A provider that keeps the conversation itself (previous_response_id) kept our calls too. A client goes on from the
response it saw; it is led to the one that ended the turn, with the results that are still owed.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from headroom_jupyter.ccr.store import Store
from headroom_jupyter.errors import StoreError
from headroom_jupyter.exchange.base import Answer, Json, Pair, Places, Round, Wire
from headroom_jupyter.exchange.json_text import Splice, dumps
from headroom_jupyter.messages import Path

__all__ = ["Asides", "keep", "keep_chain", "recalled"]

_PREVIOUS = "previous_response_id"
_log = logging.getLogger(__name__)


def keep(wire: Wire, said: Round, answers: Sequence[Answer], store: Store) -> None:
    """Remember the calls and answers of a mixed turn under the client's first own call in it."""
    call_id = said.own_calls[0]
    if not call_id:
        return  # nothing to find the turn by; the model can ask again
    record = {"calls": [call.raw for call in said.calls], "results": [wire.result(answer) for answer in answers]}
    _remember(_key(wire, call_id), record, store)


def keep_chain(wire: Wire, chain: tuple[str, str], answers: Sequence[Answer], store: Store) -> None:
    """Remember which response really ended a turn, and what its calls are owed."""
    shown, real = chain
    _remember(_key(wire, f"chain {shown}"), {"id": real, "results": [wire.result(a) for a in answers]}, store)


def _remember(key: bytes, record: Json, store: Store) -> None:
    try:
        store.remember(key, dumps(record).encode("utf-8"))
    except StoreError as err:
        _log.warning("what a model asked for beside other tools could not be kept: %s", err)


@dataclass(frozen=True)
class Asides:
    """What has to be put back into a client's request."""

    pairs: Mapping[Pair, Json] = field(default_factory=dict)
    chain: Json | None = None

    def paths(self, key: str) -> list[Path]:
        """The places that `splices` has to know; `key` is where the messages are."""
        found = [path for pair in self.pairs for path in (pair.call, pair.result) if path is not None]
        return found + ([(_PREVIOUS,), (key,)] if self.chain else [])

    def splices(self, text: str, key: str, places: Places) -> Iterator[Splice]:
        """Calls before the client's own call, results before its result."""
        for pair, record in self.pairs.items():
            for path, items in ((pair.call, record["calls"]), (pair.result, record["results"])):
                if path is not None:
                    start = places[path][0]
                    yield Splice(start, start, "".join(f"{dumps(item)}," for item in items))
        if self.chain:
            yield Splice(*places[_PREVIOUS,], dumps(self.chain["id"]))
            yield from _owed(text, places[key,], self.chain["results"])


def recalled(wire: Wire, request: Json, store: Store) -> Asides:
    """What is remembered of a conversation.

    Raises:
        StoreError: the store cannot be read.
    """
    pairs = dict(wire.pairs(request)) if isinstance(request.get(wire.key), list) else {}
    keys = {_key(wire, call_id): pair for call_id, pair in pairs.items()}
    found = {keys[key]: json.loads(record) for key, record in store.forms(keys).items()} if keys else {}
    shown = request.get(_PREVIOUS)
    chain = store.form(_key(wire, f"chain {shown}")) if isinstance(shown, str) else None
    return Asides(found, json.loads(chain) if chain else None)


def _owed(text: str, place: tuple[int, int], results: Sequence[Json]) -> Iterator[Splice]:
    """Results before all other input, which may be a text."""
    start, end = place
    own, items = text[start:end], ",".join(map(dumps, results))
    if results and own.startswith("["):
        yield Splice(start + 1, start + 1, items + ("," if own.strip("[] \t\r\n") else ""))
    elif results and own.startswith('"'):
        yield Splice(start, end, f'[{items},{{"role":"user","content":{own}}}]')


def _key(wire: Wire, call_id: str) -> bytes:
    return sha256(f"aside {wire.provider} {wire.key} {call_id}".encode("utf-8", "surrogatepass")).digest()
