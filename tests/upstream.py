"""A scripted provider on loopback, for anything that has to talk to one; not a test.

    with Upstream(lambda seen: speak(seen, "Hello")) as upstream:
        ...  # point a client or the proxy at upstream.url; upstream.seen holds what arrived, byte for byte

A script gets each request and answers with a `Reply`. `speak` writes one as the API of the request's path does
(Anthropic, OpenAI chat and responses, Gemini), whole or as events, from texts and `ToolCall`s. `in_turn(...)` is a
script that says one thing after the other and then repeats the last.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from headroom_jupyter.errors import InputError
from headroom_jupyter.exchange.encodings import decoded

__all__ = ["API_PATHS", "Reply", "Script", "Seen", "ToolCall", "Upstream", "in_turn", "speak"]

API_PATHS = {
    "anthropic": "/v1/messages",
    "openai": "/v1/chat/completions",
    "openai_responses": "/v1/responses",
    "gemini": "/v1beta/models/gemini-2.5-flash:generateContent",
}


@dataclass(frozen=True)
class Seen:
    """A request as it arrived."""

    method: str
    path: str
    headers: Mapping[str, str]  # names in lower case
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(decoded(self.body, self.headers.get("content-encoding", "")))

    @property
    def api(self) -> str:
        """Which API the path belongs to."""
        if "/messages" in self.path:
            return "anthropic"
        if self.path.endswith("/chat/completions"):
            return "openai"
        return "openai_responses" if "/responses" in self.path else "gemini"

    @property
    def is_stream(self) -> bool:
        return "streamGenerateContent" in self.path or self.option("stream") is True

    def option(self, name: str) -> Any:
        """A member of the body, None where it is none."""
        try:
            return self.json.get(name)
        except (ValueError, AttributeError, RecursionError, InputError):
            return None

    @property
    def messages(self) -> list[Any]:
        """The list of messages, whatever the API calls it."""
        found = next((own for key in ("messages", "input", "contents") if (own := self.option(key))), ())
        return found if isinstance(found, list) else []

    @property
    def tool_names(self) -> list[str]:
        """Names of the tools that were sent."""
        names = []
        for tool in self.json.get("tools") or ():
            entries = tool.get("functionDeclarations") or [tool.get("function") or tool]
            names += [entry.get("name", entry.get("type", "")) for entry in entries]
        return names


@dataclass(frozen=True)
class Reply:
    """What to answer. A body in pieces is sent in chunks, each as soon as it is there."""

    body: bytes | Iterable[bytes] = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": "application/json"})


@dataclass(frozen=True)
class ToolCall:
    """A call of a tool in a reply."""

    id: str
    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


Script = Callable[[Seen], Reply]
Said = "str | ToolCall"


class Upstream:
    """The server; it listens from `with` on, on a port of its own."""

    def __init__(self, script: Script) -> None:  # noqa: C901  # the handler's methods are counted too
        self.script = script
        self.seen: list[Seen] = []
        self.failures: list[BaseException] = []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def handle_any(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                body = self.rfile.read(length) if length else self._chunked()
                headers = {name.lower(): value for name, value in self.headers.items()}
                seen = Seen(self.command, self.path, headers, body)
                owner.seen.append(seen)
                try:
                    self._answer(owner.script(seen))
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True
                except Exception as err:  # noqa: BLE001  # told when the server is closed
                    owner.failures.append(err)
                    self.close_connection = True

            do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = handle_any  # noqa: N815  # the server's

            def _chunked(self) -> bytes:
                if "chunked" not in (self.headers.get("transfer-encoding") or ""):
                    return b""
                body = b""
                while size := int(self.rfile.readline().split(b";")[0], 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return body

            def _answer(self, reply: Reply) -> None:
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                if isinstance(reply.body, bytes):
                    self.send_header("content-length", str(len(reply.body)))
                    self.end_headers()
                    self.wfile.write(reply.body if self.command != "HEAD" else b"")
                    return
                self.send_header("transfer-encoding", "chunked")
                self.end_headers()
                pieces = iter(reply.body)
                try:
                    for piece in pieces:
                        self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
                        self.wfile.flush()
                    self.wfile.write(b"0\r\n\r\n")
                finally:
                    if isinstance(pieces, Generator):
                        pieces.close()  # so that a script hears of a client that went away

            def log_message(self, *arguments: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            request_queue_size = 256
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                pass  # a client that went away; whoever cares looks at what was seen

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Upstream:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        assert not self.failures, self.failures


def in_turn(*turns: Iterable[Any] | str | ToolCall | Reply) -> Script:
    """A script that answers the first request with the first turn, and so on; the last one is repeated."""
    lock = threading.Lock()
    left = list(turns)

    def script(seen: Seen) -> Reply:
        with lock:
            said = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(said, Reply):
            return said
        return speak(seen, *([said] if isinstance(said, (str, ToolCall)) else said))

    return script


def speak(seen: Seen, *said: str | ToolCall, usage: tuple[int, int] = (100, 10)) -> Reply:
    """A reply in the request's own API: texts and tool calls in order, `usage` as tokens read and written."""
    build = {
        "anthropic": _anthropic,
        "openai": _openai,
        "openai_responses": _responses,
        "gemini": _gemini,
    }[seen.api]
    if seen.path.endswith("/count_tokens"):
        return Reply(json.dumps({"input_tokens": usage[0]}).encode())
    whole, events = build(said, usage, seen)
    if not seen.is_stream:
        return Reply(json.dumps(whole).encode())
    return Reply(events, headers={"content-type": "text/event-stream"})


