"""A packed notebook: within the budget, errors and names in it, all that is left out at hand, no secret anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom_jupyter import Store, compress_text, decode, expand, retrieve
from headroom_jupyter.ccr.marker import scan
from headroom_jupyter.errors import InputError
from headroom_jupyter.notebook.book import Book, BookCell, saved_book
from headroom_jupyter.notebook.options import Options
from headroom_jupyter.notebook.packing import pack
from headroom_jupyter.notebook.recording import Output
from headroom_jupyter.notebook.report import NotebookContext
from tests.test_notebook.books import KEY, long_log, working_notebook
from tests.vocabularies import tiktoken_encoding

_ENCODING = tiktoken_encoding("o200k_base")


def independent_count(text: str) -> int:
    """Tokens by tiktoken itself."""
    return len(_ENCODING.encode(text, disallowed_special=()))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store(tmp_path_factory.mktemp("store"), project="packing") as own:
        yield own


@pytest.fixture(scope="module")
def packed(store: Store) -> NotebookContext:
    return pack(working_notebook(), Options(budget=8_000, store=store))


def test_the_budget_holds_counted_independently(packed: NotebookContext) -> None:
    assert packed.tokens_after == independent_count(packed.text) <= 8_000
    assert packed.budget_met
    assert packed.report.tokens == packed.tokens_after
    assert all(entry.state == "whole" for entry in packed.report.entries if entry.tokens_before < 300)


def test_both_error_messages_and_the_failing_cells_are_in_it(packed: NotebookContext) -> None:
    for said in ("KeyError: 'checksum'", "ZeroDivisionError: division by zero", "damaged[0]['checksum']"):
        assert said in packed.text


def test_the_error_in_a_megabyte_of_log_is_in_it(packed: NotebookContext) -> None:
    assert "shard 17 is damaged: bad magic number" in packed.text


@pytest.mark.parametrize("budget", [900, 1_500, 8_000, 400_000])
def test_every_name_that_a_cell_binds_is_in_it(store: Store, budget: int) -> None:
    book = working_notebook()
    text = pack(book, Options(budget=budget, store=store)).text
    for cell in book.cells:
        assert all(name in text for name in cell.names.binds), cell.source


def test_every_left_out_part_comes_back_by_its_reference(packed: NotebookContext, store: Store) -> None:
    book = working_notebook()
    for entry in packed.report.entries:
        if entry.state != "whole":
            assert store.get(entry.ref), entry
    for _, _, marker in scan(packed.text):
        if marker.ref:
            assert store.get(marker.ref)
    log = next(entry for entry in packed.report.entries if entry.part == "stdout" and entry.tokens_before > 100_000)
    assert store.get(log.ref).decode() == book.cells[5].outputs[0].text
    assert retrieve(log.ref, lines="1-2", store=store) == "".join(long_log().splitlines(keepends=True)[:2])
    assert (
        expand([{"role": "tool", "tool_call_id": "a", "content": packed.text}], store=store)[0]["content"]
        == packed.original
    )


def test_no_secret_is_in_it_nor_in_what_is_stored(packed: NotebookContext, store: Store) -> None:
    held = [store.get(stored.ref).decode("utf-8", "replace") for stored in store.refs()]
    for text in (packed.text, packed.original, *held):
        assert KEY not in text
        assert "correct-horse" not in text
    assert packed.report.masked == 2
    assert "look like secrets: 2" in packed.text


def test_the_account_at_the_end_names_every_part(packed: NotebookContext) -> None:
    account = packed.text.split("## Packed: ", 1)[1]
    assert account.count("\n") < 12
    states = {entry.state for entry in packed.report.entries}
    assert {state for state in states if f"{state}" in account} == states
    for entry in packed.report.shortened + packed.report.left_out:
        assert f"{entry.cell} {entry.part} {entry.tokens_before}→{entry.tokens_after}" in account
    assert sum(entry.state == "whole" for entry in packed.report.entries) == len(packed.report.whole)
    assert "8,000 tokens" in repr(packed.report)
    assert "<script" not in packed.report._repr_html_()


def test_what_the_question_names_is_shown(store: Store) -> None:
    book = working_notebook()
    asked = pack(book, Options(query="batch 4711 checksum", budget=3_000, store=store))
    line = next(line for line in long_log().split("\n") if " batch 4711 " in line)
    assert line in asked.text


def test_cells_that_the_failing_cell_needs_come_before_those_it_does_not(store: Store) -> None:
    cells = [
        BookCell("code", "def needed(x):\n" + "".join(f"    x += {i}\n" for i in range(60)) + "    return x", 1),
        BookCell("code", "def other(x):\n" + "".join(f"    x -= {i}\n" for i in range(60)) + "    return x", 2),
        *(BookCell("code", f"a{i} = {i}", i + 3) for i in range(9)),
        BookCell(
            "code", "needed(None)", 12, (Output("error", "TypeError: no", title="TypeError: no"),), is_failed=True
        ),
    ]
    context = pack(Book(tuple(cells)), Options(budget=900, store=store))
    assert "    x += 30\n" in context.text
    assert "    x -= 30\n" not in context.text
    assert "other(x)" in context.text


@pytest.mark.parametrize("budget", [1, 100, 300])
def test_a_budget_that_cannot_hold_the_names_is_refused_with_the_number_it_needs(store: Store, budget: int) -> None:
    with pytest.raises(InputError, match=r"is too small for this notebook; it needs [\d,]+ tokens") as caught:
        pack(working_notebook(), Options(budget=budget, store=store))
    needed = int(str(caught.value).split("it needs ")[1].split()[0].replace(",", ""))
    assert pack(working_notebook(), Options(budget=needed, store=store)).tokens_after <= needed


def test_a_notebook_that_fits_is_whole(store: Store) -> None:
    book = Book((BookCell("code", "a = 1", 1), BookCell("markdown", "text"), BookCell("code", "a", 2)))
    context = pack(book, Options(store=store))
    assert not context.report.left_out
    assert not context.report.shortened
    assert "<<ccr:" not in context.text.replace("<<ccr:REF …>>", "")


def test_packing_makes_no_notebook_longer(store: Store) -> None:
    saved = Path(__file__).parents[2] / "examples" / "nightly_job.ipynb"
    result = pack(saved_book(saved), Options(budget=20_000, store=store))
    assert result.tokens_after <= result.tokens_before


def test_what_was_packed_stands_beside_its_place(packed: NotebookContext) -> None:
    pairs = [(packed.original[a:b], packed.text[c:d]) for a, b, c, d in packed.spans()]
    assert "".join(source for source, _ in pairs) == packed.original
    assert "".join(shown for _, shown in pairs) == packed.text
    assert sum(source == shown for source, shown in pairs) > 30


def test_a_saved_notebook_is_packed_with_its_pictures_as_notes(store: Store, tmp_path: Path) -> None:
    context = pack(
        saved_book(Path(__file__).parents[2] / "examples" / "nightly_job.ipynb"), Options(budget=3_000, store=store)
    )
    assert context.tokens_after <= 3_000
    assert "only 19,988 MB were left" in context.text
    (picture,) = (entry for entry in context.report.entries if entry.part.endswith("image"))
    assert store.get(picture.ref)[:4] == b"\x89PNG"
    broken = tmp_path / "broken.ipynb"
    broken.write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match=r"broken\.ipynb is no notebook"):
        saved_book(broken)


_texts = st.text(alphabet=st.sampled_from("ab \n\u2028<>é𝄞{}"), max_size=400)
_outputs = st.builds(
    lambda kind, text: Output(kind, text, title=text[:20] if kind == "error" else ""),
    st.sampled_from(["stdout", "stderr", "error"]),
    _texts,
)


@given(
    st.lists(st.tuples(_texts, st.lists(_outputs, max_size=3)), min_size=1, max_size=8),
    st.integers(min_value=1, max_value=1_500),
)
def test_any_notebook_is_packed_within_any_budget_or_refused(
    store: Store, cells: list[tuple[str, list[Output]]], budget: int
) -> None:
    book = Book(tuple(BookCell("code", text * 3, i + 1, tuple(found)) for i, (text, found) in enumerate(cells)))
    try:
        context = pack(book, Options(budget=budget, store=store))
    except InputError:
        return
    assert independent_count(context.text) <= budget
    for entry in context.report.entries:
        if entry.state != "whole":
            store.get(entry.ref)


def test_packing_is_the_same_each_time(store: Store, tmp_path: Path) -> None:
    with Store(tmp_path / "other", project="packing") as other:
        texts = {pack(working_notebook(), Options(budget=2_000, store=one)).text for one in (store, other)}
    assert len(texts) == 1


def test_lines_to_keep_are_there_with_their_places_whatever_the_budget_is(store: Store) -> None:
    book = working_notebook()
    log = long_log().splitlines()
    wanted = [(i, line) for i, line in enumerate(log, 1) if " batch 47" in line and "WARNING" in line]
    context = pack(book, Options(budget=2_500, keep=r"WARNING .* batch 47\d+ ", store=store))
    assert len(wanted) == 4
    assert independent_count(context.text) <= 2_500
    for number, line in wanted:
        assert f"line {number}: {line}\n" in context.text or f"\n{line}\n" in context.text
    with pytest.raises(InputError, match=r"is too small for this notebook; it needs [\d,]+ tokens"):
        pack(book, Options(budget=2_500, keep="INFO", store=store))


@pytest.mark.parametrize("budget", [900, 4_000])
def test_without_retrieval_no_marker_is_in_it_and_gaps_are_told_in_words(store: Store, budget: int) -> None:
    context = pack(working_notebook(), Options(budget=budget, retrieval=False, store=store))
    assert independent_count(context.text) <= budget
    assert "<<" not in context.text
    assert "[not shown: " in context.text.split("\n", 2)[2]
    assert "headroom_retrieve" not in context.text
    assert "KeyError: 'checksum'" in context.text
    assert "shard 17 is damaged" in context.text or budget < 4_000
    assert all(store.get(entry.ref) for entry in context.report.left_out)


def test_at_the_lossless_level_no_part_is_cut(store: Store) -> None:
    lines = "".join(f'{{"id": {i}, "state": "ready"}}\n' for i in range(3_000))
    book = Book((BookCell("code", "run()", 1, (Output("stdout", lines),)), *working_notebook().cells))
    context = pack(book, Options(budget=8_000, level="lossless", store=store))
    rewritten = compress_text(lines, level="lossless", store=store).text
    assert decode(rewritten) == lines
    assert rewritten in context.text
    assert [entry.part for entry in context.report.shortened] == ["stdout"]
    gaps = [marker for *_, marker in scan(context.text) if marker.unit == "lines"]
    assert gaps
    assert all(marker.ranges == ((1, marker.total),) for marker in gaps)
