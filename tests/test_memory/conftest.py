"""A memory of its own for every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from headroom_jupyter import Memory, Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store of the project "shop"."""
    with Store(tmp_path / "store", project="shop") as held:
        yield held


@pytest.fixture
def memory(store: Store) -> Memory:
    """The memory in it."""
    return Memory(store=store)
