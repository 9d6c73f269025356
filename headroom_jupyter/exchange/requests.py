"""A request's body, rewritten: texts compressed, the tool injected, and every other byte as the client wrote it."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from headroom_jupyter.ccr.store import Store
from headroom_jupyter.compressors.base import Level
from headroom_jupyter.errors import HeadroomError, InputError, StoreError
from headroom_jupyter.exchange import asides
from headroom_jupyter.exchange.base import Json, Places, Wire
from headroom_jupyter.exchange.breakpoints import breakpoints, marked
from headroom_jupyter.exchange.conversations import Conversations
from headroom_jupyter.exchange.encodings import decoded
from headroom_jupyter.exchange.json_text import Splice, dumps, splice
from headroom_jupyter.exchange.left_alone import LeftAlone
from headroom_jupyter.exchange.notes import Notes, text_block
from headroom_jupyter.ledger import CacheUse
from headroom_jupyter.messages import Path
from headroom_jupyter.observation import within
from headroom_jupyter.pipeline import compress_as, job_for, providers
from headroom_jupyter.policy import is_retrieve
from headroom_jupyter.providers.base import Provider
from headroom_jupyter.recall import RETRIEVE_TOOL
from headroom_jupyter.results import CompressResult, Decision
from headroom_jupyter.tokens import tokenizer_for
from headroom_jupyter.walk import Progress

__all__ = ["Options", "Report", "Rewritten", "rewrite"]

_DEFAULT_MODEL = "o200k_base"  # counts for models nobody here has heard of
_UNRECORDED = "store: "  # how the engine's reasons begin when a block was left alone and nothing could be recorded
_FAILURES = (_UNRECORDED, "failed: ")
_UNPRINTABLE = re.compile(r"[^\x20-\x7e]+")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Options:
    """What holds for all requests of a client: where originals go, how far to go, what has to stay as it is.

    `may_inject`: whoever carries the replies lets the turn answer the calls of our tool, so it may be offered.
    `notes`: memories that the user's messages are given; None, as by default, gives none.
    `cache_breakpoints`: cache_control marks that a request to Anthropic may have in all; 0 adds none.
    """

    store: Store
    level: Level = "faithful"
    may_inject: bool = True
    left_alone: LeftAlone = field(default_factory=LeftAlone, repr=False)
    conversations: Conversations = field(default_factory=Conversations, repr=False)
    notes: Notes | None = None
    cache_breakpoints: int = 0


@dataclass(slots=True)
class Report:
    """What was done with a request; it holds no content.

    `use` is what the provider reported of its prompt cache, once the turn is over. `failed` is "" or why the body went
    through as it was. `is_injected`: our tool is in the list. `notes_tokens` were added to the user's messages, and are
    in no other figure.
    """

    model: str = ""
    tokens_before: int = 0
    tokens_after: int = 0
    decisions: tuple[Decision, ...] = ()
    failed: str = ""
    is_injected: bool = False
    rounds: int = 0
    retrievals: int = 0
    use: CacheUse | None = None
    notes_tokens: int = 0

    @property
    def tokens_saved(self) -> int:
        """Tokens the model need not read; never below 0."""
        return max(0, self.tokens_before - self.tokens_after)

    def headers(self) -> dict[str, str]:
        """What was done, for the client's answer."""
        told: dict[str, object] = {
            "tokens-before": self.tokens_before,
            "tokens-after": self.tokens_after,
            "tokens-saved": self.tokens_saved,
            "rounds": self.rounds,
        }
        if self.notes_tokens:
            told["notes-tokens"] = self.notes_tokens
        if self.failed:
            told["failed"] = _UNPRINTABLE.sub(" ", self.failed)[:500]
        return {f"x-headroom-{name}": str(value) for name, value in told.items()}


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A body to send with its content-encoding, its text and value where it could be read, and the account of it."""

    body: bytes
    text: str = ""
    request: Mapping[str, Any] = field(default_factory=dict)
    report: Report = field(default_factory=Report)
    encoding: str = ""


def rewrite(wire: Wire, body: bytes, options: Options, *, model: str = "", encoding: str = "") -> Rewritten:
    """Make a request smaller; whatever goes wrong, it goes through as it was and the report says why.

    Args:
        wire: The API it is written for.
        body: What the client sent.
        options: The client's store and level.
        model: The model, where the body does not name it.
        encoding: The body's content-encoding. A body that is changed goes on without one.
    """
    report = Report(model=model)
    try:
        plain = decoded(body, encoding)
        found = _rewrite(wire, plain, options, report)
        return replace(found, body=body, encoding=encoding) if found.body is plain else found
    except HeadroomError as err:
        report.failed = str(err)
    except Exception as err:  # noqa: BLE001  # failing open: the original goes through, and the reason is told
        _log.warning("a request could not be rewritten and went through as it was", exc_info=True)
        report.failed = f"{type(err).__name__}: a bug; the log has its traceback"
    return Rewritten(body, report=report, encoding=encoding)


def _rewrite(wire: Wire, body: bytes, options: Options, report: Report) -> Rewritten:
    begun = options.conversations.read(body, wire.key)
    reading, request = begun.reading, begun.reading.request
    report.model = str(request.get("model") or report.model)
    names = wire.tools(request)
    has_own = any(map(is_retrieve, names))
    may_inject = options.may_inject and not has_own and _has_messages(wire, request) and wire.can_hold_back(request)
    level = options.level if has_own or may_inject else "lossless"
    result, trail = _compressed(wire, request, options, report, level=level, trail=begun.trail)
    compressed = {(wire.key, *path): new for path, new in result.changes.items()} if result else {}
    known = {path: one for path, one in begun.changes.items() if compressed.get(path) is one[0]}
    notes = _noted(wire, request, options, report)
    report.is_injected = may_inject and bool(names or (result and _has_marker(result)))
    aside = _recalled(wire, request, options, report) if may_inject else asides.Asides()
    tools = [wire.tools_path(request)] if report.is_injected else []
    marks = breakpoints(request, options.cache_breakpoints) if wire.provider == "anthropic" else []
    new = {path: text for path, text in compressed.items() if path not in known}
    places = reading.locate([(), *new, *notes, *tools, *aside.paths(wire.key), *(mark.path for mark in marks)])
    known |= {path: (text, Splice(*_found(places, path), dumps(text))) for path, text in new.items()}
    options.conversations.keep(replace(begun, trail=() if report.failed else trail, changes=known))
    splices = [one for path, (_, one) in known.items() if path not in notes]
    splices += [Splice(*_found(places, path), dumps(text)) for path, text in notes.items()]
    splices += aside.splices(reading.text, wire.key, places)
    splices += marked(marks, places)
    if report.is_injected:
        splices.append(wire.inject(request, _tool(wire.provider), places))
    if not splices:
        return Rewritten(body, reading.text, request, report)
    changed = splice(reading.text, splices)
    return Rewritten(changed.encode("utf-8"), changed, request, report)


def _has_messages(wire: Wire, request: Json) -> bool:
    """Whether there is something that a follow-up could be appended to."""
    held: Any = request.get(wire.key)
    return bool(isinstance(held, list) and held) or (wire.takes_text and isinstance(held, str))


def _recalled(wire: Wire, request: Json, options: Options, report: Report) -> asides.Asides:
    try:
        return asides.recalled(wire, request, options.store)
    except StoreError as err:
        report.failed = report.failed or f"store: {err}"
        return asides.Asides()


def _noted(wire: Wire, request: Json, options: Options, report: Report) -> dict[Path, str]:
    """The texts of the user's messages that are given memories, with these behind them."""
    held: Any = request.get(wire.key)
    is_known = _has_messages(wire, request) and all(isinstance(message, (dict, str)) for message in held or ())
    if options.notes is None or not is_known:
        return {}
    blocks = _provider(wire.provider).blocks(held) if isinstance(held, list) else [text_block(held)]
    model = _known(report.model)
    try:
        given = options.notes.given(blocks, model)
    except StoreError as err:
        report.failed = report.failed or f"store: no memories were added: {err}"
        return {}
    report.notes_tokens = sum(map(tokenizer_for(model).count, given.values()))
    texts = {block.path: block.text for block in blocks}
    return {(wire.key, *path): f"{texts[path]}\n\n{notes}" for path, notes in given.items()}


