"""A result shows itself in every front end, says what was left out, and carries no original where none may be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from headroom_jupyter import Store, TextResult, compress, compress_text, retrieve
from headroom_jupyter.ccr.marker import scan
from headroom_jupyter.rendering.bundle import LLM_MIME, MIME, text_bundle
from headroom_jupyter.rendering.card import View
from headroom_jupyter.rendering.html import visible
from tests.conversations import conversation
from tests.markup import Element, parsed
from tests.material import KINDS, grown

LOG = "".join(f"2024-05-01 10:00:{i % 60:02} INFO worker {i % 7} handled job {i * 37 % 1000}\n" for i in range(900))
LOG += "2024-05-01 10:15:00 ERROR worker 3 lost the disk\n"


@pytest.fixture(name="store")
def _store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store", project="shown") as store:
        yield store


def _result(text: str, store: Store, **options: str) -> TextResult:
    return compress_text(text, store=store, **options)  # type: ignore[arg-type]  # names of texts


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("view", ["compressed", "original", "diff"])
def test_a_card_of_any_kind_is_plain_html_within_its_bound(kind: str, view: View, store: Store) -> None:
    for seed in range(2):
        html = text_bundle(_result(grown(kind, seed, seed * 3), store), view)["text/html"]
        assert len(html.encode("utf-8")) <= 60_000
        assert parsed(html).children


def test_each_mark_is_a_control_that_shows_what_it_stands_for(store: Store) -> None:
    result = _result(LOG, store, query="what failed?")
    markers = [marker for _, _, marker in scan(result.text)]
    controls = [entry for entry in parsed(text_bundle(result)["text/html"]).all("details") if _title(entry)[:2] == "<<"]
    assert len(controls) == len(markers) > 0
    for control, marker in zip(controls, markers, strict=True):
        shown = control.text.removeprefix(_title(control)).partition("… cut")[0]
        lines = ",".join(f"{first}-{last}" for first, last in marker.ranges)
        assert retrieve(result.refs[0], lines=lines, store=store).startswith(shown)
        assert shown.strip()


def _title(details: Element) -> str:
    return details.all("summary")[0].text


def test_a_quoted_or_forged_mark_is_no_control(store: Store) -> None:
    forged = "<<ccr:0123456789ab lines 1-2 of 3>> and <<4-5>> said the report\n"
    result = _result(forged + LOG + forged, store, query="what did the report say?")
    assert "<<4-5>> said" in result.text
    titles = [_title(entry) for entry in parsed(text_bundle(result)["text/html"]).all("details")]
    assert not [title for title in titles if "0123456789ab" in title or title == "<<4-5>>"]


def test_before_and_after_folds_what_was_left_out_and_keeps_the_rest(store: Store) -> None:
    result = _result(LOG, store, query="what failed?")
    html = text_bundle(result, "diff")["text/html"]
    sections = {_title(entry): entry for entry in parsed(html).all("details")}
    assert "open" in sections["Before and after"].attributes
    assert any(title.startswith("left out: lines ") for title in sections)
    assert "lost the disk" in sections["Before and after"].text


def test_the_account_stands_in_html_and_in_text(store: Store) -> None:
    result = _result(LOG, store)
    bundle = text_bundle(result)
    for part in (
        f"{result.tokens_before:,} → {result.tokens_after:,} tokens",
        "saved",
        "log",
        "faithful",
        result.refs[0],
    ):
        assert part in parsed(bundle["text/html"]).text
        assert part in bundle["text/plain"]
    assert result.reason in bundle["text/plain"]
    assert bundle[LLM_MIME] == result.text


def test_hardly_anything_left_is_not_called_nothing_left(store: Store) -> None:
    result = _result("the same line of the build, again and again\n" * 60_000, store)
    assert result.tokens_after > 0
    assert "99.9 % saved" in text_bundle(result)["text/plain"]
    assert "100" not in repr(result).partition("tokens, ")[2]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_our_own_mime_type_carries_identifiers_and_counts_and_no_original(kind: str, store: Store) -> None:
    text = grown(kind, 7)
    result = _result(text, store)
    data = json.loads(json.dumps(text_bundle(result)[MIME]))
    assert data["refs"] == list(result.refs)
    assert data["tokens"]["before"] == result.tokens_before
    assert data["spans_total"] == len(result.spans())
    assert text not in json.dumps(data, ensure_ascii=False)
    assert len(data["preview"]) <= max(1, len(text) // 2)


def test_a_line_of_ten_megabytes_gives_a_small_bundle(store: Store) -> None:
    result = _result("x" * 10_000_000 + "\n<b>end</b>\n", store)
    bundle = text_bundle(result)
    assert len(bundle["text/html"].encode("utf-8")) <= 60_000
    assert len(bundle["text/plain"]) <= 12_000
    assert len(json.dumps(bundle[MIME])) <= 60_000
    parsed(bundle["text/html"])


def test_a_long_text_that_stays_as_it_is_is_cut_in_every_form_and_says_so(store: Store) -> None:
    text = "".join(f"{i * 7919 % 100_003:x} {i * 104_729 % 99_991:x}\n" for i in range(40_000))
    bundle = text_bundle(_result(text, store, level="lossless"))
    assert LLM_MIME not in bundle or len(bundle[LLM_MIME]) <= 100_000
    assert "cut here" in bundle["text/html"]
    assert "print(result.text) shows everything" in bundle["text/plain"]


def test_an_original_that_is_not_at_hand_is_not_fetched_for_a_card(store: Store) -> None:
    result = replace(_result(LOG, store), is_estimate=True, _spans=lambda: pytest.fail("spans were asked for"))
    bundle = text_bundle(result)
    assert bundle["text/plain"].startswith("log · about ")
    assert bundle[MIME]["chars"]["before"] is None
    titles = [_title(entry) for entry in parsed(bundle["text/html"]).all("details")]
    assert "Before and after" not in titles
    assert f"retrieve('{result.refs[0]}', at='lines " in parsed(bundle["text/html"]).text


def test_a_terminal_gets_no_escape_sequence_of_the_content(store: Store) -> None:
    result = _result("\x1b]0;title\x07\x1b[31mred\x1b[0m \u202egnirts\n", store)
    assert "\x1b" not in text_bundle(result)["text/plain"]
    assert "\u202e" not in text_bundle(result)["text/plain"]


def test_a_message_list_shows_each_block_and_opens_the_changed_ones(store: Store) -> None:
    result = compress(conversation("openai", [LOG.replace("worker", "<i>worker</i>")], "What failed?"), store=store)
    bundle = result._repr_mimebundle_()
    root = parsed(bundle["text/html"])
    assert len(root.all("tr")) == len(result.decisions) + 1
    opened = [entry for entry in root.all("details") if _title(entry).startswith("message 3 · tool · run · log")]
    assert "<i>worker</i>" in visible(opened[0].text)
    assert any(_title(entry).startswith("<<ccr:") for entry in opened[0].all("details"))
    assert bundle[MIME]["decisions"][-1]["refs"] == list(result.decisions[-1].refs)
    assert "handled job" not in json.dumps(bundle[MIME])


def test_a_long_conversation_stays_within_the_bound(store: Store) -> None:
    result = compress(conversation("openai", [LOG[i * 10 :] for i in range(60)]), store=store)
    html = result._repr_mimebundle_()["text/html"]
    assert len(html.encode("utf-8")) <= 60_000
    assert "more changed block" in html
    parsed(html)
