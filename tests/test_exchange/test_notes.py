"""What a project's memory knows stands at the tail of the user's latest message, and stays there in the same bytes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom_jupyter import Memory, Store, count_tokens
from headroom_jupyter.exchange.notes import Notes
from headroom_jupyter.exchange.requests import Options, Rewritten, rewrite
from headroom_jupyter.exchange.routes import wire_of
from headroom_jupyter.memory import bank
from tests.agents import answer_to, results_of
from tests.carrier import body_of, carry, path_of
from tests.dialogues import Dialogue
from tests.upstream import API_PATHS, Seen, ToolCall

APIS = sorted(API_PATHS)
PORT = "The staging database listens on port 5433"
QUESTION = "Which port has the staging database?"
Open = Callable[[], Store]


@pytest.fixture(autouse=True)
def _no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bank, "embedder", lambda: None)


@pytest.fixture
def reopened(tmp_path: Path) -> Open:
    """The store as another worker opens it."""
    return lambda: Store(tmp_path / "store", project="shop")


def _asks(api: str, words: str) -> dict[str, Any]:
    return {"role": "user", "parts": [{"text": words}]} if api == "gemini" else {"role": "user", "content": words}


def _rewritten(api: str, messages: Any, store: Store, **options: Any) -> Rewritten:
    route = wire_of(*path_of(api).partition("?")[::2])
    assert route is not None
    notes = Notes(Memory(store=store), store, **options)
    found = rewrite(route.wire, body_of(api, messages), Options(store, notes=notes), model=route.model)
    assert found.report.failed == ""
    return found


def _sent(api: str, messages: Any, store: Store, **options: Any) -> list[Any]:
    body = json.loads(_rewritten(api, messages, store, **options).body)
    return list(next(body[key] for key in ("messages", "input", "contents") if key in body))


def _text(message: dict[str, Any]) -> str:
    return str(message["parts"][-1]["text"] if "parts" in message else message["content"])


@pytest.mark.parametrize("api", APIS)
def test_they_follow_the_latest_question_and_change_nothing_else(api: str, reopened: Open) -> None:
    store = reopened()
    Memory(store=store).save(PORT, source="ann")
    earlier = [_asks(api, "Is the staging database up?"), *answer_to(api, [], "It is.")]
    found = _rewritten(api, [*earlier, _asks(api, QUESTION)], store)
    plain = body_of(api, [*earlier, _asks(api, QUESTION)]).decode()
    notes = Memory(store=store).reference(QUESTION)
    assert PORT in notes
    assert found.body.decode() == plain.replace(QUESTION, QUESTION + json.dumps("\n\n" + notes)[1:-1])
    assert found.report.notes_tokens == count_tokens(notes)
    assert found.report.headers()["x-headroom-notes-tokens"] == str(count_tokens(notes))


@pytest.mark.parametrize("api", APIS)
def test_later_turns_send_the_same_whatever_is_remembered_or_forgotten(api: str, reopened: Open) -> None:
    first = Memory(store=reopened()).save(PORT)
    call = ToolCall("c1", "run", {"command": "psql"})
    begun = [_asks(api, QUESTION)]
    (question,) = _sent(api, begun, reopened())
    Memory(store=reopened()).delete(first.id)
    Memory(store=reopened()).save("The staging database wants a client certificate")
    working = [*begun, *answer_to(api, [call]), *results_of(api, [("c1", "run", "5433 answers")])]
    assert _sent(api, working, reopened())[0] == question
    assert "certificate" not in str(_sent(api, working, reopened())), "its tools' results are no question"
    going_on = [*working, *answer_to(api, [], "It is 5433."), _asks(api, "How do I log in to the staging database?")]
    sent = _sent(api, going_on, reopened())
    assert sent[0] == question
    assert "certificate" in _text(sent[-1])


@pytest.mark.parametrize("api", APIS)
def test_a_question_asked_again_and_answered_alike_keeps_its_own_notes(api: str, reopened: Open) -> None:
    answer = answer_to(api, [ToolCall("c1", "run", {"command": "psql"})])
    Memory(store=reopened()).save(PORT)
    messages = [_asks(api, QUESTION)]
    first = _sent(api, messages, reopened())
    _sent(api, [*messages, *answer, *results_of(api, [("c1", "run", "ok")])], reopened())
    Memory(store=reopened()).save("The staging database has port 5434 on host b")
    messages += [*answer, *results_of(api, [("c1", "run", "ok")]), _asks(api, QUESTION)]
    second = _sent(api, messages, reopened())
    third = _sent(api, [*messages, *answer, *results_of(api, [("c1", "run", "ok")])], reopened())
    assert second[0] == first[0]
    assert "host b" in _text(second[-1])
    assert third[: len(second)] == second


def test_a_conversation_is_told_nothing_twice(reopened: Open) -> None:
    Memory(store=reopened()).save(PORT)
    begun = [_asks("openai", QUESTION)]
    assert PORT in str(_sent("openai", begun, reopened()))
    again = [*begun, *answer_to("openai", [], "5433."), _asks("openai", QUESTION)]
    assert str(_sent("openai", again, reopened())).count(PORT) == 1


def test_the_same_question_in_a_new_conversation_is_told_what_is_known_now(reopened: Open) -> None:
    memory, begun = Memory(store=reopened()), [_asks("openai", QUESTION)]
    assert _sent("openai", begun, reopened()) == begun
    old = [*begun, *answer_to("openai", [], "I do not know."), _asks("openai", "Pity.")]
    assert _sent("openai", old, reopened()) == old
    memory.save(PORT)
    assert PORT in str(_sent("openai", begun, reopened()))
    new = [*begun, *answer_to("openai", [], "It is 5433."), _asks("openai", "Thanks.")]
    assert PORT in str(_sent("openai", new, reopened()))
    assert _sent("openai", old, reopened()) == old, "the first conversation stays as its provider has it"


def test_a_conversation_that_began_without_memory_stays_as_it_was(reopened: Open) -> None:
    Memory(store=reopened()).save(PORT)
    begun = [_asks("openai", QUESTION), *answer_to("openai", [], "I do not know.")]
    assert _sent("openai", begun, reopened()) == begun


def test_another_projects_memory_is_not_found(reopened: Open) -> None:
    Memory(store=Store(reopened().path, project="other")).save(PORT)
    begun = [_asks("openai", QUESTION)]
    assert _sent("openai", begun, reopened()) == begun


def test_what_agents_inject_is_no_question_and_stays_before_the_notes(reopened: Open) -> None:
    Memory(store=reopened()).save(PORT)
    reminder = {"type": "text", "text": "<system-reminder>the staging database port</system-reminder>"}
    quiet = [{"role": "user", "content": [reminder]}]
    assert _sent("anthropic", quiet, reopened()) == quiet
    asked = [{"role": "user", "content": [reminder, {"type": "text", "text": QUESTION}]}]
    (message,) = _sent("anthropic", asked, reopened())
    assert message["content"][0] == reminder
    assert PORT in message["content"][1]["text"]


def test_moving_cache_control_makes_no_other_message(reopened: Open) -> None:
    Memory(store=reopened()).save(PORT)
    piece = {"type": "text", "text": QUESTION}
    marked = [{"role": "user", "content": [piece | {"cache_control": {"type": "ephemeral"}}]}]
    (question,) = _sent("anthropic", marked, reopened())
    later = [{"role": "user", "content": [piece]}, *answer_to("anthropic", [], "5433."), _asks("anthropic", "Ok.")]
    assert _sent("anthropic", later, reopened())[0]["content"][0]["text"] == question["content"][0]["text"]


def test_a_word_in_common_with_a_long_question_is_not_enough(reopened: Open) -> None:
    Memory(store=reopened()).save("Figures of the report use the colour-blind palette")
    begun = [_asks("openai", "Please report why the nightly export job of the second worker fails on Mondays")]
    assert _sent("openai", begun, reopened()) == begun


def test_they_keep_to_their_budget(reopened: Open) -> None:
    memory = Memory(store=reopened())
    for number in range(20):
        memory.save(f"The staging database of shard {number} listens on port {5000 + number * 7}")
    found = _rewritten("openai", [_asks("openai", QUESTION)], reopened(), max_tokens=120)
    assert 0 < found.report.notes_tokens <= 120


def test_a_request_whose_messages_are_a_text_has_a_tail_too(reopened: Open) -> None:
    Memory(store=reopened()).save(PORT)
    sent = json.loads(_rewritten("openai_responses", QUESTION, reopened()).body)["input"]
    assert sent.startswith(QUESTION + "\n\n<project-notes>")
    listed = [_asks("openai_responses", QUESTION), *answer_to("openai_responses", [], "5433.")]
    assert _sent("openai_responses", listed, reopened())[0]["content"] == sent


def test_nothing_is_added_that_cannot_be_recorded(reopened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    store = reopened()
    Memory(store=store).save(PORT)
    monkeypatch.setenv("HEADROOM_QUOTA_BYTES", "1")
    route = wire_of(path_of("openai"))
    assert route is not None
    body = body_of("openai", [_asks("openai", QUESTION)])
    found = rewrite(route.wire, body, Options(store, notes=Notes(Memory(store=store), store)))
    assert found.body == body
    assert "no memories were added" in found.report.failed


@pytest.mark.parametrize("api", APIS)
@settings(max_examples=2)
@given(seed=st.integers(0, 10**9))
def test_every_turn_begins_with_the_one_before(api: str, seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    dialogue, folder = Dialogue(api, seed), tmp_path_factory.mktemp("notes")
    for number in range(8):

        def send(body: bytes) -> list[Seen]:
            with Store(folder, project="prefix") as store:  # a new worker for each turn
                return carry(dialogue.path, body, dialogue.script, store, notes=Notes(Memory(store=store), store)).seen

        with Store(folder, project="prefix") as store:
            Memory(store=store).save(f"Order {number} went wrong in payment-7 when batch {number * 3} failed")
        dialogue.step(send)
