"""Compressed bodies of requests, read within a limit: a small one may stand for more than any memory holds.

Codex sends zstd. gzip and deflate are what other clients can be told to send; nobody is known to send brotli.
"""

from __future__ import annotations

import io
import zlib

import zstandard

from headroom_jupyter.errors import InputError

__all__ = ["IDENTITY", "MOST_BYTES", "READABLE", "decoded"]

IDENTITY = ("", "identity")
READABLE = ("gzip", "x-gzip", "deflate", "zstd")
MOST_BYTES = 64_000_000  # of a body once it is decoded; twice the largest request that a provider documents
_MOST_WINDOW_BYTES = 8_388_608  # RFC 9659: larger windows are not for HTTP
_GZIP, _ZLIB, _RAW = 31, 15, -15  # zlib's names for the formats; "deflate" is sent in both of the latter


def decoded(body: bytes, encoding: str, most: int = MOST_BYTES) -> bytes:
    """A body as its client wrote it.

    Args:
        body: As it came.
        encoding: Its content-encoding.
        most: Bytes that it may become.

    Raises:
        InputError: the encoding is not one that is read here, the body is damaged, or it becomes larger.

    >>> decoded(zlib.compress(b"{}"), "deflate")
    b'{}'
    """
    name = encoding.strip().lower()
    if name in IDENTITY:
        return body
    if name not in READABLE:
        raise InputError(f"content-encoding {name[:40]!r} is not read here; the body went through as it came")
    try:
        if name == "zstd":
            plain = _unzstd(body, most)
        elif name == "deflate":
            plain = _inflated(body, most, _ZLIB if body[:1] and body[0] & 15 == 8 else _RAW)
        else:
            plain = _inflated(body, most, _GZIP)
    except (zlib.error, zstandard.ZstdError, EOFError) as err:
        raise InputError(f"the body is no whole {name}: {err}; it went through as it came") from err
    if len(plain) > most:
        raise InputError(f"the body is larger than {most:,} bytes when decoded; it went through as it came")
    return plain


def _inflated(body: bytes, most: int, bits: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while size <= most:
        reader = zlib.decompressobj(bits)
        pieces.append(reader.decompress(body, most + 1 - size))
        size += len(pieces[-1])
        if not reader.eof and size <= most:
            raise EOFError("its end is missing")
        body = reader.unused_data
        if not body or bits != _GZIP:  # gzip alone may be of several members
            break
    return b"".join(pieces)


def _unzstd(body: bytes, most: int) -> bytes:
    """All frames. A reader says nothing of a frame that was cut off, so frames are read one by one."""
    pieces: list[bytes] = []
    size = 0
    while body and size <= most:
        reader = zstandard.ZstdDecompressor(max_window_size=_MOST_WINDOW_BYTES).decompressobj(write_size=65_536)
        source = io.BytesIO(body)
        while not reader.eof and size <= most:
            piece = source.read(256)  # which may stand for 8 MB
            if not piece:
                raise EOFError("its end is missing")
            pieces.append(reader.decompress(piece))
            size += len(pieces[-1])
        body = reader.unused_data + source.read()
    return b"".join(pieces)
