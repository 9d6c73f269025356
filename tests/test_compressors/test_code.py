"""What the code compressor promises: it parses, its ranges are right, what is asked about stays."""

from __future__ import annotations

import ast
import warnings
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom_jupyter.ccr.marker import scan
from headroom_jupyter.compressors.base import Ask, Compressed, Hints, line_starts
from headroom_jupyter.compressors.code import CodeCompressor
from headroom_jupyter.compressors.code_detection import detect, strip_numbers
from headroom_jupyter.compressors.code_languages import LANGUAGES, Language, parse
from headroom_jupyter.forms import render
from headroom_jupyter.selection import Query

SAMPLES = sorted((Path(__file__).parent.parent / "golden" / "samples").glob("code_*"))
SUFFIX = {"python": "py.txt", **{known.name: known.suffixes[0] for known in LANGUAGES if known.name != "python"}}
CODE = CodeCompressor()
REF = "0123456789ab"

PYTHON = '''\
"""Talks to the depot.

A second paragraph.
"""

import os
from typing import Any

LIMIT = 10


class Depot:
    """A depot far away.

    It answers slowly.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.seen: list[str] = []

    def fetch(self, key: str) -> Any:
        """Fetch one thing."""
        if key in self.seen:
            raise KeyError("fetched before: " + key)
        self.seen.append(key)
        path = os.path.join(self.name, key)
        with open(path) as file:
            return file.read()

    def _forget(self) -> None:
        for key in list(self.seen):
            if len(self.seen) > LIMIT:
                self.seen.remove(key)


def connect(name: str) -> Depot:
    depot = Depot(name)
    depot.fetch("hello")
    depot.fetch("world")
    return depot
'''


EXPECTED = f'''\
"""Talks to the depot.

A second paragraph.
"""

import os
from typing import Any

LIMIT = 10


class Depot:
    # <<ccr:{REF} lines 13-17 of 41>>
    def __init__(self, name: str) -> None: ...  # <<19-21>>
    def fetch(self, key: str) -> Any: ...  # <<23-36; _forget>>
def connect(name: str) -> Depot:
    depot = Depot(name)
    depot.fetch("hello")
    depot.fetch("world")
    return depot
'''


def read(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


SNIPPETS = {name: read(SAMPLES[0].parent / f"code_part.{suffix}") for name, suffix in SUFFIX.items()}


def shrink(text: str, query: str = "", target: int = 300) -> tuple[Compressed, str]:
    done = CODE.compress(text, Ask(Query(query), target_chars=target))
    return done, render(done, REF)[0]


def errors(language: Language, text: str) -> int:
    count, stack = 0, [parse(language, text)]
    while stack:
        node = stack.pop()
        count += node.is_error or node.is_missing
        stack.extend(child for child in node.children if child.has_error)
    return count


def check_ranges(text: str, done: Compressed) -> None:
    """Shown runs are exact copies, in order; with the omitted runs they cover the source; lines are what they say."""
    if done.fidelity == "verbatim":
        assert done.text == text
        return
    starts = line_starts(text)
    hidden = [run for omission in done.omissions for run in omission.source]
    for omission in done.omissions:
        if omission.unit != "lines":
            continue
        for (first, last), (start, end) in zip(omission.ranges, omission.source, strict=True):
            assert starts[last] == end
            assert starts[first - 2] < start <= starts[first - 1] if first > 1 else start == 0
            assert not text[start : starts[first - 1]].strip()
            assert omission.total == len(starts) - 1
    shown = []
    for start, end, text_start, text_end in done.spans:
        assert text[start:end] == done.text[text_start:text_end]
        shown.append((start, end))
    at = 0
    for start, end in sorted(shown + hidden):
        assert start == at
        at = end
    assert at == len(text)


def test_python_keeps_signatures_and_what_the_question_names() -> None:
    _, out = shrink(PYTHON, "What does connect do?", target=300)
    assert out == EXPECTED
    ast.parse(out)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
@pytest.mark.parametrize("target", [60, 300, 900])
@pytest.mark.parametrize("query", ["", "how does take or ring_write or finish or Send work?", "zzz"])
def test_every_sample_still_parses_and_its_ranges_are_right(path: Path, target: int, query: str) -> None:
    text = read(path)
    done, out = shrink(text, query, target)
    check_ranges(text, done)
    assert done.fidelity == "verbatim" or len(out) < len(text)
    language = detect(strip_numbers(text) or text)
    assert language is not None
    assert language.module
    if strip_numbers(text) is None:
        assert errors(language, out) <= errors(language, text)
    if language.name == "python":
        ast.parse(out)


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda known: known.name)
@pytest.mark.parametrize("target", [1, 80, 160, 320, 480])
def test_each_language_parses_after_folding(language: Language, target: int) -> None:
    text = SNIPPETS[language.name]
    before = errors(language, text)
    assert before == 0
    for query in ("", f"part.{language.suffixes[0]}", f"Area add fmt render get best {language.suffixes[0]}"):
        done, out = shrink(text, f"{query} file.{language.suffixes[0]}", target)
        check_ranges(text, done)
        assert errors(language, out) == 0, out
        if language.name == "python":
            ast.parse(out)


