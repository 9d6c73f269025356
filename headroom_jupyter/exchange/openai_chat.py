"""OpenAI's chat completions, and the many servers that speak them."""

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
    Unchained,
    added,
    appended,
    inserted_tool,
    is_ours,
    names_of,
)
from headroom_jupyter.exchange.json_text import Splice, dumps
from headroom_jupyter.messages import Path

__all__ = ["OpenAIChatCompletions"]

# What a follow-up repeats of an assistant's message; other fields (audio, annotations) are for reading only.
_REPEATED = ("role", "content", "refusal", "reasoning_content", "reasoning_details", "tool_calls")
_GAP = "\n\n"
_TEXTS = ("content", "refusal", "reasoning_content")


class OpenAIChatCompletions:
    """Calls stand in an assistant message, each result in a message of its own."""

    provider = "openai"
    key = "messages"
    takes_text = False

    def can_hold_back(self, request: Json) -> bool:
        """Not with the functions of old."""
        return "functions" not in request

    def tools(self, request: Json) -> list[str]:
        """Names of functions and custom tools."""
        return names_of(request.get("tools"))

    def tools_path(self, request: Json) -> Path:
        """`tools`."""
        return ("tools",)

    def inject(self, request: Json, tool: Json, places: Places) -> Splice:
        """In front of `tools`."""
        return inserted_tool(request, tool, places)

    def replies(self, request: Json) -> Replies:
        """Choices, whole or as chunks. With several choices our calls are taken out and not answered."""
        return Replies(may_follow=request.get("n") in (None, 1))

    def follow_up(self, text: str, request: Json, said: Round, answers: Sequence[Answer]) -> Splice:
        """The assistant's message, and a tool message for each result."""
        return appended(text, request, self.key, [*said.content, *map(self.result, answers)])

    def pairs(self, request: Json) -> Iterator[tuple[str, Pair]]:
        """Elements of tool_calls, and the messages that answer them."""
        calls: dict[str, tuple[str | int, ...]] = {}
        for number, message in enumerate(request[self.key]):
            if not isinstance(message, dict):
                continue
            made = message.get("tool_calls")
            for index, call in enumerate(made if isinstance(made, list) else ()):
                if isinstance(call, dict):
                    calls[str(call.get("id"))] = (self.key, number, "tool_calls", index)
            answered = str(message.get("tool_call_id"))
            if answered in calls:
                yield answered, Pair(calls[answered], (self.key, number))

    def result(self, answer: Answer) -> Json:
        """A message of role tool."""
        return {"role": "tool", "tool_call_id": answer.call.id, "content": answer.text}


