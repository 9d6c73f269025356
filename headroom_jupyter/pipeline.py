"""From messages to messages: walks a conversation in order, block by block, and keeps its account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from time import perf_counter
from typing import Any, cast, get_args

from headroom_jupyter import settings
from headroom_jupyter.ccr.snapshot import text_of
from headroom_jupyter.ccr.store import Store
from headroom_jupyter.compression import TOOL_TOKENS, Job, Source, form_of, is_worth, issue, key_of, query_of, recall
from headroom_jupyter.compressors.base import Hints, Level
from headroom_jupyter.errors import InputError, MissingOriginal, StoreError
from headroom_jupyter.forms import Form
from headroom_jupyter.ledger import Booking, Ledger
from headroom_jupyter.messages import Block, Path, check_messages, question, replace_at
from headroom_jupyter.observation import Call, tell
from headroom_jupyter.plugins import load_family
from headroom_jupyter.policy import Protect, Situation, verdict
from headroom_jupyter.providers.base import Provider
from headroom_jupyter.repeats import Earlier, changed_from, same_as
from headroom_jupyter.results import CompressResult, Decision
from headroom_jupyter.tokens import tokenizer_for

__all__ = ["check_options", "compress", "compress_as", "count_tokens", "expand", "provider_of", "providers"]

_BUDGET_SCALES = (1.0, 0.6, 0.35, 0.2, 0.1, 0.04, 0.0)


def compress(
    messages: Sequence[Any],
    *,
    model: str = "gpt-4o",
    level: Level = "faithful",
    budget: int | None = None,
    frozen: int = 0,
    retrieval: bool = True,
    protect: Protect | None = None,
    compress_user: bool = False,
    store: Store | None = None,
) -> CompressResult:
    """Make a conversation smaller without losing anything.

    Args:
        messages: OpenAI chat, OpenAI responses, Anthropic or Gemini messages, told apart by shape; never changed.
        model: Whose tokens to count.
        level: "lossless" (only what `decode` undoes), "faithful" (whole units out, each marked), or "abridged".
        budget: Tokens for the whole list; gives up prefix stability, see `CompressResult.budget_met`.
        frozen: Leading messages that must not change.
        retrieval: You assert that the model can call `headroom_retrieve`; False: nothing is done that needs it.
        protect: Called with each block that may change; a reason keeps it as it is.
        compress_user: Also compress data pasted into user messages.
        store: Where originals go; the user's own store by default.

    Returns:
        The messages in the same shape, counts, and a decision for every block.

    Raises:
        InputError: `messages` is no message list, the model is unknown, or an option is out of range.

    Example:
        >>> from headroom_jupyter import compress
        >>> compress([{"role": "user", "content": "Hello"}]).messages
        [{'role': 'user', 'content': 'Hello'}]
    """
    check_options(level, budget, frozen)
    plain = check_messages(messages)
    blocks = provider_of(plain).blocks(plain)
    job = Job(tokenizer_for(model), level if retrieval else "lossless", settings.load(), store or Store())
    limits = Situation(frozen, compress_user, protect, min_tokens=job.settings.min_tokens)
    return _walked(messages, blocks, job, limits, budget)


def compress_as(
    provider: Provider,
    messages: Sequence[Any],
    *,
    model: str,
    level: Level,
    store: Store,
    protect: Protect | None = None,
) -> CompressResult:
    """`compress` for a caller that knows the wire format."""
    blocks = provider.blocks(check_messages(messages))
    job = Job(tokenizer_for(model), level, settings.load(), store)
    return _walked(messages, blocks, job, Situation(protect=protect, min_tokens=job.settings.min_tokens), None)


def _walked(
    messages: Sequence[Any], blocks: Sequence[Block], job: Job, limits: Situation, budget: int | None
) -> CompressResult:
    sources = _foreseen(blocks, job)
    for scale in _BUDGET_SCALES if budget is not None else (1.0,):
        walk = _Walk(replace(job, scale=scale), limits, sources)
        for block in blocks:
            walk.add(block)
        if budget is None or walk.tokens_after <= budget:
            break
    result = walk.result(messages, blocks, budget)
    tell(Call(job.tokenizer.model, result))
    return result


def _foreseen(blocks: Sequence[Block], job: Job) -> Mapping[str, Source]:
    """Sources by their texts, and in `job.known` the forms of tool results: two look-ups where a walk would make many.

    Nothing depends on it: what is not here is looked up when its turn comes, and an error shows then, too.
    """
    texts = {block.text for block in blocks if block.part == "text" and block.role in ("tool", "user")}
    keys = []
    query = ""
    try:
        sources = Source.all_of(texts, job.store)
        for block in blocks:
            if block.text not in sources or block.part != "text":
                continue
            source = sources[block.text]
            if block.role == "user":
                query = question(source.original) or query
            elif block.role == "tool" and len(block.text) >= job.settings.min_tokens:
                hints = Hints(tool=block.tool, arguments=block.arguments)
                keys.append(key_of(job, source.ref, query_of(query, block.arguments), hints, is_pasted=False))
        job.known.update({**dict.fromkeys(keys), **job.store.forms(keys)})
    except (StoreError, MissingOriginal):
        return {}
    return sources


def expand(messages: Sequence[Any], *, store: Store | None = None) -> list[Any]:
    """Give every block whose text this project's store issued its original back; the others stay as they are.

    Raises:
        InputError: `messages` is no message list.
        MissingOriginal: an original is no longer stored; the text says why.
        StoreError: the store cannot be read.
    """
    plain = check_messages(messages)
    held = store or Store()
    changes: dict[Path, str] = {}
    for block in provider_of(plain).blocks(plain):
        if block.part == "text":
            source = Source.of(block.text, held)
            if source.issued_ref:
                changes[block.path] = source.original
    return replace_at(messages, changes)


def count_tokens(text_or_messages: str | Sequence[Any], *, model: str = "gpt-4o") -> int:
    """Tokens of a text, or of all texts and tool-call arguments of a message list.

    What a provider adds around messages (roles, separators) is not counted.

    Raises:
        InputError: neither a text nor a message list, or the model is unknown.
    """
    tokenizer = tokenizer_for(model)
    if isinstance(text_or_messages, str):
        return tokenizer.count(text_or_messages)
    plain = check_messages(text_or_messages)
    return sum(tokenizer.count(block.text) for block in provider_of(plain).blocks(plain) if block.text)


def providers() -> tuple[Provider, ...]:
    """All wire formats, in the order that breaks ties."""
    return cast("tuple[Provider, ...]", load_family("headroom_jupyter.providers", ("name", "claim", "blocks", "tool")))


def provider_of(messages: Sequence[Mapping[str, Any]]) -> Provider:
    """The format that claims the messages most surely.

    Raises:
        InputError: none claims them.
    """
    claims = [(provider.claim(messages), -order, provider) for order, provider in enumerate(providers())]
    claim, _, provider = max(claims, key=lambda entry: entry[:2])
    if claim <= 0:
        names = ", ".join(provider.name for provider in providers())
        raise InputError(f"the messages follow none of the known formats ({names}); each needs a 'role' or a 'type'")
    return provider


def check_options(level: object, budget: object, frozen: object = 0) -> None:
    """Refuse options that are out of range.

    Raises:
        InputError: names the option and what it may be.
    """
    if level not in get_args(Level):
        raise InputError(f"level={level!r} is unknown; it is one of {', '.join(get_args(Level))}")
    if budget is not None and (not isinstance(budget, int) or isinstance(budget, bool) or budget < 1):
        raise InputError(f"budget={budget!r} is no positive number of tokens")
    if not isinstance(frozen, int) or frozen < 0:
        raise InputError(f"frozen={frozen!r} is no number of leading messages; give 0 or more")


def _restore(messages: Sequence[Any], refs: Mapping[Path, str], store: Store) -> list[Any]:
    found = {path: text_of(store.get(ref)) for path, ref in refs.items()}
    return replace_at(messages, found)


def _shown(blocks: Sequence[Block], changes: Mapping[Path, str]) -> list[tuple[Block, str]]:
    return [(block, changes.get(block.path, block.text)) for block in blocks]


@dataclass
class _Walk:
    """One pass over a conversation; what a block becomes depends on it and on what was added before."""

    job: Job
    limits: Situation
    sources: Mapping[str, Source]
    decisions: list[Decision] = field(default_factory=list)
    changes: dict[Path, str] = field(default_factory=dict)
    refs: dict[Path, str] = field(default_factory=dict)
    tokens_before: int = 0
    tokens_after: int = 0
    error: str | None = None
    _query: str = ""
    _has_tool: bool = False
    _by_ref: dict[str, Earlier] = field(default_factory=dict)
    _by_call: dict[tuple[str, str], Earlier] = field(default_factory=dict)
    _booked: list[Booking] = field(default_factory=list)
    _given: set[bytes] = field(default_factory=set)  # digests of texts that this walk gave out

    def add(self, block: Block) -> None:
        """Decide on the next block."""
        started = perf_counter()
        source: Source | None = None
        if block.part == "text" and block.role in ("tool", "user") and self.error is None:
            try:
                source = self.sources.get(block.text)
                if source is None or source.digest in self._given:
                    source = Source.of(block.text, self.job.store)
                form = self._decide(block, source)
            except StoreError as err:
                self.error = f"store: {err}"
                form = Form(None, reason=self.error)
        else:
            form = Form(None, reason=verdict(block, self.limits) or self.error or "")
        before = self.job.tokenizer.count(block.text, source.digest if source else None)
        after = before if form.text is None else form.tokens_after
        self.tokens_before += before
        self.tokens_after += after
        if form.text is not None:
            self._given.add(sha256(form.text.encode("utf-8", "surrogatepass")).digest())
            self.changes[block.path] = form.text
            self.refs[block.path] = form.ref
            if form.has_marker and not self._has_tool:
                self._has_tool = True
                self.tokens_after += TOOL_TOKENS
        fidelity = form.fidelity if form.text is not None else "verbatim"
        refs = (form.ref,) if form.text is not None else ()
        elapsed_ms = (perf_counter() - started) * 1e3
        self.decisions.append(
            Decision(
                *(block.message, block.index, form.kind, form.compressor, fidelity),
                *(before, after, refs, form.reason, elapsed_ms),
            )
        )

    def result(self, messages: Sequence[Any], blocks: Sequence[Block], budget: int | None) -> CompressResult:
        """Book what is new, and put the changed blocks into a copy of the messages."""
        Ledger(self.job.store).book(self._booked)
        changed = replace_at(messages, self.changes)
        return CompressResult(
            messages=changed,
            tokens_before=self.tokens_before,
            tokens_after=self.tokens_after,
            decisions=tuple(self.decisions),
            error=self.error or next((d.reason for d in self.decisions if d.reason.startswith("store: ")), None),
            budget_met=None if budget is None else self.tokens_after <= budget,
            is_estimate=not self.job.tokenizer.is_exact,
            changes=self.changes,
            _expand=partial(_restore, changed, self.refs, self.job.store),
            _blocks=partial(_shown, blocks, self.changes),
        )

    def _decide(self, block: Block, source: Source) -> Form:
        if block.role == "user":
            self._query = question(source.original) or self._query
        is_issued = source.issued_ref is not None
        reason = verdict(block, replace(self.limits, is_issued=True) if is_issued else self.limits)
        if block.role == "user" and not self.limits.compress_user:
            return Form(None, reason=reason or "")
        if reason and source.issued_ref is None:
            self._note(block, source, Form(None, hidden=()))
            return Form(None, reason=reason)
        query = query_of(self._query, block.arguments)
        hints = Hints(tool=block.tool, arguments=block.arguments)
        is_pasted = block.role == "user"
        if reason:  # the block holds a form of ours: only what it shows is of interest
            form = recall(self.job, key_of(self.job, source.ref, query, hints, is_pasted=is_pasted))
            is_own = form is not None and form.text == block.text
            self._has_tool = self._has_tool or f"<<ccr:{source.ref}" in block.text
            self._note(block, source, form if form and is_own else Form(block.text, ref=source.ref, hidden=None))
            return Form(None, reason=reason)
        key, form = form_of(self.job, source, query, hints, is_pasted=is_pasted)
        return self._settle(block, source, key, form)

    def _settle(self, block: Block, source: Source, key: bytes, own: Form) -> Form:
        """The block's own form, or a reference to an earlier block that says the same for less."""
        key, form = self._repeated(block, source, key, own) or (key, own)
        pays_tool = form.has_marker and not self._has_tool
        if form.text is not None and not is_worth(form.tokens_before, form.tokens_after, pays_tool=pays_tool):
            form = replace(form, text=None, reason="saves less than the retrieve tool's definition costs")
        self._note(block, source, form if form.text is not None else replace(form, hidden=()))
        if form.text is not None and key in self.job.fresh:
            self._booked.append(Booking(form.compressor, form.tokens_before, form.tokens_after))
        return form

    def _repeated(self, block: Block, source: Source, key: bytes, own: Form) -> tuple[bytes, Form] | None:
        if self.job.level == "lossless":
            return None
        text = source.original
        same, older = self._by_ref.get(source.ref), self._by_call.get((block.tool, block.arguments))
        said = same_as(same, source.ref, own, text) if same else None
        if said is None and same is None and older is not None and older.ref != source.ref and block.tool:
            said = changed_from(older, source.ref, own, text)
        if said is None:
            return None
        tokens = self.job.tokenizer.count(said)
        before = own.tokens_before or self.job.tokenizer.count(text, source.digest)
        if not is_worth(before, tokens) or not is_worth(own.tokens_after or before, tokens):
            return None
        why = said[said.find(" ") + 1 : said.find(">>")]
        form = Form(said, own.kind, "Repeats", "faithful", before, tokens, source.ref, True, None, why)
        own_key = sha256(key + said.encode("utf-8", "surrogatepass")).digest()
        given = recall(self.job, own_key) or issue(self.job, source, own_key, form)
        return (own_key, given) if given.text is not None else None

    def _note(self, block: Block, source: Source, form: Form) -> None:
        """Remember what this message shows, for later repeats of it."""
        shown = source.shown if form.text is None else form.text
        own = Earlier(block.message + 1, source.ref, source, shown, form.hidden)
        self._by_ref.setdefault(source.ref, own)
        if block.tool and block.arguments:
            self._by_call[block.tool, block.arguments] = own
