"""What a process remembers of a conversation saves time, and changes nothing that is sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from headroom_jupyter import Store
from headroom_jupyter.exchange.conversations import Conversations
from headroom_jupyter.exchange.requests import Options, Rewritten, rewrite
from headroom_jupyter.exchange.routes import wire_of
from headroom_jupyter.messages import Block
from headroom_jupyter.walk import Walk
from tests.agents import answer_to, history, results_of, tools_of
from tests.carrier import body_of, path_of
from tests.material import grown
from tests.upstream import ToolCall

APIS = ("anthropic", "openai", "openai_responses", "gemini")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store", project="known") as store:
        yield store


def _rewritten(api: str, messages: list[Any], options: Options, **more: Any) -> Rewritten:
    plain, _, query = path_of(api).partition("?")
    route = wire_of(plain, query)
    assert route is not None
    return rewrite(route.wire, body_of(api, messages, tools_of(api, "run"), **more), options, model=route.model)


def _turns(api: str) -> Iterator[list[Any]]:
    """A conversation that grows: new texts, the same again, a file read twice, another question."""
    messages = history(api, grown("log", 1) * 3)
    yield messages
    for number, kind in enumerate(("json", "log", "code", "code", "prose")):
        call = ToolCall(f"n{number}", "run", {"path": f"f{number // 3}"})
        text = grown(kind, number // 2)[:9000] if kind != "log" else grown("log", 1) * 3
        messages = [*messages, *answer_to(api, [call]), *results_of(api, [(call.id, "run", text)])]
        yield messages
    messages = [*messages, *answer_to(api, [], "I see."), *history(api, grown("search", 2), "last", "Where is it?")]
    yield messages


@pytest.fixture
def added(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Numbers of the messages that were walked over."""
    found: list[int] = []
    add = Walk.add

    def noted(walk: Walk, block: Block) -> None:
        found.append(block.message)
        add(walk, block)

    monkeypatch.setattr(Walk, "add", noted)
    return found


@pytest.mark.parametrize("api", APIS)
def test_a_turn_costs_what_is_new_in_it_and_is_sent_as_if_nothing_were_known(
    api: str, store: Store, added: list[int]
) -> None:
    options = Options(store)
    seen = 0
    for messages in _turns(api):
        added.clear()
        found = _rewritten(api, messages, options)
        assert min(added) == seen, "what was walked over before is not walked over again"
        seen = len(messages)
        fresh = _rewritten(api, messages, Options(store))
        assert found.body == fresh.body
        assert found.text == fresh.text
        told = [report.decisions for report in (found.report, fresh.report)]
        assert [(d.message, d.block, d.fidelity, d.refs, d.reason) for d in told[0]] == [
            (d.message, d.block, d.fidelity, d.refs, d.reason) for d in told[1]
        ]
        assert found.report.headers() == fresh.report.headers()


def test_marks_of_the_cache_may_move_and_little_is_walked_over_again(store: Store, added: list[int]) -> None:
    options = Options(store)
    walked = []
    for messages in _turns("anthropic"):
        *older, last = messages
        marked = {**last, "content": [{**last["content"][0], "cache_control": {"type": "ephemeral"}}]}
        added.clear()
        found = _rewritten("anthropic", [*older, marked], options)
        walked.append(len(added))
        assert found.body == _rewritten("anthropic", [*older, marked], Options(store)).body
    assert max(walked) <= 5
    assert len(options.conversations) == 1, "it is one conversation"


def test_an_original_that_was_deleted_is_stored_again_before_its_marker_is_sent(store: Store) -> None:
    options = Options(store)
    first, second, *_ = _turns("openai")
    sent = _rewritten("openai", first, options)
    (ref,) = {ref for decision in sent.report.decisions for ref in decision.refs}
    store.delete(ref)
    _rewritten("openai", second, options)
    assert store.get(ref) == (grown("log", 1) * 3).encode()


def test_other_settings_make_other_forms(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    options = Options(store)
    first, second, *_ = _turns("openai")
    _rewritten("openai", first, options)
    monkeypatch.setenv("HEADROOM_KEEP_TOKENS", "30")
    found = _rewritten("openai", second, options)
    assert found.body == _rewritten("openai", second, Options(store)).body
    assert found.report.tokens_after < _rewritten("openai", second, options, model="gpt-4").report.tokens_before


def test_conversations_that_branch_are_kept_apart(store: Store) -> None:
    options = Options(store)
    *_, base = _turns("anthropic")
    for number in (1, 2, 1, 2):
        more = [*answer_to("anthropic", [], f"Branch {number}."), *history("anthropic", grown("csv", number), "b")]
        messages = [*base, *more]
        assert _rewritten("anthropic", messages, options).body == _rewritten("anthropic", messages, Options(store)).body
    assert len(options.conversations) == 2


def test_memory_has_a_limit(store: Store) -> None:
    few = Conversations(most_bytes=400_000)
    options = Options(store, conversations=few)
    for number in range(9):
        body = body_of("openai", history("openai", f"{number}" * 60_000), tools_of("openai", "run"))
        assert rewrite(wire_of("/v1/chat/completions").wire, body, options).report.failed == ""  # type: ignore[union-attr]  # it is known
    assert 0 < few.held_bytes <= 400_000
    large = body_of("openai", history("openai", "x" * 300_000), tools_of("openai", "run"))
    before = few.held_bytes
    rewrite(wire_of("/v1/chat/completions").wire, large, options)  # type: ignore[union-attr]  # as above
    assert few.held_bytes == before, "one that would take most of it is not kept"
