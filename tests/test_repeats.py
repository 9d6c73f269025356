"""A block that stood in the conversation before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from headroom_jupyter import Store, compress, expand
from headroom_jupyter.ccr.marker import scan
from tests.material import grown

FILE = grown("code", 3)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path, project="repeats")


def _reads(
    *contents: str, arguments: str = '{"path": "module.py"}', questions: tuple[str, ...] = ()
) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = [{"role": "user", "content": "What does the module do?"}]
    for number, content in enumerate(contents):
        if number < len(questions):
            out.append({"role": "user", "content": questions[number]})
        call = {"id": f"c{number}", "type": "function", "function": {"name": "read", "arguments": arguments}}
        out += [
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": f"c{number}", "content": content},
        ]
    return out


def test_the_same_text_again_is_a_reference(store: Store) -> None:
    messages = _reads(FILE, FILE)
    result = compress(messages, store=store)
    last = result.messages[-1]["content"]
    (marker,) = [marker for _, _, marker in scan(last)]
    assert marker.note == "same as message 3"
    assert last.count("\n") == 0
    assert result.decisions[-1].reason == "same as message 3"
    assert expand(result.messages, store=store) == messages


def test_lines_that_the_earlier_message_hides_are_shown_here(store: Store) -> None:
    body = next(line for line in FILE.split("\n")[40:] if "= " in line).strip()
    result = compress(_reads(FILE, FILE, questions=("Hello", f"Where is `{body}`?")), store=store)
    first, last = (message["content"] for message in result.messages if message["role"] == "tool")
    assert body not in first
    assert body in last


def test_a_file_read_again_after_an_edit_is_its_diff(store: Store) -> None:
    small = FILE
    line = next(line for line in FILE.split("\n")[40:] if "= " in line)
    edited = small.replace(line, f"{line}  # mended", 1)
    messages = _reads(small, edited)
    result = compress(messages, store=store, protect=lambda block: "shown whole" if block.text == small else None)
    last = result.messages[-1]["content"]
    assert last.startswith("<<ccr:")
    assert "changed from message 3" in last.split("\n")[0]
    assert f"+{line}  # mended" in last.split("\n")
    assert result.decisions[-1].tokens_after < 150
    assert expand(result.messages, store=store) == messages


def test_other_arguments_make_no_diff(store: Store) -> None:
    messages = _reads(FILE) + _reads(FILE.replace("order", "ORDER", 1), arguments='{"path": "other.py"}')[1:]
    assert "changed from" not in compress(messages, store=store).messages[-1]["content"]


def test_lossless_makes_no_references(store: Store) -> None:
    result = compress(_reads(FILE, FILE), level="lossless", store=store)
    assert not any("same as" in decision.reason for decision in result.decisions)
