"""What went out unchanged because the store could not be used stays so, in that conversation and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from headroom_jupyter import Store
from headroom_jupyter.exchange.openai_chat import OpenAIChatCompletions
from headroom_jupyter.exchange.requests import Options, rewrite
from tests.agents import LOG, answer_to, history, tools_of
from tests.carrier import body_of

WIRE = OpenAIChatCompletions()
FIRST = history("openai", LOG)
LATER = [*FIRST, *answer_to("openai", [], "I see."), *history("openai", LOG.replace("unit", "part"), "c2")]


def _sent(messages: list[object], options: Options) -> str:
    return rewrite(WIRE, body_of("openai", messages, tools_of("openai", "run")), options).body.decode()


def test_a_text_that_the_store_could_not_take_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = Options(Store(tmp_path / "store", project="left"))
    monkeypatch.setenv("HEADROOM_QUOTA_BYTES", "1")
    found = rewrite(WIRE, body_of("openai", FIRST, tools_of("openai", "run")), options)
    assert "unit 300 was built" in found.body.decode()
    assert "store is full" in found.report.failed
    monkeypatch.delenv("HEADROOM_QUOTA_BYTES")
    sent = _sent(LATER, options)
    assert "unit 300 was built" in sent, "its provider has cached it as it was"
    assert "part 300 was built" not in sent, "what is new is compressed"
    with Store(tmp_path / "store", project="left") as elsewhere:
        assert _sent(LATER, Options(elsewhere)) == sent, "another worker does the same"
        other = [{"role": "user", "content": "Something else?"}, *FIRST[1:]]
        assert "unit 300 was built" not in _sent(other, Options(elsewhere)), "another conversation is free"


def test_a_store_that_fails_while_it_is_read_is_told_and_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "store"
    place.write_text("a file where the folder should be")
    options = Options(Store(place, project="left"))
    found = rewrite(WIRE, body_of("openai", FIRST, tools_of("openai", "run")), options)
    assert found.report.failed.startswith("store: ")
    assert found.report.is_injected, "the list of tools is the same with and without a store"
    place.unlink()
    assert "unit 300 was built" in _sent(LATER, options)


def test_moving_cache_control_makes_no_other_conversation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = Options(Store(tmp_path / "store", project="left"))
    monkeypatch.setenv("HEADROOM_QUOTA_BYTES", "1")
    piece = {"type": "text", "text": "What went wrong?"}
    marked = {"role": "user", "content": [piece | {"cache_control": {"type": "ephemeral"}}]}
    _sent([marked, *FIRST[1:]], options)
    monkeypatch.delenv("HEADROOM_QUOTA_BYTES")
    assert "unit 300 was built" in _sent([{"role": "user", "content": [piece]}, *LATER[1:]], options)
