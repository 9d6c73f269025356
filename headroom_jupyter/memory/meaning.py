"""Ranks memories by meaning when a static embedding model is installed; it needs none and downloads none.

WordLlama carries its weights in its package. Vectors are kept beside the index; each process holds those of the project
it searches, and reads only what was added since.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from typing import Any, Protocol

__all__ = ["Embedder", "Meanings", "embedder"]

LATE = 2000  # records saved without the model that one search looks at; the next search takes the next


class Embedder(Protocol):
    """Turns texts into vectors of length 1; `name` changes when its vectors do."""

    name: str

    def embed(self, texts: list[str]) -> list[bytes]:
        """A vector of half-precision numbers for each text."""
        ...


class _WordLlama:
    """WordLlama's static vectors, 256 numbers each."""

    name = "wordllama-256"

    def __init__(self) -> None:
        import wordllama  # type: ignore[import-not-found,import-untyped,unused-ignore]  # noqa: PLC0415  # optional

        folder = Path(str(wordllama.__file__)).parent
        self._model: Any = wordllama.WordLlama.load(cache_dir=folder, disable_download=True)

    def embed(self, texts: list[str]) -> list[bytes]:
        plain = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]  # it refuses lone surrogates
        return [vector.astype("<f2").tobytes() for vector in self._model.embed(plain, norm=True)]


@cache
def embedder() -> Embedder | None:
    """The installed model, loaded when it is first used; None when there is none, or it cannot be loaded."""
    if importlib.util.find_spec("wordllama") is None:
        return None
    try:
        return _WordLlama()
    except (ImportError, OSError, ValueError, TypeError, AttributeError):  # another version, or without its weights
        return None


class Meanings:
    """The vectors of one project in memory, in the order of numbers."""

    def __init__(self) -> None:
        self.last = 0
        self._numbers: list[int] = []
        self._parts: list[Any] = []

    def add(self, rows: list[tuple[int, bytes]]) -> None:
        """Take vectors in, all with numbers above `last`."""
        if rows:
            import numpy  # type: ignore[import-not-found,unused-ignore]  # noqa: ICN001, PLC0415  # comes with a model

            self._numbers += [number for number, _ in rows]
            joined = numpy.frombuffer(b"".join(vector for _, vector in rows), "<f2").astype("f4")
            self._parts.append(joined.reshape(len(rows), -1))
            self.last = rows[-1][0]

    def nearest(self, vector: bytes, most: int, *, least: float) -> list[int]:
        """Numbers of the records nearest to a vector, best first, none below a cosine of `least`."""
        if not self._parts:
            return []
        import numpy  # type: ignore[import-not-found,unused-ignore]  # noqa: ICN001, PLC0415  # comes with a model

        if len(self._parts) > 1:
            self._parts = [numpy.concatenate(self._parts)]
        near = self._parts[0] @ numpy.frombuffer(vector, "<f2").astype("f4")
        best = numpy.argpartition(-near, most)[:most] if len(near) > most else numpy.arange(len(near))
        order = best[numpy.argsort(-near[best], kind="stable")]
        return [self._numbers[at] for at in order.tolist() if near[at] >= least]
