"""What one process remembers of the conversations it carried last, so that a turn costs what is new in it.

Nothing depends on it: what is not remembered is worked out again and comes out the same, and before it is used the
store is asked whether all its records are still there. The latest bodies are held in memory for this, within a limit.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from threading import Lock

from headroom_jupyter.exchange.json_text import Splice, parse
from headroom_jupyter.exchange.left_alone import without_cache
from headroom_jupyter.exchange.reading import Reading, read
from headroom_jupyter.messages import Path
from headroom_jupyter.walk import Progress

__all__ = ["Conversations", "Known"]

_MOST_BYTES = 8_000_000  # of texts; what was read of them takes about as much again
_LARGEST = 4  # a fourth of it is the most that one may have
_MOST = 64
_WINDOW = 64  # characters that tell most conversations apart before all are compared


@dataclass(frozen=True, slots=True)
class Known:
    """A body as it was read, how far its conversation was walked, and where changed texts were put.

    `changes` has them by their paths from the request: each text and the splice that puts it in. `number` tells the
    conversation.
    """

    reading: Reading
    trail: Sequence[Progress] = ()
    changes: Mapping[Path, tuple[str, Splice]] = field(default_factory=dict)
    number: int = 0

    def shared(self, text: str, key: str) -> int:
        """How many of the messages that were walked another text begins with."""
        own = self.reading
        for progress in reversed(self.trail) if key == own.key else ():
            messages = progress.blocks.messages
            end = own.items[messages - 1][1]
            start = max(0, end - _WINDOW)
            if text[start:end] == own.text[start:end] and text.startswith(own.text[:end]):
                return messages
        return 0

    def beginning(self, text: str, shared: int) -> Known:
        """What holds of a text that begins with that many of these messages."""
        return Known(
            read(text, self.reading.key, self.reading, shared),
            [one for one in self.trail if one.blocks.messages <= shared],
            {path: one for path, one in self.changes.items() if int(path[1]) < shared},
        )

    def is_continued(self, later: Known, shared: int) -> bool:
        """Whether another body, which shares that many messages, goes on with this conversation and is no branch."""
        own, other = (known.reading.request[known.reading.key][shared : shared + 1] for known in (self, later))
        return not own or without_cache(own) == without_cache(other)


class Conversations:
    """The latest ones; safe for threads."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._latest: dict[int, Known] = {}  # by number, the latest last
        self._numbers = count(1)
        self._lock = Lock()

    def read(self, body: bytes, key: str) -> Known:
        """A body with what is known of its beginning.

        Args:
            body: A JSON object, in UTF-8.
            key: Where it keeps the list of its messages.

        Raises:
            InputError: as for `parse`.
        """
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            text, _ = parse(body)  # says where
        with self._lock:
            latest = list(self._latest.values())
        best, shared = None, 0
        for known in latest:
            own = known.shared(text, key)
            if own > shared:
                best, shared = known, own
        found = best.beginning(text, shared) if best else Known(read(text, key))
        is_continued = best is not None and best.is_continued(found, shared)
        return replace(found, number=best.number if best and is_continued else next(self._numbers))

    def keep(self, known: Known) -> None:
        """Remember a body in place of the one whose conversation it goes on with."""
        size = sys.getsizeof(known.reading.text)
        with self._lock:
            self._latest.pop(known.number, None)
            if not known.trail or size > self._most_bytes // _LARGEST:
                return
            self._latest[known.number] = known
            while len(self._latest) > _MOST or self.held_bytes > self._most_bytes:
                self._latest.pop(next(iter(self._latest)))

    def __len__(self) -> int:
        return len(self._latest)

    @property
    def held_bytes(self) -> int:
        """What the texts take that are held."""
        return sum(sys.getsizeof(known.reading.text) for known in self._latest.values())
