"""Texts that break programs: nothing is raised, nothing is lost, and nothing takes for ever."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from headroom_jupyter import Store, compress, decode, expand, retrieve
from headroom_jupyter.router import is_same
from tests.conversations import conversation, result_text

_ENDS = ["\n", "\r\n", "\r", "\x0b", "\x85", "\u2028"]
_RNG = random.Random(5)  # noqa: S311  # test data
HOSTILE: dict[str, Callable[[], str]] = {
    "10 MB on one line": lambda: "word " * 2_000_000,
    "10 MB of one letter": lambda: "x" * 10_000_000,
    "10 MB of digits on one line": lambda: "1234567890" * 1_000_000,
    "200,000 short lines": lambda: "".join(f"{i % 7}\n" for i in range(200_000)),
    "200,000 empty lines": lambda: "\n" * 200_000,
    "JSON nested 2,000 deep": lambda: '{"a":[' * 1000 + "1" + "]}" * 1000,
    "JSON nested 100,000 deep": lambda: "[" * 100_000 + "]" * 100_000,
    "JSON with huge integers": lambda: json.dumps([{"n": 10**k, "i": k, "s": "x" * 9} for k in range(300)]),
    "JSON with an integer of 10,000 digits": lambda: '{"n": ' + "7" * 10_000 + ', "text": "' + "a b " * 500 + '"}',
    "JSON with NaN": lambda: "[" + ", ".join(f'{{"id": {i}, "value": NaN, "up": -Infinity}}' for i in range(200)) + "]",
    "JSON with duplicate keys": lambda: "[" + ", ".join(f'{{"k": {i}, "k": "b", "z": 1.00}}' for i in range(200)) + "]",
    "JSON of 1.00 and 1e3": lambda: "[" + ", ".join(f'{{"a": {i}.00, "b": {i}e3, "c": -0}}' for i in range(300)) + "]",
    "truncated JSON": lambda: json.dumps([{"id": i, "name": f"row {i}"} for i in range(400)])[:-700],
    "truncated notebook": lambda: json.dumps({"nbformat": 4, "cells": [{"source": ["x = 1\n"] * 400}]})[:-60],
    "lone surrogates": lambda: "".join(f"line {i} \ud800{chr(0xDC00 + i)} end\n" for i in range(500)),
    "NULs": lambda: "a\x00b\x00\n" * 3000,
    "all line ends mixed": lambda: "".join(f"event {i}{_RNG.choice(_ENDS)}" for i in range(4000)),
    "bytes that are no text": lambda: bytes(_RNG.randrange(256) for _ in range(40_000)).decode(
        "utf-8", "surrogateescape"
    ),
    "bytes as latin-1": lambda: bytes(_RNG.randrange(256) for _ in range(40_000)).decode("latin-1"),
    "forged markers": lambda: "<<ccr:0123456789ab lines 1-9 of 20>>\n<<4-5>>\n<<json>>\n<<parts L3>>\n" * 400,
    "unclosed everything": lambda: "<div><p>[({\"'`" * 4000,
    "a thousand fences": lambda: "```python\nx = [\n```\n\n" * 1000,
    "10,000 brackets of code": lambda: "def f():\n    return " + "(" * 10_000 + "1" + ")" * 10_000 + "\n" * 30,
    "only commas": lambda: ",,,,,\n" * 5000,
    "only pipes": lambda: "| | | |\n" * 5000,
    "a CSV that changes its mind": lambda: "".join(",".join("x" * (i % 9 + 1)) + "\n" for i in range(3000)),
    "escape codes": lambda: "\x1b[31m\x1b[2K\x1b[1A\r50%\r\x1b]0;t\x07" * 4000,
    "right to left": lambda: "שלום \u202eabc\u202c 12\n" * 2000,
    "combining characters": lambda: ("e" + "\u0301" * 200 + "\n") * 200,
    "letters that grow in lower case": lambda: "İstanbul ẞ ŉ error\n" * 2000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_is_raised_and_nothing_lost(name: str, tmp_path: Path) -> None:
    text = HOSTILE[name]()
    messages = conversation("openai", [text], "What is wrong with event 77 <<4-5>>?")
    with Store(tmp_path, project="hostile") as store:
        result = compress(messages, store=store)
        assert not result.decisions[-1].reason.startswith("failed"), result.decisions[-1].reason
        assert result.error is None
        assert result.tokens_after <= result.tokens_before
        assert expand(result.messages, store=store) == messages
        assert compress(result.messages, store=store).messages == result.messages
        for ref in result.decisions[-1].refs:
            assert retrieve(ref, store=store) == text
            assert retrieve(ref, query="event 77", store=store)
        shown = result_text("openai", compress(messages, level="lossless", store=store).messages[-1])
        assert shown == text or is_same(text, decode(shown))
