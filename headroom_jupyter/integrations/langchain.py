"""LangChain: messages in, smaller messages out, and the tool that brings back what was left out.

    tools = [*my_tools, retrieve_tool()]
    model = message_compressor(model="gpt-4o") | chat_model.bind_tools(tools)

It knows langchain-core's messages and no chat model; what a model answers goes through untouched.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from functools import partial
from typing import Any

from headroom_jupyter.ccr.store import Store
from headroom_jupyter.compressors.base import Level
from headroom_jupyter.errors import MissingLibrary
from headroom_jupyter.exchange.answers import answer
from headroom_jupyter.exchange.base import Call
from headroom_jupyter.pipeline import compress
from headroom_jupyter.policy import RETRIEVE_NAME
from headroom_jupyter.recall import RETRIEVE_TOOL

try:
    from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
    from langchain_core.prompt_values import PromptValue
    from langchain_core.runnables import Runnable, RunnableLambda
    from langchain_core.tools import StructuredTool
except ImportError as err:
    raise MissingLibrary("langchain-core is not installed; run: pip install langchain-core") from err

__all__ = ["compress_messages", "message_compressor", "retrieve_tool"]

_log = logging.getLogger(__name__)


def compress_messages(
    messages: Sequence[BaseMessage] | PromptValue,
    *,
    model: str = "gpt-4o",
    level: Level = "faithful",
    retrieval: bool = True,
    compress_user: bool = False,
    store: Store | None = None,
) -> list[BaseMessage]:
    """Make a conversation smaller; call it on the whole of it before each request.

    Args:
        messages: LangChain messages, or a prompt that makes some; they are not changed.
        model: Whose tokens to count.
        level: As for `headroom_jupyter.compress`.
        retrieval: You assert that the model has `retrieve_tool()`; False: nothing is done that needs it.
        compress_user: Also compress data pasted into user messages.
        store: Where originals go; the user's own store by default.

    Returns:
        As many messages in the same order; those in which nothing changed are the same objects.

    Raises:
        InputError: the model is unknown, or an option is out of range.
    """
    given = messages.to_messages() if isinstance(messages, PromptValue) else list(messages)
    result = compress(
        [_plain(message) for message in given],
        model=model,
        level=level,
        retrieval=retrieval,
        compress_user=compress_user,
        store=store,
    )
    if result.error:
        _log.warning("messages were left as they are: %s", result.error)
    changed = {int(path[0]) for path in result.changes}
    return [
        message.model_copy(update={"content": result.messages[index]["content"]}) if index in changed else message
        for index, message in enumerate(given)
    ]


def message_compressor(
    *,
    model: str = "gpt-4o",
    level: Level = "faithful",
    retrieval: bool = True,
    compress_user: bool = False,
    store: Store | None = None,
) -> Runnable[Sequence[BaseMessage] | PromptValue, list[BaseMessage]]:
    """`compress_messages` as a step of a chain; the options are the same."""
    step = partial(
        compress_messages, model=model, level=level, retrieval=retrieval, compress_user=compress_user, store=store
    )
    return RunnableLambda(step, name="headroom")


def retrieve_tool(*, store: Store | None = None) -> StructuredTool:
    """The tool that a model calls for what was left out; what was wrong with a call is its answer, too.

    Args:
        store: Where to look; the same as for `compress_messages`.
    """
    held = store or Store()
    spec = RETRIEVE_TOOL("openai")["function"]

    def retrieve(**arguments: Any) -> str:
        return answer(Call("", json.dumps(arguments), {}), held).text

    return StructuredTool.from_function(
        retrieve, name=RETRIEVE_NAME, description=spec["description"], args_schema=spec["parameters"]
    )


def _plain(message: BaseMessage) -> dict[str, Any]:
    """A message as OpenAI's chat has it, with the content it has: the engine reads texts and leaves all else alone."""
    if isinstance(message, ToolMessage):
        return {"role": "tool", "tool_call_id": message.tool_call_id, "content": message.content}
    if isinstance(message, HumanMessage):
        return {"role": "user", "content": message.content}
    if isinstance(message, SystemMessage):
        return {"role": "system", "content": message.content}
    calls = message.tool_calls if isinstance(message, AIMessage) else []
    made = [
        {
            "id": call["id"],
            "type": "function",
            "function": {"name": call["name"], "arguments": json.dumps(call["args"])},
        }
        for call in calls
    ]
    return {"role": "assistant", "content": message.content, **({"tool_calls": made} if made else {})}
