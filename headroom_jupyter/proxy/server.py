"""Runs the proxy: a socket, uvicorn, and a limit for clients that begin a request and never end it."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from headroom_jupyter.errors import InputError
from headroom_jupyter.proxy.app import create_app
from headroom_jupyter.proxy.config import ProxyConfig

__all__ = ["listen", "serve"]

_BACKLOG = 1024
_GRACE_S = 5  # for requests under way when the proxy is stopped


def listen(config: ProxyConfig) -> socket.socket:
    """A socket on the configured address; port 0 is any free one.

    Raises:
        InputError: the address is taken or is none of this machine's.
    """
    host = config.host.strip("[]")
    try:
        family = socket.getaddrinfo(host, config.port, type=socket.SOCK_STREAM)[0][0]
        # With the protocol named, or asyncio does not know it for TCP and leaves Nagle's 40 ms on.
        own = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            own.bind((host, config.port))
            own.listen(_BACKLOG)
        except OSError:
            own.close()
            raise
    except OSError as err:
        raise InputError(
            f"cannot listen on {config.host}:{config.port}: {err.strerror or err}; choose another --port (0: any)"
        ) from err
    return own


def serve(config: ProxyConfig, own: socket.socket, *, on_start: Callable[[uvicorn.Server], None] | None = None) -> None:
    """Answer until the process is told to stop; `on_start` is called with the server when it answers."""
    uvicorn_config = uvicorn.Config(
        create_app(config),
        http=_patient(config.piece_timeout_s),
        ws="none",
        lifespan="on",
        access_log=False,
        proxy_headers=False,  # nobody stands before this proxy whose word would count
        log_level="warning",
        server_header=False,
        date_header=True,
        limit_concurrency=config.most_connections,
        backlog=_BACKLOG,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=_GRACE_S,
    )
    logging.getLogger("asyncio").setLevel(logging.ERROR)  # it warns of each write to a client that just went away
    server = _Server(uvicorn_config, on_start)
    server.run(sockets=[own])


class _Server(uvicorn.Server):
    """Tells when it answers."""

    def __init__(self, config: uvicorn.Config, on_start: Callable[[uvicorn.Server], None] | None) -> None:
        super().__init__(config)
        self._on_start = on_start

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await super().startup(sockets)
        if self._on_start and self.started:
            self._on_start(self)


def _patient(timeout_s: float) -> type[asyncio.Protocol]:
    """Uvicorn's protocol with a limit for the head of a request, for which it has none itself."""

    class Patient(HttpToolsProtocol):
        _timer: asyncio.TimerHandle | None = None

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._timer = self.loop.call_later(timeout_s, self._lose)

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            is_waiting = self._is_waiting()
            if self._timer and not is_waiting:
                self._timer.cancel()
                self._timer = None
            elif is_waiting and not self._timer:
                self._timer = self.loop.call_later(timeout_s, self._lose)

        def connection_lost(self, exc: Exception | None) -> None:
            if self._timer:
                self._timer.cancel()
            super().connection_lost(exc)

        def _unsupported_upgrade_warning(self) -> None:
            """Nothing: a websocket is refused on purpose, and no library is missing."""

        def _lose(self) -> None:
            self._timer = None
            if self._is_waiting():
                self.transport.close()

        def _is_waiting(self) -> bool:
            cycle: Any = self.cycle  # None before the first request, whatever its annotation says
            return cycle is None or bool(cycle.response_complete)

    return Patient
