"""Logs: what repeats is told once, what matters stands whole, and what is out is marked."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom_jupyter.compressors import log_frames
from headroom_jupyter.compressors.base import Ask, Compressed, Hints, line_starts
from headroom_jupyter.compressors.log import LogCompressor
from headroom_jupyter.compressors.log_templates import mine
from headroom_jupyter.selection import Query
from tests.test_compressors.shown import check_exact

SAMPLES = Path(__file__).parents[1] / "golden" / "samples"
LOG = LogCompressor()

PYTEST = (
    "============================= test session starts ==============================\n"
    + "".join(f"tests/test_heat.py::test_ramp[{i}] PASSED [{i:3}%]\n" for i in range(99))
    + "tests/test_queue.py::test_twice FAILED [100%]\n\n"
    + "=================================== FAILURES ===================================\n"
    + "__________________________________ test_twice __________________________________\n\n"
    + "    def test_twice():\n        queue = Queue()\n>       assert queue.add(1) == 2\nE       assert 1 == 2\n\n"
    + "tests/test_queue.py:9: AssertionError\n"
    + "=========================== short test summary info ============================\n"
    + "FAILED tests/test_queue.py::test_twice - assert 1 == 2\n"
    + "======================== 1 failed, 99 passed in 2.31s =========================\n"
)
ACCESS = "".join(
    f'10.0.0.{i % 7} - - [04/Mar/2031 06:{i // 60:02}:{i % 60:02}] "GET /tile/{i}.html HTTP/1.1" '
    f"{404 if i in (70, 171) else 503 if i == 99 else 200} {300 + i % 9}\n"
    for i in range(240)
)


def compressed(text: str, query: str = "", target: int = 1500) -> Compressed:
    return LOG.compress(text, Ask(Query(query), target_chars=target))


def hidden(result: Compressed) -> set[int]:
    return {i for o in result.omissions if o.unit == "lines" for a, b in o.ranges for i in range(a, b + 1)}


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("log_*")), ids=lambda path: path.name)
def test_a_log_is_claimed(path: Path) -> None:
    assert LOG.confidence(path.read_text("utf-8"), Hints()) >= 0.6


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "b": [1, 2]}\n' * 20,
        "id,at,price\n" + "1,2031-03-04 06:00:00,3.5\n" * 30,
        "import os\n\n\ndef heat(t):\n    if t > 3:\n        return None\n    return t + 1\n\n\nclass A:\n    pass\n",
        "src/a.py:12:    value = None\nsrc/b.py:7:    other = 3\nsrc/b.py:9:def kiln():\nlib/c.py:1:import os\n",
        "The kiln was cold.\nNobody knew why it had been left open.\nAt night there was wind, and some rain.\n",
        "",
    ],
    ids=["json", "csv", "code", "search", "prose", "empty"],
)
def test_what_is_no_log_is_not_claimed(text: str) -> None:
    assert LOG.confidence(text, Hints()) < 0.5


def test_a_failed_test_stands_whole_with_its_verdict_and_the_totals() -> None:
    result = compressed(PYTEST, "Which tests failed and why?")
    for wanted in (
        "tests/test_queue.py::test_twice FAILED [100%]\n",
        ">       assert queue.add(1) == 2\nE       assert 1 == 2\n\ntests/test_queue.py:9: AssertionError\n",
        "FAILED tests/test_queue.py::test_twice - assert 1 == 2\n",
        "= 1 failed, 99 passed in 2.31s =",
    ):
        assert wanted in result.text
    assert "99x tests/test_heat.py::test_ramp[0..98] PASSED" in result.text


def test_names_that_only_sound_like_trouble_are_none() -> None:
    quiet = "".join(f"tests/test_error.py::test_fails_with_error[{i}] PASSED\n" for i in range(99))
    assert "test_fails_with_error[50]" not in compressed(quiet + "1 kiln opened\n" + quiet).text


def test_what_the_query_names_and_server_errors_stay_in_an_access_log() -> None:
    result = compressed(ACCESS, "Which requests got a 404?")
    assert '"GET /tile/70.html HTTP/1.1" 404' in result.text
    assert '"GET /tile/171.html HTTP/1.1" 404' in result.text
    assert '"GET /tile/99.html HTTP/1.1" 503' in result.text
    assert len(result.text) < 1800


def test_the_last_line_that_says_something_stays() -> None:
    assert "/tile/239.html" in compressed(ACCESS + "\n\n\n").text


def test_an_identifier_is_found_as_a_whole_before_longer_ones_that_begin_with_it() -> None:
    lines = [f"10:00:{i % 60:02} loaded kiln.heat.part{i} in {i % 13} ms" for i in range(300)]
    lines[212] = "10:03:32 loaded kiln.heat in 7 ms"
    assert lines[212] in compressed("\n".join(lines), "How long did kiln.heat take?", 600).text


def test_the_largest_number_of_a_column_is_shown_unasked() -> None:
    lines = [f"step {i:3} | took {20 + i * 7 % 11} ms | shelf {'abc'[i % 3]}" for i in range(200)]
    lines[123] = "step 123 | took 9731 ms | shelf b"
    assert lines[123] in compressed("\n".join(lines), "What happened?", 600).text


def test_a_rare_line_and_a_trace_in_the_middle_are_kept() -> None:
    text = (SAMPLES / "log_application.log").read_text("utf-8")
    result = compressed(text, target=1200)
    assert "sensor 4 drifts" in result.text
    assert "baked tile 9999 for dee in 4120 ms" in result.text
    assert (
        "raise GlazeError(f\"no glaze {name!r} on the shelf\")\nkiln.shelf.GlazeError: no glaze 'cobalt'" in result.text
    )


def test_diagnostics_are_listed_by_message_with_places_and_the_named_ones_shown() -> None:
    text = "".join(
        f"src/heat.c:{i}:9: warning: conversion from ‘int’ to ‘char’ may change value [-Wconversion]\n"
        f"{i:>5} |     c = {i};\n      |         ^\n"
        for i in range(10, 90)
    )
    odd = (
        "src/queue.c:7:12: warning: unused parameter ‘tile’ [-Wunused-parameter]\n"
        "    7 | int add(int tile)\n      |         ~~~~^~~~\n"
    )
    result = compressed(text + odd + text.replace("heat", "shelf"), "Which unused parameters are reported?", 6000)
    assert odd in result.text
    assert "1x warning: unused parameter ‘tile’ [-Wunused-parameter]: src/queue.c 7:12\n" in result.text
    assert (
        "160x warning: conversion from ‘int’ to ‘char’ may change value [-Wconversion]: src/heat.c 10:9 11:9"
        in result.text
    )


def test_diagnostics_of_one_message_say_which_names_and_numbers_differ() -> None:
    text = "".join(
        f"error[E0432]: unresolved import `{name}`\n --> src/part{i}.rs:{i}:5\n  |\n{i} | use {name}::x;\n\n"
        f"warning: function has {i + 3} lines, 9 are allowed\n --> src/part{i}.rs:{i}:1\n\n"
        for i, name in enumerate(["tower", "bytes", "tower", "spin", "tower", "bytes"] * 5)
    )
    shown = compressed(text, "Which crates are missing?", 6000).text
    assert "30x error[E0432]: unresolved import ‘tower|bytes|spin’: src/part0.rs" in shown
    assert "30x warning: function has 3..32 lines, 9 are allowed: " in shown


def test_a_message_wrapped_at_the_margin_is_one() -> None:
    text = "".join(
        f'src/queue.py:{i}: error: Argument 1 to "put" of "Queue" has incompatible type\n'
        f'"list[{"str" if i % 2 else "int"}]"; expected "str"  [arg-type]\n    queue.put(x{i})\n    ^~~~~~\n'
        for i in range(40)
    )
    shown = compressed(text, "wrong types?", 900).text
    assert 'has incompatible type ‘list[int]|list[str]’; expected "str" [arg-type]: src/queue.py' in shown


def test_many_failures_are_counted_by_what_they_say_and_a_few_of_each_shown() -> None:
    text = "=================================== FAILURES ===================================\n" + "".join(
        f"_________________________________ test_mill_{i} _________________________________\n\n"
        f"    def test_mill_{i}():\n        try:\n            grind()\n        except MillError as error:\n"
        f">           raise AssertionError from error\nE           {'OSError: no wind' if i % 7 else 'KeyError: rye'}\n"
        f"tests/test_mill.py:{i}: AssertionError\n"
        for i in range(21)
    )
    shown = compressed(text + "21 failed in 0.30s\n", "why does the mill fail?", 2500).text
    assert shown.startswith("[21 failures in ")
    assert "18x E OSError: no wind: test_mill_1, test_mill_2, " in shown
    assert "3x E KeyError: rye: test_mill_0, test_mill_7, test_mill_14\n" in shown
    assert shown.count("E           OSError: no wind") <= 6


def test_a_trace_of_the_jvm_in_a_log_is_one_failure_with_its_cause() -> None:
    text = "".join(
        f"2031-03-04 06:10:{i % 60:02},{i:03} INFO [mill.Grinder] sack {i} ground\n"
        + (
            f"2031-03-04 06:10:00 SEVERE [mill.Grinder] sack {i} lost\njava.lang.IllegalStateException: hopper {i}\n"
            "\tat mill.Hopper.take(Hopper.java:9)\n\tat mill.Grinder.run(Grinder.java:40)\n"
            "\tat java.base/java.lang.Thread.run(Thread.java:840)\nCaused by: java.io.IOException: belt torn\n"
            "\tat mill.Belt.move(Belt.java:3)\n\t... 2 more\n"
            if i % 30 == 11
            else ""
        )
        for i in range(300)
    )
    shown = compressed(text, "Why are sacks lost?", 1800).text
    assert "[10 failures in " in shown
    assert "10x Caused by: java.io.IOException: belt torn: " in shown


def test_entries_under_a_path_are_shown_with_that_path() -> None:
    text = (SAMPLES / "log_eslint.txt").read_text("utf-8")
    result = compressed(text, "Where is `console` used in shelf.ts?", 700)
    assert "diagnostics in 34 lines, by message" in result.text
    assert "/srv/kiln/src/shelf.ts" in result.text


def test_a_long_line_is_shown_in_pieces_with_its_characters_counted() -> None:
    long = "10:00:01 dump " + "x" * 30_000 + " needle " + "y" * 30_000
    result = compressed("10:00:00 start\n" + long + "\n10:00:02 end\n", "needle", 3000)
    assert " needle " in result.text
    gaps = [omission for omission in result.omissions if omission.unit == "chars"]
    assert {gap.at for gap in gaps} == {"lines 2-2"}
    starts = line_starts("10:00:00 start\n" + long)
    shown = len(long) + 1 - sum(b - a + 1 for gap in gaps for a, b in gap.ranges)
    assert shown < 1500
    assert all(gap.source[0][0] == starts[1] + gap.ranges[0][0] - 1 for gap in gaps)


def test_runs_of_a_template_fold_into_frames_and_back() -> None:
    text = "".join(f"building tree {i} of 50\n" for i in range(1, 51)) + "retrying\n" * 5 + "done 7"
    written = log_frames.encode(text)
    assert written == (
        '<<log: lines under "%frame" fill its {}, %a..b counts, %xN repeats; \\ before a whole line>>\n'
        "%1..49 building tree {} of 50\n\\building tree 50 of 50\n%x5 retrying\n\\done 7"
    )
    assert LOG.decode(written) == text


def test_a_lossless_form_is_given_when_nothing_may_be_omitted() -> None:
    text = "".join(f"kiln.example - - [04/Mar/2031 06:00] GET /tile/{i}/{i * 7}.html\n" for i in range(90))
    result = LOG.compress(text, Ask(Query("/tile/5/35.html"), level="lossless"))
    assert result.fidelity == "lossless"
    assert len(result.text) < 0.5 * len(text)
    assert "\\kiln.example - - [04/Mar/2031 06:00] GET /tile/5/35.html\n" in result.text, "what is named stays whole"
    assert LOG.decode(result.text) == text


@pytest.mark.parametrize("text", ["", "no form", '<<log: lines under "%frame" fill its ?, x>>\n', "<<log>>\na"])
def test_what_is_no_form_of_ours_is_not_decoded(text: str) -> None:
    assert LOG.decode(text) is None


def test_templates_that_differ_in_a_value_are_one_group() -> None:
    heads = [f"user {'ana' if i % 2 else 'bo'} baked {i} tiles" for i in range(40)] + ["user dee baked 7 tiles"]
    assert [len(group) for group in mine(heads).groups] == [41]


PIECES = st.sampled_from(
    [
        "2031-03-04 06:00:00 INFO ",
        "ERROR ",
        "job ",
        "7",
        "10",
        "12ms ",
        "\n",
        "\n",
        "\n",
        "\r\n",
        "\r",
        "%",
        "\\",
        "%x3 ",
        "{}",
        " ",
        "Traceback (most recent call last):\n",
        '  File "a.py", line 3, in f\n',
        "KeyError: 1\n",
        "\tat a.B.c(D.java:1)\n",
        "a.c:1:2: warning: unused ‘x’\n",
        "  1 | x\n",
        "error: x\n  --> a.rs:1:2\n",
        "____ test_a ____\n",
        "E   assert 1\n",
        "= FAILURES =\n",
        "--- FAIL: x\n",
        "  3:4  error  no  rule\n",
        "\x00",
        "\ud800",
        "é",
        "x" * 50,
        "y" * 1700,
    ]
)
TEXTS = st.lists(PIECES, max_size=50).map("".join) | st.builds(
    lambda pieces, times: "".join(pieces) * times, st.lists(PIECES, max_size=4), st.integers(1, 50)
)


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.sampled_from(["", "why did job 10 fail", "slowest"]), st.sampled_from([10, 300, 2000]))
def test_every_line_is_shown_exactly_or_marked(text: str, query: str, target: int) -> None:
    result = compressed(text, query, target)
    if result.fidelity != "faithful":
        assert result.text == text or LOG.decode(result.text) == text
        return
    starts = line_starts(text)
    assert all(text[a:b] == result.text[c:d] for a, b, c, d in result.spans)
    covered = sorted([*((a, b) for a, b, _, _ in result.spans), *(run for o in result.omissions for run in o.source)])
    assert covered[0][0] == 0
    assert covered[-1][1] == len(text)
    assert all(left[1] == right[0] for left, right in pairwise(covered))
    for omission in result.omissions:
        if omission.unit == "lines":
            assert omission.total == len(starts) - 1
            assert omission.source == tuple((starts[a - 1], starts[b]) for a, b in omission.ranges)


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_frames_decode_to_what_was_encoded(text: str) -> None:
    written = log_frames.encode(text)
    assert written is not None
    assert log_frames.decode(written) == text


def _commits(*, graph: str = "", stat: bool = False) -> str:
    stats = f"{graph} mill/bearing_%d.c | 9 ++--\n{graph} 1 file changed, 7 insertions(+), 2 deletions(-)\n\n"
    return "".join(
        f"{'* ' if graph else ''}commit {i + 0xABC0000:040x}\n"
        f"{graph}Author: {('Ida Voss', 'Tor Lund')[i % 3 == 0]} <x{i}@example.org>\n"
        f"{graph}Date:   2031-03-{28 - i % 28:02} 10:00:00 +0100\n{graph}\n"
        f"{graph}    {'Teach the pump to stop when dry' if i == 31 else f'Grease bearing {i} of the mill'}\n{graph}\n"
        + (stats % i if stat else "")
        for i in range(60)
    )


@pytest.mark.parametrize(
    "text",
    [_commits(), _commits(graph="| "), _commits(stat=True)],
    ids=["plain", "graph", "stat"],
)
def test_a_history_shows_the_commit_asked_for_with_its_head_and_counts_the_others(text: str) -> None:
    assert LOG.confidence(text, Hints()) > 0.95
    result = compressed(text, "which commit made the pump stop?", 900)
    at = text.index("Teach the pump")
    head = text[text.rindex("commit ", 0, at) : at]
    assert head in result.text
    assert result.text.startswith("[60 commits, 2031-")
    assert "by Ida Voss 40, Tor Lund 20]" in result.text
    assert ("mill/bearing_31.c | 9 ++--" in result.text) == ("bearing_31.c" in text)
    check_exact(text, result)


def test_a_graph_of_one_commit_a_line_is_a_history() -> None:
    text = "".join(
        f"* | {i:09x} Grease bearing {i}\n|\\ \\\n| * {i + 999:09x} Oil the gate {i}\n|/ /\n" for i in range(90)
    )
    assert LOG.confidence(text, Hints()) > 0.95
    result = compressed(text, "oil the gate 77?", 500)
    assert "[180 commits]" in result.text
    assert "Oil the gate 77\n" in result.text


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (" FAIL  mill.test.ts > mill > grinds {0}\nError: no wind at {0}\n > mill.test.ts:{0}:5\n\n", "Error: no wind"),
        ("  {0}) mill\n       grinds:\n\n      Error: no wind at {0}\n      at run (mill.js:{0}:5)\n\n", "no wind"),
        ("not ok {0} - grinds\n  ---\n  error: 'no wind at {0}'\n  code: 'E1'\n  ...\n", "no wind"),
    ],
    ids=["vitest", "mocha", "tap"],
)
def test_failures_of_every_runner_are_counted(failure: str, said: str) -> None:
    passed = "".join(f"ok {i} - turns {i}\n" for i in range(1, 300))
    text = passed + "".join(failure.format(i) for i in range(300, 309)) + "9 failed, 299 passed\n"
    shown = compressed(text, "why do they fail?", 1500).text
    assert "[9 failures in " in shown
    assert f"{said} at 300" in shown


def test_the_longest_durations_of_a_test_run_are_shown_to_who_asks_for_them() -> None:
    text = PYTEST.replace(
        "=========================== short",
        "============================= slowest 10 durations =============================\n"
        + "".join(f"{9 - i}.20s call     tests/test_heat.py::test_ramp[{i}]\n" for i in range(9))
        + "=========================== short",
    )
    assert "9.20s call     tests/test_heat.py::test_ramp[0]\n" in compressed(text, "slowest test?", 900).text
