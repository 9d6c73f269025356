"""Our tools for an agent's own loop: callables, their definitions in each wire format, and answers to a model's calls.

A model reads what they give back, so an error is an answer too: it says what to do.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from headroom_jupyter.ccr.store import Store
from headroom_jupyter.errors import HeadroomError, InputError
from headroom_jupyter.messages import as_plain
from headroom_jupyter.policy import RETRIEVE_NAME
from headroom_jupyter.recall import RETRIEVE_TOOL, retrieve

__all__ = ["AgentTools", "headroom_tools"]

Tool = Callable[..., str]


class AgentTools(Mapping[str, Tool]):
    """Tools by name; calling one gives text for the model.

    >>> tools = headroom_tools()
    >>> list(tools), "headroom_retrieve" in tools
    (['headroom_retrieve'], True)
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


def headroom_tools(*, store: Store | None = None, model: str = "gpt-4o") -> AgentTools:
    """The tools that let a model bring back what was left out.

    Args:
        store: Where originals are; the user's own store by default.
        model: Whose tokens a `max_tokens` counts.

    Example:
        >>> from headroom_jupyter import headroom_tools
        >>> [tool["function"]["name"] for tool in headroom_tools().definitions("openai")]
        ['headroom_retrieve']
    """

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

    return AgentTools({RETRIEVE_NAME: headroom_retrieve}, {RETRIEVE_NAME: RETRIEVE_TOOL})


def _ranges(given: object) -> str | None:
    """A range as text; models write one number as a number."""
    return None if given is None else str(given)
