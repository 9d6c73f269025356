"""Anthropic's messages, and count_tokens beside them."""

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
    as_object,
    inserted_tool,
    is_ours,
    names_of,
)
from headroom_jupyter.exchange.json_text import Splice, dumps
from headroom_jupyter.messages import Path

__all__ = ["AnthropicMessages"]

_GROWING = {"text_delta": "text", "input_json_delta": "partial_json", "thinking_delta": "thinking"}


class AnthropicMessages:
    """A turn's tool results stand in the user message after its calls; `system` stands beside the messages."""

    provider = "anthropic"
    key = "messages"
    takes_text = False

    def can_hold_back(self, request: Json) -> bool:
        """Always: a reply has one message."""
        return True

    def tools(self, request: Json) -> list[str]:
        """Names, those of the provider's own tools too."""
        return names_of(request.get("tools"))

    def tools_path(self, request: Json) -> Path:
        """`tools`."""
        return ("tools",)

    def inject(self, request: Json, tool: Json, places: Places) -> Splice:
        """In front of `tools`."""
        return inserted_tool(request, tool, places)

    def replies(self, request: Json) -> Replies:
        """One message, whole or as events."""
        return Replies()

    def follow_up(self, text: str, request: Json, said: Round, answers: Sequence[Answer]) -> Splice:
        """The assistant's message, signed thinking and all, and a user message with the results."""
        results = [self.result(answer) for answer in answers]
        items = [{"role": "assistant", "content": said.content}, {"role": "user", "content": results}]
        return appended(text, request, self.key, items)

    def pairs(self, request: Json) -> Iterator[tuple[str, Pair]]:
        """Blocks of type tool_use and tool_result."""
        calls: dict[str, tuple[str | int, ...]] = {}
        for number, message in enumerate(request[self.key]):
            content = message.get("content") if isinstance(message, dict) else None
            for index, block in enumerate(content if isinstance(content, list) else ()):
                path = (self.key, number, "content", index)
                kind = block.get("type") if isinstance(block, dict) else None
                if kind == "tool_use":
                    calls[str(block.get("id"))] = path
                elif kind == "tool_result" and str(block.get("tool_use_id")) in calls:
                    call_id = str(block["tool_use_id"])
                    yield call_id, Pair(calls[call_id], path)

    def result(self, answer: Answer) -> Json:
        """A tool_result block."""
        block: Json = {"type": "tool_result", "tool_use_id": answer.call.id, "content": answer.text}
        return block | {"is_error": True} if answer.is_error else block


