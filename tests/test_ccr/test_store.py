"""The store: what is put in comes back byte for byte, for its project, until its time is over."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headroom_jupyter.ccr import entries, folder
from headroom_jupyter.ccr.disk import Shelf, pack, unpack
from headroom_jupyter.ccr.store import Store
from headroom_jupyter.errors import MarkerError, MissingOriginal, StoreError, StoreFull

HOUR, DAY = 3600.0, 24 * 3600.0


def digest(text: str) -> bytes:
    return sha256(text.encode()).digest()


def noise(size: int, seed: int) -> bytes:
    """Bytes that do not compress, the same in every run."""
    return b"".join(sha256(b"%d %d" % (seed, number)).digest() for number in range(size // 32))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store", project="one") as opened:
        yield opened


class Clock:
    """Stands in for the time of day."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._real, self._ahead = time.time, 0.0
        monkeypatch.setattr(time, "time", lambda: self._real() + self._ahead)

    def forward(self, seconds: float) -> None:
        self._ahead += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@given(data=st.binary(max_size=3000))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_come_back(store: Store, data: bytes) -> None:
    ref = store.put(data)
    assert ref == sha256(data).hexdigest()[:12]
    assert store.get(ref) == data


@given(st.binary(max_size=3000))
@settings(max_examples=100)
def test_a_packed_value_unpacks_to_itself(data: bytes) -> None:
    assert unpack(pack(data)) == data


def test_an_original_of_20_megabytes_comes_back(store: Store) -> None:
    data = noise(20_000_000, 1)
    assert store.get(store.put(data)) == data


def test_a_new_store_reads_as_empty_and_makes_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "home" / "store", project="one")
    assert store.form(b"key") is None
    assert store.ref_of(digest("text")) is None
    assert store.refs() == []
    assert store.volume_bytes() == 0
    assert list(store.notes()) == []
    for ask in (store.get, store.kind, store.delete):
        with pytest.raises(MissingOriginal, match="never stored"):
            ask("0123456789ab")
    store.close()
    assert list(tmp_path.iterdir()) == []


def test_the_home_of_the_settings_is_where_it_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path / "home"))
    Store(project="one").put(b"data")
    assert (tmp_path / "home" / "store" / "cache.db").exists()


def test_folder_and_files_are_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with Store(tmp_path / "store", project="one") as store:
            store.put(noise(200_000, 2))
            found = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "store").iterdir()}
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "store").stat().st_mode) == 0o700
    assert set(found) >= {"cache.db", "cache.db-wal"}
    assert set(found.values()) == {0o600}


def test_the_first_form_given_out_is_final(store: Store) -> None:
    assert store.issue(b"original", key=b"k", form=b"first", issued=digest("first"), kind="log") == b"first"
    assert store.issue(b"original", key=b"k", form=b"second", issued=digest("second")) == b"first"
    assert store.remember(b"k", b"third") == b"first"
    assert store.form(b"k") == b"first"
    assert store.ref_of(digest("first")) == store.put(b"original")
    assert store.ref_of(digest("second")) is None
    assert store.kind(store.put(b"original")) == "log"


def test_many_forms_are_read_at_once(store: Store) -> None:
    for number in range(1000):
        store.remember(b"key %d" % number, b"form %d" % number)
    found = store.forms([b"key %d" % number for number in range(500, 2000)])
    assert found == {b"key %d" % number: b"form %d" % number for number in range(500, 1000)}


def test_a_form_may_be_recorded_for_an_original_that_is_there(store: Store) -> None:
    ref = store.put(b"original")
    store.remember(b"k", b"form", issued=digest("shown"), ref=ref)
    assert (store.form(b"k"), store.ref_of(digest("shown"))) == (b"form", ref)
    with pytest.raises(MissingOriginal):
        store.remember(b"other", b"form", ref="0123456789ab")
    assert store.form(b"other") is None


