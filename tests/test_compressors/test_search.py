"""Search results: what is claimed, the grouped form and its inverse, and which hits stay."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom_jupyter.compressors.base import Ask, Compressed, Hints
from headroom_jupyter.compressors.paths import by_directory, is_path, roll_up, tree
from headroom_jupyter.compressors.search import SearchCompressor
from headroom_jupyter.selection import Query
from tests.test_compressors.shown import check_exact, with_markers

SAMPLES = Path(__file__).parents[1] / "golden" / "samples"
SEARCH = SearchCompressor()


def sample_of(name: str) -> str:
    return (SAMPLES / name).read_bytes().decode("utf-8")


def lossless(text: str) -> Compressed:
    return SEARCH.compress(text, Ask(Query(), level="lossless"))


def many_hits(files: int = 40) -> str:
    lines = [
        f"src/mod{number % 5}/file{number}.py:{line}:    value = compute({line}, {number})"
        for number in range(files)
        for line in range(3, 60, 7)
    ]
    lines[120] = 'src/mod3/special.py:77:        raise LimitReached("too many open valves")'
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("name", ["search_grep.txt", "search_context.txt", "search_heading.txt"])
def test_forms_of_search_results_are_claimed(name: str) -> None:
    assert SEARCH.confidence(sample_of(name), Hints()) > 0.9


@pytest.mark.parametrize(
    "text",
    [
        "main.c:12:5: warning: unused variable 'x' [-Wunused]\n   12 | int x;\nlib.c:3:1: error: no semicolon\n",
        "app.py:3:1: F401 os imported but unused\napp.py:9:80: E501 line too long\n",
        "a/b.ts\n  12:5  error  no semicolon  semi\n  13:1  warning  no tab  tabs\n",
        "INFO 2012/01/05 12:30:44 started\nINFO 2012/01/05 12:31:44 stopped\n",
        "Jan 12 10:11:12 host sshd[7]: ok\nJan 12 10:11:13 host sshd[7]: bye\n",
        "name: shop\nimage: nginx:1.25\nport: 80\n",
        "    at run (app.js:12:5)\n    at main (app.js:40:1)\n",
        "tests/test_a.py::test_one PASSED\ntests/test_a.py::test_two PASSED\n",
        "1: first\n2: second\n3: third\n4: fourth\n",
        "",
    ],
)
def test_what_only_looks_alike_is_left_to_others(text: str) -> None:
    assert SEARCH.confidence(text, Hints()) < 0.5


def test_hits_that_speak_of_warnings_are_hits() -> None:
    text = "a/x.c:12:    log_error(1);\na/x.c:80:  warning = 2;\nb/y.c:7:int error;\n"
    assert SEARCH.confidence(text, Hints()) > 0.9


def test_lossless_form_says_a_path_once_and_equal_texts_once() -> None:
    text = "a/x.py:3:    fail(\na/x.py:9:    fail(\na/x.py:12:    stop()\nb/y.py:1:fail = 1\n"
    done = lossless(text)
    assert done.text == "<<search>>\na/x.py\n3,9:    fail(\n12:    stop()\nb/y.py\n1:fail = 1\n"
    assert SEARCH.decode(done.text) == text


@pytest.mark.parametrize(
    "text",
    [
        "C:\\a\\x.py:3:import a\nC:\\a\\x.py:4:import b\nC:\\a\\y.py:9:import c\nC:\\a\\y.py:10:import d\n",
        "HEAD:src/a.py:3:import a\nHEAD:src/a.py:4:import b\nHEAD:src/b.py:9:import c",
        "src/a.py:import os\nsrc/a.py:import sys\nsrc/a.py:    import re\nsrc/b.py:import io\n",
        "my docs/a b.txt:3:x\nmy docs/a b.txt:4:y\nmy docs/a b.txt:4:y\n",
        "src/a.py:3:x\r\nsrc/a.py:9:y\r\nsrc/a.py:10:z\n",
        "src/a.py:03:x\nsrc/a.py:4:x\nsrc/a.py:5:x\n",
        "src/a-1-b.py:3:x\nsrc/a-1-b.py-4-y\n--\nBinary file src/x.so matches\nsrc/a-1-b.py:9:z\n",
        "src/a.py:30:x\nsrc/a.py:4:x\nsrc/a.py:5:x\n\n\n",
    ],
)
def test_lossless_form_of_odd_results_is_inverted(text: str) -> None:
    done = lossless(text)
    assert done.fidelity == "verbatim" or SEARCH.decode(done.text) == text


@pytest.mark.parametrize("text", ["", "plain words", "<<log>>\nx", "<<search", "<<ccr:0123456789ab lines 1-2 of 3>>"])
def test_other_texts_are_not_decoded(text: str) -> None:
    assert SEARCH.decode(text) is None


def test_counts_of_all_files_stay_and_the_named_hit_is_exact() -> None:
    text = many_hits()
    done = SEARCH.compress(text, Ask(Query("Where is LimitReached raised?"), target_chars=1500))
    assert 'src/mod3/special.py:77:        raise LimitReached("too many open valves")\n' in done.text
    assert f"{text.count(chr(10))} hits in 41 files" in done.text
    assert len(done.text) < 2300
    check_exact(text, done)


def test_headings_of_shown_hits_are_shown() -> None:
    blocks = [f"lib/part{i}.ts\n{i + 3}:// TODO: item {i}\n{i + 9}:// TODO: again {i}\n" for i in range(60)]
    text = "\n".join(blocks)
    done = SEARCH.compress(text, Ask(Query("Which TODO is about item 41?"), target_chars=900))
    assert "lib/part41.ts\n44:// TODO: item 41\n" in done.text
    check_exact(text, done)


def test_context_lines_come_with_the_hit() -> None:
    groups = [f"a/f{i}.c-9-int before{i};\na/f{i}.c:10:  call{i}(x);\na/f{i}.c-11-int after{i};\n" for i in range(80)]
    done = SEARCH.compress("--\n".join(groups), Ask(Query("call33"), target_chars=1200))
    assert groups[33] in done.text


def test_definitions_come_before_uses() -> None:
    uses = "".join(f"pkg/use{i}.py:{i + 2}:x = parse_order(y)\n" for i in range(200))
    text = uses + "pkg/core.py:88:def parse_order(text, strict=False, encoding=None, limit=None):\n"
    done = SEARCH.compress(text, Ask(Query("parse_order"), target_chars=800))
    assert "pkg/core.py:88:def parse_order(" in done.text


def test_a_long_line_is_shown_around_its_match() -> None:
    line = "dist/app.js:1:" + "var a=1;" * 900 + "setTimeout(retry,250);" + "var b=2;" * 900
    text = f"{line}\nsrc/app.ts:4:setTimeout(retry, 250)\n"
    done = SEARCH.compress(text, Ask(Query("setTimeout"), target_chars=900))
    assert "dist/app.js:1:var a=1;" in done.text
    assert "setTimeout(retry,250);" in done.text
    assert {omission.unit for omission in done.omissions} == {"chars"}
    assert all(omission.at == "lines 1" and omission.total == len(line) for omission in done.omissions)
    check_exact(text, done)


def test_numbers_that_grep_counts_are_added() -> None:
    text = "".join(f"src/deep/dir/file{i}.py:{i}\n" for i in range(60))
    done = SEARCH.compress(text, Ask(Query(), target_chars=400))
    assert f"{sum(range(60))} hits in 60 files" in done.text


def test_overview_of_directories_stays_within_its_limit() -> None:
    text = "".join(f"a{i % 97}/b{i % 13}/c{i}/file.py:{i}:x\n" for i in range(3000))
    done = SEARCH.compress(text, Ask(Query(), target_chars=2000))
    assert "3000 hits in 3000 files" in done.text
    assert len(with_markers(done)) < 3500


def test_a_directory_tree_says_only_what_is_new() -> None:
    assert tree({"a/": "3", "a/b/": "1", "ab/": "2", "": "4"}) == ["./ 4", "a/ 3", " b/ 1", "ab/ 2"]
    assert by_directory({"x/a.py": "", "x/b.py": "7"}) == ["x/: a.py, b.py 7"]
    assert roll_up({}, str, 10) == []


@pytest.mark.parametrize("text", ["2012/01/05", "12:30", "a: b", "http://x/y", "ERROR", "x, y", "", "(a/b)"])
def test_dates_times_and_addresses_are_no_paths(text: str) -> None:
    assert not is_path(text)


PATHS = st.sampled_from(
    ["a/b.py", "C:\\x\\y.c", "1:2/x.py", "with space.txt", "Makefile", ">odd.py", "|bar.py", "a/-3-.py"]
)
BODIES = st.text(alphabet="ab: -=\t|>,3\r\ud800\x00é", max_size=12)
LINES = st.one_of(
    st.builds("{}:{}:{}".format, PATHS, st.integers(0, 30), BODIES),
    st.builds("{}-{}-{}".format, PATHS, st.integers(0, 30), BODIES),
    st.builds("{}:{}".format, PATHS, BODIES),
    st.builds("{}:{}".format, st.integers(0, 30), BODIES),
    PATHS,
    BODIES,
    st.just("--"),
    st.just(""),
)
RESULTS = st.builds(
    lambda lines, end: "\n".join(lines) + end, st.lists(LINES, max_size=40), st.sampled_from(["", "\n"])
)


@settings(max_examples=100, deadline=None)
@given(text=RESULTS)
def test_lossless_form_is_always_inverted(text: str) -> None:
    done = lossless(text)
    assert done.fidelity == "verbatim" or SEARCH.decode(done.text) == text


@settings(max_examples=100, deadline=None)
@given(text=st.one_of(RESULTS, st.text(max_size=300)), question=st.text(max_size=20), target=st.integers(0, 500))
def test_any_text_is_shown_exactly_or_marked(text: str, question: str, target: int) -> None:
    SEARCH.confidence(text, Hints())
    check_exact(text, SEARCH.compress(text, Ask(Query(question), target_chars=target)))


def test_the_file_with_the_most_hits_is_shown_where_hits_are_counted() -> None:
    text = "".join(f"src/part{i % 9}/module_{i}.py:{321 if i == 77 else i % 13 + 1}\n" for i in range(200))
    done = SEARCH.compress(text, Ask(Query("which file has the most?"), target_chars=900))
    assert "src/part5/module_77.py:321\n" in done.text


def test_what_follows_a_hit_that_the_question_is_about_comes_before_other_hits() -> None:
    text = "--\n".join(
        f"src/mill.py:{i}:        raise MillError(\n"
        f'src/mill.py-{i + 1}-            "{"hopper is empty of rye" if i == 450 else f"bearing {i} is dry"}, "\n'
        f'src/mill.py-{i + 2}-            "so the stones of the mill"\n'
        f'src/mill.py-{i + 3}-            " were stopped at {i}"\n'
        for i in range(10, 900, 20)
    )
    done = SEARCH.compress(text, Ask(Query('When is "hopper is empty" raised?'), target_chars=900))
    assert "were stopped at 450" in done.text
    check_exact(text, done)


def test_neighbouring_words_of_the_question_find_the_name_they_make() -> None:
    others = "".join(f"src/pool/part_{i}.py:{i}:    timeout of the default pool is {i}\n" for i in range(99))
    prose = "".join(f"src/mill/part_{i}.py:{i}:    the default speed, or none, of a mill\n" for i in range(99))
    text = f"{others}src/create.py:70:    :param mill_speed=30: turns a minute\n{prose}"
    done = SEARCH.compress(text, Ask(Query("What is the default mill speed?"), target_chars=900))
    assert "mill_speed=30" in done.text
