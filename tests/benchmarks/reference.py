"""Times headroom-ai on the jobs of standard input; runs in its own virtual environment, where nothing of ours is.

Its tokenizer would download a vocabulary, and without one it does nothing: it is given the rank files of a folder.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from statistics import median

import tiktoken.load

_FOLDER = Path(sys.argv[1])


def _read(blobpath: str, expected_hash: str | None = None) -> bytes:
    return (_FOLDER / blobpath.rsplit("/", 1)[-1]).read_bytes()


tiktoken.load.read_file_cached = _read

from headroom import compress  # type: ignore[import-not-found]  # noqa: E402  # in its own environment; after the patch

found = {}
for job in json.load(sys.stdin):
    times = []
    for messages in job["turns"]:
        start = time.perf_counter()
        result = compress(messages, model="gpt-4o")
        times.append((time.perf_counter() - start) * 1e3)
    saved = 1 - result.tokens_after / max(1, result.tokens_before)
    found[job["name"]] = median(times[1:]), saved
print(json.dumps(found))