def test_one_issued_text_never_stands_for_two_originals(store: Store) -> None:
    store.issue(b"one", key=b"1", form=b"f1", issued=digest("same"))
    with pytest.raises(StoreError, match="another original"):
        store.issue(b"two", key=b"2", form=b"f2", issued=digest("same"))
    assert store.form(b"2") is None
    with pytest.raises(MissingOriginal):
        store.get(sha256(b"two").hexdigest()[:12])


def test_a_reference_is_never_given_to_other_bytes(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "REF_LENGTH", 0)  # so that all originals collide
    ref = store.put(b"one")
    with pytest.raises(StoreError, match="belongs to another original"):
        store.issue(b"two", key=b"k", form=b"f")
    assert (ref, store.form(b"k")) == ("", None)


@pytest.mark.parametrize("ref", ["", "../../../etc", "0123456789AB"])
def test_a_reference_of_the_wrong_shape_is_refused(store: Store, ref: str) -> None:
    with pytest.raises(MarkerError, match="12 hex digits"):
        store.get(ref)


def test_another_project_finds_nothing_and_hurts_nothing(tmp_path: Path) -> None:
    one, two = (Store(tmp_path / "store", project=name) for name in ("one", "two"))
    data = noise(100_000, 3)
    ref = one.put(data)
    size = one.volume_bytes()
    for ask in (two.get, two.kind, two.delete):
        with pytest.raises(MissingOriginal, match="in project two: it was never stored in it"):
            ask(ref)
    assert two.issue(data, key=b"k", form=b"f") == b"f"
    assert one.form(b"k") is None
    assert two.volume_bytes() < size + 20_000  # the same bytes are stored once
    one.delete(ref)
    assert two.get(ref) == data
    two.delete(ref)
    assert two.volume_bytes() < size - 80_000
    assert (one.refs(), two.refs()) == ([], [])


def test_what_is_deleted_takes_its_forms_along_and_can_be_stored_again(store: Store) -> None:
    ref = store.put(b"original")
    store.issue(b"original", key=b"k", form=b"f", issued=digest("f"))
    store.delete(ref)
    with pytest.raises(MissingOriginal, match="was deleted"):
        store.get(ref)
    assert (store.form(b"k"), store.ref_of(digest("f"))) == (None, None)
    assert store.issue(b"original", key=b"k", form=b"g") == b"g"
    assert store.get(ref) == b"original"


def test_an_original_expires_with_its_forms_30_days_after_its_last_use(store: Store, clock: Clock) -> None:
    ref = store.put(b"original", kind="log")
    store.issue(b"original", key=b"k", form=b"f", issued=digest("f"))
    for use in (lambda: store.get(ref), lambda: store.form(b"k"), lambda: store.ref_of(digest("f"))):
        clock.forward(29 * DAY)
        assert use() is not None
    clock.forward(29 * DAY)
    assert [stored.ref for stored in store.refs()] == [ref]
    clock.forward(2 * DAY)
    with pytest.raises(MissingOriginal, match="expired"):
        store.get(ref)
    assert (store.form(b"k"), store.ref_of(digest("f")), store.refs()) == (None, None, [])
    store.put(b"something else")  # which clears expired rows away
    with pytest.raises(MissingOriginal, match="expired"):
        store.get(ref)


def test_a_read_writes_a_use_down_once_an_hour(store: Store, clock: Clock) -> None:
    ref = store.put(b"original")
    clock.forward(0.5 * HOUR)
    store.get(ref)
    first = store.refs()[0].expires_at
    clock.forward(HOUR)
    store.get(ref)
    assert store.refs()[0].expires_at - first == pytest.approx(1.5 * HOUR, abs=60)


def test_the_listing_says_what_is_there(store: Store) -> None:
    store.put(b"x" * 5000, kind="log", path="/var/log/\udce9t\u00e9.log")
    (stored,) = store.refs()
    assert (stored.kind, stored.path, stored.size_bytes) == ("log", "/var/log/\udce9t\u00e9.log", 5000)
    assert stored.stored_at == pytest.approx(time.time(), abs=60)
    assert stored.expires_at == pytest.approx(time.time() + 30 * DAY, abs=60)


