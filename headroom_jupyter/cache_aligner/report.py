"""`cache_report`: how much of what was sent a prompt cache could answer, what broke it, and what that cost."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from headroom_jupyter.cache_aligner.align import CacheAligner
from headroom_jupyter.cache_aligner.causes import causes_of
from headroom_jupyter.cache_aligner.logs import Entry, Skipped, entry_of, read_log
from headroom_jupyter.cache_aligner.prices import COMPILED, price_of
from headroom_jupyter.cache_aligner.provider_cache import ProviderCache, tokenizer_of
from headroom_jupyter.cache_aligner.requests import Piece, pieces
from headroom_jupyter.cache_aligner.volatile import spans
from headroom_jupyter.errors import InputError
from headroom_jupyter.ledger import CacheUse

__all__ = ["Break", "CacheReport", "ConversationReport", "cache_report"]

_MOST_OPEN = 32  # conversations that may go on; the log's longest silent one is closed first
_MOST_SHOWN = 200  # conversations told one by one, the costliest; the others are in the totals
_MOST_CAUSES = 12
_LOOKED_AT = 2000  # characters of the first user text, by which a conversation is known again


@dataclass(frozen=True, slots=True)
class Break:
    """One cause: how many calls had it, the tokens read again where it was the first, and one example."""

    place: str
    kind: str
    calls: int
    lost_tokens: int
    example: str


@dataclass(frozen=True, slots=True)
class ConversationReport:
    """One conversation, or sums over several.

    Attributes:
        input_tokens, cached_tokens: Of all its calls; cached by the provider's documented rules, counted here.
        stable_tokens: The beginning that all its calls have in common.
        breaks: What broke it, the dearest first.
        lost_tokens: What calls had to read again because of that.
        lost_usd: The same at the published prices; None for a model without one.
        aligned_input_tokens, aligned_cached_tokens: The same calls, sent through `CacheAligner(marks=True)`.
        measured: What the provider itself reported, where the log has it.
        is_estimate: The model's vocabulary is not public; tokens are those of o200k.
    """

    name: str
    provider: str = ""
    model: str = ""
    calls: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    stable_tokens: int = 0
    breaks: tuple[Break, ...] = ()
    lost_tokens: int = 0
    lost_usd: float | None = None
    aligned_input_tokens: int = 0
    aligned_cached_tokens: int = 0
    measured: CacheUse | None = None
    is_estimate: bool = False

    @property
    def cached_share(self) -> float:
        """Cached tokens among all that were sent, 0 to 1."""
        return self.cached_tokens / self.input_tokens if self.input_tokens else 0.0

    @property
    def aligned_share(self) -> float:
        """The same after alignment."""
        return self.aligned_cached_tokens / self.aligned_input_tokens if self.aligned_input_tokens else 0.0


@dataclass(frozen=True)
class CacheReport:
    """All conversations together, the costliest of them one by one, and what was skipped and why."""

    total: ConversationReport
    conversations: tuple[ConversationReport, ...]
    conversation_count: int
    skipped: Skipped
    prices_of: str = COMPILED

    def __repr__(self) -> str:
        total = self.total
        lost = "" if total.lost_usd is None else f", ${total.lost_usd:,.4f}"
        head = (
            f"{total.calls} calls in {self.conversation_count} conversations: {total.cached_share:.1%} of"
            f" {total.input_tokens:,} input tokens cached, {total.aligned_share:.1%} if aligned;"
            f" {total.lost_tokens:,} read again{lost}"
        )
        rows = [
            f"  {one.place}: {one.kind}, {one.calls} calls, {one.lost_tokens:,} tokens; {one.example}"
            for one in total.breaks
        ]
        left = [f"  skipped {count}: {reason}" for reason, count in self.skipped.reasons.most_common()]
        return "\n".join([head, *rows, *left])


def cache_report(
    conversations: str | Path | Iterable[Iterable[Mapping[str, Any]] | Mapping[str, Any]],
) -> CacheReport:
    """Tell how a provider's prompt cache fares with conversations.

    Args:
        conversations: Each one the request bodies that were sent, in order, in the shape of any of the four APIs; a
            body that stands by itself is put to its conversation by how that begins. Or the path of a log with one
            such body a line, alone or as "request" with "usage" or "response" beside it, read a line at a time,
            however large it is.

    Returns:
        Sums, and for each conversation what broke its prefix and what that cost.

    Raises:
        InputError: the log cannot be read.

    Example:
        >>> ask = {"model": "gpt-5", "messages": [{"role": "user", "content": "Hello"}]}
        >>> cache_report([[ask, ask]]).total.calls
        2
    """
    skipped = Skipped()
    books = _Books(skipped)
    if isinstance(conversations, (str, Path)):
        for number, entry in enumerate(read_log(conversations, skipped), 1):
            books.add(entry, entry.conversation, number)
    else:
        for number, conversation in enumerate(conversations, 1):
            is_alone = isinstance(conversation, Mapping)
            for request in [conversation] if is_alone else conversation:
                try:
                    books.add(entry_of(request), "" if is_alone else f"conversation {number}", number)
                except InputError as err:
                    skipped.add(str(err), number)
    return books.report()


def _name(entry: Entry, found: Sequence[Piece]) -> str:
    """A name for how a conversation begins, its volatile values left out."""
    first = next((piece.text for piece in found if piece.place.startswith("message ")), "")
    text = first[:_LOOKED_AT]
    for span in reversed(spans(text)):
        text = text[: span.start] + text[span.end :]
    return sha256(f"{entry.shape} {entry.model} {text}".encode("utf-8", "surrogatepass")).hexdigest()[:8]


def _is_start(found: Sequence[Piece]) -> bool:
    """Whether nothing was answered yet."""
    messages = [piece for piece in found if piece.place.startswith("message ")]
    return not any(piece.text.startswith(("assistant\n", "model\n")) for piece in messages) and len(messages) <= 2


@dataclass
class _Open:
    """A conversation that may go on."""

    entry: Entry
    cache: ProviderCache
    aligned_cache: ProviderCache
    aligner: CacheAligner
    sums: Counter[str] = field(default_factory=Counter)
    stable: int | None = None
    causes: dict[tuple[str, str], list[Any]] = field(default_factory=dict)
    measured: CacheUse | None = None

    @classmethod
    def begin(cls, entry: Entry) -> _Open:
        cache, aligned_cache = (ProviderCache(entry.shape, entry.model) for _ in range(2))
        return cls(entry, cache, aligned_cache, CacheAligner(marks=True))

    def add(self, entry: Entry, found: Sequence[Piece]) -> None:
        """Look one call up, as it is and aligned."""
        aligned = pieces(self.aligner.align(entry.request).request, entry.shape)
        before = self.cache.recent[-1] if self.cache.recent else ()
        read, then = self.cache.read(found), self.aligned_cache.read(aligned)
        self.sums += Counter(
            calls=1, input=read.total, cached=read.cached, lost=read.lost, then=then.total, then_cached=then.cached
        )
        if before:
            self.stable = min(read.stable, read.stable if self.stable is None else self.stable)
        causes = causes_of(before, found, read.shared, is_marked=read.is_marked)
        told = {(cause.place, cause.kind): cause.told for cause in reversed(causes)}
        for key, example in reversed(told.items()):
            self.causes.setdefault(key, [0, 0, example])[0] += 1
        if causes:
            self.causes[causes[0].place, causes[0].kind][1] += read.lost
        if entry.usage and (use := CacheUse.of(entry.usage)):
            self.measured = use if self.measured is None else self.measured + use

    def report(self, name: str) -> ConversationReport:
        price, sums = price_of(self.entry.model), self.sums
        rows = sorted(self.causes.items(), key=lambda row: (-row[1][1], -row[1][0]))
        return ConversationReport(
            name=name,
            provider=self.entry.shape,
            model=self.entry.model,
            calls=sums["calls"],
            input_tokens=sums["input"],
            cached_tokens=sums["cached"],
            stable_tokens=self.stable or 0,
            breaks=tuple(Break(*key, *row) for key, row in rows[:_MOST_CAUSES]),
            lost_tokens=sums["lost"],
            lost_usd=sums["lost"] * (price.write - price.read) / 1e6 if price else None,
            aligned_input_tokens=sums["then"],
            aligned_cached_tokens=sums["then_cached"],
            measured=self.measured,
            is_estimate=not tokenizer_of(self.entry.model).is_exact,
        )


@dataclass
class _Books:
    """Conversations as they come, mixed or not; only few of them are held at a time."""

    skipped: Skipped
    open: OrderedDict[str, _Open] = field(default_factory=OrderedDict)
    closed: list[ConversationReport] = field(default_factory=list)
    sums: Counter[str] = field(default_factory=Counter)
    causes: dict[tuple[str, str], list[Any]] = field(default_factory=dict)
    usd: float | None = None
    measured: CacheUse | None = None

    def add(self, entry: Entry, name: str, line: int) -> None:
        """Add a call to its conversation; one without a name is known by how it begins."""
        try:
            found = pieces(entry.request, entry.shape)
            if not name:
                name = _name(entry, found)
                if _is_start(found):
                    self.close(name)
            if name not in self.open:
                self.open[name] = _Open.begin(entry)
            self.open[name].add(entry, found)
        except (InputError, RecursionError, KeyError, TypeError, AttributeError, ValueError) as err:
            self.skipped.add(f"not as its API has it ({type(err).__name__})", line)
            return
        self.open.move_to_end(name)
        if len(self.open) > _MOST_OPEN:
            self.close(next(iter(self.open)))

    def close(self, name: str) -> None:
        """A conversation is over, if there is one of this name."""
        done = self.open.pop(name).report(name) if name in self.open else None
        if done is None or not done.calls:
            return
        self.sums += Counter(
            conversations=1,
            calls=done.calls,
            input=done.input_tokens,
            cached=done.cached_tokens,
            stable=done.stable_tokens,
            lost=done.lost_tokens,
            then=done.aligned_input_tokens,
            then_cached=done.aligned_cached_tokens,
            estimates=done.is_estimate,
        )
        for one in done.breaks:
            row = self.causes.setdefault((one.place, one.kind), [0, 0, one.example])
            row[0] += one.calls
            row[1] += one.lost_tokens
        if done.lost_usd is not None:
            self.usd = (self.usd or 0.0) + done.lost_usd
        if done.measured:
            self.measured = done.measured if self.measured is None else self.measured + done.measured
        self.closed.append(done)
        if len(self.closed) > 2 * _MOST_SHOWN:
            self._keep_costliest()

    def _keep_costliest(self) -> None:
        self.closed = sorted(self.closed, key=lambda one: -one.lost_tokens)[:_MOST_SHOWN]
        # Places are few, but a tool's name is the log's own: keep the causes that matter.
        self.causes = dict(sorted(self.causes.items(), key=lambda row: (-row[1][1], -row[1][0]))[:_MOST_SHOWN])

    def report(self) -> CacheReport:
        for name in list(self.open):
            self.close(name)
        self._keep_costliest()
        rows = list(self.causes.items())[:_MOST_CAUSES]
        total = ConversationReport(
            name="all",
            calls=self.sums["calls"],
            input_tokens=self.sums["input"],
            cached_tokens=self.sums["cached"],
            stable_tokens=self.sums["stable"],
            breaks=tuple(Break(*key, *row) for key, row in rows),
            lost_tokens=self.sums["lost"],
            lost_usd=self.usd,
            aligned_input_tokens=self.sums["then"],
            aligned_cached_tokens=self.sums["then_cached"],
            measured=self.measured,
            is_estimate=bool(self.sums["estimates"]),
        )
        return CacheReport(total, tuple(self.closed), self.sums["conversations"], self.skipped)
