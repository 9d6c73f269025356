"""Texts that went out unchanged because the store could not be used stay so in their conversation.

Their provider has cached them as they were. A text that was looked at and found not worth changing is recorded by the
engine; this is for those of which nothing could be recorded at the time. They are held in memory until the store can be
written again, and are in the store from then on.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from hashlib import sha256
from threading import Lock
from typing import Any

from headroom_jupyter.ccr.store import Store
from headroom_jupyter.errors import StoreError
from headroom_jupyter.messages import Block
from headroom_jupyter.policy import Protect

__all__ = ["LeftAlone", "without_cache"]

_MOST = 20_000  # digests in memory, about 2 MB
_ANY = sha256(b"left alone").digest()  # recorded with the first, so that a store without any costs one look-up
_RECORD = b"{}"


class LeftAlone:
    """What one process has seen go out unchanged; safe for threads."""

    def __init__(self) -> None:
        self._keys: OrderedDict[bytes, None] = OrderedDict()  # not in the store yet
        self._lock = Lock()

    def protector(self, store: Store, messages: Sequence[Any]) -> Protect | None:
        """What keeps the texts of a conversation that went out unchanged as they are; None when there are none."""
        self._flush(store)
        try:
            is_any = bool(self._keys) or store.form(_ANY) is not None
        except StoreError:
            is_any = bool(self._keys)
        if not is_any:
            return None
        conversation = _conversation(messages)

        def protect(block: Block) -> str | None:
            key = _key(conversation, block)
            is_left = key in self._keys or store.form(key) is not None
            return "it went out unchanged before, when the store could not be used" if is_left else None

        return protect

    def add(self, store: Store, messages: Sequence[Any], blocks: Iterable[Block]) -> None:
        """Remember texts that go out unchanged now."""
        conversation = _conversation(messages)
        with self._lock:
            for block in blocks:
                self._keys[_key(conversation, block)] = None
            while len(self._keys) > _MOST:
                self._keys.popitem(last=False)
        self._flush(store)

    def _flush(self, store: Store) -> None:
        if not self._keys:
            return
        with self._lock:
            try:
                for key in [_ANY, *self._keys]:
                    store.remember(key, _RECORD)
            except StoreError:
                return  # the next request tries again
            self._keys.clear()


def _conversation(messages: Sequence[Any]) -> bytes:
    """What tells a conversation: all up to its first message of a user, which stays the same as it grows."""
    start: list[Any] = []
    for message in messages:
        start.append(without_cache(message))
        if isinstance(message, dict) and message.get("role") == "user":
            break
    return sha256(json.dumps(start, default=str).encode("ascii")).digest()


def without_cache(value: Any) -> Any:
    """A value without cache_control, which clients move about."""
    if isinstance(value, dict):
        return {key: without_cache(inner) for key, inner in value.items() if key != "cache_control"}
    return [without_cache(inner) for inner in value] if isinstance(value, list) else value


def _key(conversation: bytes, block: Block) -> bytes:
    said = json.dumps([block.tool, block.arguments, block.text]).encode("ascii")
    return sha256(b"left alone " + conversation + sha256(said).digest()).digest()
