"""The panel's comm in a real kernel: hello, rows, variables, errors, and answers while a cell runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from headroom_jupyter import original
from headroom_jupyter.ccr.store import Store
from headroom_jupyter.context.rows import form_id
from tests.test_notebook.panels import Panel, panel_kernel

LOG = "".join(f"2026-11-24 10:00:{n % 60:02} INFO request {n} served in {n % 7} ms\n" for n in range(3000))
FAILED = "2026-11-24 10:51:00 ERROR disk full on /dev/sda\n"
Json = dict[str, Any]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("panel")


@pytest.fixture(scope="module")
def panel(home: Path) -> Iterator[Panel]:
    with panel_kernel(home) as opened:
        opened.run("%load_ext headroom_jupyter")
        opened.use_subshell()
        yield opened


@pytest.fixture
def comm(panel: Panel) -> Iterator[str]:
    ident = panel.open()
    yield ident
    panel.close(ident)


def cell(ident: str, source: str, *outputs: str, kind: str = "code", count: int | None = 1) -> Json:
    return {"id": ident, "cell_type": kind, "execution_count": count, "source": source, "outputs": list(outputs)}


def stream(text: str) -> str:
    return json.dumps({"output_type": "stream", "name": "stdout", "text": text})


def put(panel: Panel, comm: str, texts: dict[str, str], size: int = 250_000) -> None:
    for key, text in texts.items():
        pieces = [text[start : start + size] for start in range(0, max(1, len(text)), size)]
        for index, piece in enumerate(pieces):
            request = {"type": "put", "key": key, "index": index, "count": len(pieces), "text": piece}
            panel.tell(comm, request)


def test_loading_says_hello_once_and_leaves_no_comm_open(panel: Panel) -> None:
    opened = [m for m in panel.heard if m["header"]["msg_type"] == "comm_open"]
    assert [m["content"]["target_name"] for m in opened] == ["headroom:hello"]
    assert opened[0]["content"]["data"]["protocol"] == 1
    closed = [m["content"]["comm_id"] for m in panel.heard if m["header"]["msg_type"] == "comm_close"]
    assert opened[0]["content"]["comm_id"] in closed


def test_rows_of_the_live_notebook_by_reference(panel: Panel, comm: str, home: Path) -> None:
    cells = [cell("a", "a1", "a1o0"), cell("b", "b1", kind="markdown", count=None)]
    asked = panel.ask(comm, {"type": "context", "cells": cells, "query": "what failed?"})
    assert (asked["type"], sorted(asked["keys"])) == ("missing", ["a1", "a1o0", "b1"])
    log = LOG + FAILED + LOG
    put(panel, comm, {"a1": "print(log)", "a1o0": stream(log), "b1": "# Title"}, size=100_000)
    told = panel.ask(comm, {"type": "context", "cells": cells, "query": "what failed?"})
    source, output, text = told["rows"]
    assert [row["id"] for row in told["rows"]] == ["a source", "a output 0", "b source"]
    assert (source["role"], source["title"], source["fidelity"]) == ("source", "In[1]", "verbatim")
    assert (output["kind"], output["fidelity"], output["title"]) == ("log", "faithful", "In[1] stdout")
    assert output["tokens_after"] < output["tokens_before"] / 10
    assert "disk full" in output["preview"]
    with Store(home / "store") as store:
        assert original(output["ref"], store=store).decode() == log
    assert text["role"] == "markdown"
    assert told["totals"]["tokens_before"] == sum(row["tokens_before"] for row in told["rows"])
    assert told["total"] == 3
    changed = [cell("a", "a2", "a1o0"), cells[1]]
    assert panel.ask(comm, {"type": "context", "cells": changed})["keys"] == ["a2"]


def test_the_composed_text_is_what_the_rows_say(panel: Panel, comm: str) -> None:
    cells = [cell("a", "s", "o"), cell("b", "t", count=2)]
    put(panel, comm, {"s": "print(log)", "o": stream(LOG), "t": "x = 1"})
    told = panel.ask(comm, {"type": "context", "cells": cells, "compose": 0, "exclude": ["b source"]})
    row = told["rows"][1]
    assert form_id(told["text"]["text"].split("## In[1] stdout\n")[1]) == row["form"]
    assert "x = 1" not in told["text"]["text"]
    assert [one["is_included"] for one in told["rows"]] == [True, True, False]


def test_variables_are_told_without_running_a_strangers_code(panel: Panel, comm: str) -> None:
    code = """
import pandas as pd
class Touchy:
    def __repr__(self): raise SystemExit("repr was called")
    def __getattr__(self, name): raise SystemExit("an attribute was asked for: " + name)
