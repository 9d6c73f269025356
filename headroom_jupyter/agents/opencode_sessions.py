"""opencode's sessions: one SQLite database, as of 1.18; a message's parts are JSON in rows of their own."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from headroom_jupyter.agents.sessions import Call, Event, Said, Session, Skipped, Tool, clip, database, when

__all__ = ["read"]

_TOOLS: dict[str, tuple[Tool, str]] = {
    "bash": ("shell", "command"),
    "read": ("read", "filePath"),
    "edit": ("edit", "filePath"),
    "write": ("edit", "filePath"),
    "patch": ("edit", "patchText"),
}
_TIMED_OUT = 124  # as timeout(1) has it
_LONGEST = 16_000_000  # characters of a part
_PARTS = """
  SELECT part.data, message.data, part.time_created FROM part JOIN message ON message.id = part.message_id
  WHERE part.session_id = ? AND length(part.data) < ? ORDER BY part.time_created, part.id
"""


def read(path: Path, skipped: Skipped) -> Iterator[Session]:
    """All sessions of a database."""
    with database(path, skipped) as connection:
        if connection is not None:
            for ident, folder in connection.execute("SELECT id, directory FROM session ORDER BY time_created, id"):
                yield Session(str(ident), "opencode", str(folder), _events(connection, ident, str(folder), skipped))


def _events(connection: sqlite3.Connection, ident: str, folder: str, skipped: Skipped) -> Iterator[Event]:
    try:
        for data, message, created in connection.execute(_PARTS, (ident, _LONGEST)):
            try:
                part, role = json.loads(data), json.loads(message).get("role")
            except (ValueError, AttributeError, TypeError, RecursionError):
                skipped.add("opencode part that is no JSON")
                continue
            if not isinstance(part, dict):
                continue
            if part.get("type") == "tool" and isinstance(state := part.get("state"), dict):
                if state.get("status") in ("completed", "error"):
                    yield _call(part, state, folder, when(created))
            elif part.get("type") == "text" and role == "user" and not part.get("synthetic"):
                yield Said(str(part.get("text") or "").strip('"'), when(created))
    except sqlite3.Error as err:
        skipped.add(f"opencode session that cannot be read ({err})")


def _call(part: Mapping[str, Any], state: Mapping[str, Any], folder: str, at: float) -> Call:
    given, meta = state.get("input"), state.get("metadata")
    arguments = given if isinstance(given, dict) else {}
    tool, key = _TOOLS.get(str(part.get("tool")), ("other", ""))
    text = str(arguments.get(key) or "")
    if tool == "read" and (arguments.get("offset") or arguments.get("limit")):
        text += f" from {arguments.get('offset')} {arguments.get('limit')}"
    code = meta.get("exit") if isinstance(meta, dict) else None
    output = str(state.get("output") or state.get("error") or "")
    if "exceeding timeout" in output[-400:] and "<shell_metadata>" in output[-400:]:
        code = _TIMED_OUT
    is_failed = state.get("status") == "error" or (isinstance(code, int) and code != 0)
    limit, where = arguments.get("timeout"), str(arguments.get("workdir") or folder)
    return Call(
        str(part.get("callID")),
        tool,
        text,
        where,
        clip(output),
        is_failed,
        code if isinstance(code, int) else None,
        limit / 1000 if isinstance(limit, int) else 0.0,
        at,
    )
