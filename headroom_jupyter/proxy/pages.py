"""The proxy's own paths: is it up, what has it saved, and the engine by HTTP."""

from __future__ import annotations

import os
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache, partial
from hashlib import sha256
from importlib.resources import files
from typing import Any

import anyio.to_thread
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from headroom_jupyter import __version__
from headroom_jupyter.ccr.store import Store
from headroom_jupyter.errors import HeadroomError, InputError, MarkerError, MissingOriginal, StoreError
from headroom_jupyter.exchange.json_text import Splice, dumps, locate, parse, splice
from headroom_jupyter.ledger import Ledger
from headroom_jupyter.pipeline import compress, count_tokens
from headroom_jupyter.proxy.bodies import Gone, Refusal, read_whole
from headroom_jupyter.proxy.forwarding import Forwarder
from headroom_jupyter.proxy.projects import PROJECT_HEADER
from headroom_jupyter.proxy.records import MEASURED
from headroom_jupyter.recall import retrieve
from headroom_jupyter.tokens import tokenizer_for

__all__ = ["NAME", "Pages"]

NAME = "headroom proxy"  # what /livez says, so that nobody takes another program on the port for this one
_OPTIONS = ("model", "level", "budget", "frozen", "retrieval", "compress_user")
_WORDS = ("query", "at", "lines", "rows", "chars", "max_tokens", "model")
_STATUS = ((MissingOriginal, 404), (StoreError, 503), (InputError, 400), (MarkerError, 400))
Work = Callable[[str, "dict[str, Any]", Store], str]


@dataclass
class Pages:
    """What the proxy answers itself; `not_ready` says what it still waits for, or ""."""

    forwarder: Forwarder
    not_ready: Callable[[], str]

    def routes(self) -> list[Route]:
        """All of them."""
        return [
            Route("/livez", self.live),
            Route("/readyz", self.ready),
            Route("/stats", self.stats),
            Route("/metrics", self.metrics),
            Route("/dashboard", self.dashboard),
            Route("/v1/compress", partial(self._answer, work=_compress), methods=["POST"]),
            Route("/v1/retrieve", partial(self._answer, work=_retrieve), methods=["POST"]),
            Route("/v1/count_tokens", partial(self._answer, work=_count), methods=["POST"]),
        ]

    async def live(self, request: Request) -> Response:
        """The process runs, and it is this program."""
        return JSONResponse({"name": NAME, "version": __version__, "pid": os.getpid()})

    async def ready(self, request: Request) -> Response:
        """Tokenizer and store are there."""
        why = self.not_ready()
        return JSONResponse({"ready": not why, "why": why}, 503 if why else 200)

    async def stats(self, request: Request) -> Response:
        """Totals, the books of the store, and the latest requests; `?after=N` those since number N."""
        after = request.query_params.get("after", "0")
        if not after.isdigit() or len(after) > 18:
            return _refused(Refusal(400, "after is the number of a request, such as 12"))
        records = self.forwarder.records
        if request.query_params.get("started", records.instance) != records.instance:
            after = "0"  # the page has seen another process, whose numbers are not ours
        books = await anyio.to_thread.run_sync(self._books)
        return JSONResponse(
            {
                "name": NAME,
                "version": __version__,
                "started": records.instance,
                "uptime_s": round(time.time() - records.started, 1),
                "totals": records.totals(),
                "basis": {"measured": list(MEASURED)},  # by providers; all else in the totals is counted here
                "books": books,
                "requests": records.latest(int(after)),
            },
            headers={"cache-control": "no-store"},
        )

    def _books(self) -> dict[str, Any] | None:
        self.forwarder.books.write()
        try:
            sums = Ledger(self.forwarder.projects.own.store).totals()["all"]
        except StoreError:
            return None
        return sums.figures()

    async def metrics(self, request: Request) -> Response:
        """The same for Prometheus."""
        return Response(self.forwarder.records.metrics(), media_type=CONTENT_TYPE_LATEST)

    async def dashboard(self, request: Request) -> Response:
        """One page for a person."""
        page, policy = _page()
        headers = {
            "content-security-policy": policy,
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
        }
        return Response(page, media_type="text/html; charset=utf-8", headers=headers)

    async def _answer(self, request: Request, work: Work) -> Response:
        """Read a JSON object, do the work in a thread, and answer with JSON."""
        body = await read_whole(request.receive, self.forwarder.limits, request.headers.get("content-length"))
        if isinstance(body, Refusal):
            return _refused(body)
        if isinstance(body, Gone):
            return Response(status_code=400)
        try:
            text, given = parse(body)
            store = self.forwarder.projects.of(request.headers.get(PROJECT_HEADER)).store
            done = await anyio.to_thread.run_sync(work, text, given, store, limiter=self.forwarder.threads)
        except HeadroomError as err:
            status = next((status for kind, status in _STATUS if isinstance(err, kind)), 500)
            return _refused(Refusal(status, str(err)))
        return Response(done, media_type="application/json")


