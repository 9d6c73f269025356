"""Which API a path belongs to, and whose it is; unknown paths are nobody's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from headroom_jupyter.exchange.anthropic import AnthropicMessages
from headroom_jupyter.exchange.base import Wire
from headroom_jupyter.exchange.gemini import GeminiContents
from headroom_jupyter.exchange.openai_chat import OpenAIChatCompletions
from headroom_jupyter.exchange.openai_responses import OpenAIResponsesApi

__all__ = ["VENDORS", "Route", "vendor_of", "wire_of"]

VENDORS = ("anthropic", "openai", "gemini")
_WIRES: tuple[tuple[re.Pattern[str], Wire], ...] = (
    (re.compile(r"/v1/messages(?:/count_tokens)?$"), AnthropicMessages()),
    (re.compile(r"/chat/completions$"), OpenAIChatCompletions()),
    (re.compile(r"/responses(?:/input_tokens)?$"), OpenAIResponsesApi()),
    (re.compile(r"/models/(?P<model>[^/:]+):generateContent$"), GeminiContents()),
    (re.compile(r"/models/(?P<model>[^/:]+):streamGenerateContent\?(?:.*&)?alt=sse(?:&|$)"), GeminiContents()),
    (re.compile(r"/models/(?P<model>[^/:]+):streamGenerateContent(?:\?|$)"), GeminiContents(is_array=True)),
)
# Paths that one vendor alone has; the headers below tell whose the others are.
_PATHS = (
    (re.compile(r"/v1/(?:messages|complete|organizations|skills)(?:/|$)|/api/"), "anthropic"),
    (re.compile(r"/(?:chat/completions|responses|embeddings|models)(?:/|$)"), "openai"),  # gateways without a version
    (re.compile(r"/(?:v1(?:beta\d?|alpha|internal)|upload/v1beta\d?)[/:]"), "gemini"),
)
_HEADERS = {"anthropic-version": "anthropic", "anthropic-beta": "anthropic", "x-goog-api-key": "gemini"}


@dataclass(frozen=True, slots=True)
class Route:
    """The wire of a request, and the model where the path names it."""

    wire: Wire
    model: str = ""


def wire_of(path: str, query: str = "") -> Route | None:
    """The wire that a POST to this path speaks.

    >>> wire_of("/v1/messages").wire.provider, wire_of("/v1/files")
    ('anthropic', None)
    """
    for pattern, wire in _WIRES:
        if found := pattern.search(path) or (query and pattern.search(f"{path}?{query}")):
            return Route(wire, found.groupdict().get("model") or "")
    return None


def vendor_of(path: str, headers: Mapping[str, str]) -> str | None:
    """Whose API a path is; None when it is nobody's.

    >>> vendor_of("/v1/models", {"anthropic-version": "2023-06-01"}), vendor_of("/v1/models", {})
    ('anthropic', 'openai')
    >>> vendor_of("/responses", {}), vendor_of("/favicon.ico", {})
    ('openai', None)
    """
    for pattern, vendor in _PATHS:
        if pattern.match(path):
            return vendor
    for name, vendor in _HEADERS.items():
        if name in headers:
            return vendor
    return "openai" if path.startswith("/v1/") else None
