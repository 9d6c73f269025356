"""Nobody but its user gets at the proxy, only the configured upstreams hear from it, and it tells no secrets."""

from __future__ import annotations

import json
import logging
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from headroom_jupyter.errors import InputError
from headroom_jupyter.proxy.config import ProxyConfig
from tests.agents import LOG, history, tools_of
from tests.carrier import body_of
from tests.proxies import ProxyProcess, proxy_thread
from tests.test_proxy.conftest import PATIENCE_S, Wire
from tests.upstream import Reply, Upstream, in_turn

BODY = body_of("anthropic", history("anthropic", LOG), tools_of("anthropic", "run"))
TOKEN = "s3cret"  # noqa: S105  # of these tests
UPSTREAMS = dict.fromkeys(("anthropic", "openai", "gemini"), "http://127.0.0.1:9")


def _raw(url: str, request: bytes, *, timeout_s: float = 30) -> bytes:
    """What a request of any bytes is answered with, until the connection closes or the answer is whole."""
    place = urlsplit(url)
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=timeout_s) as connection:
        connection.sendall(request)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
            head, end, body = answer.partition(b"\r\n\r\n")
            length = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")]
            if end and length and len(body) >= int(length[0]):
                break
        return answer


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "", "[::2]", "[", "10.0.0.1"]
)
def test_a_foreign_host_is_refused(wire: Wire, host: str) -> None:
    answer = _raw(wire.url, f"POST /v1/messages HTTP/1.1\r\nHost: {host}\r\nContent-Length: 2\r\n\r\n{{}}".encode())
    assert b" 403 " in answer.split(b"\r\n")[0] or b" 400 " in answer.split(b"\r\n")[0]
    assert wire.upstream.seen == []


@pytest.mark.parametrize("host", ["localhost:1", "127.0.0.1", "[::1]:99", "LOCALHOST"])
def test_this_machine_goes_by_several_names(wire: Wire, host: str) -> None:
    assert wire.http.get("/livez", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:3000", "http://127.0.0.1"])
def test_web_pages_are_refused(wire: Wire, origin: str) -> None:
    for path in ("/v1/messages", "/v1/retrieve", "/stats"):
        answer = wire.http.request("POST", path, headers={"origin": origin}, content=b"{}")
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers
    assert wire.upstream.seen == []


def test_the_proxys_own_page_and_named_origins_may_call_it(wire: Wire) -> None:
    assert wire.http.get("/stats", headers={"origin": wire.url}).status_code == 200
    with proxy_thread(wire.upstream.url, origins=("https://app.example",)) as url:
        asked = {"origin": "https://app.example", "access-control-request-method": "POST"}
        assert httpx2.options(f"{url}/v1/compress", timeout=PATIENCE_S, headers=asked).status_code == 204
        answer = httpx2.get(f"{url}/stats", timeout=PATIENCE_S, headers={"origin": "https://app.example"})
        assert answer.headers["access-control-allow-origin"] == "https://app.example"
        assert (
            httpx2.get(f"{url}/stats", timeout=PATIENCE_S, headers={"origin": "https://other.example"}).status_code
            == 403
        )


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])  # noqa: S104  # none is bound
def test_another_address_than_loopback_needs_a_token(host: str) -> None:
    with pytest.raises(InputError, match="--token"):
        ProxyConfig(UPSTREAMS, host=host)
    assert ProxyConfig(UPSTREAMS, host=host, token=TOKEN).token == TOKEN


def test_with_a_token_nothing_goes_without_it(wire: Wire) -> None:
    with proxy_thread(wire.upstream.url, token=TOKEN) as url:
        for path in ("/v1/messages", "/stats", "/metrics", "/v1/retrieve", "/v1/compress", "/v1/models"):
            for given in (b"", b"S3cret", "\u00e9".encode()):
                headers = [(b"x-headroom-token", given)]
                assert httpx2.post(url + path, timeout=PATIENCE_S, content=b"{}", headers=headers).status_code == 401
        assert wire.upstream.seen == []
        assert httpx2.get(f"{url}/livez", timeout=PATIENCE_S).status_code == 200
        answer = httpx2.post(
            f"{url}/v1/messages", timeout=PATIENCE_S, content=b"{}", headers={"x-headroom-token": TOKEN}
        )
        assert answer.status_code == 200
        assert "x-headroom-token" not in wire.upstream.seen[0].headers


@pytest.mark.parametrize(
    "target",
    [
        "http://evil.example/v1/messages",
        "//evil.example/v1/messages",
        "/\\evil.example/v1/messages",
        "/v1/messages@evil.example",
        "/v1/../../v1/messages",
        "/v1/%2e%2e/messages",
        "/v1/messages#x",
    ],
)
def test_no_path_leads_anywhere_else(wire: Wire, target: str) -> None:
    head = f"POST {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-Host: evil.example\r\n"
    more = "X-Original-URL: http://evil.example\r\nForwarded: host=evil.example\r\nContent-Length: 2\r\n\r\n{}"
    status = int(_raw(wire.url, (head + more).encode()).split(b" ")[1])
    for seen in wire.upstream.seen:  # whatever arrived, arrived at the configured place
        assert seen.headers["host"] == urlsplit(wire.upstream.url).netloc
    assert status in (200, 400, 404)


