"""How a shortened text lies over its original: in order, over all of both, by unit."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom_jupyter import Store, TextResult, compress_text
from headroom_jupyter.compressors.base import Level
from headroom_jupyter.router import decode
from tests.material import texts

GOLDEN = Path(__file__).parent / "golden" / "samples"
EXAMPLES = Path(__file__).parents[1] / "examples"
SAMPLES = [*sorted(GOLDEN.iterdir()), *(path for path in sorted(EXAMPLES.iterdir()) if path.suffix != ".md")]
LARGEST_SHARE = 0.8  # of a text that one piece may be
SMALL = 200  # tokens of a text that may be one piece: all of a small original behind one mark


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("store"))


def pieces(result: TextResult) -> list[tuple[str, str]]:
    """The two sides of each span, after a look whether they are in order and cover both texts."""
    spans = result.spans()
    assert all(a[1] == b[0] and a[3] == b[2] for a, b in pairwise(spans))
    pairs = [(result.original[a:b], result.text[c:d]) for a, b, c, d in spans]
    assert "".join(source for source, _ in pairs) == result.original
    assert "".join(shown for _, shown in pairs) == result.text
    return pairs


@pytest.mark.parametrize("level", ["faithful", "lossless"])
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_every_kind_is_told_by_unit(path: Path, level: Level, store: Store) -> None:
    text = path.read_bytes().decode()
    result = compress_text(text, path=path.name, level=level, store=store)
    pairs = pieces(result)
    if result.fidelity != "verbatim" and result.tokens_after > SMALL:
        assert len(pairs) > 1
        largest = max(len(shown) for source, shown in pairs if source and shown)
        assert largest < LARGEST_SHARE * len(result.text) or result.kind == "config"  # an outline's names are one piece


@given(texts(), st.sampled_from(["faithful", "lossless"]))
def test_spans_are_in_order_and_cover_both_texts(text: str, level: Level) -> None:
    pieces(compress_text(text, level=level))


@pytest.mark.parametrize("kind", ["log", "search", "listing", "diff", "config", "table"])
def test_a_change_to_a_unit_of_a_lossless_form_changes_that_unit_alone(kind: str, store: Store) -> None:
    tried = 0
    for path in sorted(GOLDEN.glob(f"{kind}_*")):
        result = compress_text(3 * path.read_bytes().decode(), path=path.name, level="lossless", store=store)
        if result.fidelity != "lossless" or result.text.startswith("<<parts"):
            continue
        units = [span for span in result.spans() if span[1] > span[0] and result.text[span[2] : span[3]].strip()]
        assert len(units) > 3
        for start, end, first, last in units[1 :: max(1, len(units) // 12)]:
            shown = result.text[first:last].rstrip("\n")
            changed = decode(f"{result.text[:first]}{shown}7{result.text[first + len(shown) :]}")
            if changed is not None and shown != "--":  # with a sign more that is no separator
                tried += 1
                assert changed[:start] == result.original[:start]
                assert changed.endswith(result.original[end:])
    assert tried > 8


def test_each_row_of_a_json_table_stands_beside_its_element(store: Store) -> None:
    rows = [{"id": 7 * i, "name": f"part {i * 31 % 977}", "price": i * 13 % 401 / 4} for i in range(400)]
    for text in (json.dumps(rows), json.dumps({"of": "store", "parts": rows}, indent=2)):
        for level in ("faithful", "lossless"):
            result = compress_text(text, query="part 62", level=level, store=store)
            told = [(a, b) for a, b in pieces(result) if '"name"' in a and a.count('"name"') == 1 and b.strip()]
            assert len(told) > (5 if level == "faithful" else 390)
            for source, shown in told:
                row = json.loads(source.strip().rstrip("]}\n ,") + "}")
                assert row["name"] in shown or str(row["name"].split()[1]) in shown


def test_spans_of_an_object_are_its_entries(store: Store) -> None:
    text = json.dumps({f"key{i}": {"on": i % 2 == 0, f"n{i}": "word " * 20, "deep": [i, {"z": i}]} for i in range(60)})
    told = [(a, b) for a, b in pieces(compress_text(text, query="key17", store=store)) if a.startswith('"key') and b]
    assert len(told) > 3
    assert all(a[1 : a.index('"', 1)] in b and ("true" in a) == ("true" in b) for a, b in told if "<<" not in b)


def test_a_string_within_json_is_told_by_its_lines(store: Store) -> None:
    log = "\n".join(f'12:{i // 60:02}:{i % 60:02} worker "{i % 7}" took {i * 37 % 911} ms\t\u00e9' for i in range(600))
    text = json.dumps({"id": 1, "output": log + "\n"})
    result = compress_text(text, query='worker "3" took 185 ms', store=store)
    copies = [(a, b) for a, b in pieces(result) if b.count("\n") and a.count("\\n") == b.count("\n") and "took" in b]
    assert copies
    assert all(json.loads(f'"{a}"') == b for a, b in copies)


def test_a_notebook_is_told_by_its_cells(store: Store) -> None:
    cells = [
        {"cell_type": "code", "outputs": [_stream(i)], "source": [f"x_{i} = {i}\n", f"print(x_{i})"]} for i in range(30)
    ]
    text = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)
    told = [(a, b) for a, b in pieces(compress_text(text, query="x_17", store=store)) if "cell_type" in a and "x_" in b]
    assert len(told) > 3
    for source, shown in told:
        assert source.count("cell_type") == 1
        number = shown.partition("x_")[2].partition(" ")[0]
        assert f'"x_{number} = {number}' in source


def test_parts_of_a_cell_are_told_where_they_are_in_order(store: Store) -> None:
    cells = [
        {"cell_type": "code", "source": f"y_{i} = {i}\nprint(y_{i})\n", "outputs": [_stream(i)]} for i in range(30)
    ]
    text = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    told = pieces(compress_text(text, query="y_17", store=store))
    assert any(a.startswith(('"source"', "y_")) for a, b in told if b.startswith("y_"))
    assert not any("outputs" in a and b.startswith("y_") for a, b in told)


def _stream(number: int) -> dict[str, object]:
    return {"output_type": "stream", "name": "stdout", "text": [f"line {number} {k}\n" for k in range(40)]}
