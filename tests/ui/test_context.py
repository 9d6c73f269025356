"""The panel's Context view in a real JupyterLab, over the live kernel and without one."""

from __future__ import annotations

import re
from collections.abc import Iterator

import nbformat
import pytest
from playwright.sync_api import Locator, Page, expect

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
    (root / "app.log").write_text(_LOG)
    with lab_server(root, tmp_path_factory.mktemp("lab")) as lab:
        yield lab


@pytest.fixture(name="page", scope="module")
def _page(lab: Lab) -> Iterator[Page]:
    with chromium() as page:
        errors: list[str] = []
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
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
