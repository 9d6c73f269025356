"""Request bodies of the four APIs as a provider's cache reads them: tools, system text, then messages, in pieces."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from headroom_jupyter.errors import InputError
from headroom_jupyter.messages import Path

__all__ = ["MESSAGES", "Piece", "Site", "pieces", "shape_of", "sites", "tool_lists", "tool_name"]

Json = Mapping[str, Any]
MESSAGES = {"anthropic": "messages", "openai": "messages", "openai_responses": "input", "gemini": "contents"}
_SYSTEM = {
    "anthropic": ("system",),
    "openai": (),
    "openai_responses": ("instructions",),
    "gemini": ("systemInstruction", "system_instruction"),
}
_GROUPS = ("functionDeclarations", "function_declarations")
_SYSTEM_ROLES = ("system", "developer")
_TEXTS = (None, "text", "input_text", "output_text")
_SIGNED = ("signature", "thoughtSignature", "thought_signature", "thought", "encrypted_content")
_LONGEST_WORD = 2000  # characters without a space: an image or a file in base64, compared by its hash


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a request in the order in which it is cached; `is_marked`: the caller asks to cache up to here."""

    place: str
    text: str
    is_marked: bool = False


@dataclass(frozen=True, slots=True)
class Site:
    """A text that a program writes before a conversation begins: of the system, or a tool's description."""

    place: str
    path: Path
    text: str


def shape_of(request: object) -> str:
    """Which API a request body is for.

    Raises:
        InputError: it has none of their shapes.
    """
    if not isinstance(request, Mapping):
        raise InputError(f"a request body is a JSON object, not {type(request).__name__}")
    if isinstance(request.get("contents"), list):
        return "gemini"
    messages = request.get("messages")
    if isinstance(messages, list):
        return "anthropic" if _is_anthropic(request, messages) else "openai"
    if isinstance(request.get("input"), (str, list)):
        return "openai_responses"
    raise InputError("a request body has 'messages', 'input' or 'contents'; this one has none of them")


def _is_anthropic(request: Json, messages: Sequence[Any]) -> bool:
    tools = request.get("tools")
    roles = {str(message.get("role")) for message in messages if isinstance(message, Mapping)}
    return (
        "system" in request
        or "anthropic_version" in request
        or (isinstance(tools, list) and any(isinstance(tool, Mapping) and "input_schema" in tool for tool in tools))
        or ("claude" in str(request.get("model", "")).lower() and roles <= {"user", "assistant"})
    )


def sites(request: Json, shape: str) -> Iterator[Site]:
    """The texts of tools and system that may be looked into, in the order of the cache; signed ones are not."""
    for path, tool in _tools(request):
        # In an order of their own: keys may come in another at the next call, and values are numbered.
        for where, text in sorted(_descriptions(tool), key=lambda found: list(map(str, found[0]))):
            inside = ".".join(map(str, where[:-1])).removeprefix("function").removeprefix(".")
            yield Site(f"tool {tool_name(tool)} {inside}".rstrip(), (*path, *where), text)
    for number, (path, entry, _) in enumerate(_system(request, shape)):
        if isinstance(entry, str):
            yield Site(f"system {number + 1}", path, entry)
        elif isinstance(entry, Mapping) and _is_text(entry):
            yield Site(f"system {number + 1}", (*path, "text"), entry["text"])


def pieces(request: Json, shape: str) -> list[Piece]:
    """The whole request in the order of the cache."""
    out = [
        Piece(f"tool {tool_name(tool)}", _dumped(tool), isinstance(tool.get("cache_control"), Mapping))
        for _, tool in _tools(request)
    ]
    for number, (_, entry, role) in enumerate(_system(request, shape)):
        out.append(Piece(f"system {number + 1}", f"{role}\n{_text(entry)}", _is_marked(entry)))
    key = MESSAGES[shape]
    messages = [request[key]] if isinstance(request[key], str) else request[key]
    leading = len(_leading(request, shape))
    for number, message in enumerate(messages):
        if number < leading:
            continue
        if isinstance(message, Mapping):
            out += _of_message(message, f"message {number + 1}")
        elif isinstance(message, str):
            out.append(Piece(f"message {number + 1}", f"user\n{message}"))
    if isinstance(request.get("cache_control"), Mapping) and out:
        out[-1] = Piece(out[-1].place, out[-1].text, True)
    return out


