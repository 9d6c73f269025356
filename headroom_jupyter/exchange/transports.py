"""An SDK's HTTP transport that rewrites requests and reads replies; the SDK's own client does the sending.

Which HTTP library that is (httpx, or httpx2 in newer SDKs) is handed in; none is imported here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from headroom_jupyter.exchange.requests import Options
from headroom_jupyter.exchange.routes import wire_of
from headroom_jupyter.exchange.turn import Turn

__all__ = ["AsyncTransport", "Transport"]

_FRAMING = ("content-length", "transfer-encoding")  # the new body has its own


class _Carrier:
    """What both transports share."""

    def __init__(self, inner: Any, package: Any, options: Options) -> None:
        self.inner = inner
        self.package = package
        self.options = options

    def turn_of(self, request: Any) -> Turn | None:
        """The rewritten request, for a body that has been read; None when it is no messages."""
        route = wire_of(request.url.path, request.url.query.decode("latin-1"))
        if route is None or request.method != "POST":
            return None
        encoding = request.headers.get("content-encoding", "")
        return Turn.begin(route.wire, request.content, self.options, model=route.model, encoding=encoding)

    def request(self, turn: Turn, request: Any, body: bytes) -> Any:
        """The same request with the body that is sent next."""
        out = {*_FRAMING, *turn.outdated}
        headers = [(name, value) for name, value in request.headers.multi_items() if name.lower() not in out]
        return self.package.Request(
            request.method, request.url, headers=headers, content=body, extensions=request.extensions
        )

    def answer(self, turn: Turn, response: Any, **body: Any) -> Any:
        """The provider's answer with another body."""
        out = (*_FRAMING, "content-encoding")  # it is read here, and decoded for that
        headers = [(n, v) for n, v in response.headers.multi_items() if n.lower() not in out]
        told = list(turn.report.headers().items())
        return self.package.Response(response.status_code, headers=headers + told, **body)


class Transport(_Carrier):
    """For a client that waits."""

    def handle_request(self, request: Any) -> Any:
        """Carry one request of the SDK, and the hidden rounds behind it."""
        route = wire_of(request.url.path, request.url.query.decode("latin-1"))
        if route is not None:
            request.read()
        turn = self.turn_of(request) if route else None
        if turn is None:
            return self.inner.send(request, stream=True)
        response = self._send(turn, request, turn.body)
        reader = turn.read(response.headers.get("content-type", ""), response.status_code)
        if not reader.is_whole:
            return self.answer(turn, response, stream=self._stream(self._shown(turn, request, response)))
        while True:
            shown = reader.feed(response.read()) + reader.finish()
            following = turn.follow_up()
            if following is None:
                turn.book()
                return self.answer(turn, response, content=shown)
            response = self._send(turn, request, following)
            reader = turn.read(response.headers.get("content-type", ""), response.status_code)

    def _shown(self, turn: Turn, request: Any, response: Any) -> Iterator[bytes]:
        try:
            while True:
                reader = turn.read(response.headers.get("content-type", ""), response.status_code)
                for chunk in response.iter_bytes():
                    if shown := reader.feed(chunk):
                        yield shown
                tail = reader.finish()
                following = turn.follow_up()
                if tail:
                    yield tail
                if following is None:
                    return
                response.close()
                response = self._send(turn, request, following)
                if response.status_code >= 300:
                    yield turn.failure(response.status_code, response.read())
                    return
        finally:
            response.close()
            turn.book()

    def _send(self, turn: Turn, request: Any, body: bytes) -> Any:
        return self.inner.send(self.request(turn, request, body), stream=True)

    def _stream(self, shown: Iterator[bytes]) -> Any:
        return type("Shown", (_Shown, self.package.SyncByteStream), {})(shown)

    def close(self) -> None:
        """Close the connections, which are the given client's too."""
        self.inner.close()

    def __enter__(self) -> Transport:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Shown:
    def __init__(self, shown: Any) -> None:
        self._pieces = shown

    def __iter__(self) -> Iterator[bytes]:
        yield from self._pieces

    def close(self) -> None:
        """Let the provider know that nobody listens."""
        self._pieces.close()


class AsyncTransport(_Carrier):
    """For a client that is awaited."""

    async def handle_async_request(self, request: Any) -> Any:
        """Carry one request of the SDK, and the hidden rounds behind it."""
        route = wire_of(request.url.path, request.url.query.decode("latin-1"))
        if route is not None:
            await request.aread()
        turn = await _in_thread(self.turn_of, request) if route else None
        if turn is None:
            return await self.inner.send(request, stream=True)
        response = await self._send(turn, request, turn.body)
        reader = turn.read(response.headers.get("content-type", ""), response.status_code)
        if not reader.is_whole:
            return self.answer(turn, response, stream=self._stream(self._shown(turn, request, response)))
        while True:
            shown = reader.feed(await response.aread()) + reader.finish()
            following = await _in_thread(turn.follow_up) if turn.needs_follow_up else None
            if following is None:
                await _in_thread(turn.book)
                return self.answer(turn, response, content=shown)
            response = await self._send(turn, request, following)
            reader = turn.read(response.headers.get("content-type", ""), response.status_code)

    async def _shown(self, turn: Turn, request: Any, response: Any) -> AsyncIterator[bytes]:
        try:
            while True:
                reader = turn.read(response.headers.get("content-type", ""), response.status_code)
                async for chunk in response.aiter_bytes():
                    if shown := reader.feed(chunk):
                        yield shown
                tail = reader.finish()
                following = await _in_thread(turn.follow_up) if turn.needs_follow_up else None
                if tail:
                    yield tail
                if following is None:
                    return
                await response.aclose()
                response = await self._send(turn, request, following)
                if response.status_code >= 300:
                    yield turn.failure(response.status_code, await response.aread())
                    return
        finally:
            await response.aclose()
            await _in_thread(turn.book)

    async def _send(self, turn: Turn, request: Any, body: bytes) -> Any:
        return await self.inner.send(self.request(turn, request, body), stream=True)

    def _stream(self, shown: AsyncIterator[bytes]) -> Any:
        return type("Shown", (_AsyncShown, self.package.AsyncByteStream), {})(shown)

    async def aclose(self) -> None:
        """Close the connections, which are the given client's too."""
        await self.inner.aclose()

    async def __aenter__(self) -> AsyncTransport:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


class _AsyncShown:
    def __init__(self, shown: Any) -> None:
        self._pieces = shown

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._pieces:
            yield piece

    async def aclose(self) -> None:
        """Let the provider know that nobody listens."""
        await self._pieces.aclose()


async def _in_thread(work: Any, *arguments: Any) -> Any:
    """Keep the caller's event loop free, whichever it is."""
    import anyio.to_thread  # noqa: PLC0415  # an SDK that is async has it loaded

    return await anyio.to_thread.run_sync(work, *arguments)
