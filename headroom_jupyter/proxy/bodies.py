"""Bodies of requests, read within limits, and small answers of the proxy's own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

from starlette.types import Receive, Send

__all__ = ["Gone", "Limits", "Refusal", "read_whole", "send_refusal", "send_whole", "stream"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a body may be, and how long the client may take for its next piece."""

    most_bytes: int
    piece_timeout_s: float


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer of the proxy's own, in the shape that SDKs of all providers read."""

    status: int
    message: str

    @property
    def body(self) -> bytes:
        """The message as an error of a provider."""
        kind = "invalid_request_error" if self.status < 500 else "api_error"
        return json.dumps({"type": "error", "error": {"type": kind, "message": f"headroom: {self.message}"}}).encode()


@dataclass(frozen=True, slots=True)
class Gone:
    """The client went away."""


async def read_whole(receive: Receive, limits: Limits, declared: str | None) -> bytes | Refusal | Gone:
    """A body in one piece.

    Args:
        receive: The application's own.
        limits: What is accepted.
        declared: The content-length, so that a body that is too large is refused before it is read.
    """
    if declared and declared.isdigit() and int(declared) > limits.most_bytes:
        return _too_large(limits)
    pieces: list[bytes] = []
    size = 0
    async for piece in stream(receive, limits):
        if not isinstance(piece, bytes):
            return piece
        size += len(piece)
        if size > limits.most_bytes:
            return _too_large(limits)
        pieces.append(piece)
    return b"".join(pieces)


async def stream(receive: Receive, limits: Limits) -> AsyncIterator[bytes | Refusal | Gone]:
    """The pieces of a body; the last one says why, if the body did not come whole."""
    while True:
        try:
            message = await asyncio.wait_for(receive(), limits.piece_timeout_s)
        except asyncio.TimeoutError:
            yield Refusal(408, f"no more of the body came for {limits.piece_timeout_s:g} s")
            return
        if message["type"] == "http.disconnect":
            yield Gone()
            return
        if message.get("body"):
            yield message["body"]
        if not message.get("more_body"):
            return


def _too_large(limits: Limits) -> Refusal:
    return Refusal(413, f"the body is larger than {limits.most_bytes:,} bytes")


async def send_whole(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    """An answer in one piece."""
    length = (b"content-length", str(len(body)).encode("ascii"))
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})


async def send_refusal(send: Send, refusal: Refusal) -> None:
    """An error of the proxy's own."""
    headers = [
        (b"content-type", b"application/json"),
        (b"x-headroom-failed", refusal.message.encode("ascii", "replace")),
    ]
    if refusal.status in (408, 413):
        headers.append((b"connection", b"close"))  # the rest of the body would be read as the next request
    await send_whole(send, refusal.status, refusal.body, headers)
