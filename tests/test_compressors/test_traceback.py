"""Stack traces: messages and the user's own frames stay, frames of libraries and recursion are folded."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom_jupyter.compressors.base import Ask, Compressed, Hints, line_starts
from headroom_jupyter.compressors.traceback import TracebackCompressor
from headroom_jupyter.selection import Query

SAMPLES = Path(__file__).parents[1] / "golden" / "samples"
TRACEBACK = TracebackCompressor()


def compressed(text: str, target: int = 600, query: str = "") -> Compressed:
    return TRACEBACK.compress(text, Ask(Query(query), target_chars=target))


def sample(name: str) -> str:
    return (SAMPLES / name).read_text("utf-8")


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("traceback_*")), ids=lambda path: path.name)
def test_a_trace_is_claimed(path: Path) -> None:
    assert TRACEBACK.confidence(path.read_text("utf-8"), Hints()) >= 0.9


@pytest.mark.parametrize("path", sorted([*SAMPLES.glob("log_*"), *SAMPLES.glob("code_*")]), ids=lambda path: path.name)
def test_a_log_with_a_trace_in_it_and_code_are_not_claimed(path: Path) -> None:
    assert TRACEBACK.confidence(path.read_text("utf-8"), Hints()) < 0.5


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("traceback_sanitizer.txt", ("heap-use-after-free on address", "in stone_turn /", "in stone_drop /")),
        ("traceback_valgrind.txt", ("Invalid read of size 8", "stone_turn (stone.c:71)", "ERROR SUMMARY: 9 errors")),
        ("traceback_gdb.txt", ("received signal SIGSEGV", "#1  0x000055d1c0ffee44 in mill_grind", "before = 17")),
    ],
)
def test_a_crash_of_native_code_keeps_what_happened_and_own_frames(name: str, wanted: tuple[str, ...]) -> None:
    result = compressed(sample(name), target=900)
    for part in wanted:
        assert part in result.text
    assert any("library frame" in omission.summary for omission in result.omissions)
    assert "libsanitizer" not in result.text


def test_a_python_chain_keeps_messages_and_own_frames_and_folds_the_library() -> None:
    result = compressed(sample("traceback_python_chained.txt"))
    for wanted in (
        "KeyError: 'cobalt'\n",
        "During handling",
        'File "/srv/kiln/queue.py", line 88, in bake\n    glaze = ',
    ):
        assert wanted in result.text
    assert result.text.endswith("kiln.shelf.GlazeError: no glaze 'cobalt' on the shelf\n")
    assert "site-packages" not in result.text
    assert [(omission.ranges, omission.summary) for omission in result.omissions] == [(((12, 19),), "4 library frames")]


@pytest.mark.parametrize(
    ("name", "wanted", "unwanted"),
    [
        (
            "traceback_jvm.txt",
            ["Caused by: com.potter.kiln.GlazeException", "Suppressed: ", "Shelf.java:17"],
            "springframework",
        ),
        ("traceback_go_panic.txt", ["index out of range [7]", "/srv/kiln/queue/queue.go:61", "heat.go:48"], "net/http"),
        (
            "traceback_node.txt",
            ["GlazeError: no glaze", "at async handler (/srv/kiln", "[cause]: Error: ENOENT"],
            "node_modules",
        ),
        (
            "traceback_dotnet.txt",
            [" ---> Potter.Kiln.GlazeException", "Shelf.cs:line 17", "Program.cs:line 9"],
            "Microsoft.",
        ),
        ("traceback_ruby.txt", ["Kiln::GlazeError", "queue.rb:88", "server.rb:12"], "/gems/"),
    ],
)
def test_traces_of_other_languages(name: str, wanted: list[str], unwanted: str) -> None:
    result = compressed(sample(name))
    assert all(words in result.text for words in wanted)
    assert unwanted not in result.text
    assert result.omissions


def test_recursion_is_folded_to_its_first_and_last_frame() -> None:
    frame = '  File "/srv/kiln/heat.py", line 5, in ramp\n    return ramp(t - 1)\n'
    text = f"Traceback (most recent call last):\n{frame * 60}RecursionError: maximum recursion depth exceeded\n"
    result = compressed(text)
    assert result.text.count("in ramp") == 2
    assert result.omissions[0].summary == "58 repeated frames"


def test_every_panic_of_a_rust_text_is_kept_without_its_machinery() -> None:
    def panic(thread: str, place: str) -> str:
        machinery = "".join(
            f"  {i:>2}:     0x55d0 - std::panicking::step_{i}\n"
            f"                 at /rustc/5980/library/std/src/panicking.rs:{i}:5\n"
            for i in range(20)
        )
        own = f"  20:     0x55d0 - kiln::bake::h02e8\n                 at /srv/kiln/src/{place}\n"
        return f"thread '{thread}' panicked at src/{place}:\nno glaze\nstack backtrace:\n{machinery}{own}"

    result = compressed(panic("baker", "queue.rs:88:9") + "\n" + panic("main", "main.rs:3:5"))
    assert "thread 'baker' panicked at src/queue.rs:88:9:\nno glaze\n" in result.text
    assert "thread 'main' panicked at src/main.rs:3:5:\nno glaze\n" in result.text
    assert "/srv/kiln/src/queue.rs:88:9" in result.text
    assert "std::panicking" not in result.text


def test_a_coloured_notebook_trace_is_shown_without_colours() -> None:
    library = "".join(
        f"\x1b[36mFile \x1b[32m/opt/py/lib/python3.12/site-packages/tiles/core.py:{i}\x1b[39m, in \x1b[36mcut\x1b[39m"
        "(self)\n"
        f"\x1b[32m      {i - 1}\x1b[39m     \x1b[38;5;28;01mif\x1b[39;00m size:\n"
        f"\x1b[32m----> \x1b[39m\x1b[32m{i}\x1b[39m         cut(size)\n\n"
        for i in range(20, 40)
    )
    text = (
        "\x1b[31mKeyError\x1b[39m                Traceback (most recent call last)\n"
        "\x1b[36mCell\x1b[39m\x1b[36m \x1b[39m\x1b[32mIn[3]\x1b[39m\x1b[32m, line 1\x1b[39m\n"
        f"\x1b[32m----> \x1b[39m\x1b[32m1\x1b[39m tiles.cut(\x1b[33m'big'\x1b[39m)\n\n{library}"
        "\x1b[31mKeyError\x1b[39m: 'big'\n"
    )
    assert TRACEBACK.confidence(text, Hints()) >= 0.9
    result = compressed(text)
    assert "\x1b" not in result.text
    assert "Cell In[3], line 1\n----> 1 tiles.cut('big')\n" in result.text
    assert result.text.endswith("KeyError: 'big'\n")
    assert len(result.text) < 400


def test_a_frame_that_the_query_names_stays() -> None:
    text = sample("traceback_python_chained.txt")
    assert "core.py" not in compressed(text).text
    assert 'clicker/core.py", line 1078' in compressed(text, 1200, "what is at clicker/core.py, line 1078?").text


def test_nothing_is_done_where_nothing_may_be_omitted_or_there_is_no_frame() -> None:
    text = sample("traceback_jvm.txt")
    assert TRACEBACK.compress(text, Ask(Query(""), level="lossless")).fidelity == "verbatim"
    assert compressed("nothing here\n").fidelity == "verbatim"
    assert TRACEBACK.decode(text) is None


PIECES = st.sampled_from(
    [
        "Traceback (most recent call last):\n",
        '  File "/x/a.py", line 3, in f\n',
        "    g()\n",
        "KeyError: 1\n",
        "\n",
        "  + Exception Group\n",
        "\tat java.util.A.b(C.java:1)\n",
        "\tat T.f(T.java:2)\n",
        "Caused by: X\n",
        "panic: x\n\n",
        "goroutine 1 [running]:\n",
        "\x1b[31m",
        "main.f()\n\t/a/b.go:3 +0x1\n",
        "thread 'm' panicked at a.rs:1:2:\n",
        "   1: std::x\n",
        "   2: me::y\n         at /me/y.rs:1:1\n",
        "Cell In[1], line 2\n",
        "----> 2 f()\n",
        "#1 f () at a.c:3\n",
        "words ",
        "\r",
        "\ud800",
        "\x00",
    ]
)


@settings(max_examples=100, deadline=None)
@given(st.lists(PIECES, max_size=60).map("".join), st.sampled_from([10, 200, 2000]))
def test_every_line_is_shown_or_marked_once(text: str, target: int) -> None:
    TRACEBACK.confidence(text, Hints())
    result = compressed(text, target, "why f")
    if result.fidelity == "verbatim":
        assert result.text == text
        return
    starts = line_starts(text)
    covered = sorted([*((a, b) for a, b, _, _ in result.spans), *(run for o in result.omissions for run in o.source)])
    assert covered[0][0] == 0
    assert covered[-1][1] == len(text) or "\x1b" in text, "a line of colour codes alone shows nothing"
    assert all(left[1] == right[0] for left, right in pairwise(covered))
    if "\x1b" not in text:
        assert all(text[a:b] == result.text[c:d] for a, b, c, d in result.spans)
    for omission in result.omissions:
        assert omission.source == tuple((starts[a - 1], starts[b]) for a, b in omission.ranges)