def tool_name(tool: Json) -> str:
    """A tool's name, or of a provider's own tool its type."""
    function = tool.get("function")
    named = function if isinstance(function, Mapping) else tool
    return str(named.get("name") or tool.get("type") or next(iter(tool), ""))


def tool_lists(request: Json) -> Iterator[Path]:
    """Where a request has lists of tools; Gemini's groups hold lists of their own."""
    tools = request.get("tools")
    if not isinstance(tools, list) or not tools:
        return
    yield ("tools",)
    for index, tool in enumerate(tools):
        grouped = (key for key in _GROUPS if isinstance(tool, Mapping) and isinstance(tool.get(key), list))
        yield from (("tools", index, key) for key in grouped)


def _descriptions(value: object) -> Iterator[tuple[Path, str]]:
    """The descriptions in a tool's definition, those of its parameters too; no other text in it is for people."""
    if isinstance(value, Mapping):
        for key, child in value.items():
            if key == "description" and isinstance(child, str):
                yield (key,), child
            else:
                yield from (((key, *path), text) for path, text in _descriptions(child))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from (((index, *path), text) for path, text in _descriptions(child))


def _tools(request: Json) -> Iterator[tuple[Path, Json]]:
    tools = request.get("tools")
    for index, tool in enumerate(tools if isinstance(tools, list) else ()):
        if not isinstance(tool, Mapping):
            continue
        grouped = next((key for key in _GROUPS if isinstance(tool.get(key), list)), None)
        if grouped is None:
            yield ("tools", index), tool
            continue
        for inner, declared in enumerate(tool[grouped]):
            if isinstance(declared, Mapping):
                yield ("tools", index, grouped, inner), declared


def _system(request: Json, shape: str) -> Iterator[tuple[Path, Any, str]]:
    for key in _SYSTEM[shape]:
        value = request.get(key)
        if isinstance(value, Mapping):
            for path, entry in _entries(value.get("parts"), (key, "parts")):
                yield path, entry, "system"
        else:
            for path, entry in _entries(value, (key,)):
                yield path, entry, "system"
    for number, message in enumerate(_leading(request, shape)):
        for path, entry in _entries(message.get("content"), (MESSAGES[shape], number, "content")):
            yield path, entry, str(message["role"])


def _leading(request: Json, shape: str) -> list[Json]:
    """Messages of the system that stand before all others; later ones are history."""
    messages = request[MESSAGES[shape]]
    out: list[Json] = []
    for message in messages if isinstance(messages, list) else ():
        if not isinstance(message, Mapping) or str(message.get("role")) not in _SYSTEM_ROLES:
            break
        out.append(message)
    return out


def _entries(content: object, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(content, str):
        yield path, content
    elif isinstance(content, list):
        for index, entry in enumerate(content):
            yield (*path, index), entry


def _of_message(message: Json, place: str) -> list[Piece]:
    role = str(message.get("role", ""))
    content = message.get("content", message.get("parts"))
    entries = [entry for _, entry in _entries(content, ())]
    out = [Piece(place, f"{role}\n{_text(entry)}", _is_marked(entry)) for entry in entries]
    rest = {
        key: value
        for key, value in message.items()
        if key not in ("role", "content", "parts", "cache_control") and (key, value) != ("type", "message")
    }
    if any(value not in (None, []) for value in rest.values()):
        out.append(Piece(place, _dumped(rest)))
    return out


def _is_text(entry: Json) -> bool:
    return (
        isinstance(entry.get("text"), str)
        and entry.get("type") in _TEXTS
        and not any(entry.get(key) for key in _SIGNED)
    )


def _is_marked(entry: object) -> bool:
    return isinstance(entry, Mapping) and isinstance(entry.get("cache_control"), Mapping)


def _text(entry: object) -> str:
    if isinstance(entry, str):
        return entry
    return str(entry["text"]) if isinstance(entry, Mapping) and _is_text(entry) else _dumped(entry)


def _dumped(value: object) -> str:
    return json.dumps(_plain(value), ensure_ascii=False, default=str)


def _plain(value: object) -> object:
    """Without marks for the cache, and long data as its hash: what a provider reads twice is the same data."""
    if isinstance(value, Mapping):
        return {key: _plain(child) for key, child in value.items() if key != "cache_control"}
    if isinstance(value, list):
        return [_plain(child) for child in value]
    if isinstance(value, str) and len(value) > _LONGEST_WORD and " " not in value[:_LONGEST_WORD]:
        return sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
    return value
