"""The table of what must not change, row by row."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headroom_jupyter.messages import Block
from headroom_jupyter.policy import TABLE, Situation, verdict

_FREE = Block(3, 0, "tool", (3, "content"), text="x" * 1000, tool="run")
_USUAL = Situation(min_tokens=100)

_ROWS = [
    (_FREE, replace(_USUAL, frozen=4), "frozen message"),
    (replace(_FREE, part="image"), _USUAL, "image"),
    (replace(_FREE, part="call"), _USUAL, "tool call"),
    (replace(_FREE, part="opaque"), _USUAL, "signed, encrypted or unknown block"),
    (replace(_FREE, role="system"), _USUAL, "system text"),
    (replace(_FREE, role="assistant"), _USUAL, "assistant text"),
    (replace(_FREE, tool="mcp__headroom__headroom_retrieve"), _USUAL, "retrieved on demand"),
    (_FREE, replace(_USUAL, is_issued=True), "already compressed"),
    (replace(_FREE, role="user"), _USUAL, "user text; compress_user=True compresses pasted data"),
    (replace(_FREE, text="short"), _USUAL, "too small to pay"),
]


@pytest.mark.parametrize(("block", "situation", "reason"), _ROWS, ids=[row[2] for row in _ROWS])
def test_each_row_keeps_what_it_names(block: Block, situation: Situation, reason: str) -> None:
    assert verdict(block, situation) == reason


def test_every_row_of_the_table_is_tested() -> None:
    assert [reason for _, reason in TABLE] == [row[2] for row in _ROWS]


def test_everything_else_may_change() -> None:
    assert verdict(_FREE, _USUAL) is None
    assert verdict(replace(_FREE, role="user"), replace(_USUAL, compress_user=True)) is None


@pytest.mark.parametrize(
    "alias", ["headroom_retrieve", "headroom.headroom_retrieve", "x-headroom-retrieve", "Headroom_Retrieve"]
)
def test_our_own_tool_is_known_under_any_alias(alias: str) -> None:
    assert verdict(replace(_FREE, tool=alias), _USUAL) == "retrieved on demand"


def test_a_tool_that_only_sounds_like_ours_may_be_compressed() -> None:
    assert verdict(replace(_FREE, tool="my_headroom_retriever"), _USUAL) is None


def test_the_callers_protection_is_quoted() -> None:
    assert verdict(_FREE, replace(_USUAL, protect=lambda block: f"holds {block.tool}")) == "protected: holds run"
