"""OpenAI's responses: typed items in and out, and a provider that may remember the conversation itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from headroom_jupyter.exchange import sse
from headroom_jupyter.exchange.base import (
    Answer,
    Call,
    Json,
    Pair,
    Places,
    Round,
    added,
    appended,
    inserted_tool,
    is_ours,
    names_of,
)
from headroom_jupyter.exchange.json_text import Splice, dumps, locate
from headroom_jupyter.messages import Path

__all__ = ["OpenAIResponsesApi"]

_ENDS = ("response.completed", "response.incomplete", "response.failed")
_BEGINS = ("response.created", "response.in_progress", "response.queued")


class OpenAIResponsesApi:
    """Calls and results are items of `input`; with previous_response_id it holds only what is new."""

    provider = "openai_responses"
    key = "input"
    takes_text = True

    def can_hold_back(self, request: Json) -> bool:
        """Not with a response that is made in the background and fetched later by other requests."""
        return not request.get("background")

    def tools(self, request: Json) -> list[str]:
        """Names of functions, custom tools and those in name spaces, also where they stand in the input."""
        return names_of([request.get("tools"), *(item.get("tools") for _, item in _tool_items(request))])

    def tools_path(self, request: Json) -> Path:
        """`tools`, or the first list of tools in the input where a request has them there alone."""
        first = next((number for number, _ in _tool_items(request)), None)
        return ("tools",) if "tools" in request or first is None else (self.key, first, "tools")

    def inject(self, request: Json, tool: Json, places: Places) -> Splice:
        """In front of that list."""
        return inserted_tool(request, tool, places, self.tools_path(request))

    def replies(self, request: Json) -> Replies:
        """One response, whole or as events."""
        return Replies()

    def follow_up(self, text: str, request: Json, said: Round, answers: Sequence[Answer]) -> Splice:
        """The output as new input, and a result for each call; a kept conversation has the output already."""
        results = [self.result(answer) for answer in answers]
        if request.get("conversation"):
            start, end = locate(text, [(self.key,)])[self.key,]
            return Splice(start, end, dumps(results))
        items = [*_repeated(said.content, is_stored=request.get("store") is not False), *results]
        if isinstance(request.get(self.key), list):
            return appended(text, request, self.key, items)
        start, end = locate(text, [(self.key,)])[self.key,]
        own = f'{{"role":"user","content":{text[start:end]}}}'
        return Splice(start, end, f"[{','.join([own, *map(dumps, items)])}]")

    def pairs(self, request: Json) -> Iterator[tuple[str, Pair]]:
        """Items of calls and of their outputs; the call is missing where the provider remembers it."""
        calls: dict[str, tuple[str | int, ...]] = {}
        for number, item in enumerate(request[self.key]):
            kind = str(item.get("type", "")) if isinstance(item, dict) else ""
            call_id = str(item.get("call_id")) if kind else ""
            if kind.endswith("_call_output"):
                if call_id in calls or request.get("conversation"):
                    yield call_id, Pair(calls.get(call_id), (self.key, number))
            elif kind.endswith("_call"):
                calls[call_id] = (self.key, number)

    def result(self, answer: Answer) -> Json:
        """An item of type function_call_output."""
        return {"type": "function_call_output", "call_id": answer.call.id, "output": answer.text}


class Replies:
    """Numbers the items and events of all replies through; the last one ends with the items of all."""

    def __init__(self) -> None:
        self.round = Round()
        self.may_follow = True
        self._is_first = True
        self._shown: list[Any] = []  # items of earlier replies that the client has seen
        self._spent: Any = {}
        self._number = 0  # of the next event
        self._id = ""  # of the response, as a stream told it first
        self._real_id = ""  # of the response that ended it
        self._reset()

    def _reset(self) -> None:
        self._usage: Any = {}
        self._hidden: set[int] = set()
        self._count = 0  # items of this reply that the client has seen begin

    @property
    def usage(self) -> Json:
        """Of all replies so far."""
        return added(self._spent, self._usage)  # type: ignore[no-any-return]  # both are objects

    def begin(self) -> None:
        """The next reply follows."""
        self._shown += [item for item in self.round.content if not _is_call_of_ours(item)]
        self._spent = added(self._spent, self._usage)
        self._is_first = False
        self.round = Round()
        self._reset()

    @property
    def chain(self) -> tuple[str, str] | None:
        """Where a stream began with another response than it ends with, or one of our calls has no answer."""
        is_over = bool(self._real_id) and not (self.round.is_hidden and self.may_follow)
        if is_over and (self.round.calls or self._id != self._real_id):
            return self._id, self._real_id
        return None

    def whole(self, reply: Json) -> Json | None:
        """Visible items of all replies in a row, usage summed."""
        self._note(reply)
        self._id = self._real_id
        if self.round.is_hidden and self.may_follow:
            return None
        return self._visible(reply)

    def event(self, raw: bytes) -> bytes:
        """Events of our items are held back, and of a hidden reply its beginning and end."""
        try:
            said = orjson.loads(sse.field(raw))
            kind = said["type"]
            if kind in _ENDS:
                self._note(said["response"])
                if self.round.is_hidden and self.may_follow:
                    return b""
                said["response"] = self._visible(said["response"])
                if not self._is_first:
                    said["response"] = said["response"] | {"id": self._id}
                return self._numbered(raw, said, is_changed=bool(self.round.calls) or not self._is_first)
            if kind in _BEGINS:
                if not self._is_first:
                    return b""
                self._id = str(said["response"].get("id") or "")
            if "output_index" in said:
                return self._item_event(raw, said)
            return self._numbered(raw, said)
        except (ValueError, KeyError, TypeError, AttributeError):
            return raw  # no event of this API as we know it: not ours to judge

    def failure(self, status: int, body: bytes) -> bytes:
        """An event of type error; with a member `error`, without which SDKs do not raise it."""
        try:
            error = orjson.loads(body)["error"]
            message, code = str(error["message"]), error.get("code")
        except (ValueError, KeyError, TypeError, AttributeError):
            error, code = None, None
            message = f"the provider answered with status {status}"
        said = {"type": "error", "code": code, "message": message, "param": None, "sequence_number": self._number}
        said["error"] = error or {"type": "server_error", "message": message}
        return sse.event(dumps(said), "error")

    def _item_event(self, raw: bytes, said: Json) -> bytes:
        index = said["output_index"]
        if said["type"] == "response.output_item.added":
            if _is_call_of_ours(said["item"]):
                self._hidden.add(index)
            else:
                self._count += 1
        if index in self._hidden:
            return b""
        place = len(self._shown) + index - sum(hidden < index for hidden in self._hidden)
        if place == index:
            return self._numbered(raw, said)
        return self._numbered(raw, said | {"output_index": place}, is_changed=True)

    def _numbered(self, raw: bytes, said: Json, *, is_changed: bool = False) -> bytes:
        """An event with the number it has for the client."""
        number = said.get("sequence_number")
        if isinstance(number, int):
            if self._is_first and not self._hidden:
                self._number = number
            if number != self._number:
                said, is_changed = said | {"sequence_number": self._number}, True
            self._number += 1
        return sse.event(dumps(said), said["type"]) if is_changed else raw

    def _note(self, reply: Json) -> None:
        """A reply that is over."""
        output = reply.get("output")
        self.round.content = output if isinstance(output, list) else []
        self._usage = reply.get("usage") or {}
        self._real_id = str(reply.get("id") or "")
        self.round.wants_tools = reply.get("status") == "completed"
        for item in self.round.content:
            kind = str(item.get("type", ""))
            if _is_call_of_ours(item):
                self.round.calls.append(Call(str(item.get("call_id")), str(item.get("arguments", "")), _bare(item)))
            elif kind in ("function_call", "custom_tool_call", "local_shell_call", "computer_call") or (
                kind.endswith("_call") and "call_id" in item
            ):
                self.round.own_calls.append(str(item.get("call_id")))

    def _visible(self, reply: Json) -> Json:
        output = reply.get("output")
        if not isinstance(output, list) or (self._is_first and not self.round.calls):
            return reply
        visible = [item for item in output if not _is_call_of_ours(item)]
        changed = reply | {"output": [*self._shown, *visible]}
        return changed | {"usage": added(self._spent, self._usage)} if self._usage else changed


def _tool_items(request: Json) -> Iterator[tuple[int, Json]]:
    """Items of the input that bring tools, with their places; Codex sends all its tools so."""
    items = request.get("input")
    for number, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, dict) and item.get("type") == "additional_tools" and isinstance(item.get("tools"), list):
            yield number, item


def _is_call_of_ours(item: Any) -> bool:
    return isinstance(item, dict) and item.get("type") == "function_call" and is_ours(item.get("name"))


def _bare(item: Json) -> Json:
    """A call as input: without the id under which the provider may or may not have stored it."""
    return {key: item[key] for key in ("type", "call_id", "name", "arguments") if key in item}


def _repeated(output: Sequence[Json], *, is_stored: bool) -> list[Json]:
    """Output as input.

    What the provider has not stored it knows by its content: encrypted reasoning stays, other reasoning and ids go.
    """
    if is_stored:
        return list(output)
    kept = [item for item in output if item.get("type") != "reasoning" or item.get("encrypted_content")]
    return [{key: value for key, value in item.items() if key not in ("id", "status")} for item in kept]
