"""A trace hears of every call of its own context, and of no other."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from headroom_jupyter import Store, compress, compress_text, trace
from headroom_jupyter.notebook.tracer import context_of, row_of
from headroom_jupyter.pipeline import compress_as, job_for, providers
from headroom_jupyter.rendering.bundle import MIME
from tests.conversations import conversation
from tests.markup import parsed

LOG = "".join(f"2024-05-01 10:00:{i % 60:02} INFO worker {i % 7} handled job {i * 37 % 1000}\n" for i in range(900))


@pytest.fixture(name="store")
def _store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store", project="traced") as store:
        yield store


def test_every_call_in_the_block_is_a_step_and_no_call_after_it(store: Store) -> None:
    messages = conversation("openai", [LOG])
    with trace() as steps:
        first = compress(messages, store=store)
        compress_text(LOG, store=store)
        second = compress(messages * 2, model="claude-sonnet-4-5", store=store)
    compress(messages, store=store)
    assert [(step.number, step.model) for step in steps.steps] == [(1, "gpt-4o"), (2, "claude-sonnet-4-5")]
    assert steps.tokens_before == first.tokens_before + second.tokens_before
    assert steps.tokens_after == first.tokens_after + second.tokens_after
    assert steps.steps[0].result.messages == first.messages


def test_a_caller_that_knows_the_wire_format_is_heard_too(store: Store) -> None:
    (provider,) = (known for known in providers() if known.name == "openai")
    with trace() as steps:
        compress_as(provider, conversation("openai", [LOG]), job_for("gpt-4.1", "faithful", store))
    assert [step.model for step in steps.steps] == ["gpt-4.1"]


def test_a_budget_is_one_step(store: Store) -> None:
    with trace() as steps:
        compress(conversation("openai", [LOG]), budget=120, store=store)
    assert len(steps.steps) == 1


def test_a_trace_in_a_trace_shares_its_steps_with_the_outer_one() -> None:
    with trace() as outer:
        compress([{"role": "user", "content": "one"}])
        with trace() as inner:
            compress([{"role": "user", "content": "two"}])
        compress([{"role": "user", "content": "three"}])
    assert (len(outer.steps), len(inner.steps)) == (3, 1)


def test_a_failing_block_ends_the_trace_and_keeps_its_steps() -> None:
    steps = trace()

    def run() -> None:
        with steps:
            compress([{"role": "user", "content": "one"}])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run()
    compress([{"role": "user", "content": "two"}])
    assert len(steps.steps) == 1


def test_tasks_started_in_the_block_are_heard_and_other_tasks_and_threads_are_not() -> None:
    async def call(text: str, gate: asyncio.Event) -> None:
        await gate.wait()
        compress([{"role": "user", "content": text}])

    async def run() -> int:
        gate = asyncio.Event()
        outside = asyncio.create_task(call("outside", gate))
        with trace() as steps:
            inside = [asyncio.create_task(call(f"inside {i}", gate)) for i in range(3)]
            thread = threading.Thread(target=compress, args=([{"role": "user", "content": "thread"}],))
            thread.start()
            thread.join()
            gate.set()
            await asyncio.gather(outside, *inside)
        return len(steps.steps)

    assert asyncio.run(run()) == 3


def test_a_trace_shows_the_sums_and_the_context_of_each_step(store: Store) -> None:
    with trace() as steps:
        compress(conversation("openai", [LOG]), store=store)
        compress(conversation("openai", [LOG, LOG[:20_000].replace("worker", "<u>worker</u>")]), store=store)
    bundle = steps._repr_mimebundle_()
    root = parsed(bundle["text/html"])
    totals = [f"{steps.tokens_before:,}", f"{steps.tokens_after:,}"]
    assert [cell.text for cell in root.all("tr")[2].all("td")][-2:] == totals
    assert all(total in bundle["text/plain"] for total in totals)
    contexts = [entry for entry in root.all("details") if entry.all("summary")[0].text.startswith("Context of step 2")]
    assert "<u>worker</u>" in contexts[0].text
    assert bundle[MIME]["steps"][1]["in_all"] == {"before": steps.tokens_before, "after": steps.tokens_after}
    assert "handled job" not in json.dumps(bundle[MIME])


def test_a_trace_of_many_long_steps_stays_within_the_bound(store: Store) -> None:
    messages = conversation("openai", [LOG[i * 100 :] for i in range(12)])
    with trace() as steps:
        for end in range(4, len(messages), 2):
            compress(messages[:end], store=store)
    html = steps._repr_mimebundle_()["text/html"]
    assert len(html.encode("utf-8")) <= 60_000
    parsed(html)


def test_an_empty_trace_says_so() -> None:
    assert "no call of a model" in repr(trace())


def test_the_context_of_a_step_has_what_was_read_and_what_it_stands_for(store: Store) -> None:
    with trace() as steps:
        compress(conversation("anthropic", [LOG + "\x1b[31m"]), store=store)
    (step,) = steps.steps
    context = json.loads(json.dumps(context_of(step)))
    changed = [block for block in context["blocks"] if block["is_changed"]]
    assert [block["role"] for block in changed] == ["tool"]
    assert changed[0]["original"].startswith(LOG[:1000])
    assert len(changed[0]["text"]) < len(LOG) / 2
    assert "\x1b" not in json.dumps(context, ensure_ascii=False)
    assert row_of(step)["before"] == step.result.tokens_before


def test_the_context_of_a_large_step_is_cut_and_says_so(store: Store) -> None:
    large = [{"role": "user", "content": f"{i} " * 30_000} for i in range(20)]
    with trace() as steps:
        compress(large, store=store)
    context = context_of(steps.steps[0])
    assert sum(len(block["text"]) for block in context["blocks"]) <= 400_000
    assert context["blocks"][0]["is_cut"]
    assert context["cut"] == 20 - len(context["blocks"])
