"""Results and widgets in a real JupyterLab: by keyboard, dark and light, wide and narrow."""

from __future__ import annotations

import re
from collections.abc import Iterator

import nbformat
import pytest
from playwright.sync_api import ConsoleMessage, Locator, Page, expect

from headroom_jupyter import Store, compress_text
from tests.ui.lab import Lab, chromium, lab_server

pytestmark = pytest.mark.timeout(300)  # JupyterLab, a kernel and a browser start first
_KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
_LOG = "".join(f"2024-05-01 10:00:{i % 60:02} INFO worker {i % 7} handled job {i * 37 % 1000}\n" for i in range(900))
_LOG += "ERROR at $.items[0] and $.items[1]: disk lost\n"
_CELLS = [
    """
from headroom_jupyter import agent_trace, compress, compress_text, explore, trace
from headroom_jupyter.notebook.display import show
log = "".join(f"2024-05-01 10:00:{i % 60:02} INFO worker {i % 7} handled job {i * 37 % 1000}\\n" for i in range(900))
log += "ERROR at $.items[0] and $.items[1] <img src=x onerror='window.hacked=1'>"
log += "<script>window.hacked=1</script> \\u202e\\x1b[31mdisk lost\\n"
result = compress_text(log, query="which disk was lost?")
result""",
    "show(result, 'diff')",
    """
call = {"id": "c1", "type": "function", "function": {"name": "read_log", "arguments": "{}"}}
messages = [
    {"role": "user", "content": "Which disk was lost?"},
    {"role": "assistant", "content": None, "tool_calls": [call]},
    {"role": "tool", "tool_call_id": "c1", "content": log},
]
compress(messages)""",
    "explore(log, query='which disk was lost?')",
    "agent_trace()",
    "for end in (1, 3):\n    sent = compress(messages[:end])",
    "with trace():\n    sent = compress(messages)",
]
_THEMES = ("JupyterLab Light", "JupyterLab Dark")
# Every text in our elements: its colour against what is behind it, translucent layers and opacities worked in.
_CONTRASTS = """() => {
  const rgba = (text) => {
    const [r, g, b, a = 1] = (text.match(/[\\d.]+/g) ?? []).map(Number);
    return r === undefined ? null : [r, g, b, a];
  };
  const over = (top, below, alpha) => [0, 1, 2].map((i) => top[i] * alpha + below[i] * (1 - alpha));
  const linear = (v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const light = (c) => [0.2126, 0.7152, 0.0722].reduce((sum, share, i) => sum + share * linear(c[i] / 255), 0);
  const found = [];
  for (const element of document.querySelectorAll(".headroom-result *, .headroom-widget *")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || !element.checkVisibility() || element.closest("select, option, svg")) continue;
    const chain = [];
    for (let e = element; e; e = e.parentElement) chain.unshift(e);
    let behind = [255, 255, 255], opacity = 1;
    for (const e of chain) {
      const style = getComputedStyle(e), colour = rgba(style.backgroundColor);
      opacity *= Number(style.opacity);
      if (colour) behind = over(colour, behind, colour[3]);
    }
    const front = over(rgba(getComputedStyle(element).color), behind, opacity);
    const [high, low] = [light(front), light(behind)].sort((a, b) => b - a);
    found.push([(high + 0.05) / (low + 0.05), element.textContent.slice(0, 60)]);
  }
  return found;
}"""


@pytest.fixture(name="lab", scope="module")
def _lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    root = tmp_path_factory.mktemp("notebooks")
    cells = [nbformat.v4.new_code_cell(cell.strip()) for cell in _CELLS]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=_KERNEL), root / "shown.ipynb")
    with lab_server(root, tmp_path_factory.mktemp("lab")) as lab:
        yield lab


