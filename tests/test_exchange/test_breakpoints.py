"""cache_control marks of our own: on request, never too many, never out of order, and no part of the prefix."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from headroom_jupyter import Store
from headroom_jupyter.exchange.breakpoints import breakpoints, marked
from headroom_jupyter.exchange.json_text import dumps, locate, splice
from tests.agents import LOG, history, tools_of
from tests.carrier import body_of, carry, path_of
from tests.dialogues import Dialogue
from tests.upstream import Seen, in_turn

_FIVE, _HOUR = {"type": "ephemeral"}, {"type": "ephemeral", "ttl": "1h"}
_BLOCKS = st.lists(
    st.sampled_from(
        [
            {"type": "text", "text": "Hello."},
            {"type": "text", "text": " "},
            {"type": "thinking", "thinking": "Hm.", "signature": "s"},
            {"type": "redacted_thinking", "data": "x"},
            {"type": "tool_use", "id": "c", "name": "run", "input": {"cache_control": 1}},
            {"type": "tool_result", "tool_use_id": "c", "content": [{"type": "text", "text": "Done."}]},
            {"type": "tool_result", "tool_use_id": "c", "content": "Done."},
        ]
    ),
    min_size=1,
    max_size=4,
)
_TOOL = st.sampled_from([{"name": "run", "input_schema": {"type": "object"}}, {"type": "web_search", "name": "web"}])


@st.composite
def _requests(draw: st.DrawFn) -> dict[str, Any]:
    """Requests whose marks, if any, are as Anthropic wants them."""
    contents = draw(st.lists(st.one_of(st.just("Hi"), _BLOCKS), min_size=1, max_size=6))
    request: dict[str, Any] = {
        "tools": draw(st.lists(_TOOL, max_size=3)),
        "system": draw(st.one_of(st.just("Be exact."), st.just(""), _BLOCKS)),
        "messages": [{"role": ("user", "assistant")[at % 2], "content": own} for at, own in enumerate(contents)],
    }
    request = json.loads(json.dumps(request))  # so that no block stands in it twice
    able = [block for block in _all(request) if _can_end(block)]
    chosen = sorted(draw(st.sets(st.sampled_from(range(len(able))), max_size=4))) if able else []
    hours = draw(st.integers(0, 4))
    for order, at in enumerate(chosen):
        able[at]["cache_control"] = _HOUR if order < hours else _FIVE
    return request


def _can_end(block: dict[str, Any]) -> bool:
    return "thinking" not in str(block.get("type")) and block.get("text") != " "


def _all(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All blocks in the order of the prompt."""
    yield from request["tools"]
    for content in (request["system"], *(message["content"] for message in request["messages"])):
        for block in content if isinstance(content, list) else ():
            yield from block["content"] if isinstance(block.get("content"), list) else ()
            yield block


def _with_marks(request: dict[str, Any], most: int) -> dict[str, Any]:
    text = dumps(request)
    wanted = breakpoints(request, most)
    done: dict[str, Any] = json.loads(splice(text, marked(wanted, locate(text, [one.path for one in wanted]))))
    return done


@given(request=_requests(), most=st.integers(0, 5))
def test_marks_are_few_in_order_and_never_on_thinking(request: dict[str, Any], most: int) -> None:
    before = sum("cache_control" in block for block in _all(request))
    done = _with_marks(request, most)
    own = [block for block in _all(done) if "cache_control" in block]
    assert len(own) <= max(before, min(most, 4))
    assert all(map(_can_end, own))
    is_five = [block["cache_control"] == _FIVE for block in own]
    assert is_five == sorted(is_five), "5m before 1h"
    if isinstance(request["system"], str) and isinstance(done["system"], list):
        (block,) = done["system"]
        assert (block.pop("cache_control"), block) == (_FIVE, {"type": "text", "text": "Be exact."}) or before
        done["system"] = block["text"]
    for new, old in zip(_all(done), _all(request), strict=True):
        if "cache_control" not in old:
            new.pop("cache_control", None)
    assert done == request, "more than marks changed"


@hypothesis_settings(max_examples=4)
@given(seed=st.integers(0, 10**9))
def test_what_was_sent_before_is_sent_again_but_for_the_marks(seed: int) -> None:
    dialogue = Dialogue("anthropic", seed)
    with tempfile.TemporaryDirectory() as folder:

        def send(body: bytes) -> list[Seen]:
            with Store(Path(folder), project="marks") as store:
                seen = carry(dialogue.path, body, dialogue.script, store, cache_breakpoints=4).seen
            assert 1 < seen[0].body.count(b'"cache_control"') <= 4
            return seen

        for _ in range(8):
            dialogue.step(send)


def test_only_anthropics_requests_are_marked_and_only_when_asked(tmp_path: Path) -> None:
    with Store(tmp_path, project="marks") as store:
        for api, most, wanted in (("anthropic", 4, 2), ("anthropic", 1, 1), ("anthropic", 0, 0), ("openai", 4, 0)):
            more = {"system": "Be exact."} if api == "anthropic" else {}
            body = body_of(api, history(api, LOG), tools_of(api, "run"), **more)
            done = carry(path_of(api), body, in_turn("Hi."), store, cache_breakpoints=most)
            assert done.seen[0].body.count(b'"cache_control"') == wanted, api
            assert not done.turn.report.failed
