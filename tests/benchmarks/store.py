"""Times of the store: put, issue, get and form at the median for 10-kB originals, in an empty store and in a large one.

python tests/benchmarks/store.py                     a minute at most
python tests/benchmarks/store.py --entries 1000000   first fills the store with that many originals; minutes
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from statistics import median, quantiles

from headroom_jupyter.ccr import folder
from headroom_jupyter.ccr.disk import Shelf
from headroom_jupyter.ccr.store import Store

# milliseconds at the median: 40 known blocks in 5 ms, hence the last three
BARS = {"put": 1.0, "issue": 1.0, "get": 0.3, "form": 0.125, "ref_of": 0.125, "40 forms and refs at once": 5.0}
_BATCH = 2000


def original(number: int, size: int = 10_000) -> bytes:
    """A log of `size` bytes that no other number gives."""
    line = f"2026-01-01 12:00:00 worker {number} took {number * 7919 % 99991} ms for request {number * 104729} ok\n"
    return (line * (size // len(line) + 1))[:size].encode()


def fill(store: Store, count: int) -> None:
    """Issue `count` small originals, in large transactions; for the benchmark only."""
    store.put(b"opens the store")
    shelf = folder.existing(store.path)
    assert isinstance(shelf, Shelf)
    writing = store._writing
    for first in range(0, count, _BATCH):
        with writing(0):
            for number in range(first, min(first + _BATCH, count)):
                give(store, -1 - number, original(number, 400), b"f" * 60)  # nested: one transaction for all


def give(store: Store, number: int, data: bytes, form: bytes) -> None:
    """Issue an original under the names of a number."""
    store.issue(data, key=key(number), form=form, issued=issued(number), kind="log")


def key(number: int) -> bytes:
    """The key of a number's form."""
    return sha256(b"key %d" % number).digest()


def issued(number: int) -> bytes:
    """The digest of the text issued for a number."""
    return sha256(b"issued %d" % number).digest()


def timed(run: Callable[[int], object], count: int) -> list[float]:
    """Milliseconds of each run."""
    found = []
    for number in range(count):
        start = time.perf_counter()
        run(number)
        found.append((time.perf_counter() - start) * 1e3)
    return found


def measure(store: Store, rounds: int) -> dict[str, list[float]]:
    """Times of each use, by name."""
    ready = [original(number + 10_000_000) for number in range(2 * rounds)]
    order = list(range(rounds))
    random.Random(1).shuffle(order)  # noqa: S311  # an order, not a secret
    refs = [sha256(data).hexdigest()[:12] for data in ready]
    keys, texts = [key(number) for number in range(40)], [issued(number) for number in range(40)]
    return {
        "put": timed(lambda n: store.put(ready[rounds + n], kind="log"), rounds),
        "issue": timed(lambda n: give(store, n, ready[n], b"f" * 1500), rounds),
        "get": timed(lambda n: store.get(refs[order[n]]), rounds),
        "form": timed(lambda n: store.form(key(order[n])), rounds),
        "ref_of": timed(lambda n: store.ref_of(issued(order[n])), rounds),
        "40 forms and refs at once": timed(lambda _: (store.forms(keys), store.refs_of(texts)), 50),
    }


def main() -> int:
    """Print the table; exit status 1 when a bar is missed."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--entries", type=int, default=0, help="originals that the store holds before")
    ask.add_argument("--rounds", type=int, default=1000)
    options = ask.parse_args()
    missed = False
    with tempfile.TemporaryDirectory() as home:
        store = Store(Path(home) / "store", project="benchmark")
        start = time.perf_counter()
        fill(store, options.entries)
        filled = time.perf_counter() - start
        print(f"{options.entries:,} originals, {store.volume_bytes() / 1e6:,.0f} MB, filled in {filled:.0f} s")
        for name, times in measure(store, options.rounds).items():
            middle, high = median(times), quantiles(times, n=100)[98]
            missed |= middle > BARS[name]
            verdict = "ok  " if middle <= BARS[name] else "MISS"
            print(f"{verdict} {name:28} median {middle:7.3f} ms   99 % {high:7.3f} ms   bar {BARS[name]} ms")
        store.close()
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
