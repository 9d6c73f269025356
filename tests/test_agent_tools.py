"""The tools for an agent's own loop: defined, called and answered in each wire format, by real SDK objects too."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openai.types.chat import ChatCompletionMessageFunctionToolCall
from openai.types.responses import ResponseFunctionToolCall

from headroom_jupyter import RETRIEVE_TOOL, HeadroomError, Store, compress_text, headroom_tools
from headroom_jupyter.agent_tools import AgentTools

LOG = "".join(f"line {i}: step {i * 37 % 1000} took {i % 7} ms\n" for i in range(900))
NAME = "headroom_retrieve"


@pytest.fixture(name="kept")
def _kept(tmp_path: Path) -> Iterator[tuple[AgentTools, str]]:
    with Store(tmp_path / "store", project="tools") as store:
        yield headroom_tools(store=store), compress_text(LOG, store=store).refs[0]


@pytest.mark.parametrize("provider", ["openai", "openai_responses", "anthropic", "gemini"])
def test_the_definitions_are_those_of_the_library(provider: str) -> None:
    first, *others = headroom_tools().definitions(provider)
    assert first == RETRIEVE_TOOL(provider)
    assert [name for name in list(headroom_tools())[1:] if name not in json.dumps(others)] == []


def test_a_name_leads_to_its_callable(kept: tuple[AgentTools, str]) -> None:
    tools, ref = kept
    assert dict(tools)[NAME](ref=ref, lines="3-4") == "".join(LOG.splitlines(keepends=True)[2:4])
    assert len(tools) == 3


def test_the_signatures_say_what_the_schemas_say() -> None:
    tools = headroom_tools()
    for tool, defined in zip(tools.values(), tools.definitions("openai"), strict=True):
        schema = defined["function"]["parameters"]
        assert tool.__name__ == defined["function"]["name"]
        assert list(inspect.signature(tool).parameters) == list(schema["properties"])
        for name in schema["properties"]:
            assert f"{name}: " in (inspect.getdoc(tool) or "")


def test_what_one_agent_remembers_another_recalls(kept: tuple[AgentTools, str], tmp_path: Path) -> None:
    call = {"text": "The exporter needs region=eu-1", "kind": "lesson"}
    answer = kept[0].answer({"type": "tool_use", "id": "t1", "name": "headroom_remember", "input": call})
    assert answer["content"].startswith("remembered as ")
    other = headroom_tools(store=Store(tmp_path / "store", project="tools"), agent="reviewer")
    found = other.run("headroom_recall", '{"query": "which region does the exporter need?"}')
    assert found.startswith("<project-notes>")
    assert "region=eu-1" in found
    stranger = headroom_tools(store=Store(tmp_path / "store", project="elsewhere"))
    assert "knows nothing" in stranger.run("headroom_recall", '{"query": "which region does the exporter need?"}')
    assert kept[0].run("headroom_remember", '{"text": ""}').startswith("error: ")


def _calls(ref: str) -> dict[str, tuple[Any, dict[str, Any]]]:
    arguments = {"ref": ref, "lines": "5"}
    text, line = json.dumps(arguments), LOG.splitlines(keepends=True)[4]
    function = {"name": NAME, "arguments": text}
    chat = {"id": "c1", "type": "function", "function": function}
    item = {"type": "function_call", "call_id": "c2", "name": NAME, "arguments": text}
    return {
        "chat": (chat, {"role": "tool", "tool_call_id": "c1", "content": line}),
        "chat SDK": (
            ChatCompletionMessageFunctionToolCall.model_validate(chat),
            {"role": "tool", "tool_call_id": "c1", "content": line},
        ),
        "responses": (item, {"type": "function_call_output", "call_id": "c2", "output": line}),
        "responses SDK": (
            ResponseFunctionToolCall.model_validate(item),
            {"type": "function_call_output", "call_id": "c2", "output": line},
        ),
        "anthropic": (
            {"type": "tool_use", "id": "t1", "name": NAME, "input": arguments},
            {"type": "tool_result", "tool_use_id": "t1", "content": line},
        ),
        "gemini": (
            {"functionCall": {"name": NAME, "args": arguments}},
            {"functionResponse": {"name": NAME, "response": {"output": line}}},
        ),
        "gemini with id": (
            {"name": NAME, "args": arguments, "id": "g1"},
            {"functionResponse": {"name": NAME, "id": "g1", "response": {"output": line}}},
        ),
    }


@pytest.mark.parametrize("shape", list(_calls("")))
def test_a_models_call_is_answered_in_its_own_format(shape: str, kept: tuple[AgentTools, str]) -> None:
    tools, ref = kept
    call, answer = _calls(ref)[shape]
    assert tools.answer(call) == answer


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ('{"ref": "nonsense"}', "is no reference"),
        ('{"ref": "0123456789ab"}', "no original 0123456789ab"),
        ('{"ref": ', "cannot be used"),
        ("[1]", "cannot be used"),
        ("{}", "missing a required argument"),
        ('{"ref": "0123456789ab", "page": 2}', "unexpected keyword argument"),
    ],
)
def test_a_models_mistake_is_answered_with_what_to_do(arguments: str, told: str, kept: tuple[AgentTools, str]) -> None:
    text = kept[0].run(NAME, arguments)
    assert text.startswith("error: ")
    assert told in text


def test_a_range_written_as_a_number_is_a_range(kept: tuple[AgentTools, str]) -> None:
    tools, ref = kept
    assert tools.run(NAME, {"ref": ref, "lines": 5}) == LOG.splitlines(keepends=True)[4]


@pytest.mark.parametrize("call", [None, "text", {}, {"name": "other", "args": {}}, {"type": "tool_use", "name": "x"}])
def test_what_is_no_call_of_ours_is_refused(call: object) -> None:
    with pytest.raises(HeadroomError, match=r"tool"):
        headroom_tools().answer(call)
