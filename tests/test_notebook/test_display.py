"""What a real kernel sends to its front end when a result is shown, and what a page made from it says."""

from __future__ import annotations

from collections.abc import Iterator

import nbformat
import pytest
from nbconvert import HTMLExporter

from headroom_jupyter.rendering.bundle import LLM_MIME, MIME
from tests.kernels import Kernel, running_kernel
from tests.markup import parsed

_LOG = """
from headroom_jupyter import compress, compress_text
from headroom_jupyter.notebook.display import show
log = ''.join(f'2024-05-01 10:00:{i % 60:02} INFO worker {i % 7} handled job {i * 37 % 1000}\\n' for i in range(900))
result = compress_text(log + 'ERROR <b>worker</b> 3 lost the disk\\n', query='what failed?')
"""


@pytest.fixture(name="kernel", scope="module")
def _kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    with running_kernel(tmp_path_factory.mktemp("kernel")) as kernel:
        kernel.run(_LOG)
        yield kernel


def test_a_result_comes_as_one_bundle_for_every_front_end(kernel: Kernel) -> None:
    data = kernel.shown("result")
    assert set(data) == {"text/plain", "text/html", MIME, LLM_MIME}
    assert data[MIME]["kind"] == "log"
    assert "lost the disk" in data[LLM_MIME]
    parsed(data["text/html"])


@pytest.mark.parametrize(("view", "is_open"), [("compressed", "What"), ("diff", "Before"), ("original", "Original")])
def test_show_opens_the_view_that_is_asked_for(view: str, is_open: str, kernel: Kernel) -> None:
    root = parsed(kernel.shown(f"show(result, {view!r})")["text/html"])
    opened = [entry.all("summary")[0].text for entry in root.all("details") if "open" in entry.attributes]
    assert [title.split(" ")[0] for title in opened] == [is_open]


def test_a_view_that_there_is_not_is_refused_in_one_line(kernel: Kernel) -> None:
    with pytest.raises(AssertionError, match="view='all' is unknown; it is one of compressed, original, diff"):
        kernel.run("show(result, 'all')")


def test_a_message_list_is_shown_too(kernel: Kernel) -> None:
    data = kernel.shown("compress([{'role': 'user', 'content': 'Hello'}])")
    assert set(data) == {"text/plain", "text/html", MIME}


def test_a_trace_shows_itself_when_its_block_ends(kernel: Kernel) -> None:
    code = "from headroom_jupyter import trace\nwith trace():\n    compress([{'role': 'user', 'content': 'Hello'}])"
    assert kernel.shown(code)[MIME]["type"] == "trace"
    assert kernel.run(code.replace("trace():", "trace(show=False):")) == []


def test_a_page_made_by_nbconvert_has_the_card_in_it(kernel: Kernel) -> None:
    output = nbformat.v4.new_output("display_data", data=kernel.shown("result"))
    cell = nbformat.v4.new_code_cell("result", outputs=[output])
    page, _ = HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
    assert 'class="headroom-result ' in page
    assert "ERROR &lt;b&gt;worker&lt;/b&gt; 3 lost the disk" in page
