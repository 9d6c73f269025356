"""The walk over a conversation, block by block, and how far one has come, so that a longer one can go on from there.

What a block becomes depends on what stands before it and on nothing behind it. It knows no wire format.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from time import perf_counter
from typing import Any

from headroom_jupyter.ccr.snapshot import text_of
from headroom_jupyter.ccr.store import Store
from headroom_jupyter.compression import TOOL_TOKENS, Job, Source, form_of, is_worth, issue, key_of, query_of, recall
from headroom_jupyter.compressors.base import Hints
from headroom_jupyter.errors import MissingOriginal, StoreError
from headroom_jupyter.forms import Form
from headroom_jupyter.ledger import Booking, Ledger
from headroom_jupyter.messages import Block, Path, question, replace_at
from headroom_jupyter.policy import Situation, verdict
from headroom_jupyter.providers.base import Blocks
from headroom_jupyter.repeats import Earlier, changed_from, same_as
from headroom_jupyter.results import CompressResult, Decision

__all__ = ["Progress", "Walk", "foreseen"]


@dataclass
class Walk:
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
    query: str = ""
    recorded: list[bytes] = field(default_factory=list)  # keys of the records in the store on which it leans
    _has_tool: bool = False
    _by_ref: dict[str, Earlier] = field(default_factory=dict)
    _by_call: dict[tuple[str, str], Earlier] = field(default_factory=dict)
    _booked: list[Booking] = field(default_factory=list)
    _given: set[bytes] = field(default_factory=set)  # digests of texts that this walk gave out

    def fork(self) -> Walk:
        """This walk as it is now, whatever becomes of it; what it has to book stays behind."""
        return replace(
            self,
            job=replace(self.job, fresh=set(), known={}),
            sources={},
            decisions=[*self.decisions],
            changes={**self.changes},
            refs={**self.refs},
            recorded=[*self.recorded],
            _by_ref={**self._by_ref},
            _by_call={**self._by_call},
            _booked=[],
            _given={*self._given},
        )

    def stands(self, job: Job) -> bool:
        """Whether a walk over the same blocks would come to the same: nothing was changed, and no record is gone."""
        own = self.job
        is_same = (own.tokenizer.encoding, own.level, own.settings) == (job.tokenizer.encoding, job.level, job.settings)
        if not is_same or own.store is not job.store or self.error is not None:
            return False
        try:
            return job.store.has_forms(self.recorded)
        except StoreError:
            return False

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
            self.query = question(source.original) or self.query
        is_issued = source.issued_ref is not None
        reason = verdict(block, replace(self.limits, is_issued=True) if is_issued else self.limits)
        if block.role == "user" and not self.limits.compress_user:
            return Form(None, reason=reason or "")
        if reason and source.issued_ref is None:
            self._note(block, source, Form(None, hidden=()))
            return Form(None, reason=reason)
        query = query_of(self.query, block.arguments)
        hints = Hints(tool=block.tool, arguments=block.arguments)
        is_pasted = block.role == "user"
        if reason:  # the block holds a form of ours: only what it shows is of interest
            form = recall(self.job, key_of(self.job, source.ref, query, hints, is_pasted=is_pasted))
            is_own = form is not None and form.text == block.text
            self._has_tool = self._has_tool or f"<<ccr:{source.ref}" in block.text
            self._note(block, source, form if form and is_own else Form(block.text, ref=source.ref, hidden=None))
            return Form(None, reason=reason)
        key, form = form_of(self.job, source, query, hints, is_pasted=is_pasted)
        if not form.reason.startswith("too small"):  # of such there is no record
            self.recorded.append(key)
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
        self.recorded.append(own_key)
        return (own_key, given) if given.text is not None else None

    def _note(self, block: Block, source: Source, form: Form) -> None:
        """Remember what this message shows, for later repeats of it."""
        shown = source.shown if form.text is None else form.text
        own = Earlier(block.message + 1, source.ref, source, shown, form.hidden)
        self._by_ref.setdefault(source.ref, own)
        if block.tool and block.arguments:
            self._by_call[block.tool, block.arguments] = own


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one has come in a conversation: the blocks of its first messages, and the walk over them."""

    blocks: Blocks
    walk: Walk


def foreseen(blocks: Sequence[Block], job: Job, query: str = "") -> Mapping[str, Source]:
    """Sources by their texts, and in `job.known` the forms of tool results: two look-ups where a walk would make many.

    Nothing depends on it: what is not here is looked up when its turn comes, and an error shows then, too.
    `query` is the question that was asked before these blocks.
    """
    texts = {block.text for block in blocks if block.part == "text" and block.role in ("tool", "user")}
    keys = []
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


def _restore(messages: Sequence[Any], refs: Mapping[Path, str], store: Store) -> list[Any]:
    found = {path: text_of(store.get(ref)) for path, ref in refs.items()}
    return replace_at(messages, found)


def _shown(blocks: Sequence[Block], changes: Mapping[Path, str]) -> list[tuple[Block, str]]:
    return [(block, changes.get(block.path, block.text)) for block in blocks]
