"""What agents did, as their logs tell it: sessions of calls and of what the person said, read piece by piece.

A reader holds one line at a time, whatever the size of its file. What it cannot use it skips, counts, and says why.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Literal

__all__ = ["Call", "Event", "Reader", "Said", "Session", "Skipped", "Tool", "clip", "database", "json_lines", "when"]

Tool = Literal["shell", "read", "edit", "other"]
_LONGEST_LINE = 16_000_000  # bytes; what agents write in one line is a message and a result
_BUSY_S = 2.0  # to wait for a database that its program is writing
_HEAD, _TAIL = 1_000, 3_000  # characters of an output: a message stands at its beginning or its end


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a tool, with its result.

    Attributes:
        id: What the agent calls it.
        tool: What it does.
        text: A shell's command, else the path or the arguments.
        folder: Where it ran; "" when the log does not say.
        output: The beginning and the end of what came out.
        is_failed: Whether the agent took it for a failure.
        exit_code: A shell's, None when it was not told.
        limit_s: The time limit that was given with it, 0 for none.
        at: When, in seconds of the epoch; 0 when the log does not say.
    """

    id: str
    tool: Tool
    text: str
    folder: str = ""
    output: str = ""
    is_failed: bool = False
    exit_code: int | None = None
    limit_s: float = 0.0
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Said:
    """What the person wrote."""

    text: str
    at: float = 0.0


Event = Call | Said


@dataclass(frozen=True, slots=True)
class Session:
    """One session; its events can be walked through once."""

    id: str
    source: str
    folder: str
    events: Iterator[Event]


@dataclass(slots=True)
class Skipped:
    """What was not read, counted by reason."""

    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, reason: str, count: int = 1) -> None:
        """Count it."""
        self.reasons[reason] += count


Reader = Callable[[Path, Skipped], Iterator[Session]]


def json_lines(path: Path, skipped: Skipped) -> Iterator[dict[str, Any]]:
    """The objects of a file of JSON lines; what is none, is too long or half written is skipped."""
    try:
        with path.open("rb") as file:
            while line := file.readline(_LONGEST_LINE):
                if not line.endswith(b"\n") and len(line) == _LONGEST_LINE:
                    skipped.add(f"line of more than {_LONGEST_LINE // 1_000_000} MB")
                    while (rest := file.readline(_LONGEST_LINE)) and not rest.endswith(b"\n"):
                        pass
                    continue
                if not line.strip():
                    continue
                try:
                    told = json.loads(line)
                except (ValueError, RecursionError):
                    skipped.add("line that is no JSON, or half written")
                    continue
                if isinstance(told, dict):
                    yield told
                else:
                    skipped.add("line that is no JSON object")
    except OSError as err:
        skipped.add(f"file that cannot be read ({err.strerror or err})")


@contextmanager
def database(path: Path, skipped: Skipped) -> Iterator[sqlite3.Connection | None]:
    """A database opened for reading alone; what goes wrong in here, a lock too, is counted and passed over."""
    connection: sqlite3.Connection | None = None
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_BUSY_S)
        connection.text_factory = lambda data: data.decode("utf-8", "replace")
        yield connection
    except sqlite3.Error as err:
        skipped.add(f"database that cannot be read ({err})")
    finally:
        if connection is not None:
            connection.close()


def clip(text: str) -> str:
    """The beginning and the end of an output.

    >>> clip("short")
    'short'
    """
    return text if len(text) <= _HEAD + _TAIL else f"{text[:_HEAD]}\n…\n{text[-_TAIL:]}"


def when(told: object) -> float:
    """A time as seconds of the epoch, from ISO 8601 or from a number of milliseconds; 0 for anything else.

    >>> when("1970-01-01T00:01:00.000Z"), when(60000), when("soon")
    (60.0, 60.0, 0.0)
    """
    if isinstance(told, (int, float)):
        return told / 1000
    try:
        found = datetime.fromisoformat(str(told).replace("Z", "+00:00"))
    except ValueError:
        return 0.0
    return (found if found.tzinfo else found.replace(tzinfo=timezone.utc)).timestamp()
