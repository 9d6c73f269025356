"""Everything else: what objects say of themselves, and things that must not be used up, or that misbehave."""

from __future__ import annotations

import asyncio
import io
import json
import types
from pathlib import Path
from typing import Any

import pytest

from headroom_jupyter import HeadroomError, compress_value


class Spoken:
    def _repr_llm_(self) -> str:
        return "said for models"

    def _repr_markdown_(self) -> str:
        return "said for people"


class Bundled:
    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return {"text/html": "<b>no</b>", "text/plain": "plain words"}, {}


class LlmBundled:
    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": "plain words", "text/llm+plain": "words for models"}


class Html:
    def _repr_html_(self) -> str:
        return "<table><tr><td>cell</td></tr></table>"


class Broken:
    def _repr_llm_(self) -> str:
        raise RuntimeError("not today")

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        raise RuntimeError("nor this")

    def __repr__(self) -> str:
        raise ValueError("nor that")


class Anything:
    """Has every attribute that is asked of it, as mocks do."""

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments: 1 / 0

    def __repr__(self) -> str:
        return "Anything()"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Spoken(), "said for models"),
        (Bundled(), "plain words"),
        (LlmBundled(), "words for models"),
        (Html(), "<table><tr><td>cell</td></tr></table>"),
        (Broken(), "<Broken: its repr raises ValueError: nor that>"),
        (Anything(), "Anything()"),
        (None, "None"),
        (3.5, "3.5"),
        (b"bytes that are text", "bytes that are text"),
        (b"\xff\xfe\x00\x01", "4 bytes, no text; they begin ff fe 00 01"),
        (types.SimpleNamespace(a=1), "namespace(a=1)"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_object_says_itself_what_it_is(value: Any, text: str) -> None:
    assert compress_value(value).text == text


def test_a_method_for_models_is_of_an_object_and_not_of_its_class() -> None:
    assert "class Spoken" in compress_value(Spoken).text


def test_iterators_and_generators_are_not_used_up() -> None:
    numbers = (n for n in range(3))
    text = compress_value(numbers, name="numbers").text
    assert text.startswith("numbers: generator ")
    assert "would use it up" in text
    assert list(numbers) == [0, 1, 2]
    pairs = zip([1, 2], "ab", strict=True)
    assert compress_value(pairs).text.startswith("zip: not looked into")
    assert list(pairs) == [(1, "a"), (2, "b")]


def test_a_coroutine_is_not_awaited_and_stays_usable() -> None:
    async def work() -> int:
        return 7

    waiting = work()
    assert "not awaited" in compress_value(waiting).text
    assert asyncio.run(waiting) == 7


def test_files_keep_their_position(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("one\ntwo\n")
    with path.open() as opened:
        opened.readline()
        text = compress_value(opened).text
        assert opened.readline() == "two\n"
    assert text.endswith("an open file, mode r, at 4; not read, so that its position stays; compress its Path instead")
    assert "a closed file" in compress_value(opened).text
    held = io.BytesIO(b"abc")
    held.seek(1)
    assert "at 1" in compress_value(held).text
    assert held.read() == b"bc"


def test_code_is_shown_as_its_source() -> None:
    assert compress_value(test_code_is_shown_as_its_source).text.startswith("def test_code_is_shown_as_its_source")
    assert compress_value(len).text.startswith("def len(obj, /)\nReturn the number of items")
    assert "def dumps(" in compress_value(json, query="how is dumps called?").text
    assert compress_value(json, name="json").text.startswith("json: module json: ")


def test_an_error_is_its_traceback_with_its_causes() -> None:
    def deep(level: int) -> None:
        if level:
            deep(level - 1)
        {"key": 1}["missing key"]

    try:
        try:
            deep(60)
        except KeyError as err:
            err.add_note("while looking") if hasattr(err, "add_note") else None
            raise RuntimeError("could not go on") from err
    except RuntimeError as err:
        result = compress_value(err)
    assert result.kind == "traceback"
    for part in ("KeyError: 'missing key'", "RuntimeError: could not go on", "direct cause"):
        assert part in result.text
    assert result.tokens_after < result.tokens_before


def test_an_error_that_cannot_say_what_it_is_is_still_told() -> None:
    class Silent(Exception):
        def __str__(self) -> str:
            raise RuntimeError("no")

    assert "Silent" in compress_value(Silent()).text


def test_options_out_of_range_are_one_clear_line() -> None:
    for options in ({"budget": 0}, {"level": "half"}, {"model": "nobody"}, {"query": 3}):
        with pytest.raises(HeadroomError) as caught:
            compress_value({"a": 1}, **options)
        assert "\n" not in str(caught.value)


def test_a_long_text_is_compressed_as_text() -> None:
    log = "".join(f"2024-01-01 00:00:{i % 60:02d} INFO step {i}\n" for i in range(900)) + "ERROR disk full\n"
    result = compress_value(log)
    assert "disk full" in result.text
    assert result.tokens_after < result.tokens_before / 5
    assert result.original == log


def test_texts_without_retrieval_are_only_rewritten() -> None:
    log = "".join(f"2024-01-01 00:00:{i % 60:02d} INFO step {i}\n" for i in range(900))
    assert "<<ccr:" not in compress_value(log, retrieval=False).text
