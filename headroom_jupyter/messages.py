"""What a conversation consists of, whatever its wire format: blocks, and how changed blocks go back.

Nothing here knows a wire format; that is the providers' work.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from headroom_jupyter.errors import InputError

__all__ = ["Block", "Path", "as_plain", "check_messages", "question", "replace_at"]

Path = tuple[str | int, ...]
Role = Literal["system", "user", "assistant", "tool"]
# Blocks that agents put into user messages on their own account; they are no question of the user's.
_REMINDER = re.compile(
    r"<([a-z_-]*(?:reminder|environment|context|system|ide|selection|caveat|stdout|stderr)[\w-]*)>.*?</\1>", re.DOTALL
)
_LONGEST_QUESTION = 4000


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of text or one other thing of a message.

    `path` leads from the message list to the text. `part` is what it is: "text" may be changed, "call" holds a tool
    call's arguments, "image" and "opaque" (signed, encrypted, unknown) hold no text that is ours to read.
    `tool` and `arguments` are those of the call that a tool result answers.
    """

    message: int
    index: int
    role: Role
    path: Path
    part: Literal["text", "call", "image", "opaque"] = "text"
    text: str = ""
    tool: str = ""
    arguments: str = ""


def check_messages(messages: object) -> list[Mapping[str, Any]]:
    """The messages as mappings (SDK objects dumped), in a new list.

    Raises:
        InputError: not a list, or an element that is no message.
    """
    if isinstance(messages, (str, bytes, Mapping)) or not isinstance(messages, Sequence):
        raise InputError(
            f"messages is a {type(messages).__name__}, not a list of messages; for one text use compress_text(text)"
        )
    plain = []
    for index, message in enumerate(messages):
        mapping = as_plain(message)
        if not isinstance(mapping, Mapping) or not any(key in mapping for key in ("role", "type", "parts")):
            raise InputError(
                f"messages[{index}] is {type(message).__name__} {str(message)[:40]!r}, not a message;"
                " a message is a dict with 'role' and 'content' (or 'type', or 'parts')"
            )
        plain.append(mapping)
    return plain


def as_plain(value: Any) -> Any:
    """An SDK's object as the dict it stands for; everything else as it is."""
    dump = getattr(value, "model_dump", None)
    return dump(exclude_none=True) if callable(dump) and not isinstance(value, Mapping) else value


def replace_at(messages: Sequence[Any], changes: Mapping[Path, str]) -> list[Any]:
    """A copy of `messages` with the texts at some paths replaced; what is not on a path is shared, not copied.

    >>> before = [{"role": "tool", "content": "long"}]
    >>> replace_at(before, {(0, "content"): "short"}), before
    ([{'role': 'tool', 'content': 'short'}], [{'role': 'tool', 'content': 'long'}])
    """
    out = list(messages)
    copied: dict[Path, Any] = {(): out}
    for path, text in changes.items():
        for depth in range(1, len(path)):
            if path[:depth] not in copied:
                parent = copied[path[: depth - 1]]
                child = as_plain(parent[path[depth - 1]])
                copied[path[:depth]] = parent[path[depth - 1]] = list(child) if isinstance(child, list) else dict(child)
        copied[path[:-1]][path[-1]] = text
    return out


def question(text: str) -> str:
    """The part of a user's text that asks: without injected blocks, and of a long text its two ends."""
    if len(text) <= 20 * _LONGEST_QUESTION and "<" in text:
        text = _REMINDER.sub("", text)
    if len(text) > _LONGEST_QUESTION:
        text = text[: _LONGEST_QUESTION // 2] + "\n" + text[-_LONGEST_QUESTION // 2 :]
    return text.strip()
