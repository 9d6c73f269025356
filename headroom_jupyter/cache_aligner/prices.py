"""What providers publish about their prompt caches: prices, and how short a prefix may be.

Each price names where it was read and the day, in `Price.basis` and `Price.read_on`. Those of Anthropic were read in
copies of its own pages. Those of OpenAI and Gemini are taken from genai-prices 0.2.3 (MIT, Pydantic Services Inc.),
which names the providers' price pages as its sources; an older transcription of OpenAI's list agrees with it where it
has the model (GPT-5.4 and 5.5). Nothing was asked of a provider itself, and no bill was compared.

A model that is not in the table has no price: a family's name says nothing about the price of its next member. What a
price depends on beside the model (the tier, a region, prompts beyond 200,000 or 272,000 tokens, storage) is not in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

__all__ = ["COMPILED", "Price", "cached_minimum", "price_of", "published", "window_of", "windows"]

COMPILED = "2026-11-24"
# What may follow a model's name in a request without making it another model: a date, "latest", a preview's number.
_SUFFIX = re.compile(r"(?:[-@:](?:\d{8}|\d{4}-\d{2}-\d{2}|latest|preview(?:-[\d-]+)?|v\d(?::\d)?|\d{3}))*")


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million input tokens: read for the first time, written to the cache, read from it.

    `basis` is where that stands, `read_on` when it was looked up there.
    """

    input: float
    write: float
    read: float
    basis: str
    read_on: str


