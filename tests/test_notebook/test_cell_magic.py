"""`%%headroom`: the cell runs as always, and below it stands one result of all that it put out."""

from __future__ import annotations

import pytest

from tests.test_notebook.conftest import Kernel

LOG = "for i in range(2000): print(f'step {i}: all is fine')\nprint('ERROR: out of paper')\n"


def test_the_visible_output_stays_and_below_it_is_one_result(kernel: Kernel) -> None:
    shown = kernel.run(f"%%headroom -o log --query 'what failed?'\n{LOG}")
    assert shown.status == "ok"
    assert shown.stdout == "".join(f"step {i}: all is fine\n" for i in range(2000)) + "ERROR: out of paper\n"
    assert shown.kinds == ["stdout", "display_data"]
    (result,) = shown.results
    assert "out of paper" in result["text/llm+plain"]
    assert kernel.value("log.original") == shown.stdout
    assert kernel.value("log.tokens_after < log.tokens_before / 20")
    assert kernel.value("type(log).__name__") == "TextResult"


def test_streams_results_displays_and_errors_are_kept_in_their_order(kernel: Kernel) -> None:
    code = (
        "%%headroom -o everything\nimport sys\nprint('one')\nprint('two', file=sys.stderr)\n"
        "from IPython.display import HTML, display\ndisplay(HTML('<b>three</b>'))\nprint('four')\n5 / 0"
    )
    shown = kernel.run(code)
    assert shown.status == "error"
    assert shown.kinds == ["stdout", "stderr", "display_data", "stdout", "error", "display_data"]
    text = kernel.value("everything.text")
    places = [text.index(part) for part in ("one", "two", "three", "four", "ZeroDivisionError")]
    assert places == sorted(places)


def test_a_failing_cell_still_fails_and_shows_its_own_traceback_once(kernel: Kernel) -> None:
    shown = kernel.run("%%headroom -o failed\nprint('before')\n{}['nope']\nprint('after')")
    assert shown.reply["ename"] == "KeyError"
    (error,) = shown.of("error")
    assert "headroom_jupyter" not in "\n".join(error["traceback"])
    assert "after" not in shown.stdout
    assert "----> 3 {}['nope']" in kernel.value("failed.text")
    assert shown.kinds[-1] == "display_data"


def test_a_cell_may_await(kernel: Kernel) -> None:
    shown = kernel.run("%%headroom -o waited\nimport asyncio\nawait asyncio.sleep(0)\nprint('slept')\n7")
    assert shown.status == "ok"
    assert "slept" in kernel.value("waited.original")
    assert kernel.value("_") == 7


@pytest.mark.parametrize("below", ["%%time\nprint('hello')", "%%bash\necho hello", "%%capture nothing\nprint('hello')"])
def test_another_cell_magic_may_stand_under_it(kernel: Kernel, below: str) -> None:
    shown = kernel.run(f"%%headroom -o under\n{below}")
    assert shown.status == "ok", shown.messages
    assert ("hello" in kernel.value("under.original")) is ("capture" not in below)
    assert ("hello" in shown.stdout) is ("capture" not in below)


def test_it_may_stand_under_another_cell_magic(kernel: Kernel) -> None:
    shown = kernel.run("%%time\n%%headroom -o inner\nprint('hello')")
    assert shown.status == "ok"
    assert kernel.value("inner.original") == "hello\n"
    # What becomes of an error is the outer magic's decision: IPython 8 shows it and goes on, IPython 9 fails.
    failed = kernel.run("%%time\n%%headroom -o inner\nprint('hello')\n1/0")
    assert failed.status == kernel.run("%%time\n1/0").status
    assert "ZeroDivisionError" in kernel.value("inner.original")


def test_shell_commands_are_heard(kernel: Kernel) -> None:
    kernel.run("%%headroom -o shell -q\n!echo from a shell")
    assert "from a shell" in kernel.value("shell.original")


def test_a_frame_is_compressed_as_the_object_it_is(kernel: Kernel) -> None:
    kernel.run(
        "import pandas as pd\nframe = pd.DataFrame({'number': range(4000), 'half': [i / 2 for i in range(4000)]})"
    )
    shown = kernel.run("%%headroom -o table --query 'number 3210'\nframe")
    assert shown.status == "ok"
    assert "3210" in kernel.value("table.text")
    assert "3210" not in shown.of("execute_result")[0]["data"]["text/plain"]


def test_a_picture_is_a_line_and_its_bytes_come_back(kernel: Kernel) -> None:
    kernel.run("import base64\nfrom IPython.display import display\nfrom headroom_jupyter import original")
    pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
    kernel.run(f"%%headroom -o picture -q\ndisplay({{'image/png': '{pixel}', 'text/plain': '<Figure>'}}, raw=True)")
    assert "image 1x1 png" in kernel.value("picture.text")
    assert pixel not in kernel.value("picture.text")
    assert kernel.value("original(picture.refs[-1])[:4]") == b"\x89PNG"


