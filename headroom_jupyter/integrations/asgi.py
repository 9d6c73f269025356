"""ASGI: a middleware for an application that serves model calls, or passes them on.

    app.add_middleware(HeadroomMiddleware)        # Starlette, FastAPI
    app = HeadroomMiddleware(app)                 # any ASGI application

Requests in the formats of OpenAI, Anthropic and Gemini reach the application smaller, only the changed texts spliced
into the body; everything else goes through as it came. The model is offered `headroom_retrieve`, and its calls are
answered here: the application is then called again with the longer conversation, and the client sees one answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import anyio
import anyio.to_thread
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from headroom_jupyter.ccr.store import Store
from headroom_jupyter.compressors.base import Level
from headroom_jupyter.exchange.encodings import IDENTITY
from headroom_jupyter.exchange.requests import Options
from headroom_jupyter.exchange.routes import wire_of
from headroom_jupyter.exchange.turn import Reader, Turn

__all__ = ["HeadroomMiddleware"]

_MOST_BYTES = 32_000_000  # the largest request that a provider documents; a larger one goes through as it is
# Ways of an application to answer that would go past this middleware.
_BYPASSES = ("http.response.pathsend", "http.response.zerocopysend")
Headers = list[tuple[bytes, bytes]]
Projects = Callable[[Scope], "str | None"]


class HeadroomMiddleware:
    """Compresses requests, answers retrievals, and fails open.

    Args:
        app: The application.
        level: As for `headroom_jupyter.compress`.
        project: The project that originals belong to, by default that of the working directory. What one client of a
            project stored another can retrieve: where they must not, give a function from a request's scope to the
            project of its client.
        retrieval: Whether the tool is offered and answered here. False: only what `decode` can undo is done, unless
            the client's own tools have ours among them.
        most_bytes: Largest body that is read.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        level: Level = "faithful",
        project: str | Projects | None = None,
        retrieval: bool = True,
        most_bytes: int = _MOST_BYTES,
    ) -> None:
        self._app = app
        self._level = level
        self._project = project
        self._retrieval = retrieval
        self._most_bytes = most_bytes
        self._threads = anyio.CapacityLimiter(2)  # compressing is Python's own work: more threads only take turns

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        is_post = scope["type"] == "http" and scope["method"] == "POST"
        route = wire_of(scope["path"], scope["query_string"].decode("latin-1")) if is_post else None
        if route is None:
            await self._app(scope, receive, send)
            return
        messages, body = await _read(scope, receive, self._most_bytes)
        if body is None:
            await self._app(scope, _again(messages, receive), send)
            return
        project = self._project(scope) if callable(self._project) else self._project
        options = Options(Store(project=project), self._level, may_inject=self._retrieval)
        encoding = _header(scope["headers"], b"content-encoding")
        work = partial(Turn.begin, route.wire, body, options, model=route.model, encoding=encoding)
        turn = await anyio.to_thread.run_sync(work, limiter=self._threads)
        await _Exchange(self._app, turn, scope, receive, send, self._threads).run()


