"""`headroom learn`, measured: precision and recall against labels by hand, and the memory that a large log takes.

python -m tests.benchmarks.learn                  the recorded sessions of golden/, each set beside its bar
python -m tests.benchmarks.learn --log-bytes 2e9  a Claude Code log of that size, made by repeating a recorded one
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

from tests.test_learn.samples import FOLDER, GOLDEN, SETS, gathered_from, labels, make_home, rules_from, score

PRECISION, RECALL = 0.9, 0.7
_MOST_GROWTH_MB = 100


def measure_labels() -> bool:
    """Print precision and recall of each recorded set; whether both bars are held."""
    is_held = True
    for samples in map(GOLDEN.with_name, SETS):
        with tempfile.TemporaryDirectory() as folder:
            rules = rules_from(make_home(Path(folder) / "home", samples))
        told = score(labels(samples), rules)
        is_held &= told.precision >= PRECISION and told.recall >= RECALL
        teaching = len(told.right) + len(told.missed)
        print(
            f"{samples.name}: {len(labels(samples))} calls labelled, {teaching} of them teach something;"
            f" {len(rules)} rules; precision {told.precision:.2f} (bar {PRECISION}),"
            f" recall {told.recall:.2f} (bar {RECALL})"
        )
        for name, rule in told.wrong:
            print(f"  wrong: {name} {rule.correction.wrong} -> {rule.correction.right}")
        print(f"  missed: {', '.join(told.missed) or 'none'}")
    return is_held


def measure_memory(size_bytes: int) -> bool:
    """Print time and memory of a large log; whether memory stays flat."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        logs = home / ".claude" / "projects" / "-home-ann-shop"
        logs.mkdir(parents=True)
        whole = b"".join(path.read_bytes() for path in sorted(GOLDEN.glob("home/.claude/projects/*/*.jsonl")))
        gathered_from(home)
        before_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        with (logs / "large.jsonl").open("wb") as file:
            for _ in range(size_bytes // len(whole) + 1):
                file.write(whole)
        start = time.perf_counter()
        found = gathered_from(home)
        elapsed_s = time.perf_counter() - start
        grown_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - before_mb
    print(
        f"{size_bytes / 1e6:,.0f} MB of {FOLDER}: {found.calls:,} calls, {found.failures:,} failures;"
        f" {elapsed_s:.0f} s; memory grew by {grown_mb:.0f} MB (bar {_MOST_GROWTH_MB})"
    )
    return grown_mb <= _MOST_GROWTH_MB


def main() -> int:
    """Print all; exit code 1 if a bar is missed."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--log-bytes", type=float, default=0)
    options = ask.parse_args()
    is_held = measure_memory(int(options.log_bytes)) if options.log_bytes else measure_labels()
    return 0 if is_held else 1


if __name__ == "__main__":
    sys.exit(main())
