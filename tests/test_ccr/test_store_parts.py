"""Very large originals are stored in parts, and come back as one."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from headroom_jupyter.ccr.store import Parts, Store
from headroom_jupyter.errors import MissingOriginal, StoreError, StoreFull

PIECES = (b"first " * 50, b"second", b"", b"third\x00\xff")
WHOLE = b"".join(PIECES)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store", project="one") as opened:
        yield opened


def issue(store: Store, pieces: tuple[bytes, ...] = PIECES, *, key: bytes = b"key") -> str:
    store.issue(Parts(lambda: iter(pieces)), key=key, form=b"form", kind="frame")
    return sha256(b"".join(pieces)).hexdigest()[:12]


def test_parts_come_back_as_one_original(store: Store) -> None:
    ref = issue(store)
    assert store.get(ref) == WHOLE
    assert store.kind(ref) == "frame"
    assert [(stored.ref, stored.size_bytes) for stored in store.refs()] == [(ref, len(WHOLE))]


def test_the_same_bytes_in_one_piece_are_the_same_original(store: Store) -> None:
    assert store.put(WHOLE) == issue(store)
    assert store.get(issue(store, key=b"other")) == WHOLE


def test_deleting_leaves_no_part_behind(store: Store) -> None:
    before = store.volume_bytes()
    ref = issue(store, tuple(sha256(b"%d" % i).digest() * 4000 for i in range(20)))
    assert store.volume_bytes() > before + 2_000_000
    store.delete(ref)
    assert store.volume_bytes() < before + 500_000
    with pytest.raises(MissingOriginal, match="was deleted"):
        store.get(ref)


def test_parts_count_against_the_quota(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADROOM_QUOTA_BYTES", "1000000")
    with pytest.raises(StoreFull):
        issue(store, tuple(bytes(200_000) for _ in range(10)))
    assert store.refs() == []


def test_a_part_that_is_gone_is_told(store: Store) -> None:
    ref = issue(store)
    shelf = store._existing()
    assert shelf is not None
    part = next(row.key for row in shelf.prefixed(b"p"))
    shelf.delete(part)
    with pytest.raises(StoreError, match="part is missing"):
        store.get(ref)


def test_when_making_parts_fails_nothing_is_stored(store: Store) -> None:
    rounds = []

    def read() -> Iterator[bytes]:
        rounds.append(1)
        yield b"one"
        if len(rounds) > 1:
            raise RuntimeError("the value changed meanwhile")
        yield b"two"

    with pytest.raises(RuntimeError):
        store.issue(Parts(read), key=b"key", form=b"form")
    assert store.refs() == []
    assert store.form(b"key") is None


def test_parts_that_change_meanwhile_are_not_stored(store: Store) -> None:
    numbers = iter(range(100))
    with pytest.raises(StoreError, match="changed while"):
        store.issue(Parts(lambda: iter([b"%d" % next(numbers)])), key=b"key", form=b"form")
    assert store.refs() == []
