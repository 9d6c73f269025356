"""Whatever a client sends and an upstream answers: a clear status, never a hang, never a changed body."""

from __future__ import annotations

import gzip
import hashlib
import json
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.agents import LOG, history, tools_of
from tests.carrier import body_of
from tests.retrieving import retrieving
from tests.test_exchange.test_encodings import ENCODERS
from tests.test_proxy.conftest import Wire
from tests.upstream import API_PATHS, Reply, in_turn

PATHS = sorted(API_PATHS.values())
EACH = pytest.mark.parametrize("path", PATHS)
_GOOD = body_of("openai", history("openai", LOG), tools_of("openai", "run"))
_KEYS = ("messages", "input", "contents")
_ODD: list[Any] = [5, None, "x", {}, [5], [None], [[]], [{}], [{"role": 5}], [{"role": "tool", "content": {}}]]


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@EACH
@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"null", b"[]", b'"x"', b"\xff\xfe", b'{"messages": "\xff"}', b"\x00" * 100, _GOOD[:-1]),
        *(b'{"messages": [], "messages": [1]}', b'{"messages": NaN}', b"\xef\xbb\xbf" + _GOOD, _GOOD + b"{}"),
        b'{"messages": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        *(json.dumps({key: value, "tools": value}).encode() for key in _KEYS for value in _ODD),
    ],
    ids=lambda body: _hash(body)[:6],
)  # fmt: skip
def test_what_makes_no_sense_arrives_as_it_was_sent(wire: Wire, path: str, body: bytes) -> None:
    refusal = b'{"error": {"message": "what is this?"}}'
    wire.upstream.script = in_turn(Reply(refusal, 400))
    answer = wire.http.post(path, content=body)
    assert (answer.status_code, answer.content) == (400, refusal)
    (seen,) = wire.upstream.seen
    assert _hash(seen.body) == _hash(body)


@EACH
def test_a_request_in_which_nothing_is_worth_changing_arrives_byte_for_byte(wire: Wire, path: str) -> None:
    api = next(api for api, own in API_PATHS.items() if own == path)
    body = body_of(api, history(api, "short")).replace(b'"role"', b'"\\u0072ole"')
    wire.http.post(path, content=body, headers={"x-a": "b"})
    (seen,) = wire.upstream.seen
    assert _hash(seen.body) == _hash(body)
    assert seen.headers["x-a"] == "b"


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("path", ["/v1/messages", "/v1/models", "/v1/files/x?purpose=a%20b", "/v1beta/models"])
def test_other_paths_and_methods_pass(wire: Wire, method: str, path: str) -> None:
    wire.upstream.script = in_turn(Reply(b"\x00\xff", 418, {"content-type": "x/y", "x-own": "1"}))
    answer = wire.http.request(method, path, content=b"\x01\x02" if method in ("PUT", "PATCH") else None)
    assert (answer.status_code, answer.headers["x-own"]) == (418, "1")
    assert answer.content == (b"" if method == "HEAD" else b"\x00\xff")
    (seen,) = wire.upstream.seen
    assert (seen.method, seen.path) == (method, path)
    assert seen.body == (b"\x01\x02" if method in ("PUT", "PATCH") else b"")


@pytest.mark.parametrize("path", ["/", "/favicon.ico", "/nowhere", "/dashboard/x"])
def test_a_path_of_nobody_is_told(wire: Wire, path: str) -> None:
    answer = wire.http.get(path)
    assert answer.status_code == 404
    assert path in answer.json()["error"]["message"]
    assert wire.upstream.seen == []


@pytest.mark.parametrize("name", sorted(ENCODERS))
def test_a_body_that_came_compressed_is_read_and_goes_on_plain(wire: Wire, name: str) -> None:
    wire.upstream.script = retrieving("", "It was 89 ms.", lines="77-78")
    path = API_PATHS["openai"]
    answer = wire.http.post(path, content=ENCODERS[name](_GOOD), headers={"content-encoding": name})
    assert "It was 89 ms." in answer.text
    assert "x-headroom-failed" not in answer.headers
    first, second = wire.upstream.seen
    assert "content-encoding" not in {**first.headers, **second.headers}
    assert first.json["messages"][0] == json.loads(_GOOD)["messages"][0]
    assert len(first.body) < 0.3 * len(_GOOD)


def test_a_compressed_body_in_which_nothing_changes_goes_on_as_it_came(wire: Wire) -> None:
    body = gzip.compress(body_of("anthropic", [{"role": "user", "content": "Hi"}]))
    answer = wire.http.post("/v1/messages", content=body, headers={"content-encoding": "gzip"})
    (seen,) = wire.upstream.seen
    assert (seen.body, seen.headers["content-encoding"]) == (body, "gzip")
    assert "x-headroom-failed" not in answer.headers


@pytest.mark.parametrize(
    ("body", "name", "told"),
    [
        (b"\x28\xb5\x2f\xfd", "zstd", "its end is missing"),
        (b"no gzip", "gzip", "no whole gzip"),
        (b"\x01\x02", "br", "'br' is not read here"),
        (gzip.compress(b" " * 65_000_000), "gzip", "larger than 64,000,000 bytes"),
    ],
    ids=["cut off", "damaged", "br", "bomb"],
)
def test_a_body_that_cannot_be_decoded_is_passed_on_unread(wire: Wire, body: bytes, name: str, told: str) -> None:
    answer = wire.http.post("/v1/messages", content=body, headers={"content-encoding": name})
    (seen,) = wire.upstream.seen
    assert (seen.body, seen.headers["content-encoding"]) == (body, name)
    assert told in answer.headers["x-headroom-failed"]


@EACH
@pytest.mark.parametrize("kind", ["application/json", "text/event-stream", "text/html", ""])
@pytest.mark.parametrize("reply", [b"", b"{", b"[]", b"data: {\n\ndata: 5\n\n", b"\xff" * 50, b'{"choices": 5}'])
def test_answers_that_make_no_sense_arrive_as_they_were_sent(wire: Wire, path: str, kind: str, reply: bytes) -> None:
    api = next(api for api, own in API_PATHS.items() if own == path)
    wire.upstream.script = in_turn(Reply(reply, headers={"content-type": kind}))
    answer = wire.http.post(path, content=body_of(api, history(api, LOG), tools_of(api, "run")))
    assert (answer.status_code, answer.content) == (200, reply)


def test_a_redirect_is_the_clients_to_follow(wire: Wire) -> None:
    wire.upstream.script = in_turn(Reply(b"", 307, {"location": "http://evil.example/"}))
    answer = wire.http.post("/v1/messages", content=_GOOD)
    assert (answer.status_code, answer.headers["location"]) == (307, "http://evil.example/")
    assert len(wire.upstream.seen) == 1


@given(
    body=st.binary(max_size=400), path=st.sampled_from(PATHS), reply=st.binary(max_size=200), is_stream=st.booleans()
)
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_pass_both_ways(wire: Wire, body: bytes, path: str, reply: bytes, is_stream: bool) -> None:
    kind = "text/event-stream" if is_stream else "application/json"
    wire.upstream.script = in_turn(Reply(reply, headers={"content-type": kind}))
    wire.upstream.seen.clear()
    answer: httpx2.Response = wire.http.post(path, content=body)
    assert answer.content == reply
    assert wire.upstream.seen[0].body == body
