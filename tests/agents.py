"""A small agent in each API over its real SDK, sync or async, whole or streaming; not a test.

All speak alike: `Agent.ask` sends a conversation and gives back texts, calls and usage as the SDK reads them.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import anthropic
import openai

from tests.upstream import ToolCall

__all__ = ["AGENTS", "LOG", "Agent", "Heard", "answer_to", "history", "results_of", "tools_of"]

# A tool's result that becomes much smaller; line 500 is what was asked for.
LOG = "".join(
    f"2024-05-01 10:{i // 60 % 60:02}:{i % 60:02} INFO [worker-{i % 4}] unit {i} was built in {i * 7 % 90} ms\n"
    if i != 499
    else "2024-05-01 10:08:19 ERROR [worker-1] unit 499 failed: out of paper\n"
    for i in range(800)
)


@dataclass(frozen=True)
class Heard:
    """What an SDK made of a reply."""

    text: str
    calls: tuple[tuple[str, str], ...]
    stop: str
    tokens_in: int
    tokens_out: int


def tools_of(api: str, *names: str) -> list[Any]:
    """Tools without parameters."""
    schema: dict[str, Any] = {"type": "object", "properties": {}}
    if api == "anthropic":
        return [{"name": name, "input_schema": schema} for name in names]
    if api == "openai":
        return [{"type": "function", "function": {"name": name, "parameters": schema}} for name in names]
    if api == "gemini":
        return [{"functionDeclarations": [{"name": name, "parameters": schema} for name in names]}]
    return [{"type": "function", "name": name, "parameters": schema} for name in names]


def history(api: str, result: str, call_id: str = "c1", question: str = "What went wrong?") -> list[Any]:
    """A question, a tool call, and its result."""
    return [_user(api, question), *_call(api, [ToolCall(call_id, "run")]), *results_of(api, [(call_id, "run", result)])]


def _user(api: str, text: str) -> Any:
    return {"role": "user", "parts": [{"text": text}]} if api == "gemini" else {"role": "user", "content": text}


def _call(api: str, calls: Sequence[ToolCall]) -> list[Any]:
    if api == "anthropic":
        blocks = [{"type": "tool_use", "id": c.id, "name": c.name, "input": dict(c.arguments)} for c in calls]
        return [{"role": "assistant", "content": blocks}]
    if api == "openai":
        made = [
            {"id": c.id, "type": "function", "function": {"name": c.name, "arguments": json.dumps(c.arguments)}}
            for c in calls
        ]
        return [{"role": "assistant", "content": None, "tool_calls": made}]
    if api == "gemini":
        parts = [{"functionCall": {"id": c.id, "name": c.name, "args": dict(c.arguments)}} for c in calls]
        return [{"role": "model", "parts": parts}]
    return [
        {"type": "function_call", "call_id": c.id, "name": c.name, "arguments": json.dumps(c.arguments)} for c in calls
    ]


def answer_to(api: str, calls: Sequence[ToolCall], text: str = "") -> list[Any]:
    """What a client keeps of a model's reply: its calls, or its text."""
    if calls:
        return _call(api, calls)
    if api == "gemini":
        return [{"role": "model", "parts": [{"text": text}]}]
    return [{"role": "assistant", "content": text}]


def results_of(api: str, results: Sequence[tuple[str, str, str]]) -> list[Any]:
    """Messages that hold the results of calls: (call id, tool, text)."""
    if api == "anthropic":
        blocks = [{"type": "tool_result", "tool_use_id": i, "content": text} for i, _, text in results]
        return [{"role": "user", "content": blocks}]
    if api == "openai":
        return [{"role": "tool", "tool_call_id": i, "content": text} for i, _, text in results]
    if api == "gemini":
        parts = [{"functionResponse": {"id": i, "name": name, "response": {"output": t}}} for i, name, t in results]
        return [{"role": "user", "parts": parts}]
    return [{"type": "function_call_output", "call_id": i, "output": text} for i, _, text in results]


@dataclass(frozen=True)
class Agent:
    """One way to talk to a provider."""

    api: str
    is_async: bool
    is_stream: bool

    def __str__(self) -> str:
        return f"{self.api}-{'async' if self.is_async else 'sync'}-{'stream' if self.is_stream else 'whole'}"

    def client(self, url: str) -> Any:
        """The SDK's client."""
        if self.api == "anthropic":
            kind: Any = anthropic.AsyncAnthropic if self.is_async else anthropic.Anthropic
            return kind(base_url=url, api_key="dummy", max_retries=0)
        kind = openai.AsyncOpenAI if self.is_async else openai.OpenAI
        return kind(base_url=f"{url}/v1", api_key="dummy", max_retries=0)

    def ask(self, client: Any, messages: list[Any], tools: list[Any], **more: Any) -> Heard:
        """One request."""
        if self.is_async:
            return asyncio.run(self._ask_async(client, messages, tools, more))
        create, options, read = self._request(client, messages, tools, more)
        with client:
            if not self.is_stream:
                return read(create(**options))
            with create(**options) as stream:
                for _ in stream:
                    pass
                return read(self._final(stream))

    async def _ask_async(self, client: Any, messages: list[Any], tools: list[Any], more: Any) -> Heard:
        create, options, read = self._request(client, messages, tools, more)
        async with client:
            if not self.is_stream:
                return read(await create(**options))
            async with create(**options) as stream:
                async for _ in stream:
                    pass
                return read(await self._final(stream))

    def _final(self, stream: Any) -> Any:
        if self.api == "anthropic":
            return stream.get_final_message()
        return stream.get_final_completion() if self.api == "openai" else stream.get_final_response()

    def _request(
        self, client: Any, messages: list[Any], tools: list[Any], more: Any
    ) -> tuple[Any, dict[str, Any], Callable[[Any], Heard]]:
        if self.api == "anthropic":
            make = client.messages.stream if self.is_stream else client.messages.create
            return (
                make,
                {"model": "claude-x", "max_tokens": 99, "messages": messages, "tools": tools, **more},
                _anthropic,
            )
        if self.api == "openai":
            own = client.chat.completions
            options = {"model": "gpt-4o", "messages": messages, "tools": tools, **more}
            if self.is_stream:
                return own.stream, options | {"stream_options": {"include_usage": True}}, _openai
            return own.create, options, _openai
        make = client.responses.stream if self.is_stream else client.responses.create
        return make, {"model": "gpt-4o", "input": messages, "tools": tools, **more}, _responses


AGENTS = [
    Agent(api, is_async, is_stream)
    for api in ("anthropic", "openai", "openai_responses")
    for is_async in (False, True)
    for is_stream in (False, True)
]


def _anthropic(reply: Any) -> Heard:
    text = "|".join(block.text for block in reply.content if block.type == "text")
    calls = tuple((b.id, b.name) for b in reply.content if b.type == "tool_use")
    return Heard(text, calls, reply.stop_reason, reply.usage.input_tokens, reply.usage.output_tokens)


def _openai(reply: Any) -> Heard:
    (choice,) = reply.choices
    calls = tuple((call.id, call.function.name) for call in choice.message.tool_calls or ())
    text = (choice.message.content or "").replace("\n\n", "|")
    return Heard(text, calls, choice.finish_reason, reply.usage.prompt_tokens, reply.usage.completion_tokens)


def _responses(reply: Any) -> Heard:
    text = "|".join(piece.text for item in reply.output if item.type == "message" for piece in item.content)
    calls = tuple((item.call_id, item.name) for item in reply.output if item.type == "function_call")
    return Heard(text, calls, reply.status, reply.usage.input_tokens, reply.usage.output_tokens)
