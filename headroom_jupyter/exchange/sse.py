"""Server-sent events, cut apart and left as they are: the bytes of an event that nobody changes go on as they came.

Libraries for this format give the fields and lose the bytes, which is why none is used.
"""

from __future__ import annotations

import re

__all__ = ["EventCutter", "event", "field"]

_END = re.compile(rb"\r?\n\r?\n|\r\r")
_LINE = re.compile(rb"\r\n|\n|\r")


class EventCutter:
    """Cuts a stream of bytes into whole events, each with the empty line that ends it.

    >>> cutter = EventCutter()
    >>> cutter.feed(b"data: 1\\n"), cutter.feed(b"\\ndata: 2"), cutter.rest()
    ([], [b'data: 1\\n\\n'], b'data: 2')
    """

    def __init__(self) -> None:
        self._held = bytearray()
        self._seen = 0

    def feed(self, chunk: bytes) -> list[bytes]:
        """The events that are whole now."""
        self._held += chunk
        found: list[bytes] = []
        start = 0
        at = self._seen
        while match := _END.search(self._held, at):
            found.append(bytes(self._held[start : match.end()]))
            start = at = match.end()
        del self._held[:start]
        self._seen = max(0, len(self._held) - 3)  # an end may be cut in four
        return found

    @property
    def held_bytes(self) -> int:
        """How much of an unfinished event is here."""
        return len(self._held)

    def rest(self) -> bytes:
        """What is left of an event that never ended."""
        left = bytes(self._held)
        self._held.clear()
        self._seen = 0
        return left


def field(raw: bytes, name: bytes = b"data") -> bytes:
    r"""A field of an event, its lines joined.

    >>> field(b"event: ping\ndata: {\ndata: }\n\n")
    b'{\n}'
    """
    values = []
    for line in _LINE.split(raw):
        head, colon, value = line.partition(b":")
        if head == name and colon:
            values.append(value[1:] if value[:1] == b" " else value)
    return b"\n".join(values)


def event(data: str, name: str = "") -> bytes:
    r"""An event of one line of data.

    >>> event('{"a":1}', "ping")
    b'event: ping\ndata: {"a":1}\n\n'
    """
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {data}\n\n".encode()