def test_a_name_in_the_question_brings_its_body_and_its_comment() -> None:
    text = read(SAMPLES[[path.name for path in SAMPLES].index("code_ring.c")])
    _, out = shrink(text, "ring_filled", target=400)
    assert "/* Bytes that can be read. */\nunsigned\nring_filled(const ring *r)\n{\n    return (r->head" in out
    _, out = shrink(text, "ring_write", target=500)
    assert "    r->head = (r->head + count) & (r->size - 1);\n" in out
    assert "ring_new(unsigned size) { /* <<" in out


def test_words_of_a_body_bring_that_body() -> None:
    _, out = shrink(PYTHON, "when is 'fetched before' raised?", target=500)
    assert 'raise KeyError("fetched before: " + key)' in out


def test_a_definition_too_long_is_shown_in_part() -> None:
    body = "".join(f"    step_{i}(alpha, beta, gamma)\n" for i in range(200))
    text = f"import os\n\ndef long_one(alpha):\n{body}    if alpha:\n        explode('zebra crossing')\n\n\n"
    text += f"def other():\n{body}"
    done, out = shrink(text, "does long_one reach the zebra crossing?", target=900)
    assert "explode('zebra crossing')" in out
    assert len(out) < 2500
    ast.parse(out)
    check_ranges(text, done)


def test_hidden_definitions_are_told_by_name() -> None:
    text = "".join(
        f"def task_{i}(a, b):\n    x = a * {i}\n    y = b * {i}\n    return x + y * 1234567\n\n" for i in range(40)
    )
    done, out = shrink(text, target=400)
    names = [marker.summary for _, _, marker in scan(out) if marker.summary]
    assert any("task_2" in name for name in names)
    check_ranges(text, done)


@pytest.mark.parametrize("target", [40, 90, 140, 250])
def test_a_class_that_begins_with_comments_keeps_a_statement(target: int) -> None:
    comments = "    # The first says what is meant by cursor and why.\n    # The second is shorter.\n\n    # A third.\n"
    values = "    ONE = 'one'\n    TWO = 'two'\n    SIX = 'six'\n\n\n"
    text = "".join(f"class K{i}(Base):\n{comments}{values}" for i in range(5))
    for query in ("", "cursor", "third"):
        done, out = shrink(text, query, target)
        ast.parse(out)
        check_ranges(text, done)


def test_a_comment_that_ends_like_a_header_takes_no_placeholder() -> None:
    rows = "    a = compute_something(1)\n    b = compute_something(2)\n    return a + b\n"
    text = "".join(f"def f{i}(x):  # -> Point:\n{rows}\n\n" for i in range(9))
    _, out = shrink(text, target=200)
    assert "def f1(x):  # -> Point:\n    ...  # <<" in out
    ast.parse(out)


