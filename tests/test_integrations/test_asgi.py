"""Starlette applications behind the middleware, called by the real SDKs, and by hand to see what comes when."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any

import anyio
import httpx2
import pytest
from anthropic import AsyncAnthropic
from openai import AsyncOpenAI
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Message, Scope

from headroom_jupyter import Store, expand
from headroom_jupyter.integrations.asgi import HeadroomMiddleware
from headroom_jupyter.policy import RETRIEVE_NAME
from tests.agents import history, tools_of
from tests.test_exchange.test_encodings import ENCODERS
from tests.test_integrations.conftest import LOG
from tests.upstream import Reply, Script, Seen, ToolCall, in_turn

pytestmark = pytest.mark.anyio

CHAT = "/v1/chat/completions"
_BUILD: Any = {"type": "function", "function": {"name": "run_build", "parameters": {"type": "object"}}}
_CALL = {"id": "c1", "type": "function", "function": {"name": "run_build", "arguments": "{}"}}
_MESSAGES: list[Any] = [
    {"role": "user", "content": "What failed?"},
    {"role": "assistant", "content": None, "tool_calls": [_CALL]},
    {"role": "tool", "tool_call_id": "c1", "content": LOG},
]


class App:
    """A Starlette application that answers by a script and keeps what it was asked."""

    def __init__(self, script: Script, **options: Any) -> None:
        self.script = script
        self.seen: list[Seen] = []
        routes = [Route("/{path:path}", self._answer, methods=["GET", "POST"])]
        self.app = Starlette(routes=routes, middleware=[Middleware(HeadroomMiddleware, **options)])
        self.http = httpx2.AsyncClient(transport=httpx2.ASGITransport(self.app), base_url="http://app")
        self.openai = AsyncOpenAI(api_key="none", base_url="http://app/v1", http_client=self.http, max_retries=0)

    async def _answer(self, request: Request) -> Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.seen.append(Seen(request.method, request.url.path, headers, await request.body()))
        reply = self.script(self.seen[-1])
        if isinstance(reply.body, bytes):
            return Response(reply.body, reply.status, dict(reply.headers))
        return StreamingResponse(iter(reply.body), reply.status, dict(reply.headers))


def _retrieving(*rest: Any) -> Script:
    """Calls the tool for line 78 of what it was sent, then says the rest."""
    then = in_turn(*rest)

    def script(seen: Seen) -> Reply:
        text = seen.body.decode()
        if '"c2"' in text:
            assert "unit 77 was" in text.split('"c2"', 1)[1]
            return then(seen)
        ref = text.split("<<ccr:", 1)[1][:12]
        return in_turn(ToolCall("c2", RETRIEVE_NAME, {"ref": ref, "lines": "78"}))(seen)

    return script


async def test_only_the_changed_text_of_a_body_differs() -> None:
    body = json.dumps({"model": "gpt-4o", "messages": _MESSAGES, "tools": [], "seed": 1}, indent=1)
    app = App(in_turn("Paper."))
    response = await app.http.post(CHAT, content=body, headers={"content-type": "application/json"})
    sent = app.seen[0].body.decode()
    before, after = body.split(json.dumps(LOG))
    assert sent.startswith(before)
    assert '"seed": 1' in after
    assert sent.endswith('"seed": 1\n}')
    assert len(sent) < 0.3 * len(body)
    assert int(app.seen[0].headers["content-length"]) == len(app.seen[0].body)
    assert int(response.headers["x-headroom-tokens-after"]) < 0.3 * int(response.headers["x-headroom-tokens-before"])
    assert expand(json.loads(sent)["messages"]) == _MESSAGES


async def test_a_retrieval_is_answered_inside_and_the_client_sees_one_answer() -> None:
    app = App(_retrieving("It took 89 ms."))
    done = await app.openai.chat.completions.create(
        model="gpt-4o", messages=_MESSAGES, tools=[_BUILD], extra_headers={"Idempotency-Key": "once"}
    )
    assert done.choices[0].message.content == "It took 89 ms."
    assert done.choices[0].message.tool_calls is None
    assert done.usage is not None
    assert done.usage.prompt_tokens == 200
    assert [seen.tool_names for seen in app.seen] == [[RETRIEVE_NAME, "run_build"]] * 2
    assert ["idempotency-key" in seen.headers for seen in app.seen] == [True, False]


async def test_a_retrieval_in_a_stream_is_answered_inside() -> None:
    app = App(_retrieving(["It took ", "89 ms."]))
    stream = await app.openai.chat.completions.create(model="gpt-4o", messages=_MESSAGES, tools=[_BUILD], stream=True)
    said = [choice.delta async for chunk in stream for choice in chunk.choices]
    assert "".join(delta.content or "" for delta in said).endswith("It took 89 ms.")
    assert not any(delta.tool_calls for delta in said)
    assert len(app.seen) == 2


async def test_anthropics_sdk_is_served_too() -> None:
    app = App(_retrieving("It took 89 ms."))
    client = AsyncAnthropic(api_key="none", base_url="http://app", http_client=app.http, max_retries=0)
    messages: list[Any] = [
        {"role": "user", "content": "What failed?"},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "c1", "name": "run_build", "input": {}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c1", "content": LOG}]},
    ]
    tools: list[Any] = [{"name": "run_build", "input_schema": {"type": "object"}}]
    done = await client.messages.create(model="claude-x", max_tokens=99, messages=messages, tools=tools)
    assert [block.text for block in done.content if block.type == "text"] == ["It took 89 ms."]
    assert len(done.content) == 1
    assert len(app.seen[0].body) < 0.4 * len(json.dumps(messages))


async def test_the_tool_is_left_to_a_client_that_has_it() -> None:
    own = {"type": "function", "function": {"name": f"mcp__headroom__{RETRIEVE_NAME}"}}
    app = App(_retrieving(""))
    body = {"model": "gpt-4o", "messages": _MESSAGES, "tools": [own]}
    response = await app.http.post(CHAT, json=body)
    assert response.json()["choices"][0]["message"]["tool_calls"][0]["function"]["name"] == RETRIEVE_NAME
    assert app.seen[0].tool_names == [f"mcp__headroom__{RETRIEVE_NAME}"]


async def test_without_retrieval_nothing_is_offered_and_nothing_left_out() -> None:
    rows = json.dumps([{"id": number, "state": "ready", "place": "Leeds"} for number in range(200)])
    messages = [*_MESSAGES[:2], {**_MESSAGES[2], "content": rows}]
    app = App(in_turn("Fine."), retrieval=False)
    await app.http.post(CHAT, json={"model": "gpt-4o", "messages": messages, "tools": [_BUILD]})
    assert app.seen[0].tool_names == ["run_build"]
    assert b"<<ccr:" not in app.seen[0].body
    assert len(app.seen[0].body) < 0.5 * len(rows)


@pytest.mark.parametrize(
    ("path", "body", "headers"),
    [
        ("/v1/embeddings", json.dumps({"input": LOG}).encode(), {}),
        ("/upload", b"\x00\xff" * 1000, {}),
        (CHAT, b"{'no': JSON}", {}),
        (CHAT, b'{"messages": "none"}', {}),
        (CHAT, b'{"messages": [1, 2]}', {}),
        (CHAT, b'{"messages": [' + b"[" * 100_000, {}),
        (CHAT, b"\xff\xfe", {}),
        (CHAT, b"", {}),
        (CHAT, gzip.compress(b'{"messages": []}', mtime=0), {"content-encoding": "gzip"}),
        (CHAT, json.dumps({"messages": _MESSAGES}).encode(), {"content-encoding": "br"}),
        (CHAT, json.dumps({"messages": _MESSAGES}).encode(), {"content-encoding": "gzip"}),
        (CHAT, b'{"messages": [], "padding": "' + b"x" * 2000 + b'"}', {}),
    ],
)
async def test_what_cannot_be_made_smaller_goes_through_as_it_came(
    path: str, body: bytes, headers: dict[str, str]
) -> None:
    app = App(lambda _: Reply(b"{}"), most_bytes=len(LOG) if path != CHAT else 200_000)
    response = await app.http.post(path, content=body, headers=headers)
    assert response.status_code == 200
    assert app.seen[0].body == body
    assert app.seen[0].headers.get("content-encoding") == headers.get("content-encoding")


@pytest.mark.parametrize("name", sorted(ENCODERS))
async def test_a_body_that_came_compressed_is_read_and_goes_on_plain(name: str) -> None:
    body = json.dumps({"model": "gpt-4o", "messages": _MESSAGES, "tools": [_BUILD]}).encode()
    app = App(_retrieving("It took 89 ms."))
    answer = await app.http.post(CHAT, content=ENCODERS[name](body), headers={"content-encoding": name})
    assert "It took 89 ms." in answer.text
    assert "x-headroom-failed" not in answer.headers
    assert not any("content-encoding" in seen.headers for seen in app.seen)
    assert len(app.seen[0].body) < 0.3 * len(body)


async def test_a_body_that_cannot_be_decoded_is_passed_on_unread_and_says_so() -> None:
    app = App(lambda _: Reply(b"{}"))
    answer = await app.http.post(CHAT, content=b"\x01\x02", headers={"content-encoding": "br"})
    assert "'br' is not read here" in answer.headers["x-headroom-failed"]


async def test_geminis_events_are_read_too() -> None:
    app = App(_retrieving("It took 89 ms."))
    body = {"contents": history("gemini", LOG), "tools": tools_of("gemini", "run")}
    answer = await app.http.post("/v1beta/models/g:streamGenerateContent?alt=sse", json=body)
    assert "It took 89 ms." in answer.text
    assert [seen.tool_names for seen in app.seen] == [[RETRIEVE_NAME, "run"]] * 2


async def test_a_body_over_the_limit_goes_through_whole_and_is_not_held() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for piece in (b'{"messages": [', b"x" * 700, b"y" * 700, b"]}"):
            yield piece

    app = App(lambda _: Reply(b"{}"), most_bytes=500)
    await app.http.post(CHAT, content=pieces())  # no content-length
    assert app.seen[0].body == b'{"messages": [' + b"x" * 700 + b"y" * 700 + b"]}"
    await app.http.post(CHAT, content=b"z" * 501)
    assert app.seen[1].body == b"z" * 501


async def test_a_store_that_cannot_be_written_lets_the_request_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADROOM_HOME", "/dev/null/nowhere")
    app = App(in_turn("Fine."))
    response = await app.http.post(CHAT, json={"model": "gpt-4o", "messages": _MESSAGES})
    assert json.loads(app.seen[0].body)["messages"] == _MESSAGES
    assert response.headers["x-headroom-tokens-after"] == response.headers["x-headroom-tokens-before"]


async def test_errors_and_replies_of_other_kinds_go_through() -> None:
    body = {"model": "gpt-4o", "messages": _MESSAGES, "tools": [_BUILD]}
    replies = [
        Reply(b'{"error": {"message": "slow down"}}', 429, {"content-type": "application/json", "retry-after": "7"}),
        Reply(b"It works!", 200, {"content-type": "text/plain"}),
        Reply(b"{broken", 200, {"content-type": "application/json"}),
        Reply(gzip.compress(b"{}", mtime=0), 200, {"content-type": "application/json", "content-encoding": "gzip"}),
    ]
    for reply in replies:
        app = App(lambda _, reply=reply: reply)  # type: ignore[misc]  # bound now
        async with app.http.stream("POST", CHAT, json=body) as response:
            raw = b"".join([chunk async for chunk in response.aiter_raw()])
        assert (response.status_code, raw) == (reply.status, reply.body)
        assert response.headers.get("retry-after") == reply.headers.get("retry-after")


async def test_an_application_may_compress_its_replies_around_the_middleware() -> None:
    inner = App(_retrieving("It took 89 ms. " * 100))
    http = httpx2.AsyncClient(transport=httpx2.ASGITransport(GZipMiddleware(inner.app)), base_url="http://app")
    response = await http.post(CHAT, json={"model": "gpt-4o", "messages": _MESSAGES, "tools": [_BUILD]})
    assert response.headers["content-encoding"] == "gzip"
    assert response.json()["choices"][0]["message"]["content"].startswith("It took")


async def test_a_refused_second_round_is_told_in_the_stream() -> None:
    script = _retrieving(Reply(b'{"error": {"message": "overloaded"}}', 529))
    app = App(script)
    body = {"model": "gpt-4o", "messages": _MESSAGES, "tools": [_BUILD], "stream": True}
    response = await app.http.post(CHAT, json=body)
    assert response.status_code == 200
    assert "overloaded" in response.text


async def test_each_client_has_a_project_of_its_own_where_the_application_says_so(tmp_path: Any) -> None:
    def project(scope: Scope) -> str:
        return str(dict(scope["headers"])[b"x-tenant"], "ascii")

    app = App(in_turn("Fine."), project=project)
    body = {"model": "gpt-4o", "messages": _MESSAGES}
    for tenant in ("one", "two"):
        await app.http.post(CHAT, json=body, headers={"x-tenant": tenant})
    refs = [stored.ref for stored in Store(project="one").refs()]
    assert len(refs) == 1
    assert [stored.ref for stored in Store(project="two").refs()] == refs
    assert Store(project="three").refs() == []


async def _by_hand(app: Callable[..., Awaitable[None]], body: bytes, see: Callable[[Message], Awaitable[None]]) -> None:
    """Call an application as a server does; `see` gets each message the moment it is sent."""
    head = {"type": "http", "method": "POST", "path": CHAT, "raw_path": CHAT.encode(), "query_string": b""}
    scope = {**head, "headers": [(b"content-type", b"application/json")], "http_version": "1.1", "scheme": "http"}
    asked: Iterable[Message] = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> Message:
        for message in asked:
            return message
        await anyio.sleep_forever()
        raise AssertionError

    await app(scope, receive, see)


async def test_each_event_reaches_the_client_before_the_next_is_made() -> None:
    seen = anyio.Event()
    events = [b'data: {"id":"x","choices":[{"index":0,"delta":{"content":"%d"}}]}\n\n' % number for number in range(2)]

    async def answering(scope: Scope, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
        await send({"type": "http.response.body", "body": events[0], "more_body": True})
        with anyio.fail_after(60):
            await seen.wait()
        await send({"type": "http.response.body", "body": events[1], "more_body": False})

    shown: list[bytes] = []

    async def see(message: Message) -> None:
        if message.get("body"):
            shown.append(message["body"])
            seen.set()

    body = json.dumps({"model": "gpt-4o", "messages": _MESSAGES, "tools": [_BUILD], "stream": True}).encode()
    await _by_hand(HeadroomMiddleware(answering), body, see)
    assert shown == events


async def test_the_answer_does_not_wait_for_what_the_application_does_afterwards() -> None:
    ended = anyio.Event()

    async def afterwards() -> None:
        with anyio.fail_after(60):
            await ended.wait()

    async def answering(scope: Scope, receive: Any, send: Any) -> None:
        response = PlainTextResponse("{}", media_type="application/json", background=BackgroundTask(afterwards))
        await response(scope, receive, send)

    async def see(message: Message) -> None:
        if message["type"] == "http.response.body" and not message.get("more_body"):
            ended.set()

    body = json.dumps({"model": "gpt-4o", "messages": _MESSAGES, "tools": [_BUILD]}).encode()
    await _by_hand(HeadroomMiddleware(answering), body, see)


async def test_what_is_no_http_is_left_alone() -> None:
    kinds: list[str] = []

    async def answering(scope: Scope, receive: Any, send: Any) -> None:
        kinds.append(scope["type"])

    async def nothing(*_: Any) -> Any:
        return None

    for kind in ("lifespan", "websocket"):
        await HeadroomMiddleware(answering)({"type": kind, "path": CHAT}, nothing, nothing)
    assert kinds == ["lifespan", "websocket"]
