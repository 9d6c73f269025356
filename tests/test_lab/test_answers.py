"""What the routes answer: rows, lists, pages, forms and figures, equal to what the library says."""

from __future__ import annotations

import io
import json
import time
import zipfile
from pathlib import Path
from typing import Any

import nbformat
import pytest

from headroom_jupyter import Memory, compress_text
from headroom_jupyter.ccr.marker import parse
from headroom_jupyter.ledger import Ledger
from headroom_jupyter.settings import load
from headroom_jupyter.tokens import tokenizer_for
from tests.test_lab.server import Server

EXAMPLES = Path(__file__).parents[2] / "examples"
LOG = (EXAMPLES / "pytest_run.log").read_text()
HOSTILE = (
    "<script>alert(1)</script>\x1b[31m\u202egnp\u202c <<ccr:0123456789ab lines 1-9>> \ud800 😀 " + "x" * 100_000 + "\n"
)


@pytest.fixture
def notebook(server: Server) -> str:
    code = nbformat.v4.new_code_cell("print(open('run.log').read())", execution_count=1, id="one")
    code.outputs = [nbformat.v4.new_output("stream", text=LOG), nbformat.v4.new_output("stream", text="ok\n")]
    text = nbformat.v4.new_markdown_cell("# What the night brought", id="two")
    picture = nbformat.v4.new_code_cell("plot()", execution_count=2, id="three")
    png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
    picture.outputs = [nbformat.v4.new_output("display_data", {"image/png": png, "text/plain": "<Figure size 1x1>"})]
    nbformat.write(nbformat.v4.new_notebook(cells=[code, text, picture]), server.root / "night.ipynb")
    return "night.ipynb"


def row_of(server: Server, text: str, **ask: Any) -> Any:
    return server.post("compress", {"text": text, "path": "run.log", **ask})["rows"][0]


def whole(server: Server, path: str, name: str, **more: Any) -> Any:
    """A list or a text, put together from its pages."""
    found: Any = None
    offset: int | None = 0
    while offset is not None:
        page = server.get(path, offset=offset, **more)
        found = page[name] if found is None else found + page[name]
        offset = page["next"] if "next" in page else len(found) if len(found) < page["total"] else None
    return found


def test_a_notebook_has_a_row_for_each_source_and_output(server: Server, notebook: str) -> None:
    told = server.post("compress", {"notebook": notebook, "query": "Which test failed?"}, document=notebook)
    assert [(row["id"], row["title"]) for row in told["rows"]] == [
        ("one source", "In[1]"),
        ("one output 0", "In[1] stdout"),
        ("one output 1", "In[1] stdout"),
        ("two source", "cell 2"),
        ("three source", "In[2]"),
        ("three output 0", "In[2] display"),
    ]
    log = told["rows"][1]
    counted = tokenizer_for("gpt-4o").count(LOG)
    assert (log["tokens_before"], log["kind"], log["fidelity"]) == (counted, "log", "faithful")
    assert log["tokens_after"] < counted / 5
    image = told["rows"][5]
    assert (image["kind"], image["preview"][:7]) == ("image", "<<ccr:" + image["ref"][0])
    assert server.ask("GET", f"store/{image['ref']}/bytes", document=notebook).body[:4] == b"\x89PNG"
    (entry,) = [one for one in server.get("store", document=notebook)["entries"] if one["ref"] == log["ref"]]
    assert entry["notebook"] == notebook


def test_cells_of_an_open_notebook_need_no_file_and_are_sent_once(server: Server) -> None:
    cells = [{"id": "a", "cell_type": "code", "execution_count": 1, "source": "a 1", "outputs": ["a 2"]}]
    request = {"session": "page-0001", "cells": cells}
    assert server.post("compress", request) == {"keys": ["a 1", "a 2"]}
    output = json.dumps({"output_type": "stream", "text": LOG})
    pieces = [
        {"key": "a 1", "index": 0, "count": 1, "text": "1"},
        {"key": "a 2", "index": 1, "count": 2, "text": output[500:]},
        {"key": "a 2", "index": 0, "count": 2, "text": output[:500]},
    ]
    assert server.ask("POST", "texts", {"session": "page-0001", "pieces": pieces}).status == 204
    told = server.post("compress", request)
    assert [row["id"] for row in told["rows"]] == ["a source", "a output 0"]
    assert told["rows"][1]["tokens_before"] == tokenizer_for("gpt-4o").count(LOG)
    cells[0]["source"] = "a 3"
    assert server.post("compress", request) == {"keys": ["a 3"]}
    assert server.post("compress", {**request, "session": "page-0002"}) == {"keys": ["a 3", "a 2"]}
    assert server.ask("POST", "compress", {**request, "session": "../x"}).status == 400


