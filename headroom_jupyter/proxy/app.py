"""The proxy as an ASGI application."""

from __future__ import annotations

import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import anyio
import anyio.to_thread
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from headroom_jupyter import router
from headroom_jupyter.ccr.store import Store
from headroom_jupyter.compressors.base import Ask, Hints
from headroom_jupyter.errors import HeadroomError
from headroom_jupyter.pipeline import providers
from headroom_jupyter.proxy.bodies import Limits
from headroom_jupyter.proxy.config import ProxyConfig
from headroom_jupyter.proxy.forwarding import Forwarder
from headroom_jupyter.proxy.guard import Guard
from headroom_jupyter.proxy.pages import Pages
from headroom_jupyter.proxy.projects import Projects
from headroom_jupyter.proxy.records import Records
from headroom_jupyter.proxy.upstream import Upstreams
from headroom_jupyter.selection import Query
from headroom_jupyter.tokens import tokenizer_for

__all__ = ["create_app"]

_SWITCH_S = 0.001  # a thread that compresses may keep the event loop waiting this long, not Python's 5 ms
_log = logging.getLogger(__name__)


def create_app(config: ProxyConfig) -> Starlette:
    """An application for one process; it opens nothing before it is started."""
    upstreams = Upstreams(config.upstreams)
    limits = Limits(config.most_body_bytes, config.piece_timeout_s)
    projects = Projects(config.level, config.memory_tokens, config.cache_breakpoints)
    forwarder = Forwarder(upstreams, projects, Records(), limits)
    waiting_for = ["tokenizer and store"]
    pages = Pages(forwarder, lambda: waiting_for[-1])

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        sys.setswitchinterval(_SWITCH_S)
        async with anyio.create_task_group() as group:
            group.start_soon(partial(_get_ready, forwarder.projects.own.store, waiting_for))
            group.start_soon(forwarder.books.keep_writing)
            yield
            group.cancel_scope.cancel()
        await anyio.to_thread.run_sync(forwarder.books.write)
        await upstreams.close()

    rest = Route("/{path:path}", forwarder, methods=None)
    return Starlette(routes=[*pages.routes(), rest], middleware=[Middleware(Guard, config=config)], lifespan=lifespan)


async def _get_ready(store: Store, waiting_for: list[str]) -> None:
    """Load what the first request needs; until then /readyz says what is missing."""
    try:
        await anyio.to_thread.run_sync(_load, store)
        waiting_for.append("")
    except HeadroomError as err:
        # Requests go through as they came, and say why: the proxy is up, but not ready.
        _log.warning("%s", err)
        waiting_for.append(str(err))
    await anyio.to_thread.run_sync(_load_compressors)


def _load(store: Store) -> None:
    tokenizer_for("gpt-4o").count("ready")
    providers()
    store.volume_bytes()


def _load_compressors() -> None:
    """What the first new text would otherwise wait for."""
    router.route("ready", Hints(), Ask(Query(""), "faithful", 1))
