"""Cells that failed and the edits after which they passed: executed notebooks, a real history, and what is none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from headroom_jupyter.agents.base import Place
from headroom_jupyter.learn.cells import Cell, mine_cells
from headroom_jupyter.learn.gathering import Gathered, gather

_CELLS = (
    "import math\nvalues = [3, 1, 2]",
    "values.sorted()",
    "values.sort()\nvalues",
    "table = {'Price': 3, 'count': 2}\ntable['price'] * table['count']",
    "table = {'Price': 3, 'count': 2}\ntable['Price'] * table['count']",
    "round(math.sqroot(9), 2)",
    "round(math.sqrt(9), 2)",
    "assert values == [1, 2]",
    "values = [1, 2]\nassert values == [1, 2]",
)


def _executed(path: Path) -> None:
    """A notebook run by a real kernel, errors and all."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in _CELLS])
    NotebookClient(book, timeout=100, allow_errors=True).execute()
    nbformat.write(book, path)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with two notebooks in which the same went wrong, and somebody's home beside it."""
    folder = tmp_path_factory.mktemp("shop")
    _executed(folder / "one.ipynb")
    shutil.copy(folder / "one.ipynb", folder / "two.ipynb")
    return folder


def _learnt(root: Path, home: Path, *, all_projects: bool = False) -> Gathered:
    return gather(root, place=Place({}, home, root), all_projects=all_projects)


def test_executed_notebooks_teach_what_the_error_blames(root: Path, tmp_path: Path) -> None:
    found = _learnt(root, tmp_path)
    assert found.read == {"notebooks": 2}
    assert found.failures == 8
    rules = {(rule.correction.wrong, rule.correction.right): rule for rule in found.rules}
    assert set(rules) == {
        ("sorted", "sort"),
        ("'price'", "'Price'"),
        ("math.sqroot", "math.sqrt"),
    }
    assert rules["math.sqroot", "math.sqrt"].correction.about == "AttributeError"


def test_one_notebook_is_not_enough(root: Path, tmp_path: Path) -> None:
    shutil.copy(root / "one.ipynb", tmp_path / "one.ipynb")
    assert _learnt(tmp_path, tmp_path).rules == []


def test_a_checkpoint_knows_what_stood_in_a_cell_before(tmp_path: Path) -> None:
    for name in ("a", "b"):
        book = nbformat.v4.new_notebook()
        bad = nbformat.v4.new_code_cell("math.sqroot(9)", execution_count=1)
        bad.outputs = [nbformat.v4.new_output("error", ename="AttributeError", evalue="module 'math' has no 'sqroot'")]
        book.cells = [bad]
        (tmp_path / ".ipynb_checkpoints").mkdir(exist_ok=True)
        nbformat.write(book, tmp_path / f".ipynb_checkpoints/{name}-checkpoint.ipynb")
        book.cells = [nbformat.v4.new_code_cell("math.sqrt(9)", execution_count=2, id=bad.id)]
        nbformat.write(book, tmp_path / f"{name}.ipynb")
    assert [rule.correction.right for rule in _learnt(tmp_path, tmp_path).rules] == ["math.sqrt"]


def test_a_real_history_is_read_where_it_ran_the_projects_cells(root: Path, tmp_path: Path) -> None:
    sources = ("table = {'Price': 3, 'count': 2}", "round(math.sqrt(9), 2)")
    typed = "\n".join(("import math; values = [3, 1, 2]", *sources, "values.rverse()", "values.reverse()", ""))
    ipython = tmp_path / ".ipython"
    environ = {**os.environ, "IPYTHONDIR": str(ipython), "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-m", "IPython", "--simple-prompt", "--no-banner", "--no-confirm-exit"]
    subprocess.run(command, input=typed, text=True, env=environ, capture_output=True, check=False)
    shutil.copytree(ipython / "profile_default", ipython / "profile_other")
    project = tmp_path / "project"
    project.mkdir()
    book = nbformat.v4.new_notebook()
    book.cells = [nbformat.v4.new_code_cell(source, execution_count=1) for source in sources]
    nbformat.write(book, project / "one.ipynb")
    found = _learnt(project, tmp_path)
    assert found.read == {"notebooks": 1, "ipython": 2}
    assert found.skipped == {}
    assert [(rule.correction.wrong, rule.correction.right) for rule in found.rules] == [
        ("values.rverse", "values.reverse")
    ]
    (project / "one.ipynb").unlink()
    reason = "session of IPython's history that is not known to be this project's"
    assert _learnt(project, tmp_path).skipped == {reason: 2}
    assert _learnt(project, tmp_path, all_projects=True).read["ipython"] == 2


