"""A conversation from end to end: what changes, what does not, and what is said about it."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from headroom_jupyter import HeadroomError, Store, compress, compress_text, count_tokens, decode, expand
from headroom_jupyter.compressors.base import Ask, Compressed, Hints
from headroom_jupyter.errors import InputError, StoreError
from headroom_jupyter.pipeline import compress_as, job_for, providers
from headroom_jupyter.router import compressors
from tests.conversations import conversation
from tests.material import grown

LOG = "".join(f"2024-05-01 10:{i // 60:02}:{i % 60:02} INFO worker handled job {i * 37 % 991}\n" for i in range(600))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path, project="pipeline")


def test_a_long_log_becomes_short_and_every_block_has_a_reason(store: Store) -> None:
    result = compress(conversation("openai", [LOG]), store=store)
    assert result.saved_fraction > 0.8
    assert [decision.reason for decision in result.decisions[:4]] == [
        "system text",
        "user text; compress_user=True compresses pasted data",
        "image",
        "tool call",
    ]
    assert result.decisions[-1].kind == "log"


def test_the_result_shows_a_table_of_decisions(store: Store) -> None:
    result = compress(conversation("openai", [LOG.replace("worker", "<b>worker</b>")]), store=store)
    assert "LogCompressor" in repr(result)
    assert "system text" in repr(result)
    assert "<table " in result._repr_mimebundle_()["text/html"]
    assert "<script" not in result._repr_mimebundle_()["text/html"]


def test_an_estimate_says_so(store: Store) -> None:
    assert repr(compress(conversation("anthropic", [LOG]), model="claude-sonnet-4-5", store=store)).startswith("about ")


def test_the_question_decides_what_stays_and_the_last_one_counts(store: Store) -> None:
    planted = LOG.replace("handled job 500\n", "handled job 500 for tenant quagga\n")
    assert "quagga" in planted
    messages = conversation("openai", [planted], "Tell me about the tenant quagga")
    assert "tenant quagga" in compress(messages, store=store).messages[-1]["content"]


def test_blocks_that_agents_inject_are_no_question(store: Store) -> None:
    asked = conversation("openai", [LOG], "Which job?")
    reminded = conversation(
        "openai", [LOG], "Which job?\n<system-reminder>Mind the budget of job 990.</system-reminder>"
    )
    assert compress(asked, store=store).messages[-1] == compress(reminded, store=store).messages[-1]


def test_the_arguments_of_the_call_are_part_of_the_query(store: Store) -> None:
    planted = LOG.replace("handled job 500\n", "handled job 500 zorilla\n")
    messages = conversation("anthropic", [planted], "Continue.")
    messages[1]["content"][1]["input"] = {"pattern": "zorilla"}
    assert "zorilla" in compress(messages, store=store).messages[-1]["content"][0]["content"][0]["text"]


def test_frozen_and_protected_blocks_stay(store: Store) -> None:
    messages = conversation("openai", [LOG, LOG + "\nmore"])
    assert compress(messages, frozen=4, store=store).messages[:4] == messages[:4]
    result = compress(messages, protect=lambda block: "mine" if block.message == 3 else None, store=store)
    assert result.messages[3] == messages[3]
    assert "protected: mine" in [decision.reason for decision in result.decisions]


def test_without_retrieval_only_what_decode_undoes_is_done(store: Store) -> None:
    rows = json.dumps([{"name": f"job-{i}", "state": "done", "owner": "batch"} for i in range(200)])
    for text in (LOG, rows, grown("notebook", 2)):
        messages = conversation("openai", [text])
        result = compress(messages, retrieval=False, store=store)
        shown = result.messages[-1]["content"]
        assert "<<ccr:" not in shown
        assert shown == text or decode(shown) == text
    assert result.tokens_after <= result.tokens_before


def test_pasted_data_is_compressed_when_asked_and_the_words_around_it_stay(store: Store) -> None:
    messages = [{"role": "user", "content": f"Why is job 500 slow?\n\n{LOG}\n\nPlease be brief."}]
    assert compress(messages, store=store).messages == messages
    result = compress(messages, compress_user=True, store=store)
    text = result.messages[0]["content"]
    assert text.startswith("Why is job 500 slow?\n\n")
    assert text.endswith("Please be brief.")
    assert result.saved_fraction > 0.5
    assert result.expand() == messages


def test_a_long_instruction_is_not_taken_for_pasted_data(store: Store) -> None:
    messages = [{"role": "user", "content": grown("prose", 4)}]
    assert compress(messages, compress_user=True, store=store).messages == messages


def test_a_budget_is_met_or_said_not_to_be(store: Store) -> None:
    messages = conversation("openai", [LOG, grown("prose", 1), grown("log", 9)])
    plain = compress(messages, store=store)
    tight = compress(messages, budget=plain.tokens_after * 2 // 3, store=store)
    assert tight.budget_met
    assert tight.tokens_after <= plain.tokens_after * 2 // 3
    assert expand(tight.messages, store=store) == messages
    assert compress(messages, budget=1, store=store).budget_met is False


def test_a_store_that_cannot_be_written_leaves_everything_as_it_was(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> bytes:
        raise StoreError("the disk is full; free some space")

    monkeypatch.setattr(Store, "issue", refuse)
    messages = conversation("openai", [LOG])
    result = compress(messages, store=store)
    assert result.messages == messages
    assert result.decisions[-1].reason == "store: the disk is full; free some space"


def test_a_store_that_cannot_be_read_leaves_everything_as_it_was(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise StoreError("the database is damaged; move it away")

    monkeypatch.setattr(Store, "refs_of", refuse)
    messages = conversation("openai", [LOG])
    result = compress(messages, store=store)
    assert result.messages == messages
    assert result.error == "store: the database is damaged; move it away"
    one = compress_text(LOG, store=store)
    assert (one.text, one.reason) == (LOG, result.error)


def test_a_compressor_that_fails_leaves_its_block_and_tells_why(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: object, text: str, ask: Ask) -> Compressed:
        raise ZeroDivisionError("by accident")

    (log,) = [compressor for compressor in compressors() if compressor.name == "log"]
    monkeypatch.setattr(type(log), "compress", fail)
    messages = conversation("openai", [LOG])
    result = compress(messages, store=store)
    assert result.messages == messages
    assert result.decisions[-1].reason == "failed: ZeroDivisionError: by accident"


def test_what_a_compressor_wrongly_calls_lossless_is_not_believed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    (log,) = [compressor for compressor in compressors() if compressor.name == "log"]
    monkeypatch.setattr(type(log), "compress", lambda self, text, ask: Compressed("short", fidelity="lossless"))
    monkeypatch.setattr(type(log), "decode", lambda self, text: "something else")
    result = compress(conversation("openai", [LOG]), store=store)
    assert result.messages[-1]["content"] != "short"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"model": "no-such"}, "no-such"),
        ({"level": "best"}, "lossless, faithful, abridged"),
        ({"budget": 0}, "budget=0"),
        ({"frozen": -1}, "frozen=-1"),
    ],
)
def test_bad_options_are_refused_by_name(options: dict[str, Any], said: str, store: Store) -> None:
    with pytest.raises(InputError, match=said):
        compress(conversation("openai", [LOG]), store=store, **options)
    assert not store.path.joinpath("cache.db").exists()


@pytest.mark.parametrize("bad", ["text", 3, [1], {"role": "user"}, [{}]])
def test_what_is_no_message_list_is_refused(bad: Any) -> None:
    with pytest.raises(HeadroomError, match="message"):
        compress(bad)


def test_an_empty_conversation_stays_empty(store: Store) -> None:
    result = compress([], store=store)
    assert (result.messages, result.tokens_before, result.saved_fraction) == ([], 0, 0.0)


def test_tokens_of_a_conversation_are_those_of_its_texts(store: Store) -> None:
    messages = conversation("openai", ["out"])
    result = compress(messages, store=store)
    assert (
        count_tokens(messages) == result.tokens_before == sum(decision.tokens_before for decision in result.decisions)
    )


class TestOneText:
    def test_spans_cover_both_texts_and_equal_runs_are_equal(self, store: Store) -> None:
        for kind in ("log", "prose", "code", "json", "csv"):
            result = compress_text(grown(kind, 5), store=store)
            spans = result.spans()
            assert "".join(result.original[a:b] for a, b, _, _ in spans) == result.original
            assert "".join(result.text[c:d] for _, _, c, d in spans) == result.text

    def test_a_budget_gives_more_or_less_than_usual(self, store: Store) -> None:
        text = "\n\n".join(grown("prose", seed) for seed in range(8))
        usual = compress_text(text, store=store)
        more = compress_text(text, budget=usual.tokens_after * 3, store=store)
        less = compress_text(text, budget=usual.tokens_after // 2, store=store)
        assert less.tokens_after <= usual.tokens_after // 2
        assert usual.tokens_after < more.tokens_after <= usual.tokens_after * 3
        assert (less.budget_met, more.budget_met, usual.budget_met) == (True, True, None)

    def test_the_query_decides_what_stays(self, store: Store) -> None:
        rng = random.Random(1)  # noqa: S311  # test data
        target = rng.randrange(600)
        wanted = LOG.split("\n")[target]
        assert wanted in compress_text(LOG, query=f"the line at {wanted.split()[1]}", store=store).text

    def test_compressed_text_is_left_alone(self, store: Store) -> None:
        once = compress_text(LOG, store=store)
        again = compress_text(once.text, store=store)
        assert (again.text, again.reason, again.original) == (once.text, "already compressed", LOG)

    def test_bytes_are_refused(self) -> None:
        with pytest.raises(InputError, match="bytes"):
            compress_text(b"log", store=None)  # type: ignore[arg-type]  # what a user may try

    def test_decoding_what_is_no_rewriting_is_an_error(self) -> None:
        with pytest.raises(ValueError, match="retrieve"):
            decode("plain text")

    def test_hints_are_passed_to_the_compressors(self) -> None:
        text = "key: value\n" * 50
        sure = {c.name: c.confidence(text, Hints(path="deploy.yaml")) for c in compressors()}
        assert max(sure, key=lambda name: sure[name]) == "config"


def test_a_compressed_history_under_another_question_is_not_worked_out_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = compress(conversation("openai", [LOG], "Which job?"), store=store).messages
    history[1] = {"role": "user", "content": "Something else now"}

    def fail(*_: Any, **__: Any) -> None:
        raise AssertionError("nothing new may be compressed")

    monkeypatch.setattr("headroom_jupyter.compression.routed", fail)
    assert compress(history, store=store).messages == history


def test_a_caller_that_knows_the_format_names_it(tmp_path: Path) -> None:
    table = "".join(f"{i},{i * 7 % 13},ok\n" for i in range(900))
    # Chat messages that a router for several vendors has marked for caching: by their shape they could be two things.
    messages = [
        {"role": "user", "content": [{"type": "text", "text": "?", "cache_control": {"type": "ephemeral"}}]},
        {"role": "assistant", "tool_calls": [{"id": "1", "function": {"name": "run", "arguments": "{}"}}]},
        {"role": "tool", "tool_call_id": "1", "content": table},
    ]
    chat = next(provider for provider in providers() if provider.name == "openai")
    with Store(tmp_path / "store", project="named") as store:
        result, _ = compress_as(chat, messages, job_for("gpt-4o", "faithful", store))
    assert set(result.changes) == {(2, "content")}
    assert result.messages[2]["content"] == result.changes[2, "content"]


def test_a_text_that_is_an_earlier_blocks_form_is_taken_for_it_at_once(tmp_path: Path) -> None:
    table = "".join(f"{i},{i * 7 % 13},ok\n" for i in range(900))
    with Store(tmp_path / "one", project="x") as store:
        form = compress(conversation("openai", [table]), store=store).messages[-1]["content"]
    messages = conversation("openai", [table, form])
    with Store(tmp_path / "two", project="x") as store:
        first = compress(messages, store=store)
        again = compress(messages, store=store)
    assert first.messages == again.messages
    assert first.decisions[-1].reason == again.decisions[-1].reason == "already compressed"
