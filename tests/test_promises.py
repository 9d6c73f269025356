"""The promises of the design, each over all kinds of text and arbitrary text."""

from __future__ import annotations

import copy
import re
import tempfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from headroom_jupyter import Store, compress, count_tokens, decode, expand, retrieve
from headroom_jupyter.ccr.marker import render_ranges, scan
from headroom_jupyter.router import is_same
from tests.conversations import FORMATS, conversation, result_text
from tests.material import KINDS, grown, texts

QUESTIONS = st.sampled_from(
    ["What went wrong?", "Which order failed?", "", "status of payment-7 on 2024-01-05", "def parser_3"]
)
SHAPES = st.sampled_from(FORMATS)
LEVELS = st.sampled_from(["faithful", "lossless", "abridged"])


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder), project="promises") as held:
        yield held


@given(text=texts(), question=QUESTIONS, shape=SHAPES, level=LEVELS)
def test_never_larger(store: Store, text: str, question: str, shape: str, level: Any) -> None:
    messages = conversation(shape, [text], question)
    result = compress(messages, level=level, store=store)
    assert result.error is None
    assert result.tokens_after <= result.tokens_before == count_tokens(messages)
    for decision in result.decisions:
        assert decision.tokens_after <= decision.tokens_before
        assert decision.reason
        assert decision.is_changed == bool(decision.refs)
    without_tool = sum(decision.tokens_after for decision in result.decisions)
    assert count_tokens(result.messages) == without_tool <= result.tokens_after


@given(text=texts(), other=texts(), question=QUESTIONS, shape=SHAPES, level=LEVELS)
def test_nothing_is_lost(store: Store, text: str, other: str, question: str, shape: str, level: Any) -> None:
    messages = conversation(shape, [text, other, text], question)
    before = copy.deepcopy(messages)
    result = compress(messages, level=level, store=store)
    assert messages == before
    assert result.expand() == before
    with Store(store.path, project=store.project) as elsewhere:
        assert expand(result.messages, store=elsewhere) == before


@given(text=texts(), question=QUESTIONS)
@example(text=grown("notebook", 0, 5), question="What went wrong?")  # rows in part, and two places that lack the same
def test_marks_are_exact(store: Store, text: str, question: str) -> None:
    result = compress(conversation("openai", [text], question), store=store)
    decision = result.decisions[-1]
    if decision.fidelity not in ("faithful", "abridged") or "<<" in text:  # forged marks have a test of their own
        return
    (ref,) = decision.refs
    assert retrieve(ref, store=store) == text
    own = _own_markers(result_text("openai", result.messages[-1]), ref)
    assert own, "an omission without a mark"
    for unit, at, total, ranges in own:
        taken = 0
        for first, last in ranges:
            assert taken < first <= last <= total
            taken = last
        if ranges:  # "reformatted" has none
            words: dict[str, Any] = {unit: render_ranges(ranges)}
            assert retrieve(ref, at=at or None, store=store, **words)
        if ranges and unit == "lines" and not at:
            assert total == text.count("\n") + (not text.endswith("\n"))


def _own_markers(text: str, ref: str) -> list[tuple[str, str, int, tuple[tuple[int, int], ...]]]:
    """(unit, at, total, ranges) of the first marker of a block and the short ones after it, each place once.

    Rows that are shown in part have a marker of their own, and what is lacking at two places of a text (in a table's
    line, and where the whole element follows) is marked at both.
    """
    found: dict[tuple[tuple[str, str, int], bool], list[tuple[tuple[int, int], ...]]] = {}
    place: tuple[str, str, int] | None = None
    for _, _, marker in scan(text):
        if marker.ref not in (ref, None) or (marker.ref is None and place is None):
            continue  # quoted text, not ours
        if marker.note:
            place = place or ("lines", "", 10**9)
        elif marker.unit and marker.total:
            place = marker.unit, marker.at, marker.total
        if place:
            said = found.setdefault((place, marker.summary.startswith("in part")), [])
            if marker.ranges not in said:
                said.append(marker.ranges)
    return [(*where, tuple(chain.from_iterable(said))) for (where, _), said in found.items()]


@given(text=texts(), question=QUESTIONS)
def test_lossless_means_lossless(store: Store, text: str, question: str) -> None:
    result = compress(conversation("openai", [text], question), level="lossless", store=store)
    rewritten = result_text("openai", result.messages[-1])
    assert result.decisions[-1].fidelity in ("verbatim", "lossless")
    assert rewritten == text or is_same(text, decode(rewritten))
    without = compress(conversation("openai", [text], question), retrieval=False, store=store)
    assert without.messages == result.messages


@given(text=texts(), other=texts(), question=QUESTIONS, shape=SHAPES)
def test_deterministic_and_prefix_stable(store: Store, text: str, other: str, question: str, shape: str) -> None:
    messages = [*conversation(shape, [text, other], question), *conversation(shape, [text], "And now?")[1:]]
    whole = compress(messages, store=store)
    for n in range(len(messages)):
        prefix = compress(messages[:n], store=store) if n else None
        assert prefix is None or prefix.messages == whole.messages[:n]
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder), project="another") as empty:
        assert compress(messages, store=empty).messages == whole.messages


@given(text=texts(), other=texts(), question=QUESTIONS, shape=SHAPES)
def test_idempotent_and_incremental(store: Store, text: str, other: str, question: str, shape: str) -> None:
    messages = conversation(
        shape, [text, other, text, other[: len(other) // 2] + "\nchanged\n" + other[len(other) // 2 :]], question
    )
    whole = compress(messages, store=store).messages
    assert compress(whole, store=store).messages == whole
    for k in range(1, len(messages)):
        mixed = compress(messages[:k], store=store).messages + messages[k:]
        assert compress(mixed, store=store).messages == whole
        assert compress(mixed, frozen=k, store=store).messages == whole


@given(text=texts(), question=QUESTIONS)
def test_pasted_data_comes_back_too(store: Store, text: str, question: str) -> None:
    messages = [{"role": "user", "content": f"{question}\n\n{text}"}]
    result = compress(messages, compress_user=True, store=store)
    assert result.expand() == messages
    assert result.tokens_after <= result.tokens_before
    assert compress(result.messages, compress_user=True, store=store).messages == result.messages


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_the_question_names_stays(store: Store, kind: str, seed: int) -> None:
    text = grown(kind, seed)
    words = list(re.finditer(r"(?<=[ /,(\"])[a-z]{4,9}(?=[ _/,(.:\"\n])", text))
    if kind == "diff":  # a header says a name up to four times; changing one of them makes no diff
        words = [found for found in words if text[found.start() - 1] == " "]
    target = words[len(words) // 2]
    planted = f"{text[: target.start()]}zebra_4711{text[target.end() :]}"
    result = compress(conversation("openai", [planted], "Where is zebra_4711 mentioned?"), store=store)
    assert "zebra_4711" in result_text("openai", result.messages[-1])


@given(text=texts())
@example(text="")
def test_a_whole_block_retrieved_by_query_is_never_empty(store: Store, text: str) -> None:
    ref = store.put(text.encode("utf-8", "surrogatepass"))
    for query in ("error", "zzz-not-there", "", text[:50]):
        assert retrieve(ref, query=query, store=store) or not text
