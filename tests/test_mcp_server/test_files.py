"""No path leads out of the folders that are open, and what is no text is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from headroom_jupyter.errors import InputError
from headroom_jupyter.mcp_server import files
from headroom_jupyter.mcp_server.files import folders_of, project_folders, read_text


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with a file, and a secret beside it."""
    folder = tmp_path / "root"
    (folder / "logs").mkdir(parents=True)
    (folder / "logs" / "a.log").write_bytes("ä\r\n".encode())
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "root-2").mkdir()
    (tmp_path / "root-2" / "b.txt").write_text("b")
    return folder


@pytest.mark.parametrize("path", ["logs/a.log", "./logs/../logs/a.log", "{root}/logs/a.log"])
def test_a_file_inside_is_read_byte_for_byte(root: Path, path: str) -> None:
    assert read_text(path.format(root=root), [root]) == ("ä\r\n", "logs/a.log")


@pytest.mark.parametrize(
    "path", ["../secret.txt", "{root}/../secret.txt", "logs/../../secret.txt", "{root}-2/b.txt", "/etc/passwd", "~/x"]
)
def test_a_path_that_leads_out_is_refused(root: Path, path: str) -> None:
    with pytest.raises(InputError, match="is outside of"):
        read_text(path.format(root=root), [root])


def test_a_link_is_judged_by_where_it_leads(root: Path) -> None:
    (root / "in").symlink_to(root / "logs")
    (root / "out").symlink_to(root.parent)
    (root / "file").symlink_to(root.parent / "secret.txt")
    assert read_text("in/a.log", [root])[1] == "logs/a.log"
    for path in ("out/secret.txt", "file"):
        with pytest.raises(InputError, match="is outside of"):
            read_text(path, [root])


def test_a_link_that_appears_between_looking_and_reading_is_not_followed(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "file").symlink_to(root.parent / "secret.txt")
    monkeypatch.setattr(os.path, "realpath", os.path.abspath)
    with pytest.raises(InputError, match="cannot be read"):
        read_text("file", [root])


def test_a_root_may_itself_be_reached_by_a_link(root: Path) -> None:
    link = root.parent / "link"
    link.symlink_to(root)
    assert read_text("logs/a.log", [link])[0] == "ä\r\n"
    assert read_text(str(link / "logs" / "a.log"), [link])[0] == "ä\r\n"


def test_a_name_that_no_file_can_have_is_told(root: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        read_text("x" * 5000, [root])


def test_every_folder_is_looked_in(root: Path) -> None:
    assert read_text("b.txt", [root, root.parent / "root-2"])[0] == "b"


@pytest.mark.parametrize("path", ["", " ", "a\0b", "a\ud800", "a\nb"])
def test_a_name_that_names_nothing_is_refused(root: Path, path: str) -> None:
    with pytest.raises(InputError, match="no file name"):
        read_text(path, [root])


def test_the_whole_disk_is_no_root() -> None:
    for folders in ([], [Path("/")]):
        with pytest.raises(InputError, match="--project FOLDER"):
            read_text("etc/passwd", folders)


def test_what_is_no_text_is_refused(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "picture.png").write_bytes(b"\x89PNG\0\0")
    (root / "latin").write_bytes(b"caf\xe9")
    os.mkfifo(root / "pipe")
    (root / "closed").write_text("x" * 11)
    monkeypatch.setattr(files, "MOST_BYTES", 10)
    told = {"picture.png": "binary", "latin": "no UTF-8", "pipe": "no regular file", "logs": "director"}
    for name, words in {**told, "closed": "at most 0 MB", "none": "does not exist"}.items():
        with pytest.raises(InputError, match=words):
            read_text(name, [root])


def test_only_local_folders_are_roots() -> None:
    assert folders_of(["file:///a%20b/c", "file://localhost/d"]) == [Path("/a b/c"), Path("/d")]
    assert folders_of(["https://example.org/", "file://host/share", "", "/a", "file:"]) == []


def test_the_home_folder_is_open_only_when_a_person_says_so(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    assert project_folders(str(root), is_chosen=False) == [root]
    assert project_folders("billing", is_chosen=True) == [root]
    monkeypatch.setenv("HOME", str(root))
    assert project_folders(str(root), is_chosen=False) == []
    assert project_folders(str(root), is_chosen=True) == [root]
