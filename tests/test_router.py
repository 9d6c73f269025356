"""Each text goes to the compressor of its kind, in parts where it is of several, and what comes back is checked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from headroom_jupyter.compressors.base import Ask, Compressed, Hints, line_starts, verbatim
from headroom_jupyter.router import compressors, decode, is_same, rank, route, route_pasted
from headroom_jupyter.selection import Query
from tests.material import KINDS, grown

SAMPLES = sorted((Path(__file__).parent / "golden" / "samples").iterdir())
GROWN = {"ndjson": "json", "csv": "table", "fixed": "table"}  # the others are named like their kind


def _read(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


def _first(text: str, hints: Hints | None = None) -> str:
    return next((compressor.name for _, compressor in rank(text, hints or Hints())), "")


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_every_sample_is_claimed_by_its_own_kind(path: Path) -> None:
    assert _first(_read(path)) == path.name.partition("_")[0]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_windows_line_ends_change_no_kind(path: Path) -> None:
    assert _first(_read(path).replace("\r\n", "\n").replace("\n", "\r\n")) == path.name.partition("_")[0]


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"mixed"}))
def test_every_kind_of_random_material_is_claimed_by_its_own_kind(kind: str) -> None:
    wrong = [seed for seed in range(8) if _first(grown(kind, seed)) != GROWN.get(kind, kind)]
    assert len(wrong) <= 1, wrong  # the smallest of them have three lines


def test_every_compressor_has_samples() -> None:
    kinds = [path.name.partition("_")[0] for path in SAMPLES]
    assert {name: kinds.count(name) >= 2 for name in {c.name for c in compressors()}} == dict.fromkeys(set(kinds), True)


@pytest.mark.parametrize(
    ("text", "hints", "kind"),
    [
        ("a: 1\nb: 2\n" * 9, Hints(path="x/deploy.yaml"), "config"),
        ("a,b\n1,2\n3,4\n", Hints(path="x.csv"), "table"),
        ("int x;\n" * 30, Hints(path="src/a.c"), "code"),
        ('{"a": 1}', Hints(mime="application/json"), "json"),
    ],
)
def test_hints_decide_what_the_text_leaves_open(text: str, hints: Hints, kind: str) -> None:
    assert _first(text, hints) == kind


def _ask(level: str = "faithful", target_chars: int = 1500) -> Ask:
    return Ask(Query("What is it?"), level, target_chars)  # type: ignore[arg-type]  # the caller gives a level


CODE = grown("code", 4)
ANSWER = json.dumps([{"id": i, "state": "done", "owner": "batch", "note": f"n{i * i}"} for i in range(80)], indent=2)
MIXED = f"I found this module.\n\n```python\n{CODE}```\n\nAnd this answer.\n\n```json\n{ANSWER}\n```\nThat is all.\n"


class TestMixedText:
    def test_each_fenced_part_goes_to_its_own_kind_and_the_words_stay(self) -> None:
        routed = route(MIXED, Hints(), _ask())
        assert (routed.kind, routed.compressor) == ("mixed", "Router")
        text = routed.compressed.text
        assert text.startswith("I found this module.\n\n```python\n")
        assert text.endswith("\n```\nThat is all.\n")
        assert "def " in text
        assert len(text) < len(MIXED) / 2

    def test_omissions_name_the_part_by_its_lines(self) -> None:
        lines = MIXED.split("\n")
        for omission in route(MIXED, Hints(), _ask()).compressed.omissions:
            place, span = omission.at.split()[:2]
            first, last = map(int, span.split("-"))
            assert place == "lines"
            assert lines[first - 2].startswith("```")
            assert lines[last].startswith("```")
            assert all(1 <= a <= b <= omission.total for a, b in omission.ranges)

    def test_a_json_document_among_other_lines_is_found(self) -> None:
        text = f"Calling the service now.\n{ANSWER}\nIt answered in 3 ms.\n"
        routed = route(text, Hints(), _ask())
        assert routed.kind == "mixed"
        assert "Calling the service now.\n<<json indent=2 nl>>\n[80] id|state|owner|note\n" in routed.compressed.text

    def test_the_lossless_form_of_all_parts_decodes_by_the_character(self) -> None:
        routed = route(MIXED, Hints(), _ask("lossless"))
        assert routed.compressed.fidelity == "lossless"
        assert routed.compressed.text.startswith("<<parts V")
        assert decode(routed.compressed.text) == MIXED

    @pytest.mark.parametrize("bad", ["<<parts V5>>\nabc", "<<parts L3>>\nabc", "<<parts V1>>\nabc", "<<parts X1>>\na"])
    def test_a_broken_lossless_form_decodes_to_nothing(self, bad: str) -> None:
        assert decode(bad) is None

    def test_fences_stay_in_pairs_around_every_part(self) -> None:
        words = "Many words are said between the one and the other, and some more. " * 40
        text = "".join(f"Part {i}:\n\n{words}\n\n```python\n{CODE}```\n\n" for i in range(6))
        shown = route(text, Hints(), _ask()).compressed.text
        assert shown.count("```python\n") == 6
        assert shown.count("\n```\n") == 6

    def test_a_document_with_fences_is_cut_by_its_sections(self) -> None:
        words = "Many words are said about mills here, and some more about the weather. " * 9
        text = "".join(f"# Part {i}\n\n{words}\n\n```python\n{CODE[:500]}\n```\n\n" for i in range(6))
        assert route(text, Hints(), _ask()).kind == "markup"

    def test_an_unclosed_fence_is_no_part(self) -> None:
        assert route(f"Look:\n```python\n{CODE}", Hints(), _ask()).kind != "mixed"

    def test_parts_within_parts_come_to_an_end(self) -> None:
        text = grown("mixed", 2)
        for _ in range(6):
            text = f"Outer words.\n\n````\n{text}\n````\n" + "More words to say. " * 40
        route(text, Hints(), _ask())


class TestPastedText:
    def test_the_persons_own_words_stay(self) -> None:
        text = f"Why is job 7 slow?\n\n{grown('log', 3)}\n\nBe brief."
        compressed = route_pasted(text, _ask()).compressed
        assert "Why is job 7 slow?\n\n" in compressed.text
        assert compressed.text.endswith("\nBe brief.")
        assert len(compressed.text) < len(text)

    def test_prose_is_taken_for_words(self) -> None:
        text = grown("prose", 3)
        assert route_pasted(text, _ask()).compressed == verbatim(text)

    def test_words_between_fences_stay(self) -> None:
        words = "These are instructions that must be followed to the letter. " * 12
        text = f"{words}\n\n```python\n{CODE}```\n\n{words}\n"
        assert route_pasted(text, _ask()).compressed.text.count(words) == 2


def test_the_next_in_rank_is_asked_when_the_first_gains_nothing() -> None:
    notebook = grown("notebook", 3)
    assert _first(notebook) == "notebook"
    assert route(notebook, Hints(), _ask("lossless")).kind in ("json", "notebook")


def test_nobody_wants_an_empty_text() -> None:
    assert route("", Hints(), _ask()).compressed == Compressed("")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ('{"a": 1, "b": 2}', '{"b": 2, "a": 1}', False),
        ('{"a": 1, "a": 2}', '{"a": 2}', False),
        ("[1e3]", "[1000.0]", False),
        ('{"a": [1, 2]}\n{"a": 3}', '{"a":[1,2]}\n{"a":3}', True),
        ("text", "text ", False),
    ],
)
def test_values_are_the_same_only_as_they_are_written(one: str, other: str, same: bool) -> None:
    assert is_same(one, other) is same


def test_lines_end_at_a_line_feed_alone() -> None:
    assert line_starts("a\u2028b\r\nc\x0bd\n") == [0, 5, 9]
