"""Notebooks to pack: one of thirty cells as a person leaves it, and its parts for other tests."""

from __future__ import annotations

import random

from headroom_jupyter.notebook.book import Book, BookCell
from headroom_jupyter.notebook.recording import Output

__all__ = ["KEY", "long_log", "thirty_cells", "working_notebook"]

KEY = "sk-proj-" + "Ab3dEf6hIj9kLm2nOp5q"
_LOAD = '''def load_shard(number, *, strict=True):
    """Rows of a shard."""
    return [{"shard": number, "row": i, "size": i * number % 97} for i in range(400)]'''
_PADDING = 19  # cells that only compute something


def long_log(size_chars: int = 1_000_000) -> str:
    """A log of a batch job, one error in the middle of it."""
    chance = random.Random(7)  # noqa: S311  # a sample, no secret
    lines: list[str] = []
    size = number = 0
    while size < size_chars:
        level = "WARNING" if chance.random() < 0.01 else "INFO"
        line = (
            f"2026-03-01 12:{number // 60 % 60:02}:{number % 60:02} {level} worker-{chance.randrange(8)} batch {number}"
            f" took {chance.random() * 90:.2f} ms, checksum {chance.randrange(16**8):08x}"
        )
        lines.append(line)
        size += len(line) + 1
        number += 1
    lines.insert(len(lines) // 2, "2026-03-01 12:30:00 ERROR worker-3 shard 17 is damaged: bad magic number")
    return "\n".join(lines) + "\n"


def thirty_cells() -> list[tuple[str, str]]:
    """Thirty cells, code and Markdown, as (kind, source); two of them fail and one prints 1 MB."""
    cells = [
        ("markdown", "# Nightly load\n\nWhy do some shards arrive damaged?"),
        ("code", "import json\nimport random\nfrom pathlib import Path"),
        ("code", f'api_key = "{KEY}"\nsettings = {{"retries": 3, "password": "correct-horse"}}'),
        ("code", _LOAD),
        ("code", "class Totals:\n    def __init__(self, rows):\n        self.size = sum(row['size'] for row in rows)"),
        ("code", "print(Path('job.log').read_text(), end='')"),
        ("code", "shards = {number: load_shard(number) for number in range(20)}\nshards[3]"),
        ("code", "damaged = shards[17]\ndamaged[0]['checksum']"),
        ("markdown", "## Totals by shard"),
    ]
    for i in range(_PADDING):
        cells.append(("code", f"value_{i} = Totals(shards[{i}]).size + {i}\nprint('shard {i} has', value_{i})"))
    cells.append(("code", "total = value_0 + value_1\ntotal / (value_0 - value_0)"))
    cells.append(("code", "summary = {'shards': len(shards), 'total': total}\nsummary"))
    return cells


def working_notebook() -> Book:
    """The same as a book, with outputs as they come, without a kernel."""
    log = long_log()
    trace = "-----\nKeyError   Traceback \nCell In[7], line 2\n----> 2 damaged[0]['checksum']\n\n"
    cells = []
    count = 0
    for position, (kind, source) in enumerate(thirty_cells(), 1):
        count += kind == "code"
        found: tuple[Output, ...] = ()
        if "job.log" in source:
            found = (Output("stdout", log),)
        elif "checksum" in source:
            found = (Output("error", trace + "KeyError: 'checksum'", title="KeyError: 'checksum'"),)
        elif "/ (" in source:
            text = "ZeroDivisionError: division by zero"
            found = (Output("error", trace.replace("KeyError", "ZeroDivisionError") + text, title=text),)
        elif "print(" in source:
            found = (Output("stdout", f"shard has {position}\n"),)
        is_failed = any(output.kind == "error" for output in found)
        cells.append(
            BookCell(
                kind, source, count if kind == "code" else 0, found, f"id{position}", position, is_failed=is_failed
            )
        )
    return Book(tuple(cells), title="nightly.ipynb")
