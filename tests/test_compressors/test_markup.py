"""HTML, XML and Markdown: what is read of a page, which sections stay, and that markers point at the right source."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from headroom_jupyter.compressors.base import Ask, Compressed, Hints
from headroom_jupyter.compressors.markup import MarkupCompressor
from headroom_jupyter.compressors.markup_html import html_passages
from headroom_jupyter.compressors.markup_markdown import markdown_passages
from headroom_jupyter.compressors.markup_xml import xml_passages
from headroom_jupyter.selection import Query
from tests.test_compressors.shown import check_exact, with_markers

SAMPLES = Path(__file__).parents[1] / "golden" / "samples"
TAGS = (
    "<p> </p> <div id=nav> </div> <nav> </nav> <ul> <li> </ul> <table> <tr> <td rowspan=2> <th> </table> <pre> </pre>"
)
PIECES = [
    *TAGS.split(),
    "<script>",
    "</script>",
    "<!--",
    "-->",
    "<a href='http://x.example'>",
    "</a>",
    "<h2>",
    "</h2>",
    "<b>",
    "<dt>",
]
PIECES += [
    "<![CDATA[",
    "]]>",
    "&lt;",
    "words of a sentence. ",
    "\n",
    "<",
    '<p title="a > b">',
    "# head\n",
    "```\n",
    "| a |\n",
    "- b\n",
]
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=12), max_size=120).map("".join)


def shorten(text: str, query: str = "", target: int = 4000) -> Compressed:
    return MarkupCompressor().compress(text, Ask(Query(query), target_chars=target))


def read(html: str, query: str = "") -> str:
    return "".join(passage.text for passage in html_passages(html, query))


def sample(name: str) -> str:
    return (SAMPLES / name).read_text("utf-8")


def page(sections: int) -> str:
    body = "".join(
        f"<h2>Part {i}</h2>\n<p>Paragraph {i} tells of the {'osprey' if i == 7 else 'gull'} and little else.</p>\n"
        f"<p>More of part {i} follows here, with words that no one will ask for on any day.</p>\n"
        for i in range(sections)
    )
    pages = "<a href='/'>All the other pages of this site, of which there are very many</a>"
    return f"<!DOCTYPE html>\n<html><body><nav>{pages}</nav>\n{body}</body></html>\n"


def test_a_page_becomes_its_main_content_in_markdown() -> None:
    shown = with_markers(shorten(sample("markup_lock_keeping.html")))
    assert shown == (SAMPLES.parent / "read" / "markup_lock_keeping.txt").read_text("utf-8")


def test_headings_are_an_outline_and_the_asked_section_is_shown() -> None:
    done = shorten(page(30), "Where is the osprey?", 2200)
    assert done.text.count("## Part") == 30
    assert "Paragraph 7 tells of the osprey" in done.text
    assert "Paragraph 20" not in done.text


@pytest.mark.parametrize("breaks", ["\n", ""])
def test_left_out_text_stands_inside_the_marked_range_of_the_source(breaks: str) -> None:
    html = page(40).replace("\n", breaks)
    done = shorten(html, "osprey", 1200)
    lines = html.split("\n")
    hidden = ""
    for omission in done.omissions:
        assert omission.total == (len(lines) - 1 if omission.unit == "lines" else len(html))
        for first, last in omission.ranges:
            hidden += "\n".join(lines[first - 1 : last]) if omission.unit == "lines" else html[first - 1 : last]
    assert {omission.unit for omission in done.omissions} == {"lines" if breaks else "chars"}
    for number in range(40):
        for words in (f"Paragraph {number} tells of", f"More of part {number} follows", f">Part {number}<"):
            assert (words.strip("<>") in done.text) or words.strip("<>") in hidden
    assert "All the other pages" in hidden


def test_scripts_styles_and_comments_are_no_content() -> None:
    html = "<style>p{}</style><p>a<!-- b <p> c --></p><script>if (1 < 2) { d('</p>') }</script><svg><g>e</g></svg><p>f"
    assert read(html) == "a\nf\n"


def test_powers_and_indices_do_not_run_into_their_number() -> None:
    assert read("<p>10<sup>6</sup> H<sub>2</sub>O costs <del>5</del> 4</p>") == "10^6 H_2O costs ~~5~~ 4\n"


def test_links_keep_short_addresses_and_all_when_asked_for() -> None:
    html = "<p><a href='/there'>There</a> <a href='https://a.example/b'>here</a> <a class=x href='#s'>¶</a></p>"
    assert read(html) == "There [here](https://a.example/b)\n"
    assert read(html, "What is the download link?") == "[There](/there) [here](https://a.example/b)\n"


def test_a_data_frame_is_rows_and_its_footer() -> None:
    assert (
        shorten(sample("markup_frame_repr.html")).text
        == """\
 | orchard | trees | yield_kg
