"""compress_value() of a DataFrame of 100,000 x 30: its time, and its memory beside the frame's own.

Memory is the growth of the process's peak, in a process of its own, after a small frame has loaded all that is needed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.verdicts import Verdict

__all__ = ["measure_values"]

_ROWS, _COLUMNS = 100_000, 30
_TIME_BAR_MS, _MEMORY_BAR = 1000.0, 1.5
_FRAMES = ("numbers", "mixed", "polars")
_ROUNDS = 3


def measure_values() -> Iterator[Verdict]:
    """The least time and the least memory of a few processes, for each kind of frame."""
    for name in _FRAMES:
        runs = [_run(name) for _ in range(_ROUNDS)]
        own = runs[0]["own"]
        title = f"a frame of {_ROWS:,} x {_COLUMNS} ({name}, {own / 1e6:.0f} MB)"
        yield Verdict(f"{title}, {runs[0]['tokens']:,} tokens", min(run["ms"] for run in runs), "ms", _TIME_BAR_MS)
        yield Verdict(f"{title}, memory", min(run["peak"] for run in runs) / own, "x its own", _MEMORY_BAR)


def _run(name: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.benchmarks.values", name]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _frame(name: str, rows: int) -> Any:
    import numpy as np  # noqa: PLC0415  # of the child process alone
    import pandas as pd  # noqa: PLC0415

    rng = np.random.default_rng(1)
    if name == "numbers":
        return pd.DataFrame(rng.normal(size=(rows, _COLUMNS)), columns=[f"c{i}" for i in range(_COLUMNS)])
    columns: dict[str, Any] = {"time": pd.date_range("2024-01-01", periods=rows, freq="min")}
    columns |= {f"f{i}": rng.normal(size=rows) for i in range(17)}
    columns |= {f"i{i}": rng.integers(0, 10_000, rows) for i in range(6)}
    columns |= {f"s{i}": rng.choice(["north", "south", "east", "west"], rows) for i in range(5)}
    frame = pd.DataFrame({**columns, "key": [f"order {i * 7919 % 1_000_003}" for i in range(rows)]})
    if name == "polars":
        import polars as pl  # noqa: PLC0415

        return pl.from_pandas(frame)
    return frame


def _status(key: str) -> int:
    """A figure of this process in bytes."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(f"{key}:"))


def main() -> None:
    """Measure one frame and print what was found."""
    from headroom_jupyter import Store, compress_value  # noqa: PLC0415  # of the child process alone

    name = sys.argv[1]
    frame = _frame(name, _ROWS)
    own = frame.estimated_size() if name == "polars" else int(frame.memory_usage(deep=True).sum())
    with tempfile.TemporaryDirectory() as folder, Store(folder, project="benchmark") as store:
        compress_value(_frame(name, 2000), store=store)
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak begins here
        before = _status("VmRSS")
        start = time.perf_counter()
        result = compress_value(frame, store=store)
        taken = (time.perf_counter() - start) * 1e3
        peak = _status("VmHWM") - before
    print(json.dumps({"ms": taken, "peak": peak, "own": own, "tokens": result.tokens_after}))


if __name__ == "__main__":
    main()
