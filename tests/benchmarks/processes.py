"""What only a fresh process shows: import time, the first compression, and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from tests.benchmarks.corpus import Sample, ask_about
from tests.benchmarks.verdicts import Verdict, milliseconds

__all__ = ["measure_processes"]

_IMPORT_BAR_MS, _FIRST_BAR_MS, _MEMORY_BAR_MB = 100.0, 600.0, 200.0
_ROUNDS = 9
_FIRST = "import json, sys; from headroom_jupyter import compress; compress(json.load(open(sys.argv[1])))"
_MEMORY = r"""
import json, re, sys
from headroom_jupyter import compress
for name in sys.argv[1:]:
    with open(name) as file:
        compress(json.load(file))
# In kB, Linux only; ru_maxrss would begin with what the parent process had when it forked.
print(re.search(r"VmHWM:\s+(\d+)", open("/proc/self/status").read())[1])
"""


def measure_processes(samples: Sequence[Sample]) -> Iterator[Verdict]:
    """Times over a bare Python that alternates with ours, and the most memory that a corpus takes.

    The least of all runs counts, as nothing makes a start faster than it is; of first compressions, which differ by
    their file, the median does.
    """
    with tempfile.TemporaryDirectory() as folder:
        names = []
        for number, sample in enumerate(samples):
            names.append(str(Path(folder) / f"{number}.json"))
            Path(names[-1]).write_text(json.dumps(ask_about(sample)))
        _run(str(Path(folder) / "warm"), _MEMORY, *names)
        bare, imported, first = [], [], []
        for turn in range(_ROUNDS):
            home = str(Path(folder) / f"home{turn}")
            bare.append(milliseconds(_run, home, "pass"))
            imported.append(milliseconds(_run, home, "import headroom_jupyter"))
            first.append(milliseconds(_run, home, _FIRST, names[turn % len(names)]))
        memory_mb = int(_run(str(Path(folder) / "home"), _MEMORY, *names)) / 1024
    yield Verdict("import headroom_jupyter, over bare Python", min(imported) - min(bare), "ms", _IMPORT_BAR_MS)
    yield Verdict("import and first compress(), over bare Python", median(first) - min(bare), "ms", _FIRST_BAR_MS)
    yield Verdict("peak memory over the corpus", memory_mb, "MB", _MEMORY_BAR_MB)


def _run(home: str, code: str, *arguments: str) -> str:
    # Byte code is kept, as pip leaves it when it installs; a checkout has none when the environment forbids it.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment = {**kept, "HEADROOM_HOME": home, "PYTHONPYCACHEPREFIX": str(Path(home).with_name("bytecode"))}
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
