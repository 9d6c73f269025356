"""A stream flows: its first byte at once, its end as the upstream ends it, and nothing for a client that went away."""

from __future__ import annotations

import gzip
import json
import socket
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.agents import LOG, history, tools_of
from tests.carrier import body_of
from tests.proxies import proxy_thread
from tests.retrieving import retrieving
from tests.test_proxy.conftest import PATIENCE_S, Wire
from tests.upstream import Reply, Seen, Upstream, in_turn, speak

SSE = {"content-type": "text/event-stream"}
BODY = body_of("anthropic", history("anthropic", LOG), tools_of("anthropic", "run"), stream=True)
START = b'event: message_start\ndata: {"type":"message_start","message":{"usage":{"input_tokens":1}}}\n\n'
PING = b'event: ping\ndata: {"type": "ping"}\n\n'
WAIT_S = 20  # for something that happens within milliseconds, on a machine that is busy


@pytest.mark.parametrize("body", [BODY, b'{"stream": true}'], ids=["watched", "unread"])
def test_each_event_arrives_while_the_next_is_not_yet_there(wire: Wire, body: bytes) -> None:
    go_on = threading.Semaphore(0)

    def events() -> Iterator[bytes]:
        yield START
        for _ in range(3):
            assert go_on.acquire(timeout=WAIT_S)
            yield PING

    wire.upstream.script = in_turn(Reply(events(), headers=SSE))
    with wire.http.stream("POST", "/v1/messages", content=body) as answer:
        pieces = answer.iter_raw()
        assert next(pieces) == START
        for _ in range(3):
            go_on.release()
            assert next(pieces) == PING
        assert b"".join(pieces) == b""


def test_text_before_a_retrieval_arrives_before_it_is_answered(wire: Wire) -> None:
    is_asked, go_on = threading.Event(), threading.Event()
    script = retrieving("Let me look.", "Done.", lines="1-2")

    def waiting(seen: Seen) -> Reply:
        if len(wire.upstream.seen) == 2:
            is_asked.set()
            assert go_on.wait(WAIT_S)
        return script(seen)

    wire.upstream.script = waiting
    with wire.http.stream("POST", "/v1/messages", content=BODY) as answer:
        pieces = answer.iter_text()  # held: a generator that is dropped closes the connection
        heard = ""
        while "look." not in heard:
            heard += next(pieces)
        assert is_asked.wait(WAIT_S)
        go_on.set()
        assert "message_stop" in "".join(pieces)


@pytest.mark.parametrize(("method", "path"), [("POST", "/v1/messages"), ("POST", "/v1/audio"), ("GET", "/v1/models")])
def test_a_client_that_goes_away_ends_the_request_upstream(wire: Wire, method: str, path: str) -> None:
    ended = threading.Event()

    def endless() -> Iterator[bytes]:
        try:
            while True:
                yield PING * 100
        finally:
            ended.set()

    wire.upstream.script = in_turn(Reply(endless(), headers=SSE))
    with wire.http.stream(method, path, content=BODY if method == "POST" else None) as answer:
        next(answer.iter_raw())
    assert ended.wait(WAIT_S)


def test_a_client_that_goes_away_before_the_answer_ends_the_request_too() -> None:
    is_asked, ended = threading.Event(), threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as silent:

        def accept() -> None:
            connection, _ = silent.accept()
            with connection:
                connection.recv(65536)
                is_asked.set()
                while connection.recv(65536):
                    pass
                ended.set()

        thread = threading.Thread(target=accept)
        thread.start()
        with proxy_thread(f"http://127.0.0.1:{silent.getsockname()[1]}") as url:
            own = urlsplit(url)
            with socket.create_connection((own.hostname or "", own.port or 0)) as client:
                head = f"POST /v1/messages HTTP/1.1\r\nHost: {own.netloc}\r\nContent-Length: {len(BODY)}\r\n\r\n"
                client.sendall(head.encode() + BODY)
                assert is_asked.wait(WAIT_S)
            assert ended.wait(WAIT_S)
        thread.join()


def test_a_client_that_does_not_read_holds_the_upstream_back(wire: Wire) -> None:
    sent = 0
    is_over = threading.Event()

    def endless() -> Iterator[bytes]:
        nonlocal sent
        try:
            for _ in range(4000):  # 400 MB
                sent += 1
                yield b"data: {}\n\n" * 10_000
        finally:
            is_over.set()

    wire.upstream.script = in_turn(Reply(endless(), headers=SSE))
    with wire.http.stream("POST", "/v1/messages", content=BODY) as answer:
        pieces = answer.iter_raw()  # held: a generator that is dropped closes the connection
        next(pieces)
        before = -1
        while before != sent:  # until it stands still
            before = sent
            is_over.wait(0.3)
        assert not is_over.is_set()
        assert sent < 400, "more is under way than sockets hold"
    assert is_over.wait(WAIT_S)


