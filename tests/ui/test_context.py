"""The panel's Context view in a real JupyterLab, over the live kernel and without one.

The tests are one session: each finds the page as the one before left it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import nbformat
import pytest
from playwright.sync_api import ConsoleMessage, Error, Locator, Page, expect

from tests.ui.lab import Lab, chromium, lab_server
from tests.vocabularies import tiktoken_encoding

pytestmark = pytest.mark.timeout(300)  # JupyterLab, a kernel and a browser start first
_KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
_HOSTILE = "<img src=x onerror='window.hacked=1'><script>window.hacked=1</script> \u202e\x1b[31m"
_LOG = "".join(f"2024-05-01 10:00:{i % 60:02} INFO worker {i % 7} handled job {i * 37 % 1000}\n" for i in range(400))
_CELLS = [
    "%load_ext headroom_jupyter",
    """import pandas as pd
df = pd.DataFrame({'town': [f'town {i % 17}' for i in range(300)], 'wind': range(300)})
print(df.to_string())""",
    f"""for i in range(400):
    print(f'2024-05-01 10:00:{{i % 60:02}} INFO worker {{i % 7}} handled job {{i * 37 % 1000}}')
print({_HOSTILE!r})""",
    "from pathlib import Path\nwhile not Path('go').exists():\n    pass",
]
_CURRENT = "window.jupyterapp.shell.currentWidget"


@pytest.fixture(name="lab", scope="module")
def _lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    root = tmp_path_factory.mktemp("notebooks")
    cells = [nbformat.v4.new_code_cell(cell) for cell in _CELLS]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=_KERNEL), root / "live.ipynb")
    output = nbformat.v4.new_output("stream", text="saved line\n" * 300)
    saved = nbformat.v4.new_code_cell("print('x')", execution_count=9, outputs=[output])
    nbformat.write(nbformat.v4.new_notebook(cells=[saved], metadata=_KERNEL), root / "saved.ipynb")
    (root / "app.log").write_text(_LOG)
    with lab_server(root, tmp_path_factory.mktemp("lab")) as lab:
        yield lab


@pytest.fixture(name="page", scope="module")
def _page(lab: Lab) -> Iterator[Page]:
    with chromium() as page:
        errors = _errors(page)
        lab.open(page, "live.ipynb")
        _run(page, "headroom:open")
        page.evaluate(f"{_CURRENT}.content.activeCellIndex = 0")
        for _ in range(3):
            _run(page, "notebook:run-cell-and-select-next")
        expect(_row(page, "In[3] stdout")).to_be_visible(timeout=60_000)
        expect(page.get_by_text("From the live kernel.")).to_be_visible()
        yield page
        assert errors == []
        assert page.evaluate("window.hacked") is None


def _errors(page: Page) -> list[str]:
    """The page's errors, but for those of others: JupyterLab's when a kernel restarts, ipywidgets' when one ends."""
    errors: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith("Canceled future"):
            errors.append(message.text)

    page.on("console", heard)

    def thrown(error: Error) -> None:
        if "@jupyter-widgets/jupyterlab-manager" not in (error.stack or ""):
            errors.append(error.stack or str(error))

    page.on("pageerror", thrown)
    return errors


def _run(page: Page, command: str, arguments: dict[str, str] | None = None) -> None:
    page.evaluate("([id, args]) => window.jupyterapp.commands.execute(id, args)", [command, arguments or {}])


def _row(page: Page, title: str) -> Locator:
    include = page.get_by_role("checkbox", name=f"Include {title}", exact=True)
    return page.locator(".jp-Headroom-context [role=row]").filter(has=include)


def _number(text: str) -> int:
    return int(text.replace(",", ""))


def _totals(page: Page) -> list[int]:
    text = page.locator(".jp-Headroom-totals").inner_text()
    return [_number(found) for found in re.findall(r"[\d,]+(?= →| tokens)", text)]


