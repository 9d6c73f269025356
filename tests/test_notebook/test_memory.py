"""The project's memory in a notebook: kept, found, forgotten; what other processes keep is found, and theirs here."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import anthropic
import anyio
from mcp import StdioServerParameters, stdio_client
from mcp.client import Client
from mcp.types import Implementation

from headroom_jupyter import Memory, Store
from headroom_jupyter.notebook.chart import VEGA_LITE
from tests.proxies import proxy_process
from tests.test_mcp_server.test_tools import call, text_of
from tests.test_notebook.conftest import Kernel
from tests.upstream import Upstream, in_turn

_PROJECT = "notebook-tests"  # the kernel's


def _environ(kernel: Kernel) -> dict[str, str]:
    return {"HEADROOM_HOME": str(kernel.folder / "home"), "HEADROOM_PROJECT": _PROJECT}


def _memory(kernel: Kernel) -> Memory:
    return Memory(store=Store(kernel.folder / "home" / "store", project=_PROJECT))


def test_what_a_cell_remembers_is_found_with_its_source(kernel: Kernel) -> None:
    kernel.run("port = 5433")
    said = kernel.run("%headroom remember Don't use npm: the frontend is built with pnpm --kind decision")
    assert said.stdout.startswith("remembered as ")
    kernel.run('%headroom remember "The staging database listens on {port}" --fact staging.port={port} -o kept')
    assert kernel.value("kept.text, kept.facts") == (
        "The staging database listens on 5433",
        {"staging.port": "{port}"},
    )
    (record,) = _memory(kernel).list(kind="decision")
    assert record.text == "Don't use npm: the frontend is built with pnpm"
    assert record.sources[0].cell == str(said.count)
    assert "built with pnpm" in kernel.run("%headroom memory with what is the frontend built?").stdout
    kernel.run("%headroom memory which port has staging? -o notes")
    assert kernel.value("notes.startswith('<project-notes>') and '5433' in notes")


def test_all_is_listed_and_what_is_forgotten_is_gone(kernel: Kernel) -> None:
    kernel.run("%headroom remember 'Short lived: the disk of worker three is full' -o gone")
    ident = kernel.value("gone.id")
    assert ident in kernel.run("%headroom memory").stdout
    assert f"%headroom memory --forget {ident}" in kernel.complete("%headroom memory --forget ")
    assert kernel.run(f"%headroom memory --forget {ident}").stdout == "forgotten: 1\n"
    assert ident not in kernel.run("%headroom memory").stdout
    assert "nothing is known in project" in kernel.run("%headroom memory zebras").stdout


def test_secrets_are_not_kept_and_bad_lines_get_one_line(kernel: Kernel) -> None:
    assert "hunter2" not in kernel.run("%headroom remember 'log in with password=hunter2hunter2'").stdout
    for line, told in (
        ("%headroom remember", "needs a text to keep; for a variable of that name: (remember)"),
        ("%headroom remember x y --fact port", "is no KEY=VALUE"),
        ("%headroom memory --forget 000000000000", "no memory '000000000000'"),
        ("%headroom memory what --forget 0", "--forget takes ids alone"),
        ("%headroom stats --kind fact", "--kind does not go with %headroom stats"),
    ):
        shown = kernel.run(line)
        assert shown.status == "error"
        assert told in shown.reply["evalue"]
        assert shown.reply["ename"] == "UsageError"


def test_variables_of_these_names_stay_reachable_and_lines_are_completed(kernel: Kernel) -> None:
    kernel.run("memory, remember, cache = ['mine'] * 3, ['mine'] * 4, ['mine'] * 5")
    for name in ("memory", "remember", "cache"):
        assert "mine" in kernel.run(f"%headroom ({name})").results[0]["text/llm+plain"]
        assert f"%headroom {name}" in kernel.complete(f"%headroom {name[:3]}")
    assert kernel.complete("%headroom remember x --kind le") == ["%headroom remember x --kind lesson"]
    help_text = kernel.help("%headroom")
    assert all(f"%headroom {word} " in help_text for word in ("remember", "memory", "cache", "stats"))


def test_the_cache_report_is_of_the_sessions_calls(kernel: Kernel) -> None:
    assert "no model call was heard yet" in kernel.run("%headroom cache").reply["evalue"]
    kernel.run(
        "from headroom_jupyter import compress\n"
        "told = [{'role': 'system', 'content': 'Be brief. ' * 600}]\n"
        "for number in range(4):\n"
        "    told[0] = {'role': 'system', 'content': f'The time is 10:00:0{number}. ' + 'Be brief. ' * 600}\n"
        "    told += [{'role': 'user', 'content': f'Question {number}?'}]\n"
        "    compress(told, model='gpt-5')\n"
        "    told += [{'role': 'assistant', 'content': 'Yes.'}]"
    )
    shown = kernel.run("%headroom cache").stdout
    assert shown.startswith("4 calls in 1 conversations: 0.0% of ")
    assert "system 1: time, 3 calls" in shown
    assert "at the prices of 20" in shown
    kernel.run("%headroom cache -o report")
    assert kernel.value("report.total.calls, report.total.aligned_share > 0.5") == (4, True)
    kernel.run(
        "asked = [{'model': 'claude-opus-5', 'system': f'At 10:00:0{n}.', 'messages': told[1:]} for n in (1, 2)]"
    )
    assert "system 1: time, 1 calls" in kernel.run("%headroom cache asked").stdout
    assert "number has no requests" in kernel.run("%headroom cache number").reply["evalue"]
    call_of = {"model": "gpt-5", "messages": [{"role": "user", "content": "Hello"}]}
    (kernel.folder / "calls.jsonl").write_text(f"{json.dumps(call_of)}\n", encoding="utf-8")
    assert kernel.run("%headroom cache calls.jsonl").stdout.startswith("1 calls in 1 conversations")


def test_stats_come_with_a_chart_of_the_same_figures(kernel: Kernel) -> None:
    kernel.run("%headroom '\\n'.join(f'2024-01-01 10:00 INFO unit {i} built in {i % 9} ms' for i in range(3000)) -q")
    shown = kernel.run("%headroom stats")
    (chart,) = [content["data"] for content in shown.of("display_data") if VEGA_LITE in content["data"]]
    values = chart[VEGA_LITE]["data"]["values"]
    saved = sum(row["tokens"] for row in values if row["part"] == "saved")
    assert f"saved: {saved:,} tokens of {sum(row['tokens'] for row in values):,} in " in shown.stdout
    assert "counted here" in shown.stdout
    assert chart["text/plain"] == "[chart: tokens by compressor]"


async def _save_over_mcp(environ: dict[str, str], folder: Path, text: str) -> str:
    command = StdioServerParameters(
        command=sys.executable,
        args=["-m", "headroom_jupyter", "mcp"],
        env={**os.environ, **environ},
        cwd=folder,
    )
    known = Implementation(name="deployer", version="1")
    async with Client(stdio_client(command), client_info=known) as client:
        return text_of(await call(client, "memory_save", text=text, kind="lesson"))


def _question(words: str) -> dict[str, Any]:
    return {"model": "claude-x", "max_tokens": 50, "messages": [{"role": "user", "content": words}]}


def test_what_one_agent_saves_a_notebook_and_another_agent_find(kernel: Kernel, tmp_path: Path) -> None:
    """Three processes beside this one: an MCP server, a kernel and a proxy."""
    learned = "Deployments hang unless the feature flag canary is off"
    asked = "Why do deployments hang with the canary?"
    anyio.run(_save_over_mcp, _environ(kernel), tmp_path, learned)
    assert f"deployer: {learned}" in kernel.run(f"%headroom memory {asked}").stdout
    kernel.run("%headroom remember 'The canary runs on host atlas' --kind fact")
    environ = _environ(kernel) | {"HEADROOM_MEMORY_TOKENS": "300"}
    with Upstream(in_turn("Turn it off.")) as upstream, proxy_process(upstream.url, environ) as proxy:
        agent = anthropic.Anthropic(base_url=proxy.url, api_key="none", max_retries=0, timeout=90)
        for headers, is_known in (({}, True), ({"x-headroom-project": "another"}, False)):
            agent.with_options(default_headers=headers).messages.create(**_question(asked))
            (message,) = upstream.seen[-1].messages
            assert message["content"].startswith(asked)
            assert (learned in message["content"]) is is_known
            assert ("The canary runs on host atlas" in message["content"]) is is_known
            assert message["content"].endswith("</project-notes>" if is_known else asked)