def test_a_stream_that_breaks_off_breaks_off_for_the_client(wire: Wire) -> None:
    def broken() -> Iterator[bytes]:
        yield START
        yield PING[:10]
        raise ConnectionResetError

    wire.upstream.script = in_turn(Reply(broken(), headers=SSE))
    heard: list[bytes] = []
    with wire.http.stream("POST", "/v1/messages", content=BODY) as answer:
        pieces = answer.iter_raw()
        with pytest.raises(httpx2.RemoteProtocolError):
            heard.extend(pieces)
    assert b"".join(heard) == START


def test_an_unfinished_event_at_the_end_still_arrives(wire: Wire) -> None:
    wire.upstream.script = in_turn(Reply([START, PING[:10]], headers=SSE))
    assert wire.http.post("/v1/messages", content=BODY).content == START + PING[:10]


def test_an_answer_in_one_piece_that_breaks_off_is_an_error(wire: Wire) -> None:
    def broken() -> Iterator[bytes]:
        yield b'{"content": ['
        raise ConnectionResetError

    wire.upstream.script = in_turn(Reply(broken()))
    answer = wire.http.post("/v1/messages", content=BODY.replace(b'"stream": true', b'"stream": false'))
    assert answer.status_code == 502
    assert "anthropic upstream" in answer.json()["error"]["message"]


def test_an_upstream_that_is_not_there_is_told() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))  # and does not listen
        with proxy_thread(f"http://127.0.0.1:{deaf.getsockname()[1]}") as url:
            answer = httpx2.post(f"{url}/v1/messages", timeout=PATIENCE_S, content=BODY)
    assert answer.status_code == 502
    assert "cannot be reached" in answer.json()["error"]["message"]


def test_errors_of_the_upstream_pass_unchanged(wire: Wire) -> None:
    body = b'{"type":"error","error":{"type":"rate_limit_error","message":"Slow down"}}'
    headers = {"content-type": "application/json", "retry-after": "7", "request-id": "req_1"}
    wire.upstream.script = in_turn(Reply(body, 429, headers))
    answer = wire.http.post("/v1/messages", content=BODY)
    assert (answer.status_code, answer.content) == (429, body)
    assert (answer.headers["retry-after"], answer.headers["request-id"]) == ("7", "req_1")
    assert int(answer.headers["x-headroom-tokens-saved"]) > 0


def test_an_error_in_a_hidden_round_is_the_answer(wire: Wire) -> None:
    first = retrieving("", "", lines="1-2")
    refusal = Reply(b'{"error": {"message": "busy"}}', 529, {"content-type": "application/json", "retry-after": "3"})

    def script(seen: Seen) -> Reply:
        return first(seen) if len(wire.upstream.seen) == 1 else refusal

    wire.upstream.script = script
    answer = wire.http.post("/v1/messages", content=BODY.replace(b'"stream": true', b'"stream": false'))
    assert (answer.status_code, answer.headers["retry-after"]) == (529, "3")
    assert answer.json() == {"error": {"message": "busy"}}


def test_many_streams_at_once_all_arrive_whole() -> None:
    everybody = threading.Barrier(41)

    def script(seen: Seen) -> Reply:
        def events() -> Iterator[bytes]:
            yield START
            everybody.wait(60)  # all are open at once
            reply = speak(seen, "text " * 50)
            assert not isinstance(reply.body, bytes)
            yield from reply.body

        return Reply(events(), headers=SSE)

    answers: list[bytes] = []
    with Upstream(script) as upstream, proxy_thread(upstream.url) as url:

        def ask() -> None:
            answers.append(httpx2.post(f"{url}/v1/messages", timeout=PATIENCE_S, content=BODY).content)

        threads = [threading.Thread(target=ask) for _ in range(40)]
        for thread in threads:
            thread.start()
        everybody.wait(60)
        for thread in threads:
            thread.join()
    assert len(set(answers)) == 1
    assert b"message_stop" in answers[0]


def test_a_reply_that_comes_compressed_is_read_all_the_same(wire: Wire) -> None:
    script = retrieving("Let me look.", "Done.", lines="1-2")

    def compressed(seen: Seen) -> Reply:
        reply = script(seen)
        body = reply.body if isinstance(reply.body, bytes) else b"".join(reply.body)
        return Reply(gzip.compress(body), headers={**reply.headers, "content-encoding": "gzip"})

    wire.upstream.script = compressed
    answer = wire.http.post("/v1/messages", content=BODY)
    assert '"text":"Do' in answer.text.replace(" ", "")
    assert "headroom_retrieve" not in answer.text
    assert "content-encoding" not in answer.headers
    assert all(seen.headers["accept-encoding"] == "identity" for seen in wire.upstream.seen)
    json.loads(wire.upstream.seen[0].body)
