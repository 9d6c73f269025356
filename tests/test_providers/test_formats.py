"""Every wire format: told apart, taken apart, put together again."""

from __future__ import annotations

import copy
import json

import pytest

from headroom_jupyter.compression import TOOL_TOKENS
from headroom_jupyter.errors import InputError
from headroom_jupyter.messages import check_messages, replace_at
from headroom_jupyter.pipeline import provider_of, providers
from headroom_jupyter.recall import RETRIEVE_TOOL
from headroom_jupyter.tokens import tokenizer_for
from tests.conversations import FORMATS, conversation, result_text


@pytest.mark.parametrize("shape", FORMATS)
def test_a_format_is_told_by_its_shape(shape: str) -> None:
    assert provider_of(conversation(shape, ["out"])).name == shape


def test_plain_role_and_text_lists_are_taken_for_openai_chat() -> None:
    assert provider_of([{"role": "user", "content": "hi"}]).name == "openai"


@pytest.mark.parametrize("shape", FORMATS)
def test_writing_back_what_was_read_gives_an_equal_object(shape: str) -> None:
    messages = conversation(shape, ["one", "two"])
    blocks = provider_of(messages).blocks(messages)
    same = {block.path: block.text for block in blocks if block.part == "text"}
    assert replace_at(messages, same) == messages


@pytest.mark.parametrize("shape", FORMATS)
def test_a_changed_block_changes_nothing_else_and_not_the_callers_object(shape: str) -> None:
    messages = conversation(shape, ["one", "two"])
    before = copy.deepcopy(messages)
    (last,) = [b for b in provider_of(messages).blocks(messages) if b.role == "tool" and b.text == "two"]
    changed = replace_at(messages, {last.path: "2"})
    assert messages == before
    assert result_text(shape, changed[-1]) == "2"
    assert changed[:-1] == before[:-1]
    assert replace_at(changed, {last.path: "two"}) == before


@pytest.mark.parametrize("shape", FORMATS)
def test_a_tool_result_knows_the_call_it_answers(shape: str) -> None:
    messages = conversation(shape, ["one", "two"], tool="grep")
    blocks = [b for b in provider_of(messages).blocks(messages) if b.text in ("one", "two")]
    assert [b.tool for b in blocks] == ["grep", "grep"]
    if shape != "gemini":  # calls without ids answer by name: the latest call counts
        assert [json.loads(b.arguments) for b in blocks] == [{"step": 0}, {"step": 1}]


@pytest.mark.parametrize("shape", FORMATS)
def test_signed_and_encrypted_blocks_and_images_are_not_text(shape: str) -> None:
    messages = conversation(shape, ["out"])
    texts = [block.text for block in provider_of(messages).blocks(messages) if block.part == "text"]
    assert not any("iVBOR" in text or "gAAAA" in text or "look" in text for text in texts)


def test_an_sdk_object_in_the_list_travels_untouched() -> None:
    class Dumpable:
        def model_dump(self, *, exclude_none: bool) -> dict[str, object]:
            assert exclude_none
            call = {"id": "c1", "type": "function", "function": {"name": "ls", "arguments": "{}"}}
            return {"role": "assistant", "tool_calls": [call]}

    sdk = Dumpable()
    messages = [sdk, {"role": "tool", "tool_call_id": "c1", "content": "x"}]
    blocks = provider_of(check_messages(messages)).blocks(check_messages(messages))
    assert blocks[-1].tool == "ls"
    assert replace_at(messages, {blocks[-1].path: "y"})[0] is sdk


@pytest.mark.parametrize("bad", ["text", {"role": "user"}, [3], [{"content": "no role"}], None, b"bytes", [["role"]]])
def test_what_is_no_message_list_is_refused_by_name(bad: object) -> None:
    with pytest.raises(InputError, match="message"):
        provider_of(check_messages(bad))


@pytest.mark.parametrize("shape", FORMATS)
def test_the_retrieve_tool_costs_no_more_than_is_booked_for_it(shape: str) -> None:
    assert tokenizer_for("gpt-4o").count(json.dumps(RETRIEVE_TOOL(shape))) <= TOOL_TOKENS


def test_an_unknown_provider_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="openai_responses"):
        RETRIEVE_TOOL("acme")


def test_every_provider_names_itself() -> None:
    assert {provider.name for provider in providers()} == set(FORMATS)


@pytest.mark.parametrize("odd", [None, True, 5, 1.5, "x", [], {}, [None], [5], ["x"], [[]], [{}]], ids=repr)
def test_a_field_of_the_wrong_type_is_nobodys_text(odd: object) -> None:
    for name in (
        "tool_calls",
        "function_call",
        "content",
        "parts",
        "type",
        "output",
        "role",
        "call_id",
        "tool_call_id",
    ):
        for shape in FORMATS:
            messages = conversation(shape, ["out"])
            changed = [{**message, name: odd} for message in messages]
            for provider in providers():
                texts = [block.text for block in provider.blocks(changed)]
                assert all(isinstance(text, str) for text in texts)
    calls = [{"role": "assistant", "tool_calls": [{"id": odd, "function": odd}, {"custom": odd}, odd]}]
    assert all(block.part != "text" for provider in providers() for block in provider.blocks(calls))