def _output(page: Page, cell: int) -> str:
    text = page.evaluate(f"{_CURRENT}.content.widgets[{cell}].model.outputs.get(0).toJSON().text")
    return text if isinstance(text, str) else "".join(text)


@pytest.mark.parametrize("cell", [1, 2])
def test_each_output_has_a_row_with_counts_that_tiktoken_agrees_with(cell: int, page: Page) -> None:
    shown = _row(page, f"In[{cell + 1}] stdout").locator(".jp-Headroom-tokens").inner_text()
    before, after = (_number(count) for count in shown.split(" → "))
    assert before == len(tiktoken_encoding("o200k_base").encode_ordinary(_output(page, cell)))
    assert after < before / 3


def test_from_a_row_over_the_comparison_and_a_mark_to_the_original(page: Page) -> None:
    row = _row(page, "In[3] stdout")
    row.locator(".jp-Headroom-title button").click()
    row.locator("button", has_text=re.compile("^Compare$")).click()
    marks = page.locator(".jp-Headroom-compare .cm-merge-b .jp-Headroom-marker")
    mark = marks.filter(has_text=re.compile(r"lines \d+-\d+")).first
    found = re.search(r"(\d+)-(\d+)(?: of|[;>])", mark.inner_text())
    assert found
    first, last = map(int, found.groups())
    mark.click()
    target = page.locator(".cm-merge-a .cm-line:has(.jp-Headroom-target)")
    expect(target.first).to_be_visible()
    shown = target.all_inner_texts()
    page.evaluate(f"{_CURRENT}.close()")
    output = _output(page, 2)
    assert shown == output.split("\n")[first - 1 : last][: len(shown)]
    ref = page.evaluate("fetch('/headroom/store?document=live.ipynb&kind=log').then(a => a.json())")["entries"][0][
        "ref"
    ]
    text = page.evaluate(f"fetch('/headroom/store/{ref}/bytes?document=live.ipynb').then(a => a.text())")
    assert text == output
    row.locator(".jp-Headroom-title button").click()


def test_a_row_opens_by_keyboard_and_shows_hostile_text_as_text(page: Page) -> None:
    _row(page, "In[3] stdout").focus()
    page.keyboard.press("Enter")
    text = page.get_by_role("region", name="What a model reads of In[3] stdout")
    expect(text).to_contain_text("<script>window.hacked=1</script> ⟨U+202E⟩")
    expect(text.locator("img, script")).to_have_count(0)
    expect(text.get_by_role("button", name=re.compile(r"^<<ccr:"))).not_to_have_count(0)
    page.keyboard.press("Enter")
    expect(text).to_be_hidden()


def test_a_row_is_left_out_and_kept_whole_by_keyboard(page: Page) -> None:
    row, tokens = _row(page, "In[2] stdout"), page.locator(".jp-Headroom-totals")
    before = tokens.inner_text()
    row.focus()
    page.keyboard.press("Space")
    expect(row.get_by_role("checkbox")).not_to_be_checked()
    expect(tokens).not_to_have_text(before)
    page.keyboard.press("Space")
    expect(tokens).to_have_text(before, use_inner_text=True)
    page.keyboard.press("p")
    expect(row.locator(".jp-Headroom-fidelity")).to_have_text("verbatim")
    page.keyboard.press("p")
    expect(tokens).to_have_text(before, use_inner_text=True)


def test_the_question_decides_what_stays(page: Page) -> None:
    row = _row(page, "In[3] stdout")
    row.locator(".jp-Headroom-title button").click()
    text = page.get_by_role("region", name="What a model reads of In[3] stdout")
    expect(text).not_to_contain_text("handled job 851")
    question = page.get_by_role("searchbox", name=re.compile("Question"))
    question.fill("what about job 851?")
    expect(text).to_contain_text("handled job 851")
    question.fill("")
    expect(text).not_to_contain_text("handled job 851")
    row.locator(".jp-Headroom-title button").click()


