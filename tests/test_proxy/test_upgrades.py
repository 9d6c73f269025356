"""A websocket is refused in the one way that makes clients go on with HTTP at once."""

from __future__ import annotations

from tests.test_proxy.conftest import Wire


def test_a_websocket_is_refused_and_reaches_no_provider(wire: Wire) -> None:
    headers = {"connection": "Upgrade", "upgrade": "websocket", "sec-websocket-version": "13", "sec-websocket-key": "x"}
    reply = wire.http.get("/v1/responses", headers=headers)
    assert reply.status_code == 426
    assert "HTTP" in reply.json()["error"]["message"]
    assert wire.upstream.seen == []


def test_a_gateway_without_a_version_in_its_address_is_reached(wire: Wire) -> None:
    reply = wire.http.post("/responses", json={"model": "gpt-x", "input": "Hello"})
    assert reply.status_code == 200
    assert wire.upstream.seen[0].path == "/responses"
