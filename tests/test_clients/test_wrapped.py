"""Wrapped SDK clients do by themselves what the proxy does, and leave the client they were made from alone."""

from __future__ import annotations

import json
import threading
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anthropic
import httpx2
import openai
import pytest

from headroom_jupyter import Store, count_tokens, trace, wrap_client
from headroom_jupyter.cache_aligner import cache_report
from headroom_jupyter.errors import InputError
from headroom_jupyter.ledger import Ledger
from tests.agents import AGENTS, LOG, Agent, history, tools_of
from tests.carrier import body_of
from tests.retrieving import retrieving
from tests.test_exchange.test_encodings import ENCODERS
from tests.upstream import Reply, ToolCall, Upstream, in_turn

EACH = pytest.mark.parametrize("agent", AGENTS, ids=str)


@pytest.fixture(scope="module")
def _upstream() -> Iterator[Upstream]:
    with Upstream(in_turn("")) as held:
        yield held


@pytest.fixture
def upstream(_upstream: Upstream) -> Upstream:
    _upstream.seen.clear()
    return _upstream


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store", project="clients")


@EACH
def test_a_wrapped_client_sends_a_fraction_and_retrieves(agent: Agent, upstream: Upstream, store: Store) -> None:
    upstream.script = retrieving("Let me look.", "It was 89 ms.", lines="77-78")
    messages = history(agent.api, LOG)
    before = json.dumps(messages)
    heard = agent.ask(wrap_client(agent.client(upstream.url), store=store), messages, tools_of(agent.api, "run"))
    assert heard.text == "Let me look.|It was 89 ms."
    assert heard.calls == ()
    assert (heard.tokens_in, heard.tokens_out) == (200, 20)
    first, second = upstream.seen
    assert count_tokens(first.messages) < 0.1 * count_tokens(messages)
    assert "unit 77 was built in 89 ms" in str(second.messages[-1])
    assert json.dumps(messages) == before
    booked = Ledger(store).totals()["all"]
    assert (booked.calls, booked.input_tokens) == (2, 214 if agent.api == "anthropic" else 200)


@EACH
def test_the_client_it_was_made_from_sends_what_it_always_sent(agent: Agent, upstream: Upstream, store: Store) -> None:
    upstream.script = in_turn("Hello.")
    plain = agent.client(upstream.url)
    wrapped = wrap_client(plain, store=store)
    assert wrapped is not plain
    assert type(wrapped) is type(plain)
    assert wrap_client(wrapped, store=store) is wrapped
    agent.ask(plain, history(agent.api, LOG), tools_of(agent.api, "run"))
    (seen,) = upstream.seen
    assert "unit 300 was built" in seen.body.decode()
    assert seen.tool_names == ["run"]


@EACH
def test_a_refused_follow_up_is_raised_as_the_providers_error(agent: Agent, upstream: Upstream, store: Store) -> None:
    error = {"type": "error", "error": {"type": "overloaded_error", "code": "busy", "message": "Overloaded, sorry"}}
    refusal = Reply(json.dumps(error).encode(), 529, {"content-type": "application/json"})
    upstream.script = in_turn(ToolCall("r", "headroom_retrieve", {"ref": "0" * 12}), refusal)
    client = wrap_client(agent.client(upstream.url), store=store)
    with pytest.raises((openai.APIError, anthropic.APIError), match="Overloaded, sorry"):
        agent.ask(client, history(agent.api, LOG), tools_of(agent.api, "run"))


def test_what_was_done_is_told_in_headers(upstream: Upstream, store: Store) -> None:
    upstream.script = in_turn("Hello.")
    with wrap_client(openai.OpenAI(base_url=f"{upstream.url}/v1", api_key="dummy"), store=store) as client:
        raw = client.chat.completions.with_raw_response
        tools = tools_of("openai", "run")
        answer = raw.create(model="gpt-4o", messages=history("openai", LOG), tools=tools)
        assert int(answer.headers["x-headroom-tokens-saved"]) > 10_000
        without = raw.create(model="gpt-4o", messages=[{"role": "user", "content": "Hi"}])
        assert without.headers["x-headroom-tokens-saved"] == "0"


def test_requests_that_are_no_messages_go_through(upstream: Upstream, store: Store) -> None:
    listed = {"object": "list", "data": [{"id": "m", "object": "model", "created": 1, "owned_by": "x"}]}
    upstream.script = in_turn(Reply(json.dumps(listed).encode()))
    with wrap_client(openai.OpenAI(base_url=f"{upstream.url}/v1", api_key="dummy"), store=store) as client:
        assert [model.id for model in client.models.list()] == ["m"]


