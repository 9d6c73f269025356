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
from collections.abc import Sequence
from hashlib import sha256

from headroom_jupyter.ccr.store import Store
from headroom_jupyter.errors import StoreError
from headroom_jupyter.exchange.base import Answer, Json, Round, Wire
from headroom_jupyter.exchange.json_text import Splice, dumps, locate

__all__ = ["keep", "keep_chain", "recalled"]

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


def recalled(wire: Wire, text: str, request: Json, store: Store) -> list[Splice]:
    """What has to be put back into a client's history."""
    pairs = dict(wire.pairs(request)) if isinstance(request.get(wire.key), list) else {}
    keys = {_key(wire, call_id): call_id for call_id in pairs}
    records = store.forms(keys) if keys else {}
    splices: list[Splice] = []
    found = {pairs[keys[key]]: json.loads(record) for key, record in records.items()}
    places = locate(text, [path for pair in found for path in (pair.call, pair.result) if path is not None])
    for pair, record in found.items():
        for path, items in ((pair.call, record["calls"]), (pair.result, record["results"])):
            if path is not None:
                start = places[path][0]
                splices.append(Splice(start, start, "".join(f"{dumps(item)}," for item in items)))
    return splices + _chained(wire, text, request, store)


def _chained(wire: Wire, text: str, request: Json, store: Store) -> list[Splice]:
    """The response to go on from, and the results it is owed before anything else."""
    shown = request.get("previous_response_id")
    record = store.form(_key(wire, f"chain {shown}")) if isinstance(shown, str) else None
    if record is None:
        return []
    known = json.loads(record)
    places = locate(text, [("previous_response_id",), (wire.key,)])
    splices = [Splice(*places["previous_response_id",], dumps(known["id"]))]
    own, items = request.get(wire.key), known["results"]
    if items and isinstance(own, list):
        start = places[wire.key,][0] + 1
        splices.append(Splice(start, start, ",".join(map(dumps, items)) + ("," if own else "")))
    elif items and isinstance(own, str):
        start, end = places[wire.key,]
        user = f'{{"role":"user","content":{text[start:end]}}}'
        splices.append(Splice(start, end, f"[{','.join([*map(dumps, items), user])}]"))
    return splices


def _key(wire: Wire, call_id: str) -> bytes:
    return sha256(f"aside {wire.provider} {wire.key} {call_id}".encode("utf-8", "surrogatepass")).digest()
