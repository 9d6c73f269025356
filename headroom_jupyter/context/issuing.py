"""Gives out a text that was put together outside the engine, so that `expand` and `retrieve` know it."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from headroom_jupyter import compression, settings
from headroom_jupyter.ccr.store import Store
from headroom_jupyter.compressors.base import Level, Span
from headroom_jupyter.forms import Form
from headroom_jupyter.tokens import Tokenizer

__all__ = ["issue_as"]


def issue_as(
    text: str,
    original: str,
    kind: str,
    *,
    tokenizer: Tokenizer,
    level: Level,
    store: Store,
    compressor: str = "Notebook",
    spans: Sequence[Span] | None = None,
    reason: str = "joined",
) -> tuple[str, str]:
    """Store an original with a text that stands for it.

    Returns:
        The original's reference, and why it could not be stored, "" if it could.
    """
    job = compression.Job(tokenizer, level, settings.load(), store)
    source = compression.Source.of(original, store)
    key = sha256(f"joined {tokenizer.model} ".encode() + text.encode("utf-8", "surrogatepass")).digest()
    counts = tokenizer.count(original, source.digest), tokenizer.count(text)
    kept = None if spans is None else tuple(spans)
    form = Form(
        text,
        kind,
        compressor,
        "faithful",
        *counts,
        source.ref,
        has_marker=True,
        hidden=None,
        reason=reason,
        spans=kept,
    )
    given = compression.issue(job, source, key, form)
    return source.ref, given.reason if given.text is None else ""