def test_leaving_a_stream_early_closes_it_upstream(upstream: Upstream, store: Store) -> None:
    went_away = threading.Event()

    def endless() -> Iterator[bytes]:
        chunk = {"id": "c", "choices": [{"index": 0, "delta": {"content": "x" * 1000}}]}
        try:
            for _ in range(100_000):
                yield f"data: {json.dumps(chunk)}\n\n".encode()
        finally:
            went_away.set()

    upstream.script = in_turn(Reply(endless(), headers={"content-type": "text/event-stream"}))
    with wrap_client(openai.OpenAI(base_url=f"{upstream.url}/v1", api_key="dummy"), store=store) as client:
        stream = client.chat.completions.create(
            model="gpt-4o", messages=[{"role": "user", "content": "Hi"}], tools=tools_of("openai", "run"), stream=True
        )
        assert next(iter(stream)).choices[0].delta.content
        stream.close()
        assert went_away.wait(20)


@pytest.mark.parametrize("name", sorted(ENCODERS))
def test_a_body_that_the_caller_compressed_is_read_and_goes_on_plain(
    name: str, upstream: Upstream, store: Store
) -> None:
    upstream.script = retrieving("", "It was 89 ms.", lines="77-78")
    body = body_of("openai", history("openai", LOG), tools_of("openai", "run"))
    with wrap_client(openai.OpenAI(base_url=f"{upstream.url}/v1", api_key="dummy"), store=store) as client:
        headers = {"content-encoding": name, "content-type": "application/json"}
        raw = client.post(
            "/chat/completions", cast_to=httpx2.Response, content=ENCODERS[name](body), options={"headers": headers}
        )
    assert "It was 89 ms." in raw.text
    first, second = upstream.seen
    assert "content-encoding" not in {**first.headers, **second.headers}
    assert len(first.body) < 0.3 * len(body)


def test_a_body_that_cannot_be_decoded_goes_through_as_it_came(upstream: Upstream, store: Store) -> None:
    upstream.script = in_turn("Hello.")
    with wrap_client(openai.OpenAI(base_url=f"{upstream.url}/v1", api_key="dummy"), store=store) as client:
        options: Any = {"headers": {"content-encoding": "br"}}
        raw = client.post("/chat/completions", cast_to=httpx2.Response, content=b"\x01\x02", options=options)
    (seen,) = upstream.seen
    assert (seen.body, seen.headers["content-encoding"]) == (b"\x01\x02", "br")
    assert "'br' is not read here" in raw.headers["x-headroom-failed"]


@EACH
def test_a_trace_hears_whole_requests_for_the_cache_report(agent: Agent, upstream: Upstream, store: Store) -> None:
    upstream.script = in_turn("Hello.")
    messages = history(agent.api, "a line\n" * 200)
    with trace() as steps:
        for names in (("run", "read_file"), ("read_file", "run")):
            client = wrap_client(agent.client(upstream.url), store=store)
            agent.ask(client, messages, tools_of(agent.api, *names))
    assert [step.request["tools"][0] for step in steps.steps] == tools_of(agent.api, "run", "read_file")
    causes = cache_report([steps.requests]).total.breaks
    assert ("tools", "tool order") in [(cause.place, cause.kind) for cause in causes]


def test_the_callers_own_http_client_is_used(upstream: Upstream, store: Store) -> None:
    upstream.script = in_turn("Hello.")
    hooked: list[str] = []
    hooks = {"request": [lambda request: hooked.append(request.url.path)]}
    with httpx2.Client(event_hooks=hooks) as http:
        client = openai.OpenAI(base_url=f"{upstream.url}/v1", api_key="dummy", http_client=http)
        wrap_client(client, store=store).chat.completions.create(
            model="gpt-4o", messages=[{"role": "user", "content": "Hi"}]
        )
    assert hooked == ["/v1/chat/completions"]


def test_an_older_sdk_on_httpx_is_wrapped_too(upstream: Upstream, store: Store, monkeypatch: Any) -> None:
    """Older SDKs stand on httpx, of which httpx2 is the continuation; here it goes by that name."""
    monkeypatch.setitem(__import__("sys").modules, "httpx", httpx2)
    monkeypatch.setattr(httpx2.Client, "__module__", "httpx")
    upstream.script = in_turn("Hello.")
    with wrap_client(openai.OpenAI(base_url=f"{upstream.url}/v1", api_key="dummy"), store=store) as client:
        client.chat.completions.create(model="gpt-4o", messages=history("openai", LOG))
    assert "<<ccr:" in upstream.seen[0].body.decode()


@pytest.mark.parametrize("other", [None, "client", object(), types.SimpleNamespace(_client=object())])
def test_what_is_no_client_is_refused(other: Any) -> None:
    with pytest.raises(InputError, match="no client of the openai or anthropic package"):
        wrap_client(other)
