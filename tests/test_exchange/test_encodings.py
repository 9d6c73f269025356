"""Compressed bodies are read as their clients wrote them, and never become more than the limit."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from headroom_jupyter.errors import InputError
from headroom_jupyter.exchange.encodings import decoded

ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "zstd": lambda body: zstandard.ZstdCompressor().compress(body),
}


def _raw(body: bytes) -> bytes:
    writer = zlib.compressobj(wbits=-15)
    return writer.compress(body) + writer.flush()


def _streamed(body: bytes) -> bytes:
    """zstd as a stream writes it: no size in the head."""
    writer = zstandard.ZstdCompressor().compressobj()
    return writer.compress(body) + writer.flush()


@given(body=st.binary(max_size=3000), times=st.integers(1, 3))
def test_what_was_encoded_is_read(body: bytes, times: int) -> None:
    for name, encode in ENCODERS.items():
        assert decoded(encode(body), name) == body
    assert decoded(_raw(body), "deflate") == body
    assert decoded(_streamed(body), "ZSTD ") == body
    assert decoded(gzip.compress(body) * times, "gzip") == body * times
    assert decoded(_streamed(body) * times, "zstd") == body * times
    assert decoded(body, "identity") == body


@given(body=st.binary(min_size=1, max_size=300), cut=st.integers(1, 100), name=st.sampled_from(sorted(ENCODERS)))
def test_what_was_cut_off_or_damaged_is_told(body: bytes, cut: int, name: str) -> None:
    small = ENCODERS[name](body)
    for damaged in (small[: -min(cut, len(small) - 1)], b"\x00" + small):
        with pytest.raises(InputError, match=name):
            decoded(damaged, name)


@pytest.mark.parametrize("name", sorted(ENCODERS))
def test_a_bomb_is_never_held(name: str) -> None:
    bomb = ENCODERS[name](b"a" * 60_000_000)
    assert len(bomb) < 100_000
    tracemalloc.start()
    with pytest.raises(InputError, match="larger than 1,000,000 bytes"):
        decoded(bomb, name, 1_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 25_000_000


def test_a_window_that_is_too_large_is_refused() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=27, enable_ldm=True)
    body = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    with pytest.raises(InputError, match="zstd"):
        decoded(body.compress(b"x" * 1000) + body.flush(), "zstd")


def test_other_encodings_are_told() -> None:
    for name in ("br", "gzip, zstd", "compress"):
        with pytest.raises(InputError, match="not read here"):
            decoded(b"x", name)
