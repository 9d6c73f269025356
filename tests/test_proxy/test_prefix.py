"""What was sent before is sent again byte for byte: across turns, workers, and a kill -9 between any two turns."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import httpx2
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from headroom_jupyter import Store
from tests.carrier import carry
from tests.dialogues import Dialogue
from tests.proxies import ProxyProcess
from tests.test_proxy.conftest import PATIENCE_S
from tests.upstream import API_PATHS, Seen, Upstream

_IS_NIGHTLY = hypothesis_settings().max_examples > 1000
_APIS = sorted(API_PATHS)


@pytest.mark.parametrize("api", _APIS)
@hypothesis_settings(max_examples=200 if _IS_NIGHTLY else 4)
@given(seed=st.integers(0, 10**9))
def test_every_turn_begins_with_the_one_before(api: str, seed: int) -> None:
    dialogue = Dialogue(api, seed)
    with tempfile.TemporaryDirectory() as folder:

        def send(body: bytes) -> list[Seen]:
            with Store(Path(folder), project="prefix") as store:  # a new worker for each turn
                return carry(dialogue.path, body, dialogue.script, store).seen

        for _ in range(40 if _IS_NIGHTLY else 10):
            dialogue.step(send)


@pytest.mark.parametrize("api", _APIS if _IS_NIGHTLY else ["anthropic"])
@hypothesis_settings(max_examples=20 if _IS_NIGHTLY else 1)
@given(seed=st.integers(0, 10**9))
def test_two_workers_that_are_killed_send_the_same(api: str, seed: int) -> None:
    with tempfile.TemporaryDirectory() as home:
        _two_workers(api, seed, {"HEADROOM_HOME": home, "HEADROOM_PROJECT": "prefix"})


def _two_workers(api: str, seed: int, environ: dict[str, str]) -> None:
    dialogue = Dialogue(api, seed)
    rng = random.Random(seed)  # noqa: S311  # test data
    with Upstream(dialogue.script) as upstream, httpx2.Client(timeout=PATIENCE_S) as http:
        workers = [ProxyProcess(upstream.url, environ) for _ in range(2)]

        def send(body: bytes) -> list[Seen]:
            index = rng.randrange(2)
            if rng.random() < (0.5 if _IS_NIGHTLY else 0.1):
                workers[index].kill()
                workers[index] = ProxyProcess(upstream.url, environ)
            upstream.seen.clear()
            answer = http.post(workers[index].url + dialogue.path, content=body)
            assert answer.status_code == 200
            assert "x-headroom-failed" not in answer.headers
            said.append(upstream.seen[-1].body)
            return list(upstream.seen)

        said: list[bytes] = []
        try:
            for _ in range(40):
                dialogue.step(send)
        finally:
            for worker in workers:
                worker.kill()
    assert said[-1].count(b"<<ccr:") > 5, "nothing was compressed, so nothing was tried"
    assert said[-1].count(b"headroom_retrieve") > 2, "no mixed turn was put back"
