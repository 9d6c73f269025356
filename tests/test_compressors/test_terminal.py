r"""Terminal output: what the screen shows in the end, its outputs each by the compressor of its kind."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom_jupyter.compressors.base import Ask, Compressed, Hints, Omission, line_starts, verbatim
from headroom_jupyter.compressors.log import LogCompressor
from headroom_jupyter.compressors.terminal import TerminalCompressor
from headroom_jupyter.compressors.terminal_screen import screen
from headroom_jupyter.selection import Query

SAMPLES = Path(__file__).parents[1] / "golden" / "samples"
TERMINAL = TerminalCompressor()


def ask(target: int = 800, query: str = "") -> Ask:
    plain = Ask(Query(query), target_chars=target)
    return replace(plain, route=lambda part, _, size: LogCompressor().compress(part, replace(plain, target_chars=size)))


def sample(name: str) -> str:
    return (SAMPLES / name).read_bytes().decode()


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("terminal_*")), ids=lambda path: path.name)
def test_terminal_output_is_claimed_before_a_log(path: Path) -> None:
    text = path.read_bytes().decode()
    assert TERMINAL.confidence(text, Hints()) >= 0.9
    assert LogCompressor().confidence(text, Hints()) < TERMINAL.confidence(text, Hints())


@pytest.mark.parametrize("path", sorted([*SAMPLES.glob("log_*"), *SAMPLES.glob("code_*")]), ids=lambda path: path.name)
def test_plain_logs_and_code_are_not_claimed(path: Path) -> None:
    assert TERMINAL.confidence(path.read_text("utf-8"), Hints()) < 0.5


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("\x1b[1;31mred\x1b[0m and \x1b]8;;http://x\x07link\x1b]8;;\x07", "red and link"),
        ("10%\r50%\r100%", "100%"),
        ("long words\rshort", "shortwords"),
        ("old words\r\x1b[2Knew", "new"),
        ("|\x08/\x08-\x08done", "done"),
        ("with an end\r", "with an end\r"),
        ("bell\x07", "bell"),
    ],
)
def test_a_line_is_what_the_screen_shows_of_it(sent: str, shown: str) -> None:
    assert [row.text for row in screen([sent])] == [shown]


def test_a_line_that_was_written_over_from_below_is_gone() -> None:
    assert [(row.line, row.text) for row in screen(["a: 1%", "b: 1%", "\x1b[2A\x1b[2Ka: done", "\x1b[2Kb: done"])] == [
        (2, "a: done"),
        (3, "b: done"),
    ]


def test_a_cleared_screen_starts_again() -> None:
    assert [row.text for row in screen(["load 1", "cpu 2", "\x1b[H\x1b[2Jload 3", "cpu 4"])] == ["load 3", "cpu 4"]


def test_progress_is_its_last_state_and_the_overwritten_lines_are_marked() -> None:
    result = TERMINAL.compress(sample("terminal_docker_pull.txt"), ask())
    assert result.text == (
        "latest: Pulling from potter/kiln\na1f00c: Pull complete\n77be02: Pull complete\n09dd1e: Pull complete\n"
        "Status: Downloaded newer image for potter/kiln:latest\n"
    )
    assert [(omission.ranges, omission.total) for omission in result.omissions] == [(((2, 34),), 38)]


def test_a_bar_that_was_printed_line_by_line_is_its_last_state() -> None:
    text = (
        "".join(f"\x1b[32m{i}%\x1b[0m |{'█' * (i // 5):<20}| {i}/100\n" for i in range(0, 101, 2))
        + "saved to tile.bin\n"
    )
    assert TERMINAL.compress(text, ask()).text == f"100% |{'█' * 20}| 100/100\nsaved to tile.bin\n"


def test_colours_alone_are_a_rewriting_without_omission() -> None:
    result = TERMINAL.compress(sample("terminal_pip.txt"), ask())
    assert result.fidelity == "faithful"
    assert not result.omissions
    assert "\x1b" not in result.text
    assert "3.0/3.1 MB 13.3 MB/s" in result.text
    assert result.text.count("MB/s") == 1


def test_a_session_is_split_at_its_prompts_and_each_output_routed() -> None:
    text = sample("terminal_session.txt")
    result = TERMINAL.compress(text, ask(600))
    assert result.text.startswith("$ git status --short\n M src/heat.py\n?? notes.txt\n$ python bake.py --tiles 60\n")
    assert "tile 36 cracked: too hot (1402 C)\n" in result.text
    assert result.text.endswith("$ echo $?\n1\n")
    lines = text.split("\n")
    for omission in result.omissions:
        assert omission.total == 67
        assert all(lines[i].startswith("tile ") for a, b in omission.ranges for i in range(a - 1, b))


def test_omissions_of_a_cleaned_output_count_lines_of_the_source() -> None:
    frame = "".join(f"\x1b[2Kstate {i}\n" for i in range(3))
    text = (
        frame
        + "\x1b[3A"
        + frame
        + "".join(f"06:00:{i:02} \x1b[32mINFO\x1b[0m tile {i} baked in {i} ms\n" for i in range(60))
    )
    result = TERMINAL.compress(text, ask(500))
    starts = line_starts(text)
    out = sorted(run for omission in result.omissions for run in omission.ranges)
    assert out[0] == (1, 3), "the first frame was written over"
    assert all(omission.total == 66 for omission in result.omissions)
    for omission in result.omissions:
        assert omission.source == tuple((starts[a - 1], starts[b]) for a, b in omission.ranges)
    assert "06:00:59 INFO tile 59 baked in 59 ms\n" in result.text


def test_a_part_of_another_kind_keeps_its_own_units_where_the_source_is_untouched() -> None:
    body = "[" + ", ".join(str(i) for i in range(400)) + "]\n"
    cut = Compressed("[0, ...]\n", (Omission("rows", ((2, 400),), 400, 3, at="$", source=((3, 9),)),), "faithful")
    plain = Ask(Query(""), target_chars=300, route=lambda part, hints, size: cut if part == body else verbatim(part))
    result = TERMINAL.compress("$ cat tiles.json\n" + body, plain)
    assert [(omission.unit, omission.at, omission.source) for omission in result.omissions] == [
        ("rows", "lines 2-2 $", ((20, 26),))
    ]


def test_nothing_is_done_where_nothing_may_be_omitted() -> None:
    text = sample("terminal_pip.txt")
    assert TERMINAL.compress(text, Ask(Query(""), level="lossless")).fidelity == "verbatim"
    assert TERMINAL.decode(text) is None


PIECES = st.sampled_from(
    [
        "\x1b[31m",
        "\x1b[0m",
        "\x1b[2A",
        "\x1b[1B",
        "\x1b[K",
        "\x1b[2K",
        "\x1b[2J",
        "\x1b[H",
        "\x1b[5C",
        "\x1b[2D",
        "\x1b",
        "\x08",
        "\r",
        "\r\n",
        "\n",
        "\n",
        "\n",
        "$ ls\n",
        "me@here:~$ ",
        "50% |###   |",
        "words ",
        "06:00:00 INFO tile 7\n",
        "\x07",
        "\ud800",
        "\x00",
        "z" * 300,
    ]
)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(PIECES, max_size=60).map("".join)
    | st.builds(lambda pieces, times: "".join(pieces) * times, st.lists(PIECES, max_size=4), st.integers(1, 40)),
    st.sampled_from([10, 300, 2000]),
)
def test_no_line_is_marked_twice_and_every_range_is_right(text: str, target: int) -> None:
    TERMINAL.confidence(text, Hints())
    result = TERMINAL.compress(text, ask(target, "tile 7"))
    if result.fidelity == "verbatim":
        assert result.text == text
        return
    starts = line_starts(text)
    marked: set[int] = set()
    for omission in result.omissions:
        if omission.unit == "lines":
            assert omission.total == len(starts) - 1
            assert omission.source == tuple((starts[a - 1], starts[b]) for a, b in omission.ranges)
            lines = {i for a, b in omission.ranges for i in range(a, b + 1)}
            assert not lines & marked
            marked |= lines
