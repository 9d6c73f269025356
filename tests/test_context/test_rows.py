"""Rows of a context: counted exactly, within a budget, and never a secret."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from headroom_jupyter.ccr.store import Store
from headroom_jupyter.context.answer import answer, composed
from headroom_jupyter.context.asking import asked
from headroom_jupyter.context.cells import parts_of
from headroom_jupyter.context.rows import rows_of
from headroom_jupyter.tokens import tokenizer_for

LOG = "".join(
    f"2026-11-24 INFO request {n} from 10.0.{n % 256}.{n * 7 % 256} served in {n * 31 % 97} ms\n" for n in range(900)
)
COUNT = tokenizer_for("gpt-4o").count


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store", project="one") as opened:
        yield opened


def code(ident: str, source: str, *outputs: Any) -> dict[str, Any]:
    return {"id": ident, "cell_type": "code", "execution_count": 1, "source": source, "outputs": list(outputs)}


def out(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


CELLS = [code(f"c{n}", f"step_{n}()", out(LOG.replace("served", f"answered{n}"))) for n in range(6)]


@pytest.mark.parametrize("budget", [300, 1000, 4000, 500_000])
def test_a_budget_is_met_by_the_text_of_all_rows(store: Store, budget: int) -> None:
    rows = rows_of(parts_of(CELLS), asked({"budget": budget}), store)
    text = composed(rows)
    assert COUNT(text) <= budget
    assert sum(row.tokens_after for row in rows) <= budget
    if budget == 500_000:
        assert all(row.fidelity == "verbatim" for row in rows)


def test_a_row_that_is_left_out_comes_back_by_its_mark(store: Store) -> None:
    small = [sha256(b"%d" % n).hexdigest() * 2 for n in range(20)]  # too small to be compressed, too many to be shown
    many = [code(f"c{n}", "run()", out(text)) for n, text in enumerate(small)]
    rows = rows_of(parts_of(many), asked({"budget": 1200}), store)
    assert COUNT(composed(rows)) <= 1200 < sum(row.tokens_before for row in rows)
    named = [row for row in rows if row.reason.startswith("left out")]
    assert named
    assert all(store.get(row.ref).decode() == row.part.text for row in named)
    assert all(store.ref_of(sha256(row.text.encode()).digest()) == row.ref for row in named)


def test_sources_stay_whole_without_a_budget(store: Store) -> None:
    source = "".join(f"def function_{n}(a):\n    return a + {n} * {n * 7919}\n\n" for n in range(200))
    (row,) = rows_of(parts_of([code("a", source)]), asked({}), store)
    assert (row.text, row.fidelity) == (source, "verbatim")


def test_secrets_are_masked_before_anything_is_stored(store: Store) -> None:
    key = "sk-abcdefghijklmnop1234"
    rows = rows_of(parts_of([code("a", f'client = Client(api_key="{key}")', out(f"{LOG}{key}\n"))]), asked({}), store)
    assert all(key not in row.text for row in rows)
    assert key.encode() not in store.get(rows[1].ref)
    assert "1 masked" in rows[0].reason


def test_what_cannot_be_stored_stays_as_it_is_and_says_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADROOM_QUOTA_BYTES", "1000")
    _, row = rows_of(parts_of(CELLS[:1]), asked({}), store)
    assert row.text == row.part.text
    assert "full" in row.error


@pytest.mark.parametrize(
    "output",
    [
        {},
        {"output_type": "stream", "text": ["a", "b"]},
        {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["\x1b[31mred\x1b[0m"]},
        {"output_type": "display_data", "data": {"image/png": "not base64!"}},
        {"output_type": "display_data", "data": {"application/json": {"a": [1]}}},
        {"output_type": "display_data", "data": []},
        {"output_type": "display_data", "data": {"text/plain": 5}},
        {"output_type": "execute_result", "data": {"text/html": "<b>x</b>", "text/plain": "<X object>"}},
    ],
)
def test_odd_outputs_have_rows_too(store: Store, output: Any) -> None:
    told = answer(parts_of([code("a", "x", output)]), asked({"compose": 0}), store)
    assert [row["error"] for row in told["rows"]] == ["", ""]
    assert "\x1b" not in told["text"]["text"]


def test_an_answer_holds_what_fits_and_the_next_page_goes_on(store: Store) -> None:
    lines = [sha256(b"%d" % n).hexdigest() * 30 for n in range(120)]
    parts = parts_of([code(f"c{n}", line) for n, line in enumerate(lines)])
    first = answer(parts, asked({}), store)
    assert len(json.dumps(first)) < 300_000
    assert (first["total"], first["limit"]) == (120, len(first["rows"]))
    ids = [row["id"] for row in first["rows"]]
    rest = answer(parts, asked({"offset": len(ids)}), store)
    assert [*ids, *(row["id"] for row in rest["rows"])] == [part.id for part in parts]