class Replies(Unchained):
    """Numbers the blocks of all replies through; the last message_delta tells the usage of all."""

    def __init__(self) -> None:
        self.round = Round()
        self.may_follow = True
        self._is_first = True
        self._shown: list[Any] = []  # blocks of earlier replies, when they come whole
        self._count = 0  # blocks the client has seen begin
        self._spent: Any = {}  # usage of the hidden rounds
        self._reset()

    def _reset(self) -> None:
        self._blocks: dict[int, Json] = {}
        self._pieces: dict[int, list[str]] = {}
        self._places: dict[int, int] = {}  # index upstream → index for the client; ours have none
        self._usage: Any = {}
        self._is_over = False

    @property
    def usage(self) -> Json:
        """Of all replies so far."""
        return added(self._spent, self._usage)  # type: ignore[no-any-return]  # both are objects

    def begin(self) -> None:
        """The next reply follows."""
        self._spent = added(self._spent, self._usage)
        self._is_first = False
        self.round = Round()
        self._reset()

    def whole(self, reply: Json) -> Json | None:
        """Visible blocks of all replies in a row, usage summed."""
        content = reply.get("content")
        blocks = content if isinstance(content, list) else []
        for block in blocks:
            self._note(block)
        self.round.content = blocks
        self._usage = reply.get("usage") or {}
        self.round.wants_tools = reply.get("stop_reason") == "tool_use"
        visible = [block for block in blocks if not _is_call_of_ours(block)]
        if self.round.is_hidden and self.may_follow:
            self._shown += visible
            return None
        if self._is_first and len(visible) == len(blocks):
            return reply
        changed = reply | {"content": [*self._shown, *visible], "usage": added(self._spent, self._usage)}
        return changed | {"stop_reason": "end_turn"} if self.round.is_hidden else changed

    def event(self, raw: bytes) -> bytes:
        """Events of our block are held back, and of a hidden reply its beginning and end."""
        try:
            said = orjson.loads(sse.field(raw))
            kind = said["type"]
            if kind.startswith("content_block"):
                return self._block_event(raw, said)
            if kind == "message_start":
                self._usage = said["message"].get("usage") or {}
                return raw if self._is_first else b""
            if kind == "message_delta":
                return self._ending(raw, said)
            if kind == "message_stop":
                return b"" if self._is_over else raw
        except (ValueError, KeyError, TypeError, AttributeError):
            pass  # no event of this API as we know it: not ours to judge
        return raw

    def failure(self, status: int, body: bytes) -> bytes:
        """An event of type error, with the provider's own words where it has any."""
        try:
            said = orjson.loads(body)
        except ValueError:
            said = None
        if not isinstance(said, dict) or said.get("type") != "error":
            error = {"type": "api_error", "message": f"the provider answered with status {status}"}
            said = {"type": "error", "error": error}
        return sse.event(dumps(said), "error")

    def _block_event(self, raw: bytes, said: Json) -> bytes:
        index = said["index"]
        if said["type"] == "content_block_start":
            block = said["content_block"]
            self._blocks[index] = dict(block)
            self._pieces[index] = []
            if not _is_call_of_ours(block):
                self._places[index] = self._count
                self._count += 1
        elif said["type"] == "content_block_delta":
            self._grow(index, said["delta"])
        elif index in self._blocks:
            self._close(index)
        place = self._places.get(index)
        if place is None:
            return b"" if index in self._blocks else raw
        return raw if place == index else sse.event(dumps(said | {"index": place}), said["type"])

    def _grow(self, index: int, delta: Json) -> None:
        kind = delta.get("type")
        if kind in _GROWING:
            self._pieces[index].append(delta[_GROWING[kind]])
        elif kind == "signature_delta":
            self._blocks[index]["signature"] = delta["signature"]
        elif kind == "citations_delta":
            self._blocks[index]["citations"] = [*(self._blocks[index].get("citations") or ()), delta["citation"]]

    def _close(self, index: int) -> None:
        block = self._blocks[index]
        text = "".join(self._pieces.pop(index))
        if block.get("type") in ("text", "thinking"):
            block[block["type"]] = block.get(block["type"], "") + text
        elif text:
            block["input"] = as_object(text)
        self.round.content.append(block)
        self._note(block)

    def _note(self, block: Any) -> None:
        if not isinstance(block, dict) or block.get("type") != "tool_use":
            return
        call_id = str(block.get("id"))
        if _is_call_of_ours(block):
            self.round.calls.append(Call(call_id, dumps(block.get("input")), block))
        else:
            self.round.own_calls.append(call_id)

    def _ending(self, raw: bytes, said: Json) -> bytes:
        self._usage = {**self._usage, **(said.get("usage") or {})}  # its counts are of the whole reply so far
        self.round.wants_tools = said["delta"].get("stop_reason") == "tool_use"
        if self.round.is_hidden and self.may_follow:
            self._is_over = True
            return b""
        if self._is_first and not self.round.is_hidden:
            return raw
        if self.round.is_hidden:
            said["delta"]["stop_reason"] = "end_turn"
        said["usage"] = added(self._spent, self._usage)
        return sse.event(dumps(said), "message_delta")


def _is_call_of_ours(block: Any) -> bool:
    return isinstance(block, dict) and block.get("type") == "tool_use" and is_ours(block.get("name"))
