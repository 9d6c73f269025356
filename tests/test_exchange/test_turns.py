"""A client's turn in every API, whole and streamed: what is sent, what is shown, and what is remembered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom_jupyter import Store
from headroom_jupyter.exchange.turn import MOST_ROUNDS
from headroom_jupyter.ledger import Ledger
from tests.agents import LOG, answer_to, history, results_of, tools_of
from tests.carrier import KEYS, Carried, body_of, carry, path_of
from tests.retrieving import retrieving
from tests.upstream import API_PATHS, Reply, Script, Seen, ToolCall, in_turn, speak

APIS = sorted(API_PATHS)
WAYS = [(api, is_stream) for api in APIS for is_stream in (False, True)]
EACH_WAY = pytest.mark.parametrize(("api", "is_stream"), WAYS, ids=str)
OWN = ToolCall("c2", "run", {"step": 2})


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store(tmp_path_factory.mktemp("turns"), project="turns") as held:
        yield held


def _carry(
    api: str, is_stream: bool, script: Script, store: Store, messages: list[Any] | None = None, **more: Any
) -> Carried:
    extra: dict[str, Any] = {} if api == "gemini" else {"stream": is_stream}
    if api == "openai" and is_stream:
        extra["stream_options"] = {"include_usage": True}
    own = history(api, LOG) if messages is None else messages
    cut = more.pop("cut", lambda data: [data])
    body = body_of(api, own, more.pop("tools", tools_of(api, "run")), **extra, **more)
    return carry(path_of(api, is_stream=is_stream), body, script, store, cut)


def _names(carried: Carried) -> list[str]:
    """Names of the tools that the client is told to run."""
    return re.findall(r'"name": ?"(\w+)"', carried.shown.decode())


@EACH_WAY
def test_a_reply_without_our_tool_goes_through_byte_for_byte(api: str, is_stream: bool, store: Store) -> None:
    replies: list[Reply] = []

    def script(seen: Seen) -> Reply:
        reply = speak(seen, "é \u2028 done", OWN)
        body = reply.body if isinstance(reply.body, bytes) else b"".join(reply.body)
        replies.append(Reply(body.replace(b"\n\n", b"\r\n\r\n"), headers=reply.headers))
        return replies[0]

    assert _carry(api, is_stream, script, store).shown == replies[0].body


@EACH_WAY
@given(data=st.data())
def test_how_the_bytes_are_cut_changes_nothing(api: str, is_stream: bool, store: Store, data: st.DataObject) -> None:
    script = retrieving("Let me look — ", "It was 89 ms.", times=2, lines="77-78")
    whole = _carry(api, is_stream, script, store)
    sizes = data.draw(st.lists(st.integers(1, 400), min_size=1, max_size=6))

    def cut(reply: bytes) -> Iterator[bytes]:
        at = turn = 0
        while at < len(reply):
            size = sizes[turn % len(sizes)]
            yield reply[at : at + size]
            at, turn = at + size, turn + 1

    script = retrieving("Let me look — ", "It was 89 ms.", times=2, lines="77-78")
    pieces = _carry(api, is_stream, script, store, cut=cut)
    assert pieces.shown == whole.shown
    assert [seen.body for seen in pieces.seen] == [seen.body for seen in whole.seen]


@EACH_WAY
def test_after_three_rounds_the_answer_goes_through(api: str, is_stream: bool, store: Store) -> None:
    carried = _carry(api, is_stream, retrieving("Looking.", "", times=99, lines="1-2"), store)
    assert len(carried.seen) == MOST_ROUNDS + 1
    assert carried.turn.report.rounds == MOST_ROUNDS
    assert "headroom_retrieve" not in carried.shown.decode()
    assert carried.shown.decode().count("Looking.") == (MOST_ROUNDS + 1 if not is_stream else 0) or is_stream
    assert not re.search(r'"(?:stop|finish)_reason": ?"tool', carried.shown.decode()), (
        "the client would wait for a tool"
    )
    last = str(carried.seen[-1].messages[-1])
    assert "No more retrievals" in last
    assert "No more retrievals" not in str(carried.seen[-2].messages[-1])


@EACH_WAY
@pytest.mark.parametrize("tools", ["run", ""])
def test_what_the_provider_reports_of_all_rounds_is_booked(api: str, is_stream: bool, tools: str, store: Store) -> None:
    before = Ledger(store).totals()["all"]
    names = tools_of(api, tools) if tools else []
    messages = None if tools else history(api, "short")
    script = retrieving("", "Done.", lines="1-2") if tools else in_turn("Done.")
    turn = _carry(api, is_stream, script, store, messages, tools=names).turn
    rounds, each = 2 if tools else 1, 107 if api == "anthropic" else 100  # Anthropic tells 7 cached ones apart
    assert turn.is_watched == bool(tools)
    use = turn.settle()
    assert use is not None
    assert use.input_tokens == rounds * each
    turn.book()
    booked = Ledger(store).totals()["all"]
    assert (booked.calls - before.calls, booked.input_tokens - before.input_tokens) == (rounds, rounds * each)


def test_usage_that_makes_no_sense_is_not_booked(store: Store) -> None:
    for usage in ([1], "x", {"input_tokens": "many"}, {"input_tokens": -1}, None):
        reply = {"type": "message", "role": "assistant", "content": [], "usage": usage, "stop_reason": "end_turn"}
        answer = Reply(json.dumps(reply).encode())
        assert _carry("anthropic", False, partial(_said, answer), store).turn.settle() is None


def _said(reply: Reply, _: Seen) -> Reply:
    return reply


@EACH_WAY
def test_beside_a_tool_of_the_clients_the_answer_comes_with_its_result(api: str, is_stream: bool, store: Store) -> None:
    call_id = f"mixed-{api}-{is_stream}"
    own = ToolCall(call_id, "run", {"step": 2})
    mixed = _carry(api, is_stream, retrieving("Both.", "", beside=own, lines="301-303"), store)
    assert len(mixed.seen) == 1
    assert _names(mixed) in (["run"], ["run"] * 3, ["run"] * 2), "the client sees its own tool and no other"
    assert "headroom_retrieve" not in mixed.shown.decode()
    first = history(api, LOG)
    after = [*first, *answer_to(api, [own]), *results_of(api, [(call_id, "run", "two")])]
    second = _carry(api, is_stream, in_turn("Done."), store, after)
    sent = json.dumps(second.seen[0].messages)
    assert sent.index("headroom_retrieve") < sent.index("unit 301 was built") < sent.index('"two"')
    later = [*after, *answer_to(api, [], "Done."), *history(api, "short", "c9")]
    with Store(store.path, project=store.project) as elsewhere:
        third = _carry(api, is_stream, in_turn("Done."), elsewhere, later)
    assert third.seen[0].messages[: len(second.seen[0].messages)] == second.seen[0].messages


@EACH_WAY
def test_a_client_that_has_the_tool_is_left_to_it(api: str, is_stream: bool, store: Store) -> None:
    name = "mcp__headroom__headroom_retrieve"
    script = in_turn([ToolCall("x", name, {"ref": "0" * 12})])
    carried = _carry(api, is_stream, script, store, tools=tools_of(api, "run", name))
    assert len(carried.seen) == 1
    assert carried.seen[0].tool_names == ["run", name]
    assert name in _names(carried)
    assert "<<ccr:" in str(carried.seen[0].messages)


@EACH_WAY
def test_without_tools_ours_comes_with_the_first_marker(api: str, is_stream: bool, store: Store) -> None:
    start = history(api, "short")[:1]
    assert _carry(api, is_stream, in_turn("Hi."), store, start, tools=None).seen[0].tool_names == []
    with_marker = _carry(api, is_stream, in_turn("Hi."), store, tools=None)
    assert with_marker.seen[0].tool_names == ["headroom_retrieve"]


@EACH_WAY
def test_the_tool_is_there_from_the_first_request_with_tools(api: str, is_stream: bool, store: Store) -> None:
    carried = _carry(api, is_stream, in_turn("Hi."), store, history(api, "short")[:1])
    assert carried.seen[0].tool_names == ["headroom_retrieve", "run"]


@EACH_WAY
def test_a_follow_up_that_is_refused_ends_the_stream_with_the_providers_words(
    api: str, is_stream: bool, store: Store
) -> None:
    if not is_stream:
        return  # the refusal itself is the answer, see the proxy's tests
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded, sorry"}}
    script = in_turn([ToolCall("r", "headroom_retrieve", {"ref": "0" * 12})], Reply(json.dumps(error).encode(), 529))
    carried = _carry(api, is_stream, script, store)
    assert "Overloaded, sorry" in json.dumps(carried.events[-1])
    script = in_turn([ToolCall("r", "headroom_retrieve", {"ref": "0" * 12})], Reply(b"<html>", 502))
    assert "status 502" in json.dumps(_carry(api, is_stream, script, store).events[-1])


@EACH_WAY
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"ref": "0" * 12}, "never stored"),
        ({"ref": "nonsense"}, "is no reference"),
        ({}, "is no reference"),
        ({"ref": "0" * 12, "max_tokens": "many", "lines": [1, 2]}, "never stored"),
    ],
)
def test_a_wrong_call_is_told_what_is_wrong(api: str, is_stream: bool, arguments: Any, told: str, store: Store) -> None:
    script = in_turn([ToolCall("r", "headroom_retrieve", arguments)], "Oh.")
    carried = _carry(api, is_stream, script, store)
    assert told in str(carried.seen[1].messages[-1])
    assert "Oh." in carried.shown.decode() or is_stream


def test_signed_thinking_is_repeated_as_it_came(store: Store) -> None:
    thinking = {"type": "thinking", "thinking": "Hm, 1.00", "signature": "EqQBab+/="}
    redacted = {"type": "redacted_thinking", "data": "xyz=="}
    call = {"type": "tool_use", "id": "r", "name": "headroom_retrieve", "input": {"ref": "0" * 12}}
    usage = {"input_tokens": 1, "output_tokens": 1}
    message = {"content": [thinking, redacted, call], "stop_reason": "tool_use", "usage": usage}
    carried = _carry("anthropic", False, in_turn(Reply(json.dumps(message).encode()), "Done."), store)
    assert carried.seen[1].messages[-2] == {"role": "assistant", "content": [thinking, redacted, call]}
    assert carried.json["content"][:2] == [thinking, redacted]


def test_thinking_that_is_streamed_is_put_together_again(store: Store) -> None:
    blocks: list[Any] = [
        {"type": "thinking", "thinking": "", "signature": ""},
        {"type": "tool_use", "id": "r", "name": "headroom_retrieve", "input": {}},
    ]
    deltas: list[Any] = [
        [
            {"type": "thinking_delta", "thinking": "H"},
            {"type": "thinking_delta", "thinking": "m"},
            {"type": "signature_delta", "signature": "EqQB"},
        ],
        [{"type": "input_json_delta", "partial_json": p} for p in ("", '{"ref": "0000', '00000000"}')],
    ]
    events: list[Any] = [{"type": "message_start", "message": {"usage": {"input_tokens": 5}}}]
    for index, block in enumerate(blocks):
        events.append({"type": "content_block_start", "index": index, "content_block": block})
        events += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas[index]]
        events.append({"type": "content_block_stop", "index": index})
    events += [{"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {}}, {"type": "message_stop"}]
    reply = Reply(
        "".join(f"event: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in events).encode(),
        headers={"content-type": "text/event-stream; charset=utf-8"},
    )
    carried = _carry("anthropic", True, in_turn(reply, "Done."), store)
    assert carried.seen[1].messages[-2]["content"] == [
        {"type": "thinking", "thinking": "Hm", "signature": "EqQB"},
        {**blocks[1], "input": {"ref": "0" * 12}},
    ]
    kinds = [(event["type"], event.get("index")) for event in carried.events]
    assert ("content_block_start", 0) in kinds
    assert kinds.count(("content_block_start", 1)) == 1, "the answer's block comes after the thinking"


def test_a_conversation_that_the_provider_keeps_goes_on_from_its_real_end(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", project="kept")
    start: list[Any] = history("openai_responses", LOG)
    carried = _carry("openai_responses", True, retrieving("Looking.", "Found.", lines="1-2"), store, start)
    shown_id = carried.events[0]["response"]["id"]
    assert carried.events[-1]["response"]["id"] == shown_id
    after = {"previous_response_id": shown_id}
    question = [{"role": "user", "content": "Sure?"}]
    following = _carry("openai_responses", True, in_turn("Yes."), store, question, **after)
    assert following.seen[0].json["previous_response_id"] == f"resp_{len(carried.seen[1].messages)}" != shown_id


def test_a_kept_conversation_is_given_what_its_calls_are_owed(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", project="kept")
    own = ToolCall("c7", "run")
    start: list[Any] = [*history("openai_responses", LOG), {"role": "user", "content": "Both, please."}]
    mixed = _carry("openai_responses", False, retrieving("", "", beside=own, lines="77-78"), store, start)
    result = {"type": "function_call_output", "call_id": "c7", "output": "two"}
    after = {"previous_response_id": mixed.json["id"]}
    following = _carry("openai_responses", False, in_turn("Yes."), store, [result], **after)
    owed, own_result = following.seen[0].messages
    assert (owed["call_id"], owed["type"]) == ("r1", "function_call_output")
    assert "unit 77" in owed["output"]
    assert own_result == result


@pytest.mark.parametrize("is_stored", [True, False])
def test_reasoning_is_repeated_only_where_the_provider_can_read_it(is_stored: bool, store: Store) -> None:
    plain = {"type": "reasoning", "id": "rs_1", "summary": []}
    sealed = {"type": "reasoning", "id": "rs_2", "summary": [], "encrypted_content": "gAAA"}
    call = {
        "type": "function_call",
        "id": "fc_1",
        "call_id": "r",
        "name": "headroom_retrieve",
        "arguments": json.dumps({"ref": "0" * 12}),
        "status": "completed",
    }
    reply = Reply(json.dumps({"id": "r1", "status": "completed", "output": [plain, sealed, call]}).encode())
    body = body_of("openai_responses", history("openai_responses", LOG), tools_of("openai_responses", "run"))
    body = body.replace(b"{", b'{"store": %s,' % (b"true" if is_stored else b"false"), 1)
    carried = carry(path_of("openai_responses"), body, in_turn(reply, "Ok."), store)
    repeated = carried.seen[1].messages[3:-1]
    if is_stored:
        assert repeated == [plain, sealed, call]
    else:
        assert [item["type"] for item in repeated] == ["reasoning", "function_call"]
        assert all("id" not in item for item in repeated)


@EACH_WAY
def test_what_cannot_be_read_goes_through_as_it_came(api: str, is_stream: bool, store: Store) -> None:
    body = body_of(api, history(api, LOG), tools_of(api, "run"))[:-1]
    carried = carry(path_of(api, is_stream=is_stream), body, in_turn(Reply(b'{"error": 1}', 400)), store)
    assert carried.seen[0].body == body
    assert "no JSON" in carried.turn.report.failed
    assert carried.shown == b'{"error": 1}'


@EACH_WAY
@pytest.mark.parametrize(
    "reply",
    [
        *(
            b"",
            b"{",
            b"[]",
            b"null",
            b'"x"',
            b"data: {\n\n",
            b"data: []\n\ndata",
            b"\xff\xfe\n\n",
            b'{"choices": [{}]}',
        ),
        *(b'{"content": 5, "output": 5, "candidates": [5]}', b'data: {"type": "content_block_start"}\n\n\n\n'),
    ],
)
def test_replies_that_make_no_sense_go_through(api: str, is_stream: bool, reply: bytes, store: Store) -> None:
    kind = "text/event-stream" if is_stream else "application/json"
    carried = _carry(api, is_stream, in_turn(Reply(reply, headers={"content-type": kind})), store)
    assert carried.shown == reply


@pytest.mark.parametrize(
    ("api", "more"),
    [
        ("openai", {"functions": [{"name": "old"}]}),
        ("openai_responses", {"background": True}),
        ("gemini", {"tools": [{"googleSearch": {}}]}),
        ("gemini", {"tools": None, "generationConfig": {"responseMimeType": "application/json"}}),
    ],
)
def test_where_a_call_could_not_be_answered_no_marker_is_given_out(api: str, more: Any, store: Store) -> None:
    more.setdefault("tools", None)
    carried = _carry(api, False, in_turn("Hi."), store, **more)
    assert "<<ccr:" not in carried.seen[0].body.decode()
    assert "headroom_retrieve" not in carried.seen[0].body.decode()


@EACH_WAY
@pytest.mark.parametrize("messages", [None, 1.5, {}, [], "text"])
def test_without_messages_there_is_nothing_to_answer(api: str, is_stream: bool, messages: Any, store: Store) -> None:
    if api == "openai_responses" and messages == "text":
        return  # which that API takes, see below
    body = body_of(api, messages, tools_of(api, "run"), stream=is_stream)
    carried = carry(path_of(api, is_stream=is_stream), body, in_turn("Hi."), store)
    assert carried.seen[0].body == body


@pytest.mark.parametrize("is_stream", [False, True])
def test_a_text_for_input_becomes_a_list_when_there_is_more_to_say(is_stream: bool, store: Store) -> None:
    script = in_turn(ToolCall("r", "headroom_retrieve", {"ref": "0" * 12}), "Oh.")
    body = body_of("openai_responses", "Hi \u00e9", tools_of("openai_responses", "run"), stream=is_stream)  # type: ignore[arg-type]  # a text, here
    carried = carry(path_of("openai_responses"), body, script, store)
    user, call, result = carried.seen[1].messages
    assert user == {"role": "user", "content": "Hi \u00e9"}
    assert (call["type"], result["type"]) == ("function_call", "function_call_output")


def test_a_gemini_chunk_of_usage_alone_is_summed(store: Store) -> None:
    def chunk(value: Any) -> bytes:
        return f"data: {json.dumps(value)}\n\n".encode()

    call = {"functionCall": {"name": "headroom_retrieve", "args": {"ref": "0" * 12}}}
    ending = chunk({"candidates": [{"content": {"parts": [call]}, "finishReason": "STOP"}]})
    usage = chunk({"usageMetadata": {"promptTokenCount": 5}})
    reply = Reply(ending + usage, headers={"content-type": "text/event-stream"})
    carried = _carry("gemini", True, in_turn(reply, reply, reply, reply), store)
    assert carried.events[-1]["usageMetadata"] == {"promptTokenCount": 20}


@EACH_WAY
def test_only_changed_texts_differ(api: str, is_stream: bool, store: Store) -> None:
    messages = [*history(api, LOG), *answer_to(api, [], "1.00 \u00e9 \ud83d\ude00"), *history(api, "kept", "c8")]
    text = json.dumps({KEYS[api]: messages, "x_unknown": {"n": 1.5, "b": 1}}, indent="\t")
    body = text.replace("1.5", "1.50e+00").replace('"b"', '"\\u0062"').encode()
    carried = carry(path_of(api, is_stream=is_stream), body, in_turn("Hi."), store)
    sent = carried.turn.body
    literal = json.dumps(LOG).encode()
    before, after = body.split(literal)
    assert sent.endswith(after)
    tool = sent.partition(b"{")[2].partition(b"],")[0] + b"],"
    assert sent[len(tool) + 1 :].startswith(before[1:])
    assert len(sent) < 0.2 * len(body)