def test_a_budget_is_told_when_it_is_passed(page: Page) -> None:
    budget = page.get_by_role("spinbutton", name="Budget")
    budget.fill("60")
    budget.press("Enter")
    meter = page.get_by_role("meter", name="Budget used")
    expect(meter).to_have_attribute("aria-valuemax", "60")
    expect(page.locator(".jp-Headroom-budget")).to_have_class(re.compile("jp-mod-over"))
    budget.fill("")
    budget.press("Enter")
    expect(meter).to_have_count(0)


def test_an_own_price_is_dated_and_can_be_taken_back(page: Page) -> None:
    summary = page.locator(".jp-Headroom-prices > summary")
    published = summary.inner_text()
    summary.click()
    price = page.get_by_role("spinbutton", name="US dollars for a million input tokens of gpt-4o", exact=True)
    price.fill("1000000")
    price.press("Enter")
    before, after = _totals(page)
    expect(summary).to_contain_text(f"${before}.00 → ${after}.00 (price of ")
    price.fill("")
    price.press("Enter")
    expect(summary).to_have_text(published, use_inner_text=True)
    summary.click()


def test_what_is_inserted_is_a_raw_cell_and_can_be_undone(page: Page) -> None:
    count = page.evaluate(f"{_CURRENT}.content.widgets.length")
    page.get_by_role("button", name="Insert as cell").click()
    raw = f"{_CURRENT}.content.widgets.map(cell => cell.model).filter(cell => cell.type === 'raw')"
    raw += ".map(cell => cell.sharedModel.source)"
    page.wait_for_function(f"{raw}.length === 1")
    (text,) = page.evaluate(raw)
    assert "handled job" in text
    assert "<<ccr:" in text
    page.locator(".Toastify__toast", has_text="Inserted as a cell.").get_by_role("button", name="Undo").click()
    page.wait_for_function(f"{_CURRENT}.content.widgets.length === {count}")


def test_cells_have_badges_and_the_status_bar_a_total(page: Page) -> None:
    badges = page.locator(".jp-Headroom-badge")
    expect(badges.nth(2)).to_have_text(re.compile(r"^code \d+ · text [\d.]+k → \d+$"))
    expect(page.locator(".jp-Headroom-statusButton")).to_have_text(re.compile(r"^[\d.]+k → [\d.]+k? (of \d+k )?tokens"))
    _run(page, "headroom:toggle-badges")
    expect(badges).to_have_count(0)
    _run(page, "headroom:toggle-badges")
    expect(badges).not_to_have_count(0)


def _drag(page: Page, what: Locator, where: Locator) -> None:
    start, end = what.bounding_box(), where.bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + 40, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(start["x"] + 80, start["y"] + 30, steps=4)
    page.mouse.move(end["x"] + 80, end["y"] + 60, steps=8)
    page.mouse.up()


def test_what_a_chat_is_sent_is_what_is_copied_and_without_a_chat_there_is_no_button(page: Page) -> None:
    send = page.get_by_role("button", name="Send to chat")
    expect(send).to_have_count(0)
    # As jupyterlab-chat 0.25 has it, which jupyter-ai 3 brings.
    page.evaluate("""window.jupyterapp.commands.addCommand('jupyterlab-chat:openWithMessage', {
        label: 'Open chat with message', execute: args => { window.sent = args; } }) && 0""")
    _run(page, "headroom:refresh")
    send.click()
    page.wait_for_function("window.sent")
    sent = page.evaluate("window.sent")
    assert (sent["inSidePanel"], sent["autoSend"]) == (True, False)
    assert "## In[3] stdout\n" in sent["input"]


