"""Carries a request to its provider and the answer back: the sockets around `exchange.turn.Turn`."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field
from typing import Any

import anyio
import anyio.to_thread
import httpx2
from starlette.datastructures import Headers as ReadHeaders
from starlette.types import Receive, Scope, Send

from headroom_jupyter.errors import InputError
from headroom_jupyter.exchange.encodings import IDENTITY, READABLE
from headroom_jupyter.exchange.routes import Route, vendor_of, wire_of
from headroom_jupyter.exchange.turn import NOT_REPEATED, Turn
from headroom_jupyter.proxy.bodies import Limits, Refusal, read_whole, send_refusal, send_whole, stream
from headroom_jupyter.proxy.books import Books
from headroom_jupyter.proxy.projects import PROJECT_HEADER, Projects
from headroom_jupyter.proxy.records import Record, Records
from headroom_jupyter.proxy.upstream import Headers, Upstreams, kept_of_reply, kept_of_request

__all__ = ["Forwarder"]

_MOST_UPLOAD_BYTES = 1_000_000_000  # of what is passed on piece by piece and never held, such as files
_FIRST_ONLY = (*NOT_REPEATED, "content-encoding")
_CLIENT_GONE = 499  # the status that web servers book when nobody waits any more
_log = logging.getLogger(__name__)


def _threads() -> anyio.CapacityLimiter:
    return anyio.CapacityLimiter(2)  # compressing is Python's own work: more threads only take turns


@dataclass
class Forwarder:
    """An ASGI application for everything that a provider answers."""

    upstreams: Upstreams
    projects: Projects
    records: Records
    limits: Limits
    threads: anyio.CapacityLimiter = field(default_factory=_threads)
    books: Books = field(default_factory=Books)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; a client that goes away takes its request to the provider with it."""
        headers = ReadHeaders(scope=scope)
        if headers.get("upgrade", "").lower() == "websocket":
            # The answer that makes Codex go on with HTTP at once; after any other it tries again for seconds.
            await send_refusal(send, Refusal(426, "this proxy speaks no websocket; send the request by HTTP"))
            return
        vendor = vendor_of(scope["path"], headers)
        if vendor is None:
            await send_refusal(send, Refusal(404, f"no provider known here has the path {scope['path']}"))
            return
        is_post = scope["method"] == "POST"
        route = wire_of(scope["path"], scope["query_string"].decode("latin-1")) if is_post else None
        journey = _Journey(self, scope, send, vendor, Record(route.wire.provider if route else vendor))
        encoding = headers.get("content-encoding", "").strip().lower()
        if route is not None and encoding not in (*IDENTITY, *READABLE):
            journey.record.report.failed = f"content-encoding {encoding[:40]!r} is not read here"
            route = None
        if route is None:
            await journey.pass_on(receive)
            return
        body = await read_whole(receive, self.limits, headers.get("content-length"))
        if isinstance(body, Refusal):
            await send_refusal(send, body)
        elif isinstance(body, bytes):
            await _while_connected(journey.exchange(route, body, headers.get(PROJECT_HEADER)), receive)


