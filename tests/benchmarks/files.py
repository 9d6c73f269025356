"""compress() of each file beside one tiktoken count of the same text, and beside headroom-ai if it is given.

The two alternate within one run, so that a busy machine slows both.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from headroom_jupyter import Store, compress
from tests.benchmarks.corpus import Sample, ask_about
from tests.benchmarks.verdicts import Verdict, milliseconds
from tests.vocabularies import rank_file, tiktoken_encoding

__all__ = ["measure_files"]

_MEDIAN_BAR, _FILE_BAR = 4.0, 12.0  # times one count of the text
_ROUNDS = 5


def measure_files(samples: Sequence[Sample], reference: str | None) -> Iterator[Verdict]:
    """Times of every file, printed as they come, and what they amount to."""
    encoding = tiktoken_encoding("o200k_base")
    theirs = _reference_times(samples, reference) if reference else {}
    ratios: dict[str, float] = {}
    ours_by_kind, theirs_by_kind = defaultdict[str, float](float), defaultdict[str, float](float)
    print(f"{'file':42}{'kB':>7}{'count ms':>10}{'compress ms':>13}{'ratio':>7}{'saved':>7}{'reference, saved':>21}")
    with tempfile.TemporaryDirectory() as folder, Store(folder, project="benchmark") as store:
        for sample in samples:
            saved = compress(ask_about(sample), store=store).saved_fraction
            counts, times = [], []
            for turn in range(1, _ROUNDS + 1):
                messages = ask_about(sample, turn=turn)
                counts.append(milliseconds(encoding.encode_ordinary, messages[-1]["content"]))
                times.append(milliseconds(compress, messages, store=store))
            ratios[sample.name] = median(times) / median(counts)
            their = theirs.get(sample.name)
            ours_by_kind[sample.kind] += median(times)
            theirs_by_kind[sample.kind] += their[0] if their else 0.0
            shown = f"{their[0]:14.1f}{their[1]:7.0%}" if their else ""
            print(
                f"{sample.name[:41]:42}{len(sample.text) / 1e3:7.0f}{median(counts):10.1f}{median(times):13.1f}"
                f"{ratios[sample.name]:7.1f}{saved:7.0%}{shown}",
                flush=True,
            )
    yield Verdict("compress(), median file, in counts of its text", median(ratios.values()), "x", _MEDIAN_BAR)
    worst = max(ratios, key=lambda name: ratios[name])
    yield Verdict(f"compress(), slowest file ({worst[:30]})", ratios[worst], "x", _FILE_BAR)
    if theirs:
        slower = [kind for kind, taken in ours_by_kind.items() if taken > theirs_by_kind[kind]]
        yield Verdict(f"kinds slower than with headroom-ai {slower}", len(slower), f"of {len(ours_by_kind)}", 0)


def _reference_times(samples: Sequence[Sample], python: str) -> dict[str, tuple[float, float]]:
    """Median milliseconds and share saved of headroom-ai for each file, in its own virtual environment."""
    turns = range(_ROUNDS + 1)
    jobs: list[dict[str, Any]] = [
        {"name": sample.name, "turns": [ask_about(sample, turn=turn) for turn in turns]} for sample in samples
    ]
    with tempfile.TemporaryDirectory() as folder:
        for name in ("o200k_base", "cl100k_base"):
            (Path(folder) / f"{name}.tiktoken").write_bytes(rank_file(name))
        command = [python, str(Path(__file__).with_name("reference.py")), folder]
        done = subprocess.run(command, input=json.dumps(jobs), capture_output=True, text=True, check=True, cwd=folder)
    found: dict[str, tuple[float, float]] = json.loads(done.stdout.strip().split("\n")[-1])
    return found