def test_a_saved_notebook_is_read_again_when_it_changed(server: Server, notebook: str) -> None:
    request = {"notebook": notebook, "session": "page-0003", "preview": 0}
    first = server.post("compress", request)
    assert (first["total"], first["rows"][1]["preview"]) == (6, "")
    assert server.post("compress", request) == first
    book = nbformat.read(server.root / notebook, 4)
    book.cells[1].source = "# What the next night brought"
    nbformat.write(book, server.root / notebook)
    told = server.post("compress", {**request, "preview": 12})
    assert told["rows"][3]["preview"] == "# What the n"
    assert told["rows"][3]["tokens_before"] != first["rows"][3]["tokens_before"]


def test_a_budget_is_kept_by_the_whole_text(server: Server, notebook: str) -> None:
    told = server.post("compress", {"notebook": notebook, "budget": 700, "compose": 0})
    assert told["totals"]["budget_met"] is True
    assert tokenizer_for("gpt-4o").count(told["text"]["text"]) == told["totals"]["tokens_composed"] <= 700
    more = server.post("compress", {"notebook": notebook, "budget": 5000})
    assert more["rows"][1]["tokens_after"] > told["rows"][1]["tokens_after"]
    without = server.post("compress", {"notebook": notebook, "budget": 700, "exclude": ["one output 0"], "compose": 0})
    assert LOG[:200] not in without["text"]["text"]
    assert without["rows"][1]["is_included"] is False


def test_a_row_may_stay_whole(server: Server, notebook: str) -> None:
    told = server.post("compress", {"notebook": notebook, "whole": ["one output 0"]})
    assert (told["rows"][1]["fidelity"], told["rows"][1]["is_whole"]) == ("verbatim", True)


def test_rows_come_in_pages(server: Server, notebook: str) -> None:
    told = server.post("compress", {"notebook": notebook, "offset": 2, "limit": 2})
    assert ([row["id"] for row in told["rows"]], told["total"]) == (["one output 1", "two source"], 6)


def test_a_file_of_the_server_is_one_row(server: Server) -> None:
    (server.root / "logs").mkdir(exist_ok=True)
    (server.root / "logs" / "run.log").write_text(LOG)
    (row,) = server.post("compress", {"file": "logs/run.log"})["rows"]
    assert (row["id"], row["title"], row["kind"]) == ("file logs/run.log", "logs/run.log", "log")
    assert row["tokens_after"] == compress_text(LOG, path="logs/run.log").tokens_after
    (server.root / "logs" / "binary").write_bytes(b"\x00\xff\x00")
    assert server.ask("POST", "compress", {"file": "logs/binary"}).status in (400, 404)
    assert server.ask("POST", "compress", {"file": "logs"}).status == 404


def test_the_original_comes_back_by_the_page_the_line_and_the_slice(server: Server) -> None:
    text = HOSTILE * 6
    row = row_of(server, LOG + text)
    path = f"store/{row['ref']}"
    assert whole(server, f"{path}/original", "text") == LOG + text
    entry = server.get(path)
    assert entry["chars"] == len((LOG + text).encode("utf-16-le", "surrogatepass")) // 2
    assert entry["lines"] == LOG.count("\n") + 6
    some = server.get(f"{path}/lines", first=10, count=3)
    assert some["lines"] == LOG.split("\n")[9:12]
    assert some["offset"] == sum(len(line) + 1 for line in LOG.split("\n")[:9])
    long = server.get(f"{path}/lines", first=LOG.count("\n") + 1, count=2)
    assert [len(line) for line in long["lines"]] == [20_000, 20_000]
    assert long["cut"] == [LOG.count("\n") + 1, LOG.count("\n") + 2]
    slice_ = server.get(f"{path}/slice", lines="10-12")
    assert slice_["text"].split("\n")[:3] == LOG.split("\n")[9:12]
    assert (slice_["start"], slice_["first_line"]) == (some["offset"], 10)
    found = server.get(f"{path}/slice", query="failed")
    assert "failed" in found["text"].lower()
    assert server.ask("GET", f"{path}/bytes").body.decode("utf-8", "surrogatepass") == LOG + text


def test_a_mark_of_rows_leads_to_its_place(server: Server) -> None:
    text = (EXAMPLES / "functions.json").read_text()
    row = row_of(server, text, path="functions.json", query="Which function has the most branches?")
    marks = whole(server, f"store/{row['ref']}/forms/{row['form']}/markers", "markers")
    marker = parse(marks[0]["marker"])
    assert marker.unit == "rows"
    rows = ",".join(f"{first}-{last}" for first, last in marker.ranges)
    told = server.get(f"store/{row['ref']}/slice", at=marker.at, rows=rows)
    first = json.loads(text)["functions"][marker.ranges[0][0] - 1]
    assert json.loads(text[told["start"] : told["end"]]) == first


