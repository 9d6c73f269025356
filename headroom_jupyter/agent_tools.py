"""Our tools for an agent's own loop: callables, their definitions in each wire format, and answers to a model's calls.

A model reads what they give back, so an error is an answer too: it says what to do.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from headroom_jupyter.ccr.store import Store
from headroom_jupyter.errors import HeadroomError, InputError
from headroom_jupyter.memory.framing import REFERENCE_TOKENS, framed
from headroom_jupyter.memory.memory import Memory
from headroom_jupyter.messages import as_plain
from headroom_jupyter.policy import RETRIEVE_NAME
from headroom_jupyter.providers.base import ToolSpec
from headroom_jupyter.recall import RETRIEVE_TOOL, definition, retrieve
from headroom_jupyter.tokens import tokenizer_for

__all__ = ["AgentTools", "headroom_tools"]

Tool = Callable[..., str]
_MOST = 5  # memories in one answer
_REMEMBER: ToolSpec = {
    "name": "headroom_remember",
    "description": "Keep something for the next agent or session of this project: a fact, a decision, what failed and"
    " what helped. One statement that stands by itself.",
    "parameters": {
        "type": "object",
        "properties": {
            "text": {"type": "string"},
            "kind": {"type": "string", "description": "fact, preference, decision, lesson"},
        },
        "required": ["text"],
    },
}
_RECALL: ToolSpec = {
    "name": "headroom_recall",
    "description": "Find what was learned in this project before. Notes for reference, not instructions.",
    "parameters": {
        "type": "object",
        "properties": {"query": {"type": "string"}, "max_tokens": {"type": "integer"}},
        "required": ["query"],
    },
}


class AgentTools(Mapping[str, Tool]):
    """Tools by name; calling one gives text for the model.

    >>> tools = headroom_tools()
    >>> list(tools)
    ['headroom_retrieve', 'headroom_remember', 'headroom_recall']
    >>> tools["headroom_retrieve"](ref="nonsense")[:34]
    "error: 'nonsense' is no reference;"
    """

    def __init__(self, tools: Mapping[str, Tool], definers: Mapping[str, Callable[[str], dict[str, Any]]]) -> None:
        self._tools = dict(tools)
        self._definers = dict(definers)

    def __getitem__(self, name: str) -> Tool:
        return self._tools[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tools)

    def __len__(self) -> int:
        return len(self._tools)

    def definitions(self, provider: str = "openai") -> list[dict[str, Any]]:
        """What goes into a request's `tools`, for openai, openai_responses, anthropic or gemini.

        Raises:
            InputError: no provider has this name.
        """
        return [define(provider) for define in self._definers.values()]

    def run(self, name: str, arguments: str | Mapping[str, Any]) -> str:
        """Call a tool with the arguments a model wrote: JSON text, or what it stands for.

        Raises:
            InputError: there is no such tool; the others of your loop are yours to call.
        """
        if name not in self._tools:
            raise InputError(f"there is no tool {name!r} here; there is {', '.join(self._tools)}")
        tool = self._tools[name]
        try:
            given = json.loads(arguments or "{}") if isinstance(arguments, str) else dict(arguments)
            inspect.signature(tool).bind(**given)
        except (TypeError, ValueError) as err:
            return f"error: the arguments of {name} cannot be used: {err}"
        return tool(**given)

    def answer(self, call: Any) -> dict[str, Any]:
        """Run a model's tool call, and give back what to append to the conversation.

        Args:
            call: As the model's answer holds it, an SDK's object or a dict: an element of `tool_calls` (OpenAI chat),
                a `function_call` item (OpenAI responses), a `tool_use` block (Anthropic), a function call (Gemini).

        Returns:
            A message (OpenAI), or the block or part that goes into the next user message (Anthropic, Gemini).

        Raises:
            InputError: it is no tool call, or calls a tool that is not here.
        """
        plain = as_plain(call)
        plain = plain if isinstance(plain, Mapping) else {}
        function = plain.get("function")
        if isinstance(function, Mapping):
            text = self.run(str(function.get("name")), function.get("arguments") or "{}")
            return {"role": "tool", "tool_call_id": plain.get("id"), "content": text}
        if plain.get("type") == "function_call":
            text = self.run(str(plain.get("name")), plain.get("arguments") or "{}")
            return {"type": "function_call_output", "call_id": plain.get("call_id"), "output": text}
        if plain.get("type") == "tool_use":
            text = self.run(str(plain.get("name")), plain.get("input") or {})
            return {"type": "tool_result", "tool_use_id": plain.get("id"), "content": text}
        return self._answer_gemini(plain.get("functionCall") or plain.get("function_call") or plain)

    def _answer_gemini(self, plain: Mapping[str, Any]) -> dict[str, Any]:
        if "name" not in plain:
            raise InputError(
                "this is no tool call of a model; give an element of tool_calls, a function_call item, a tool_use block"
                " or a functionCall part"
            )
        response: dict[str, Any] = {"name": plain["name"]}
        response |= {"id": plain["id"]} if plain.get("id") else {}
        response["response"] = {"output": self.run(str(plain["name"]), plain.get("args") or {})}
        return {"functionResponse": response}


def headroom_tools(*, store: Store | None = None, model: str = "gpt-4o", agent: str = "") -> AgentTools:
    """The tools that let a model bring back what was left out, remember for the next one, and recall what others did.

    Args:
        store: Where originals and memories are; the user's own store by default.
        model: Whose tokens a `max_tokens` counts.
        agent: Who remembers, for the memories' sources.

    Example:
        >>> from headroom_jupyter import headroom_tools
        >>> [tool["function"]["name"] for tool in headroom_tools().definitions("openai")]
        ['headroom_retrieve', 'headroom_remember', 'headroom_recall']
    """
    tools = (_retriever(store, model), *_memory_tools(Memory(store=store), model, agent))
    definers = (RETRIEVE_TOOL, partial(definition, _REMEMBER), partial(definition, _RECALL))
    names = [RETRIEVE_NAME, str(_REMEMBER["name"]), str(_RECALL["name"])]
    return AgentTools(dict(zip(names, tools, strict=True)), dict(zip(names, definers, strict=True)))


def _retriever(store: Store | None, model: str) -> Tool:
    def headroom_retrieve(
        ref: str,
        query: str | None = None,
        at: str | None = None,
        lines: str | None = None,
        rows: str | None = None,
        chars: str | None = None,
        max_tokens: int | None = None,
    ) -> str:
        """Bring back what a marker like <<ccr:REF lines 4-9 of 20>> stands for.

        Args:
            ref: The 12 hex digits after "ccr:".
            query: Words to look for in the original.
            at: The place, as in the marker.
            lines: Ranges of lines, like 4-9,12.
            rows: Ranges of rows.
            chars: Ranges of characters.
            max_tokens: Most tokens of the answer.
        """
        try:
            return retrieve(
                str(ref),
                query=query,
                at=at,
                lines=_ranges(lines),
                rows=_ranges(rows),
                chars=_ranges(chars),
                max_tokens=max_tokens,
                model=model,
                store=store,
            )
        except HeadroomError as err:
            return f"error: {err}"

    return headroom_retrieve


def _memory_tools(memory: Memory, model: str, agent: str) -> tuple[Tool, Tool]:
    def headroom_remember(text: str, kind: str = "fact") -> str:
        """Keep something that the next agent, notebook or session of this project will need.

        Args:
            text: One statement that stands by itself.
            kind: fact, preference, decision, lesson, or another word.
        """
        try:
            record = memory.save(text, kind=kind, source={"agent": agent, "model": model})
        except HeadroomError as err:
            return f"error: {err}"
        return f"remembered as {record.id}: {record.text}"

    def headroom_recall(query: str, max_tokens: int = REFERENCE_TOKENS) -> str:
        """Find what was learned in this project before.

        Args:
            query: A question, or words.
            max_tokens: Most tokens of the answer.
        """
        try:
            count = tokenizer_for(model).count
            found = framed(memory.search(query, k=_MOST), k=_MOST, max_tokens=max_tokens, count=count)
        except HeadroomError as err:
            return f"error: {err}"
        return found or "this project's memory knows nothing about that"

    return headroom_remember, headroom_recall


def _ranges(given: object) -> str | None:
    """A range as text; models write one number as a number."""
    return None if given is None else str(given)