@pytest.mark.parametrize("target", [60, 120, 180, 260])
def test_members_are_never_left_without_what_they_need(target: int) -> None:
    java = (
        "package a;\n\npublic enum Kind {\n    /** One. */\n    ONE(1),\n    TWO(2),\n    THREE(3);\n\n"
        "    private final int n;\n\n"
        "    Kind(int n) {\n        this.n = n;\n        System.out.println(n);\n    }\n\n    public int number() {\n"
        "        int twice = n * 2;\n        return twice / 2;\n    }\n}\n\nclass Use {\n    int x = Math.max(\n"
        "        1,\n        2 + 3 + 4 + 5 + 6 + 7\n    );\n}\n"
    )
    language = detect(java)
    assert language is not None
    assert language.name == "java"
    for query in ("", "number", "Use", "Kind"):
        done, out = shrink(java, query, target)
        assert errors(language, out) == 0, out
        check_ranges(java, done)


def test_a_test_suite_shows_its_cases() -> None:
    cases = "".join(
        f"  it('handles case {i}', () => {{\n    const result = run({i});\n    expect(result).toBe({i});\n"
        "    expect(result.size).toBe(1);\n  });\n"
        for i in range(12)
    )
    text = f"import {{ run }} from './run';\n\ndescribe('run', () => {{\n{cases}}});\n"
    _, out = shrink(text, target=500)
    assert "  it('handles case 3', () => { /* <<" in out


def test_line_numbers_before_the_code_stay_and_are_no_hindrance() -> None:
    numbered = "".join(f"{i:6}→{line}\n" for i, line in enumerate(PYTHON.split("\n")[:-1], 20))
    assert strip_numbers(numbered) == PYTHON
    done, out = shrink(numbered, "connect", target=420)
    assert "    41→    def fetch(self, key: str) -> Any: ...  # <<" in out
    assert '    58→    depot.fetch("hello")\n' in out
    assert "its first is numbered 20" in out
    check_ranges(numbered, done)


def test_part_of_a_file_keeps_its_indentation() -> None:
    part = "".join(line + "\n" for line in PYTHON.split("\n")[17:37])
    done, out = shrink(part, "_forget", target=300)
    assert "    def fetch(self, key: str) -> Any:" in out
    assert "                self.seen.remove(key)\n" in out
    check_ranges(part, done)


def test_source_without_a_grammar_goes_by_lines() -> None:
    functions = "".join(
        f'step_{i}() {{\n\techo "step {i}"\n\tif test $# -gt {i}; then\n\t\tshift\n\tfi\n\texport LAST={i}\n}}\n\n'
        for i in range(30)
    )
    text = f'#!/bin/sh\nset -e\n{functions}step_1 "$@"\n'
    done, out = shrink(text, "What does step_17 export?", target=600)
    assert "\texport LAST=17\n" in out
    assert f"# <<ccr:{REF} lines " in out
    check_ranges(text, done)
    assert 0 < CODE.confidence(text, Hints()) <= 0.9


def test_a_text_on_one_line_is_cut_into_marked_pieces() -> None:
    text = "var a=1;" + "".join(f"function f{i}(x){{return x+{i}}};" for i in range(5000))
    done, out = shrink(text, "f4321", target=2000)
    assert "function f4321(x)" in out
    assert all(omission.unit == "chars" for omission in done.omissions)
    check_ranges(text, done)


def test_blank_runs_come_back_exactly() -> None:
    text = "a = 1\n" + "\n" * 60 + "b = 2\n" + "\n" * 30
    done = CODE.compress(text, Ask(Query(), level="lossless"))
    assert done.fidelity == "lossless"
    assert len(done.text) < len(text)
    assert CODE.decode(done.text) == text
    assert CODE.compress(PYTHON, Ask(Query(), level="lossless")).fidelity == "verbatim"
    assert CODE.decode(PYTHON) is None


def test_a_table_of_one_sign_is_no_language_of_its_own() -> None:
    rows = "".join(f"    '\\u{i:04x}'  #  0x{i:02X} -> NULL\n" for i in range(256))
    text = "import codecs\n\n\nclass Codec(codecs.Codec):\n    def encode(self, text):\n        return text\n\n\n"
    text += f"table = (\n{rows})\n"
    found = detect(text)
    assert found is not None
    assert found.name == "python"
    ast.parse(shrink(text)[1])


def test_what_fits_is_left_alone() -> None:
    assert CODE.compress(PYTHON, Ask(Query(), target_chars=len(PYTHON))).fidelity == "verbatim"


