"""A memory of its own for every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from headroom_jupyter import Memory, Store
from headroom_jupyter.memory import bank


@pytest.fixture(autouse=True)
def no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory as most people have it; what needs the model takes it back."""
    monkeypatch.setattr(bank, "embedder", lambda: None)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store of the project "shop"."""
    with Store(tmp_path / "store", project="shop") as held:
        yield held


@pytest.fixture
def memory(store: Store) -> Memory:
    """The memory in it."""
    return Memory(store=store)
