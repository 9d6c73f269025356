"""What providers publish about their prompt caches: prices, and how short a prefix may be.

Compiled from the providers' own pages and price lists as they stood between June and October 2026. A model that is
not in the table has no price here: a family's name says nothing about the price of its next member.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["COMPILED", "Price", "cached_minimum", "price_of", "published", "window_of"]

COMPILED = "2026-11-24"
# What may follow a model's name in a request without making it another model: a date, "latest", a preview's number.
_SUFFIX = re.compile(r"(?:[-@:](?:\d{8}|\d{4}-\d{2}-\d{2}|latest|preview(?:-[\d-]+)?|v\d(?::\d)?|\d{3}))*")


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million input tokens: read for the first time, written to the cache, read from it."""

    input: float
    write: float
    read: float
    minimum: int  # tokens; a shorter prefix is not cached


# platform.claude.com: pricing, prompt caching. Writes for five minutes.
_ANTHROPIC = {
    "claude-fable-5-1": (10, 12.5, 0.25, 512),
    "claude-fable-5": (10, 12.5, 1, 512),
    "claude-opus-5": (5, 6.25, 0.5, 512),
    "claude-opus-4-8": (5, 6.25, 0.5, 1024),
    "claude-opus-4-7": (5, 6.25, 0.5, 2048),
    "claude-opus-4-6": (5, 6.25, 0.5, 4096),
    "claude-opus-4-5": (5, 6.25, 0.5, 4096),
    "claude-opus-4-1": (15, 18.75, 1.5, 1024),
    "claude-opus-4": (15, 18.75, 1.5, 1024),
    "claude-sonnet-5": (2, 2.5, 0.2, 1024),
    "claude-sonnet-4-6": (3, 3.75, 0.3, 1024),
    "claude-sonnet-4-5": (3, 3.75, 0.3, 1024),
    "claude-sonnet-4": (3, 3.75, 0.3, 1024),
    "claude-3-7-sonnet": (3, 3.75, 0.3, 1024),
    "claude-haiku-4-5": (1, 1.25, 0.1, 4096),
    "claude-3-5-haiku": (0.8, 1, 0.08, 2048),
    "claude-3-haiku": (0.25, 0.3, 0.03, 2048),
}
# developers.openai.com: pricing, prompt caching. No fee for writing before GPT-5.6; prices are for up to 272k tokens.
_OPENAI = {
    "gpt-5.5": (5, 0.5),
    "gpt-5.4": (2.5, 0.25),
    "gpt-5.4-mini": (0.75, 0.075),
    "gpt-5.4-nano": (0.2, 0.02),
    "gpt-5.2": (1.75, 0.175),
    "gpt-5.1": (1.25, 0.125),
    "gpt-5.1-codex": (1.25, 0.125),
    "gpt-5.1-codex-mini": (0.25, 0.025),
    "gpt-5": (1.25, 0.125),
    "gpt-5-mini": (0.25, 0.025),
    "gpt-5-nano": (0.05, 0.005),
    "gpt-4.1": (2, 0.5),
    "gpt-4.1-mini": (0.4, 0.1),
    "gpt-4.1-nano": (0.1, 0.025),
    "gpt-4o": (2.5, 1.25),
    "gpt-4o-mini": (0.15, 0.075),
    "o3": (2, 0.5),
    "o4-mini": (1.1, 0.275),
    "o3-mini": (1.1, 0.55),
}
# ai.google.dev: pricing, context caching (implicit); up to 200k tokens.
_GEMINI = {
    "gemini-3.6-flash": (1.5, 0.15, 4096),
    "gemini-3.5-flash": (1.5, 0.15, 4096),
    "gemini-3.5-flash-lite": (0.3, 0.03, 4096),
    "gemini-2.5-pro": (1.25, 0.125, 4096),
    "gemini-2.5-flash": (0.3, 0.03, 1024),
    "gemini-2.5-flash-lite": (0.1, 0.01, 1024),
}
_TABLE = {
    **{name: Price(*row) for name, row in _ANTHROPIC.items()},
    **{name: Price(full, full, read, 1024) for name, (full, read) in _OPENAI.items()},
    **{name: Price(full, full, read, least) for name, (full, read, least) in _GEMINI.items()},
}
# Tokens of the context window, where the provider's page of models names one for the plain API.
_WINDOWS = {
    200_000: "claude-opus-4-5 claude-opus-4-1 claude-opus-4 claude-sonnet-4-5 claude-sonnet-4 claude-3-7-sonnet"
    " claude-haiku-4-5 claude-3-5-haiku claude-3-haiku o3 o4-mini o3-mini",
    400_000: "gpt-5.1 gpt-5.1-codex gpt-5.1-codex-mini gpt-5 gpt-5-mini gpt-5-nano",
    1_047_576: "gpt-4.1 gpt-4.1-mini gpt-4.1-nano",
    128_000: "gpt-4o gpt-4o-mini",
    1_048_576: "gemini-2.5-pro gemini-2.5-flash gemini-2.5-flash-lite",
}
_WINDOW_OF = {name: window for window, names in _WINDOWS.items() for name in names.split()}
_USUAL_MINIMUM = 1024  # the documented minimum of most models, for those not in the table


def price_of(model: str) -> Price | None:
    """The published prices of a model; None when the table does not have it.

    >>> price_of("anthropic/claude-opus-4-5-20251101").read, price_of("claude-opus-4-99")
    (0.5, None)
    """
    row = _row_of(model)
    return _TABLE[row] if row else None


def published() -> Mapping[str, Price]:
    """The whole table, by model."""
    return dict(_TABLE)


def window_of(model: str) -> int | None:
    """The tokens that a model's context window holds; None where the table does not say.

    >>> window_of("gpt-4o-2024-11-20"), window_of("gpt-99")
    (128000, None)
    """
    return _WINDOW_OF.get(_row_of(model))


def _row_of(model: str) -> str:
    name = model.strip().lower().removeprefix("models/").rsplit("/", 1)[-1]
    fits = [row for row in _TABLE if name.startswith(row) and _SUFFIX.fullmatch(name[len(row) :])]
    return max(fits, key=len, default="")


def cached_minimum(model: str) -> int:
    """The shortest prefix that a model's provider caches, in tokens."""
    price = price_of(model)
    return price.minimum if price else _USUAL_MINIMUM
