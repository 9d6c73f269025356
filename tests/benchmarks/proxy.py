"""What the proxy costs: time over a direct connection in the same run, time to be ready, and memory.

Clients, proxy and upstream are processes of their own; requests to the upstream and to the proxy take turns.
"""

from __future__ import annotations

import http.client
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from typing import Any
from urllib.parse import urlsplit

from tests.agents import answer_to, history, results_of, tools_of
from tests.benchmarks.verdicts import Verdict, milliseconds
from tests.carrier import body_of
from tests.material import grown
from tests.proxies import proxy_process
from tests.upstream import ToolCall

__all__ = ["measure_proxy"]

_ROUNDS, _BATCH = 10, 40
_NEW_RESULTS = 40
_STREAMS = 200
_MANY = 10_000


def measure_proxy() -> Iterator[Verdict]:
    """Every figure of the proxy's overhead."""
    with tempfile.TemporaryDirectory() as folder, _upstream() as upstream:
        environ = {"HEADROOM_HOME": folder, "HEADROOM_PROJECT": "benchmark"}
        yield Verdict("proxy: from start to ready", min(_ready_ms(upstream, environ) for _ in range(5)), "ms", 1000)
        with proxy_process(upstream, environ) as proxy:
            known = _conversation(100_000)
            _times(proxy.url, [known] * 20)
            direct: list[float] = []
            through: list[float] = []
            for _ in range(_ROUNDS):
                direct += _times(upstream, [known] * _BATCH)
                through += _times(proxy.url, [known] * _BATCH)
            for name, share, bar in (("p50", 50, 5), ("p99", 99, 50)):
                over = _share(through, share) - _share(direct, share)
                yield Verdict(f"proxy: 100 kB with nothing new, over a direct connection, {name}", over, "ms", bar)
            fresh = [_with_new_result(number) for number in range(_NEW_RESULTS)]
            over = _share(_times(proxy.url, fresh), 50) - _share(_times(upstream, fresh), 50)
            yield Verdict("proxy: a new 40 kB tool result, over a direct connection, p50", over, "ms", 60)
            yield from _memory(proxy.url, proxy.process.pid, known)


def _memory(url: str, pid: int, known: bytes) -> Iterator[Verdict]:
    body = known.replace(b'"tools"', b'"stream": true, "tools"', 1)
    with ThreadPoolExecutor(_STREAMS) as pool:

        def everybody() -> None:
            list(pool.map(lambda _: _times(url, [body]), range(_STREAMS)))

        everybody()
        before = _resident_mb(pid)
        for _ in range(3):
            everybody()
    yield Verdict(f"proxy: growth over three times {_STREAMS} streams at once", _resident_mb(pid) - before, "MB", 20)
    small = body_of("anthropic", history("anthropic", "short"), tools_of("anthropic", "run"))
    _times(url, [small] * 1000)
    before = _resident_mb(pid)
    _times(url, [small] * _MANY)
    yield Verdict(f"proxy: growth over {_MANY:,} requests", _resident_mb(pid) - before, "MB", 10)


@contextmanager
def _upstream() -> Iterator[str]:
    command = [sys.executable, "-m", "tests.upstream"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield process.stdout.readline().strip()
        process.kill()


def _ready_ms(upstream: str, environ: dict[str, str]) -> float:
    started = time.perf_counter()
    with proxy_process(upstream, environ) as proxy:
        place = urlsplit(proxy.url)
        while True:
            connection = http.client.HTTPConnection(place.netloc)
            connection.request("GET", "/readyz")
            status = connection.getresponse().status
            connection.close()
            if status == http.client.OK:
                return (time.perf_counter() - started) * 1e3


def _times(url: str, bodies: Sequence[bytes]) -> list[float]:
    """Milliseconds of each request over one connection."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=600)

    def ask(body: bytes) -> None:
        connection.request("POST", "/v1/messages", body, {"content-type": "application/json"})
        connection.getresponse().read()

    found = [milliseconds(ask, body) for body in bodies]
    connection.close()
    return found


def _share(times: Sequence[float], percent: int) -> float:
    return quantiles(times, n=100, method="inclusive")[percent - 1]


def _conversation(size_bytes: int) -> bytes:
    messages: list[Any] = [{"role": "user", "content": [{"type": "text", "text": "What went wrong?"}]}]
    for number in range(size_bytes):
        call = ToolCall(f"c{number}", "run", {"path": f"f{number}"})
        text = grown(("log", "json", "code", "prose")[number % 4], number)[:6000]
        messages += [*answer_to("anthropic", [call]), *results_of("anthropic", [(call.id, "run", text)])]
        body = body_of("anthropic", messages, tools_of("anthropic", "run", "read", "search"))
        if len(body) >= size_bytes:
            break
    return body


def _with_new_result(number: int) -> bytes:
    lines = "".join(
        f"2024-05-01 10:00:{i % 60:02} INFO [w-{i % 4}] run {number} unit {i} took {i} ms\n" for i in range(770)
    )
    return body_of("anthropic", history("anthropic", lines), tools_of("anthropic", "run"))


def _resident_mb(pid: int) -> float:
    """Memory of a process, Linux only."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) / 1000


if __name__ == "__main__":
    for verdict in measure_proxy():
        print(verdict, flush=True)