def test_variables_and_files_are_added_and_taken_back(page: Page) -> None:
    page.locator(".jp-Headroom-adding > summary").click()
    page.get_by_role("button", name="Add df", exact=True).click()
    expect(_row(page, "df")).to_contain_text("→")
    page.locator(".jp-Headroom-adding > summary").click()
    _run(page, "headroom:add-file", {"path": "app.log"})
    expect(_row(page, "app.log")).to_contain_text("log")
    page.locator(".Toastify__toast", has_text="app.log is added.").get_by_role("button", name="Undo").click()
    expect(_row(page, "app.log")).to_have_count(0)
    _drag(page, page.locator(".jp-DirListing-item", has_text="app.log"), page.locator(".jp-Headroom-grid"))
    expect(_row(page, "app.log")).to_contain_text("log")
    _row(page, "app.log").focus()
    page.keyboard.press("Delete")
    expect(_row(page, "app.log")).to_have_count(0)
    _row(page, "df").focus()
    page.keyboard.press("Delete")
    expect(_row(page, "df")).to_have_count(0)


def test_the_panel_answers_while_the_kernel_is_busy(lab: Lab, page: Page) -> None:
    page.evaluate(f"{_CURRENT}.content.activeCellIndex = 3")
    page.evaluate("void window.jupyterapp.commands.execute('notebook:run-cell')")
    prompt = page.locator(".jp-Notebook .jp-Cell").nth(3).locator(".jp-InputPrompt")
    expect(prompt).to_have_text("[*]:")
    row, totals = _row(page, "In[2] stdout"), page.locator(".jp-Headroom-totals")
    before = totals.inner_text()
    row.get_by_role("checkbox").click()
    expect(totals).not_to_have_text(before, use_inner_text=True)
    expect(page.get_by_text("From the live kernel.")).to_be_visible()
    expect(prompt).to_have_text("[*]:")  # until this test lets it go on
    row.get_by_role("checkbox").click()
    expect(totals).to_have_text(before, use_inner_text=True)
    (lab.root / "go").touch()
    expect(prompt).to_have_text("[4]:")


# Quiet is when longer than the panel waits after a change nothing was said but for what this says itself.
_UNTIL_QUIET = """async () => {
  const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
  const said = [];
  kernel.anyMessage.connect((_, { direction, msg }) => { if (direction === 'send') said.push(msg.header.msg_type); });
  for (let round = 0; round < 30; round++) {
    said.length = 0;
    for (let asked = 0; asked < 5; asked++) await kernel.requestKernelInfo();
    await new Promise(resolve => setTimeout(resolve, 600));
    if (said.every(type => type === 'kernel_info_request')) return said.length;
  }
  return `endless: ${said}`;
}"""


def test_nothing_is_asked_when_nothing_happens(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/headroom/" in request.url else None)
    # A link that followed the kernel's status would begin anew with each answer, five times a round.
    assert page.evaluate(_UNTIL_QUIET) == 5
    assert asked == []


def test_another_notebook_shows_its_own_rows_without_a_kernel_and_with_a_bare_one(page: Page) -> None:
    page.evaluate("""window.jupyterapp.commands.execute('docmanager:open',
        {path: 'saved.ipynb', kernelPreference: {shouldStart: false, canStart: false}}).then(() => 0)""")
    expect(_row(page, "In[9] stdout")).to_contain_text("→")
    expect(_row(page, "In[3] stdout")).to_have_count(0)
    expect(page.get_by_text("There is no kernel.")).to_be_visible()
    page.evaluate(f"{_CURRENT}.sessionContext.changeKernel({{name: 'python3'}}).then(() => 0)")
    expect(page.get_by_text("The kernel does not have headroom_jupyter.")).to_be_visible()
    expect(_row(page, "In[9] stdout")).to_contain_text("→")
    page.evaluate(f"{_CURRENT}.sessionContext.shutdown().then(() => 0)")
    expect(page.get_by_text("There is no kernel.")).to_be_visible()
    _run(page, "docmanager:save")  # or JupyterLab asks, since the kernel is another
    page.evaluate(f"{_CURRENT}.close()")
    expect(_row(page, "In[3] stdout")).to_contain_text("→")
    expect(page.get_by_text("From the live kernel.")).to_be_visible()
