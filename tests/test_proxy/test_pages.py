"""The proxy's own paths, and its page in a real browser."""

from __future__ import annotations

import json
import re
import shutil
from importlib.resources import files
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from headroom_jupyter import Store, __version__, compress, count_tokens
from tests.agents import LOG, history, tools_of
from tests.carrier import body_of
from tests.proxies import proxy_thread
from tests.retrieving import retrieving
from tests.test_proxy.conftest import Wire
from tests.upstream import Reply, in_turn

BODY = body_of("anthropic", history("anthropic", LOG), tools_of("anthropic", "run"))


def test_it_says_who_it_is_and_when_it_is_ready(wire: Wire) -> None:
    live = wire.http.get("/livez").json()
    assert (live["name"], live["version"]) == ("headroom proxy", __version__)
    assert isinstance(live["pid"], int)
    ready = wire.http.get("/readyz")
    while ready.status_code == 503:  # it loads for a fraction of a second
        ready = wire.http.get("/readyz")
    assert ready.json() == {"ready": True, "why": ""}


def test_a_store_that_cannot_be_used_is_told_and_requests_go_through(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    home = tmp_path / "home"
    home.write_text("a file where the folder should be")
    monkeypatch.setenv("HEADROOM_HOME", str(home))
    wire.upstream.script = in_turn("Hi.")
    with proxy_thread(wire.upstream.url) as url:
        answer = wire.http.post(f"{url}/v1/messages", content=BODY)
        assert answer.status_code == 200
        assert "store" in answer.headers["x-headroom-failed"]
        assert "unit 300 was built" in wire.upstream.seen[0].body.decode()


def test_stats_and_metrics_count_what_passed(wire: Wire) -> None:
    before = wire.http.get("/stats").json()["totals"]
    wire.upstream.script = retrieving("", "Done.", lines="1-2")
    wire.http.post("/v1/messages", content=BODY)
    wire.http.post("/v1/messages", content=BODY[:-1])
    stats = wire.http.get("/stats").json()
    counted = {name: stats["totals"][name] - before[name] for name in before}
    assert (counted["requests"], counted["failed"], counted["retrievals"], counted["rounds"]) == (2, 1, 1, 1)
    assert counted["tokens_before"] > 10 * counted["tokens_after"] > 0
    failed, done = stats["requests"][:2]
    assert "no JSON" in failed["failed"]
    (changed,) = done["changed"]
    assert (changed["message"], changed["kind"], len(changed["refs"][0])) == (2, "log", 12)
    assert wire.http.get(f"/stats?after={done['number']}").json()["requests"] == [failed]
    assert wire.http.get("/stats?after=x").status_code == 400
    families = {family.name: family for family in text_string_to_metric_families(wire.http.get("/metrics").text)}
    tokens = {s.labels["when"]: s.value for s in families["headroom_tokens"].samples if s.name.endswith("_total")}
    assert tokens["before"] > tokens["after"] > 0
    assert families["headroom_open_requests"].samples[0].value == 0


def test_what_providers_report_of_their_caches_is_shown_apart(wire: Wire) -> None:
    use = {"input_tokens": 20, "cache_read_input_tokens": 900, "cache_creation_input_tokens": 80, "output_tokens": 1}
    reply = {"type": "message", "role": "assistant", "content": [], "stop_reason": "end_turn", "usage": use}
    wire.upstream.script = lambda _: Reply(json.dumps(reply).encode())
    before = wire.http.get("/stats").json()
    for body in (BODY, body_of("anthropic", [{"role": "user", "content": "Hi"}])):  # watched, and overheard
        wire.http.post("/v1/messages", content=body)
    stats = wire.http.get("/stats").json()
    for now, old in ((stats["totals"], before["totals"]), (stats["books"], before["books"])):
        grown = [now[name] - old[name] for name in ("calls", "input_tokens", "cached_tokens", "written_tokens")]
        assert grown == [2, 2000, 1800, 160]
    assert stats["requests"][0]["measured"] == {"input_tokens": 1000, "cached_tokens": 900, "written_tokens": 80}
    assert set(stats["basis"]["measured"]) <= set(stats["totals"])
    told = wire.http.get("/metrics").text
    assert 'headroom_provider_input_tokens_total{api="anthropic",part="cached"}' in told
    assert "as providers reported" in told


def test_an_original_that_cannot_be_stored_is_told_and_the_request_goes_through(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path / "full"))
    with Store() as store:
        store.put(b"the folder is there, and has no room for more")
    monkeypatch.setenv("HEADROOM_QUOTA_BYTES", "1")
    wire.upstream.script = in_turn("Hi.")
    with proxy_thread(wire.upstream.url) as url:
        answer = wire.http.post(f"{url}/v1/messages", content=BODY)
        assert answer.status_code == 200
        assert "store: " in answer.headers["x-headroom-failed"]
        assert "is full" in answer.headers["x-headroom-failed"]
        assert json.loads(wire.upstream.seen[0].body)["messages"] == json.loads(BODY)["messages"]
    result = compress(json.loads(BODY)["messages"])
    assert result.error is not None
    assert "is full" in result.error
    assert result.messages == json.loads(BODY)["messages"]


