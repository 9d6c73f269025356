"""Diffs: what is claimed, the reduced form and its inverse, and which changes stay."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom_jupyter.compressors.base import Ask, Compressed, Hints
from headroom_jupyter.compressors.diff import DiffCompressor
from headroom_jupyter.selection import Query
from tests.test_compressors.shown import check_exact, with_markers

SAMPLES = Path(__file__).parents[1] / "golden" / "samples"
NAMES = ["diff_git.diff", "diff_plain.diff", "diff_log.txt"]
DIFF = DiffCompressor()


def sample_of(name: str) -> str:
    return (SAMPLES / name).read_bytes().decode("utf-8")


def lossless(text: str) -> Compressed:
    return DIFF.compress(text, Ask(Query(), level="lossless"))


def change(path: str, number: int, old: str, new: str, *, extra: int = 0) -> str:
    around = "".join(f"     context {number} {i}\n" for i in range(3))
    more = "".join(f"+    line {i} of {path}\n" for i in range(extra))
    return (
        f"diff --git a/{path} b/{path}\nindex 1111111..2222222 100644\n--- a/{path}\n+++ b/{path}\n"
        f"@@ -{number},7 +{number},{7 + extra} @@ def part_{number}():\n{around}-{old}\n+{new}\n{more}{around}"
    )


def large(files: int = 30) -> str:
    parts = [change(f"src/part{i}.py", 10 + i, f"    old_{i}()", f"    new_{i}()", extra=12) for i in range(files)]
    return "".join(parts)


@pytest.mark.parametrize("name", NAMES)
def test_diffs_of_every_form_are_claimed(name: str) -> None:
    assert DIFF.confidence(sample_of(name), Hints()) > 0.9


@pytest.mark.parametrize(
    "text",
    [
        "Some words about a change.\n\nIt starts with `--- a/x` and then\nmore words.\n" * 4,
        "- one\n- two\n+ three\n",
        "--- # yaml\na: 1\n+++\n",
        "",
    ],
)
def test_what_only_looks_alike_is_left_to_others(text: str) -> None:
    assert DIFF.confidence(text, Hints()) == 0.0


@pytest.mark.parametrize("name", NAMES)
def test_reduced_form_is_shorter_and_inverted(name: str) -> None:
    text = sample_of(name)
    done = lossless(text)
    assert done.fidelity == "lossless"
    assert len(done.text) < len(text)
    assert DIFF.decode(done.text) == text


def test_reduced_form_says_a_path_once_and_counts_no_lines() -> None:
    text = sample_of("diff_git.diff")
    done = lossless(text)
    assert done.text.startswith("<<diff>>\n=== brew/machine.py 1a2b3c4..5d6e7f8\n@@ 3 from brew import parts\n \n")
    assert "\n=== brew/old_filter.py -100644 9f8e7d6..0000000\n@@ 1\n-" in done.text
    assert "\nrename from docs/menu.txt\n" in done.text
    assert "\n=== tests/test_machine.py +100644 0000000..c0ffee1\n@@ 0\n+def" in done.text


def test_a_decoded_diff_still_applies(tmp_path: Path) -> None:
    def git(*words: str) -> str:
        command = ["git", "-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "init.defaultBranch=main", *words]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout

    git("init", "-q")
    file = tmp_path / "poem.txt"
    file.write_text("".join(f"line {i}\n" for i in range(60)))
    git("add", ".")
    git("commit", "-qm", "first")
    changed = [f"line {i}\n" for i in range(60)]
    changed[5:7], changed[40:40] = ["-- new\n"], ["two\n", "more\n"]
    file.write_text("".join(changed))
    text = git("diff")
    decoded = DIFF.decode(lossless(text).text)
    git("checkout", "-q", "--", ".")
    (tmp_path / "again.diff").write_text(decoded or "")
    git("apply", "again.diff")
    assert file.read_text() == "".join(changed)


@pytest.mark.parametrize(
    "text",
    [
        change("a.py", 3, "x", "y").replace("\n", "\r\n"),
        change("a.py", 3, "x", "y")[:-20],
        change("a.py", 3, "x", "y") + "-- \n2.39.0\n",
        change("a.py", 3, "-- removed", "++ added"),
        change("with space.py", 3, "x", "y"),
        "diff --git a/x b/x\nold mode 100644\nnew mode 100755\n",
        "diff --git a/x.png b/x.png\nindex 111..222 100644\nBinary files a/x.png and b/x.png differ\n",
        "diff --cc a.c\nindex 1,2..3\n--- a/a.c\n+++ b/a.c\n@@@ -1,2 -1,2 +1,3 @@@\n  one\n- two\n -two\n++three\n",
        "Index: a.c\n====\n--- a.c\t(revision 1)\n+++ a.c\t(working copy)\n@@ -1 +1 @@\n-a\n+b\n",
        "--- a\n+++ b\n@@ -1,2 +1,2 @@\n-x\n+y\n \n--- c\n+++ d\n@@ -9,0 +10,2 @@\n+p\n+q\n",
    ],
)
def test_reduced_form_of_odd_diffs_is_inverted(text: str) -> None:
    done = lossless(text)
    assert done.fidelity == "verbatim" or DIFF.decode(done.text) == text
    check_exact(text, DIFF.compress(text, Ask(Query("x"), target_chars=20)))


@pytest.mark.parametrize("text", ["", "plain", "<<log>>\nx", "<<diff", "diff --git a/x b/x\n"])
def test_other_texts_are_not_decoded(text: str) -> None:
    assert DIFF.decode(text) is None


def test_all_files_stay_with_their_counts_and_the_named_change_is_exact() -> None:
    text = large() + change("lib/parser.py", 70, "    return parse(text)", "    return parse_strictly(text, limit=9)")
    done = DIFF.compress(text, Ask(Query("What replaced parse in the parser?"), target_chars=2500))
    assert done.text.startswith("31 files changed, +391 -31:\nsrc/: part0.py +13 -1, part1.py +13 -1, ")
    assert "\nlib/parser.py +1 -1\n" in done.text
    assert "+++ b/lib/parser.py\n@@ -70,7 +70,7 @@ def part_70():\n" in done.text
    assert "-    return parse(text)\n+    return parse_strictly(text, limit=9)\n" in done.text
    assert len(with_markers(done)) < 4000
    check_exact(text, done)


def test_a_marker_stands_where_a_hunk_is_cut() -> None:
    text = large()
    shown = with_markers(DIFF.compress(text, Ask(Query("new_7"), target_chars=1500)))
    start = shown.index("+++ b/src/part7.py\n")
    assert shown[start:].split("\n")[2].startswith("<<")
    assert "-    old_7()\n+    new_7()\n" in shown


def test_lock_files_and_deleted_files_are_told_in_the_list_alone() -> None:
    lock = change("web/package-lock.json", 5, '"a": 1', '"a": 2', extra=300)
    start = "diff --git a/old.py b/old.py\ndeleted file mode 100644\nindex 111..000\n"
    gone = f"{start}--- a/old.py\n+++ /dev/null\n@@ -1,90 +0,0 @@\n"
    text = lock + gone + "-x = 1\n" * 90 + large(3)
    done = DIFF.compress(text, Ask(Query(), target_chars=2500))
    assert "web/package-lock.json +301 -1 (generated)" in done.text
    assert "old.py +0 -90 (deleted)" in done.text
    assert '"a": 2' not in done.text
    assert "-x = 1" not in done.text
    assert "+    new_1()" in done.text


def test_renames_and_binary_files_are_in_the_list() -> None:
    text = (
        "diff --git a/a.txt b/b.txt\nsimilarity index 100%\nrename from a.txt\nrename to b.txt\n"
        "diff --git a/x.png b/x.png\nindex 111..222 100644\nBinary files a/x.png and b/x.png differ\n" + large(9)
    )
    done = DIFF.compress(text, Ask(Query(), target_chars=1500))
    assert "b.txt +0 -0 (from a.txt), x.png +0 -0 (binary)" in done.text or "x.png +0 -0 (binary)" in done.text


def test_commits_are_shown_with_their_subjects() -> None:
    commits = [
        f"commit {i:040x}\nAuthor: A <a@b.c>\nDate:   today\n\n    Mend part {i}\n\n"
        f"{change(f'p{i}.py', 9, 'a', 'b', extra=9)}\n"
        for i in range(12)
    ]
    done = DIFF.compress("".join(commits), Ask(Query("Mend part 4"), target_chars=3000))
    assert done.text.startswith("12 commits, 12 files changed, +120 -12:\n")
    assert all(f"    Mend part {i}\n" in done.text for i in range(12))
    check_exact("".join(commits), done)


LINES = st.one_of(
    st.sampled_from(
        [
            *("diff --git a/x b/x", "index 1a2..3b4 100644", "--- a/x", "+++ b/x", "--- /dev/null", "+++ /dev/null"),
            *("@@ -1,2 +1,2 @@", "@@ -1 +1 @@ f", "@@ -3,0 +4 @@", "@@ 3 x", "@@ -0,0 +1,2 @@", "@@@ -1 -1 +1 @@@"),
            *("new file mode 100644", "deleted file mode 100644", "commit 1234567", "", " ", "+", "-", "\\ No newline"),
            *("=== x 1..2", "|x", "\r", " a\r", "rename to y", "Index: q", "diff --cc z"),
        ]
    ),
    st.builds("{}{}".format, st.sampled_from([" ", "+", "-", "--", "++"]), st.text(max_size=5)),
    st.text(max_size=8),
)
RESULTS = st.builds(
    lambda lines, end: "\n".join(lines) + end, st.lists(LINES, max_size=40), st.sampled_from(["", "\n"])
)


@settings(max_examples=100, deadline=None)
@given(text=RESULTS)
def test_reduced_form_is_always_inverted(text: str) -> None:
    done = lossless(text)
    assert done.fidelity == "verbatim" or DIFF.decode(done.text) == text


@settings(max_examples=100, deadline=None)
@given(text=st.one_of(RESULTS, st.text(max_size=300)), question=st.text(max_size=20), target=st.integers(0, 500))
def test_any_text_is_shown_exactly_or_marked(text: str, question: str, target: int) -> None:
    DIFF.confidence(text, Hints())
    check_exact(text, DIFF.compress(text, Ask(Query(question), target_chars=target)))


def test_what_is_in_one_folder_alone_and_who_mails_a_patch_stay() -> None:
    mail = (
        f"From {'5d' * 20} Mon Sep 17 00:00:00 2001\nFrom: Ida Voss <ida@example.org>\nDate: Tue, 4 Mar 2031 06:10:00\n"
    )
    subject = "Subject: [PATCH 1/2] Let the mill stop when\n the hopper is empty\n"
    text = f"{mail}{subject}\n---\n{large()}Only in old/mill: belt.py\n"
    done = DIFF.compress(text, Ask(Query("what happened to the belt?"), target_chars=1500))
    assert "Only in old/mill: belt.py\n" in done.text
    assert subject in done.text
    check_exact(text, done)


def test_words_marked_as_changed_are_no_unified_diff() -> None:
    text = "diff --git a/m.c b/m.c\n--- a/m.c\n+++ b/m.c\n@@ -1,9 +1,9 @@ int turn(void)\n" + "".join(
        f"    int sacks = [-take({i})-]{{+pull({i})+}};\n" for i in range(9)
    )
    assert DIFF.confidence(text, Hints()) == 0
