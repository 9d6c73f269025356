"""What a person decides about originals: pinned ones stay, discarded ones go, and that can be undone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from headroom_jupyter.ccr import keeping
from headroom_jupyter.ccr.store import Store
from headroom_jupyter.errors import InputError, MissingOriginal, StoreFull

DAY = 24 * 3600.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store", project="one") as opened:
        yield opened


@pytest.fixture
def other(store: Store) -> Iterator[Store]:
    with Store(store.path, project="two") as opened:
        yield opened


def issued(store: Store, text: str, form: str) -> str:
    store.issue(text.encode(), key=f"key {form}".encode(), form=form.encode(), issued=digest(form), kind="log")
    return digest(text).hex()[:12]


def digest(text: str) -> bytes:
    return sha256(text.encode()).digest()


def forward(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + seconds)


def test_a_pinned_original_outlives_its_time_with_all_that_was_issued_for_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    pinned, usual = issued(store, "pinned", "short p"), issued(store, "usual", "short u")
    keeping.pin(store, pinned)
    assert [(one.ref, one.is_pinned) for one in store.refs() if one.is_pinned] == [(pinned, True)]
    forward(monkeypatch, 400 * DAY)
    store.put(b"a write drops what is over")
    assert store.get(pinned) == b"pinned"
    assert store.ref_of(digest("short p")) == pinned
    with pytest.raises(MissingOriginal):
        store.get(usual)


def test_using_a_pinned_original_does_not_unpin_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    ref = issued(store, "pinned", "short")
    keeping.pin(store, ref)
    forward(monkeypatch, DAY)
    store.get(ref)
    issued(store, "pinned", "another form")
    assert store.refs()[0].is_pinned


def test_unpinned_it_expires_as_if_it_had_just_been_used(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    ref = store.put(b"text")
    keeping.pin(store, ref)
    keeping.unpin(store, ref)
    assert store.refs()[0].expires_at == pytest.approx(time.time() + 30 * DAY, abs=60)
    forward(monkeypatch, 31 * DAY)
    assert store.refs() == []


def test_a_full_store_lets_no_pinned_original_go(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    noise = b"".join(sha256(b"%d" % number).digest() for number in range(9000))
    ref = store.put(noise)
    keeping.pin(store, ref)
    monkeypatch.setenv("HEADROOM_QUOTA_BYTES", str(store.volume_bytes() + 100_000))
    forward(monkeypatch, 3 * DAY)
    with pytest.raises(StoreFull, match="pinned"):
        store.put(noise[::-1])
    assert store.get(ref) == noise


def test_it_can_be_given_a_nearer_end(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    ref = store.put(b"text")
    keeping.expire(store, ref, days=2)
    assert store.refs()[0].expires_at == pytest.approx(time.time() + 2 * DAY, abs=60)
    forward(monkeypatch, 3 * DAY)
    with pytest.raises(MissingOriginal, match="expired"):
        store.get(ref)
    with pytest.raises(InputError, match="days"):
        keeping.expire(store, ref, days=-1)


def test_one_that_another_project_has_pinned_stays_when_this_one_lets_it_expire(
    store: Store, other: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = store.put(b"shared")
    other.put(b"shared")
    keeping.pin(other, ref)
    keeping.expire(store, ref, days=1)
    forward(monkeypatch, 60 * DAY)
    store.put(b"a write drops what is over")
    assert other.get(ref) == b"shared"


def test_what_was_discarded_is_gone_and_comes_back_whole(store: Store) -> None:
    ref = issued(store, "text", "short")
    assert keeping.discard(store, ref) == pytest.approx(time.time() + keeping.UNDO_S, abs=60)
    with pytest.raises(MissingOriginal, match="was deleted"):
        store.get(ref)
    assert (store.refs(), store.form(b"key short"), store.ref_of(digest("short"))) == ([], None, None)
    keeping.restore(store, ref)
    assert store.get(ref) == b"text"
    assert (store.form(b"key short"), store.ref_of(digest("short"))) == (b"short", ref)
    assert store.refs()[0].expires_at == pytest.approx(time.time() + 30 * DAY, abs=60)


def test_a_pin_comes_back_too(store: Store) -> None:
    ref = store.put(b"text")
    keeping.pin(store, ref)
    keeping.expire(store, ref, days=0)
    with pytest.raises(MissingOriginal, match="has expired"):
        store.get(ref)
    keeping.restore(store, ref)
    assert store.refs()[0].is_pinned


def test_discarding_leaves_what_another_project_has(store: Store, other: Store) -> None:
    ref = issued(store, "text", "short")
    issued(other, "text", "short")
    keeping.discard(store, ref)
    assert (other.get(ref), other.form(b"key short")) == (b"text", b"short")
    keeping.restore(store, ref)
    assert store.get(ref) == b"text"


def test_what_was_stored_again_meanwhile_stays_when_the_older_one_is_taken_back(store: Store) -> None:
    ref = issued(store, "text", "short")
    keeping.discard(store, ref)
    store.put(b"text", path="new.log")
    keeping.restore(store, ref)
    assert store.get(ref) == b"text"
    assert [one.path for one in store.refs()] == ["new.log"]
    assert store.form(b"key short") == b"short"


def test_after_a_while_it_is_removed_for_good(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    ref = store.put(b"a secret word" * 1000)
    keeping.discard(store, ref)
    forward(monkeypatch, keeping.UNDO_S + 1)
    keeping.empty_bin(store)
    with store.reading() as shelf:
        assert shelf is not None
        assert list(shelf.prefixed(b"t")) == []
    with pytest.raises(InputError, match="15 minutes"):
        keeping.restore(store, ref)


def test_what_is_another_projects_cannot_be_touched(store: Store, other: Store) -> None:
    ref = store.put(b"text")
    for act in (keeping.pin, keeping.unpin, keeping.discard):
        with pytest.raises(MissingOriginal, match="never stored"):
            act(other, ref)
    with pytest.raises(InputError):
        keeping.restore(other, ref)
    assert keeping.forms_of(store, ref) == []
    with pytest.raises(MissingOriginal):
        keeping.forms_of(other, ref)


def test_the_forms_of_an_original_are_those_of_this_project(store: Store, other: Store) -> None:
    ref = issued(store, "text", "short")
    issued(store, "text", "shorter")
    issued(other, "text", "another")
    assert sorted(form for form, _ in keeping.forms_of(store, ref)) == [b"short", b"shorter"]
