"""What the proxy costs: time over a direct connection in the same run, time to be ready, and memory.

Clients, proxies and upstream are processes of their own. Each request goes to all of them, one after the other, before
the next one does, so that a busy machine slows all alike. With `reference` one of them is headroom-ai's proxy.
"""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlsplit

from tests.agents import answer_to, history, results_of, tools_of
from tests.benchmarks.corpus import large
from tests.benchmarks.rival import rival_proxy
from tests.benchmarks.verdicts import Verdict, milliseconds
from tests.carrier import body_of
from tests.material import grown
from tests.proxies import proxy_process
from tests.upstream import ToolCall

__all__ = ["measure_proxy"]

_KNOWN, _KNOWN_BYTES = 250, 100_000
_NEW, _NEW_BYTES, _NEW_KINDS = 20, 40_000, ("log", "json", "search", "code")
_WARM_UP = 10
_STREAMS = 200
_MANY = 10_000
_READY_SHARE = 1 / 8  # of headroom-ai's time to be ready

Times = Mapping[str, Sequence[float]]


def measure_proxy(reference: str | None = None) -> Iterator[Verdict]:
    """Every figure of the proxy's overhead; `reference`: the Python of an environment with headroom-ai[proxy]."""
    with tempfile.TemporaryDirectory() as folder, _upstream() as upstream:
        environ = {"HEADROOM_HOME": folder, "HEADROOM_PROJECT": "benchmark"}
        ready_ms = min(_ready_ms(upstream, environ) for _ in range(5))
        yield Verdict("proxy: from start to ready", ready_ms, "ms", 1000)
        with proxy_process(upstream, environ) as proxy:
            places = {"direct": upstream, "ours": proxy.url}
            if reference:
                with rival_proxy(reference, upstream) as rival:
                    share = ready_ms / rival.ready_ms
                    yield Verdict("proxy: time to be ready, share of headroom-ai's", share, "", _READY_SHARE)
                    yield from _overheads(places | {"headroom-ai": rival.url})
            else:
                yield from _overheads(places)
            yield from _memory(proxy.url, proxy.process.pid, _conversation(_KNOWN_BYTES))


def _overheads(places: Mapping[str, str]) -> Iterator[Verdict]:
    name = "100 kB with nothing new"
    known = list(_goes_on(_conversation(_KNOWN_BYTES), _WARM_UP + _KNOWN))
    times = _in_turn(places, known, name)
    for share, bar in ((50, 5), (99, 50)):
        yield Verdict(f"proxy: {name}, over a direct connection, p{share}", _over(times, share), "ms", bar)
    yield from _beside(times, name)
    name = "a new 40 kB tool result"
    found: dict[str, list[float]] = defaultdict(list)
    for kind in _NEW_KINDS:
        new = [_with_new_result(kind, number) for number in range(_WARM_UP + _NEW)]
        for place, own in _in_turn(places, new, f"{name}, {kind}").items():
            found[place] += own
    yield Verdict(f"proxy: {name}, over a direct connection, p50", _over(found, 50), "ms", 60)
    yield from _beside(found, name)


def _over(times: Times, share: int) -> float:
    return _share(times["ours"], share) - _share(times["direct"], share)


def _beside(times: Times, name: str) -> Iterator[Verdict]:
    for share in (50, 99) if "headroom-ai" in times else ():
        ratio = _share(times["ours"], share) / _share(times["headroom-ai"], share)
        yield Verdict(f"proxy: {name}, p{share}, share of headroom-ai's", ratio, "", 1)


def _in_turn(places: Mapping[str, str], bodies: Sequence[bytes], name: str) -> Times:
    """Milliseconds of each request at each place, the first ones left out; a table of them is printed."""
    lines = {place: http.client.HTTPConnection(urlsplit(url).netloc, timeout=600) for place, url in places.items()}
    found: dict[str, list[float]] = defaultdict(list)
    arrived: dict[str, list[int]] = defaultdict(list)
    for number, body in enumerate(bodies):
        order = list(lines)
        at = number % len(order)
        for place in (*order[at:], *order[:at]):  # whoever comes second may find the upstream's caches warm
            started = time.perf_counter()
            reply = _asked(lines[place], body)
            found[place].append((time.perf_counter() - started) * 1e3)
            arrived[place].append(_arrived(reply) * 100 // len(body))
    for line in lines.values():
        line.close()
    measured = {place: own[_WARM_UP:] for place, own in found.items()}
    for place, own in measured.items():
        shares = "".join(f"   p{share} {_share(own, share):7.1f} ms" for share in (50, 90, 99))
        print(f"{name:32} {place:12}{shares}   {median(arrived[place]):3.0f} % of the bytes arrived", flush=True)
    return measured


def _arrived(reply: bytes) -> int:
    """How many bytes reached the upstream, which says so."""
    found = re.search(rb"(\d+) bytes arrived", reply)
    assert found, reply[:500]
    return int(found[1])


def _asked(line: http.client.HTTPConnection, body: bytes) -> bytes:
    line.request("POST", "/v1/messages", body, {"content-type": "application/json"})
    return line.getresponse().read()


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

    found = [milliseconds(_asked, connection, body) for body in bodies]
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


def _goes_on(body: bytes, count: int) -> Iterator[bytes]:
    """Bodies of a conversation that goes on with another short question each time."""
    request = json.loads(body)
    for number in range(count):
        more = [*answer_to("anthropic", [], "I see."), {"role": "user", "content": f"Go on with part {number}."}]
        yield json.dumps(request | {"messages": [*request["messages"], *more]}, indent=1).encode()


def _with_new_result(kind: str, number: int) -> bytes:
    """A conversation of its own: in one that it thinks it knows, headroom-ai leaves results as they are."""
    result = large(kind, _NEW_BYTES, number)
    messages = history("anthropic", result, question=f"What went wrong with {kind} {number}?")
    return body_of("anthropic", messages, tools_of("anthropic", "run"))


def _resident_mb(pid: int) -> float:
    """Memory of a process, Linux only."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) / 1000


if __name__ == "__main__":
    for verdict in measure_proxy(sys.argv[1] if sys.argv[1:] else None):
        print(verdict, flush=True)