def _found(places: Places, path: Path) -> tuple[int, int]:
    if path not in places:
        raise InputError(f"the text at {'.'.join(map(str, path))} is not where it was read")
    return places[path]


def _compressed(
    wire: Wire, request: Json, options: Options, report: Report, *, level: Level, trail: Sequence[Progress]
) -> tuple[CompressResult | None, Sequence[Progress]]:
    """The compressed messages, their account, and the trail; None and no trail when there is no list of messages."""
    messages = request.get(wire.key)
    if not isinstance(messages, list) or not messages:
        return None, ()
    provider = _provider(wire.provider)
    job = job_for(_known(report.model), level, options.store)
    protect = options.left_alone.protector(options.store, messages)
    with within({**request, "model": report.model}, wire.key):
        result, trail = compress_as(provider, messages, job, protect=protect, trail=trail)
    report.tokens_before, report.tokens_after = result.tokens_before, result.tokens_after
    report.decisions = result.decisions
    failures = [decision for decision in result.decisions if decision.reason.startswith(_FAILURES)]
    report.failed = result.error or (failures[0].reason if failures else "")
    unrecorded = {(one.message, one.block) for one in failures if one.reason.startswith(_UNRECORDED)}
    if unrecorded:
        blocks = [block for block in provider.blocks(messages) if (block.message, block.index) in unrecorded]
        options.left_alone.add(options.store, messages, blocks)
    return result, trail


def _has_marker(result: CompressResult) -> bool:
    """Whether the conversation shows a marker, given out now or by someone before us."""
    return any(d.fidelity in ("faithful", "abridged") or d.reason == "already compressed" for d in result.decisions)


@cache
def _tool(provider: str) -> Json:
    return RETRIEVE_TOOL(provider)


@cache
def _provider(name: str) -> Provider:
    return next(provider for provider in providers() if provider.name == name)


@cache
def _known(model: str) -> str:
    try:
        tokenizer_for(model)
    except InputError:
        return _DEFAULT_MODEL
    return model
