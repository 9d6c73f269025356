"""LiteLLM itself, against a scripted provider. It brings 330 MB with it, so it is no part of [test]; CI installs it."""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import pytest

from headroom_jupyter import RETRIEVE_TOOL, expand
from tests.test_integrations.conftest import LOG
from tests.upstream import Upstream, in_turn

if find_spec("litellm") is None:
    pytest.skip("litellm is not installed; run: pip install litellm", allow_module_level=True)
with pytest.MonkeyPatch.context() as _patch, warnings.catch_warnings():
    warnings.simplefilter("ignore")
    _patch.setenv("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # or it asks the network for prices
    import litellm

    from headroom_jupyter.integrations.litellm import HeadroomCallback

pytestmark = [pytest.mark.anyio, pytest.mark.filterwarnings("ignore")]  # LiteLLM's own are not ours to mend

_ROWS = json.dumps([{"id": number, "state": "ready", "place": "Leeds"} for number in range(200)])


def _messages(result: str = LOG) -> list[dict[str, Any]]:
    call = {"id": "c1", "type": "function", "function": {"name": "run_build", "arguments": "{}"}}
    return [
        {"role": "user", "content": "What failed?"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": result},
    ]


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    """A provider."""
    with Upstream(in_turn("Out of paper.")) as upstream:
        yield upstream


@pytest.fixture
def callback(monkeypatch: pytest.MonkeyPatch) -> HeadroomCallback:
    """The callback, in use."""
    one = HeadroomCallback()
    monkeypatch.setattr(litellm, "callbacks", [one])
    monkeypatch.setattr(litellm, "disable_aiohttp_transport", True)  # its sessions outlive a test's event loop
    return one


def _call(upstream: Upstream, **more: Any) -> dict[str, Any]:
    where = {"model": "openai/gpt-4o", "api_base": f"{upstream.url}/v1", "api_key": "none", "max_retries": 0}
    return {**where, "messages": _messages(), "tools": [RETRIEVE_TOOL("openai")], **more}


async def test_a_call_goes_out_small(upstream: Upstream, callback: HeadroomCallback) -> None:
    messages = _messages()
    done = await litellm.acompletion(**_call(upstream, messages=messages))
    assert done.choices[0].message.content == "Out of paper."
    sent = upstream.seen[0].json["messages"]
    assert len(sent[2]["content"]) < 0.2 * len(LOG)
    assert "out of paper" in sent[2]["content"]
    assert expand(sent)[2]["content"] == LOG
    assert messages == _messages()


async def test_a_stream_goes_out_small_and_comes_back_as_it_is(upstream: Upstream, callback: HeadroomCallback) -> None:
    stream = await litellm.acompletion(**_call(upstream, stream=True))
    assert "".join([chunk.choices[0].delta.content or "" async for chunk in stream]) == "Out of paper."
    assert len(upstream.seen[0].body) < 0.3 * len(LOG)


async def test_without_the_tool_only_what_can_be_decoded_is_done(
    upstream: Upstream, callback: HeadroomCallback
) -> None:
    await litellm.acompletion(**_call(upstream, tools=None))
    await litellm.acompletion(**_call(upstream, tools=None, messages=_messages(_ROWS)))
    assert upstream.seen[0].json["messages"][2]["content"] == LOG
    assert b"<<ccr:" not in upstream.seen[1].body
    assert len(upstream.seen[1].body) < 0.5 * len(_ROWS)


async def test_a_router_uses_it_too(upstream: Upstream, callback: HeadroomCallback) -> None:
    call = _call(upstream)
    deployment = {"model": call.pop("model"), "api_base": call.pop("api_base"), "api_key": call.pop("api_key")}
    router = litellm.Router(model_list=[{"model_name": "ours", "litellm_params": deployment}])
    await router.acompletion(model="ours", **call)
    assert len(upstream.seen[0].body) < 0.3 * len(LOG)


def test_a_call_without_hooks_is_prepared_by_hand(upstream: Upstream) -> None:
    given = _call(upstream)
    prepared = HeadroomCallback().prepared(**given)
    assert litellm.completion(**prepared).choices[0].message.content == "Out of paper."
    assert len(upstream.seen[0].body) < 0.3 * len(LOG)
    assert given == _call(upstream)
    assert HeadroomCallback().prepared(model="m", prompt="p") == {"model": "m", "prompt": "p"}


async def test_what_goes_wrong_costs_no_call(
    upstream: Upstream,
    callback: HeadroomCallback,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("HEADROOM_QUOTA_BYTES", "plenty")
    with caplog.at_level(logging.WARNING):
        await litellm.acompletion(**_call(upstream))
    assert upstream.seen[0].json["messages"][2] == _messages()[2]
    assert "left as they are: HEADROOM_QUOTA_BYTES" in caplog.text


def test_a_deployment_of_any_name_is_counted() -> None:
    prepared = HeadroomCallback(retrieval=True).prepared(model="azure/ours", messages=_messages())
    assert len(prepared["messages"][2]["content"]) < 0.2 * len(LOG)
