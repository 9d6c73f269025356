"""What the store is and what tokens cost."""

from __future__ import annotations

import headroom_jupyter
from headroom_jupyter import settings
from headroom_jupyter.cache_aligner.prices import COMPILED, published, window_of, windows
from headroom_jupyter.lab.base import Json, Request

__all__ = ["PROTOCOL", "prices", "status"]

PROTOCOL = 1


def status(request: Request) -> Json:
    """The project, its store and the models that are known."""
    own = settings.load()
    return {
        "version": headroom_jupyter.__version__,
        "protocol": PROTOCOL,
        "project": request.project,
        "store_path": str(request.store.path),
        "size_bytes": request.store.volume_bytes(),
        "quota_bytes": own.quota_bytes,
        "expiry_days": own.expiry_days,
        "entries": len(request.catalogue.entries()),
        "models": list(published()),
    }


def prices(request: Request) -> Json:  # a route's signature
    """The published prices of input tokens, with the day they were compiled, and the sizes of context windows."""
    models = [
        {"model": name, "input": price.input, "write": price.write, "read": price.read, "window": window_of(name)}
        for name, price in published().items()
    ]
    told = {"compiled": COMPILED, "currency": "USD", "per_tokens": 1_000_000}
    return {**told, "models": models, "windows": dict(windows())}
