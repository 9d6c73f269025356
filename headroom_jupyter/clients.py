"""SDK clients of OpenAI and Anthropic that do by themselves what the proxy does.

It sits where an SDK hands its requests to its HTTP client, so that streaming, retries, hooks and types are the SDK's
own. Which HTTP library that is (httpx, or httpx2 in newer SDKs) is read off the client; none is imported here.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any, TypeVar

from headroom_jupyter.ccr.store import Store
from headroom_jupyter.compressors.base import Level
from headroom_jupyter.errors import InputError
from headroom_jupyter.memory.memory import Memory

__all__ = ["wrap_client"]

Client = TypeVar("Client")


def wrap_client(
    client: Client,
    *,
    level: Level = "faithful",
    store: Store | None = None,
    memory_tokens: int = 0,
    cache_breakpoints: int = 0,
) -> Client:
    """A client like the one given, which compresses what it sends and answers `headroom_retrieve` itself.

    The given client is not changed; both share its connections. Requests that are no messages go through as they are.

    Args:
        client: `OpenAI()`, `AsyncOpenAI()`, `Anthropic()`, `AsyncAnthropic()`, or a subclass that speaks the same API.
        level: As for `compress`.
        store: Where originals go; the user's own store by default.
        memory_tokens: Most tokens of the project's memories that the latest message of a user is given; none by
            default.
        cache_breakpoints: cache_control marks that a request to Anthropic may have in all, yours included; 4 at most,
            and 0, as by default, adds none.

    Raises:
        InputError: it is none of these, or `memory_tokens` is below 0.

    Example:
        ```python
        client = wrap_client(OpenAI())
        client.chat.completions.create(model="gpt-4o", messages=messages, tools=tools)
        ```
    """
    # 40 ms of imports that only who wraps a client needs.
    from headroom_jupyter.exchange.notes import Notes  # noqa: PLC0415
    from headroom_jupyter.exchange.requests import Options  # noqa: PLC0415
    from headroom_jupyter.exchange.transports import AsyncTransport, Transport  # noqa: PLC0415

    inner: Any = getattr(client, "_client", None)  # in both SDKs; they have no public name for it
    package = _package_of(inner)
    copy: Any = getattr(client, "with_options", None)
    if package is None or copy is None:
        raise InputError(f"{type(client).__name__} is no client of the openai or anthropic package; wrap one of those")
    if isinstance(getattr(inner, "_transport", None), (Transport, AsyncTransport)):
        return client
    own = store or Store()
    notes = Notes(Memory(store=store), own, memory_tokens) if memory_tokens else None
    options = Options(own, level, notes=notes, cache_breakpoints=cache_breakpoints)
    is_async = issubclass(type(inner), package.AsyncClient)
    kind, transport = (
        (package.AsyncClient, AsyncTransport(inner, package, options))
        if is_async
        else (package.Client, Transport(inner, package, options))
    )
    wrapped: Client = copy(http_client=kind(transport=transport, timeout=inner.timeout, follow_redirects=True))
    return wrapped


def _package_of(inner: object) -> ModuleType | None:
    """The HTTP library that a client is of."""
    for kind in type(inner).__mro__:
        root = kind.__module__.partition(".")[0]
        if kind.__name__ in ("Client", "AsyncClient") and root in ("httpx", "httpx2"):
            return sys.modules[root]
    return None
