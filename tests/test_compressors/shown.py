"""Checks that what a compressor shows and what it omits make up its source; not a test."""

from __future__ import annotations

from headroom_jupyter.compressors.base import Compressed, line_starts
from headroom_jupyter.forms import render

__all__ = ["check_exact", "with_markers"]


def with_markers(done: Compressed) -> str:
    """The text as a model reads it."""
    return render(done, "0123456789ab")[0]


def check_exact(source: str, done: Compressed) -> None:
    """Shown pieces are exact copies, omissions say the right ranges, and together they cover the source once."""
    if done.fidelity in ("verbatim", "lossless"):
        assert not done.omissions
        return
    starts = line_starts(source)
    covered = []
    for start, end, text_start, text_end in done.spans:
        assert source[start:end] == done.text[text_start:text_end]
        covered.append((start, end))
    for omission in done.omissions:
        base = 0 if not omission.at else starts[int(omission.at.removeprefix("lines ")) - 1]
        for (first, last), (start, end) in zip(omission.ranges, omission.source, strict=True):
            if omission.unit == "lines":
                assert (starts[first - 1], starts[last]) == (start, end)
            else:
                assert (base + first - 1, base + last) == (start, end)
        covered.extend(omission.source)
    at = 0
    for start, end in sorted(covered):
        assert start in (at, end)
        at = max(at, end)
    assert at == len(source)
    with_markers(done)
