"""Thirty calls of an agent that builds its prompt carelessly, in each API, around tools' real outputs; not a test.

The instructions come with the time, the call's number, its id and a new temporary folder; the tools come out of a
hash table, so that neither they nor the keys of their schemas keep an order.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from tests.agents import history, tools_of
from tests.conversations import FORMATS

__all__ = ["CALLS", "FORMATS", "MODELS", "requests"]

CALLS = 30
MODELS = {
    "openai": "gpt-5",
    "openai_responses": "gpt-4.1",
    "anthropic": "claude-opus-5",
    "gemini": "gemini-2.5-pro",
}
_SAMPLES = Path(__file__).parent / "golden" / "samples"
_LONGEST = 4000  # characters of one tool's result
_ROUNDS = 5  # calls for one question
_NAMES = ("run", "read_file", "search", "list_folder", "fetch", "query")


def requests(shape: str, *, is_careless: bool = True, calls: int = CALLS) -> list[dict[str, Any]]:
    """The bodies of all calls, in order."""
    rng = random.Random(7)  # noqa: S311  # the same every time, and no secret
    files = sorted(path for path in _SAMPLES.iterdir() if path.suffix in (".txt", ".log", ".json", ".csv", ".diff"))
    messages: list[Any] = []
    out = []
    for number in range(calls):
        file = files[number % len(files)]
        answered = history(shape, file.read_text("utf-8")[:_LONGEST], f"c{number}", f"What does {file.name} say?")
        messages += answered[:1] if number % _ROUNDS == 0 else answered[1:]
        out.append(_body(shape, _instructions(number, rng) if is_careless else _RULES, messages, rng, is_careless))
        if number % _ROUNDS == _ROUNDS - 1:
            messages.append(_reply(shape, f"{file.name} says nothing new."))
    return out


# Rules, a description of the data, and an example: what an agent's instructions are made of.
_PARTS = ("prose_manual.txt", "markup_beekeeping.md", "config_compose.yaml", "code_ring.c", "json_shipments.json")
_RULES = "\n".join((_SAMPLES / name).read_text("utf-8") for name in _PARTS)


def _instructions(number: int, rng: random.Random) -> str:
    request_id = f"{rng.getrandbits(32):08x}-5b1d-4c6e-9d2f-{rng.getrandbits(48):012x}"
    return (
        f"You are a careful assistant. Current date and time: 2026-11-{24 + number // 25} 14:{number:02}:07 UTC.\n"
        f"Request id: {request_id}\nScratch folder: /tmp/agent-{rng.getrandbits(30):x}/work\n"
        f"Calls made so far: {number} of 100{' ' * (number % 3)}\n\n{_RULES}"
    )


def _body(shape: str, rules: str, messages: list[Any], rng: random.Random, is_careless: bool) -> dict[str, Any]:
    body: dict[str, Any] = {"model": MODELS[shape], "tools": _tools(shape, rng, is_careless)}
    if shape == "openai":
        return body | {"messages": [{"role": "system", "content": rules}, *messages]}
    if shape == "openai_responses":
        return body | {"instructions": rules, "input": [*messages]}
    if shape == "gemini":
        return body | {"systemInstruction": {"parts": [{"text": rules}]}, "contents": [*messages]}
    return body | {"system": rules, "max_tokens": 1000, "messages": [*messages]}


def _reply(shape: str, text: str) -> dict[str, Any]:
    if shape == "gemini":
        return {"role": "model", "parts": [{"text": text}]}
    return {"role": "assistant", "content": text}


def _tools(shape: str, rng: random.Random, is_careless: bool) -> list[Any]:
    """Definitions with parameters; shuffled like what comes out of a hash table."""
    tools = tools_of(shape, *_NAMES)
    for holder in tools[0]["functionDeclarations"] if shape == "gemini" else tools:
        tool = holder.get("function", holder)
        names = ["path", "query", "limit", "offset", "pattern", "encoding"]
        if is_careless:
            rng.shuffle(names)
        properties = {name: {"type": "string", "description": f"The {name} of {tool['name']}."} for name in names}
        key = "input_schema" if shape == "anthropic" else "parameters"
        tool[key] = {"type": "object", "properties": properties, "required": names[:2] if not is_careless else ["path"]}
    if is_careless and shape != "gemini":
        rng.shuffle(tools)
    return tools
