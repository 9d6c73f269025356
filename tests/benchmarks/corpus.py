"""What is measured: real files with a question each, as a tool result, and large texts of each kind."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headroom_jupyter.cli.examples import load_examples
from tests.material import KINDS

__all__ = ["Sample", "ask_about", "large", "load_corpus"]


@dataclass(frozen=True)
class Sample:
    """One file of a corpus."""

    name: str
    kind: str
    text: str
    question: str
    tool: str = "run"


def load_corpus(folder: Path | None) -> list[Sample]:
    """The samples of a folder, the examples if None; its manifest.json has `path`, `query` and `tool` of each file."""
    if folder is None:
        examples = load_examples()
        return [Sample(one.file, Path(one.file).suffix[1:], one.text, one.question) for one in examples]
    files = folder / "files" if (folder / "files").is_dir() else folder
    samples = []
    for entry in json.loads((folder / "manifest.json").read_text(encoding="utf-8")):
        text = (files / entry["path"]).read_bytes().decode("utf-8", "replace")
        samples.append(Sample(entry["path"], entry["path"].partition("_")[0], text, entry["query"], entry["tool"]))
    return samples


def ask_about(sample: Sample, *, turn: int = 0) -> list[dict[str, Any]]:
    """A conversation whose last message is the sample; another `turn` makes it one that was not seen before."""
    call = {"id": "call_1", "type": "function", "function": {"name": sample.tool, "arguments": "{}"}}
    return [
        {"role": "system", "content": "Answer from the tool results."},
        {"role": "user", "content": sample.question},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": sample.text + "\n" * turn},
    ]


def large(kind: str, size: int, number: int = 0) -> str:
    """A text of a kind with about `size` characters, grown from 40 pieces that differ; another for each `number`."""
    rng = random.Random(f"{kind}{number or ''}")  # noqa: S311  # an input, not a secret
    pieces = [KINDS[kind](rng) for _ in range(40)]
    if kind == "notebook":
        return _notebook(pieces, size)
    if kind == "json":
        rows = [json.loads(piece) for piece in pieces]
        flat = [row for value in rows for row in _rows(value)]
        return json.dumps(_filled(flat, sum(len(json.dumps(row)) for row in flat), size))
    if kind in ("csv", "fixed"):
        pieces = pieces[:1] + [piece.partition("\n")[2] for piece in pieces[1:]]
    if kind == "markup":
        pieces = [piece[piece.index("<h2>") : piece.index("</body>")] for piece in pieces]
        return f"<!DOCTYPE html>\n<html><body>\n{''.join(_filled(pieces, sum(map(len, pieces)), size))}</body></html>\n"
    return "".join(_filled([piece.rstrip("\n") + "\n" for piece in pieces], sum(map(len, pieces)), size))


def _rows(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    return list(value["items"]) if "items" in value else list(value.values())


def _notebook(pieces: list[str], size: int) -> str:
    books = [json.loads(piece) for piece in pieces]
    cells = [cell for book in books for cell in book["cells"]]
    return json.dumps({**books[0], "cells": _filled(cells, sum(map(len, pieces)), size)}, indent=1)


def _filled(pieces: list[Any], length: int, size: int) -> list[Any]:
    """The pieces over and over, or some of them, so that `length` of them all becomes about `size`."""
    count = max(1, round(len(pieces) * size / length))
    return [pieces[number % len(pieces)] for number in range(count)]
