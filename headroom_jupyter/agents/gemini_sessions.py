"""Gemini CLI's logs: JSON lines as of 0.61, of which a later one with the same id takes an earlier one's place.

Before that a session was one JSON object in a file. Which project it belongs to stands in a file beside its folder.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from headroom_jupyter.agents.sessions import Call, Event, Said, Session, Skipped, Tool, clip, json_lines, when

__all__ = ["read"]

_TOOLS: dict[str, tuple[Tool, tuple[str, ...]]] = {
    "run_shell_command": ("shell", ("command",)),
    "read_file": ("read", ("file_path", "absolute_path", "path")),
    "replace": ("edit", ("file_path",)),
    "write_file": ("edit", ("file_path",)),
}
_EXIT = re.compile(r"^Exit Code: (\d+)", re.MULTILINE)
_FRAME = re.compile(
    r"^<untrusted_context>\n|^(?:Process Group PGID|Exit Code): .*$|\n</untrusted_context>$", re.MULTILINE
)
_NOT_SAID = re.compile(r"\s*<[a-z_]+>")
_LARGEST_BYTES = 64_000_000  # of a session that is one JSON object and cannot be read in pieces
_MOST_SEEN = 2000  # calls that may be told again


def read(path: Path, skipped: Skipped) -> Iterator[Session]:
    """The session of a file; none when nothing says whose project it was."""
    try:
        folder = (path.parents[1] / ".project_root").read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        skipped.add("gemini session of an unknown version: nothing says in which folder it was")
        return
    lines: Iterable[dict[str, Any]] = json_lines(path, skipped)
    if path.suffix == ".json":
        lines = _whole(path, skipped)
    yield Session(path.stem, "gemini", folder, _events(lines, folder))


def _whole(path: Path, skipped: Skipped) -> list[dict[str, Any]]:
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            skipped.add(f"gemini session of more than {_LARGEST_BYTES // 1_000_000} MB in one piece")
            return []
        messages = json.loads(path.read_bytes())["messages"]
        return [message for message in messages if isinstance(message, dict)]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        skipped.add("gemini session that is no JSON, or half written")
        return []


def _events(lines: Iterable[dict[str, Any]], folder: str) -> Iterator[Event]:
    seen: dict[str, None] = {}
    for line in lines:
        at, kind = when(line.get("timestamp")), line.get("type")
        if kind == "user":
            content = line.get("content")
            parts = content if isinstance(content, list) else [{"text": content}]
            for part in parts:
                text = part.get("text") if isinstance(part, dict) else None
                if isinstance(text, str) and not _NOT_SAID.match(text):
                    yield Said(text, at)
        calls = line.get("toolCalls") if kind == "gemini" else None
        for told in calls if isinstance(calls, list) else ():
            if not isinstance(told, dict) or told.get("status") not in ("success", "error"):
                continue
            if (call_id := str(told.get("id"))) in seen:
                continue
            seen[call_id] = None
            if len(seen) > _MOST_SEEN:
                del seen[next(iter(seen))]
            yield _call(told, call_id, folder, when(told.get("timestamp")) or at)


def _call(told: Mapping[str, Any], call_id: str, folder: str, at: float) -> Call:
    given = told.get("args")
    arguments = given if isinstance(given, dict) else {}
    tool, keys = _TOOLS.get(str(told.get("name")), ("other", ()))
    text = next((str(arguments[key]) for key in keys if arguments.get(key)), "")
    where = folder
    if tool == "shell" and (inner := arguments.get("dir_path") or arguments.get("directory")):
        where = str(Path(folder) / str(inner))
    output = _output(told.get("result"))
    code = _EXIT.search(output[-300:])
    exit_code = int(code[1]) if code else 0 if tool == "shell" else None
    is_failed = told.get("status") == "error" or bool(exit_code)
    shown = _FRAME.sub("", output).strip().removeprefix("Output: ").removeprefix("(empty)")
    return Call(call_id, tool, text, where, clip(shown), is_failed, exit_code, at=at)


def _output(result: object) -> str:
    found = []
    for part in result if isinstance(result, list) else ():
        response = part.get("functionResponse", {}).get("response", {}) if isinstance(part, dict) else {}
        if isinstance(response, dict):
            found.append(str(response.get("output") or response.get("error") or ""))
    return "\n".join(found)
