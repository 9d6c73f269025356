"""What the config compressor promises: entries asked for with their parents, exact ranges, a form that decodes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom_jupyter.compressors.base import Ask, Compressed, Hints
from headroom_jupyter.compressors.config import ConfigCompressor
from headroom_jupyter.forms import render
from headroom_jupyter.selection import Query

FOLDER = Path(__file__).parent.parent / "golden" / "samples"
SAMPLES = sorted(FOLDER.glob("config_*"))
CONFIG = ConfigCompressor()
REF = "0123456789ab"
SUMS = "".join(f"example.org/part{i} v1.{i}.0 h1:{i * 7919:043d}=\n" for i in range(60))


def shown(text: str, query: str = "", target_chars: int = 600) -> str:
    """What a model reads of `text`."""
    return render(CONFIG.compress(text, Ask(Query(query), target_chars=target_chars)), REF)[0]


def assert_all_accounted(text: str, done: Compressed) -> None:
    """Copies and omissions cover the source once; copies are exact."""
    if done.fidelity != "faithful":
        return
    for start, end, at, to in done.spans:
        assert text[start:end] == done.text[at:to]
    pieces = [(a, b) for a, b, *_ in done.spans] + [piece for one in done.omissions for piece in one.source]
    place = 0
    for start, end in sorted(pieces):
        assert start == place
        place = end
    assert place == len(text)


def test_the_entry_asked_for_stands_under_its_parents() -> None:
    text = (FOLDER / "config_compose.yaml").read_text()
    read = shown(text, "Which port does billing use?", 500)
    assert "services:\n" in read
    assert (
        '  billing:\n    image: registry.example/billing:2.5\n    restart: always\n    environment:\n      PORT: "8726"'
        in read
    )


def test_a_gap_is_a_comment_that_names_what_is_in_it() -> None:
    text = (FOLDER / "config_compose.yaml").read_text()
    assert f"  # <<ccr:{REF} lines 3-34 of 105; auth, cart, mail, search>>\n" in shown(text, "billing", 500)


def test_a_lock_file_tells_names_and_versions_without_hashes() -> None:
    text = (FOLDER / "config_packages.lock").read_text()
    read = shown(text, "Which version of queue-core is locked?", 700)
    assert 'name = "queue-core"\nversion = "2.18.3"\n' in read
    assert "ledger 2.10.4" in read
    assert read.count("checksum") == 1


def test_a_section_is_shown_whole() -> None:
    text = (FOLDER / "config_station.ini").read_text()
    assert "[alarms]\ninterval_s = 577\nretries = 482\ntimeout_s = 340\n" in shown(text, "alarm timeout", 250)


def test_a_language_without_comments_gets_bare_markers() -> None:
    read = shown(SUMS, "part41")
    assert "example.org/part41 v1.41.0 h1:" in read
    assert "#" not in read


def test_the_same_text_without_a_question_keeps_its_top_level_keys() -> None:
    text = (FOLDER / "config_compose.yaml").read_text()
    read = shown(text, "", 300)
    assert "services:\n" in read
    assert "networks:\n" in read


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_samples_are_configuration_and_shrink(path: Path) -> None:
    text = path.read_text()
    assert CONFIG.confidence(text, Hints()) >= 0.8
    done = CONFIG.compress(text, Ask(Query(""), target_chars=len(text) // 4))
    assert_all_accounted(text, done)
    assert len(render(done, REF)[0]) < 0.7 * len(text)


@pytest.mark.parametrize(
    "text",
    [
        "Dear all: the mill stands still.\nNobody knows why: it is old.\nWe shall see. It may be the wheel.\n",
        "def f(a):\n    x = a\n    return x\n\n\ndef g(a):\n    y = f(a)\n    return y\n" * 3,
        '{\n  "name": "mill",\n  "version": "1.0.0",\n  "private": true\n}\n',
        '[\n  {"a": 1},\n  {"a": 2}\n]\n',
        "".join(f"2026-11-22 10:48:{i:02d} INFO: worker {i} started\n" for i in range(30)),
        "a {\n  color: red;\n  margin: 0;\n}\n" * 8,
        "id,city\n1,Bonn\n2,Graz\n3,Basel\n",
        "src/a.py:12: unused import\nsrc/b.py:7: unused name\nsrc/c.py:9: undefined name\n",
    ],
)
def test_other_kinds_are_no_configuration(text: str) -> None:
    assert CONFIG.confidence(text, Hints()) < 0.5


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.yaml", "name: mill\nwheels: 3\nstones:\n  - upper\n  - lower\n"),
        ("b.toml", '[mill]\nname = "old"\nwheels = 3\n'),
        (".env", "PORT=80\nHOST=mill\nDEBUG=0\n"),
        ("go.sum", SUMS),
        ("requirements.txt", "flour==1.2\nwater>=3\nsalt~=0.1\n"),
    ],
)
def test_a_suffix_makes_it_sure(path: str, text: str) -> None:
    assert CONFIG.confidence(text, Hints(path=path)) >= 0.9


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_the_lossless_form_decodes_to_the_same_characters(path: Path) -> None:
    text = path.read_text()
    done = CONFIG.compress(text, Ask(Query(""), level="lossless"))
    assert done.fidelity == "verbatim" or CONFIG.decode(done.text) == text


def test_beginnings_that_come_often_are_written_once() -> None:
    text = "".join(
        f"    resolution: {{integrity: sha512-{i * i:06d}\n    engines: {{node: '>=18'}}\n" for i in range(20)
    )
    done = CONFIG.compress(text, Ask(Query(""), level="lossless"))
    assert done.text.startswith("<<config 2>>\n")
    assert len(done.text) < 0.5 * len(text)
    assert CONFIG.decode(done.text) == text


YAML = st.text(st.sampled_from('ab1:-= \n\n"[]#~\r\x00\ud800'), max_size=300)


@settings(max_examples=100, deadline=None)
@given(YAML)
def test_no_text_raises_and_all_lines_are_accounted_for(text: str) -> None:
    assert 0 <= CONFIG.confidence(text, Hints()) <= 1
    for source in (text, "a: 1\nb:\n  c: 2\n  d: 3\n" * 3 + text):
        assert_all_accounted(source, CONFIG.compress(source, Ask(Query("a1 c"), target_chars=20)))
        lossless = CONFIG.compress(source * 4, Ask(Query(""), level="lossless"))
        assert lossless.fidelity == "verbatim" or CONFIG.decode(lossless.text) == source * 4
    assert CONFIG.decode(text) is None
    assert CONFIG.decode("<<config 3>>\n" + text) != "never"


def test_deep_nesting_and_long_lines_are_no_trouble() -> None:
    deep = "".join(" " * i + f"k{i}:\n" for i in range(2000))
    wide = "a: 1\nb: 2\nc: " + "x" * 1_000_000 + "\nd: 4\n"
    for text in (deep, wide):
        assert_all_accounted(text, CONFIG.compress(text, Ask(Query("k1999 d"), target_chars=500)))


def test_an_entry_says_more_than_any_number_of_mentions() -> None:
    names = [f"crate_{i}" for i in range(120)]
    blocks = [
        f'[[package]]\nname = "{name}"\nversion = "{i}.2.0"\ndependencies = [\n "serde_json",\n "{names[i - 1]}",\n]\n'
        for i, name in enumerate(names)
    ]
    blocks.insert(70, '[[package]]\nname = "serde_json"\nversion = "1.0.151"\n')
    text = shown("\n".join(blocks), "At what version is serde_json?", 900)
    assert 'name = "serde_json"\nversion = "1.0.151"' in text
    assert text.count(' "serde_json",') <= 2
    assert '",' not in "".join(line for line in text.split("\n") if "<<" in line)


def test_a_key_of_two_words_is_found_however_the_question_spells_it() -> None:
    jobs = "\n".join(
        f"  job-{i}:\n    steps:\n      - name: Set up Python\n        uses: setup-python@v{i}\n"
        f"        with:\n          python-version: '3.12'\n      - run: make part-{i}\n      - run: make check-{i}"
        for i in range(14)
    )
    matrix = "  tests:\n    matrix:\n      python-version: ['3.10', '3.11', '3.15']\n      os: [ubuntu-latest]\n"
    text = shown(f"name: CI\njobs:\n{jobs}\n{matrix}", "Which Python versions are tested?", 900)
    assert "python-version: ['3.10', '3.11', '3.15']" in text
