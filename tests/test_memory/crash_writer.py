"""A writer of memories that is killed; run by the tests of crashes in a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from headroom_jupyter import Memory, Store
from headroom_jupyter.memory import bank

__all__ = ["text_of", "write"]


def text_of(number: int) -> str:
    """Every third contradicts the one before it, every fifth says what was said already."""
    if number % 5 == 4:
        return "All workers agree that the queue blocks"
    return f"The port of shard{number - number % 3} is {7000 + number}"


def write(path: Path, first: int) -> None:
    """Save text after text, and say each one whose save has returned, with its id."""
    memory = Memory(store=Store(path, project="crash"))
    for number in range(first, first + 100_000):
        print(number, memory.save(text_of(number), source=f"writer {number}").id, flush=True)


if __name__ == "__main__":
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bank, "embedder", lambda: None)
        write(Path(sys.argv[1]), int(sys.argv[2]))