@pytest.mark.parametrize(
    ("cells", "taught"),
    [
        ([Cell("a", "plot(x, colour='r')", "TypeError: unexpected keyword argument 'colour'"),
          Cell("a", "plot(x, color='r')", "")], ["colour -> color"]),
        ([Cell("a", "pd.DataFrame()", "NameError: name 'pd' is not defined"),
          Cell("a", "import pandas as pd\npd.DataFrame()", "")], ["pd -> import pandas as pd"]),
        ([Cell("a", "import rich", "ModuleNotFoundError: No module named 'rich'"), Cell("b", "%pip install rich", ""),
          Cell("a", "import rich", "")], ["import rich -> %pip install rich"]),
        ([Cell("a", "datetime.now()", "AttributeError: module 'datetime' has no attribute 'now'"),
          Cell("b", "datetime.datetime.now()", "")], ["datetime.now -> datetime.datetime.now"]),
        ([Cell("a", "pd.np.log(1)", "AttributeError: module 'pandas' has no attribute 'np'"),
          Cell("b", "np.log(1)", "")], ["pd.np -> np"]),
        ([Cell("a", "two = df.append(df)\nlen(two)", "AttributeError: 'DataFrame' object has no attribute 'append'"),
          Cell("b", "two = pd.concat([df, df])\nlen(two)", "")], ["append -> pd.concat"]),
        ([Cell("a", "pd.concat(a, b)", "TypeError: concat() takes 1 positional argument but 2 were given"),
          Cell("b", "pd.concat([a, b])", "")], ["concat(a, b) -> concat([a, b])"]),
        ([Cell("a", "df['w'].astype(float)", "ValueError: could not convert string to float: '0,5'"),
          Cell("b", "df['w'].str.replace(',', '.').astype(float)", "")],
         ["astype(float) -> str.replace(',', '.').astype(float)"]),
        ([Cell("a", "df['rain'].max()", "KeyError: 'rain'"), Cell("b", "df['net'].max()", "")], []),
        ([Cell("a", "df['rain'].max()", "KeyError: 'rain'"), Cell("a", "df['net'].max()", "")], ["'rain' -> 'net'"]),
        ([Cell("a", "f(x=1)", "ValueError: 1 is too small"), Cell("a", "f(x=2)", "")], []),
        ([Cell("a", "read('a')", "OSError: it is busy"), Cell("a", "read('a')", "")], []),
        ([Cell("a", "load(one)", "KeyError: 'two'"), Cell("b", "store(three)", "")], []),
        ([Cell("", "x = 1", None), Cell("", "x = 2", None)], []),
        ([Cell("", "total = a", None), Cell("", "other = b", None)], []),
    ],
)  # fmt: skip
def test_an_edit_teaches_what_the_error_blames(cells: list[Cell], taught: list[str]) -> None:
    found = [finding.correction for finding in mine_cells(cells, 1.0).findings]
    assert [f"{one.wrong} -> {one.right}" for one in found] == taught


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"cells": [{}]}', b'{"cells": 1}', b"\xff"])
def test_what_is_no_notebook_is_counted(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "bad.ipynb").write_bytes(data)
    assert sum(_learnt(tmp_path, tmp_path).skipped.values()) == 1
