"""The books: what was saved and what was paid back, by project, compressor and day."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from headroom_jupyter.ccr import folder
from headroom_jupyter.ccr.store import Store
from headroom_jupyter.ledger import Booking, CacheUse, Ledger, Totals


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store", project="/work/one") as opened:
        yield opened


def test_bookings_and_retrievals_add_up(store: Store) -> None:
    ledger = Ledger(store)
    assert ledger.book([Booking("json", 1000, 100), Booking("json", 500, 50), Booking("log", 200, 40)]) == ""
    assert ledger.book([Booking("log", 300, 60)]) == ""
    assert ledger.book_retrieval(150) == ""
    total = ledger.totals()["all"]
    assert total == Totals(blocks=4, tokens_before=2000, tokens_after=250, retrievals=1, tokens_retrieved=150)
    assert total.tokens_saved == 1600
    assert total.saved_fraction == 0.8


def test_totals_can_be_had_by_project_compressor_and_day(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Store(store.path, project="/work/two")
    Ledger(store).book([Booking("json", 100, 10)])
    Ledger(other).book([Booking("json", 50, 20), Booking("log", 30, 5)])
    day = time.strftime("%Y-%m-%d", time.gmtime())
    assert {name: totals.tokens_before for name, totals in Ledger(store).totals(by="project").items()} == {
        "/work/one": 100,
        "/work/two": 80,
    }
    assert Ledger(store).totals(by="compressor")["json"].blocks == 2
    assert list(Ledger(store).totals(by="day")) == [day]


def test_totals_and_series_tell_notebooks_and_days_apart(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    one = Store(store.path, project="/work/one", notebook="a.ipynb")
    two = Store(store.path, project="/work/two", notebook="b.ipynb")
    days = iter(["2026-11-01", "2026-11-02", "2026-11-02", "2026-11-03"])
    monkeypatch.setattr(time, "strftime", lambda *_: next(days))
    for held, before in ((one, 100), (one, 50), (two, 30)):
        Ledger(held).book([Booking("json", before, 10)])
    Ledger(one).book_retrieval(5)
    ledger = Ledger(store)
    assert {name: sums.tokens_before for name, sums in ledger.totals(by="notebook").items()} == {
        "a.ipynb": 150,
        "b.ipynb": 30,
    }
    series = ledger.series(by="notebook")
    assert [(day, name, sums.tokens_before) for day, name, sums in series] == [
        ("2026-11-01", "a.ipynb", 100),
        ("2026-11-02", "a.ipynb", 50),
        ("2026-11-02", "b.ipynb", 30),
        ("2026-11-03", "a.ipynb", 0),
    ]
    assert sum(sums.tokens_saved for _, _, sums in series) == ledger.totals()["all"].tokens_saved == 145
    assert ledger.totals(project="/work/two")["all"].tokens_before == 30
    assert [day for day, _, _ in ledger.series(since="2026-11-02")] == ["2026-11-02", "2026-11-03"]


@pytest.mark.parametrize(
    ("usage", "told"),
    [
        ({"input_tokens": 5, "cache_read_input_tokens": 90, "cache_creation_input_tokens": 5}, CacheUse(100, 90, 5)),
        ({"input_tokens": 100, "cache_read_input_tokens": None}, CacheUse(100, 0)),
        ({"prompt_tokens": 100, "prompt_tokens_details": {"cached_tokens": 64}}, CacheUse(100, 64)),
        ({"prompt_tokens": 100, "prompt_tokens_details": None}, CacheUse(100, 0)),
        (
            {"input_tokens": 100, "input_tokens_details": {"cached_tokens": 64, "cache_write_tokens": 30}},
            CacheUse(100, 64, 30),
        ),
        ({"promptTokenCount": 100, "cachedContentTokenCount": 70}, CacheUse(100, 70)),
        ({"output_tokens": 3}, None),
        ({"prompt_tokens": "100"}, None),
        ({"prompt_tokens": 100, "prompt_tokens_details": {"cached_tokens": -1}}, None),
    ],
)
def test_usage_is_read_as_each_provider_writes_it(usage: dict[str, object], told: CacheUse | None) -> None:
    assert CacheUse.of(usage) == told


def test_what_providers_measured_is_booked_beside_what_is_counted(store: Store) -> None:
    ledger = Ledger(store, session="monday")
    ledger.book([Booking("json", 1000, 100)])
    assert ledger.book_call(CacheUse(2000, 1500, 300)) == ""
    ledger.book_call(CacheUse(1000, 900))
    total = ledger.totals()["all"]
    assert total == Totals(1, 1000, 100, calls=2, input_tokens=3000, cached_tokens=2400, written_tokens=300)
    assert total.tokens_saved == 900, "what a cache answers was sent all the same"
    figures = total.figures()
    assert figures["cached_fraction"] == 0.8
    assert sorted(figures["basis"]["counted"] + figures["basis"]["measured"]) == sorted(asdict(total))


def test_sessions_have_books_of_their_own(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    Ledger(store).book([Booking("json", 100, 10)])
    monkeypatch.setenv("HEADROOM_SESSION", "notebook 7")
    Ledger(store).book([Booking("json", 50, 20)])
    Ledger(store).book_retrieval(5)
    found = Ledger(store).totals(by="session")
    assert {name: sums.tokens_saved for name, sums in found.items()} == {"": 90, "notebook 7": 25}
    assert Ledger(store).totals()["all"].tokens_saved == 115


def test_lines_of_before_there_were_sessions_still_count(store: Store) -> None:
    old = {"project": "/work/one", "day": "2026-01-01", "compressor": "json", "blocks": 1, "tokens_before": 9}
    store.note({b"ledger old": lambda _: json.dumps(old).encode("ascii")})
    assert Ledger(store).totals(by="session") == {"": Totals(blocks=1, tokens_before=9)}


def test_an_empty_ledger_reads_as_nothing_and_writes_nothing(store: Store) -> None:
    assert Ledger(store).totals() == {"all": Totals()}
    assert Ledger(store).totals(by="project") == {}
    assert Ledger(store).book([]) == ""
    assert Totals().saved_fraction == 0.0
    assert not store.path.exists()


def test_books_that_cannot_be_written_say_why_and_do_not_raise(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(folder, "opened", refuse)
    assert "Permission denied" in Ledger(store).book([Booking("json", 100, 10)])
    assert "could not be booked" in caplog.text