def test_an_upstreams_own_prefix_is_kept(wire: Wire) -> None:
    with proxy_thread(f"{wire.upstream.url}/router/v1/") as url:
        httpx2.post(f"{url}/v1/chat/completions?a=b%20c", timeout=PATIENCE_S, content=b"{}")
    assert wire.upstream.seen[0].path == "/router/v1/chat/completions?a=b%20c"


@pytest.mark.parametrize("url", ["ftp://x", "x", "", "http://", "http://u:p@x/", "http://x?q", "http://x:99999"])
def test_an_upstream_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(InputError, match="no plain http"):
        ProxyConfig({"openai": url})


def test_a_body_that_is_too_large_is_refused_before_it_is_read(wire: Wire) -> None:
    with proxy_thread(wire.upstream.url, most_body_bytes=1000) as url:
        head = b"POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000000\r\n\r\n"
        answer = _raw(url, head + b"{")
        assert b" 413 " in answer.split(b"\r\n")[0]
        assert b"larger than 1,000 bytes" in answer
        chunked = b"POST /v1/retrieve HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        assert b" 413 " in _raw(url, chunked + b"7d0\r\n" + b"x" * 2000 + b"\r\n").split(b"\r\n")[0]
        exact = httpx2.post(f"{url}/v1/messages", timeout=PATIENCE_S, content=b"[" + b" " * 998 + b"]")
        assert exact.status_code == 200
    assert len(wire.upstream.seen) == 1


def test_a_client_that_never_finishes_is_let_go(wire: Wire) -> None:
    with proxy_thread(wire.upstream.url, piece_timeout_s=0.3) as url:
        started = time.monotonic()
        assert _raw(url, b"POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ") == b""
        head = b"POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n\r\n{"
        assert b" 408 " in _raw(url, head).split(b"\r\n")[0]
        assert time.monotonic() - started < 20
        assert httpx2.get(f"{url}/livez", timeout=PATIENCE_S).status_code == 200


def test_more_connections_than_allowed_are_told_so(wire: Wire) -> None:
    with proxy_thread(wire.upstream.url, most_connections=3) as url:
        place = urlsplit(url)
        held = [socket.create_connection((place.hostname or "", place.port or 0)) for _ in range(3)]
        for connection in held:
            connection.sendall(b"GET /livez HTTP/1.1\r\n")
        assert b" 503 " in _raw(url, b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").split(b"\r\n")[0]
        for connection in held:
            connection.close()


def test_neither_keys_nor_bodies_are_logged_or_kept(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    secrets = {"authorization": "Bearer sk-geheim-1", "x-api-key": "sk-geheim-2", "x-goog-api-key": "sk-geheim-3"}
    noted = BODY[:-1] + b', "note": "sk-geheim-5"}'
    bad = Reply(b"\xff{", 200, {"content-type": "application/json"})
    with Upstream(in_turn("Hi.", bad, Reply(b"", 500))) as upstream:
        environ = {"HEADROOM_HOME": str(tmp_path / "home"), "HEADROOM_PROJECT": "secrets"}
        proxy = ProxyProcess(upstream.url, environ, has_log=True)
        caplog.set_level(logging.DEBUG)
        try:
            for path in (
                "/v1/messages",
                "/v1/chat/completions",
                "/v1/messages",
                "/nowhere",
                "/v1/messages?key=sk-geheim-4",
            ):
                httpx2.post(proxy.url + path, timeout=PATIENCE_S, content=noted, headers=secrets)
            httpx2.post(f"{proxy.url}/v1/messages", timeout=PATIENCE_S, content=b"{" + BODY, headers=secrets)
            pages = [httpx2.get(f"{proxy.url}/{page}", timeout=PATIENCE_S).text for page in ("stats", "metrics")]
        finally:
            proxy.stop()
        assert upstream.seen[0].headers["x-api-key"] == "sk-geheim-2", "the provider gets them"
    assert "geheim" not in str(pages)
    assert "unit 300" not in str(pages)
    assert b"geheim" not in proxy.log
    assert b"unit 300" not in proxy.log
    for place in (tmp_path / "home").rglob("*"):
        assert place.is_dir() or b"geheim" not in place.read_bytes(), place


def test_the_settings_of_a_proxy_do_not_show_its_token() -> None:
    assert TOKEN not in repr(ProxyConfig(UPSTREAMS, token=TOKEN))


def test_one_projects_originals_are_not_anothers(wire: Wire) -> None:
    wire.upstream.script = in_turn("Hi.")
    wire.http.post("/v1/messages", content=BODY, headers={"x-headroom-project": "one%20%C3%A9"})
    text = wire.upstream.seen[0].body.decode()
    ref = text[text.index("<<ccr:") + 6 :][:12]
    asked = json.dumps({"ref": ref}).encode()
    found = wire.http.post("/v1/retrieve", content=asked, headers={"x-headroom-project": "one%20%C3%A9"})
    assert found.json()["text"] == LOG
    assert wire.http.post("/v1/retrieve", content=asked, headers={"x-headroom-project": "two"}).status_code == 404
    assert "x-headroom-project" not in wire.upstream.seen[0].headers
    assert wire.http.post("/v1/messages", content=BODY, headers={"x-headroom-project": "a%0Ab"}).status_code == 400
