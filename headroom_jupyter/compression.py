"""One text becomes its form: routed, marked, counted, and stored before anyone sees a marker.

It knows one block at a time; what stands before it is the pipeline's business.
"""

from __future__ import annotations

import gc
import json
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256

from headroom_jupyter import forms, router
from headroom_jupyter.ccr.snapshot import text_of
from headroom_jupyter.ccr.store import Store
from headroom_jupyter.compressors.base import Ask, Hints, Level
from headroom_jupyter.errors import StoreError
from headroom_jupyter.forms import Form
from headroom_jupyter.selection import Query
from headroom_jupyter.settings import Settings
from headroom_jupyter.tokens import Tokenizer

__all__ = ["TOOL_TOKENS", "Job", "Source", "form_of", "is_worth", "issue", "key_of", "query_of", "recall", "routed"]

TOOL_TOKENS = 200  # what RETRIEVE_TOOL may cost in any format; fixed, so that an upgrade changes no decision
_LEAST_SAVED = 20  # tokens; less does not pay for the reader's trouble with a notation
_LEAST_SHARE = 0.04
_LARGEST_SHARE = 0.3  # of a small block's tokens, where keep_tokens would be most of it
_MOST_SPANS = 1_000  # kept with a form that has them at once, so that showing it need not make it again
_LARGEST_TARGET = 10_000  # tokens; more of one block than that, nobody reads
_log = logging.getLogger(__name__)

_LONGEST_KEPT = 20_000  # characters of a question and its arguments that may stay in memory


@dataclass(frozen=True, slots=True)
class Job:
    """What holds for all blocks of a call.

    `scale` multiplies the targets, for a budget. `fresh` collects the keys of forms that this call gave out first.
    """

    tokenizer: Tokenizer
    level: Level
    settings: Settings
    store: Store
    scale: float = 1.0
    fresh: set[bytes] = field(default_factory=set, repr=False)
    known: dict[bytes, bytes | None] = field(default_factory=dict, repr=False)  # None: looked for, there is none

    def target(self, tokens: int) -> int:
        """Tokens that a block of `tokens` should come down to."""
        goal = self.settings.keep_tokens + tokens * self.settings.keep_percent / 100
        return int(self.scale * min(_LARGEST_SHARE * tokens, goal, _LARGEST_TARGET))


@dataclass(frozen=True)
class Source:
    """A block's original. `shown` is what the block holds now: the original itself, or a form issued before."""

    shown: str
    digest: bytes
    store: Store
    issued_ref: str | None = None
    _read: dict[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, text: str, store: Store) -> Source:
        """Look the text up among the forms that the store's project issued."""
        digest = sha256(text.encode("utf-8", "surrogatepass")).digest()
        return cls(text, digest, store, store.ref_of(digest))

    @classmethod
    def all_of(cls, texts: Iterable[str], store: Store) -> dict[str, Source]:
        """`of` for many texts, in one look-up."""
        digests = {text: sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts}
        refs = store.refs_of(digests.values())
        return {text: cls(text, digest, store, refs.get(digest)) for text, digest in digests.items()}

    @property
    def ref(self) -> str:
        """The original's reference."""
        return self.issued_ref or self.digest.hex()[:12]

    @property
    def original(self) -> str:
        """The original's text, read from the store when the block holds a form."""
        if self.issued_ref is None:
            return self.shown
        if "text" not in self._read:
            self._read["text"] = text_of(self.store.get(self.issued_ref))
        return self._read["text"]


def query_of(question: str, arguments: str) -> str:
    """A block's query: what was asked last, and the values of the call's arguments."""
    is_short = len(question) + len(arguments) <= _LONGEST_KEPT  # a call that writes a file has it as an argument
    return _query(question, arguments) if is_short else _query.__wrapped__(question, arguments)


@lru_cache(maxsize=512)  # each turn of a conversation asks for those of all its blocks again
def _query(question: str, arguments: str) -> str:
    try:
        values = _leaves(json.loads(arguments)) if arguments[:1] in "[{" and arguments else [arguments]
    except (ValueError, RecursionError):
        values = [arguments]
    return "\n".join([question, *values]).strip()[:8000]


def _leaves(value: object) -> list[str]:
    found: list[str] = []
    stack = [value]
    while stack and len(found) < 200:
        item = stack.pop()
        if isinstance(item, dict):
            stack.extend(reversed(list(item.values())))
        elif isinstance(item, list):
            stack.extend(reversed(item))
        elif isinstance(item, (str, int, float)) and not isinstance(item, bool):
            found.append(str(item)[:500])
    return found


def form_of(job: Job, source: Source, query: str, hints: Hints, *, is_pasted: bool = False) -> tuple[bytes, Form]:
    """The form a block was given first, or is given now; with the key of its record.

    A form is a function of the original, the query, the hints and the settings, and once given it is final.
    """
    key = key_of(job, source.ref, query, hints, is_pasted=is_pasted)
    known = recall(job, key)
    if known is not None:
        return key, known
    form = _make(job, source, query, hints, is_pasted)
    return key, issue(job, source, key, form)