@dataclass
class _Journey:
    """One request on its way."""

    owner: Forwarder
    scope: Scope
    send: Send
    vendor: str
    record: Record
    is_started: bool = False

    async def pass_on(self, receive: Receive) -> None:
        """Carry something that is not ours to read, piece by piece in both directions."""
        is_uploaded = asyncio.Event()
        body = self._upload(receive, is_uploaded)
        headers = kept_of_request(self.scope["headers"], is_plain=False, has_length=True)
        has_body = any(name in (b"content-length", b"transfer-encoding") for name, _ in self.scope["headers"])
        if not has_body:
            is_uploaded.set()
        work = self._guarded(self._carry(headers, body if has_body else b"", None))
        await _while_connected(work, receive, after=is_uploaded)

    async def exchange(self, route: Route, body: bytes, project: str | None) -> None:
        """Rewrite, send, read the answer, and answer in turn what the model asks of us."""
        started = time.perf_counter()
        try:
            options = self.owner.projects.of(project)
        except InputError as err:
            await send_refusal(self.send, Refusal(400, str(err)))
            return
        encoding = ReadHeaders(scope=self.scope).get("content-encoding", "")
        turn = await self._in_thread(
            lambda: Turn.begin(route.wire, body, options, model=route.model, encoding=encoding)
        )
        self.record.report = turn.report
        self.record.rewrite_ms = (time.perf_counter() - started) * 1e3
        headers = kept_of_request(self.scope["headers"], is_plain=turn.is_watched)
        if not turn.encoding:
            headers = [(name, value) for name, value in headers if name != b"content-encoding"]
        await self._guarded(self._carry(headers, turn.body, turn), turn)

    async def _guarded(self, work: Coroutine[Any, Any, None], turn: Turn | None = None) -> None:
        """Turn a provider that cannot be reached into an answer, and book the request however it ends."""
        self.owner.records.open.inc()
        try:
            await work
        except httpx2.InvalidURL:
            self.record.status = 400
            await send_refusal(self.send, Refusal(400, "the path is none of a URL"))
        except httpx2.HTTPError as err:
            if self.is_started:
                # To return with the answer unfinished closes the connection: the client sees that it broke off, too.
                _log.info("the provider broke off: %s", type(err).__name__)
                return
            status = 504 if isinstance(err, httpx2.TimeoutException) else 502
            self.record.status = status
            message = f"the {self.vendor} upstream cannot be reached ({type(err).__name__}: {err}); try again"
            await send_refusal(self.send, Refusal(status, message))
        finally:
            self.record.status = self.record.status or _CLIENT_GONE
            self.owner.records.open.dec()
            if turn and (use := turn.settle()):
                self.owner.books.add(turn.options.store, use, turn.report.rounds + 1)
            self.owner.records.add(self.record)

    async def _carry(self, headers: Headers, body: bytes | AsyncIterator[bytes], turn: Turn | None) -> None:
        while True:
            response = await self._sent(headers, body)
            try:
                tail, is_whole = await self._relay(response, turn)
            finally:
                await response.aclose()
            following = await self._in_thread(turn.follow_up) if turn and turn.needs_follow_up else None
            if following is None:
                break
            body = following
            headers = [(name, value) for name, value in headers if name.decode("latin-1") not in _FIRST_ONLY]
        if is_whole:
            await send_whole(
                self.send, response.status_code, tail, self._shown_headers(response, turn, is_changed=True)
            )
        else:
            await self.send({"type": "http.response.body", "body": tail})

    async def _relay(self, response: httpx2.Response, turn: Turn | None) -> tuple[bytes, bool]:
        """Pass a reply on as it comes; what is left for the end, and whether that is all of it."""
        if turn is None or not turn.is_watched:
            await self._start(response, turn, is_changed=False)
            is_plain = "content-encoding" not in response.headers
            kind = response.headers.get("content-type", "") if is_plain else ""
            overhearing = turn.read(kind, response.status_code) if turn else None
            async for chunk in response.aiter_raw():
                await self.send({"type": "http.response.body", "body": chunk, "more_body": True})
                if overhearing:
                    overhearing.feed(chunk)
            return overhearing.finish() if overhearing else b"", False
        if self.is_started and response.status_code >= 300:
            return turn.failure(response.status_code, await response.aread()), False
        reader = turn.read(response.headers.get("content-type", ""), response.status_code)
        if not reader.is_whole and not self.is_started:
            await self._start(response, turn, is_changed=True)
        async for chunk in response.aiter_bytes():
            if shown := reader.feed(chunk):
                await self.send({"type": "http.response.body", "body": shown, "more_body": True})
        return reader.finish(), reader.is_whole and not self.is_started

    async def _sent(self, headers: Headers, body: bytes | AsyncIterator[bytes]) -> httpx2.Response:
        url = self.owner.upstreams.url(self.vendor, self.scope["raw_path"], self.scope["query_string"])
        request = httpx2.Request(self.scope["method"], url, headers=headers, content=body)
        return await self.owner.upstreams.send(self.vendor, request)

    async def _start(self, response: httpx2.Response, turn: Turn | None, *, is_changed: bool) -> None:
        self.is_started = True
        self.record.is_stream = True
        headers = self._shown_headers(response, turn, is_changed=is_changed)
        await self.send({"type": "http.response.start", "status": response.status_code, "headers": headers})

    def _shown_headers(self, response: httpx2.Response, turn: Turn | None, *, is_changed: bool) -> Headers:
        self.record.status = response.status_code
        kept = kept_of_reply(response.headers.raw, is_changed=is_changed)
        told = self.record.report.headers() if turn or self.record.report.failed else {}
        return kept + [(name.encode("ascii"), value.encode("ascii")) for name, value in told.items()]

    async def _upload(self, receive: Receive, is_uploaded: asyncio.Event) -> AsyncIterator[bytes]:
        size = 0
        async for piece in stream(receive, self.owner.limits):
            if not isinstance(piece, bytes):
                raise httpx2.WriteError(piece.message if isinstance(piece, Refusal) else "the client went away")
            size += len(piece)
            if size > _MOST_UPLOAD_BYTES:
                raise httpx2.WriteError(f"the body is larger than {_MOST_UPLOAD_BYTES:,} bytes")
            yield piece
        is_uploaded.set()

    async def _in_thread(self, work: Any) -> Any:
        return await anyio.to_thread.run_sync(work, limiter=self.owner.threads)


async def _while_connected(
    work: Coroutine[Any, Any, None], receive: Receive, *, after: asyncio.Event | None = None
) -> None:
    """Do the work, and stop it when the client goes away; `after`: from when on `receive` is free to be watched."""
    task = asyncio.ensure_future(work)
    watch = asyncio.ensure_future(_disconnect(receive, after))
    try:
        await asyncio.wait({task, watch}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        if not task.cancelled():
            task.result()
    finally:
        task.cancel()
        watch.cancel()
        await asyncio.gather(task, watch, return_exceptions=True)


async def _disconnect(receive: Receive, after: asyncio.Event | None) -> None:
    if after is not None:
        await after.wait()
    while (await receive())["type"] != "http.disconnect":
        pass
