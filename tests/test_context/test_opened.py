"""A notebook that is asked for again and again: what stays is not made again, what is gone is let go."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from headroom_jupyter.ccr import keeping
from headroom_jupyter.ccr.store import Store
from headroom_jupyter.context import remembered
from headroom_jupyter.context.asking import asked
from headroom_jupyter.context.opened import Opened
from headroom_jupyter.context.rows import make_row

LOG = "".join(f"2026-11-24 10:00:{n % 60:02} INFO request {n} served in {n % 7} ms\n" for n in range(2000))
Json = dict[str, Any]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path, project="p")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids of the rows that were made, one after the other."""
    ids: list[str] = []

    def noted(part: Any, *given: Any) -> Any:
        ids.append(part.id)
        return make_row(part, *given)

    monkeypatch.setattr(remembered, "make_row", noted)
    return ids


def cell(ident: str, count: int | None = None) -> Json:
    return {
        "id": ident,
        "cell_type": "code",
        "execution_count": count,
        "source": f"{ident} source",
        "outputs": [f"{ident} output"],
    }


def opened(*idents: str) -> Opened:
    notebook = Opened()
    for ident in idents:
        text = json.dumps({"output_type": "stream", "name": "stdout", "text": LOG.replace("served", ident)})
        for key, said in ((f"{ident} source", f"run('{ident}')"), (f"{ident} output", text)):
            notebook.put([{"key": key, "index": 0, "count": 1, "text": said}])
    return notebook


def test_only_what_changed_is_made_again(store: Store, made: list[str]) -> None:
    notebook = opened("a", "b")
    first = notebook.answer([cell("a", 1), cell("b", 2)], asked({}), store)
    assert len(made) == first["total"] == 4
    assert notebook.answer([cell("a", 1), cell("b", 2)], asked({}), store) == first
    assert len(made) == 4
    changed = cell("b", 2) | {"source": "b edited"}
    assert notebook.answer([cell("a", 1), changed], asked({}), store) == {"keys": ["b edited"]}
    notebook.put([{"key": "b edited", "index": 0, "count": 1, "text": "run('b', again=True)"}])
    notebook.answer([cell("a", 1), changed], asked({}), store)
    assert made[4:] == ["b source"]


def test_a_cell_that_moved_keeps_its_row_under_its_new_name(store: Store, made: list[str]) -> None:
    notebook = opened("a", "b")
    notebook.answer([cell("a"), cell("b")], asked({}), store)
    del made[:]
    told = notebook.answer([cell("b"), cell("a")], asked({}), store)
    assert [row["title"] for row in told["rows"]] == ["cell 1", "cell 1 stdout", "cell 2", "cell 2 stdout"]
    assert {row.partition(" ")[2] for row in made} == {"source"}  # what its language is depends on its place


def test_another_question_makes_other_rows_and_the_first_is_not_forgotten(store: Store, made: list[str]) -> None:
    notebook = opened("a")
    first = notebook.answer([cell("a")], asked({}), store)
    other = notebook.answer([cell("a")], asked({"query": "request 1234"}), store)
    assert "request 1234 " in other["rows"][1]["preview"]
    assert notebook.answer([cell("a")], asked({}), store) == first
    assert len(made) == 4


def test_a_row_whose_original_was_deleted_is_made_again(store: Store) -> None:
    notebook = opened("a")
    ref = notebook.answer([cell("a")], asked({}), store)["rows"][1]["ref"]
    keeping.discard(store, ref)
    told = notebook.answer([cell("a")], asked({}), store)["rows"][1]
    assert store.kind(told["ref"])


def test_an_answer_ends_where_making_its_rows_takes_long(store: Store) -> None:
    names = [f"c{number}" for number in range(8)]
    notebook = opened(*names)
    cells = [cell(name, number) for number, name in enumerate(names)]
    first = notebook.answer(cells, asked({}), store)
    assert len(first["rows"]) < first["total"] == 16
    rest = notebook.answer(cells, asked({"offset": len(first["rows"])}), store)
    assert len(first["rows"]) + len(rest["rows"]) == 16
    assert len(notebook.answer(cells, asked({}), store)["rows"]) == 16


def test_a_letter_in_one_cell_leaves_the_others_their_part_of_a_budget(store: Store, made: list[str]) -> None:
    notebook = opened("a", "b", "c")
    cells = [cell(name, number) for number, name in enumerate("abc")]
    notebook.answer(cells, asked({"budget": 3000}), store)
    del made[:]
    notebook.put([{"key": "a edited", "index": 0, "count": 1, "text": "run('a', 1)"}])
    notebook.answer([cells[0] | {"source": "a edited"}, *cells[1:]], asked({"budget": 3000}), store)
    assert made == ["a source"]
