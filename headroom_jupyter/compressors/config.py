"""Compresses configuration: YAML, TOML, INI, properties and the lock files written in them.

Its structure stays with the entries that the query names; JSON is not its business.
"""

from __future__ import annotations

from headroom_jupyter.compressors import config_lossless
from headroom_jupyter.compressors.base import Ask, Compressed, Hints, lossless, sample, verbatim
from headroom_jupyter.compressors.config_kinds import detect, likeliest
from headroom_jupyter.compressors.config_outline import outline

__all__ = ["ConfigCompressor"]


class ConfigCompressor:
    """Knows keys, values and sections."""

    name = "config"

    def confidence(self, text: str, hints: Hints) -> float:
        """How sure it is that `text` is configuration."""
        language = detect(sample(text).split("\n"), hints)
        return language.confidence if language is not None else 0.0

    def compress(self, text: str, ask: Ask) -> Compressed:
        """An outline with what the query names, or the same lines with their beginnings factored."""
        if not ask.may_omit or len(text) < 2 * ask.target_chars:
            short = config_lossless.encode(text)
            if short is not None and (not ask.may_omit or len(short) <= ask.target_chars):
                return lossless(text, short, ask, config_lossless.units)
        if not ask.may_omit or len(text) <= ask.target_chars:
            return verbatim(text)
        return outline(text, likeliest(sample(text, 20_000).split("\n")), ask)

    def decode(self, text: str) -> str | None:
        """The configuration of a lossless form."""
        return config_lossless.decode(text)
