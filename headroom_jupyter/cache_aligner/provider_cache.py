"""What a provider's prompt cache would do with the requests of a conversation, by the rules that it documents.

It knows no clock: an entry lasts as long as its conversation. Each conversation stands by itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from headroom_jupyter.cache_aligner.prices import cached_minimum
from headroom_jupyter.cache_aligner.requests import Piece
from headroom_jupyter.cache_aligner.volatile import common_head
from headroom_jupyter.errors import InputError
from headroom_jupyter.tokens import Tokenizer, tokenizer_for

__all__ = ["ProviderCache", "Read", "tokenizer_of"]

_STEP = {"openai": 128, "openai_responses": 128}  # tokens; developers.openai.com, prompt caching
_LOOKED_BACK = 20  # blocks before a mark; platform.claude.com, prompt caching
_KEPT = 3  # requests that a prefix is looked up in: a side request may stand between two of a conversation


@dataclass(frozen=True, slots=True)
class Read:
    """One request as the cache sees it, in tokens.

    Attributes:
        total: Of the whole request.
        cached: Read from the cache.
        stable: The beginning it has in common with the request before; `shared` pieces of it are whole.
        lost: What could have been read as well, had the request before been continued as it was.
        is_marked: Whether the provider would cache it at all.
    """

    total: int
    cached: int
    stable: int
    shared: int
    lost: int
    is_marked: bool = True


@dataclass
class ProviderCache:
    """The cache of one conversation."""

    shape: str
    model: str
    recent: deque[Sequence[Piece]] = field(default_factory=lambda: deque(maxlen=_KEPT))
    _entries: set[bytes] = field(default_factory=set)

    def read(self, pieces: Sequence[Piece]) -> Read:
        """Look the next request up, and remember it."""
        tokenizer = tokenizer_of(self.model)
        counts = [tokenizer.count(piece.text) for piece in pieces]
        total = sum(counts)
        before = self.recent[-1] if self.recent else ()
        shared, stable = _common(before, pieces, counts, tokenizer)
        is_broken = shared < len(before)
        reachable = min(total, sum(tokenizer.count(piece.text) for piece in before)) if is_broken else stable
        is_marked = self.shape != "anthropic" or any(piece.is_marked for piece in pieces)
        if self.shape == "anthropic":
            cached = self._by_marks(pieces, counts)
        else:
            cached = max((_common(old, pieces, counts, tokenizer)[1] for old in self.recent), default=0)
            step = _STEP.get(self.shape, 1)
            cached = cached // step * step if cached >= cached_minimum(self.model) else 0
        self.recent.append(pieces)
        kept = stable if is_marked else 0
        lost = max(0, reachable - kept) if reachable >= cached_minimum(self.model) else 0
        return Read(total, cached, stable, shared, lost, is_marked)

    def _by_marks(self, pieces: Sequence[Piece], counts: Sequence[int]) -> int:
        """Entries end at marks; a mark finds the entries of the blocks before it."""
        running, chain, sums, total = sha256(self.model.encode("utf-8", "surrogatepass")), [], [], 0
        for piece, count in zip(pieces, counts, strict=True):
            running.update(sha256(piece.text.encode("utf-8", "surrogatepass")).digest())
            total += count
            chain.append(running.digest())
            sums.append(total)
        marks = [at for at, piece in enumerate(pieces) if piece.is_marked]
        found = [
            sums[at]
            for mark in marks
            for at in range(mark, max(-1, mark - _LOOKED_BACK), -1)
            if chain[at] in self._entries
        ]
        least = cached_minimum(self.model)
        self._entries.update(chain[at] for at in marks if sums[at] >= least)
        return max(found, default=0)


def tokenizer_of(model: str) -> Tokenizer:
    """The model's tokenizer; that of o200k for a model whose family is unknown."""
    try:
        return tokenizer_for(model)
    except InputError:
        return tokenizer_for("gemini")  # o200k, and says that it is an estimate


def _common(old: Sequence[Piece], new: Sequence[Piece], counts: Sequence[int], tokenizer: Tokenizer) -> tuple[int, int]:
    """Whole pieces, and tokens, that two requests begin with alike."""
    shared = 0
    while shared < min(len(old), len(new)) and old[shared].text == new[shared].text:
        shared += 1
    tokens = sum(counts[:shared])
    if shared < min(len(old), len(new)):
        tokens += tokenizer.count(common_head(old[shared].text, new[shared].text))
    return shared, tokens