_PRICING = "platform.claude.com/docs/en/about-claude/pricing"
_OLDER = "platform.claude.com/docs/zh-CN/about-claude/pricing"  # the table as it stood with Opus 4.6
_SONNET_5 = "platform.claude.com/docs/zh-CN/models/sonnet-5/overview"
# Written for five minutes.
_ANTHROPIC = {
    "claude-fable-5-1": (10, 12.5, 0.25, _PRICING),
    "claude-fable-5": (10, 12.5, 1, _PRICING),
    "claude-opus-5": (5, 6.25, 0.5, _PRICING),
    "claude-opus-4-8": (5, 6.25, 0.5, _PRICING),
    "claude-opus-4-7": (5, 6.25, 0.5, _PRICING),
    "claude-opus-4-6": (5, 6.25, 0.5, _PRICING),
    "claude-opus-4-5": (5, 6.25, 0.5, _PRICING),
    "claude-opus-4-1": (15, 18.75, 1.5, _PRICING),
    "claude-opus-4": (15, 18.75, 1.5, _OLDER),
    "claude-sonnet-5": (2, 2.5, 0.2, _SONNET_5),
    "claude-sonnet-4-6": (3, 3.75, 0.3, _OLDER),
    "claude-sonnet-4-5": (3, 3.75, 0.3, _OLDER),
    "claude-sonnet-4": (3, 3.75, 0.3, _OLDER),
    "claude-3-7-sonnet": (3, 3.75, 0.3, _OLDER),
    "claude-haiku-4-5": (1, 1.25, 0.1, _OLDER),
    "claude-3-5-haiku": (0.8, 1, 0.08, _OLDER),
    "claude-3-haiku": (0.25, 0.3, 0.03, _OLDER),
}
_OPENAI_LIST = "genai-prices 0.2.3 (MIT), which names developers.openai.com/api/docs/pricing"
# No fee for writing before GPT-5.6; for prompts up to 272k tokens.
_OPENAI = {
    "gpt-6.1-sol": (2, 2.5, 0.1),
    "gpt-6.1-terra": (1, 1.25, 0.05),
    "gpt-6-astra": (10, 12.5, 1),
    "gpt-6-sol": (2, 2.5, 0.2),
    "gpt-6-luna": (0.1, 0.125, 0.01),
    "gpt-5.6-sol": (4, 5, 0.4),
    "gpt-5.6-terra": (2, 2.5, 0.2),
    "gpt-5.6-luna": (0.2, 0.25, 0.02),
    "gpt-5.5": (5, 5, 0.5),
    "gpt-5.4": (2.5, 2.5, 0.25),
    "gpt-5.4-mini": (0.75, 0.75, 0.075),
    "gpt-5.4-nano": (0.2, 0.2, 0.02),
    "gpt-5.3": (1.75, 1.75, 0.175),
    "gpt-5.3-codex": (1.75, 1.75, 0.175),
    "gpt-5.2": (1.75, 1.75, 0.175),
    "gpt-5.1": (1.25, 1.25, 0.125),
    "gpt-5.1-codex-mini": (0.25, 0.25, 0.025),
    "gpt-5": (1.25, 1.25, 0.125),
    "gpt-5-mini": (0.25, 0.25, 0.025),
    "gpt-5-nano": (0.05, 0.05, 0.005),
    "gpt-4.1": (2, 2, 0.5),
    "gpt-4.1-mini": (0.4, 0.4, 0.1),
    "gpt-4.1-nano": (0.1, 0.1, 0.025),
    "gpt-4o": (2.5, 2.5, 1.25),
    "gpt-4o-mini": (0.15, 0.15, 0.075),
    "o4-mini": (1.1, 1.1, 0.275),
    "o3": (2, 2, 0.5),
    "o3-mini": (1.1, 1.1, 0.55),
    "o1": (15, 15, 7.5),
}
_GEMINI_LIST = "genai-prices 0.2.3 (MIT), which names ai.google.dev/gemini-api/docs/pricing"
# Cached by Gemini itself, which takes no fee for writing; for prompts up to 200k tokens.
_GEMINI = {
    "gemini-4-argon": (4, 0.2),
    "gemini-3.8-flash": (1.5, 0.15),
    "gemini-3.7-flash": (1.5, 0.15),
    "gemini-3.6-flash": (1.5, 0.15),
    "gemini-3.5-flash": (1.5, 0.15),
    "gemini-3.5-flash-lite": (0.3, 0.03),
    "gemini-3.1-pro": (2, 0.2),
    "gemini-3.1-flash-lite": (0.25, 0.025),
    "gemini-3-pro": (2, 0.2),
    "gemini-3-flash": (0.5, 0.05),
    "gemini-2.5-pro": (1.25, 0.125),
    "gemini-2.5-flash": (0.3, 0.03),
    "gemini-2.5-flash-lite": (0.1, 0.01),
    "gemini-2.0-flash": (0.1, 0.025),
}
_TABLE = {
    **{name: Price(*row, COMPILED) for name, row in _ANTHROPIC.items()},
    **{name: Price(*row, _OPENAI_LIST, COMPILED) for name, row in _OPENAI.items()},
    **{name: Price(full, full, read, _GEMINI_LIST, COMPILED) for name, (full, read) in _GEMINI.items()},
}
# The shortest prefix that is cached, in tokens. Claude: platform.claude.com, prompt caching, as quoted in
# anthropic-sdk-python #1194 (up to 4.6) and by users since; Gemini: ai.google.dev/gemini-api/docs/caching, 2026-10-13.
_MINIMUMS = {
    **dict.fromkeys(("claude-fable-5-1", "claude-fable-5", "claude-opus-5"), 512),
    **dict.fromkeys(("claude-opus-4-6", "claude-opus-4-5", "claude-haiku-4-5"), 4096),
    **dict.fromkeys(("claude-opus-4-7", "claude-3-5-haiku", "claude-3-haiku"), 2048),
    **dict.fromkeys(("gemini-3.8-flash", "gemini-3.7-flash", "gemini-3.6-flash", "gemini-3.5-flash"), 4096),
    **dict.fromkeys(("gemini-3.1-pro",), 4096),
    **dict.fromkeys(("gemini-2.5-flash", "gemini-2.5-pro"), 2048),
}
# Tokens of the context window. Claude: the list of Anthropic's page on context windows as quoted in ccdeck (GitHub),
# "other Claude models" having 200,000; gpt-4o and o3: platform.openai.com/docs/models, as quoted by GitLab and in
# agcodex; Gemini: cloud.google.com, models. Of other models no such document was at hand.
_WINDOWS = {
    1_000_000: "claude-fable-5-1 claude-fable-5 claude-opus-5 claude-opus-4-8 claude-opus-4-7 claude-opus-4-6"
    " claude-sonnet-5 claude-sonnet-4-6",
    200_000: "claude-opus-4-5 claude-opus-4-1 claude-opus-4 claude-sonnet-4-5 claude-sonnet-4 claude-3-7-sonnet"
    " claude-haiku-4-5 claude-3-5-haiku claude-3-haiku o3",
    128_000: "gpt-4o",
    1_048_576: "gemini-2.5-flash",
}
_WINDOW_OF = {name: window for window, names in _WINDOWS.items() for name in names.split()}
_USUAL_MINIMUM = 1024  # of the other Claude models, of OpenAI's, and of those not known here


def price_of(model: str) -> Price | None:
    """The published prices of a model; None when the table does not have it.

    >>> price_of("anthropic/claude-opus-4-5-20251101").read, price_of("claude-opus-4-99")
    (0.5, None)
    """
    row = _row(model, _TABLE)
    return _TABLE[row] if row else None


def published() -> Mapping[str, Price]:
    """The whole table, by model."""
    return dict(_TABLE)


def window_of(model: str) -> int | None:
    """The tokens that a model's context window holds; None where the table does not say.

    >>> window_of("gpt-4o-2024-11-20"), window_of("gpt-99")
    (128000, None)
    """
    return _WINDOW_OF.get(_row(model, _WINDOW_OF))


def windows() -> Mapping[str, int]:
    """All windows that are known, by model; also of models without a price."""
    return dict(_WINDOW_OF)


def cached_minimum(model: str) -> int:
    """The shortest prefix that a model's provider caches, in tokens."""
    return _MINIMUMS.get(_row(model, _MINIMUMS), _USUAL_MINIMUM)


def _row(model: str, rows: Iterable[str]) -> str:
    """The name of those in a table that a model goes by, or ""."""
    name = model.strip().lower().removeprefix("models/").rsplit("/", 1)[-1]
    fits = [row for row in rows if name.startswith(row) and _SUFFIX.fullmatch(name[len(row) :])]
    return max(fits, key=len, default="")
