"""Counts tokens offline, exactly where the vocabulary is public; never downloads one.

Vocabularies come inside the bpe-openai wheel. Only its extension module is loaded: importing the package builds three
vocabularies (1.2 s, 153 MB) where one is needed (0.12 s, 76 MB).
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from importlib.machinery import ExtensionFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

from headroom_jupyter.errors import InputError, PluginError

__all__ = ["Tokenizer", "tokenizer_for"]

# OpenAI's published assignment (tiktoken/model.py), by the longest prefix that fits.
_OPENAI = {
    "o200k_base": (
        "o200k",
        "gpt-4o",
        "gpt-4.1",
        "gpt-4.5",
        "gpt-5",
        "gpt-6",
        "gpt-oss",
        "chatgpt-4o",
        "o1",
        "o3",
        "o4",
    ),
    "cl100k_base": ("cl100k", "gpt-4", "gpt-3.5", "gpt-35", "text-embedding-3", "text-embedding-ada-002"),
}
# Families whose vocabulary is not public or not shipped: counted in o200k and called an estimate.
_OTHERS = (
    "claude gemini gemma llama mistral mixtral codestral ministral devstral magistral qwen qwq deepseek grok command"
    " phi nova titan kimi moonshot glm minimax granite jamba sonar yi smollm nemotron sonnet opus haiku"
).split()
_REMEMBERED = 8192  # counts kept in memory, about 1 MB


@dataclass(frozen=True, slots=True)
class Tokenizer:
    """Counts in one encoding; `is_exact` is False where the count is an estimate for the model asked for."""

    model: str
    encoding: str
    is_exact: bool
    _counts: dict[bytes, int] = field(default_factory=dict, repr=False, compare=False)

    def count(self, text: str, digest: bytes | None = None) -> int:
        """Tokens of `text`, special tokens read as ordinary text, lone surrogates as "?".

        Args:
            text: Any string.
            digest: sha256 of its UTF-8 bytes (surrogatepass), when the caller has it already.
        """
        if len(text) < 200:
            return _count(self.encoding, text)
        key = digest or sha256(text.encode("utf-8", "surrogatepass")).digest()
        known = self._counts.get(key)
        if known is None:
            known = _count(self.encoding, text)
            if len(self._counts) >= _REMEMBERED:
                self._counts.clear()
            self._counts[key] = known
        return known


def tokenizer_for(model: str) -> Tokenizer:
    """The tokenizer of a model, a provider's prefix and case ignored (`anthropic/claude-…`, `ft:gpt-4o:…`).

    Raises:
        InputError: the model belongs to no known family.

    >>> tokenizer_for("gpt-4").encoding, tokenizer_for("claude-sonnet-4-5").is_exact
    ('cl100k_base', False)
    """
    return _tokenizer(_named(model))


def _named(model: object) -> str:
    if not isinstance(model, str) or not model.strip():
        raise InputError(f"model={model!r} names no model; give one such as 'gpt-4o' or 'claude-sonnet-4-5'")
    return model.strip().lower()


@cache
def _shared_counts(encoding: str) -> dict[bytes, int]:
    return {}


def _tokenizer(model: str) -> Tokenizer:
    name = model.removeprefix("ft:").rsplit("/", 1)[-1]
    fits = [(len(prefix), encoding) for encoding, all_ in _OPENAI.items() for prefix in all_ if name.startswith(prefix)]
    if fits:
        encoding = max(fits)[1]
        return Tokenizer(model, encoding, True, _shared_counts(encoding))
    if any(family in name for family in _OTHERS):
        return Tokenizer(model, "o200k_base", False, _shared_counts("o200k_base"))
    raise InputError(
        f"unknown model {model!r}; name one of a known family (gpt-…, o3, claude-…, gemini-…, llama-…) or an encoding:"
        " 'o200k_base', 'cl100k_base'"
    )


def _count(encoding: str, text: str) -> int:
    try:
        return int(_vocabulary(encoding).count(text))
    except UnicodeEncodeError:
        return int(_vocabulary(encoding).count(text.encode("utf-8", "replace").decode("utf-8")))


@cache
def _vocabulary(encoding: str) -> Any:
    return _bindings().tokenizer_for_encoding(encoding)


@cache
def _bindings() -> ModuleType:
    spec = importlib.util.find_spec("bpe_openai")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    files = [path for folder in folders for path in sorted(Path(folder).glob("_bindings*"))]
    found = [path for path in files if path.suffix in (".so", ".pyd")]
    if not found:
        raise PluginError("the tokenizer's extension module is missing; run: pip install --force-reinstall bpe-openai")
    loader = ExtensionFileLoader("bpe_openai._bindings", str(found[0]))
    own = importlib.util.spec_from_file_location("bpe_openai._bindings", found[0], loader=loader)
    assert own is not None  # noqa: S101  # a path and a loader always give a spec
    module = importlib.util.module_from_spec(own)
    loader.exec_module(module)
    return module
