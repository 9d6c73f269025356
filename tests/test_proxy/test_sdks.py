"""Real SDKs against the real proxy: what they send gets smaller, and what the model retrieves they never see."""

from __future__ import annotations

import pytest

from headroom_jupyter import count_tokens
from tests.agents import AGENTS, LOG, Agent, history, tools_of
from tests.retrieving import retrieving
from tests.test_proxy.conftest import Wire
from tests.upstream import ToolCall, in_turn

ALL = pytest.mark.parametrize("agent", AGENTS, ids=str)


@ALL
def test_an_agent_sends_a_fraction_and_hears_the_same(agent: Agent, wire: Wire) -> None:
    wire.upstream.script = in_turn(["It was ", "unit 499."])
    messages = history(agent.api, LOG)
    heard = agent.ask(agent.client(wire.url), messages, tools_of(agent.api, "run"))
    assert heard.text.replace("|", "") == "It was unit 499."
    assert (heard.tokens_in, heard.tokens_out) == (100, 10)
    (seen,) = wire.upstream.seen
    assert count_tokens(seen.messages) < 0.1 * count_tokens(messages)
    assert "out of paper" in str(seen.messages)
    assert seen.tool_names == ["headroom_retrieve", "run"]


@ALL
def test_the_models_retrieval_is_answered_and_not_seen(agent: Agent, wire: Wire) -> None:
    wire.upstream.script = retrieving("Let me look.", "It was 89 ms.", lines="77-78")
    heard = agent.ask(agent.client(wire.url), history(agent.api, LOG), tools_of(agent.api, "run"))
    assert heard.text == "Let me look.|It was 89 ms."
    assert heard.calls == ()
    assert heard.stop in ("end_turn", "stop", "completed")
    assert (heard.tokens_in, heard.tokens_out) == (200, 20), "usage of the hidden round is added"
    first, second = wire.upstream.seen
    assert second.messages[: len(first.messages)] == first.messages
    assert "unit 77 was built in 89 ms" in str(second.messages[-1])
    assert "Let me look." in str(second.messages[len(first.messages) :])


@ALL
def test_a_tool_call_of_the_clients_own_goes_to_the_client(agent: Agent, wire: Wire) -> None:
    wire.upstream.script = in_turn(["Running.", ToolCall("c2", "run")])
    heard = agent.ask(agent.client(wire.url), history(agent.api, LOG), tools_of(agent.api, "run"))
    assert heard.calls == (("c2", "run"),)
    assert len(wire.upstream.seen) == 1
