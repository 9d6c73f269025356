"""Sessions of the real agents with a scripted model: how the samples in golden/sessions were made; not a test.

    python -m tests.recording FOLDER sessions          what the miner was made with
    python -m tests.recording FOLDER sessions_later    what was recorded and labelled when it was finished

`tests.scenario_recording` makes two larger sets with what stands here.

Each agent of tests/real_agents works in a home of its own, in a project that is made anew for each session. What it
does is scripted; what comes of it is real: the tools run, and the agent writes its log. The logs then go to
golden/ under that name, as the home of somebody called Ann; opencode's database goes there as SQL.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from headroom_jupyter.agents.base import Place, Proxied
from headroom_jupyter.wrap.agents import agent_named
from headroom_jupyter.wrap.journal import Journal
from tests.upstream import Reply, Seen, ToolCall, Upstream, speak

__all__ = ["MISSING", "PLANS", "SESSIONS", "Do", "Turns", "commit", "make_project", "record", "scrub"]

# REAL_AGENTS: a folder with other versions of them.
_PROGRAMS = Path(os.environ.get("REAL_AGENTS") or Path(__file__).parent / "real_agents" / "node_modules" / ".bin")
_LONGEST_S = 900
# Programs that a session is to miss, and what must not come from this machine's own environment.
MISSING = re.compile(r"(?:python|pip|pip3|pytest|jq|fd|fdfind|tree|make|headroom|rg|uv)(?:[0-9.]*)?")


@dataclass(frozen=True)
class Do:
    """One call: a command, a file to read, or an edit (path, old text, new text)."""

    what: str
    words: tuple[str, ...]
    timeout_ms: int = 0


def _sh(command: str, timeout_ms: int = 0) -> Do:
    return Do("shell", (command,), timeout_ms)


def _read(path: str) -> Do:
    return Do("read", (path,))


def _edit(path: str, old: str, new: str) -> Do:
    return Do("edit", (path, old, new))


Turns = Sequence[tuple[str, Sequence[Do]]]  # what the person says, and what the model then does
_PRICE = ("backend/shop/prices.py", "return net * 1.07", "return round(net * 1.19, 2)")
SESSIONS: Mapping[str, Turns] = {
    "report": (
        (
            "Show me the weekly report as JSON.",
            (
                _sh("python tools/report.py --fmt json"),
                _sh("python3 tools/report.py --fmt json"),
                _sh("env/bin/python tools/report.py --fmt json"),
                _sh("env/bin/python tools/report.py --format json"),
            ),
        ),
    ),
    "orders": (
        (
            "What does an order cost at least? And is that tested?",
            (
                _read("src/orders.py"),
                _sh("ls backend/shop"),
                _read("backend/shop/orders.py"),
                _sh("cat config.toml"),
                _sh("cat config/settings.toml"),
                _sh("python3 -m unittest tests.test_orders"),
                _sh("cd backend && python3 -m unittest tests.test_orders"),
            ),
        ),
    ),
    "checks": (
        (
            "Run all checks on the main branch.",
            (
                _sh("git checkout master"),
                _sh("git checkout main"),
                _sh("./scripts/check.sh"),
                _sh("sh scripts/check.sh"),
                _sh("npm test"),
                _sh("npm run check"),
                _sh("python3 tools/slow.py", 1500),
                _sh("python3 tools/slow.py", 60_000),
            ),
        ),
    ),
    "prices": (
        (
            "The prices are wrong, mend them. Also look whether the last sync went well.",
            (
                _sh("cat notes.txt"),
                _sh("git status --short"),
                _sh("cd backend && python3 -m unittest tests.test_prices"),
                _read("backend/shop/prices.py"),
                _edit(*_PRICE),
                _sh("cd backend && python3 -m unittest tests.test_prices"),
                _sh("python3 tools/sync.py"),
                _sh("python3 tools/sync.py"),
                _sh("grep -rn refund backend"),
                _sh("grep -rn price backend"),
                _sh("cat build/out.json"),
                _sh("python3 tools/build.py"),
                _sh("cat build/out.json"),
                _sh("cat logs/old.log"),
                _sh("ls docs/api"),
                _sh("ls docs"),
            ),
        ),
    ),
    "stock": (
        (
            "Why does the stock test fail?",
            (
                _sh("cd backend && python3 -m unittest tests.test_stock"),
                _read("docs/schema.md"),
                _sh("cd backend && python3 -m unittest tests.test_stock"),
                _read("docs/schema.md"),
                _sh("cd backend && python3 -m unittest tests.test_stock"),
                _read("docs/schema.md"),
                _read("docs/schema.md"),
                _sh("cat data/today.json"),
                _sh("cat data/latest.json"),
            ),
        ),
    ),
    "stock again": (
        (
            "The stock test still fails. Find out why.",
            (
                _sh("cd backend && python3 -m unittest tests.test_stock"),
                _sh("cd backend && python3 -m unittest tests.test_stock"),
                _read("docs/schema.md"),
                _sh("cd backend && python3 -m unittest tests.test_stock"),
                _read("docs/schema.md"),
                _read("docs/schema.md"),
                _sh("mv data/latest.json data/today.json"),
                _sh("cat data/latest.json"),
                _sh("cat data/today.json"),
                _read("docs/schema.md"),
            ),
        ),
    ),
    "told": (
        ("Run the tests of the backend.", (_sh("cd backend && python3 -m pytest"),)),
        (
            "No, use `python3 -m unittest`, not pytest. It is not installed here.",
            (_sh("cd backend && python3 -m unittest"),),
        ),
    ),
    "told otherwise": (
        ("Build the site.", (_sh("npm run build"),)),
        ("Don't use npm run build, use `node tools/site.js` instead.", (_sh("node tools/site.js"),)),
    ),
    "history": (
        (
            "What changed last, and is the format right?",
            (
                _sh("git log --one-line -3"),
                _sh("git log --oneline -3"),
                _sh("node tools/fmt.js --check backend"),
                _sh("node tools/fmt.js --verify backend"),
                _sh("cat backend/shop/order.py"),
                _sh("cat backend/shop/orders.py"),
                _sh("env/bin/python tools/reports.py --format csv"),
                _sh("env/bin/python tools/report.py --format csv"),
            ),
        ),
    ),
    "lint": (
        (
            "Lint everything and try a deployment.",
            (
                _sh("node tools/lint.js"),
                _sh("npm install --offline --no-save ./vendor/left-pad"),
                _sh("node tools/lint.js"),
                _sh("scripts/deploy.sh --dry-run"),
                _sh("bash scripts/deploy.sh --dry-run"),
                _sh("git push"),
                _sh('python3 -c "import shop; print(shop.NAME)"'),
                _sh('PYTHONPATH=backend python3 -c "import shop; print(shop.NAME)"'),
                _sh("jq . package.json"),
                _sh("python3 -m json.tool package.json"),
                _sh("fd schema docs"),
                _sh("find docs -name 'schema*'"),
            ),
        ),
    ),
}
_LATER = (
    (
        "Look around and tell me what is in here.",
        (
            _sh("gti status --short"),
            _sh("git status --short"),
            _sh("node tools/fmtt.js --verify backend"),
            _sh("node tools/fmt.js --verify backend"),
            _sh("git log --format=onelin"),
            _sh("git log --format=oneline"),
            _sh("cat docs/scheme.md"),
            _sh("cat docs/schema.md"),
            _sh("PYTHONPATH=vendor python3 tools/report.py --format json"),
            _sh("PYTHONPATH=vendor/python python3 tools/report.py --format json"),
            _sh("npm run lint"),
            _sh("npm run"),
            _sh("npm run check"),
            _sh("cd backend/test && ls"),
            _sh("cd backend/tests && ls"),
            _sh("tail -n 20 logs/new.log"),
            _sh("ls logs"),
            _sh("tail -n 20 logs/old.log"),
            _sh("head -5 package.jsn"),
            _sh("head -5 package.json"),
            _sh("sh scripts/chek.sh"),
            _sh("sh scripts/check.sh"),
            _sh("timeout 1 sleep 3"),
            _sh("timeout 10 sleep 3"),
            _sh("grep -rP '(?<price' backend"),
            _sh("grep -rn price backend"),
            _sh("python3 -c \"import json; json.load(open('config/settings.toml'))\""),
            _sh("cat config/settings.toml"),
            _sh("env/bin/pip list"),
            _sh("env/bin/python -m json.tool package.json"),
            _sh("yq . config/settings.toml"),
            _sh("cat config/settings.toml"),
        ),
    ),
)
SESSIONS = {**SESSIONS, "later": _LATER}
PLANS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "sessions": {
        "claude": ("report", "orders", "checks", "prices", "stock", "told", "history", "lint"),
        "codex": ("report", "orders", "prices", "stock again", "told otherwise", "history"),
        "gemini": ("report", "checks", "prices", "history"),
        "opencode": ("orders", "checks", "stock", "prices", "lint"),
    },
    "sessions_later": {"codex": ("later",), "gemini": ("later",)},
}

_FILES = {
    "README.md": "# shop\n\nA shop. The backend is Python, the site is built with node.\n",
    "backend/shop/__init__.py": 'NAME = "shop"\n',
    "backend/shop/orders.py": "MINIMUM = 5\n\n\ndef is_allowed(total):\n    return total >= MINIMUM\n",
    "backend/shop/prices.py": "def gross(net):\n    return net * 1.07\n",
    "backend/shop/stock.py": "def left(stock, sold):\n    return stock - sold\n",
    "backend/tests/__init__.py": "",
    "backend/tests/test_orders.py": (
        "import unittest\n\nfrom shop.orders import is_allowed\n\n\nclass Orders(unittest.TestCase):\n"
        "    def test_minimum(self):\n        self.assertTrue(is_allowed(5))\n"
    ),
    "backend/tests/test_prices.py": (
        "import unittest\n\nfrom shop.prices import gross\n\n\nclass Prices(unittest.TestCase):\n"
        "    def test_tax(self):\n        self.assertEqual(gross(100), 119.0)\n"
    ),
    "backend/tests/test_stock.py": (
        "import unittest\n\nfrom shop.stock import left\n\n\nclass Stock(unittest.TestCase):\n"
        "    def test_never_below_zero(self):\n        self.assertEqual(left(1, 2), 0)\n"
    ),
    "config/settings.toml": 'currency = "EUR"\n',
    "data/latest.json": '{"sold": 2}\n',
    "docs/schema.md": "# Schema\n\norders: id, total\nstock: id, count\n",
    "logs/old.log": "bash: python: command not found\nError: No such file or directory\nTraceback:\n",
    "package.json": '{"name": "shop", "version": "1.0.0", "scripts": {"check": "node tools/check.js"}}\n',
    "scripts/check.sh": "#!/bin/sh\necho all checks passed\n",
    "scripts/deploy.sh": "#!/bin/bash\necho would deploy\n",
    "tools/build.py": (
        'import pathlib\n\npathlib.Path("build").mkdir(exist_ok=True)\n'
        'pathlib.Path("build/out.json").write_text("{}\\n")\n'
    ),
    "tools/check.js": "console.log('checked');\n",
    "tools/fmt.js": (
        "const bad = process.argv.slice(2).find(word => word.startsWith('--') && word !== '--verify');\n"
        "if (bad) { console.error(`error: unknown option '${bad}'`); process.exit(2); }\nconsole.log('formatted');\n"
    ),
    "tools/lint.js": "const pad = require('left-pad');\nconsole.log(pad('ok'));\n",
    "tools/report.py": (
        "import argparse\n\nimport tabulate\n\nparser = argparse.ArgumentParser()\n"
        'parser.add_argument("--format")\nprint(tabulate.table(parser.parse_args().format))\n'
    ),
    "tools/site.js": "console.log('built');\n",
    "tools/slow.py": "import time\n\ntime.sleep(4)\nprint('slept')\n",
    "tools/sync.py": (
        'import pathlib\n\nmark = pathlib.Path(".synced")\nif not mark.exists():\n    mark.touch()\n'
        '    raise SystemExit("ConnectionError: connection refused by stock.example")\nprint("synced")\n'
    ),
    "vendor/left-pad/package.json": '{"name": "left-pad", "version": "1.0.0", "main": "index.js"}\n',
    "vendor/left-pad/index.js": "module.exports = text => ` ${text}`;\n",
    "vendor/python/tabulate.py": "def table(form):\n    return f'a report as {form}'\n",
    "env/bin/python": '#!/bin/sh\nPYTHONPATH=vendor/python exec python3 "$@"\n',
    ".gitignore": "env/\nnode_modules/\n.synced\n",
}


def make_project(folder: Path) -> None:
    """The project as every session finds it, a git repository."""
    for name, text in _FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "env/bin/python").chmod(0o755)
    commit(folder)


def commit(folder: Path) -> None:
    """Make a project a git repository."""
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-q", "-m", "Begin")):
        own = ("-c", "user.name=ann", "-c", "user.email=ann@shop.example")
        subprocess.run(["git", *own, *words], cwd=folder, check=True)


@dataclass(frozen=True)
class _Real:
    """How an agent is asked, asked on, and what its tools are called."""

    first: tuple[str, ...]
    again: tuple[str, ...]
    shell: str
    environ: Mapping[str, str] = field(default_factory=dict)


_BYPASS = ("--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", "-m", "gpt-5")
_NO = dict.fromkeys(("AUTOUPDATE", "DEFAULT_PLUGINS", "LSP_DOWNLOAD", "MODELS_FETCH"), "true")
_REAL = {
    "claude": _Real(
        ("-p", "--allowedTools", "Bash,Read,Edit", "--"),
        ("-p", "--continue", "--allowedTools", "Bash,Read,Edit", "--"),
        "Bash",
        {"ANTHROPIC_API_KEY": "dummy", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1"},
    ),
    "codex": _Real(
        ("exec", *_BYPASS), ("exec", "resume", *_BYPASS, "--last"), "exec_command", {"CODEX_API_KEY": "dummy"}
    ),
    "gemini": _Real(
        ("-m", "gemini-2.5-pro", "--skip-trust", "-y", "-p"),
        ("-m", "gemini-2.5-pro", "--skip-trust", "-y", "--resume", "latest", "-p"),
        "run_shell_command",
        {"GEMINI_API_KEY": "dummy"},
    ),
    "opencode": _Real(
        ("run", "-m", "anthropic/claude-sonnet-4-5"),
        ("run", "-m", "anthropic/claude-sonnet-4-5", "--continue"),
        "bash",
        {"ANTHROPIC_API_KEY": "dummy", **{f"OPENCODE_DISABLE_{name}": value for name, value in _NO.items()}},
    ),
}


def _call(agent: str, do: Do, project: Path, number: int) -> ToolCall:
    """A step as the agent's own tool has it."""
    tool, words = do.what, do.words
    if tool == "read" and agent == "codex":
        tool, words = "shell", (f"cat {words[0]}",)
    if tool == "edit" and agent == "codex":
        script = f"s/{words[1].replace('*', '.')}/{words[2]}/"
        tool, words = "shell", (f"sed -i {shlex.quote(script)} {words[0]}",)
    if tool == "shell" and do.timeout_ms and agent in ("codex", "gemini"):
        words = (f"timeout {max(1, do.timeout_ms // 1000)} {words[0]}",)
    path = str(project / words[0])
    arguments: dict[str, Any]
    if tool == "shell":
        key = "cmd" if agent == "codex" else "command"
        arguments = {key: words[0], "description": "Run it"}
        if agent == "codex":
            arguments = {key: words[0], "yield_time_ms": 30_000}
        if do.timeout_ms and agent in ("claude", "opencode"):
            arguments["timeout"] = do.timeout_ms
        name = _REAL[agent].shell
    elif tool == "read":
        name, key = {"claude": ("Read", "file_path"), "gemini": ("read_file", "file_path")}.get(
            agent, ("read", "filePath")
        )
        arguments = {key: path}
    else:
        name = {"claude": "Edit", "gemini": "replace", "opencode": "edit"}[agent]
        keys = (
            ("filePath", "oldString", "newString") if agent == "opencode" else ("file_path", "old_string", "new_string")
        )
        arguments = dict(zip(keys, (path, *words[1:]), strict=True))
        if agent == "gemini":
            arguments["instruction"] = "Use the right tax"
    return ToolCall(f"toolu_{number}", name, arguments)


