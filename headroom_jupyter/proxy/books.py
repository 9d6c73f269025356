"""What providers reported of their prompt caches, on its way into the books: written together, once a second.

A write costs a millisecond, which no request is to wait for. A process that is killed loses its last second's figures.
"""

from __future__ import annotations

from threading import Lock

import anyio
import anyio.to_thread

from headroom_jupyter.ccr.store import Store
from headroom_jupyter.ledger import CacheUse, Ledger

__all__ = ["Books"]

_EVERY_S = 1.0


class Books:
    """Sums by project until they are written."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[Store, CacheUse, int]] = {}
        self._lock = Lock()

    def add(self, store: Store, use: CacheUse, calls: int) -> None:
        """Take down what one turn used."""
        with self._lock:
            _, known, count = self._waiting.get(store.project, (store, CacheUse(0, 0), 0))
            self._waiting[store.project] = store, known + use, count + calls

    def write(self) -> None:
        """Write what waits; a store that cannot be written costs its figures and nothing else."""
        with self._lock:
            waiting, self._waiting = self._waiting, {}
        for store, use, calls in waiting.values():
            Ledger(store).book_call(use, calls=calls)

    async def keep_writing(self) -> None:
        """Write from time to time, for as long as the proxy runs."""
        while True:
            await anyio.sleep(_EVERY_S)
            if self._waiting:
                await anyio.to_thread.run_sync(self.write)
