"""`--dry-run`: the same work on a store that is gone afterwards."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from headroom_jupyter.ccr.store import Store
from headroom_jupyter.notebook.options import Options

__all__ = ["dry_run"]


@contextmanager
def dry_run(options: Options, *, is_on: bool) -> Iterator[Options]:
    """The options, with a store that leaves no trace if `is_on`."""
    if not is_on:
        yield options
        return
    with (
        tempfile.TemporaryDirectory(prefix="headroom-dry-run-") as folder,
        Store(folder, project=options.store.project) as store,
    ):
        yield replace(options, store=store)
