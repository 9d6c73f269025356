"""What a provider's prompt cache answers of thirty careless calls: as they are, aligned, and had they been careful."""

from __future__ import annotations

from collections.abc import Iterator

from headroom_jupyter.cache_aligner import cache_report
from tests.benchmarks.verdicts import Verdict
from tests.careless import FORMATS, MODELS, requests

__all__ = ["measure_cache"]

_MOST_UNCACHED = 10.0  # percent of input tokens, after alignment


def measure_cache() -> Iterator[Verdict]:
    """Cached share of the input tokens, in each API."""
    print(f"{'30 calls':18}{'input':>9}{'before':>9}{'aligned':>9}{'careful':>9}{'read again':>12}{'cost':>9}")
    for shape in FORMATS:
        told = cache_report([requests(shape)]).total
        careful = cache_report([requests(shape, is_careless=False)]).total
        shares = (told.cached_share, told.aligned_share, careful.aligned_share)
        shown = "".join(f"{share:9.1%}" for share in shares)
        print(f"{shape:18}{told.input_tokens:9,}{shown}{told.lost_tokens:12,}{told.lost_usd or 0:9.4f}", flush=True)
        yield Verdict(
            f"not cached after alignment, {MODELS[shape]}", 100 * (1 - told.aligned_share), "%", _MOST_UNCACHED
        )