def test_cleared_output_is_not_compressed_and_updated_displays_are_in_their_last_form(kernel: Kernel) -> None:
    code = (
        "%%headroom -o last -q\nfrom IPython.display import clear_output, display\nprint('gone')\nclear_output()\n"
        "handle = display({'text/plain': 'first'}, raw=True, display_id=True)\n"
        "handle.update({'text/plain': 'second'}, raw=True)"
    )
    assert kernel.run(code).status == "ok"
    text = kernel.value("last.original")
    assert "gone" not in text
    assert "first" not in text
    assert "second" in text


def test_handlers_made_in_an_earlier_cell_are_heard(kernel: Kernel) -> None:
    kernel.run(
        "import logging, sys\nlogger = logging.getLogger('x')\nlogger.addHandler(logging.StreamHandler(sys.stderr))"
    )
    kernel.run("%%headroom -o logged -q\nlogger.warning('disk is full')")
    assert "disk is full" in kernel.value("logged.original")


def test_spans_cover_what_keep_adds_too(kernel: Kernel) -> None:
    kernel.run(
        "%%headroom -q -o kept --keep 'row \\d*77 '\nfor i in range(2000): print('row', i, 'of a long table', i * i)"
    )
    assert kernel.value("(kept.spans()[-1][1], kept.spans()[-1][3]) == (len(kept.original), len(kept.text))")


def test_quiet_shows_nothing_and_keeps_the_result(kernel: Kernel) -> None:
    shown = kernel.run(f"%%headroom -q -o still\n{LOG}")
    assert shown.kinds == ["stdout"]
    assert kernel.value("still.refs")


def test_a_dry_run_counts_and_stores_nothing(kernel: Kernel) -> None:
    kernel.run("from headroom_jupyter import Store\nheld = len(Store().refs())")
    shown = kernel.run("%%headroom --dry-run\nfor i in range(900): print('dry', i)")
    assert "dry run, nothing stored:" in shown.stdout
    assert not shown.results
    assert kernel.value("len(Store().refs()) == held")


@pytest.mark.parametrize("view", ["original", "compressed", "diff"])
def test_each_view_can_be_shown(kernel: Kernel, view: str) -> None:
    assert kernel.run(f"%%headroom --show {view}\n{LOG}").results


def test_what_matches_keep_stays_whatever_it_costs(kernel: Kernel) -> None:
    code = "for i in range(3000): print(f'row {i} checksum {i * 7919 % 10007}')"
    kernel.run(f"%%headroom -q -o kept --keep 'row \\d*77 '\n{code}")
    lines = [f"row {i} checksum {i * 7919 % 10007}" for i in range(3000) if f"row {i} ".endswith("77 ")]
    text = kernel.value("kept.text")
    assert all(line in text for line in lines)
    assert kernel.value("kept.tokens_after < kept.tokens_before / 2")
    kernel.run(
        "from headroom_jupyter import expand\n"
        "back = expand([{'role': 'tool', 'tool_call_id': 'a', 'content': kept.text}])"
    )
    assert kernel.value("back[0]['content'] == kept.original")


def test_a_budget_holds_for_all_outputs_together(kernel: Kernel) -> None:
    kernel.run(
        f"%%headroom -q -o small --budget 400\n{LOG}import sys\nprint('x ' * 4000, file=sys.stderr)\nlist(range(3000))"
    )
    kernel.run("from headroom_jupyter import count_tokens")
    assert kernel.value("count_tokens(small.text) == small.tokens_after")
    assert kernel.value("small.budget_met is (small.tokens_after <= 400)")
    assert kernel.value("small.tokens_after") <= 400


def test_without_retrieval_the_result_needs_no_store(kernel: Kernel) -> None:
    kernel.run('%%headroom -q -o own --no-retrieval\nfor i in range(500): print(\'{"id": %d, "state": "ok"}\' % i)')
    kernel.run("from headroom_jupyter import decode")
    assert "ccr:" not in kernel.value("own.text")
    assert kernel.value("own.tokens_after < own.tokens_before")
    assert kernel.value("decode(own.text) == own.original")


def test_nothing_but_the_variable_is_left_behind(kernel: Kernel) -> None:
    kernel.run("'marker'")
    first = kernel.run("pass").count
    names, outputs = set(kernel.value("sorted(globals())")), kernel.value("sorted(Out)")
    codes = (
        "%%headroom -q -o kept_name\nprint('x' * 5)",
        "%%headroom\nprint(1)",
        "%headroom [1, 2, 3]",
        "%headroom --cell 1",
        "%headroom stats",
        "%headroom notebook -q",
        "%headroom no_such_variable",
    )
    for code in codes:
        kernel.run(code)
    of_ipython = {f"_i{first + number}" for number in range(len(codes) + 1)}
    assert set(kernel.value("sorted(globals())")) - of_ipython == (names - of_ipython) | {"kept_name"}
    assert kernel.value("sorted(Out)") == outputs
    assert kernel.value("_") == "marker"
    assert kernel.run("pass").count == first + len(codes) + 1
    assert kernel.value(f"get_ipython().history_manager.input_hist_raw[{first + 1}]") == codes[0]