@pytest.fixture(name="page", scope="module")
def _page(lab: Lab) -> Iterator[Page]:
    with chromium() as page:
        errors: list[str] = []
        page.on("console", lambda message: errors.append(message.text) if _is_ours(message) else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        lab.open(page, "shown.ipynb")
        lab.run_all(page)
        last = page.locator(".jp-CodeCell").last
        expect(last.locator(".headroom-result")).to_be_visible(timeout=120_000)
        expect(page.locator(".headroom-widget")).to_have_count(2)
        yield page
        assert errors == []


def _is_ours(message: ConsoleMessage) -> bool:
    return message.type == "error" and "widget" in message.text


def _cell(page: Page, number: int) -> Locator:
    return page.locator(".jp-CodeCell").nth(number)


def _after(widget: Locator) -> int:
    text = widget.get_by_role("status").inner_text()
    found = re.search(r"→ ([\d,]+) tokens", text)
    assert found, text
    return int(found[1].replace(",", ""))


def test_a_mark_opens_by_keyboard_and_shows_the_original(page: Page) -> None:
    mark = _cell(page, 0).locator("summary", has_text="<<ccr:").first
    original = mark.locator("xpath=..").get_by_role("region", name="original")
    expect(original).to_be_hidden()
    mark.focus()
    page.keyboard.press("Enter")
    expect(original).to_be_visible()
    expect(original).to_contain_text("handled job")


def test_before_and_after_folds_what_was_left_out(page: Page) -> None:
    left_out = _cell(page, 1).locator("summary", has_text="left out: lines").first
    left_out.click()
    expect(left_out.locator("xpath=..").get_by_role("region", name="original")).to_contain_text("handled job")


def test_a_changed_block_of_a_conversation_opens(page: Page) -> None:
    block = _cell(page, 2).locator("summary", has_text="message 2 · tool · read_log")
    block.click()
    expect(block.locator("xpath=..").get_by_role("region", name="compressed text")).to_contain_text("disk lost")


def test_content_is_never_markup(page: Page) -> None:
    assert page.evaluate("window.hacked") is None
    assert page.locator(".headroom-result img, .headroom-result script, .headroom-widget img").count() == 0
    assert page.locator("mjx-container, .MathJax").count() == 0, "content was read as mathematics"
    expect(_cell(page, 0).locator(".headroom-result")).to_contain_text("<script>window.hacked=1</script> ⟨U+202E⟩")


def test_the_budget_slider_recompresses_by_keyboard(page: Page) -> None:
    widget = _cell(page, 3).get_by_role("group", name="Explore compression")
    slider = widget.get_by_role("slider", name="Budget")
    usual = _after(widget)
    slider.focus()
    page.keyboard.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", "50 tokens")
    expect(widget.get_by_role("status")).to_contain_text("budget")
    assert _after(widget) < usual
    page.keyboard.press("End")
    expect(slider).to_have_attribute("aria-valuetext", "usual size")
    expect(widget.get_by_role("status")).not_to_contain_text("budget")
    assert _after(widget) == usual


def test_a_question_and_a_level_change_what_stays(page: Page) -> None:
    widget = _cell(page, 3).get_by_role("group", name="Explore compression")
    text = widget.get_by_role("region", name="original and compressed text")
    widget.get_by_role("searchbox", name="Question").fill("job 851")
    expect(text.locator(".headroom-line", has_text="handled job 851").first).to_be_visible()
    widget.get_by_role("combobox", name="Level").select_option("lossless")
    expect(widget.get_by_role("status")).to_contain_text(re.compile("lossless|verbatim"))
    widget.get_by_role("combobox", name="Level").select_option("faithful")
    expect(widget.get_by_role("status")).to_contain_text("faithful")


def test_what_was_left_out_is_shown_beside_its_mark_piece_by_piece(page: Page) -> None:
    widget = _cell(page, 3).get_by_role("group", name="Explore compression")
    widget.locator(".headroom-omitted:has(button:not([hidden]))").first.evaluate("row => { row.id = 'looked-at'; }")
    row = widget.locator("#looked-at")
    row.locator("summary").click()
    shown = row.locator("details .headroom-text")
    expect(shown).to_contain_text("handled job")
    more = row.get_by_role("button", name=re.compile("Show more of lines"))
    length = len(shown.inner_text())
    more.click()
    expect(more).to_be_hidden()
    assert len(shown.inner_text()) > length


def test_the_heat_shows_what_each_line_costs(page: Page) -> None:
    widget = _cell(page, 3).get_by_role("group", name="Explore compression")
    cost = widget.locator(".headroom-cost").first
    expect(cost).to_have_text(re.compile(r"^\d+$"))
    heat = widget.get_by_role("checkbox", name="Token heat")
    heat.uncheck()
    expect(cost).to_be_hidden()
    heat.check()
    expect(cost).to_be_visible()


def test_a_trace_grows_with_each_call_and_shows_the_context_of_a_step(page: Page) -> None:
    widget = _cell(page, 4).get_by_role("group", name="Agent trace")
    expect(widget.locator("tbody tr")).to_have_count(3)
    expect(widget.get_by_role("status")).to_contain_text("in 3 calls")
    expect(widget.get_by_role("img", name=re.compile("Tokens in all: "))).to_be_visible()
    widget.get_by_role("button", name="Show the context of step 2").focus()
    page.keyboard.press("Enter")
    context = widget.get_by_role("region", name="Context of step 2")
    expect(context).to_contain_text("Which disk was lost?")
    context.locator("summary", has_text="original").click()
    expect(context.locator("details .headroom-text")).to_contain_text("handled job")
    widget.get_by_role("button", name="Stop recording").click()
    expect(widget.get_by_role("button", name="Record")).to_be_visible()


def test_a_notebook_that_is_not_trusted_shows_the_same(lab: Lab, page: Page) -> None:
    with Store(lab.root / "store", project="ui") as store:
        data = compress_text(_LOG, query="which disk was lost?", store=store)._repr_mimebundle_()
    cell = nbformat.v4.new_code_cell("result", outputs=[nbformat.v4.new_output("display_data", data=data)])
    nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata=_KERNEL), lab.root / "not_trusted.ipynb")
    with page.context.expect_page() as opened:
        page.evaluate("url => window.open(url)", f"{lab.url}/lab/workspaces/other/tree/not_trusted.ipynb")
    other = opened.value
    mark = _cell(other, 0).locator("summary", has_text="<<ccr:").first
    mark.click()
    expect(mark.locator("xpath=..")).to_contain_text("handled job")
    expect(mark).to_have_css("font-family", re.compile("monospace"))
    assert other.locator("mjx-container, .MathJax").count() == 0
    other.close()


@pytest.mark.parametrize("theme", _THEMES)
@pytest.mark.parametrize("width", [1300, 560])
def test_everything_can_be_read_in_any_theme_and_width(theme: str, width: int, lab: Lab, page: Page) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    lab.theme(page, theme)
    for kind in (".headroom-result", ".headroom-widget"):
        for number in range(page.locator(kind).count()):
            box = page.locator(kind).nth(number)
            box.scroll_into_view_if_needed()
            assert box.evaluate("e => e.scrollWidth <= e.clientWidth + 1"), f"{kind} {number} is wider than its cell"
            low = [entry for entry in page.evaluate(_CONTRASTS) if entry[0] < 4.5]
            assert low == []
