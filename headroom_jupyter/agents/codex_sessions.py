"""Codex's logs: one JSON line an event, as of 0.169; calls and results are items as in OpenAI's responses API.

In its newest models' logs a call is a script, and the commands that it ran stand in items of their own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from headroom_jupyter.agents.sessions import Call, Event, Said, Session, Skipped, Tool, clip, json_lines, when

__all__ = ["read"]

_SHELLS = ("exec_command", "shell", "local_shell", "shell_command", "container.exec")
_EXIT = re.compile(r"^(?:Process exited with code|Exit code:) (\d+)", re.MULTILINE)
_TIMED_OUT = re.compile(r"command timed out after (\d+)")
_NOT_SAID = re.compile(r"\s*(?:<[a-z_]+>|# AGENTS\.md instructions)")
_MOST_OPEN = 1000  # calls whose result has not come


def read(path: Path, skipped: Skipped) -> Iterator[Session]:
    """The session of a file; none when its first line says nothing of it."""
    lines = json_lines(path, skipped)
    for line in lines:
        payload = line.get("payload")
        folder = payload.get("cwd") if line.get("type") == "session_meta" and isinstance(payload, dict) else None
        if isinstance(folder, str):
            yield Session(path.stem, "codex", folder, _events(lines, folder))
        else:
            skipped.add("codex session of an unknown version: it does not begin with what it is")
        return


def _events(lines: Iterator[dict[str, Any]], folder: str) -> Iterator[Event]:
    opened: dict[str, Call] = {}
    seen: dict[str, None] = {}
    for line in lines:
        payload, at = line.get("payload"), when(line.get("timestamp"))
        if not isinstance(payload, dict):
            continue
        kind = payload.get("type")
        if line.get("type") == "turn_context":
            folder = str(payload.get("cwd") or folder)
        elif kind in ("function_call", "custom_tool_call"):
            call = _opened(payload, folder, at)
            opened[call.id] = call
            seen[call.id] = None
            for known in (opened, seen):
                if len(known) > _MOST_OPEN:
                    del known[next(iter(known))]
        elif kind in ("function_call_output", "custom_tool_call_output"):
            call_id = str(payload.get("call_id"))
            if (found := opened.pop(call_id, None)) is not None and found.tool != "other":
                yield _closed(found, payload.get("output"))
        elif kind == "item_completed" and isinstance(item := payload.get("item"), dict):
            if item.get("type") == "CommandExecution" and str(item.get("id")) not in seen:
                yield _executed(item, folder, at)
        elif kind == "message" and payload.get("role") == "user":
            yield from _said(payload, at)


def _opened(payload: Mapping[str, Any], folder: str, at: float) -> Call:
    name, call_id = str(payload.get("name")), str(payload.get("call_id"))
    if name == "apply_patch":
        return Call(call_id, "edit", str(payload.get("input") or payload.get("arguments"))[:500], folder, at=at)
    try:
        given = json.loads(payload.get("arguments") or "{}")
    except (TypeError, ValueError):
        given = {}
    if name not in _SHELLS or not isinstance(given, dict):
        return Call(call_id, "other", "", folder, at=at)
    where = str(given.get("workdir") or folder)
    text = _command(given.get("cmd") or given.get("command"))
    tool: Tool = "edit" if text.startswith("apply_patch") else "shell"
    limit = given.get("timeout_ms")
    return Call(call_id, tool, text, where, limit_s=limit / 1000 if isinstance(limit, int) else 0.0, at=at)


def _command(told: object) -> str:
    """A command as one would type it: a list is mostly a shell with its -c."""
    if not isinstance(told, list):
        return str(told or "")
    words = [str(word) for word in told]
    return words[2] if len(words) == 3 and words[1] in ("-lc", "-c") else " ".join(words)


def _closed(call: Call, told: object) -> Call:
    output = str(told or "")
    code: int | None = None
    if output.startswith("{"):
        try:
            inner = json.loads(output)
            output = str(inner.get("output", ""))
            code = inner.get("metadata", {}).get("exit_code")
        except (ValueError, AttributeError):
            pass
    head, is_framed, rest = output.partition("\nOutput:\n")
    if (found := _EXIT.search(head)) is not None:
        code, output = int(found[1]), rest if is_framed else output
    if _TIMED_OUT.search(output[:200]):
        code = 124
    return _told(call, output, code if isinstance(code, int) else None)


def _executed(item: Mapping[str, Any], folder: str, at: float) -> Call:
    where = str(item.get("cwd") or folder).removeprefix("file://")
    call = Call(str(item.get("id")), "shell", _command(item.get("command")), where, at=at)
    code = item.get("exit_code")
    return _told(call, str(item.get("aggregated_output") or ""), code if isinstance(code, int) else None)


def _told(call: Call, output: str, code: int | None) -> Call:
    is_failed = code not in (None, 0)
    return Call(call.id, call.tool, call.text, call.folder, clip(output), is_failed, code, call.limit_s, call.at)


def _said(payload: Mapping[str, Any], at: float) -> Iterator[Said]:
    content = payload.get("content")
    for part in content if isinstance(content, list) else ():
        text = part.get("text") if isinstance(part, dict) else None
        if isinstance(text, str) and not _NOT_SAID.match(text):
            yield Said(text, at)