def _refused(refusal: Refusal) -> Response:
    return Response(refusal.body, refusal.status, media_type="application/json")


def _compress(text: str, given: dict[str, Any], store: Store) -> str:
    """`compress` by HTTP; messages come back as they were written, changed texts apart."""
    messages = given.get("messages")
    if not isinstance(messages, list):
        raise InputError('messages is missing; send {"messages": [...], "model": "gpt-4o"}')
    options = {name: given[name] for name in _OPTIONS if given.get(name) is not None}
    result = compress(messages, store=store, **_checked(options))
    paths = {("messages", *path): new for path, new in result.changes.items()}
    places = locate(text, [("messages",), *paths])
    start, end = places["messages",]
    splices = [Splice(places[path][0] - start, places[path][1] - start, dumps(new)) for path, new in paths.items()]
    facts = {
        "tokens_before": result.tokens_before,
        "tokens_after": result.tokens_after,
        "tokens_saved": result.tokens_saved,
        "is_estimate": result.is_estimate,
        "budget_met": result.budget_met,
        "error": result.error,
        "decisions": [asdict(decision) for decision in result.decisions],
    }
    return f'{{"messages":{splice(text[start:end], splices)},{dumps(facts)[1:]}'


def _checked(options: dict[str, Any]) -> dict[str, Any]:
    for name, kinds in (("retrieval", bool), ("compress_user", bool), ("frozen", int), ("budget", int)):
        if name in options and (not isinstance(options[name], kinds) or (kinds is int and options[name] is True)):
            raise InputError(f"{name}={options[name]!r} is no {kinds.__name__}")
    return options


def _retrieve(text: str, given: dict[str, Any], store: Store) -> str:
    words = {name: given[name] for name in _WORDS if given.get(name) is not None}
    for name, value in words.items():
        if not isinstance(value, int if name == "max_tokens" else str) or isinstance(value, bool):
            raise InputError(f'{name}={value!r} has the wrong type; lines, rows and chars are texts such as "4-9"')
    found = retrieve(str(given.get("ref", "")), store=store, **words)
    model = words.get("model", "gpt-4o")
    return dumps({"ref": given.get("ref"), "text": found, "tokens": count_tokens(found, model=model)})


def _count(text: str, given: dict[str, Any], store: Store) -> str:
    model = given.get("model", "gpt-4o")
    what = given.get("text", given.get("messages", ()))
    return dumps({"tokens": count_tokens(what, model=model), "is_estimate": not tokenizer_for(model).is_exact})


@cache
def _page() -> tuple[bytes, str]:
    """The dashboard, and a policy that lets it load nothing but itself."""
    page = files("headroom_jupyter.proxy").joinpath("dashboard.html").read_bytes()
    script, style = (_hash(page, tag) for tag in (b"script", b"style"))
    return page, (
        f"default-src 'none'; script-src '{script}'; style-src '{style}'; connect-src 'self';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _hash(page: bytes, tag: bytes) -> str:
    inside = page.split(b"<" + tag + b">", 1)[1].split(b"</" + tag + b">", 1)[0]
    return "sha256-" + b64encode(sha256(inside).digest()).decode("ascii")
