"""Carries a request between a client and a scripted provider without a socket; not a test."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from headroom_jupyter.ccr.store import Store
from headroom_jupyter.exchange.notes import Notes
from headroom_jupyter.exchange.requests import Options
from headroom_jupyter.exchange.routes import wire_of
from headroom_jupyter.exchange.turn import Turn
from tests.upstream import API_PATHS, Reply, Script, Seen

__all__ = ["Carried", "body_of", "carry", "path_of"]

KEYS = {"anthropic": "messages", "openai": "messages", "openai_responses": "input", "gemini": "contents"}


@dataclass
class Carried:
    """What the client got, and what the provider was asked."""

    turn: Turn
    shown: bytes = b""
    pieces: list[bytes] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)

    @property
    def json(self) -> Any:
        return json.loads(self.shown)

    @property
    def events(self) -> list[Any]:
        """The data of a stream's events."""
        lines = [line[6:] for line in self.shown.decode().split("\n") if line.startswith("data: ")]
        return [json.loads(line) for line in lines if line != "[DONE]"]


def path_of(api: str, *, is_stream: bool = False) -> str:
    """The path of a request."""
    path = API_PATHS[api]
    return path.replace(":generateContent", ":streamGenerateContent?alt=sse") if is_stream else path


def body_of(api: str, messages: list[Any], tools: list[Any] | None = None, **more: Any) -> bytes:
    """A request's body, written as some client might."""
    request = {KEYS[api]: messages, **({"tools": tools} if tools else {}), **more}
    if api != "gemini":
        request = {"model": "claude-x" if api == "anthropic" else "gpt-4o", **request}
    return json.dumps(request, indent=1).encode()


def carry(
    path: str,
    body: bytes,
    script: Script,
    store: Store,
    cut: Callable[[bytes], Iterable[bytes]] = lambda data: [data],
    notes: Notes | None = None,
    **more: Any,
) -> Carried:
    """One turn; `cut` decides in what pieces the provider's bytes come, `more` are further options."""
    plain, _, query = path.partition("?")
    route = wire_of(plain, query)
    assert route is not None
    turn = Turn.begin(route.wire, body, Options(store, notes=notes, **more), model=route.model)
    carried = Carried(turn)
    sent: bytes | None = turn.body
    while sent is not None:
        seen = Seen("POST", path, {}, sent)
        carried.seen.append(seen)
        reply: Reply = script(seen)
        if len(carried.seen) > 1 and reply.status >= 300:
            carried.pieces.append(turn.failure(reply.status, _bytes(reply)))
            break
        reader = turn.read(reply.headers["content-type"], reply.status)
        carried.pieces += [shown for piece in cut(_bytes(reply)) if (shown := reader.feed(piece))]
        tail = reader.finish()
        sent = turn.follow_up()
        carried.pieces.append(tail)
    carried.shown = b"".join(carried.pieces)
    return carried


def _bytes(reply: Reply) -> bytes:
    return reply.body if isinstance(reply.body, bytes) else b"".join(reply.body)