def test_the_engine_can_be_had_by_http(wire: Wire) -> None:
    messages = history("openai", LOG)
    text = json.dumps({"messages": messages, "model": "gpt-4o"}).replace('"user"', '"us\\u0065r"')
    answer = wire.http.post("/v1/compress", content=text)
    done = answer.json()
    assert done["messages"] == compress(messages).messages
    assert done["tokens_before"] == count_tokens(messages)
    assert done["tokens_saved"] == done["tokens_before"] - done["tokens_after"]
    assert '"us\\u0065r"' in answer.text, "what is not changed is not rewritten"
    ref = done["decisions"][-1]["refs"][0]
    assert wire.http.post("/v1/retrieve", json={"ref": ref}).json()["text"] == LOG
    found = wire.http.post("/v1/retrieve", json={"ref": ref, "lines": "500"}).json()
    assert found["text"].endswith("failed: out of paper\n")
    assert found["tokens"] == count_tokens(found["text"])
    counted = wire.http.post("/v1/count_tokens", json={"messages": messages}).json()
    assert counted == {"tokens": count_tokens(messages), "is_estimate": False}


@pytest.mark.parametrize(
    ("path", "body", "status", "told"),
    [
        ("/v1/compress", {}, 400, "messages is missing"),
        ("/v1/compress", {"messages": [5]}, 400, "not a message"),
        ("/v1/compress", {"messages": [{"role": "user", "content": "x"}], "model": "no-such"}, 400, "unknown model"),
        ("/v1/compress", {"messages": [{"role": "user", "content": "x"}], "model": 5}, 400, "names no model"),
        ("/v1/compress", {"messages": [{"role": "user", "content": "x"}], "level": "x"}, 400, "level='x' is unknown"),
        ("/v1/compress", {"messages": [{"role": "user", "content": "x"}], "frozen": True}, 400, "frozen=True"),
        ("/v1/compress", {"messages": [{"role": "user", "content": "x"}], "retrieval": "no"}, 400, "retrieval='no'"),
        ("/v1/retrieve", {}, 400, "is no reference"),
        ("/v1/retrieve", {"ref": "0" * 12}, 404, "never stored"),
        ("/v1/retrieve", {"ref": "0" * 12, "lines": 5}, 400, "lines=5"),
        ("/v1/retrieve", {"ref": "0" * 12, "max_tokens": "5"}, 400, "max_tokens='5'"),
        ("/v1/count_tokens", {"text": 5}, 400, "not a list of messages"),
        ("/v1/count_tokens", [], 400, "a JSON list"),
    ],
)
def test_wrong_requests_to_the_engine_are_told_what_is_wrong(
    wire: Wire, path: str, body: Any, status: int, told: str
) -> None:
    answer = wire.http.post(path, json=body)
    assert answer.status_code == status
    assert told in answer.json()["error"]["message"]


def test_the_page_loads_nothing_but_itself(wire: Wire) -> None:
    answer = wire.http.get("/dashboard")
    assert answer.headers["content-type"].startswith("text/html")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    page = files("headroom_jupyter.proxy").joinpath("dashboard.html").read_text()
    assert not re.search(r"""(?:src|href)=|url\(|@import|innerHTML|outerHTML|insertAdjacent|document\.write""", page)


def test_a_person_sees_what_was_saved(wire: Wire) -> None:
    sync_api = pytest.importorskip("playwright.sync_api", reason="the page is not tried: playwright is missing")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("the page is not tried: install Chromium (apt-get install chromium)")
    with proxy_thread(wire.upstream.url) as url, sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        problems: list[str] = []
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(f"{url}/dashboard")
        sync_api.expect(page.get_by_text("Nothing has passed yet")).to_be_visible(timeout=30_000)
        wire.upstream.script = in_turn("Hi.")
        wire.http.post(f"{url}/v1/messages", content=BODY.replace(b"claude-x", b"<b>claude</b>"))
        row = page.get_by_role("row").filter(has_text="1 text made smaller")
        sync_api.expect(row).to_be_visible(timeout=30_000)
        sync_api.expect(row).to_contain_text("<b>claude</b>")
        row.get_by_role("button").click()
        ref = wire.http.get(f"{url}/stats").json()["requests"][0]["changed"][0]["refs"][0]
        sync_api.expect(page.get_by_text(ref)).to_be_visible()
        browser.close()
    assert problems == []
