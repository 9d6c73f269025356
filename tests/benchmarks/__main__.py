"""All measurements of the engine in one run, each beside its bar; exit code 1 if one is missed.

  python -m tests.benchmarks                          the files of examples/
  python -m tests.benchmarks FOLDER                   the files of a folder with a manifest.json
  python -m tests.benchmarks --reference PYTHON       beside headroom-ai 0.42.0: the Python of a virtual environment
                                                      in which it is installed, as headroom-ai[proxy] for that part
  python -m tests.benchmarks --only growth            one part: files, growth, array, conversation, cache, processes,
                                                      values, notebooks, proxy

The store has a table of its own: python tests/benchmarks/store.py
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.benchmarks.cache import measure_cache
from tests.benchmarks.corpus import load_corpus
from tests.benchmarks.files import measure_files
from tests.benchmarks.notebooks import measure_notebooks
from tests.benchmarks.processes import measure_processes
from tests.benchmarks.proxy import measure_proxy
from tests.benchmarks.sizes import measure_conversation, measure_growth, measure_large_array
from tests.benchmarks.values import measure_values
from tests.benchmarks.verdicts import Verdict


class _Failures(logging.Handler):
    """Counts failures of compressors: a text that goes through unchanged is fast, and that is no merit."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.count = 0
        self.told: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Count one, and keep its error once."""
        self.count += 1
        self.told.add(repr(record.exc_info[1]) if record.exc_info else record.getMessage())


def main() -> int:
    """Print every part and then the verdicts."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("folder", nargs="?", type=Path)
    ask.add_argument("--reference", default=os.environ.get("HEADROOM_REFERENCE_PYTHON"), metavar="PYTHON")
    ask.add_argument("--only", default="", metavar="PART")
    ask.add_argument("--kind", default="", help="of the growth part")
    options = ask.parse_args()
    samples = load_corpus(options.folder)
    parts: dict[str, Callable[[], Iterator[Verdict]]] = {
        "files": lambda: measure_files(samples, options.reference),
        "growth": lambda: measure_growth(options.kind),
        "array": measure_large_array,
        "conversation": lambda: measure_conversation(samples),
        "cache": measure_cache,
        "processes": lambda: measure_processes(samples),
        "values": measure_values,
        "notebooks": measure_notebooks,
        "proxy": lambda: measure_proxy(options.reference),
    }
    failures = _Failures()
    logging.getLogger("headroom_jupyter").addHandler(failures)
    verdicts = [verdict for name, part in parts.items() if options.only in ("", name) for verdict in part()]
    told = f"texts left unchanged because of a failure {sorted(failures.told)}"
    verdicts.append(Verdict(told, failures.count, "", 0))
    print()
    for verdict in verdicts:
        print(verdict)
    return 0 if all(verdict.is_held for verdict in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
