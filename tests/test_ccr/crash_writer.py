"""A writer that is killed, and one of several at once; run by the tests of the store in a process of its own."""

from __future__ import annotations

import sys
from hashlib import sha256
from pathlib import Path

from headroom_jupyter.ccr.store import Store

__all__ = ["original", "write"]


def original(number: int) -> bytes:
    """The number's original, 1 to 60 kB; every fourth does not compress."""
    if number % 4 == 0:
        return b"".join(sha256(b"%d %d" % (number, part)).digest() for part in range(300 + number % 1500))
    return b"line %d of a log that repeats itself\n" % number * (30 + number % 1000)


def write(path: Path, first: int, last: int) -> None:
    """Issue the originals of those numbers, and say each one that is in the store."""
    store = Store(path, project="crash")
    for number in range(first, last):
        data = original(number)
        ref = sha256(data).hexdigest()[:12]
        store.issue(data, key=b"key %d" % number, form=ref.encode(), issued=sha256(b"%d" % number).digest())
        if store.get(ref) != data:
            raise SystemExit(f"{number} came back wrong")
        print(number, flush=True)


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
