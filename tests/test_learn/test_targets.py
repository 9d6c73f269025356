"""Files that rules go to: notebooks, links, git, and what cannot be edited."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import nbformat
import pytest

from headroom_jupyter.errors import InputError
from headroom_jupyter.learn.block import BEGIN, Block, placed
from headroom_jupyter.learn.corrections import Correction
from headroom_jupyter.learn.gathering import Gathered
from headroom_jupyter.learn.lessons import target, teach
from headroom_jupyter.learn.rules import Rule
from headroom_jupyter.learn.targets import write

_RULE = Rule(Correction("command", "npm test", "npm run check"), 3, 2, 4e9, ("claude",))
_LEARNT = Gathered([_RULE])


def _expire(path: Path, root: Path) -> None:
    """Write it once more when nobody has needed its rules for long."""
    write(path, root, lambda text: placed(text, Block()), lock=root / "lock")


def _notebook(*kinds: str) -> str:
    made = nbformat.v4.new_notebook()
    for kind in kinds:
        source = f"# é {kind}\nand more"
        is_code = kind == "code"
        made.cells.append(nbformat.v4.new_code_cell(source) if is_code else nbformat.v4.new_markdown_cell(source))
    return str(nbformat.writes(made)) + "\n"


@pytest.mark.parametrize("kinds", [("markdown", "code"), ("code", "markdown", "markdown"), ("code",), ()])
def test_a_notebook_gets_the_block_in_its_first_markdown_cell(kinds: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(_notebook(*kinds))
    before, text = json.loads(path.read_text()), path.read_text()
    assert not teach(_LEARNT, path, tmp_path, apply=True).change.is_none
    after = nbformat.read(path, as_version=4)
    nbformat.validate(after)
    at = next(index for index, cell in enumerate(after.cells) if cell.cell_type == "markdown")
    assert BEGIN in after.cells[at].source
    left = [
        cell for index, cell in enumerate(json.loads(path.read_text())["cells"]) if index != at or "markdown" in kinds
    ]
    for one, two in zip(before["cells"], left, strict=True):
        source = "".join(one["source"])
        assert "".join(two["source"]).startswith(source)
        assert {**one, "source": 0} == {**two, "source": 0}
    # Laid out as Jupyter does it: saving it anew changes nothing.
    assert nbformat.writes(after) + "\n" == path.read_text()
    assert teach(_LEARNT, path, tmp_path, apply=True).change.is_none
    path.write_text(nbformat.writes(after) + "\n")
    _expire(path, tmp_path)
    assert json.loads(path.read_text()) == before
    assert path.read_text() == text


def test_in_a_notebook_no_byte_changes_outside_the_cells_source(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    odd = (
        '{"cells":[ {"source" :"a\\u00e9","x":1.00, "cell_type":"markdown","metadata":{}} ],\t"nbformat":4,'
        '"nbformat_minor":4,"metadata":{}}'
    )
    path.write_text(odd)
    teach(_LEARNT, path, tmp_path, apply=True)
    head, tail = odd.split('"a\\u00e9"')
    assert path.read_text().startswith(head)
    assert path.read_text().endswith(tail)
    assert json.loads(path.read_text())["cells"][0]["source"].startswith("aé\n" + BEGIN)


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b'{"cells": 3}', b'{"cells": [3]}', b'{"cells": [{"cell_type": "markdown"}]}']
)
def test_what_is_no_notebook_stays_as_it_is(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"a\.ipynb"):
        teach(_LEARNT, path, tmp_path, apply=True)
    assert path.read_bytes() == data


@pytest.mark.parametrize("cells", ["[]", "[ ]", '[ {"cell_type":"code","source":""}]'])
def test_a_cell_that_was_made_for_the_block_goes_with_it(cells: str, tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    odd = f'{{"cells":{cells}, "nbformat":4, "nbformat_minor":4,"metadata":{{}}}}'
    path.write_text(odd)
    teach(_LEARNT, path, tmp_path, apply=True)
    assert json.loads(path.read_text())["cells"][0]["source"][0] == f"{BEGIN}\n"
    _expire(path, tmp_path)
    assert path.read_text() == odd


@pytest.mark.parametrize(
    "data", [None, b"", b"caf\xe9 \xff\n", b"\xef\xbb\xbfmine\r\n", b"no end", b"no\rend\r", b"\n\n"]
)
def test_when_the_last_rule_expires_the_file_is_as_it_was(data: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "AGENTS.md"
    if data is not None:
        path.write_bytes(data)
    teach(_LEARNT, path, tmp_path, apply=True)
    assert BEGIN in path.read_text(errors="replace")
    _expire(path, tmp_path)
    assert (path.read_bytes() if path.exists() else None) == data


@pytest.mark.parametrize("data", [b"caf\xe9 \xff\n", b"\xef\xbb\xbfmine\r\n", b"no end", b"\n\n"])
def test_a_files_own_bytes_stay(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "CLAUDE.md"
    path.write_bytes(data)
    teach(_LEARNT, path, tmp_path)
    assert path.read_bytes() == data, "a preview writes nothing"
    teach(_LEARNT, path, tmp_path, apply=True)
    assert path.read_bytes().startswith(data)
    assert b"npm run check" in path.read_bytes()


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "CLAUDE.md"
    path.write_bytes("mine".encode("utf-16"))
    with pytest.raises(InputError, match="no text"):
        teach(_LEARNT, path, tmp_path, apply=True)
    path.unlink()
    path.mkdir()
    with pytest.raises(InputError, match="no file that we can edit"):
        teach(_LEARNT, path, tmp_path, apply=True)


def test_a_link_is_followed_within_the_project_and_not_out_of_it(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    root.mkdir()
    (root / "AGENTS.md").write_text("mine\n")
    (root / "CLAUDE.md").symlink_to("AGENTS.md")
    teach(_LEARNT, root / "CLAUDE.md", root, apply=True)
    assert (root / "CLAUDE.md").is_symlink()
    assert BEGIN in (root / "AGENTS.md").read_text()
    (tmp_path / "secret").write_text("x\n")
    (root / "GEMINI.md").symlink_to(tmp_path / "secret")
    with pytest.raises(InputError, match="leads out of the project"):
        teach(_LEARNT, root / "GEMINI.md", root, apply=True)
    assert (tmp_path / "secret").read_text() == "x\n"


def test_other_files_are_no_target(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="neither a notebook nor one of"):
        target("README.md", tmp_path)


def _git(root: Path, *words: str) -> str:
    own = ("-c", "user.name=ann", "-c", "user.email=ann@shop.example", "-C", str(root))
    return subprocess.run(["git", *own, *words], check=True, capture_output=True, text=True).stdout


def test_the_local_file_is_kept_out_of_git_in_a_worktree_too(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    root.mkdir()
    _git(root, "init", "-q")
    lesson = teach(_LEARNT, root / "CLAUDE.local.md", root, apply=True)
    assert "kept out of git" in lesson.note
    assert _git(root, "status", "--porcelain") == ""
    before = (root / ".git/info/exclude").read_text()
    more = Gathered([_RULE, Rule(Correction("command", "a", "b"), 2, 2, 4e9)])
    assert teach(more, root / "CLAUDE.local.md", root, apply=True).note == ""
    assert (root / ".git/info/exclude").read_text() == before
    _git(root, "commit", "--allow-empty", "-qm", "Begin")
    _git(root, "worktree", "add", "-q", str(tmp_path / "other"))
    other = tmp_path / "other"
    teach(_LEARNT, other / "CLAUDE.local.md", other, apply=True)
    assert _git(other, "status", "--porcelain") == ""


def test_a_local_file_that_git_has_already_is_told(tmp_path: Path) -> None:
    _git(tmp_path, "init", "-q")
    (tmp_path / "CLAUDE.local.md").write_text("mine\n")
    _git(tmp_path, "add", "-f", "CLAUDE.local.md")
    assert "git has CLAUDE.local.md already" in teach(_LEARNT, tmp_path / "CLAUDE.local.md", tmp_path, apply=True).note