OTHERS = {
    "prose": "The import of goods is a function of demand. If we return to class struggle, let us say so.\n" * 8,
    "diff": "diff --git a/x.py b/x.py\n--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-def f(): ...\n+def f(x): ...\n",
    "log": "2024-05-01 10:00:00 INFO import done; return code 0\n" * 20,
    "search": "src/a.py:12:def f(x):\nsrc/a.py:13:    return x\nsrc/b.py:4:import os\n" * 9,
    "json": '{\n  "import": ["class", "def"],\n  "function": {"return": 1}\n}\n',
    "yaml": "build:\n  steps:\n    - run: make\n    - if: branch\nclass: big\n" * 6,
    "html": "<html>\n<script>\nfunction f() { return 1; }\nconst a = 1;\n</script>\n</html>\n",
    "traceback": 'Traceback (most recent call last):\n  File "a.py", line 3, in f\n    return g(x)\nValueError: bad\n',
    "csv": "name,class,import\na,1,2\nb,3,4\n" * 20,
}


@pytest.mark.parametrize("kind", OTHERS)
def test_what_is_no_source_is_not_claimed(kind: str) -> None:
    assert CODE.confidence(OTHERS[kind], Hints()) == 0.0


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_samples_are_claimed_without_a_name(path: Path) -> None:
    assert CODE.confidence(read(path), Hints()) >= 0.7


@pytest.mark.parametrize("name", SNIPPETS)
def test_languages_are_told_by_name_and_mostly_by_words(name: str) -> None:
    known = {language.name: language for language in LANGUAGES}[name]
    assert detect(SNIPPETS[name], f"src/part.{known.suffixes[0]}") == known
    told = detect(SNIPPETS[name])
    alike = {"tsx": {"tsx", "typescript", "javascript"}, "c": {"c", "cpp"}}.get(name, {name})
    assert told is not None
    assert told.name in alike


ODD = [
    "",
    "\n",
    "\0" * 300 + PYTHON,
    PYTHON.replace("\n", "\r\n"),
    PYTHON.replace("\n", "\r"),
    PYTHON.replace("depot", "d\ud800p\u00f6t\U0001f4a5"),
    "x = " + "[" * 10_000 + "]" * 10_000,
    "int f() " + "{\n" * 5_000 + "}\n" * 5_000,
    "".join(f"class A{i} {{\n" for i in range(2_000)) + "}\n" * 2_000,
    "#if A\n" * 2_000 + "int x;\n" + "#endif\n" * 2_000,
    '"""' + "a\n" * 20_000,
    "def f():\n" * 3_000,
    PYTHON[200:700],
]


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_odd_input_is_no_exception(text: str) -> None:
    for query in ("", "fetch x A7"):
        done, _ = shrink(text, query, target=200)
        if done.omissions:
            check_ranges(text, done)
        CODE.confidence(text, Hints())
        CODE.decode(text)


LINES = st.sampled_from(
    [
        *PYTHON.split("\n"),
        *SNIPPETS["c"].split("\n"),
        *SNIPPETS["cpp"].split("\n"),
        *SNIPPETS["tsx"].split("\n"),
        *SNIPPETS["rust"].split("\n"),
        "",
        "    ",
        "\r",
        "}",
        "{",
        '"""',
        "/*",
        "*/",
        "`",
    ]
)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(LINES, min_size=5, max_size=80).map("\n".join),
    st.integers(1, 900),
    st.sampled_from(["", "fetch", "Ring x.cpp", "App a.tsx"]),
)
def test_any_mixture_of_lines_is_covered_exactly(text: str, target: int, query: str) -> None:
    done, _ = shrink(text, query, target)
    if done.fidelity == "lossless":
        assert CODE.decode(done.text) == text
    elif done.fidelity == "faithful":
        check_ranges(text, done)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from([*SNIPPETS["python"].split("\n"), *PYTHON.split("\n")]), max_size=60).map("\n".join),
    st.integers(1, 700),
)
def test_python_that_parses_still_parses(text: str, target: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except (SyntaxError, ValueError):
            return
        ast.parse(shrink(text, "fetch a.py", target)[1])


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_no_exception(text: str) -> None:
    done, _ = shrink(text, "a.rs", 50)
    if done.omissions:
        check_ranges(text, done)
    assert CODE.decode(text) is None