@dataclass
class _Exchange:
    """One request, and the rounds that it takes to answer it."""

    app: ASGIApp
    turn: Turn
    scope: Scope
    receive: Receive
    send: Send
    threads: anyio.CapacityLimiter
    _next: bytes | None = None
    _start: Message = field(default_factory=dict)  # of the round that is read, while it is held back
    _status: int = 200  # of that round
    _reader: Reader | None = None
    _is_started: bool = False  # the client has a status and headers
    _refused: list[bytes] | None = None  # what a later round was refused with, in the middle of a stream

    async def run(self) -> None:
        """Call the application until the client has its answer."""
        body: bytes | None = self.turn.body
        while body is not None:
            self._next = None
            sent = [{"type": "http.request", "body": body, "more_body": False}]
            await self.app(self._scope(body), _again(sent, self.receive), self._relay)
            body = self._next
        await anyio.to_thread.run_sync(self.turn.book, limiter=self.threads)

    def _scope(self, body: bytes) -> Scope:
        """The request's scope for a body of another length, and for replies that can be read."""
        out = {b"content-length", b"transfer-encoding", *(name.encode("ascii") for name in self.turn.outdated)}
        scope: MutableMapping[str, Any] = dict(self.scope)
        if self.turn.is_watched:
            out.add(b"accept-encoding")
            known = self.scope.get("extensions") or {}
            scope["extensions"] = {name: value for name, value in known.items() if name not in _BYPASSES}
        headers = [(name, value) for name, value in self.scope["headers"] if name.lower() not in out]
        scope["headers"] = [*headers, (b"content-length", str(len(body)).encode("ascii"))]
        return scope

    async def _relay(self, message: Message) -> None:
        """Pass on what the application sends, our calls taken out."""
        if message["type"] == "http.response.start":
            await self._begin(message)
        elif message["type"] != "http.response.body" or self._reader is None:
            await self.send(message)
        else:
            await self._feed(message.get("body", b""), is_last=not message.get("more_body"))

    async def _begin(self, message: Message) -> None:
        if not self.turn.is_watched:
            await self.send({**message, "headers": [*message.get("headers", ()), *_told(self.turn)]})
            return
        headers = message.get("headers", ())
        self._start, self._status = message, message["status"]
        is_readable = _header(headers, b"content-encoding") in IDENTITY
        self._refused = [] if self._is_started and self._status >= 300 else None
        self._reader = self.turn.read(_header(headers, b"content-type") if is_readable else "", self._status)
        if not self._reader.is_whole and not self._is_started:
            await self._show_start(but=(b"content-length",))

    async def _feed(self, chunk: bytes, *, is_last: bool) -> None:
        assert self._reader is not None  # noqa: S101  # set by _begin
        if self._refused is not None:
            self._refused.append(chunk)
            if is_last:
                await self._show(self.turn.failure(self._status, b"".join(self._refused)), is_last=True)
            return
        if shown := self._reader.feed(chunk):
            await self._show(shown, is_last=False)
        if not is_last:
            return
        tail = self._reader.finish()
        if self.turn.needs_follow_up:
            self._next = await anyio.to_thread.run_sync(self.turn.follow_up, limiter=self.threads)
        if self._next is not None:
            if tail and self._is_started:
                await self._show(tail, is_last=False)
            return
        if not self._is_started:
            length = (b"content-length", str(len(tail)).encode("ascii"))
            await self._show_start(length, but=(b"content-length",))
        await self._show(tail, is_last=True)

    async def _show_start(self, *more: tuple[bytes, bytes], but: Iterable[bytes]) -> None:
        kept = [(name, value) for name, value in self._start.get("headers", ()) if name.lower() not in but]
        self._is_started = True
        await self.send({**self._start, "headers": [*kept, *more, *_told(self.turn)]})

    async def _show(self, body: bytes, *, is_last: bool) -> None:
        await self.send({"type": "http.response.body", "body": body, "more_body": not is_last})


async def _read(scope: Scope, receive: Receive, most: int) -> tuple[list[Message], bytes | None]:
    """The body, or None when it is too large or the client went away; and the messages that were read for it."""
    declared = _header(scope["headers"], b"content-length")
    if declared.isdigit() and int(declared) > most:
        return [], None
    messages: list[Message] = []
    size = 0
    while True:
        message = await receive()
        messages.append(message)
        size += len(message.get("body", b""))
        if message["type"] != "http.request" or size > most:
            return messages, None
        if not message.get("more_body"):
            return messages, b"".join(one.get("body", b"") for one in messages)


def _again(messages: Iterable[Message], receive: Receive) -> Receive:
    """A `receive` that gives these messages first."""
    left = iter(list(messages))

    async def receive_again() -> Message:
        for message in left:
            return message
        return await receive()

    return receive_again


def _header(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> str:
    """A header's value in lower case, "" when there is none."""
    return next((value.decode("latin-1").strip().lower() for key, value in headers if key.lower() == name), "")


def _told(turn: Turn) -> Headers:
    """What was done, as the proxy tells it."""
    return [(name.encode("ascii"), value.encode("ascii")) for name, value in turn.report.headers().items()]
