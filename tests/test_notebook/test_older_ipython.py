"""IPython 8 with ipykernel 6, beside the current pair: what the magics do there is what they do here.

The pair lies in a folder of its own in the environment; the command of README that runs the tests puts it there.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.kernels import running_kernel
from tests.test_notebook import test_cell_magic as cells
from tests.test_notebook import test_line_magic as lines
from tests.test_notebook import test_session as sessions
from tests.test_notebook import test_value_kinds as values
from tests.test_notebook import test_widgets as widgets
from tests.test_notebook.conftest import Kernel
from tests.test_notebook.panels import panel_kernel

_FOLDER = Path(sys.prefix) / "ipython8"
_BEHAVIOURS: tuple[Callable[[Kernel], None], ...] = (
    cells.test_the_visible_output_stays_and_below_it_is_one_result,
    cells.test_streams_results_displays_and_errors_are_kept_in_their_order,
    cells.test_a_failing_cell_still_fails_and_shows_its_own_traceback_once,
    cells.test_a_cell_may_await,
    cells.test_it_may_stand_under_another_cell_magic,
    cells.test_shell_commands_are_heard,
    cells.test_a_frame_is_compressed_as_the_object_it_is,
    cells.test_a_picture_is_a_line_and_its_bytes_come_back,
    cells.test_cleared_output_is_not_compressed_and_updated_displays_are_in_their_last_form,
    cells.test_handlers_made_in_an_earlier_cell_are_heard,
    cells.test_a_dry_run_counts_and_stores_nothing,
    cells.test_nothing_but_the_variable_is_left_behind,
    lines.test_an_expression_is_all_that_is_no_option,
    lines.test_variables_in_braces_are_filled_into_queries_and_paths_but_not_into_expressions,
    lines.test_files_are_found_by_pattern_and_joined_under_their_names,
    lines.test_what_a_cell_put_out_is_had_by_its_number_and_as_the_last,
    lines.test_what_is_left_out_comes_back_by_reference_or_by_the_marker,
    lines.test_auto_gives_long_outputs_a_twin_and_changes_nothing_that_is_seen,
    lines.test_defaults_are_configured,
    lines.test_help_has_examples_and_every_option,
    lines.test_options_variables_references_and_cells_are_completed,
    lines.test_every_form_with_a_result_takes_every_option_on_how_to_make_it,
    values.test_every_kind_of_value_is_known_for_what_it_is,
)


@pytest.fixture(name="path", autouse=True, scope="module")
def _path() -> Iterator[None]:
    """Every kernel of this module is of the older pair."""
    if not (_FOLDER / "ipykernel").is_dir():
        command = f"pip install --no-deps --target {_FOLDER} 'ipython<9' 'ipykernel<7' nest_asyncio decorator"
        pytest.skip(f"IPython 8 is not there: {command}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(_FOLDER))
        yield


def test_the_kernel_is_of_the_older_pair(kernel: Kernel) -> None:
    kernel.run("import IPython, ipykernel")
    assert kernel.value("(IPython.version_info[0], ipykernel.version_info[0])") == (8, 6)


@pytest.mark.parametrize("behaviour", _BEHAVIOURS, ids=lambda function: function.__name__)
def test_the_magics_behave_alike(kernel: Kernel, behaviour: Callable[[Kernel], None]) -> None:
    behaviour(kernel)


@pytest.mark.parametrize("code", ["%headroom x --bogus 3", "%headroom 1/0", "%%headroom --file x\nprint(1)"])
def test_bad_input_is_refused_in_one_line(kernel: Kernel, code: str) -> None:
    shown = kernel.run(code)
    assert shown.reply["ename"] == "UsageError"
    assert "Traceback" not in shown.stderr
    assert not shown.of("error")


def test_a_session_is_packed_with_what_ran_before_the_extension(tmp_path: Path) -> None:
    own = Kernel(tmp_path, HEADROOM_HOME=str(tmp_path / "home"), JPY_SESSION_NAME="")
    try:
        sessions.test_cells_that_ran_before_the_extension_are_there_with_what_ipython_kept(own)
    finally:
        own.stop()


def test_unloading_leaves_nothing_and_loading_again_works(tmp_path: Path) -> None:
    lines.test_unloading_leaves_nothing_and_loading_again_works(tmp_path)


def test_the_explorer_answers_its_page(tmp_path: Path) -> None:
    with running_kernel(tmp_path) as own:
        own.run(widgets.CODE)
        widgets.test_a_smaller_budget_is_answered_with_a_smaller_text(own)


def test_the_panel_is_answered_once_the_cell_has_ended(tmp_path: Path) -> None:
    """ipykernel 6 has no subshells: what a panel asks while a cell runs waits for its end."""
    with panel_kernel(tmp_path) as panel:
        panel.run("%load_ext headroom_jupyter")
        comm = panel.open()
        running = panel.start("answer = 42")
        told = panel.ask(comm, {"type": "variables"})
        assert [one["name"] for one in told["variables"]] == ["answer"]
        assert panel.finish(running) == ""