touchy, password = Touchy(), "hunter2"
frame = pd.DataFrame({"n": range(3000), "word": ["w%d" % (i % 50) for i in range(3000)]})
"""
    panel.run(code)
    told = panel.ask(comm, {"type": "variables"})
    by_name = {one["name"]: one for one in told["variables"]}
    assert by_name["touchy"] == {
        "name": "touchy",
        "type": "Touchy",
        "summary": "Touchy",
        "shape": None,
        "size_bytes": None,
    }
    assert by_name["frame"]["shape"] == [3000, 2]
    assert by_name["frame"]["type"] == "pandas.DataFrame"
    assert "hunter2" not in json.dumps(told)
    assert {"In", "Out", "pd", "Touchy"}.isdisjoint(by_name)


def test_a_variable_becomes_a_row_and_follows_question_and_budget(panel: Panel, comm: str) -> None:
    panel.run("import pandas as pd; rows = pd.DataFrame({'n': range(5000), 'm': [n % 7 for n in range(5000)]})")
    first = panel.ask(comm, {"type": "variable", "name": "rows"})["row"]
    assert (first["id"], first["role"], first["fidelity"]) == ("variable rows", "variable", "faithful")
    assert first["ref"]
    small = panel.ask(comm, {"type": "variable", "name": "rows", "budget": 200, "query": "4711"})["row"]
    assert small["tokens_after"] <= 200
    assert "4711" in small["preview"]


def test_pinned_lines_stay_at_their_place(panel: Panel, comm: str, home: Path) -> None:
    text = "".join(f"step {n} of the nightly build took {n * 37 % 911} ms\n" for n in range(1, 2001))
    put(panel, comm, {"s": "run()", "o": stream(text)})
    request: Json = {"type": "context", "cells": [cell("a", "s", "o")]}
    line = "step 1234 of the nightly build took"
    before = panel.ask(comm, {**request, "compose": 0})
    told = panel.ask(comm, {**request, "compose": 0, "pins": {"a output 0": [[1234, 1234]]}})
    assert line not in before["text"]["text"]
    assert line in told["text"]["text"]
    row = told["rows"][1]
    assert (row["pins"], row["ref"]) == ([[1234, 1234]], before["rows"][1]["ref"])
    with Store(home / "store") as store:
        assert original(row["ref"], store=store).decode() == text


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        ({"type": "dance"}, "dance"),
        ({"type": "variable", "name": "absent"}, "absent"),
        ({"type": "context", "cells": "all"}, "cells"),
        ({"type": "context", "cells": [{"id": "a"}]}, "keys"),
        ({"type": "context", "cells": [], "model": "nonsense-9"}, "model"),
        ({"type": "put", "key": "a", "index": 3, "count": 2, "text": ""}, "piece"),
    ],
)
def test_bad_requests_are_answered_with_the_reason(panel: Panel, comm: str, request_: Json, says: str) -> None:
    told = panel.ask(comm, request_)
    assert told["ok"] is False
    assert says in told["error"]["message"]


def test_the_panel_is_answered_while_a_cell_runs(panel: Panel, comm: str, tmp_path: Path) -> None:
    panel.run("table = list(range(1000))")
    gate = tmp_path / "gate"
    running = panel.start(
        f"import pathlib, time\nwhile not pathlib.Path({str(gate)!r}).exists(): time.sleep(0.01)\nprint('done')"
    )
    put(panel, comm, {"s": "x = 1"})
    assert panel.ask(comm, {"type": "context", "cells": [cell("a", "s")]})["rows"][0]["preview"] == "x = 1"
    assert panel.ask(comm, {"type": "variable", "name": "table"})["row"]["kind"]
    gate.touch()
    assert panel.finish(running) == "done\n"


def test_nothing_is_left_in_the_session(panel: Panel, comm: str) -> None:
    panel.run("before = set(globals()); count = get_ipython().execution_count")
    put(panel, comm, {"s": "print(1)"})
    panel.ask(comm, {"type": "context", "cells": [cell("a", "s")]})
    panel.ask(comm, {"type": "variables"})
    names = "set(globals()) - before - {'before', 'count'}"
    said = panel.run(f"print([n for n in {names} if not n.startswith('_')], get_ipython().execution_count - count)")
    assert said == "[] 1\n"


def test_unloaded_it_takes_no_more_panels(panel: Panel) -> None:
    panel.run("%unload_ext headroom_jupyter")
    assert panel.closed(panel.open())
    panel.run("%load_ext headroom_jupyter")
    assert panel.ask(panel.open(), {"type": "hello"})["hello"]["protocol"] == 1