class _Model:
    """Says the next step to each request of the agent's main loop, and then that it is done."""

    def __init__(self, agent: str, project: Path) -> None:
        self._agent, self._project = agent, project
        self._lock = threading.Lock()
        self._left: list[Do] = []
        self._number = 0

    def prepare(self, steps: Sequence[Do]) -> None:
        self._left = list(steps)

    def __call__(self, seen: Seen) -> Reply:
        if seen.method != "POST":
            return Reply(b'{"data": [], "models": []}')
        heads = [item for item in seen.messages if isinstance(item, dict) and item.get("type") == "additional_tools"]
        if _REAL[self._agent].shell not in [*seen.tool_names, *re.findall(r'"name": "(\w+)"', json.dumps(heads))]:
            return speak(seen, "A title")
        with self._lock:
            if not self._left:
                return speak(seen, "That is all.")
            self._number += 1
            return speak(seen, _call(self._agent, self._left.pop(0), self._project, self._number))


def record(
    root: Path,
    agent: str,
    sessions: Sequence[Turns],
    make: Callable[[Path], None] = make_project,
    missing: re.Pattern[str] = MISSING,
) -> None:
    """Some sessions with an agent, each in a project made anew; programs that are `missing` are not to be found."""
    home, project, programs = (root / agent / name for name in ("home", "home/shop", "programs"))
    home.mkdir(parents=True)
    programs.mkdir()
    for folder in map(Path, ("/usr/local/bin", "/usr/bin", "/bin")):
        for path in folder.iterdir() if folder.is_dir() else ():
            if not missing.fullmatch(path.name) or path.name == "python3":
                link = programs / path.name
                if not os.path.lexists(link):
                    link.symlink_to(path)
    model = _Model(agent, project)
    real = _REAL[agent]
    with Upstream(model) as upstream:
        for name, turns in enumerate(sessions, 1):
            shutil.rmtree(project, ignore_errors=True)
            make(project)
            for number, (said, steps) in enumerate(turns):
                model.prepare(steps)
                environ = {**real.environ, "PATH": str(programs), "HOME": str(home), "TERM": "xterm-256color"}
                place = Place(environ, home, project)
                launch = agent_named(agent).launch(place, Proxied(upstream.url, {"anthropic": upstream.url}), ())
                Journal(root / agent / "journal").put(agent, launch.edits, purpose="wrap")
                words = (*(real.again if number else real.first), said)
                done = subprocess.run(
                    [str(_PROGRAMS / agent), *launch.arguments, *words],
                    cwd=project,
                    env={**environ, **launch.environ},
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    text=True,
                    timeout=_LONGEST_S,
                    check=False,
                )
                left = len(model._left)
                print(f"{agent} {name} {number}: exit {done.returncode}, {left} steps left", flush=True)
                if done.returncode or left:
                    print(done.stdout[-1500:], done.stderr[-1500:], flush=True)


