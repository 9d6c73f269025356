"""Claude Code's logs: one JSON line a message, as of 2.1; calls and results are blocks as in Anthropic's API."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from headroom_jupyter.agents.sessions import Call, Event, Said, Session, Skipped, Tool, clip, json_lines, when

__all__ = ["read"]

_TOOLS: dict[str, tuple[Tool, str]] = {
    "Bash": ("shell", "command"),
    "Read": ("read", "file_path"),
    "Edit": ("edit", "file_path"),
    "MultiEdit": ("edit", "file_path"),
    "Write": ("edit", "file_path"),
    "NotebookEdit": ("edit", "notebook_path"),
}
_EXIT = re.compile(r"^(?:Error: )?Exit code (\d+)")
# What stands in the person's place in the log and was not written by them.
_NOT_SAID = re.compile(r"\s*(?:<[a-z-]+>|\[Request interrupted|Caveat: |This session is being continued)")
_REFUSED = ("The user doesn't want to", "User rejected", "[Request interrupted")
_TIMED_OUT = 124  # as timeout(1) has it
_MOST_OPEN = 1000  # calls whose result has not come


def read(path: Path, skipped: Skipped) -> Iterator[Session]:
    """The session of a file; none when no line says where it was."""
    lines = json_lines(path, skipped)
    first = []
    for line in lines:
        first.append(line)
        if isinstance(line.get("cwd"), str):
            yield Session(path.stem, "claude", line["cwd"], _events(chain(first, lines), skipped))
            return
        if len(first) == _MOST_OPEN:
            break
    if first:
        skipped.add("claude session of an unknown version: it names no folder")


def _events(lines: Iterator[dict[str, Any]], skipped: Skipped) -> Iterator[Event]:
    opened: dict[str, Call] = {}
    for line in lines:
        message = line.get("message")
        if line.get("type") not in ("user", "assistant") or not isinstance(message, dict):
            continue
        at, folder = when(line.get("timestamp")), str(line.get("cwd") or "")
        content = message.get("content")
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        if not isinstance(blocks, list):
            skipped.add("claude message of an unknown version")
            continue
        for block in blocks:
            if not isinstance(block, dict):
                continue
            kind = block.get("type")
            if kind == "tool_use":
                opened[str(block.get("id"))] = _opened(block, folder, at)
                if len(opened) > _MOST_OPEN:
                    del opened[next(iter(opened))]
            elif kind == "tool_result" and (call := opened.pop(str(block.get("tool_use_id")), None)) is not None:
                yield from _closed(call, block, line)
            elif kind == "text" and line["type"] == "user" and not (line.get("isMeta") or line.get("isSidechain")):
                text = str(block.get("text") or "")
                if not _NOT_SAID.match(text):
                    yield Said(text, at)


def _opened(block: Mapping[str, Any], folder: str, at: float) -> Call:
    given = block.get("input")
    arguments = given if isinstance(given, dict) else {}
    tool, key = _TOOLS.get(str(block.get("name")), ("other", ""))
    text = str(arguments.get(key) or "")
    if tool == "read" and (arguments.get("offset") or arguments.get("limit")):
        text += f" from {arguments.get('offset')} {arguments.get('limit')}"
    limit = arguments.get("timeout")
    return Call(
        str(block.get("id")), tool, text, folder, limit_s=limit / 1000 if isinstance(limit, int) else 0.0, at=at
    )


def _closed(call: Call, block: Mapping[str, Any], line: Mapping[str, Any]) -> Iterator[Call]:
    content = block.get("content")
    parts = content if isinstance(content, list) else [{"text": content}]
    output = "\n".join(str(part.get("text") or "") for part in parts if isinstance(part, dict))
    if output.startswith(_REFUSED):
        return  # the person said no: nothing has failed
    code = _EXIT.match(output)
    result = line.get("toolUseResult")
    stopped = isinstance(result, dict) and result.get("interrupted") is True
    is_failed = block.get("is_error") is True or stopped
    exit_code = int(code[1]) if code and is_failed else None
    if isinstance(result, dict) and result.get("backgroundTaskId") and call.limit_s:
        is_failed, exit_code = True, _TIMED_OUT  # it goes on in the background, without a result
    yield Call(call.id, call.tool, call.text, call.folder, clip(output), is_failed, exit_code, call.limit_s, call.at)
