"""The widgets in a real kernel: asked as their pages ask, and without anywidget."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from headroom_jupyter import Store, compress_text
from headroom_jupyter.notebook.explorer import Exploration, Question, changed
from headroom_jupyter.notebook.explorer_widget import bundled
from tests.kernels import Kernel, running_kernel

LOG = "".join(f"2024-05-01 10:00:{i % 60:02} INFO worker {i % 7} handled job {i * 37 % 1000}\n" for i in range(900))
LOG += "2024-05-01 10:15:00 ERROR worker 3 lost the disk\n"
CODE = """
from headroom_jupyter import *
log = ''.join(f'2024-05-01 10:00:{i % 60:02} INFO worker {i % 7} handled job {i * 37 % 1000}\\n' for i in range(900))
log += '2024-05-01 10:15:00 ERROR worker 3 lost the disk\\n'
explorer = explore(log)
"""


@pytest.fixture(name="kernel", scope="module")
def _kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    with running_kernel(tmp_path_factory.mktemp("kernel")) as kernel:
        kernel.run(CODE)
        yield kernel


def _id(kernel: Kernel, field: str) -> str:
    return [comm for comm, state in kernel.widgets.items() if field in state][-1]


def test_a_smaller_budget_is_answered_with_a_smaller_text(kernel: Kernel) -> None:
    comm = _id(kernel, "ask")
    ask = {"query": "", "level": "faithful", "budget": None, "number": 1}
    usual = kernel.change(comm, ask=ask)["view"]
    small = kernel.change(comm, ask={**ask, "budget": 150, "number": 2})["view"]
    assert small["number"] == 2
    assert small["after"] <= 150 < usual["after"] < usual["before"] == small["before"]
    assert small["budget_met"] is True
    assert kernel.printed("print(explorer.result.tokens_after)") == f"{small['after']}\n"


def test_a_question_and_a_level_are_followed(kernel: Kernel) -> None:
    comm = _id(kernel, "ask")
    ask = {"query": "job 851", "level": "lossless", "budget": None, "number": 3}
    assert kernel.change(comm, ask=ask)["view"]["fidelity"] in ("lossless", "verbatim")
    view = kernel.change(comm, ask={**ask, "level": "faithful", "number": 4})["view"]
    assert any("job 851" in line for row in view["rows"] for line, _ in row["lines"])


def test_what_was_left_out_comes_when_it_is_asked_for(kernel: Kernel) -> None:
    comm = _id(kernel, "ask")
    view = kernel.widgets[comm]["view"]
    index, row = next((i, row) for i, row in enumerate(view["rows"]) if row["source_shown"] < row["source_chars"])
    answer = kernel.tell(comm, {"type": "more", "row": index, "shown": row["source_shown"], "number": view["number"]})
    assert (row["source"] + answer["text"]) in LOG
    assert kernel.tell(comm, {"type": "more", "row": 10_000, "shown": 0})["text"] == ""


def test_trying_out_keeps_nothing_in_the_users_store_until_the_result_is_taken(kernel: Kernel) -> None:
    kernel.run("table = 'a,b\\n' + ''.join(f'{i},{i * i % 77}\\n' for i in range(3000))")
    kept = kernel.printed("print(Store().refs())")
    kernel.run("tried = explore(table)")
    assert kernel.printed("print(Store().refs())") == kept
    assert kernel.printed("print(retrieve(tried.result.refs[0]) == table)") == "True\n"


def test_a_trace_of_a_notebook_hears_the_cells_that_follow_until_it_is_stopped(kernel: Kernel) -> None:
    kernel.run("widget = agent_trace()")
    comm = _id(kernel, "rows")
    ask = "compress([{'role': 'user', 'content': 'Hello ' * 20}])"
    kernel.run(ask)
    kernel.run(f"import asyncio\nasync def step():\n    await asyncio.sleep(0)\n    return {ask}\nawait step()")
    assert [row["number"] for row in kernel.widgets[comm]["rows"]] == [1, 2]
    context = kernel.tell(comm, {"type": "context", "step": 2})
    assert context["blocks"][0]["text"] == "Hello " * 20
    kernel.change(comm, is_recording=False)
    kernel.run(ask)
    kernel.change(comm, is_recording=True)
    kernel.run(ask)
    assert len(kernel.widgets[comm]["rows"]) == 3
    kernel.run("widget.close()")
    kernel.run(ask)
    code = "print(len(widget.trace.steps), get_ipython().events.callbacks['pre_run_cell'])"
    assert kernel.printed(code).startswith("3 []")


def test_a_notebook_keeps_no_more_of_a_widget_than_a_line(kernel: Kernel) -> None:
    data = kernel.shown("explorer")
    assert data["text/plain"].startswith("explore: ")
    assert len(str(data)) < 1000
    assert len(str(kernel.shown("agent_trace()"))) < 1000


def test_an_unknown_level_or_model_is_refused_at_once(kernel: Kernel) -> None:
    for option in ("level='all'", "model='nonsense'"):
        with pytest.raises(AssertionError, match="unknown"):
            kernel.run(f"explore('text', {option})")


def test_a_finished_trace_can_be_looked_at(kernel: Kernel) -> None:
    kernel.run("with trace(show=False) as steps:\n    compress([{'role': 'user', 'content': 'Hello'}])")
    kernel.run("seen = agent_trace(steps)")
    comm = _id(kernel, "rows")
    assert len(kernel.widgets[comm]["rows"]) == 1
    assert kernel.widgets[comm]["is_recording"] is False


def test_rows_put_both_texts_together_again() -> None:
    exploration = Exploration(LOG)
    view = json.loads(json.dumps(exploration.view(Question(query="what failed?"))))
    shown = "".join(line for row in view["rows"] for line, _ in row["lines"])
    with Store(project="rows") as store:
        assert shown == exploration.ask(Question(query="what failed?"), store=store).text
    sources = [
        "".join(line for line, _ in row["lines"]) if row["change"] == "same" else row["source"] + _rest(exploration, i)
        for i, row in enumerate(view["rows"])
        if row["change"] != "added"
    ]
    assert "".join(sources) == LOG


def _rest(exploration: Exploration, row: int) -> str:
    return exploration.more(row, 3000)


def test_the_tokens_of_the_lines_are_those_of_the_text() -> None:
    view = Exploration(LOG).view(Question())
    assert sum(tokens for row in view["rows"] for _, tokens in row["lines"]) == pytest.approx(view["after"], rel=0.03)
    assert sum(row["source_tokens"] for row in view["rows"]) == pytest.approx(view["before"], rel=0.03)


def test_a_value_of_many_megabytes_gives_a_view_that_a_page_can_take() -> None:
    view = Exploration("x" * 3_000_000 + "\n" + LOG * 40).view(Question(level="lossless"))
    assert len(json.dumps(view)) < 2_000_000


def test_a_value_that_cannot_be_used_is_told_in_the_page() -> None:
    assert "unknown model" in Exploration(LOG, model="nonsense").view(Question())["error"]


@pytest.mark.parametrize("given", [{"budget": -1}, {"budget": "12"}, {"budget": True}, {"level": "all"}, {"query": 7}])
def test_nonsense_from_a_page_changes_nothing(given: dict[str, object]) -> None:
    assert changed(Question("why?"), given) == Question("why?")


def test_without_anywidget_one_line_says_what_to_install() -> None:
    code = "import sys; sys.modules['anywidget'] = None\nfrom headroom_jupyter import explore\nexplore('text')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.endswith("widgets need anywidget; run: pip install 'headroom_jupyter[widgets]'\n")


def test_a_widgets_page_comes_with_the_package_and_takes_content_as_text_alone() -> None:
    for name in ("explorer", "tracer"):
        page = bundled("dom.js", f"{name}.js")
        assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
        assert not [
            word for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "import ") if word in page
        ]


def test_exploring_says_what_a_text_without_gain_is(tmp_path: Path) -> None:
    view = Exploration("short").view(Question())
    assert (view["before"], view["after"], view["saved"]) == (1, 1, "0 %")
    with Store(tmp_path) as store:
        assert compress_text("short", store=store).reason == view["reason"]
