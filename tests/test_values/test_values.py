"""What a Python value becomes, whatever its kind."""

from __future__ import annotations

from headroom_jupyter import compress_value


def test_a_text_stays_a_text() -> None:
    assert compress_value("short").text == "short"


def test_a_container_becomes_json() -> None:
    result = compress_value([{"id": i, "status": "ok"} for i in range(500)])
    assert result.kind == "json"
    assert result.tokens_after < result.tokens_before / 5