def _events(items: Iterable[Mapping[str, Any]], *, named: bool) -> Iterator[bytes]:
    for item in items:
        head = f"event: {item['type']}\n" if named else ""
        yield f"{head}data: {json.dumps(item)}\n\n".encode()


def _halves(text: str) -> list[str]:
    middle = len(text) // 2
    return [part for part in (text[:middle], text[middle:]) if part]


def _anthropic(said: Iterable[Any], usage: tuple[int, int], seen: Seen) -> tuple[Any, Iterable[bytes]]:
    blocks: list[Any] = []
    for part in said:
        if isinstance(part, str):
            blocks.append({"type": "text", "text": part})
        else:
            blocks.append({"type": "tool_use", "id": part.id, "name": part.name, "input": dict(part.arguments)})
    stop = "tool_use" if any(block["type"] == "tool_use" for block in blocks) else "end_turn"
    start = {"input_tokens": usage[0], "output_tokens": 1, "cache_read_input_tokens": 7}
    head = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-x", "stop_sequence": None}
    whole = head | {"content": blocks, "stop_reason": stop, "usage": start | {"output_tokens": usage[1]}}
    events: list[Any] = [
        {"type": "message_start", "message": head | {"content": [], "stop_reason": None, "usage": start}},
        {"type": "ping"},
    ]
    for index, block in enumerate(blocks):
        if block["type"] == "text":
            empty, parts, kind, key = {"type": "text", "text": ""}, _halves(block["text"]), "text_delta", "text"
        else:
            empty, parts = block | {"input": {}}, _halves(json.dumps(block["input"]))
            kind, key = "input_json_delta", "partial_json"
        events.append({"type": "content_block_start", "index": index, "content_block": empty})
        events += [{"type": "content_block_delta", "index": index, "delta": {"type": kind, key: p}} for p in parts]
        events.append({"type": "content_block_stop", "index": index})
    ending = {"stop_reason": stop, "stop_sequence": None}
    events += [
        {"type": "message_delta", "delta": ending, "usage": {"output_tokens": usage[1]}},
        {"type": "message_stop"},
    ]
    return whole, _events(events, named=True)


def _openai(said: Iterable[Any], usage: tuple[int, int], seen: Seen) -> tuple[Any, Iterable[bytes]]:
    text = "".join(part for part in said if isinstance(part, str))
    calls = [
        {"id": part.id, "type": "function", "function": {"name": part.name, "arguments": json.dumps(part.arguments)}}
        for part in said
        if isinstance(part, ToolCall)
    ]
    reason = "tool_calls" if calls else "stop"
    used = {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}
    head = {"id": "chatcmpl-1", "created": 1, "model": "gpt-x"}
    message = {"role": "assistant", "content": text or None} | ({"tool_calls": calls} if calls else {})
    choice = {"index": 0, "message": message, "finish_reason": reason, "logprobs": None}
    whole = head | {"object": "chat.completion", "choices": [choice], "usage": used}
    deltas: list[Any] = [{"role": "assistant", "content": ""}, *({"content": half} for half in _halves(text))]
    for index, call in enumerate(calls):
        function: Any = call["function"]
        deltas.append({"tool_calls": [{**call, "index": index, "function": {**function, "arguments": ""}}]})
        halves = _halves(function["arguments"])
        deltas += [{"tool_calls": [{"index": index, "function": {"arguments": half}}]} for half in halves]
    chunks = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    chunks.append({"index": 0, "delta": {}, "finish_reason": reason})
    items = [head | {"object": "chat.completion.chunk", "choices": [chunk]} for chunk in chunks]
    if (seen.option("stream_options") or {}).get("include_usage"):
        items.append(head | {"object": "chat.completion.chunk", "choices": [], "usage": used})
    return whole, [*_events(items, named=False), b"data: [DONE]\n\n"]


