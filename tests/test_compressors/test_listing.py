"""Listings: what is claimed, the factored forms and their inverse, and which entries stay."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom_jupyter.compressors.base import Ask, Compressed, Hints
from headroom_jupyter.compressors.listing import ListingCompressor
from headroom_jupyter.selection import Query
from tests.test_compressors.shown import check_exact, with_markers

SAMPLES = Path(__file__).parents[1] / "golden" / "samples"
LISTING = ListingCompressor()


def sample_of(name: str) -> str:
    return (SAMPLES / name).read_bytes().decode("utf-8")


def lossless(text: str) -> Compressed:
    return LISTING.compress(text, Ask(Query(), level="lossless"))


def many_paths(number: int = 600) -> str:
    return "".join(f"project/part{i % 12}/sub{i % 5}/module_{i}.py\n" for i in range(number))


@pytest.mark.parametrize(
    "name",
    [
        "listing_find.txt",
        "listing_tree.txt",
        "listing_packages.txt",
        "listing_status.txt",
        "listing_ls_recursive.txt",
    ],
)
def test_listings_of_every_tool_are_claimed(name: str) -> None:
    assert LISTING.confidence(sample_of(name), Hints()) > 0.7


@pytest.mark.parametrize(
    "text",
    [
        "id,name,price\n1,tea,2.50\n2,milk,1.20\n3,rye.bread,4\n4,salt,1\n",
        "2012/01/01,0.0,12.8,drizzle\n" * 9,
        "2012/01/05\n2012/01/06\n2012/01/07\n2012/01/08\n",
        "The path src/main.py is where it starts.\nIt calls run/all.py then.\nThen it ends.\nSo it goes.\n",
        "a.b: 1\nc.d: 2\ne.f: 3\ng.h: 4\n",
        "src/a.py:3:import os\nsrc/a.py:4:import re\nsrc/b.py:1:import io\nsrc/b.py:2:import sys\n",
        "one\ntwo\nthree\nfour\n",
        "",
    ],
)
def test_what_only_looks_alike_is_left_to_others(text: str) -> None:
    assert LISTING.confidence(text, Hints()) < 0.4


def test_lossless_form_says_directories_and_extensions_once() -> None:
    text = "src/a.py\nsrc/b.py\nsrc/Makefile\nsrc/c.txt\nsrc/x.test.py\nsrc/sub/d.py\nREADME\n"
    done = lossless(text)
    assert done.text == "<<listing>>\nsrc/{a b Makefile. c.txt x.test.py}.py\nsrc/sub/d.py\nREADME\n"
    assert LISTING.decode(done.text) == text


def test_lossless_form_of_a_tree_indents_by_one_space() -> None:
    text = sample_of("listing_tree.txt")
    done = lossless(text)
    assert done.text.startswith("<<listing tree u>>\nshop\n README.md\n api\n  __init__.py\n")
    assert LISTING.decode(done.text) == text


@pytest.mark.parametrize("name", ["listing_find.txt", "listing_status.txt", "listing_tree.txt"])
def test_lossless_form_is_shorter_and_inverted(name: str) -> None:
    text = sample_of(name)
    done = lossless(text)
    assert done.fidelity == "lossless"
    assert len(done.text) < 0.85 * len(text)
    assert LISTING.decode(done.text) == text


def test_lossless_form_of_folders_is_inverted() -> None:
    text = "".join(f"./dir{i}:\n" + "".join(f"name{i}_{k}.json\n" for k in range(9)) + "\n" for i in range(5))
    done = lossless(text)
    assert done.text.startswith("<<listing folders>>\n./dir0: {name0_0 name0_1")
    assert LISTING.decode(done.text) == text


def test_an_entry_that_the_question_names_is_whole_in_every_form() -> None:
    text = many_paths(40) + "project/part3/util/_answer.py\nproject/part3/util/_question.py\n"
    for target in (10_000, 600):
        done = LISTING.compress(text, Ask(Query("Where is _answer.py?"), target_chars=target))
        assert "\nproject/part3/util/_answer.py\n" in done.text


def test_counts_of_all_directories_stay() -> None:
    text = many_paths() + "project/part0/odd.sqlite3\n"
    done = LISTING.compress(text, Ask(Query(), target_chars=1500))
    assert done.text.startswith(
        "601 entries: 600 .py, 1 .sqlite3. By directory, a number alone is .py:\nproject/\n part0/"
    )
    assert "project/part0/odd.sqlite3\n" in done.text.split("sub4/")[-1]
    assert len(with_markers(done)) < 2300
    check_exact(text, done)


def test_a_tree_whose_root_has_a_size_is_no_json() -> None:
    text = "[4.0K]  mill\n" + "".join(f"├── [ {i}K]  wheel_{i}.py\n" for i in range(9)) + "└── [ 99K]  end.py\n"
    assert LISTING.confidence(text, Hints()) > 0.7


def test_packages_stand_under_those_that_need_them() -> None:
    tree = "".join(f"├─┬ shop{i}@1.0.{i}\n│ ├─┬ till@2.{i}.0\n│ │ └── coin{i}@3.1.4\n" for i in range(90))
    done = LISTING.compress(f"market@1.0.0\n{tree}", Ask(Query("who needs coin77?"), target_chars=900))
    assert "├─┬ shop77@1.0.77\n│ ├─┬ till@2.77.0\n│ │ └── coin77@3.1.4\n" in done.text


def test_ancestors_of_an_entry_in_a_tree_are_shown() -> None:
    folders = [
        f"├── part{i}\n" + "".join(f"│   ├── file{i}_{k}.c\n" for k in range(20)) + f"│   └── end{i}.h\n"
        for i in range(20)
    ]
    text = "root\n" + "".join(folders) + "└── LICENSE\n\n21 directories, 421 files\n"
    done = LISTING.compress(text, Ask(Query("file7_13.c"), target_chars=900))
    above, _, _ = done.text.partition("│   ├── file7_13.c\n")
    assert above.rfind("├── part7\n") > above.rfind("├── part2\n")
    assert "21 directories, 421 files\n" in done.text
    check_exact(text, done)


def test_the_largest_sizes_and_rare_states_are_shown() -> None:
    sizes = "".join(f"{4 + i % 3}.0K\tlib/a{i % 9}/f{i}.so\n" for i in range(300)) + "812M\tlib/a3/model.bin\n"
    assert "812M\tlib/a3/model.bin\n" in LISTING.compress(sizes, Ask(Query(), target_chars=900)).text
    states = "".join(f" M src/a{i % 9}/f{i}.py\n" for i in range(300)) + "UU src/a1/clash.py\n"
    done = LISTING.compress(states, Ask(Query(), target_chars=900))
    assert "UU src/a1/clash.py\n" in done.text
    assert "M 300, UU 1" in done.text


@pytest.mark.parametrize("text", ["", "plain", "<<log>>\nx", "<<listing tree z>>\nx", "<<search>>\n"])
def test_other_texts_are_not_decoded(text: str) -> None:
    assert LISTING.decode(text) is None


NAMES = st.sampled_from(
    [
        "a.py",
        "b.py",
        "c.py",
        "Makefile",
        "x.tar.gz",
        "d e.py",
        "{q}.py",
        "f..",
        ".git",
        "|k.py",
        "g.c",
        "h/",
        "\ud800.py",
    ]
)
FOLDERS = st.sampled_from(["", "src/", "src/lib/", "/abs/x/", "C:\\w\\", "{s}/", "|src/", "./"])
PREFIXES = st.sampled_from(["", "", "", " M ", "?? ", "4.0K\t", "12 "])
BOXES = st.sampled_from(["├── ", "└── ", "│   ├── ", "│   └── ", "    └── ", "│\xa0\xa0 ├── ", "|   |-- ", "`-- "])
LINES = st.one_of(
    st.builds("{}{}{}".format, PREFIXES, FOLDERS, NAMES),
    st.builds("{}{}".format, BOXES, NAMES),
    st.sampled_from(["", ".:", "./src:", "src/lib:", "total 8", "\r", "--", " x", "a: {b}", "3 directories"]),
    st.text(max_size=8),
)
RESULTS = st.builds(
    lambda lines, end: "\n".join(lines) + end, st.lists(LINES, max_size=40), st.sampled_from(["", "\n"])
)


@settings(max_examples=100, deadline=None)
@given(text=RESULTS)
def test_lossless_form_is_always_inverted(text: str) -> None:
    done = lossless(text)
    assert done.fidelity == "verbatim" or LISTING.decode(done.text) == text


@settings(max_examples=100, deadline=None)
@given(text=st.one_of(RESULTS, st.text(max_size=300)), question=st.text(max_size=20), target=st.integers(0, 500))
def test_any_text_is_shown_exactly_or_marked(text: str, question: str, target: int) -> None:
    LISTING.confidence(text, Hints())
    check_exact(text, LISTING.compress(text, Ask(Query(question), target_chars=target)))


def test_words_beside_the_names_of_a_tree_are_counted_and_one_of_each_is_shown() -> None:
    tree = "".join(
        f"├─┬ shop{i}@1.0.{i}\n│ ├── till@2.{i}.0{' deduped' if i % 3 else ''}\n"
        f"│ └── {'UNMET OPTIONAL DEPENDENCY ' if i % 9 == 4 else ''}coin{i}@3.1.4\n"
        for i in range(90)
    )
    done = LISTING.compress(f"market@1.0.0\n{tree}", Ask(Query("who needs coin77?"), target_chars=900))
    assert "deduped 60, UNMET OPTIONAL DEPENDENCY 10" in done.text
    assert done.text.count("── UNMET OPTIONAL DEPENDENCY coin") >= 1
