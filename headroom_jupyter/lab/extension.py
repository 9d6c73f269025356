"""Puts the routes into a Jupyter server: authenticated, authorised, and off the event loop."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, ClassVar

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import ensure_async, url_path_join
from tornado import web

from headroom_jupyter.errors import HeadroomError, InputError, MissingFile, MissingOriginal, StoreError, StoreFull
from headroom_jupyter.lab.base import Action, Download, Request, Route
from headroom_jupyter.lab.desk import Desk
from headroom_jupyter.lab.routes import ROUTES

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

__all__ = ["attach"]

MOST_BODY = 30_000_000  # bytes
_MOST_FILE = 20_000_000
_STATUSES = ((MissingFile, 404), (MissingOriginal, 404), (StoreFull, 507), (StoreError, 503), (InputError, 400))


def attach(server: ServerApp) -> None:
    """Add the routes to a server."""
    application: Any = server.web_app
    desk = Desk(str(getattr(server.contents_manager, "root_dir", "") or ""))
    base = application.settings["base_url"]
    handlers = [
        (url_path_join(base, "headroom", route.pattern), Handler, {"route": route, "desk": desk}) for route in ROUTES
    ]
    application.add_handlers(".*$", handlers)


class Handler(APIHandler):
    """Any of the routes."""

    auth_resource = "headroom"
    route: Route
    desk: Desk
    # Two for what takes long, so that it leaves a core to the others, and some for what a person waits for.
    long: ClassVar[ThreadPoolExecutor] = ThreadPoolExecutor(2, "headroom-long")
    short: ClassVar[ThreadPoolExecutor] = ThreadPoolExecutor(4, "headroom")

    def initialize(self, route: Route, desk: Desk) -> None:
        """What tornado gives each handler."""
        super().initialize()
        self.route, self.desk = route, desk

    @web.authenticated
    @authorized
    async def get(self, *names: str) -> None:
        """GET."""
        await self._answer(self.route.get, names)

    @web.authenticated
    @authorized
    async def post(self, *names: str) -> None:
        """POST."""
        await self._answer(self.route.post, names)

    @web.authenticated
    @authorized
    async def delete(self, *names: str) -> None:
        """DELETE."""
        await self._answer(self.route.delete, names)

    async def _answer(self, action: Action | None, names: tuple[str, ...]) -> None:
        if action is None:
            raise web.HTTPError(405)
        loop = asyncio.get_running_loop()

        def read(path: str, kind: str) -> Any:
            return asyncio.run_coroutine_threadsafe(self._content(path, kind), loop).result()

        try:
            arguments = {name: self.get_query_argument(name) for name in self.request.query_arguments}
            request = Request(self.desk, read, arguments, self._body(), names)
            done = await loop.run_in_executor(self.long if self.route.is_long else self.short, action, request)
        except HeadroomError as err:
            await self._refuse(err)
            return
        if isinstance(done, Download):
            await self._send(done)
        elif done is None:
            self.set_status(204)
            await self.finish()
        else:
            # As ASCII: a text may hold halves of characters, which no UTF-8 can say.
            await self.finish(json.dumps(done, separators=(",", ":")))

    def _body(self) -> Mapping[str, Any]:
        if len(self.request.body) > MOST_BODY:
            raise web.HTTPError(413, f"the request has more than {MOST_BODY / 1e6:.0f} MB; send less at once")
        body: object = self.get_json_body() if self.request.method == "POST" else {}
        if body is not None and not isinstance(body, dict):
            raise InputError("the request's body is no JSON object")
        return body or {}

    async def _refuse(self, err: HeadroomError) -> None:
        status = next((status for kind, status in _STATUSES if isinstance(err, kind)), 400)
        self.set_status(status)
        await self.finish(json.dumps({"message": str(err), "kind": type(err).__name__}))

    async def _send(self, file: Download) -> None:
        # A file to be kept, never a page: whatever is in it, no browser is to show or run it.
        self.set_header("Content-Disposition", f'attachment; filename="{file.name}"')
        self.set_header("X-Content-Type-Options", "nosniff")
        await self.finish(file.content, set_content_type="application/octet-stream")

    async def _content(self, path: str, kind: str) -> Any:
        """A file as the contents manager gives it, if it really lies in the root and is not too large."""
        manager: Any = self.contents_manager
        if self.desk.root:
            self.desk.real(path)
        plain = path.strip("/")
        try:
            told = await ensure_async(manager.get(plain, content=False))
            if told["type"] == "directory":
                raise MissingFile(f"{path} is a folder; name a file")
            if (told.get("size") or 0) > _MOST_FILE:
                raise InputError(f"{path} has more than {_MOST_FILE / 1e6:.0f} MB; cut it into parts")
            if kind == "version":
                return str(told["last_modified"]), told.get("size")
            options = {"type": "notebook"} if kind == "notebook" else {"type": "file", "format": "text"}
            return (await ensure_async(manager.get(plain, content=True, **options)))["content"]
        except web.HTTPError as err:
            what = err.log_message or err.reason or "it cannot be read"
            raise MissingFile(f"{path}: {' '.join(str(what).split())[:200]}") from err