_GOLDEN = Path(__file__).parent / "golden"
_LONGEST = 1500  # characters of a text in the samples; what is longer are the agents' own instructions
_ENDED = re.compile(r"Exit Code: \d+|exited with code \d+")  # an output, of which the end matters
_DROPPED = {
    *("attachment", "queue-operation", "token_usage_record", "world_state", "token_count", "last-prompt", "mode"),
    *("api-request", "api-request-blob", "api-request-shape"),  # what Claude Code sent, beside what was said and done
}


def scrub(root: Path, agent: str, plan: str) -> None:
    """Put an agent's logs beside the other samples, without this machine's paths and the agent's own instructions."""
    home = root / agent / "home"
    place = Place({}, home, home / "shop")
    for folder, pattern in agent_named(agent).session_logs(place):
        for path in sorted(folder.glob(pattern)):
            name = str(path.relative_to(home)).replace(str(home / "shop").replace("/", "-"), "-home-ann-shop")
            into = _GOLDEN / plan / "home" / re.sub(r"-tmp-[\w-]*-home-shop", "-home-ann-shop", name)
            into.parent.mkdir(parents=True, exist_ok=True)
            text = _dumped(path) if path.suffix == ".db" else "".join(map(_line, path.open(encoding="utf-8")))
            into = into.with_suffix(".sql") if path.suffix == ".db" else into
            text = re.sub(re.escape(re.sub(r"[^A-Za-z0-9]", "-", str(home / "shop"))), "-home-ann-shop", text)
            text = text.replace(str(home), "/home/ann").replace(str(home.parent / "programs"), "/usr/bin")
            text = text.replace(sys.prefix, "/home/ann/shop/env").replace(sys.base_prefix, "/usr")
            into.write_text(text, encoding="utf-8")
            mark = path.parents[1] / ".project_root"
            if mark.exists():
                (into.parents[1] / mark.name).write_text("/home/ann/shop")