def test_over_quota_the_least_recently_used_go_first(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADROOM_QUOTA_BYTES", "1000000")
    refs = []
    for number in range(4):
        store.issue(noise(200_000, number), key=b"k%d" % number, form=b"f")
        refs.append(sha256(noise(200_000, number)).hexdigest()[:12])
        clock.forward(2 * HOUR)
    clock.forward(20 * HOUR)
    store.get(refs[0])
    clock.forward(8 * HOUR)
    store.put(noise(200_000, 9))
    with pytest.raises(MissingOriginal, match="let go to make room"):
        store.get(refs[1])
    assert store.form(b"k1") is None
    assert store.get(refs[0]) == noise(200_000, 0)
    assert store.volume_bytes() <= 1_000_000


def test_what_was_used_within_24_hours_stays_and_new_originals_are_refused(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADROOM_QUOTA_BYTES", "500000")
    ref = store.put(noise(400_000, 1))
    clock.forward(23 * HOUR)
    with pytest.raises(StoreFull, match="HEADROOM_QUOTA_BYTES"):
        store.issue(noise(400_000, 2), key=b"k", form=b"f")
    assert store.form(b"k") is None
    assert store.get(ref) == noise(400_000, 1)


def test_a_store_that_was_removed_is_made_again(store: Store) -> None:
    store.put(b"one")
    for path in store.path.iterdir():
        path.unlink()
    store.path.rmdir()
    with pytest.raises(MissingOriginal):
        store.get(sha256(b"one").hexdigest()[:12])
    assert store.get(store.put(b"two")) == b"two"
    assert (store.path / "cache.db").exists()


def test_threads_share_a_store(store: Store) -> None:
    lost: list[int] = []

    def work(base: int) -> None:
        for number in range(base, base + 30):
            data = noise(640, number)
            if store.get(store.put(data)) != data:
                lost.append(number)

    threads = [threading.Thread(target=work, args=(base,)) for base in range(0, 240, 30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert lost == []
    assert len(store.refs()) == 240


def test_a_shelf_that_opens_waits_for_one_that_writes(tmp_path: Path) -> None:
    shelf = Shelf(str(tmp_path), timeout_s=0)
    shelf.drop_tag_index()
    other = sqlite3.connect(tmp_path / "cache.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.05, other.rollback)
    release.start()
    shelf.create_tag_index()
    release.join()
    other.close()
    assert "Cache_tag_rowid" in [name for _, name, *_ in shelf._sql("PRAGMA index_list(Cache)")]
    shelf.close()


def test_threads_that_come_at_once_open_one_shelf(tmp_path: Path) -> None:
    barrier = threading.Barrier(8)
    found: list[Shelf] = []

    def work() -> None:
        barrier.wait()
        found.append(folder.opened(tmp_path / "store"))
        found[-1].close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(shelf) for shelf in found}) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # newer Pythons warn of fork beside threads
def test_a_forked_child_and_its_parent_both_go_on(store: Store) -> None:
    ref = store.put(b"before")
    child = os.fork()
    if child == 0:
        is_good = store.get(ref) == b"before" and bool(store.put(b"of the child"))
        os._exit(0 if is_good else 1)
    store.put(b"of the parent")
    assert os.waitpid(child, 0)[1] == 0
    for data in (b"before", b"of the child", b"of the parent"):
        assert store.get(sha256(data).hexdigest()[:12]) == data


def test_notes_are_changed_together_and_read_in_order(store: Store) -> None:
    store.note({b"b": lambda old: b"2", b"a": lambda old: b"1"})
    store.note({b"a": lambda old: (old or b"") + b"!"})
    assert list(store.notes()) == [(b"a", b"1!"), (b"b", b"2")]
    assert list(store.notes(b"b")) == [(b"b", b"2")]


def test_a_project_whose_key_ends_in_the_highest_byte_lists_its_originals(tmp_path: Path) -> None:
    names = (f"project {number}" for number in range(10_000))
    name = next(name for name in names if sha256(name.encode()).digest()[15] == 0xFF)
    with Store(tmp_path / "store", project=name) as store:
        ref = store.put(b"an original")
        assert [stored.ref for stored in store.refs()] == [ref]
