"""The proxy of headroom-ai, started from its own virtual environment, to be measured in turn with ours.

It would download a vocabulary, and without one it does nothing: it is given a cache that has them.
"""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha1
from pathlib import Path

from tests.vocabularies import rank_file

__all__ = ["Rival", "rival_proxy"]

_PLACE = (
    "https://openaipublic.blob.core.windows.net/encodings/{}.tiktoken"  # the names in tiktoken's cache are its hashes
)
_PATIENCE_S = 120


@dataclass(frozen=True)
class Rival:
    """A proxy that runs, and how long it took to be ready."""

    url: str
    ready_ms: float


@contextmanager
def rival_proxy(python: str, upstream: str) -> Iterator[Rival]:
    """headroom-ai's proxy in front of `upstream`; `python` is that of its virtual environment."""
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        taken.close()
        for name in ("o200k_base", "cl100k_base"):
            cached = sha1(_PLACE.format(name).encode()).hexdigest()  # noqa: S324  # a name, not a secret
            (Path(folder) / cached).write_bytes(rank_file(name))
        own = {name: value for name, value in os.environ.items() if not name.startswith("HEADROOM_")}
        own |= {"HOME": folder, "TIKTOKEN_CACHE_DIR": folder, "HF_HUB_OFFLINE": "1", "HEADROOM_TELEMETRY": "off"}
        own["ANTHROPIC_TARGET_API_URL"] = upstream
        command = [str(Path(python).with_name("headroom")), "proxy", "--no-rate-limit", "--port", str(port)]
        started = time.perf_counter()
        quiet = subprocess.DEVNULL
        with subprocess.Popen(command, env=own, cwd=folder, stdout=quiet, stderr=quiet) as process:
            try:
                _wait_for(port, process)
                yield Rival(f"http://127.0.0.1:{port}", (time.perf_counter() - started) * 1e3)
            finally:
                process.terminate()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end and process.poll() is None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            line.request("GET", "/readyz")
            if line.getresponse().status == http.client.OK:
                return
        except OSError:
            time.sleep(0.02)  # a port to which nobody listens yet answers at once
        finally:
            line.close()
    raise TimeoutError("headroom-ai's proxy did not answer; is headroom-ai[proxy] 0.42.0 installed?")
