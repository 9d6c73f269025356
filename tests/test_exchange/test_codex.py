"""What Codex sends beside the documented API: tools that stand in the input, and calls of a kind of their own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from headroom_jupyter import Store
from tests.agents import LOG
from tests.carrier import carry
from tests.retrieving import retrieving
from tests.upstream import Seen

_EXEC = {"type": "custom", "name": "exec", "description": "Run JavaScript."}
_TOOLS = {"type": "additional_tools", "id": "at_1", "role": "developer"}
_SPACE = {"type": "namespace", "name": "functions", "tools": [_EXEC]}


def _body(tools: list[Any], *items: Any) -> bytes:
    question = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "What went wrong?"}]}
    return json.dumps(
        {"model": "gpt-x", "input": [{**_TOOLS, "tools": tools}, question, *items], "store": False}
    ).encode()


def _ran(output: str) -> tuple[Any, Any]:
    call = {"type": "custom_tool_call", "call_id": "c1", "name": "exec", "input": "await tools.exec_command({})"}
    return call, {"type": "custom_tool_call_output", "call_id": "c1", "output": output}


def test_the_tool_joins_the_others_where_they_stand(tmp_path: Path) -> None:
    with Store(tmp_path, project="codex") as store:
        body = _body([_SPACE], *_ran(LOG))
        found = carry("/v1/responses", body, retrieving("", "paper"), store)
    first: Seen = found.seen[0]
    assert "tools" not in first.json
    assert [tool["name"] for tool in first.json["input"][0]["tools"]] == ["headroom_retrieve", "functions"]
    assert "<<ccr:" in first.json["input"][3]["output"]
    assert len(first.body) < len(body) / 2
    assert [seen.json["input"][0] for seen in found.seen] == [first.json["input"][0]] * 2
    assert "paper" in found.shown.decode()
    assert "headroom_retrieve" not in found.shown.decode()


def test_the_list_is_the_same_before_there_is_anything_to_retrieve(tmp_path: Path) -> None:
    with Store(tmp_path, project="codex") as store:
        turns = [
            carry("/v1/responses", _body([_SPACE], *more), retrieving("", "", times=0), store)
            for more in ((), _ran(LOG))
        ]
    heads = [found.seen[0].body.partition(b'"input": [')[2][:400] for found in turns]
    assert heads[0] == heads[1]
    assert b"headroom_retrieve" in heads[0]


def test_a_client_that_has_the_tool_there_is_left_to_it(tmp_path: Path) -> None:
    own = {"type": "function", "name": "mcp__headroom__headroom_retrieve", "parameters": {}}
    with Store(tmp_path, project="codex") as store:
        body = _body([{**_SPACE, "tools": [_EXEC, own]}])
        assert carry("/v1/responses", body, retrieving("", "", times=0), store).seen[0].body == body
