"""The list of a project's originals: filtered, sorted, searched, and in step with what other processes do."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from headroom_jupyter.ccr import fulltext, keeping
from headroom_jupyter.ccr.catalogue import ALL, Catalogue, Filters
from headroom_jupyter.ccr.fulltext import find
from headroom_jupyter.ccr.store import Store
from headroom_jupyter.errors import InputError


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store", project="one", notebook="a.ipynb") as opened:
        yield opened


def test_entries_pass_filters_and_come_in_order(store: Store) -> None:
    small = store.put(b"x" * 10, kind="log", path="b.log")
    large = store.put(b"y" * 1000, kind="json", path="a.json")
    with Store(store.path, project="one", notebook="b.ipynb") as later:
        third = later.put(b"z" * 500, kind="log")
    with Store(store.path, project="two") as foreign:
        foreign.put(b"of another project")
    catalogue = Catalogue(store)

    def refs(filters: Filters = ALL, **order: object) -> list[str]:
        return [one.ref for one in catalogue.entries(filters, **order)]  # type: ignore[arg-type]  # each is one

    assert sorted(refs()) == sorted([small, large, third])
    assert refs(sort="size") == [large, third, small]
    assert refs(sort="path", descending=False)[0] == large
    assert sorted(refs(Filters(kind="log"))) == sorted([small, third])
    assert refs(Filters(notebook="b.ipynb")) == [third]
    assert refs(Filters(min_bytes=11, max_bytes=500)) == [third]
    assert refs(Filters(before=time.time() - 60)) == []
    assert len(refs(Filters(since=time.time() - 60))) == 3
    keeping.pin(store, small)
    assert refs(Filters(pinned=True)) == [small]
    assert catalogue.counts() == ({"log": 2, "json": 1}, {"a.ipynb": 2, "b.ipynb": 1}, 1510)
    with pytest.raises(InputError, match="stored, used"):
        refs(sort="colour")


def test_entries_of_other_processes_appear_and_their_ends_too(store: Store) -> None:
    first = store.put(b"first")
    catalogue = Catalogue(store)
    cursor = catalogue.changes(0).cursor
    assert catalogue.changes(cursor).entries == ()
    code = f"from headroom_jupyter import Store; print(Store({str(store.path)!r}, project='one').put(b'second'))"
    second = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    told = catalogue.changes(cursor)
    assert [one.ref for one in told.entries] == [second]
    keeping.discard(store, first)
    assert catalogue.changes(told.cursor).gone == (first,)
    assert [one.ref for one in catalogue.entries()] == [second]
    keeping.restore(store, first)
    assert len(catalogue.entries()) == 2


def test_what_expires_goes_without_a_write(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    ref = store.put(b"text")
    catalogue = Catalogue(store)
    cursor = catalogue.changes(0).cursor
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 31 * 24 * 3600)
    assert catalogue.changes(cursor).gone == (ref,)
    assert catalogue.entries() == []


def test_more_changes_than_can_be_told_ask_for_a_new_list(store: Store) -> None:
    catalogue = Catalogue(store)
    assert catalogue.changes(0).entries == ()
    for number in range(501):
        store.put(b"%d" % number)
    assert catalogue.changes(0).reset


def test_nothing_is_read_while_nobody_writes(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.put(b"text")
    catalogue = Catalogue(store)
    catalogue.entries()
    monkeypatch.setattr(Store, "reading", lambda self: pytest.fail("the store was read"))
    assert len(catalogue.entries(Filters(kind=""))) == 1


def test_a_search_finds_all_words_in_texts_and_paths(store: Store) -> None:
    log = store.put("first line\nDisk FULL on /dev/sda\nStraße".encode(), kind="log", path="var/system.log")
    store.put(b"\xff\xfe\x00 no text", kind="image/png")
    entries = Catalogue(store).entries()

    def hits(question: str) -> list[tuple[str, str, int]]:
        return [(hit.entry.ref, hit.text, hit.line) for hit in find(store, question, entries, most=9).hits]

    assert hits("full disk") == [(log, "Disk FULL on /dev/sda", 2)]
    assert hits("STRASSE") == [(log, "Straße", 3)]
    assert hits("system.log") == [(log, "", 0)]
    assert hits("system.log first") == [(log, "first line", 1)]
    assert hits("disk empty") == []
    store.put(b"x" * 5000 + b" needle " + b"y" * 5000)
    entries = Catalogue(store).entries()
    ((_, text, line),) = hits("needle")
    assert "needle" in text
    assert (len(text), line) == (302, 1)


def test_a_search_stops_by_size_and_says_where_to_go_on(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(10):
        store.put(b"word %d" % number)
    entries = Catalogue(store).entries()
    first = find(store, "word", entries, most=4)
    assert (len(first.hits), first.searched, first.is_all) == (4, 4, False)
    rest = find(store, "word", entries[first.searched :], most=100)
    assert {hit.entry.ref for hit in (*first.hits, *rest.hits)} == {one.ref for one in entries}
    assert rest.is_all
    monkeypatch.setattr(fulltext, "MOST_BYTES", 12)
    assert find(store, "absent", entries, most=4).searched == 2


def test_looking_and_searching_are_no_use(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.put(b"text")
    used = store.refs()[0].used_at
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 24 * 3600)
    find(store, "text", Catalogue(store).entries(), most=1)
    assert store.refs()[0].used_at == used
