"""Gemini's generateContent and streamGenerateContent."""

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

__all__ = ["GeminiContents"]

_DECLARATIONS = ("functionDeclarations", "function_declarations")
_USAGE = ("usageMetadata", "usage_metadata")


class GeminiContents:
    """Calls and results are parts; a call has an id only with newer models, and no end of its own.

    Args:
        is_array: Replies are streamed as one long JSON array, which is passed on unread.
    """

    provider = "gemini"
    key = "contents"
    takes_text = False

    def __init__(self, *, is_array: bool = False) -> None:
        self._is_array = is_array

    def can_hold_back(self, request: Json) -> bool:
        """Where functions are declared or could be: the provider's own tools and JSON answers exclude them."""
        if self._is_array:
            return False
        tools = request.get("tools")
        if isinstance(tools, list) and tools:
            return _declarations(tools) is not None
        config = request.get("generationConfig") or request.get("generation_config") or {}
        return not (isinstance(config, dict) and (config.get("responseMimeType") or config.get("response_mime_type")))

    def tools(self, request: Json) -> list[str]:
        """Names of declared functions."""
        return names_of(request.get("tools"))

    def tools_path(self, request: Json) -> Path:
        """The first list of declarations, else `tools`."""
        return ("tools", *(_declarations(request.get("tools")) or ()))

    def inject(self, request: Json, tool: Json, places: Places) -> Splice:
        """In front of the first list of declarations."""
        path = self.tools_path(request)
        return inserted_tool(request, tool if len(path) == 1 else tool["functionDeclarations"][0], places, path)

    def replies(self, request: Json) -> Replies:
        """Candidates, whole or as chunks. With several our calls are taken out and not answered."""
        config = request.get("generationConfig") or request.get("generation_config") or {}
        count = config.get("candidateCount", config.get("candidate_count")) if isinstance(config, dict) else None
        return Replies(may_follow=count in (None, 1))

    def follow_up(self, text: str, request: Json, said: Round, answers: Sequence[Answer]) -> Splice:
        """The model's content, thoughts' signatures and all, and the responses to its calls."""
        items = [
            {"role": "model", "parts": said.content},
            {"role": "user", "parts": [self.result(answer) for answer in answers]},
        ]
        return appended(text, request, self.key, items)

    def pairs(self, request: Json) -> Iterator[tuple[str, Pair]]:
        """Parts functionCall and functionResponse that have an id."""
        calls: dict[str, tuple[str | int, ...]] = {}
        for number, content in enumerate(request[self.key]):
            parts = content.get("parts") if isinstance(content, dict) else None
            for index, part in enumerate(parts if isinstance(parts, list) else ()):
                path = (self.key, number, "parts", index)
                call, response = _inside(part, "functionCall"), _inside(part, "functionResponse")
                if call.get("id"):
                    calls[str(call["id"])] = path
                elif response.get("id") and str(response["id"]) in calls:
                    call_id = str(response["id"])
                    yield call_id, Pair(calls[call_id], path)

    def result(self, answer: Answer) -> Json:
        """A part functionResponse."""
        name = _inside(answer.call.raw, "functionCall")["name"]
        said = {"name": name, "response": {"error" if answer.is_error else "output": answer.text}}
        return {"functionResponse": {"id": answer.call.id, **said} if answer.call.id else said}


