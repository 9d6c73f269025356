"""Ten times the input, a very large JSON array, and a long conversation that was seen before."""

from __future__ import annotations

import copy
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import mean, median
from typing import Any

from headroom_jupyter import Store, compress, compress_text, count_tokens
from tests.benchmarks.corpus import Sample, ask_about, large
from tests.benchmarks.verdicts import Verdict, milliseconds
from tests.material import KINDS

__all__ = ["measure_conversation", "measure_growth", "measure_large_array"]

_SIZES = (200_000, 2_000_000, 20_000_000)  # characters
_ROUNDS = 3
_GROWTH_BAR = 12.0
_ARRAY_TOKENS, _ARRAY_BAR_MS = 500_000, 1000.0
_MESSAGES, _CONVERSATION_TOKENS, _KNOWN_BAR_MS = 40, 400_000, 60.0


def measure_growth(only: str = "") -> Iterator[Verdict]:
    """Time of 2 MB over 0.2 MB and of 20 MB over 2 MB, for every kind and for one line without an end.

    The times are those of the processor, and each is set beside the same machine's times just before and just after:
    the speed of a shared core changes by half from one minute to the next. The factor is the median of the rounds.
    """
    print(f"{'kind':12}{'0.2 MB ms':>11}{'2 MB ms':>10}{'20 MB ms':>10}{'x':>7}{'x':>7}")
    worst = ("", 0.0)
    for kind in [*KINDS, "one line"]:
        if only and only not in kind:
            continue
        rounds = [_times(kind) for _ in range(_ROUNDS)]
        low, middle, high = (median(times) for times in zip(*rounds, strict=True))
        factors = [median(times[at + 1] / times[at] for times in rounds) for at in (0, 1)]
        worst = max(worst, (kind, max(factors)), key=lambda pair: pair[1])
        print(f"{kind:12}{low:11.1f}{middle:10.0f}{high:10.0f}{factors[0]:7.1f}{factors[1]:7.1f}", flush=True)
    yield Verdict(f"ten times the input, worst kind ({worst[0]})", worst[1], "x", _GROWTH_BAR)


def _times(kind: str) -> tuple[float, float, float]:
    """Milliseconds of the processor for the three sizes; the smaller ones are means of before and after the larger."""
    low, middle, high = _SIZES
    with tempfile.TemporaryDirectory() as folder, Store(folder, project="benchmark") as store:
        compress_text(large("log", 5000), store=store)  # opens the store
        taken = [_time(kind, size, turn, store) for turn, size in enumerate((low, low, middle, high, middle, low, low))]
    return mean([*taken[:2], *taken[5:]]), mean((taken[2], taken[4])), taken[3]


def _time(kind: str, size: int, turn: int, store: Store) -> float:
    text = large("log", size).replace("\n", " ") if kind == "one line" else large(kind, size)
    start = time.process_time()
    compress_text(text + "\n" * (turn + 1), store=store)  # another text each time: nothing is known
    return (time.process_time() - start) * 1e3


def measure_large_array() -> Iterator[Verdict]:
    """A JSON array of 500,000 tokens, not seen before."""
    size = 1_000_000
    while (tokens := count_tokens(large("json", size))) < _ARRAY_TOKENS:
        size = int(size * max(1.05, 1.01 * _ARRAY_TOKENS / tokens))
    with tempfile.TemporaryDirectory() as folder, Store(folder, project="benchmark") as store:
        compress_text(large("json", 5000), store=store)
        texts = [large("json", size) + "\n" * turn for turn in range(1, 4)]
        taken = min(milliseconds(compress_text, text, store=store) for text in texts)
    yield Verdict(f"a JSON array of {tokens:,} tokens", taken, "ms", _ARRAY_BAR_MS)


def measure_conversation(samples: Sequence[Sample]) -> Iterator[Verdict]:
    """40 messages of 400,000 tokens: first, again, and again with one message more."""
    messages = _conversation(samples)
    tokens = count_tokens(messages)
    with tempfile.TemporaryDirectory() as folder, Store(folder, project="benchmark") as store:
        first = milliseconds(compress, messages, store=store)
        again = min(milliseconds(compress, copy.deepcopy(messages), store=store) for _ in range(5))
        small = compress(messages, store=store).messages
        kept = min(milliseconds(compress, copy.deepcopy(small), store=store) for _ in range(5))
    yield Verdict(f"{len(messages)} messages, {tokens:,} tokens, never seen", first, "ms")
    yield Verdict("the same, seen before", again, "ms", _KNOWN_BAR_MS)
    yield Verdict("the same, as its compressed history", kept, "ms", _KNOWN_BAR_MS)


def _conversation(samples: Sequence[Sample]) -> list[dict[str, Any]]:
    """A question, then calls and results in turn; results are pieces of the samples, none twice."""
    share = _CONVERSATION_TOKENS // (_MESSAGES // 2 - 1)
    messages = ask_about(replace(samples[0], text=""))[:2]
    number = 0
    while len(messages) < _MESSAGES:
        text, parts = "", 0
        while len(text) < 2.8 * share:
            text += f"part {number}\n{samples[number % len(samples)].text}"
            number, parts = number + 1, parts + 1
        arguments = json.dumps({"step": number})
        call = {"id": f"c{number}", "type": "function", "function": {"name": "run", "arguments": arguments}}
        messages.append({"role": "assistant", "content": None, "tool_calls": [call]})
        messages.append({"role": "tool", "tool_call_id": f"c{number}", "content": text[: int(2.8 * share)]})
    return messages
