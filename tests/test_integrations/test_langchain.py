"""LangChain's own messages, chains and tools, with a chat model that answers by a script."""

from __future__ import annotations

import re
from typing import Any

import pytest
from langchain_core.language_models import FakeMessagesListChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder

from headroom_jupyter import Store, expand
from headroom_jupyter.errors import InputError
from headroom_jupyter.integrations.langchain import compress_messages, message_compressor, retrieve_tool
from headroom_jupyter.policy import RETRIEVE_NAME
from tests.test_integrations.conftest import LOG


def _conversation(result: str | list[str | dict[str, Any]] = LOG) -> list[BaseMessage]:
    call = {"name": "run_build", "args": {"target": "all"}, "id": "c1"}
    return [
        SystemMessage("Be brief."),
        HumanMessage("What failed?"),
        AIMessage("", tool_calls=[call]),
        ToolMessage(result, tool_call_id="c1", artifact={"kept": True}),
    ]


def test_a_tools_result_becomes_small_and_all_else_stays_the_same_object() -> None:
    messages = _conversation()
    small = compress_messages(messages)
    assert [one is other for one, other in zip(small, messages, strict=True)] == [True, True, True, False]
    assert isinstance(small[3], ToolMessage)
    assert len(small[3].text) < 0.2 * len(LOG)
    assert "out of paper" in small[3].text
    assert (small[3].tool_call_id, small[3].artifact) == ("c1", {"kept": True})
    assert messages[3].content == LOG
    plain = [{"role": "tool", "tool_call_id": "c1", "content": small[3].content}]
    assert expand(plain)[0]["content"] == LOG


def test_the_next_turn_has_the_same_beginning() -> None:
    messages = [*_conversation(), AIMessage("It ran out of paper."), HumanMessage("And before that?")]
    assert compress_messages(messages)[:4] == compress_messages(messages[:4])
    assert compress_messages(compress_messages(messages)) == compress_messages(messages)


def test_blocks_of_a_result_are_compressed_one_by_one() -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    small = compress_messages(_conversation([{"type": "text", "text": LOG}, picture]))[3].content
    assert isinstance(small, list)
    assert isinstance(small[0], dict)
    assert len(small[0]["text"]) < 0.2 * len(LOG)
    assert small[1] == picture


def test_without_a_tool_to_ask_nothing_is_left_out() -> None:
    assert "<<ccr:" not in compress_messages(_conversation(), retrieval=False)[3].text


def test_a_chain_compresses_retrieves_and_goes_on() -> None:
    def said(messages: list[BaseMessage]) -> AIMessage:
        (ref,) = re.findall(r"<<ccr:([0-9a-f]{12}) ", messages[3].text)[:1]
        return AIMessage("", tool_calls=[{"name": RETRIEVE_NAME, "args": {"ref": ref, "lines": 78}, "id": "c2"}])

    prompt = ChatPromptTemplate.from_messages([MessagesPlaceholder("history")])
    messages = _conversation()
    sent = (prompt | message_compressor(model="gpt-4.1")).invoke({"history": messages})
    call = said(sent).tool_calls[0]
    answer = retrieve_tool().invoke(call)
    assert isinstance(answer, ToolMessage)
    assert "unit 77 " in answer.text
    model = FakeMessagesListChatModel(responses=[AIMessage("It took 89 ms.")])
    chain = message_compressor() | model
    history = [*messages, said(sent), answer]
    assert chain.invoke(history).text == "It took 89 ms."
    assert compress_messages(history)[5] is answer  # what was asked for is not compressed again


def test_what_is_wrong_with_a_call_is_its_answer() -> None:
    tool = retrieve_tool()
    assert "never stored" in tool.invoke({"ref": "0123456789ab"})
    assert "no reference" in tool.invoke({"ref": "the log"})
    assert tool.args["lines"] == {"type": "string", "description": "4-9,12"}


def test_a_store_of_ones_own_is_used(tmp_path: Any) -> None:
    with Store(tmp_path / "own", project="chain") as own:
        small = compress_messages(_conversation(), store=own)[3].text
        (ref,) = re.findall(r"<<ccr:([0-9a-f]{12}) ", small)[:1]
        assert retrieve_tool(store=own).invoke({"ref": ref}) == LOG
    assert "never stored" in retrieve_tool().invoke({"ref": ref})


def test_a_store_that_cannot_be_written_costs_no_message(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("HEADROOM_HOME", "/dev/null/nowhere")
    messages = _conversation()
    assert compress_messages(messages) == messages
    assert "left as they are" in caplog.text or "left unchanged" in caplog.text


def test_an_unknown_model_is_told() -> None:
    with pytest.raises(InputError, match="unknown model"):
        compress_messages(_conversation(), model="no-such-model")
