"""Reads logs of requests, one JSON object a line, however large: a line at a time, and what is none is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import orjson

from headroom_jupyter.cache_aligner.requests import shape_of
from headroom_jupyter.errors import InputError

__all__ = ["Entry", "Skipped", "entry_of", "read_log"]

MOST_LINE_BYTES = 64_000_000  # twice the largest request that a provider documents (32 MB)
_WRAPPED = ("request", "body", "request_body")
_ANSWERS = ("response", "reply", "response_body")
_NAMED = ("conversation", "conversation_id", "session", "session_id", "thread_id")


@dataclass(frozen=True, slots=True)
class Entry:
    """A request with what its log says of it: the usage that the provider reported, and whose conversation it is."""

    request: Mapping[str, Any]
    shape: str
    model: str
    usage: Mapping[str, Any] | None = None
    conversation: str = ""


@dataclass
class Skipped:
    """What could not be used: how often for each reason, and the number of the first such line."""

    reasons: Counter[str] = field(default_factory=Counter)
    first: dict[str, int] = field(default_factory=dict)

    def add(self, reason: str, line: int) -> None:
        """Count one."""
        self.reasons[reason] += 1
        self.first.setdefault(reason, line)


def read_log(path: str | Path, skipped: Skipped) -> Iterator[Entry]:
    """The requests of a log in their order.

    Args:
        path: A file of JSON lines: request bodies, or objects with one under "request" or "body", and perhaps
            "usage" or the provider's "response" beside it.
        skipped: Counts the lines that hold no request.

    Raises:
        InputError: the file cannot be read.
    """
    try:
        with Path(path).open("rb") as file:
            for number, line in _lines(file):
                try:
                    yield _parsed(line)
                except InputError as err:
                    skipped.add(str(err), number)
    except OSError as err:
        raise InputError(f"{path} cannot be read: {err.strerror or err}; name a file of JSON lines") from err


def entry_of(value: object) -> Entry:
    """A log's object as the request it stands for.

    Raises:
        InputError: it holds no request body of a known API.
    """
    if not isinstance(value, Mapping):
        raise InputError("no JSON object")
    wrapped = next((value[key] for key in _WRAPPED if isinstance(value.get(key), Mapping)), None)
    request = value if wrapped is None else wrapped
    try:
        shape = shape_of(request)
    except InputError:
        raise InputError("no request body of a known API") from None
    outer: Mapping[str, Any] = {} if wrapped is None else value
    answer = next((outer[key] for key in _ANSWERS if isinstance(outer.get(key), Mapping)), outer)
    usage = next((part for at in (outer, answer) for key in ("usage", "usageMetadata") if (part := at.get(key))), None)
    named = next((str(outer[key]) for key in _NAMED if isinstance(outer.get(key), (str, int))), "")
    model = str(request.get("model") or outer.get("model") or "")
    return Entry(request, shape, model, usage if isinstance(usage, Mapping) else None, named)


def _lines(file: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Lines with their numbers; of one that is too long its beginning, which is no JSON."""
    number = 0
    while line := file.readline(MOST_LINE_BYTES):
        number += 1
        if len(line) == MOST_LINE_BYTES and not line.endswith(b"\n"):
            while (rest := file.readline(MOST_LINE_BYTES)) and not rest.endswith(b"\n"):
                pass
            line = b""
            yield number, line
        elif line.strip():
            yield number, line


def _parsed(line: bytes) -> Entry:
    if not line:
        raise InputError(f"longer than {MOST_LINE_BYTES:,} bytes")
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        what = "half-written" if not line.endswith(b"\n") else "no JSON"
        raise InputError(what) from None
    return entry_of(value)
