"""What is saved is found again, by its own project alone, once, and in its latest form."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from pathlib import Path

import pytest

from headroom_jupyter import Memory, Store, count_tokens
from headroom_jupyter.errors import HeadroomError, InputError
from headroom_jupyter.memory import bank
from headroom_jupyter.memory.meaning import embedder


def _texts(memory: Memory, query: str) -> list[str]:
    return [record.text for record in memory.search(query)]


def test_what_was_saved_is_found_by_its_words(memory: Memory) -> None:
    for text in ("Deploys run from the main branch", "Tests need a running redis", "Ann prefers tabs"):
        memory.save(text)
    assert _texts(memory, "what do the tests need?")[0] == "Tests need a running redis"
    assert _texts(memory, "deployment")[0] == "Deploys run from the main branch"


def test_a_misspelt_question_finds_it_by_its_n_grams(memory: Memory) -> None:
    memory.save("The authentication service caches permissions")
    memory.save("Dashboards are rebuilt at night")
    assert _texts(memory, "authentcation permisions") == ["The authentication service caches permissions"]


def test_a_question_about_nothing_that_is_known_finds_nothing(memory: Memory) -> None:
    memory.save("The authentication service caches permissions")
    assert memory.search("zebra crossing") == []
    assert memory.search("") == []
    assert memory.search("the of and") == []


def test_text_without_spaces_between_words_is_found(memory: Memory) -> None:
    memory.save("数据库端口是五四三二")
    assert _texts(memory, "数据库的端口") == ["数据库端口是五四三二"]


def test_a_memory_of_another_project_is_not_found(store: Store) -> None:
    ours, theirs = Memory(store=store), Memory("billing", store=store)
    saved = ours.save("Tests need a running redis")
    theirs.save("Invoices are numbered by year")
    assert theirs.search("tests redis") == []
    assert [record.text for record in theirs.list()] == ["Invoices are numbered by year"]
    assert "redis" not in theirs.export()
    for use in (theirs.get, theirs.delete, lambda ident: theirs.update(ident, text="mine")):
        with pytest.raises(InputError, match="no memory"):
            use(saved.id)
    assert ours.get(saved.id).text == "Tests need a running redis"


def test_the_index_shows_no_word_of_a_memory(memory: Memory, store: Store) -> None:
    record = memory.save("Tests need a running quetzalcoatl")
    memory.delete(record.id)
    with sqlite3.connect(store.path / "cache.db") as database:
        dump = "\n".join(database.iterdump())
    database.close()
    assert "quetzal" not in dump


def test_without_a_project_nothing_is_read_and_nothing_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path / "home"))
    Memory(str(Path.home())).save("Something of the home folder")
    gone = tmp_path / "gone"
    gone.mkdir()
    before = Path.cwd()
    os.chdir(gone)
    gone.rmdir()
    try:
        memory = Memory()
        assert memory.project is None
        assert memory.search("home folder") == []
        assert memory.list() == []
        assert memory.export() == ""
        with pytest.raises(InputError, match="no project"):
            memory.save("Something")
    finally:
        os.chdir(before)


def test_reading_makes_no_folder(tmp_path: Path) -> None:
    memory = Memory(store=Store(tmp_path / "store", project="shop"))
    assert (memory.search("anything"), memory.list(), memory.export()) == ([], [], "")
    assert not (tmp_path / "store").exists()


def test_who_said_it_is_kept(memory: Memory) -> None:
    source = {"agent": "claude", "notebook": "eda.ipynb", "cell": "12", "model": "gpt-4o"}
    memory.save("The table orders has no index", source=source)
    (kept,) = memory.search("orders")[0].sources
    assert (kept.agent, kept.notebook, kept.cell, kept.model) == ("claude", "eda.ipynb", "12", "gpt-4o")
    assert kept.at == pytest.approx(time.time(), abs=60)


def test_the_same_twice_is_one_memory_with_both_sources(memory: Memory) -> None:
    first = memory.save("Tests need a running redis", source="ann", importance=0.2)
    again = memory.save("tests need a  running redis.", source="bob", importance=0.9)
    assert again.id == first.id
    (only,) = memory.list()
    assert [source.agent for source in only.sources] == ["ann", "bob"]
    assert only.importance == 0.9
    assert only.text == "Tests need a running redis"
    assert only.sources[1].text == "tests need a  running redis."


def test_of_two_wordings_the_fuller_one_stays_and_the_other_with_its_source(memory: Memory) -> None:
    memory.save("Nightly export job fails when disk of worker three is full", source="ann")
    memory.save("Nightly export job always fails when disk of worker three is full", source="bob")
    (only,) = memory.list()
    assert only.text == "Nightly export job always fails when disk of worker three is full"
    assert only.sources[0].text == "Nightly export job fails when disk of worker three is full"
    assert len(memory.search("nightly export job")) == 1


def test_what_contradicts_takes_the_place_and_the_history_stays(memory: Memory) -> None:
    old = memory.save("The staging database listens on port 5432", source="ann")
    new = memory.save("The staging database listens on port 5433", source="bob")
    assert new.supersedes == (old.id,)
    assert _texts(memory, "staging database port") == ["The staging database listens on port 5433"]
    assert memory.get(old.id).superseded_by == new.id
    assert {record.id for record in memory.list(history=True)} == {old.id, new.id}
    back = memory.save("The staging database listens on port 5432", source="ann")
    assert back.id not in (old.id, new.id)
    assert [record.id for record in memory.list()] == [back.id]


def test_a_fact_with_another_value_supersedes_whatever_the_words(memory: Memory) -> None:
    memory.save("We talk to postgres on the usual port", facts={"db.port": 5432})
    new = memory.save("Since the move it is one higher", facts={"DB.port": 5433})
    assert [record.id for record in memory.list()] == [new.id]


def test_a_memory_of_several_facts_stays_when_one_is_outdated(memory: Memory) -> None:
    old = memory.save("Database: host db1, port 5432", facts={"db.host": "db1", "db.port": 5432})
    new = memory.save("Port moved", facts={"db.port": 5433})
    assert {record.id for record in memory.list()} == {old.id, new.id}
    assert memory.get(old.id).outdated == {"db.port": new.id}


def test_an_update_of_the_text_is_a_new_memory_in_the_place_of_the_old(memory: Memory) -> None:
    old = memory.save("Deploys run on Fridays", kind="decision")
    new = memory.update(old.id, text="Deploys run on Mondays", source="ann")
    assert (new.kind, new.supersedes) == ("decision", (old.id,))
    assert _texts(memory, "deploys") == ["Deploys run on Mondays"]
    assert memory.update(new.id, importance=1).importance == 1
    assert memory.update(new.id, facts={"day": "Monday"}).facts == {"day": "Monday"}
    with pytest.raises(InputError, match="superseded"):
        memory.update(old.id, text="Deploys never run")


def test_what_is_deleted_is_gone_with_what_it_took_the_place_of(memory: Memory) -> None:
    memory.save("The staging port is 5432")
    new = memory.save("The staging port is 5433")
    memory.delete(new.id)
    assert memory.list(history=True) == []
    assert memory.search("staging port") == []
    with pytest.raises(InputError, match="no memory"):
        memory.delete(new.id)


def test_a_memory_whose_time_is_over_is_not_found(memory: Memory) -> None:
    memory.save("The freeze lasts this week", valid_until=time.time() - 1)
    memory.save("The freeze thaws the lake", valid_until=time.time() + 3600)
    assert _texts(memory, "freeze") == ["The freeze thaws the lake"]
    assert len(memory.list(history=True)) == 2


def test_a_search_keeps_to_its_limits(memory: Memory) -> None:
    for number in range(12):
        memory.save(
            f"Worker {number} writes report {number * 7} to bucket alpha", kind="lesson" if number % 2 else "fact"
        )
    assert len(memory.search("worker report bucket", k=3)) == 3
    assert {record.kind for record in memory.search("worker report", kind="lesson")} == {"lesson"}
    found = memory.search("worker report", k=10, max_tokens=30)
    assert 0 < sum(count_tokens(record.text) for record in found) <= 30


def test_the_more_important_of_two_equal_answers_comes_first(memory: Memory) -> None:
    memory.save("Cache alpha holds sessions", importance=0.1)
    memory.save("Cache omega holds sessions", importance=1.0)
    assert _texts(memory, "cache sessions")[0] == "Cache omega holds sessions"


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("", {}),
        ("  \n", {}),
        ("x" * 20_001, {}),
        (None, {}),
        (b"bytes", {}),
        ("fine", {"kind": "two words"}),
        ("fine", {"importance": 2}),
        ("fine", {"importance": True}),
        ("fine", {"facts": ["port"]}),
        ("fine", {"facts": {"port": ["5432"]}}),
        ("fine", {"facts": {str(number): number for number in range(65)}}),
        ("fine", {"source": {"agnet": "ann"}}),
        ("fine", {"source": 5}),
        ("fine", {"valid_until": "tomorrow"}),
    ],
)
def test_what_is_no_memory_is_refused_in_one_line(memory: Memory, text: str, options: dict[str, object]) -> None:
    with pytest.raises(InputError) as refused:
        memory.save(text, **options)  # type: ignore[arg-type]  # wrong on purpose
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 300
    assert memory.list(history=True) == []


def test_a_search_out_of_range_is_refused(memory: Memory) -> None:
    for options in ({"k": 0}, {"k": True}, {"max_tokens": 0}):
        with pytest.raises(InputError):
            memory.search("anything", **options)
    with pytest.raises(InputError):
        Memory(" ")


def test_words_that_mean_something_to_the_database_are_words(memory: Memory) -> None:
    memory.save('NEAR("a" AND b) OR c* ^d -e : {f} \x00 \ud800')
    assert len(memory.search("NEAR OR AND NOT \" ' * ( ) : \x00 \udfff near")) == 1


def test_everything_can_be_awaited(memory: Memory) -> None:
    async def use() -> list[str]:
        record = await memory.asave("Tests need a running redis")
        await memory.aupdate(record.id, importance=1)
        assert (await memory.aget(record.id)).importance == 1
        lines = await memory.aexport()
        found = await memory.asearch("redis")
        await memory.adelete(record.id)
        assert (await memory.aload(lines)).added == 1
        return [one.text for one in found + await memory.alist()]

    assert asyncio.run(use()) == ["Tests need a running redis"] * 2


def test_an_index_that_is_gone_is_made_again(memory: Memory, store: Store) -> None:
    memory.save("Tests need a running redis")
    with sqlite3.connect(store.path / "cache.db") as database:
        for (name,) in database.execute(
            "SELECT name FROM sqlite_master WHERE name LIKE 'Memory1\\__%' ESCAPE '\\'"
        ).fetchall():
            if name.count("_") == 1:
                database.execute(f"DROP TABLE {name}")
    database.close()
    assert _texts(Memory(store=store), "redis") == ["Tests need a running redis"]


def test_a_damaged_memory_is_told_as_such(memory: Memory, store: Store) -> None:
    memory.save("Tests need a running redis")
    with sqlite3.connect(store.path / "cache.db") as database:
        database.execute("UPDATE Cache SET value = x'0001020304' WHERE key > x'6e6d656d6f7279'")
    database.close()
    with pytest.raises(HeadroomError, match="damaged"):
        memory.search("redis")


def test_with_a_model_it_is_found_by_meaning(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory(store=store)
    memory.save("The lorry was repaired by the mechanic")  # saved by a process without the model
    assert memory.search("clean the automobile") == []
    monkeypatch.setattr(bank, "embedder", embedder)
    memory.save("The car must be washed on Sunday")
    memory.save("Invoices are numbered by year")
    assert _texts(memory, "clean the automobile")[0] == "The car must be washed on Sunday"
    assert _texts(memory, "truck repair") == ["The lorry was repaired by the mechanic"]
    assert memory.search("\ud800 automobile")  # half of a character
    memory.delete(memory.search("clean the automobile")[0].id)
    assert "The car must be washed on Sunday" not in _texts(memory, "clean the automobile")


def test_a_search_for_very_many_gives_all_that_answer(memory: Memory) -> None:
    for number in range(150):
        memory.save(
            f"Worker {number} writes report {number * 7} to bucket alpha", kind="lesson" if number == 3 else "fact"
        )
    assert len(memory.search("worker report bucket", k=100_000)) == 150
    assert [record.kind for record in memory.search("worker report", kind="lesson", k=1)] == ["lesson"]
