"""Turns in which a model calls headroom_retrieve beside tools of the client.

The client runs its own tools and sends their results with its next request; our call, and what the store said to it,
stood in no message of the client's. They are put back beside the client's own call and result, from the next request
on and for as long as the conversation has that turn: the model gets what it asked for, and the prefix stays as it is.
What is put back is kept in the store, so that any process can do it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from hashlib import sha256

from headroom_jupyter.ccr.store import Store
from headroom_jupyter.errors import StoreError
from headroom_jupyter.exchange.base import Answer, Json, Round, Wire
from headroom_jupyter.exchange.json_text import Splice, dumps, locate

__all__ = ["keep", "recalled"]

_log = logging.getLogger(__name__)


def keep(wire: Wire, said: Round, answers: Sequence[Answer], store: Store) -> None:
    """Remember the calls and answers of a mixed turn under the client's first own call in it."""
    call_id = said.own_calls[0]
    if not call_id:
        return  # nothing to find the turn by; the model can ask again
    record = {"calls": [call.raw for call in said.calls], "results": [wire.result(answer) for answer in answers]}
    try:
        store.remember(_key(wire, call_id), dumps(record).encode("utf-8"))
    except StoreError as err:
        _log.warning("what a model asked for beside other tools could not be kept: %s", err)


def recalled(wire: Wire, text: str, request: Json, store: Store) -> list[Splice]:
    """What has to be put back into a client's history."""
    pairs = dict(wire.pairs(request)) if isinstance(request.get(wire.key), list) else {}
    keys = {_key(wire, call_id): call_id for call_id in pairs}
    try:
        records = store.forms(keys)
    except StoreError:
        return []
    splices: list[Splice] = []
    found = {pairs[keys[key]]: json.loads(record) for key, record in records.items()}
    places = locate(text, [path for pair in found for path in (pair.call, pair.result) if path is not None])
    for pair, record in found.items():
        for path, items in ((pair.call, record["calls"]), (pair.result, record["results"])):
            if path is not None:
                start = places[path][0]
                splices.append(Splice(start, start, "".join(f"{dumps(item)}," for item in items)))
    return splices


def _key(wire: Wire, call_id: str) -> bytes:
    return sha256(f"aside {wire.provider} {wire.key} {call_id}".encode("utf-8", "surrogatepass")).digest()
