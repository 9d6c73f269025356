"""Which project we are in."""

from __future__ import annotations

from pathlib import Path

import pytest

from headroom_jupyter.ccr.project import find_project, named_project
from headroom_jupyter.ccr.store import Store


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEADROOM_PROJECT", raising=False)


def test_a_project_is_the_git_root_above_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    (tmp_path / "repo" / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "repo" / "a" / "b")
    assert find_project() == str(tmp_path / "repo")
    assert Store().project == str(tmp_path / "repo")
    assert find_project(str(tmp_path / "repo" / "a")) == str(tmp_path / "repo")


def test_a_worktree_has_a_file_for_its_git_folder(tmp_path: Path) -> None:
    (tmp_path / "tree" / "sub").mkdir(parents=True)
    (tmp_path / "tree" / ".git").write_text("gitdir: /elsewhere")
    assert find_project(str(tmp_path / "tree" / "sub")) == str(tmp_path / "tree")


def test_without_git_it_is_the_folder_itself(tmp_path: Path) -> None:
    assert find_project(str(tmp_path)) == str(tmp_path)


def test_a_setting_overrides_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADROOM_PROJECT", "billing")
    assert find_project(str(tmp_path)) == "billing"
    assert Store().project == "billing"
    assert Store(project="other").project == "other"


def test_a_folder_that_is_named_becomes_an_absolute_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "here")
    monkeypatch.chdir(tmp_path)
    assert named_project("./here") == named_project(str(tmp_path / "link")) == str(tmp_path / "here")
    assert named_project("billing") == "billing"


def test_a_working_directory_that_is_gone_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert find_project() == str(Path.home())
