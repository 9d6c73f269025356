"""The same magics at IPython's prompt in a terminal, where results, displays and errors are printed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

_SCRIPT = """
import json, sys
from IPython.terminal.interactiveshell import TerminalInteractiveShell
shell = TerminalInteractiveShell.instance()
shell.run_cell("%load_ext headroom_jupyter")
shell.run_cell('''%%headroom -q -o heard
import asyncio, sys
print("printed")
!echo from a shell
display({"text/plain": "displayed"}, raw=True)
await asyncio.sleep(0)
print("warned", file=sys.stderr)
40 + 2''', store_history=True)
failed = shell.run_cell("%%headroom -q -o failed\\n{}['nope']", store_history=True)
bad = shell.run_cell("%%headroom --bogus\\nprint('never')")
shell.run_cell("%headroom list(range(3000)) --budget 60")
shell.run_cell("%headroom notebook -q -o ctx")
space = shell.user_ns
found = {name: space[name].text for name in ("heard", "failed", "ctx")}
found["ok"] = [failed.success, bad.success]
open(sys.argv[1], "w").write(json.dumps(found))
"""


def test_everything_is_heard_once_and_seen_as_always(tmp_path: Path) -> None:
    environ = {**os.environ, "HEADROOM_HOME": str(tmp_path / "home"), "IPYTHONDIR": str(tmp_path), "TERM": "dumb"}
    command = [sys.executable, "-c", _SCRIPT, str(tmp_path / "found.json")]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True, cwd=tmp_path)
    found = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    heard = found["heard"]
    for said in ("printed", "from a shell", "displayed", "warned", "42"):
        assert heard.count(said) == 1, heard
        assert said in done.stdout + done.stderr
    assert "Out[" in done.stdout
    assert "Out[" not in heard
    assert found["failed"].count("Traceback") == 1
    assert "KeyError: 'nope'" in found["failed"]
    assert done.stdout.count("Traceback (most recent call last)") == 1
    assert "UsageError: unknown option --bogus" in done.stdout + done.stderr
    assert "never" not in done.stdout
    assert found["ok"] == [False, False]
    assert "budget met" in done.stdout
    assert "KeyError: 'nope'" in found["ctx"]
    assert "headroom_jupyter/notebook" not in done.stdout + done.stderr