def _line(line: str) -> str:
    told = json.loads(line)
    kinds = {told.get("type"), (told.get("payload") or {}).get("type")} if "type" in told else set()
    is_copy = "$set" in told and len(line) > _LONGEST  # Gemini tells all messages again
    return "" if kinds & _DROPPED or is_copy else json.dumps(_short(told), ensure_ascii=False) + "\n"


def _short(value: Any) -> Any:
    if isinstance(value, str):
        if len(value) > _LONGEST and _ENDED.search(value):
            return f"{value[:400]}\n…\n{value[-400:]}"
        return value if len(value) <= _LONGEST else value[:80] + "…"
    if isinstance(value, dict):
        return {key: _short(inner) for key, inner in value.items()}
    return [_short(inner) for inner in value] if isinstance(value, list) else value


def _dumped(path: Path) -> str:
    """The tables of a database that hold sessions, as SQL."""
    database = sqlite3.connect(path)
    lines = []
    for table in ("session", "message", "part"):
        names = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
        lines.append(f"CREATE TABLE {table} ({', '.join(names)});")
        for row in database.execute(f"SELECT * FROM {table} ORDER BY time_created, id"):  # noqa: S608  # our own words
            told = [
                _short(json.loads(value)) if name == "data" else value for name, value in zip(names, row, strict=True)
            ]
            values = [json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value for value in told]
            lines.append(f"INSERT INTO {table} VALUES ({', '.join(map(_quoted, values))});")  # noqa: S608  # it is not run here
    database.close()
    return "\n".join(lines) + "\n"


def _quoted(value: Any) -> str:
    if value is None or isinstance(value, (int, float)):
        return "NULL" if value is None else str(value)
    return "'" + str(value).replace("'", "''") + "'"


if __name__ == "__main__":
    where = Path(os.path.abspath(sys.argv[1]))
    for one, planned in PLANS[sys.argv[2]].items():
        record(where, one, [SESSIONS[name] for name in planned])
        scrub(where, one, sys.argv[2])