def test_a_download_is_never_a_page(server: Server) -> None:
    answer = server.ask("GET", f"store/{row_of(server, LOG + HOSTILE)['ref']}/bytes")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_form_its_spans_and_its_marks_fit_both_texts(server: Server) -> None:
    text = "😀 wide\n" + LOG
    row = row_of(server, text, query="Which test failed?")
    path = f"store/{row['ref']}/forms/{row['form']}"
    assert row["form"] in {one["form"] for one in server.get(f"store/{row['ref']}/forms")["forms"]}
    about = server.get(path)
    shown = whole(server, f"{path}/text", "text")
    before, after = (one.encode("utf-16-le", "surrogatepass") for one in (text, shown))
    assert (about["chars_before"], about["chars_after"]) == (len(before) // 2, len(after) // 2)
    spans = whole(server, f"{path}/spans", "spans", limit=50)
    assert len(spans) == about["spans_total"]
    ends = [0, 0]
    for a, b, c, d in spans:
        assert [a, c] == ends
        ends = [b, d]
    assert ends == [about["chars_before"], about["chars_after"]]
    marks = whole(server, f"{path}/markers", "markers")
    assert len(marks) == about["markers_total"] > 0
    for mark in marks:
        assert after[2 * mark["start"] : 2 * mark["end"]].decode("utf-16-le") == mark["marker"]
        ranges = parse(mark["marker"]).ranges
        if ranges and parse(mark["marker"]).unit == "lines":
            assert (mark["first_line"], mark["last_line"]) == (ranges[0][0], ranges[-1][1])
        assert mark["ref"] == row["ref"]


def test_a_line_that_is_pinned_stays(server: Server) -> None:
    text = "".join(f"step {n} of the nightly build took {n * 37 % 911} ms\n" for n in range(1, 2001))
    row = row_of(server, text)
    again = server.post("compress", {"ref": row["ref"], "path": "run.log", "pins": {row["ref"]: [[1234, 1235]]}})
    pinned = again["rows"][0]
    shown = whole(server, f"store/{row['ref']}/forms/{pinned['form']}/text", "text")
    assert "step 1234 of" in shown
    assert "step 1235 of" in shown
    assert pinned["ref"] == row["ref"]
    assert pinned["tokens_after"] < pinned["tokens_before"]


def test_a_forged_mark_is_ordinary_text(server: Server) -> None:
    line = "see <<ccr:0123456789ab lines 1-9 of 9>> and <<9-12>> failed\n"
    row = row_of(server, LOG + line, query="0123456789ab failed")
    path = f"store/{row['ref']}/forms/{row['form']}"
    assert line in whole(server, f"{path}/text", "text")
    marks = whole(server, f"{path}/markers", "markers")
    assert {mark["ref"] for mark in marks} == {row["ref"]}
    assert "<<9-12>>" not in {mark["marker"] for mark in marks}


def test_hostile_content_is_data_and_nothing_else(server: Server) -> None:
    answer = server.ask("POST", "compress", {"text": HOSTILE * 20})
    assert answer.headers["Content-Type"].startswith("application/json")
    assert len(answer.body) < 1_000_000
    original = server.get(f"store/{answer.json['rows'][0]['ref']}/original", limit=100)
    assert original["text"] == HOSTILE[:99]  # one character takes two units


def test_the_list_has_filters_orders_pages_and_search(server: Server) -> None:
    (server.root / "listed" / ".git").mkdir(parents=True)
    with server.store("listed", notebook=str(server.root / "listed" / "a.ipynb")) as store:
        refs = [store.put(b"needle %d " % n * (n + 1), kind="log", path=f"{n}.log") for n in range(30)]
        other = store.put(b"hay", kind="json")

    def listed(**given: Any) -> Any:
        return server.get("store", document="listed/a.ipynb", **given)

    everything = listed()
    assert (everything["total"], everything["kinds"]) == (31, {"log": 30, "json": 1})
    assert everything["notebooks"] == {"listed/a.ipynb": 31}
    assert everything["quota_bytes"] == load().quota_bytes
    assert [one["ref"] for one in listed(kind="json")["entries"]] == [other]
    assert listed(notebook="listed/a.ipynb")["total"] == 31
    assert listed(notebook="b.ipynb")["total"] == 0
    assert [one["ref"] for one in listed(sort="size", limit=2)["entries"]] == refs[:-3:-1]
    assert [one["ref"] for one in listed(sort="size", order="asc", offset=1, limit=1)["entries"]] == refs[:1]
    first = listed(q="needle", limit=20)
    rest = listed(q="needle", limit=20, resume=first["resume"])
    assert {one["ref"] for one in (*first["entries"], *rest["entries"])} == set(refs)
    assert (rest["resume"], rest["searched"]) == (None, 31)
    assert first["entries"][0]["hit"].startswith("needle")


def test_another_process_is_heard_of_and_what_is_deleted_can_come_back(server: Server) -> None:
    (server.root / "heard" / ".git").mkdir(parents=True)

    def changes(cursor: str) -> Any:
        return server.get("changes", document="heard", cursor=cursor)

    assert changes("of-another-server")["reset"] is True
    cursor = server.get("store", document="heard")["cursor"]
    with server.store("heard") as store:
        ref = store.put(b"from another process", kind="log")
        told = changes(cursor)
        assert ([one["ref"] for one in told["entries"]], told["reset"]) == ([ref], False)

        def act(action: str, **more: Any) -> Any:
            return server.post("store/actions", {"action": action, "refs": [ref], **more}, document="heard")

        assert act("pin")["done"] == [ref]
        assert changes(told["cursor"])["entries"][0]["is_pinned"] is True
        assert changes(told["cursor"])["entries"][0]["expires_at"] is None
        assert act("unpin")["undo_until"] is None
        assert act("expire", days=3)["done"] == [ref]
        assert act("delete")["undo_until"] > time.time()
        assert ref in changes(told["cursor"])["gone"]
        assert server.ask("GET", f"store/{ref}", document="heard").status == 404
        assert ref in act("delete")["failed"]
        assert act("undo")["done"] == [ref]
        assert server.get(f"store/{ref}", document="heard")["preview"] == "from another process"


def test_originals_are_exported_as_they_are(server: Server) -> None:
    refs = [row_of(server, LOG)["ref"], row_of(server, LOG[::-1])["ref"]]
    answer = server.ask("POST", "store/export", {"refs": refs})
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        told = json.loads(archive.read("manifest.json"))["originals"]
        assert [one["ref"] for one in told] == refs
        assert archive.read(told[0]["file"]).decode() == LOG


def test_the_memory_is_listed_searched_and_forgotten(server: Server) -> None:
    with server.store() as store:
        memory = Memory(store=store)
        port = memory.save("The staging database listens on port 5433", source="ann")
        memory.save("Ann prefers tabs", kind="preference")
        told = server.get("memory")
        assert (told["total"], told["kinds"]) == (2, {"fact": 1, "preference": 1})
        assert [one["text"] for one in server.get("memory", kind="preference")["records"]] == ["Ann prefers tabs"]
        found = server.get("memory", q="which port has the database?")["records"]
        assert (found[0]["id"], found[0]["sources"][0]["agent"], found[0]["is_valid"]) == (port.id, "ann", True)
        assert server.ask("DELETE", f"memory/{port.id}").status == 204
        assert [record.text for record in memory.list()] == ["Ann prefers tabs"]


def test_the_figures_are_those_of_the_books(server: Server, notebook: str) -> None:
    server.post("compress", {"notebook": notebook}, document=notebook)
    with server.store() as store:
        ledger = Ledger(store)
        told = server.get("savings", by="compressor")
        groups = {name: sums.figures() for name, sums in ledger.totals(by="compressor").items()}
        assert (told["groups"], told["total"]) == (groups, ledger.totals()["all"].figures())
        days = {(one["day"], one["group"]): one["figures"] for one in told["series"]}
        assert days == {(day, name): sums.figures() for day, name, sums in ledger.series(by="compressor")}
        by_notebook = server.get("savings", by="notebook", scope="project", days=30)
        assert by_notebook["groups"][notebook]["tokens_before"] > 0
        own = ledger.totals(project=store.project)["all"].figures()
        assert by_notebook["total"] == own


def test_status_and_prices_are_told(server: Server) -> None:
    status = server.get("status")
    assert (status["protocol"], status["project"]) == (1, str(server.root))
    prices = server.get("prices")
    assert prices["compiled"].startswith("20")
    by_name = {one["model"]: one for one in prices["models"]}
    assert by_name["claude-opus-4-5"]["window"] == prices["windows"]["claude-opus-4-5"] == 200_000
    assert "gpt-99" not in by_name
    assert (prices["windows"]["gpt-4o"], prices["windows"].get("gpt-99")) == (128_000, None)
