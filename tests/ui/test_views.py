"""Comparison, store and savings of the panel in a real JupyterLab over a real store, and results in a notebook."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it ships no types
from playwright.sync_api import ConsoleMessage, Page, Response, expect

from headroom_jupyter import Store, TextResult, compress_text, retrieve
from headroom_jupyter.ledger import Ledger
from headroom_jupyter.rendering.bundle import text_bundle
from tests.ui.lab import Lab, chromium, lab_server

pytestmark = pytest.mark.timeout(300)  # JupyterLab and a browser start first
_HOSTILE = (
    "ERROR <img src=x onerror='window.hacked=1'><script>window.hacked=1</script> \x1b[31m\u202edisk lost <<9-12>>"
)
_KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
_LINES = [
    f"2024-05-01 10:{i // 60 % 60:02}:{i % 60:02} INFO worker {i % 7} did job {i * 37 % 1000}" for i in range(22_500)
]
_LINES[8_000] = _HOSTILE
_LOG = "\n".join(_LINES) + "\n"  # 1 MB
_THEMES = ("JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast")
_OPENED_MS = """async args => {
  const start = performance.now();
  await window.jupyterapp.commands.execute('headroom:compare', args);
  while (!document.querySelector('.jp-Headroom-compare .cm-merge-b .cm-line')) await new Promise(requestAnimationFrame);
  return performance.now() - start;
}"""


@dataclass(frozen=True)
class _Views:
    """The page of a running JupyterLab, and what is in its store."""

    lab: Lab
    page: Page
    store: Store
    result: TextResult

    @property
    def ref(self) -> str:
        return self.result.refs[0]

    def show(self, tab: str) -> None:
        self.page.evaluate("window.jupyterapp.shell.activateById('headroom-panel')")
        self.page.locator(".jp-Headroom-tabs [role=tab]", has_text=tab).click()


@pytest.fixture(name="views", scope="module")
def _views(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Views]:
    root, home = tmp_path_factory.mktemp("notebooks"), tmp_path_factory.mktemp("home")
    patch = pytest.MonkeyPatch()
    patch.setenv("HEADROOM_HOME", str(home / "headroom"))
    patch.setenv("HEADROOM_PROJECT", str(root))
    with closing(Store()) as store, lab_server(root, tmp_path_factory.mktemp("lab")) as lab, chromium() as page:
        result = compress_text(_LOG, query="which disk was lost?", path="server.log", store=store)
        retrieve(result.refs[0], lines="5-20", store=store)
        output = nbformat.v4.new_output("display_data", text_bundle(result))
        cell = nbformat.v4.new_code_cell("result", outputs=[output], execution_count=1)
        nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata=_KERNEL), root / "shown.ipynb")
        errors: list[str] = []
        page.on("console", lambda message: errors.append(message.text) if _is_ours(message) else None)
        page.on("pageerror", lambda error: errors.append(error.stack or str(error)))
        page.goto(f"{lab.url}/lab?token={lab.token}&reset")
        page.wait_for_function("window.jupyterapp && window.jupyterapp.started")
        yield _Views(lab, page, store, result)
        assert page.evaluate("window.hacked") is None
        assert errors == []
    patch.undo()


def _is_ours(message: ConsoleMessage) -> bool:
    return message.type == "error" and "headroom" in message.text.lower()


@pytest.fixture(name="compare")
def _compare(views: _Views) -> Iterator[Page]:
    views.page.evaluate(_OPENED_MS, {"ref": views.ref, "title": "server.log"})
    yield views.page
    views.page.evaluate("window.jupyterapp.shell.currentWidget.close()")


def test_a_megabyte_opens_beside_what_a_model_reads_without_drawing_it_all(views: _Views, compare: Page) -> None:
    assert len(_LOG) > 1_000_000
    compare.evaluate("window.jupyterapp.shell.currentWidget.close()")
    # 0.4 s on the machine it was made on; a general diff takes minutes.
    assert compare.evaluate(_OPENED_MS, {"ref": views.ref}) < 10_000
    compare.get_by_role("button", name="Show all that was left out").click()
    expect(compare.locator(".jp-Headroom-fold[aria-expanded=false]")).to_have_count(0)
    assert 0 < compare.locator(".jp-Headroom-compare .cm-line").count() < 200


def test_a_mark_opens_its_original_to_the_byte(compare: Page) -> None:
    marks = compare.locator(".cm-merge-b .jp-Headroom-marker")
    short = marks.filter(has_text=re.compile(r"^<<(?:ccr:\w+ lines )?\d+-\d+(?: of \d+)?>>$"))
    spans = {text: re.findall(r"(\d+)-(\d+)", text)[-1] for text in short.all_inner_texts()}
    text, first, last = min(((t, int(a), int(b)) for t, (a, b) in spans.items()), key=lambda one: one[2] - one[1])
    short.get_by_text(text, exact=True).first.focus()
    compare.keyboard.press("Enter")
    target = compare.locator(".cm-merge-a .cm-line:has(.jp-Headroom-target)")
    expect(target).to_have_count(last - first + 1)
    assert target.all_inner_texts() == _LINES[first - 1 : last]


def test_a_word_is_found_in_both_texts_and_hostile_content_is_text(compare: Page) -> None:
    compare.get_by_label("Find in both texts").fill("disk lost")
    expect(compare.locator(".jp-Headroom-hits")).to_have_text("1 before, 1 after")
    compare.keyboard.press("Enter")
    expect(compare.locator(".cm-merge-a .jp-Headroom-hit")).to_have_text("disk lost")
    expect(compare.locator(".cm-merge-a .cm-line", has_text="window.hacked=1</script>")).to_be_visible()
    assert compare.locator(".jp-Headroom-compareTexts :is(img:not(.cm-widgetBuffer), script)").count() == 0


def test_a_line_that_is_pinned_is_kept(compare: Page) -> None:
    compare.get_by_role("button", name="Show all that was left out").click()
    number = compare.locator(
        ".cm-merge-a .cm-lineNumbers .cm-gutterElement", has_text=re.compile(r"^(1[0-9]|[5-9])$")
    ).first
    line = int(number.inner_text())
    kept = compare.locator(".cm-merge-b .cm-line", has_text=_LINES[line - 1])
    expect(kept).to_have_count(0)
    number.click()
    expect(compare.get_by_role("list", name="Pinned lines")).to_contain_text(str(line))
    expect(kept).to_have_count(1)


def test_a_fold_of_the_store_opens_to_the_original(views: _Views) -> None:
    views.show("Store")
    page = views.page
    page.get_by_label("Search in originals, paths and references").fill("disk lost")
    expect(page.locator(".jp-Headroom-store tbody [data-row]")).to_have_count(1)
    page.locator(".jp-Headroom-original button").click()
    fold = page.locator(".jp-Headroom-preview .jp-Headroom-fold").first
    found = re.search(r"lines (\d+)-(\d+)", fold.inner_text())
    assert found
    fold.click()
    shown = page.get_by_role("group", name="The original").locator("pre")
    expect(shown).to_contain_text(_LINES[int(found[1]) - 1])
    assert shown.inner_text().rstrip("\n").split("\n") == _LINES[int(found[1]) - 1 : int(found[2])]
    page.get_by_role("button", name="Close the preview").click()
    page.get_by_label("Search in originals, paths and references").fill("")


def test_what_another_process_stores_appears_and_what_is_deleted_by_keyboard_comes_back(views: _Views) -> None:
    views.show("Store")
    page, rows = views.page, views.page.locator(".jp-Headroom-original button")
    ref = views.store.put(b"stored elsewhere " * 40, kind="prose", path="elsewhere.txt")
    expect(rows.filter(has_text="elsewhere.txt")).to_be_visible()
    row = page.locator("[data-row]", has=rows.filter(has_text="elsewhere.txt"))
    row.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".jp-Headroom-preview .jp-Headroom-folds")).to_contain_text("stored elsewhere")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(row).to_be_focused()
    page.keyboard.press("Delete")
    page.keyboard.press("Tab")
    expect(page.locator(".jp-Dialog").get_by_role("button", name="Delete")).to_be_focused()
    page.keyboard.press("Enter")
    expect(rows.filter(has_text="elsewhere.txt")).to_have_count(0)
    expect(page.locator("[data-row]:focus")).to_have_count(1)
    page.get_by_role("button", name="Take it back").focus()
    page.keyboard.press("Enter")
    expect(rows.filter(has_text="elsewhere.txt")).to_be_visible()
    expect(page.locator("[data-row]:focus")).to_have_count(1)
    assert views.store.get(ref) == b"stored elsewhere " * 40


def test_a_long_list_is_walked_by_keyboard_and_drawn_in_part(views: _Views) -> None:
    for index in range(250):
        views.store.put(f"entry {index} ".encode() * 20, kind="log", path=f"logs/{index}.log")
    views.show("Store")
    page = views.page
    expect(page.locator(".jp-Headroom-quota")).to_contain_text(re.compile(r"25\d originals"))
    page.locator(".jp-Headroom-store tbody [data-row]").first.focus()
    page.keyboard.press("End")
    last = page.locator(".jp-Headroom-store tbody [data-row]:focus")
    expect(last).to_have_attribute("aria-rowindex", re.compile(r"25\d"))
    expect(last).to_contain_text("expires")  # the second page came
    assert page.locator(".jp-Headroom-store tbody [data-row]").count() < 60


def test_savings_are_those_of_the_books(views: _Views) -> None:
    views.show("Savings")
    page = views.page
    expect(page.locator(".jp-Headroom-chart svg").first).to_be_visible()
    books = Ledger(views.store).totals()["all"]
    shown = dict(
        zip(
            page.locator(".jp-Headroom-totalsList dt").all_inner_texts(),
            page.locator("dd").all_inner_texts(),
            strict=True,
        )
    )
    assert shown["Tokens before"] == f"{books.tokens_before:,}"
    assert shown["Tokens after"] == f"{books.tokens_after:,}"
    assert shown["Paid back by retrievals"] == f"{books.tokens_retrieved:,}"
    assert shown["Saved in all"].startswith(f"{books.tokens_saved:,} (")


def test_a_result_in_a_notebook_leads_to_the_comparison(views: _Views) -> None:
    page = views.page
    opened = "args => window.jupyterapp.commands.execute('docmanager:open', args).then(() => 0)"
    page.evaluate(opened, {"path": "shown.ipynb"})
    output = page.locator(".jp-OutputArea .jp-Headroom-result")
    expect(output.locator(".headroom-result")).to_be_visible()  # the page that the result brings
    output.get_by_role("button", name="Compare").click()
    expect(page.locator(".jp-Headroom-compare .cm-merge-b .jp-Headroom-marker").first).to_be_visible()
    page.evaluate("window.jupyterapp.shell.currentWidget.close()")


@pytest.mark.parametrize("theme", _THEMES)
def test_axe_finds_nothing_that_keeps_anybody_out(theme: str, views: _Views, compare: Page) -> None:
    compare.get_by_label("Find in both texts").fill("disk lost")
    views.lab.theme(compare, theme)
    assert _hindrances(compare, ".jp-Headroom-compare") == []
    for tab, shown in (
        ("Store", ".jp-Headroom-original button"),
        ("Savings", ".jp-Headroom-chart svg"),
        ("Context", ".jp-Headroom-note"),
    ):
        views.show(tab)
        expect(compare.locator(f".jp-Headroom-panel :is({shown}):visible").first).to_be_visible()
        assert _hindrances(compare, ".jp-Headroom-panel") == [], tab


def _hindrances(page: Page, place: str) -> list[str]:
    found = Axe().run(page, context=place, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


def test_after_a_reload_everything_is_where_it_was(views: _Views, compare: Page) -> None:
    def keeps_all(response: Response) -> bool:
        kept = response.request.post_data or ""
        return response.request.method == "PUT" and "headroom-compare:" in kept and '"savings"' in kept

    with compare.expect_response(keeps_all):
        views.show("Store")
        views.show("Savings")
    compare.goto(f"{views.lab.url}/lab")
    expect(compare.locator(".jp-Headroom-compare .cm-merge-b .jp-Headroom-marker").first).to_be_visible(timeout=60_000)
    expect(compare.locator(".jp-Headroom-tabs .lm-mod-current")).to_have_text("Savings")
    expect(compare.locator(".jp-Headroom-totalsList")).to_be_visible()
