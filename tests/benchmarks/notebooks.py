"""What the magics cost in a real kernel: loading, a `%%headroom` cell over a bare one, and packing a notebook."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.verdicts import Verdict, milliseconds
from tests.test_notebook.books import long_log, thirty_cells
from tests.test_notebook.conftest import Kernel

__all__ = ["measure_notebooks"]

_LOAD_BAR_MS, _CELL_BAR_MS, _PACK_BAR_MS = 300.0, 30.0, 1000.0
_STARTS, _ROUNDS = 5, 25
_LOAD = """
from time import perf_counter
start = perf_counter()
get_ipython().run_line_magic("load_ext", "headroom_jupyter")
elapsed_ms = (perf_counter() - start) * 1e3
"""
_PACK = """
start = perf_counter()
get_ipython().run_line_magic("headroom", "notebook --budget 8000 -o ctx -q")
elapsed_ms = (perf_counter() - start) * 1e3
"""


def measure_notebooks() -> Iterator[Verdict]:
    """Times as kernel or front end see them; the least counts, as nothing makes a cell faster than it is."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _measure(Path(folder))


def _measure(bytecode: Path) -> Iterator[Verdict]:
    loads, packs = [], []
    for _ in range(_STARTS):
        with _kernel(bytecode) as kernel:
            (kernel.folder / "job.log").write_text(long_log(), encoding="utf-8")
            kernel.run(_LOAD)
            loads.append(kernel.value("elapsed_ms"))
            for kind, source in thirty_cells():
                if kind == "code":
                    kernel.run(source)
            kernel.run(_PACK)
            packs.append(kernel.value("elapsed_ms"))
    yield Verdict("%load_ext in a kernel", min(loads), "ms", _LOAD_BAR_MS)
    yield Verdict("%headroom notebook, 30 cells, 1-MB log, first use", min(packs), "ms", _PACK_BAR_MS)
    with _kernel(bytecode) as kernel:
        kernel.run("%load_ext headroom_jupyter")
        cells: dict[str, list[float]] = {"": [], "%%headroom -q\n": [], "%%headroom\n": []}
        for turn in range(_ROUNDS):
            for head, times in cells.items():
                times.append(milliseconds(kernel.run, head + _cell(turn, len(head))))
    bare = min(cells[""])
    yield Verdict("a bare cell that prints 20 kB", bare, "ms")
    yield Verdict("%%headroom -q over it", min(cells["%%headroom -q\n"]) - bare, "ms", _CELL_BAR_MS)
    yield Verdict("%%headroom over it, result shown", min(cells["%%headroom\n"]) - bare, "ms", _CELL_BAR_MS)


def _cell(turn: int, salt: int) -> str:
    """A cell that prints 20 kB which no cell printed before: what was compressed once is only looked up."""
    line = f"'12:00:%02d INFO worker {salt} finished batch %d of run {turn} in %d ms' % (i % 60, i, i * 7919 % 97)"
    return f"for i in range(370): print({line})"


@contextmanager
def _kernel(bytecode: Path) -> Iterator[Kernel]:
    with tempfile.TemporaryDirectory() as folder:
        # Byte code is kept, as pip leaves it when it installs; a checkout has none when the environment forbids it.
        kept = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(bytecode)}
        kernel = Kernel(Path(folder), HEADROOM_HOME=f"{folder}/home", HEADROOM_PROJECT="measured", **kept)
        try:
            yield kernel
        finally:
            kernel.stop()
