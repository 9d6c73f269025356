"""What the report says of conversations and of logs, and the share of thirty calls that a cache answers."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from headroom_jupyter.cache_aligner import cache_report, prices
from headroom_jupyter.cache_aligner.logs import MOST_LINE_BYTES
from headroom_jupyter.errors import InputError
from headroom_jupyter.ledger import CacheUse
from tests.careless import CALLS, FORMATS, MODELS, requests


@pytest.mark.parametrize("shape", FORMATS)
def test_alignment_lets_the_cache_answer_nine_tenths_of_a_careless_conversation(shape: str) -> None:
    (told,) = cache_report([requests(shape)]).conversations
    assert told.calls == CALLS
    assert (told.provider, told.model) == (shape, MODELS[shape])
    assert told.cached_share < 0.1
    assert told.aligned_share >= 0.9
    assert told.lost_tokens > 0.8 * told.input_tokens
    assert (told.lost_usd or 0) > 0
    kinds = {(one.place.partition(" ")[0], one.kind) for one in told.breaks}
    assert {("system", "time"), ("system", "id"), ("system", "path"), ("system", "counter")} <= kinds
    assert any(one.place.startswith("tool") and "order" in one.kind for one in told.breaks)


@pytest.mark.parametrize("shape", ["openai", "openai_responses", "gemini"])
def test_a_careful_conversation_has_nothing_to_gain(shape: str) -> None:
    (told,) = cache_report([requests(shape, is_careless=False)]).conversations
    assert told.breaks == ()
    assert told.lost_tokens == 0
    assert told.cached_share == pytest.approx(told.aligned_share, abs=0.01)
    assert told.cached_share >= 0.9


def test_what_anthropic_is_not_asked_to_cache_is_not_cached() -> None:
    (told,) = cache_report([requests("anthropic", is_careless=False)]).conversations
    assert told.cached_tokens == 0
    assert told.breaks[0].kind == "no cache_control"
    marked = [{**body, "cache_control": {"type": "ephemeral"}} for body in requests("anthropic", is_careless=False)]
    (told,) = cache_report([marked]).conversations
    assert told.breaks == ()
    assert told.cached_share >= 0.9


def _ask(*words: str, model: str = "gpt-5", system: str = "Be brief. " * 800, **more: Any) -> dict[str, Any]:
    said = [{"role": "assistant" if at % 2 else "user", "content": word} for at, word in enumerate(words)]
    return {"model": model, "messages": [{"role": "system", "content": system}, *said], **more}


def test_an_edited_history_and_a_changed_list_of_tools_are_named() -> None:
    one = [{"type": "function", "function": {"name": "run"}}]
    two = [*one, {"type": "function", "function": {"name": "fetch"}}]
    calls = [
        _ask("a", tools=one),
        _ask("a", "b", "c", tools=two),
        _ask("other", "b", "c", tools=two),
        _ask("other", tools=two),
    ]
    (told,) = cache_report([calls]).conversations
    assert {(one.place, one.kind, one.calls) for one in told.breaks} == {
        ("tools", "tool list", 1),
        ("messages", "history", 2),
    }
    assert next(one.example for one in told.breaks if one.kind == "tool list") == "tool fetch came or went"


def test_a_model_without_a_published_price_costs_tokens_alone() -> None:
    calls = [_ask("a", model="gpt-77-turbo", system=f"{n} " + "Be brief. " * 800) for n in range(3)]
    (told,) = cache_report([calls]).conversations
    assert told.lost_tokens > 0
    assert told.lost_usd is None


def test_the_cost_is_that_of_the_published_prices() -> None:
    calls = [_ask("a", model="gpt-5.4", system=f"{n} " + "Be brief. " * 800) for n in range(2)]
    (told,) = cache_report([calls]).conversations
    assert told.lost_usd == pytest.approx(told.lost_tokens * (2.5 - 0.25) / 1e6)


def _log(path: Path, *lines: object) -> Path:
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(texts))
    return path


def test_a_log_is_read_in_every_shape_and_what_is_none_is_counted(tmp_path: Path) -> None:
    usage = {"prompt_tokens": 1000, "prompt_tokens_details": {"cached_tokens": 640}}
    claude = {"model": "claude-opus-5", "system": "Hi", "messages": [{"role": "user", "content": "a"}]}
    spent = {"input_tokens": 20, "cache_read_input_tokens": 900, "cache_creation_input_tokens": 80}
    path = _log(
        tmp_path / "log.jsonl",
        _ask("a"),
        {"request": _ask("a", "b", "c"), "usage": usage},
        {"body": claude, "response": {"usage": spent}},
        {"session_id": 7, "request": {"contents": [{"role": "user", "parts": [{"text": "a"}]}], "model": "gemini-4"}},
        {"model": "gpt-4.1", "input": "Hello"},
        "",
        {"event": "start", "version": 99},
        [1, 2],
        "Traceback (most recent call last):",
        {"messages": [None, 5, {"role": "user", "content": {"deep": []}}], "tools": [3, "x", None]},
        '{"messages": [{"role": "us',
    )
    report = cache_report(path)
    assert report.total.calls == 6
    assert {one.provider for one in report.conversations} == {"openai", "anthropic", "gemini", "openai_responses"}
    assert dict(report.skipped.reasons) == {
        "no request body of a known API": 1,
        "no JSON object": 1,
        "no JSON": 1,
        "half-written": 1,
    }
    assert report.skipped.first["half-written"] == 11
    assert report.total.measured == CacheUse(2000, 1540, 80)


def test_mixed_conversations_are_told_apart(tmp_path: Path) -> None:
    lines = [_ask(*words[:n]) for n in (1, 3, 5) for words in ("abcde", "vwxyz")]
    lines += [_ask("a"), _ask("a", "q", "r")]  # the first question again: another conversation
    report = cache_report(_log(tmp_path / "log.jsonl", *lines))
    assert report.conversation_count == 3
    assert report.total.breaks == ()


def test_a_log_takes_no_more_memory_when_it_is_longer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headroom_jupyter.cache_aligner.report._MOST_OPEN", 4)
    monkeypatch.setattr("headroom_jupyter.cache_aligner.report._MOST_SHOWN", 10)

    def peak(count: int) -> int:
        path = tmp_path / f"{count}.jsonl"
        with path.open("w") as file:
            for number in range(count):
                file.write(json.dumps(_ask(f"question {number} of {count}", system="x " * 10_000)) + "\n")
        tracemalloc.start()
        report = cache_report(path)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert report.conversation_count == count
        return most

    peak(5)  # loads what is loaded once
    assert peak(200) < 1.5 * peak(40)


def test_a_line_without_an_end_is_skipped_and_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headroom_jupyter.cache_aligner.logs.MOST_LINE_BYTES", 100_000)
    assert MOST_LINE_BYTES > 32_000_000
    report = cache_report(_log(tmp_path / "log.jsonl", "x" * 250_000, _ask("a")))
    assert report.total.calls == 1
    assert dict(report.skipped.reasons) == {"longer than 100,000 bytes": 1}


def test_a_log_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: No such file"):
        cache_report(tmp_path / "none.jsonl")


def test_what_is_too_deep_to_read_is_skipped_with_a_reason() -> None:
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]
    report = cache_report([[{"messages": [{"role": "user", "content": [deep]}]}, _ask("a")]])
    assert report.total.calls == 1
    assert dict(report.skipped.reasons) == {"not as its API has it (RecursionError)": 1}


def test_a_report_shows_itself_in_words() -> None:
    shown = repr(cache_report([requests("openai", calls=3), [{"prompt": "x"}]]))
    assert shown.startswith("3 calls in 1 conversations: ")
    assert "system 1: time" in shown
    assert "skipped 1: no request body of a known API" in shown


def test_every_price_says_where_it_stands_and_when_it_was_read() -> None:
    for name, price in prices._TABLE.items():
        assert price.basis.startswith(("platform.claude.com/docs/", "genai-prices 0.2.3 (MIT), which names ")), name
        assert "2026-01-01" < price.read_on <= prices.COMPILED, name
        assert 0 < price.read < price.input <= price.write, name
