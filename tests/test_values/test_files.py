"""Paths and notebooks: a file is read as its kind, a folder is a listing, and what cannot be read is one clear line."""

from __future__ import annotations

import json
import os
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from PIL import Image

from headroom_jupyter import HeadroomError, compress_value


def test_a_file_is_read_as_its_kind(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("id,size\n" + "".join(f"{i},{i * 3}\n" for i in range(900)))
    result = compress_value(path)
    assert result.kind == "table"
    assert result.original == path.read_text()


def test_a_folder_is_a_listing(tmp_path: Path) -> None:
    for name in ("b/two.py", "b/one.py", "a.txt", ".git/config"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    os.symlink(tmp_path, tmp_path / "loop")
    assert compress_value(tmp_path).text == ".git/\na.txt\nb/\nloop\nb/one.py\nb/two.py\n"


def test_a_notebook_is_told_cell_by_cell(tmp_path: Path) -> None:
    book = nbformat.NotebookNode(nbformat=4, nbformat_minor=5, metadata={}, cells=[])
    for number in range(60):
        source = f"value_{number} = {number}  # a step of the work that goes on and on"
        cell = {"cell_type": "code", "id": f"c{number}", "source": source}
        book["cells"].append({**cell, "execution_count": None, "metadata": {}, "outputs": []})
    (tmp_path / "work.ipynb").write_text(json.dumps(book))
    assert compress_value(book).kind == compress_value(tmp_path / "work.ipynb").kind == "notebook"


def test_images_and_column_files_are_looked_into(tmp_path: Path) -> None:
    Image.new("RGB", (640, 480)).save(tmp_path / "shot.png")
    pd.DataFrame({"a": range(500)}).to_parquet(tmp_path / "rows.parquet")
    assert compress_value(tmp_path / "shot.png").text.startswith("shot.png: Image 640x480 RGB, PNG; all of it #000000")
    assert "500 rows x 1 column" in compress_value(tmp_path / "rows.parquet").text


def test_binary_files_are_described(tmp_path: Path) -> None:
    (tmp_path / "core").write_bytes(b"\x7fELF\x00\xff" * 100)
    assert "600 bytes, no text; it begins 7f 45 4c 46" in compress_value(tmp_path / "core").text


def test_a_path_that_leads_nowhere_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(HeadroomError, match="there is no file"):
        compress_value(tmp_path / "missing.txt")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(HeadroomError, match="no regular file"):
        compress_value(tmp_path / "pipe")
