"""What a magic was asked for, as plain values; it compresses nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import cast, get_args

from headroom_jupyter.ccr.marker import Marker
from headroom_jupyter.ccr.store import Store
from headroom_jupyter.compressors.base import Level
from headroom_jupyter.errors import InputError
from headroom_jupyter.pipeline import check_options
from headroom_jupyter.tokens import Tokenizer, tokenizer_for

__all__ = ["Options"]


@dataclass(frozen=True)
class Options:
    """How to compress. `retrieval` False: the reader cannot redeem markers; `keep`: a regular expression."""

    query: str = ""
    model: str = "gpt-4o"
    level: Level = "faithful"
    budget: int | None = None
    retrieval: bool = True
    keep: str = ""
    store: Store = field(default_factory=Store, compare=False)

    def checked(self) -> Options:
        """The same, if it can be used.

        Raises:
            InputError: names the option and what it may be.
        """
        check_options(self.level, self.budget)
        tokenizer_for(self.model)
        if self.pattern is not None and self.pattern.search(""):
            raise InputError(f"--keep {self.keep!r} matches the empty text, so every line; make it match something")
        return self

    def within(self, budget: int | None) -> Options:
        """The same with another budget."""
        return replace(self, budget=budget)

    def said(self, marker: Marker) -> str:
        """A marker as the reader can use it."""
        return marker.render() if self.retrieval else marker.in_words()

    @property
    def own_level(self) -> Level:
        """The level, where nothing may be left out that cannot be had back."""
        return self.level if self.retrieval else "lossless"

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:
        """`keep`, compiled."""
        try:
            return re.compile(self.keep, re.MULTILINE) if self.keep else None
        except re.error as err:
            raise InputError(f"--keep {self.keep!r} is no regular expression: {err}") from err

    @property
    def asked(self) -> str:
        """The query, and the plain words of `keep`: what it matches is wanted for the same reason."""
        plain = " ".join(f'"{word}"' for word in re.findall(r"(?<![\\\w])\w[\w .-]{2,}", self.keep)[:4])
        return f"{self.query}\n{plain}".strip() if plain else self.query

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """The model's tokenizer."""
        return tokenizer_for(self.model)


LEVELS = cast("tuple[Level, ...]", get_args(Level))
