"""Who may talk to the proxy: nobody by way of a foreign web page, and with a token only who knows it."""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from headroom_jupyter.proxy.bodies import Refusal, send_refusal, send_whole
from headroom_jupyter.proxy.config import ProxyConfig, is_loopback

__all__ = ["TOKEN_HEADER", "Guard"]

TOKEN_HEADER = "x-headroom-token"  # noqa: S105  # a header's name, no secret
_OPEN = ("/livez", "/readyz", "/dashboard")  # they tell nothing of anybody's; the dashboard's data ask for the token
_ALLOWED = b"content-type, x-headroom-token, x-headroom-project"


class Guard:
    """Checks Host (against DNS rebinding), Origin (against web pages) and the token before anything is read."""

    def __init__(self, app: ASGIApp, *, config: ProxyConfig) -> None:
        self._app = app
        self._config = config

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or let through."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1003})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        refusal = self._checked(scope, headers)
        if refusal is not None:
            await send_refusal(send, refusal)
        elif origin and scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            await send_whole(send, 204, b"", [*_cors(origin), (b"access-control-allow-headers", _ALLOWED)])
        else:
            await self._app(scope, receive, _with_cors(send, origin) if origin else send)

    def _checked(self, scope: Scope, headers: Headers) -> Refusal | None:
        host = headers.get("host", "")
        if len(headers.getlist("host")) != 1 or not self._is_own_host(host):
            return Refusal(403, f"Host {host[:80]!r} is not this proxy; call it by its address")
        origin = headers.get("origin")
        if origin is not None and origin not in (f"http://{host}", *self._config.origins):
            return Refusal(
                403, f"pages of {origin[:80]!r} may not call this proxy; start it with --allow-origin {origin[:80]}"
            )
        is_asking = origin is not None and scope["method"] == "OPTIONS"
        if self._config.token and scope["path"] not in _OPEN and not is_asking:
            given = headers.get(TOKEN_HEADER, "")
            if not hmac.compare_digest(given.encode("utf-8"), self._config.token.encode("utf-8")):
                return Refusal(401, f"the header {TOKEN_HEADER} is missing or wrong; send the token of --token")
        return None

    def _is_own_host(self, host: str) -> bool:
        if not is_loopback(self._config.host):
            return True  # reached under names we cannot know; the token, which no page can guess, stands in for them
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        return is_loopback(name)


def _cors(origin: str) -> list[tuple[bytes, bytes]]:
    return [(b"access-control-allow-origin", origin.encode("latin-1")), (b"vary", b"Origin")]


def _with_cors(send: Send, origin: str) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=list(message["headers"]))
            for name, value in _cors(origin):
                headers[name.decode()] = value.decode("latin-1")
            headers["access-control-expose-headers"] = "*"
            message = {**message, "headers": headers.raw}
        await send(message)

    return sending