def recall(job: Job, key: bytes) -> Form | None:
    """The form that was given out under this key, if any was."""
    record = job.known[key] if key in job.known else job.store.form(key)
    return forms.load(record) if record is not None else None


def issue(job: Job, source: Source, key: bytes, form: Form) -> Form:
    """Store original and form, and answer with the form in force: ours, an earlier one, or none at all."""
    job.fresh.add(key)
    job.known.pop(key, None)
    try:
        if form.text is None:
            return (
                form if form.reason.startswith("too small") else forms.load(job.store.remember(key, forms.dump(form)))
            )
        data = source.original.encode("utf-8", "surrogatepass")
        issued = sha256(form.text.encode("utf-8", "surrogatepass")).digest()
        return forms.load(job.store.issue(data, key=key, form=forms.dump(form), issued=issued, kind=form.kind))
    except StoreError as err:
        _log.warning("a block was left unchanged: %s", err)
        return Form(None, form.kind, tokens_before=form.tokens_before, reason=f"store: {err}")


def is_worth(before: int, after: int, *, pays_tool: bool = False) -> bool:
    """Whether a change saves enough; `pays_tool`: it also has to pay for the retrieve tool's definition."""
    return before - after >= max(_LEAST_SAVED, _LEAST_SHARE * before) + (TOOL_TOKENS if pays_tool else 0)


def routed(
    job: Job,
    text: str,
    tokens: int,
    query: str,
    hints: Hints,
    level: Level,
    *,
    is_pasted: bool = False,
    wants_spans: bool = False,
) -> router.Routed:
    """Ask the router for a text of `tokens` tokens."""
    target_chars = job.target(tokens) * len(text) // max(1, tokens)
    ask = Ask(Query(query), level, target_chars, wants_spans=wants_spans)
    return router.route_pasted(text, ask) if is_pasted else router.route(text, hints, ask)


def _make(job: Job, source: Source, query: str, hints: Hints, is_pasted: bool) -> Form:
    text = source.original
    before = job.tokenizer.count(text, source.digest if source.issued_ref is None else None)
    if before < job.settings.min_tokens:
        return Form(None, tokens_before=before, tokens_after=before, reason="too small to pay")
    best = Form(None, tokens_before=before, tokens_after=before, reason="nothing to gain")
    levels: tuple[Level, ...] = (job.level,) if job.level == "lossless" else (job.level, "lossless")
    for level in levels:
        try:
            with _no_collection():
                found = routed(job, text, before, query, hints, level, is_pasted=is_pasted)
            form = _counted(job, source.ref, found, before)
        except Exception as err:  # noqa: BLE001  # told below
            # A compressor's failure is never the caller's: the original goes through, and the reason is told.
            _log.warning("compressing %s failed; the block was left unchanged", source.ref, exc_info=True)
            return Form(None, tokens_before=before, tokens_after=before, reason=f"failed: {type(err).__name__}: {err}")
        if form.text is None or form.tokens_after >= best.tokens_after:
            best = best if best.kind else form
            continue
        best = form
        if not form.has_marker or is_worth(before, form.tokens_after, pays_tool=True):
            break
    return best


@contextmanager
def _no_collection() -> Iterator[None]:
    """No cyclic garbage collection meanwhile: a compressor makes many small objects and no cycles.

    At 20 MB it takes half of the time (tests/benchmarks). With several threads the last to have found it on
    switches it on again.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _counted(job: Job, ref: str, found: router.Routed, before: int) -> Form:
    compressed = found.compressed
    unchanged = Form(None, found.kind, found.compressor, "verbatim", before, before)
    if compressed.fidelity == "verbatim":
        return forms.replace_reason(unchanged, "nothing to gain" if found.kind else "no compressor wants it")
    text, spans = forms.render(compressed, ref)
    after = job.tokenizer.count(text)
    if not is_worth(before, after):
        return forms.replace_reason(unchanged, f"saves too little ({before} → {after} tokens)")
    has_marker = compressed.fidelity != "lossless"
    hidden = forms.hidden_runs(compressed)
    return Form(
        text,
        found.kind,
        found.compressor,
        compressed.fidelity,
        before,
        after,
        ref,
        has_marker,
        hidden,
        _why(compressed),
        spans if 0 < len(spans) <= _MOST_SPANS else None,
    )


def _why(compressed: forms.Compressed) -> str:
    if compressed.fidelity == "lossless":
        return "rewritten; decode() gives it back"
    count = len(compressed.omissions)
    return f"{count} omission{'s' if count != 1 else ''} marked" if count else "rewritten; the original is stored"


def key_of(job: Job, ref: str, query: str, hints: Hints, *, is_pasted: bool) -> bytes:
    """The key under which the form of an original is recorded: a digest of all that the form depends on."""
    own = job.settings
    return _key(
        *(ref, query, job.level, job.tokenizer.encoding, hints.tool, hints.path, hints.mime, is_pasted),
        *(own.min_tokens, own.keep_tokens, own.keep_percent, job.scale),
    )


@lru_cache(maxsize=1024, typed=True)
def _key(*facts: str | float) -> bytes:
    return sha256(json.dumps(facts).encode("ascii")).digest()