0 | Long Field | 120 | 3410.5
1 | Mill Slope | 75 | 2204.0
... | ... | ... | ...
57 | Chapel Garth | 9 | 188.2
58 rows × 3 columns
"""
    )


def test_spanning_cells_keep_the_columns_in_place() -> None:
    html = "<table><tr><th rowspan=2>a<td>1<td>2<tr><td>3<td>4<tr><td colspan=2>5<td>6</table>"
    assert read(html) == "a | 1 | 2\na | 3 | 4\n5 |  | 6\n"


def test_a_long_table_keeps_its_header_and_the_asked_row() -> None:
    rows = "".join(f"<tr><td>{i}</td><td>village {i}</td><td>{i * 37 % 101}</td></tr>\n" for i in range(300))
    done = shorten(
        f"<table>\n<tr><th>no</th><th>name</th><th>wells</th></tr>\n{rows}</table>", "wells of village 211", 800
    )
    assert done.text.startswith("no | name | wells\n0 | village 0 | 0\n")
    assert "\n211 | village 211 | 30\n" in done.text
    assert "\n299 | village 299 |" in done.text


def test_a_table_that_arranges_a_page_reads_as_paragraphs() -> None:
    html = "<table><tr><td><h1>News</h1><p>One.</p><p>Two.</p><table><tr><td>x</td><td>y</td></tr></table></table>"
    assert read(html) == "# News\nOne.\nTwo.\nx | y\n"


def test_a_quoted_sign_does_not_end_a_tag() -> None:
    assert read('<p title="a > b" x="<i>">seen</p>') == "seen\n"


def test_navigation_is_shown_when_it_is_all_there_is() -> None:
    assert read("<nav><a href=/a>First page</a></nav>") == "First page\n"
    assert shorten("<nav><p>First page</p></nav>" + " " * 50).text == "First page\n"


def test_xml_keeps_whole_elements_word_for_word() -> None:
    text = sample("markup_feed.xml")
    done = shorten(text, "Which buoy is adrift?", 500)
    assert "<summary>The green buoy north of the sandbank has broken its chain" in done.text
    check_exact(text, done)


def test_markdown_keeps_its_headings_and_the_asked_section() -> None:
    text = sample("markup_beekeeping.md")
    done = shorten(text, "When to treat against mites?", 450)
    assert "## Autumn" in done.text
    assert "2. Treat against mites, and count what falls on the board.\n" in done.text
    check_exact(text, done)


@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.glob("markup_*")))
def test_its_own_samples_are_claimed(name: str) -> None:
    assert MarkupCompressor().confidence(sample(name), Hints()) >= 0.5


@pytest.mark.parametrize(
    "text", ["plain words only", "# a comment\nx = 1\ny = 2\n", "if a < b and c > d:\n    pass\n", "<?php echo 1;"]
)
def test_other_texts_are_not_claimed(text: str) -> None:
    assert MarkupCompressor().confidence(text, Hints()) < 0.3


def test_nothing_is_done_at_the_lossless_level() -> None:
    assert MarkupCompressor().compress(page(3), Ask(Query(), "lossless", 10)).fidelity == "verbatim"
    assert MarkupCompressor().decode("<<markup>>") is None


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.integers(0, 300))
def test_any_text_is_read_in_order_and_marked_in_range(text: str, target: int) -> None:
    at = 0
    for passage in html_passages(text, "link"):
        assert at <= passage.start <= passage.end <= len(text)
        at = passage.end
    done = shorten(text, "words", target)
    for omission in done.omissions:
        assert all(1 <= first <= last <= omission.total for first, last in omission.ranges)
    with_markers(done)
    MarkupCompressor().confidence(text, Hints())


@settings(max_examples=80, deadline=None)
@given(TEXTS)
@example("x\n ")
def test_xml_and_markdown_passages_tile_any_text(text: str) -> None:
    for passages in (xml_passages(text, 30), markdown_passages(text)):
        assert "".join(passage.text for passage in passages) == (text if passages else "")
        assert all(text[p.start : p.end] == p.text for p in passages)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_characters="<>&\"'"), min_size=1, max_size=20), max_size=20)
)
def test_visible_words_are_all_read(words: list[str]) -> None:
    html = "".join(f"<div><p>{word}</p><ul><li>{word}</li></ul></div>" for word in words)
    shown = " ".join(unescape(read(html)).split())
    for word in words:
        assert " ".join(word.split()) in shown
