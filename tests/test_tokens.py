"""Counts are exact offline, and say so when they are estimates."""

from __future__ import annotations

import pytest
import tiktoken
from hypothesis import given
from hypothesis import strategies as st

from headroom_jupyter.errors import InputError
from headroom_jupyter.tokens import tokenizer_for
from tests.vocabularies import tiktoken_encoding

_TRICKY = ["", " ", "a" * 5000, "\r\n\t\x00", "<|endoftext|>", "ﬁ İ ß 漢字 🏳️‍🌈", "1234567890" * 50]
_TRICKY.append("def f(x):\n    return x\n" * 40)


@pytest.fixture(scope="module")
def encodings() -> dict[str, tiktoken.Encoding]:
    return {name: tiktoken_encoding(name) for name in ("o200k_base", "cl100k_base")}


@pytest.mark.parametrize("encoding", ["o200k_base", "cl100k_base"])
@pytest.mark.parametrize("text", _TRICKY, ids=range(len(_TRICKY)))
def test_counts_equal_tiktokens(encoding: str, text: str, encodings: dict[str, tiktoken.Encoding]) -> None:
    reference = encodings[encoding]
    assert tokenizer_for(encoding).count(text) == len(reference.encode_ordinary(text))


@given(text=st.text(max_size=400))
def test_counts_of_any_text_equal_tiktokens(text: str, encodings: dict[str, tiktoken.Encoding]) -> None:
    reference = encodings["o200k_base"]
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
