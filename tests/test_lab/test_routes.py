"""Every route asks who one is, stays in the server's root and in the project, and answers bad input in one line."""

from __future__ import annotations

import http.cookiejar
import re
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from headroom_jupyter.lab.routes import ROUTES
from tests.test_lab.server import Server

PROTOCOL = Path(__file__).parents[2] / "labextension" / "src" / "panel" / "protocol.ts"
METHODS = ("get", "post", "delete")
CALLS = [(method.upper(), route.pattern) for route in ROUTES for method in METHODS if getattr(route, method)]


def address(pattern: str) -> str:
    """An address that a pattern takes."""
    pattern = pattern.replace("([0-9a-f]{12})", "0123456789ab").replace("([0-9a-f]{16})", "0123456789abcdef")
    return pattern.replace(r"([\w-]{1,64})", "m1")


@pytest.mark.parametrize(("method", "pattern"), CALLS)
def test_nobody_is_answered_without_a_token(server: Server, method: str, pattern: str) -> None:
    for token in ("", "wrong"):
        answer = server.ask(method, address(pattern), {} if method == "POST" else None, token=token)
        assert answer.status == 403
        assert server.root.name not in answer.body.decode()


def test_a_cookie_alone_posts_nothing(server: Server) -> None:
    """Another page's form would be sent with the person's cookies, but not with the XSRF token."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    opener.open(f"{server.url}/api?token={server.token}").read()
    assert opener.open(f"{server.url}/headroom/status").status == 200
    with pytest.raises(urllib.error.HTTPError) as refused:
        opener.open(f"{server.url}/headroom/store/actions", data=b"{}")
    assert refused.value.code == 403


def test_the_routes_are_those_of_the_protocol() -> None:
    told = re.findall(r"^ \*     (GET|POST|DELETE) +headroom/(\S+)", PROTOCOL.read_text(), re.MULTILINE)
    said = {(method, re.sub(r"\?\S*", "", path)) for method, path in told}
    names = {"0123456789ab": "REF", "0123456789abcdef": "FORM"}
    real = set()
    for method, pattern in CALLS:
        path = address(pattern)
        for example, name in sorted(names.items(), reverse=True):
            path = path.replace(example, name)
        real.add((method, path.replace("memory/m1", "memory/ID")))
    assert said == real


@pytest.mark.parametrize(
    "path", ["../outside.txt", "link.txt", "linked/outside.txt", "/etc/passwd", "a/../../outside.txt"]
)
def test_no_path_leads_out_of_the_root(server: Server, path: str) -> None:
    outside = server.root.parent / "outside.txt"
    outside.write_text("secret of somebody else")
    for name, target in (("link.txt", outside), ("linked", outside.parent)):
        if not (server.root / name).is_symlink():
            (server.root / name).symlink_to(target)
    for body in ({"file": path}, {"notebook": path}):
        answer = server.ask("POST", "compress", body)
        assert answer.status == 404
        assert "secret" not in answer.body.decode()


@pytest.mark.parametrize("document", ["..", "linked", "../../x.ipynb"])
def test_no_document_outside_of_the_root_has_a_project(server: Server, document: str) -> None:
    if not (server.root / "linked").is_symlink():
        (server.root / "linked").symlink_to(server.root.parent)
    assert server.ask("GET", "store", document=document).status == 404


def test_hidden_files_stay_hidden(server: Server) -> None:
    (server.root / ".env").write_text("KEY=1")
    assert server.ask("POST", "compress", {"file": ".env"}).status == 404


def test_another_projects_originals_are_not_found(server: Server) -> None:
    (server.root / "other" / ".git").mkdir(parents=True, exist_ok=True)
    with server.store("other") as foreign:
        ref = foreign.put(b"of another project", kind="log")
        foreign.remember(b"key", b"{}", ref=ref)
    assert server.get(f"store/{ref}", document="other/a.ipynb")["ref"] == ref
    for method, pattern in CALLS:
        if "([0-9a-f]{12})" in pattern:
            answer = server.ask(method, address(pattern).replace("0123456789ab", ref, 1))
            assert (answer.status, answer.json["kind"]) == (404, "MissingOriginal"), pattern
    assert server.post("store/actions", {"action": "delete", "refs": [ref]})["done"] == []
    assert server.ask("POST", "store/export", {"refs": [ref]}).status == 404
    assert server.ask("POST", "compress", {"ref": ref}).status == 404
    assert ref not in {one["ref"] for one in server.get("store")["entries"]}


@pytest.mark.parametrize(
    ("method", "path", "body", "says"),
    [
        ("POST", "compress", {}, "exactly one of"),
        ("POST", "compress", {"text": "a", "file": "b"}, "exactly one of"),
        ("POST", "compress", {"text": 5}, "text is int"),
        ("POST", "compress", {"text": "a", "model": "nonsense-9"}, "unknown model"),
        ("POST", "compress", {"text": "a", "budget": -1}, "budget"),
        ("POST", "compress", {"text": "a", "level": "hard"}, "level"),
        ("POST", "compress", {"text": "a", "pins": {"text": [[2, 1]]}}, "2-1"),
        ("POST", "compress", {"text": "a", "limit": "many"}, "limit"),
        ("POST", "compress", [1], "no JSON object"),
        ("GET", "store?sort=colour", None, "sort"),
        ("GET", "store?offset=-1", None, "offset"),
        ("GET", "store?since=yesterday", None, "since"),
        ("GET", "savings?by=moon", None, "moon"),
        ("POST", "store/actions", {"action": "burn", "refs": ["0123456789ab"]}, "burn"),
        ("POST", "store/actions", {"action": "pin", "refs": []}, "refs"),
        ("POST", "store/actions", {"action": "pin", "refs": ["../../x"]}, "no reference"),
        ("POST", "store/actions", {"action": "expire", "refs": ["0123456789ab"]}, "days"),
        ("DELETE", "memory/nothing", None, "nothing"),
    ],
)
def test_bad_input_gets_one_line_that_names_it(server: Server, method: str, path: str, body: object, says: str) -> None:
    answer = server.ask(method, path, body)
    assert answer.status == 400, answer.body
    assert says in answer.json["message"]
    assert answer.json["kind"] in ("InputError", "MarkerError")
    assert "\n" not in answer.json["message"]


def test_what_a_route_does_not_do_is_refused(server: Server) -> None:
    assert server.ask("POST", "status", {}).status == 405
    assert server.ask("GET", "store/not-a-ref").status == 404
    assert server.ask("POST", "compress").status == 400