class Replies(Unchained):
    """Takes our parts out of the candidates; the last chunk tells the usage of all replies."""

    def __init__(self, *, may_follow: bool = True) -> None:
        self.round = Round()
        self.may_follow = may_follow
        self._is_first = True
        self._shown: list[Any] = []  # parts of earlier replies, when they come whole
        self._spent: Any = {}
        self._usage: Any = {}
        self._reason = ""

    @property
    def usage(self) -> Json:
        """Of all replies so far."""
        return added(self._spent, self._usage)  # type: ignore[no-any-return]  # both are objects

    def begin(self) -> None:
        """The next reply follows."""
        self._spent = added(self._spent, self._usage)
        self._usage = {}
        self._is_first = False
        self.round = Round()

    def whole(self, reply: Json) -> Json | None:
        """Visible parts of all replies in a row, usage summed."""
        shown = self._read(reply)
        if self.round.is_hidden and self.may_follow:
            self._shown += _parts(shown["candidates"][0])
            return None
        if shown is reply and self._is_first:
            return reply
        candidates = shown.get("candidates") or []
        if candidates and self._shown:
            content = (candidates[0].get("content") or {}) | {"parts": [*self._shown, *_parts(candidates[0])]}
            shown = shown | {"candidates": [candidates[0] | {"content": content}, *candidates[1:]]}
        return shown

    def event(self, raw: bytes) -> bytes:
        """A chunk without our parts; the end of a hidden reply is held back."""
        try:
            said = orjson.loads(sse.field(raw))
            shown = self._read(said)
            return raw if shown is said and not self._ends_hidden(said) else self._chunk(said, shown)
        except (ValueError, KeyError, TypeError, AttributeError):
            return raw

    def _ends_hidden(self, said: Json) -> bool:
        is_end = any(candidate.get("finishReason") for candidate in said.get("candidates") or ())
        return is_end and self.round.is_hidden and self.may_follow

    def _chunk(self, said: Json, shown: Json) -> bytes:
        """A changed chunk; nothing when our parts were all that it had."""
        candidates = shown.get("candidates") or []
        has_parts = any(map(_parts, candidates))
        if self._ends_hidden(said):  # text may come with the end; the end itself is the follow-up's
            cut = [{key: value for key, value in one.items() if key != "finishReason"} for one in candidates]
            kept = {key: value for key, value in shown.items() if key not in _USAGE}
            return sse.event(dumps(kept | {"candidates": cut})) if has_parts else b""
        is_end = any(candidate.get("finishReason") for candidate in candidates)
        had_parts = any(map(_parts, said.get("candidates") or ()))
        return b"" if had_parts and not has_parts and not is_end else sse.event(dumps(shown))

    def failure(self, status: int, body: bytes) -> bytes:
        """The provider's error, which SDKs raise."""
        try:
            said = orjson.loads(body)
        except ValueError:
            said = None
        if not isinstance(said, dict) or "error" not in said:
            message = f"the provider answered with status {status}"
            said = {"error": {"code": status, "message": message, "status": "UNAVAILABLE"}}
        return sse.event(dumps(said))

    def _read(self, reply: Json) -> Json:
        """Note what a reply or a chunk of one holds; as the client sees it, the same object when unchanged."""
        candidates = reply.get("candidates") or []
        shown = [self._candidate(candidate) for candidate in candidates]
        is_changed = any(a is not b for a, b in zip(shown, candidates, strict=True))
        out = reply | {"candidates": shown} if is_changed else reply
        for key in _USAGE:
            if reply.get(key):
                self._usage = reply[key]
                if self._spent:
                    out = out | {key: added(self._spent, self._usage)}
        return out

    def _candidate(self, candidate: Json) -> Json:
        parts = _parts(candidate)
        is_main = candidate.get("index", 0) == 0
        visible = []
        for part in parts:
            call = _inside(part, "functionCall")
            if is_main and (part.get("text") != "" or len(part) > 1):
                self.round.content.append(part)
            if is_ours(call.get("name")):
                self.round.calls.append(Call(str(call.get("id") or ""), dumps(call.get("args") or {}), part))
                continue
            if call:
                self.round.own_calls.append(str(call.get("id") or ""))
            visible.append(part)
        if candidate.get("finishReason"):
            self.round.wants_tools = candidate["finishReason"] == "STOP"
        if len(visible) == len(parts):
            return candidate
        return candidate | {"content": candidate["content"] | {"parts": visible}}


def _declarations(tools: object) -> tuple[int, str] | None:
    """Where the first list of declarations stands in `tools`."""
    for index, tool in enumerate(tools if isinstance(tools, list) else ()):
        for key in _DECLARATIONS:
            if isinstance(tool, dict) and isinstance(tool.get(key), list):
                return index, key
    return None


def _parts(candidate: Json) -> list[Any]:
    parts = (candidate.get("content") or {}).get("parts")
    return parts if isinstance(parts, list) else []


def _inside(part: Any, name: str) -> Json:
    """A call or response in a part, in either spelling."""
    snake = {"functionCall": "function_call", "functionResponse": "function_response"}[name]
    value = (part.get(name) or part.get(snake)) if isinstance(part, dict) else None
    return value if isinstance(value, dict) else {}
