"""When our tool is offered to a model."""

from __future__ import annotations

import json

import pytest

from headroom_jupyter import Store
from headroom_jupyter.exchange.requests import Options, rewrite
from headroom_jupyter.exchange.routes import wire_of
from headroom_jupyter.policy import RETRIEVE_NAME


@pytest.mark.parametrize("may_inject", [True, False])
def test_it_is_offered_only_by_who_can_answer_it(tmp_path_factory: pytest.TempPathFactory, may_inject: bool) -> None:
    route = wire_of("/v1/chat/completions")
    assert route
    store = Store(tmp_path_factory.mktemp("store"), project="p")
    text = "".join(f"line {number} of the build took {number % 7} ms\n" for number in range(900))
    messages = [{"role": "user", "content": "Why?"}, {"role": "tool", "tool_call_id": "c", "content": text}]
    tool = {"type": "function", "function": {"name": "run"}}
    body = json.dumps({"model": "gpt-4o", "messages": messages, "tools": [tool]}).encode()
    done = rewrite(route.wire, body, Options(store, may_inject=may_inject))
    assert (RETRIEVE_NAME.encode() in done.body) == done.report.is_injected == may_inject
    assert (b"<<ccr:" in done.body) == may_inject