class Replies(Unchained):
    """Takes our calls out of the choices; the chunks of all replies carry the id of the first."""

    def __init__(self, *, may_follow: bool = True) -> None:
        self.round = Round()
        self.may_follow = may_follow
        self._is_first = True
        self._id: object = None
        self._spent: Any = {}
        self._shown: Json = {}  # texts of earlier replies, when they come whole
        self._has_text = False  # of earlier replies, when they come as chunks
        self._reset()

    def _reset(self) -> None:
        self._usage: Any = {}
        self._texts: dict[str, list[str]] = {}
        self._others: Json = {}
        self._calls: dict[tuple[int, int], Json] = {}
        self._places: dict[tuple[int, int], int | None] = {}
        self._is_over = False

    @property
    def usage(self) -> Json:
        """Of all replies so far."""
        return added(self._spent, self._usage)  # type: ignore[no-any-return]  # both are objects

    def begin(self) -> None:
        """The next reply follows."""
        self._spent = added(self._spent, self._usage)
        self._is_first = False
        self._has_text = self._has_text or bool(self._texts.get("content"))
        self.round = Round()
        self._reset()

    def whole(self, reply: Json) -> Json | None:
        """Texts of all replies in one message, usage summed."""
        self._usage = reply.get("usage") or {}
        choices = reply.get("choices")
        choices = choices if isinstance(choices, list) else []
        for choice in choices:
            self._note_choice(choice)
        if self.round.is_hidden and self.may_follow:
            for key in _TEXTS:
                self._shown[key] = _joined(self._shown.get(key), choices[0]["message"].get(key))
            return None
        if self._is_first and not self.round.calls:
            return reply
        changed = reply | {"choices": [self._visible(choice) for choice in choices]}
        return changed | {"usage": added(self._spent, self._usage)} if self._usage else changed

    def event(self, raw: bytes) -> bytes:
        """Chunks without our calls go on as they are, unless they belong to a follow-up."""
        data = sse.field(raw)
        if data.strip() == b"[DONE]":
            return self._done(raw)
        try:
            said = orjson.loads(data)
            choices = said["choices"]
            usage = said.get("usage")
            if usage:
                self._usage = usage
            changed = self._chunk(said, choices, usage)
        except (ValueError, KeyError, TypeError, AttributeError):
            return raw
        if changed is None:
            return b""
        return raw if changed is said else sse.event(dumps(changed))

    def failure(self, status: int, body: bytes) -> bytes:
        """A chunk with an error, which SDKs raise."""
        try:
            said = orjson.loads(body)
        except ValueError:
            said = None
        if not isinstance(said, dict) or "error" not in said:
            said = {"error": {"type": "api_error", "message": f"the provider answered with status {status}"}}
        return sse.event(dumps(said))

    def _chunk(self, said: Json, choices: list[Json], usage: Any) -> Json | None:
        """A chunk as the client sees it: the same object, a changed one, or None."""
        kept = [changed for choice in choices if (changed := self._choice(choice)) is not None]
        is_same = len(kept) == len(choices) and all(a is b for a, b in zip(kept, choices, strict=True))
        if self._is_first and is_same and not self._is_over:
            self._id = said.get("id")
            return said
        if not kept and (self._is_over or not usage):
            return None
        out = said | {"choices": kept}
        if self._id is not None:
            out["id"] = self._id
        if usage:
            out["usage"] = added(self._spent, usage)
        return out

    def _choice(self, choice: Json) -> Json | None:
        """A choice of a chunk as the client sees it."""
        delta = dict(choice.get("delta") or {})
        is_changed = not self._is_first and delta.pop("role", None) is not None
        is_gap = self._has_text and "content" not in self._texts and bool(delta.get("content"))
        self._collect(choice, delta)
        if is_gap:  # between the text of the reply before and this one's
            is_changed, delta["content"] = True, _GAP + delta["content"]
        if calls := delta.get("tool_calls"):
            kept = [shown for call in calls if (shown := self._call(choice.get("index", 0), call)) is not None]
            if len(kept) != len(calls) or any(a is not b for a, b in zip(kept, calls, strict=True)):
                is_changed = True
                delta["tool_calls"] = kept
                if not kept:
                    del delta["tool_calls"]
        reason = choice.get("finish_reason")
        if reason:
            self._finish(reason)
            if self.round.is_hidden and self.may_follow:
                self._is_over = True
                return None
            if self.round.is_hidden:
                return choice | {"delta": delta, "finish_reason": "stop"}
        elif is_changed and not any(value is not None and value != "" for value in delta.values()):
            return None
        return choice | {"delta": delta} if is_changed else choice

    def _collect(self, choice: Json, delta: Json) -> None:
        if choice.get("index", 0) != 0:
            return
        for key in _TEXTS:
            if isinstance(delta.get(key), str) and delta[key]:
                self._texts.setdefault(key, []).append(delta[key])
        if isinstance(delta.get("reasoning_details"), list):
            self._others.setdefault("reasoning_details", []).extend(delta["reasoning_details"])

    def _call(self, choice: int, part: Json) -> Json | None:
        """A part of a call as the client sees it: None when the call is ours, else numbered without ours."""
        key = choice, part.get("index", 0)
        if key not in self._calls:
            self._calls[key] = {**part, "function": {**(part.get("function") or {}), "pieces": []}}
            self._calls[key].pop("index", None)
            is_hidden = is_ours(self._calls[key]["function"].get("name"))
            shown = sum(place is not None and at[0] == choice for at, place in self._places.items())
            self._places[key] = None if is_hidden else shown
        self._calls[key]["function"]["pieces"].append((part.get("function") or {}).get("arguments") or "")
        place = self._places[key]
        if place is None:
            return None
        return part if place == part.get("index", 0) else part | {"index": place}

    def _finish(self, reason: object) -> None:
        calls = []
        for call in self._calls.values():
            function = {**call["function"], "arguments": "".join(call["function"]["pieces"])}
            del function["pieces"]
            calls.append({**call, "function": function})
        message: Json = {"role": "assistant", "content": None}
        message |= {key: "".join(pieces) for key, pieces in self._texts.items()} | self._others
        self._note(message | ({"tool_calls": calls} if calls else {}), reason)

    def _note_choice(self, choice: Json) -> None:
        message = {key: choice["message"][key] for key in _REPEATED if choice["message"].get(key) is not None}
        self._note({"role": "assistant", "content": None} | message, choice.get("finish_reason"))

    def _note(self, message: Json, reason: object) -> None:
        self.round.content = [message]
        self.round.wants_tools = reason in ("tool_calls", "stop")  # forced calls end with "stop"
        for call in message.get("tool_calls", ()):
            function = call.get("function") or {}
            call_id = str(call.get("id"))
            if is_ours(function.get("name")):
                self.round.calls.append(Call(call_id, str(function.get("arguments", "")), call))
            else:
                self.round.own_calls.append(call_id)

    def _visible(self, choice: Json) -> Json:
        message = dict(choice["message"])
        calls = [call for call in message.get("tool_calls") or () if not _is_call_of_ours(call)]
        if message.get("tool_calls"):
            message["tool_calls"] = calls
            if not calls:
                del message["tool_calls"]
        for key, text in self._shown.items():
            if text:
                message[key] = _joined(text, message.get(key))
        reason = "stop" if self.round.is_hidden else choice.get("finish_reason")
        return choice | {"message": message, "finish_reason": reason}

    def _done(self, raw: bytes) -> bytes:
        return b"" if self._is_over else raw


def _is_call_of_ours(call: Any) -> bool:
    return isinstance(call, dict) and is_ours((call.get("function") or {}).get("name"))


def _joined(one: object, other: object) -> object:
    return _GAP.join(text for text in (one, other) if isinstance(text, str) and text) or other