def _responses(said: Iterable[Any], usage: tuple[int, int], seen: Seen) -> tuple[Any, Iterable[bytes]]:
    output: list[Any] = []
    turn = len(seen.messages)
    for number, part in enumerate(said):
        if isinstance(part, str):
            piece = {"type": "output_text", "text": part, "annotations": []}
            message = {"type": "message", "id": f"msg_{turn}_{number}", "role": "assistant", "status": "completed"}
            output.append(message | {"content": [piece]})
        else:
            call = {"type": "function_call", "id": f"fc_{part.id}", "call_id": part.id, "name": part.name}
            output.append(call | {"arguments": json.dumps(part.arguments), "status": "completed"})
    head = {"id": f"resp_{turn}", "object": "response", "created_at": 1, "model": "gpt-x", "tools": []}
    head |= {"parallel_tool_calls": True, "tool_choice": "auto"}
    details = {"input_tokens_details": {"cached_tokens": 3}, "output_tokens_details": {"reasoning_tokens": 2}}
    used = {"input_tokens": usage[0], "output_tokens": usage[1], "total_tokens": sum(usage), **details}
    whole = head | {"status": "completed", "output": output, "usage": used}
    events: list[Any] = [
        {"type": kind, "response": head | {"status": "in_progress", "output": []}}
        for kind in ("response.created", "response.in_progress")
    ]
    for index, item in enumerate(output):
        where = {"output_index": index, "item_id": item["id"]}
        if item["type"] == "message":
            empty: Any = item | {"status": "in_progress", "content": []}
            text = item["content"][0]["text"]
            part = {"type": "output_text", "text": "", "annotations": []}
            inner: list[Any] = [
                {"type": "response.content_part.added", "content_index": 0, "part": part},
                *({"type": "response.output_text.delta", "content_index": 0, "delta": h} for h in _halves(text)),
                {"type": "response.output_text.done", "content_index": 0, "text": text},
                {"type": "response.content_part.done", "content_index": 0, "part": part | {"text": text}},
            ]
        else:
            empty = item | {"status": "in_progress", "arguments": ""}
            halves = _halves(item["arguments"])
            inner = [{"type": "response.function_call_arguments.delta", "delta": half} for half in halves]
            inner.append({"type": "response.function_call_arguments.done", "arguments": item["arguments"]})
        events.append({"type": "response.output_item.added", "output_index": index, "item": empty})
        events += [event | where for event in inner]
        events.append({"type": "response.output_item.done", "output_index": index, "item": item})
    events.append({"type": "response.completed", "response": whole})
    return whole, _events([event | {"sequence_number": n} for n, event in enumerate(events)], named=True)


def _gemini(said: Iterable[Any], usage: tuple[int, int], seen: Seen) -> tuple[Any, Iterable[bytes]]:
    parts: list[Any] = [
        {"text": part}
        if isinstance(part, str)
        else {"functionCall": {"id": part.id, "name": part.name, "args": dict(part.arguments)}}
        for part in said
    ]
    used = {"promptTokenCount": usage[0], "candidatesTokenCount": usage[1], "totalTokenCount": sum(usage)}
    head: dict[str, Any] = {"modelVersion": "gemini-x", "responseId": "r1"}

    def candidate(own: list[Any], reason: str | None) -> Any:
        content = {"role": "model", "parts": own}
        return {"content": content, "index": 0} | ({"finishReason": reason} if reason else {})

    whole = head | {"candidates": [candidate(parts, "STOP")], "usageMetadata": used}
    chunks = [head | {"candidates": [candidate([part], None)]} for part in parts]
    chunks.append(head | {"candidates": [candidate([{"text": ""}], "STOP")], "usageMetadata": used})
    return whole, _events(chunks, named=False)


def _stand_alone() -> None:
    """`python -m tests.upstream`: prints its URL, tells everybody how much arrived, and ends with its input."""

    def tell(seen: Seen) -> Reply:
        upstream.seen.clear()  # it runs for long
        return speak(seen, f"{len(seen.body)} bytes arrived.")

    with Upstream(tell) as upstream:
        print(upstream.url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    _stand_alone()
