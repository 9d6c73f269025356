"""What goes wrong in a project and what then works, with what a person learns from it; not a test.

Each scenario happens in two sessions, in words of their own. What is said of a failure was written before any of it was
recorded, and before `headroom learn` read it. Half of the scenarios, drawn by lot, became golden/sessions_first and the
other half golden/sessions_aside: `python -m tests.scenario_recording FOLDER sessions_first`.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

__all__ = ["CELLS", "FILES", "SCENARIOS", "Edit", "Fails", "Read", "Say", "Shell", "Step", "halves"]


@dataclass(frozen=True)
class Shell:
    """A command, with the time limit that the agent gives it."""

    command: str
    timeout_ms: int = 0


@dataclass(frozen=True)
class Read:
    """A file read by the agent's own tool."""

    path: str


@dataclass(frozen=True)
class Edit:
    """A text put in another's place by the agent's own tool."""

    path: str
    old: str
    new: str


@dataclass(frozen=True)
class Say:
    """What the person says in between."""

    text: str


@dataclass(frozen=True)
class Fails:
    """A step that fails, and what it teaches: pairs of wrong and right, or nothing, and why."""

    step: str | Shell | Read | Edit
    teaches: tuple[tuple[str, str], ...] = ()
    why: str = ""


Step = str | Shell | Read | Edit | Say | Fails
Cell = str | Fails


def _no(step: str | Shell | Read | Edit, why: str) -> Fails:
    return Fails(step, (), why)


def _yes(step: str | Shell | Read | Edit, *teaches: tuple[str, str]) -> Fails:
    return Fails(step, teaches)


_PYTHON = "env/bin/python"
_ONCE = "it was like that this once"
SCENARIOS: Mapping[str, tuple[Sequence[Step], Sequence[Step]]] = {
    "python": (
        (_yes("python tools/seed.py --check", ("python", "python3")), "python3 tools/seed.py --check"),
        (_yes("python -m json.tool package.json", ("python", "python3")), "python3 -m json.tool package.json"),
    ),
    "package not on the path": (
        (
            _yes("python3 -m sales.cli --version", ("python3 -m sales", "PYTHONPATH=src")),
            "PYTHONPATH=src python3 -m sales.cli --version",
        ),
        (
            _yes("cd $PWD && python3 -m sales.cli months", ("python3 -m sales", "PYTHONPATH=src")),
            "PYTHONPATH=src python3 -m sales.cli months",
        ),
    ),
    "pytest": (
        (_yes("pytest -q tests/test_parse.py", ("pytest", "env/bin/pytest")), "env/bin/pytest -q tests/test_parse.py"),
        (
            _yes("pytest tests/test_stats.py -k total", ("pytest", "env/bin/pytest")),
            "env/bin/pytest tests/test_stats.py -k total",
        ),
    ),
    "pytest behind a pipe": (
        (
            _yes("python3 -m pytest tests 2>&1 | tail -5", ("python3", _PYTHON)),
            f"{_PYTHON} -m pytest tests/test_parse.py 2>&1 | tail -5",
        ),
        (
            _yes("python3 -m pytest tests/test_parse.py 2>&1 | tail -20", ("python3", _PYTHON)),
            f"{_PYTHON} -m pytest tests/test_parse.py 2>&1 | tail -20",
        ),
    ),
    "pip": (
        (_yes("pip list", ("pip", f"{_PYTHON} -m pip")), f"{_PYTHON} -m pip list"),
        (_yes("pip show pandas", ("pip", f"{_PYTHON} -m pip")), f"{_PYTHON} -m pip show pandas"),
    ),
    "yarn": (
        (_yes("yarn build", ("yarn", "npm run")), "npm run build"),
        (_yes("yarn build 2>&1", ("yarn", "npm run")), "npm run build 2>&1"),
    ),
    "npm script": (
        (_yes("npm test", ("npm test", "npm run test:unit")), "npm run test:unit"),
        (_yes("npm test --silent", ("npm test", "npm run test:unit")), "npm run", "npm run test:unit --silent"),
    ),
    "make target": (
        (_yes("make format", ("make format", "make fmt")), "make fmt"),
        (_yes("make format", ("make format", "make fmt")), "grep -n '^[a-z]*:' Makefile", "make fmt"),
    ),
    "go folder": (
        (_yes("go vet ./...", ("go vet", "service")), "cd service && go vet ./..."),
        (_yes("go vet ./...", ("go vet", "service")), "ls", "cd service && go vet ./..."),
    ),
    "no rust": (
        (_no("cargo build --release", "there is no Rust here; nothing took its place"), "ls"),
        (_no("cargo test", "there is no Rust here; nothing took its place"), "git status --short"),
    ),
    "docker": (
        (_no("docker compose up -d", "docker does not run here; nothing took its place"), "cat Makefile"),
        (_no("docker ps", "docker does not run here; nothing took its place"), "git log --oneline -2"),
    ),
    "column of a table": (
        (
            _yes('sqlite3 data/sales.db "select name from shops"', ("name", "title")),
            'sqlite3 data/sales.db ".schema shops"',
            'sqlite3 data/sales.db "select title from shops"',
        ),
        (
            _yes('sqlite3 data/sales.db "select id, name from shops limit 3"', ("name", "title")),
            'sqlite3 data/sales.db "select id, title from shops limit 3"',
        ),
    ),
    "table": (
        (
            _yes('sqlite3 data/sales.db "select count(*) from receipt"', ("receipt", "receipts")),
            'sqlite3 data/sales.db "select count(*) from receipts"',
        ),
        (
            _yes('sqlite3 data/sales.db "select count(*) from receipt"', ("receipt", "receipts")),
            "sqlite3 data/sales.db .tables",
            'sqlite3 data/sales.db "select count(*) from receipts"',
        ),
    ),
    "jq": (
        (
            _yes("jq '.shops[0].title' data/shops.json", (".shops[0].title", ".[0].title")),
            "jq '.[0].title' data/shops.json",
        ),
        (
            _yes("jq -r '.shops[0].title' data/shops.json", (".shops[0].title", ".[0].title")),
            "head -c 100 data/shops.json",
            "jq -r '.[0].title' data/shops.json",
        ),
    ),
    "source path": (
        (
            _yes(Read("src/parse.py"), ("src/parse.py", "src/sales/parse.py")),
            "ls src/sales",
            Read("src/sales/parse.py"),
        ),
        (_yes("cat src/parse.py", ("src/parse.py", "src/sales/parse.py")), "cat src/sales/parse.py"),
    ),
    "document": (
        (_yes("cat docs/installation.md", ("docs/installation.md", "docs/install.md")), "cat docs/install.md"),
        (
            _yes(Read("docs/installation.md"), ("docs/installation.md", "docs/install.md")),
            "ls docs",
            Read("docs/install.md"),
        ),
    ),
    "ending": (
        (_yes("cat config/sales.yml", ("config/sales.yml", "config/sales.yaml")), "cat config/sales.yaml"),
        (
            _yes("grep -n currency config/sales.yml", ("config/sales.yml", "config/sales.yaml")),
            "grep -n currency config/sales.yaml",
        ),
    ),
    "data folder": (
        (
            _yes("head -3 data/2024-05.csv", ("data/2024-05.csv", "data/raw/2024-05.csv")),
            "ls data data/raw",
            "head -3 data/raw/2024-05.csv",
        ),
        (_yes("wc -l data/2024-05.csv", ("data/2024-05.csv", "data/raw/2024-05.csv")), "wc -l data/raw/2024-05.csv"),
    ),
    "tests folder": (
        (_yes("ls src/tests", ("src/tests", "tests")), "ls tests"),
        (_yes("ls -la src/tests", ("src/tests", "tests")), "ls", "ls -la tests"),
    ),
    "cd": (
        (_yes("cd backend && go build ./...", ("backend", "service")), "ls", "cd service && go build ./..."),
        (_yes("cd backend && go build ./...", ("backend", "service")), "cd service && go build ./..."),
    ),
    "own program's option": (
        (
            _yes(f"{_PYTHON} bin/sales export --dest /tmp/sales_a.csv", ("--dest", "--output")),
            f"{_PYTHON} bin/sales export --help",
            f"{_PYTHON} bin/sales export --output /tmp/sales_a.csv",
        ),
        (
            _yes(f"{_PYTHON} bin/sales export --month 2024-05 --dest /tmp/sales_b.csv", ("--dest", "--output")),
            f"{_PYTHON} bin/sales export --month 2024-05 --output /tmp/sales_b.csv",
        ),
    ),
    "own program's command": (
        (_yes(f"{_PYTHON} bin/sales summary", ("summary", "report")), f"{_PYTHON} bin/sales report"),
        (
            _yes(f"{_PYTHON} bin/sales summary --month 2024-05", ("summary", "report")),
            f"{_PYTHON} bin/sales --help",
            f"{_PYTHON} bin/sales report --month 2024-05",
        ),
    ),
    "git option": (
        (_yes("git log --max=3 --oneline", ("--max", "--max-count")), "git log --max-count=3 --oneline"),
        (_yes("git log --max=1", ("--max", "--max-count")), "git log --max-count=1"),
    ),
    "rg option": (
        (_yes("rg --include '*.py' total src", ("--include", "-g")), "rg -g '*.py' total src"),
        (_yes("rg -n --include '*.go' func service", ("--include", "-g")), "rg -n -g '*.go' func service"),
    ),
    "sed of another system": (
        (
            _yes("sed -i '' 's/EUR/CHF/' config/sales.yaml", ("sed -i", "sed -i s/EUR/CHF/")),
            "sed -i 's/EUR/CHF/' config/sales.yaml",
        ),
        (
            _yes("sed -i '' 's/EUR/CHF/' config/sales.yaml", ("sed -i", "sed -i s/EUR/CHF/")),
            "sed -i 's/EUR/CHF/' config/sales.yaml",
        ),
    ),
    "timeout": (
        (
            _yes(Shell("python3 tools/seed.py", 1500), ("tools/seed.py", "timeout")),
            Shell("python3 tools/seed.py", 60_000),
        ),
        (
            _yes(Shell("python3 tools/seed.py", 1500), ("tools/seed.py", "timeout")),
            Shell("python3 tools/seed.py", 60_000),
        ),
    ),
    "not executable, and a variable": (
        (
            _yes("./scripts/deploy.sh", ("scripts/deploy.sh", "bash")),
            _yes("bash scripts/deploy.sh", ("bash scripts/deploy.sh", "SALES_ENV=")),
            "SALES_ENV=staging bash scripts/deploy.sh",
        ),
        (
            _yes("./scripts/deploy.sh", ("scripts/deploy.sh", "bash")),
            _yes("bash scripts/deploy.sh", ("bash scripts/deploy.sh", "SALES_ENV=")),
            "cat scripts/deploy.sh",
            "SALES_ENV=staging bash scripts/deploy.sh",
        ),
    ),
    "variable": (
        (
            _yes(f"{_PYTHON} scripts/upload.py data/raw/2024-05.csv", ("scripts/upload.py", "SALES_BUCKET=")),
            f"SALES_BUCKET=test {_PYTHON} scripts/upload.py data/raw/2024-05.csv",
        ),
        (
            _yes(f"{_PYTHON} scripts/upload.py data/raw/2024-04.csv", ("scripts/upload.py", "SALES_BUCKET=")),
            "cat scripts/upload.py",
            f"export SALES_BUCKET=test; {_PYTHON} scripts/upload.py data/raw/2024-04.csv",
        ),
    ),
    "quoting of a message": (
        (
            _no("git commit --allow-empty -m Mend the parser", "a slip of quoting, in words of its own"),
            'git -c user.name=ann -c user.email=ann@shop.example commit --allow-empty -m "Mend the parser"',
        ),
        (
            _no("git commit --allow-empty -m Sort by month", "a slip of quoting, in words of its own"),
            'git -c user.name=ann -c user.email=ann@shop.example commit --allow-empty -m "Sort by month"',
        ),
    ),
    "quoting of an expression": (
        (
            _no("env/bin/pytest -q tests/test_parse.py -k reads or skips", "a slip of quoting, in words of its own"),
            'env/bin/pytest -q tests/test_parse.py -k "reads or skips"',
        ),
        (
            _no("env/bin/pytest tests/test_parse.py -k not slow", "a slip of quoting, in words of its own"),
            'env/bin/pytest tests/test_parse.py -k "not slow"',
        ),
    ),
    "port": (
        (
            _no("python3 tools/serve.py --port 47113", "another process had the port then"),
            "python3 tools/serve.py --port 47114",
        ),
        (
            _no("python3 tools/serve.py --port 47113", "another process had the port then"),
            "python3 tools/serve.py --port 47115",
        ),
    ),
    "test until edit": (
        (
            _no("env/bin/pytest -q tests/test_stats.py", "the code was wrong and was mended"),
            Read("src/sales/stats.py"),
            Edit("src/sales/stats.py", "return sum(values) - 1", "return sum(values)"),
            "env/bin/pytest -q tests/test_stats.py",
        ),
        (
            _no(f"{_PYTHON} -m pytest tests/test_stats.py", "the code was wrong and was mended"),
            Read("src/sales/stats.py"),
            Edit("src/sales/stats.py", "return sum(values) - 1", "return sum(values)"),
            f"{_PYTHON} -m pytest tests/test_stats.py",
        ),
    ),
    "broken configuration": (
        (
            _no("env/bin/ruff check --config config/ruff.toml src", "the file was broken and was mended"),
            Read("config/ruff.toml"),
            Edit("config/ruff.toml", "line-length = = 100", "line-length = 100"),
            "env/bin/ruff check --config config/ruff.toml src",
        ),
        (
            _no("env/bin/ruff check --config config/ruff.toml src/sales", "the file was broken and was mended"),
            Read("config/ruff.toml"),
            Edit("config/ruff.toml", "line-length = = 100", "line-length = 100"),
            "env/bin/ruff check --config config/ruff.toml src/sales",
        ),
    ),
    "types": (
        (
            _no("env/bin/mypy --strict src/sales/config.py", "the code was wrong and was mended"),
            Read("src/sales/config.py"),
            Edit("src/sales/config.py", "-> int", "-> str"),
            "env/bin/mypy --strict src/sales/config.py",
        ),
        (
            _no("env/bin/mypy src/sales/config.py", "the code was wrong and was mended"),
            Read("src/sales/config.py"),
            Edit("src/sales/config.py", "-> int", "-> str"),
            "env/bin/mypy src/sales/config.py",
        ),
    ),
    "mypy": (
        (_yes("mypy .", ("mypy", "env/bin/mypy")), "env/bin/mypy src/sales/parse.py"),
        (_yes("mypy src/sales/parse.py", ("mypy", "env/bin/mypy")), "env/bin/mypy src/sales/parse.py"),
    ),
    "branch": (
        (
            _yes("git checkout feature/tax", ("feature/tax", "feature-tax")),
            "git branch -a",
            "git checkout feature-tax",
            "git checkout main",
        ),
        (_yes("git switch feature/tax", ("feature/tax", "feature-tax")), "git switch feature-tax", "git switch main"),
    ),
    "stash": (
        (_no("git stash pop", "there was nothing to bring back"), "git status --short"),
        (_no("git stash pop", "there was nothing to bring back"), "git diff --stat"),
    ),
    "no origin": (
        (_no("git push", "there is nowhere to push to; nothing took its place"), "git log --oneline -1"),
        (_no("git push origin main", "there is nowhere to push to; nothing took its place"), "git remote -v"),
    ),
    "node module": (
        (_no("node web/chart.js", "the module was never found"), "cat package.json"),
        (_no("node web/chart.js", "the module was never found"), "ls web"),
    ),
    "ending of a script": (
        (_yes("node web/build.js", ("web/build.js", "web/build.mjs")), "node web/build.mjs"),
        (_yes("node web/build.js --quiet", ("web/build.js", "web/build.mjs")), "ls web", "node web/build.mjs --quiet"),
    ),
    "node tests": (
        (_yes("node --test web/tests/", ("web/tests", "web/test")), "ls web", "node --test web/test/"),
        (_yes("node --test web/tests/", ("web/tests", "web/test")), "node --test web/test/"),
    ),
    "npx": (
        (_yes("npx --offline eslint web", ("eslint", "npm run lint")), "npm run lint"),
        (_yes("npx --offline eslint web/build.mjs", ("eslint", "npm run lint")), "cat package.json", "npm run lint"),
    ),
    "go option": (
        (_yes("cd service && go run . -port 0", ("-port", "-addr")), "cd service && go run . -addr 127.0.0.1:0"),
        (
            _yes("cd service && go run . --port=0", ("-port", "-addr")),
            "cat service/main.go",
            "cd service && go run . --addr=127.0.0.1:0",
        ),
    ),
    "link": (
        (
            _yes("gcc -o /tmp/sales_fast tools/fast.c", ("gcc -o /tmp/sales_fast tools/fast.c", "-lm")),
            "gcc -o /tmp/sales_fast tools/fast.c -lm",
        ),
        (
            _yes("gcc -o /tmp/sales_fast tools/fast.c", ("gcc -o /tmp/sales_fast tools/fast.c", "-lm")),
            "gcc -o /tmp/sales_fast tools/fast.c -lm",
        ),
    ),
    "service": (
        (_no("curl -sf http://127.0.0.1:47119/health", "nothing listened there"), "cat service/main.go"),
        (_no("curl -sSf http://127.0.0.1:47119/health", "nothing listened there"), "ls service"),
    ),
    "tree": (
        (_yes("tree -L 2 src", ("tree", "find")), "find src -maxdepth 2"),
        (_yes("tree src", ("tree", "find")), "find src -type f"),
    ),
    "fd": (
        (_yes("fd parse", ("fd", "find")), "find . -name '*parse*'"),
        (_yes("fd -e csv", ("fd", "find")), "find . -name '*.csv'"),
    ),
    "uv": (
        (
            _yes("uv run pytest tests/test_parse.py", ("uv run pytest", "env/bin/pytest")),
            "env/bin/pytest tests/test_parse.py",
        ),
        (_yes("uv run pytest -q", ("uv run pytest", "env/bin/pytest")), "env/bin/pytest -q tests/test_parse.py"),
    ),
    "poetry": (
        (_yes("poetry run python bin/sales report", ("poetry run python", _PYTHON)), f"{_PYTHON} bin/sales report"),
        (_yes("poetry run python bin/sales months", ("poetry run python", _PYTHON)), f"{_PYTHON} bin/sales months"),
    ),
    "module of another interpreter": (
        (_yes("python3 bin/sales months", ("python3", _PYTHON)), f"{_PYTHON} bin/sales months"),
        (
            _yes("python3 bin/sales report --month 2024-05", ("python3", _PYTHON)),
            f"{_PYTHON} bin/sales report --month 2024-05",
        ),
    ),
    "import in one line": (
        (
            _yes('python3 -c "import sales.parse; print(sales.parse.SEPARATOR)"', ("python3", "PYTHONPATH=src")),
            'PYTHONPATH=src python3 -c "import sales.parse; print(sales.parse.SEPARATOR)"',
        ),
        (
            _yes('python3 -c "from sales.parse import rows; print(rows)"', ("python3", "PYTHONPATH=src")),
            'PYTHONPATH=src python3 -c "from sales.parse import rows; print(rows)"',
        ),
    ),
    "here document": (
        (
            _yes(
                "python3 - <<'EOF'\nimport pandas as pd\n"
                "print(pd.read_csv('data/raw/2024-05.csv', sep=';').shape)\nEOF",
                ("python3", _PYTHON),
            ),
            f"{_PYTHON} - <<'EOF'\nimport pandas as pd\nprint(pd.read_csv('data/raw/2024-05.csv', sep=';').shape)\nEOF",
        ),
        (
            _yes("python3 << 'PY'\nimport pandas\nprint(pandas.__version__)\nPY", ("python3", _PYTHON)),
            f"{_PYTHON} << 'PY'\nimport pandas\nprint(pandas.__version__)\nPY",
        ),
    ),
    "hidden by a pipe": (
        (_yes("ruff check src 2>&1 | head -20", ("ruff", "env/bin/ruff")), "env/bin/ruff check src 2>&1 | head -20"),
        (_yes("ruff check src/sales | tail -3", ("ruff", "env/bin/ruff")), "env/bin/ruff check src/sales | tail -3"),
    ),
    "ruff option": (
        (_yes("env/bin/ruff check --fix-all src", ("--fix-all", "--fix")), "env/bin/ruff check --fix src"),
        (_yes("env/bin/ruff check --fix-all src/sales", ("--fix-all", "--fix")), "env/bin/ruff check --fix src/sales"),
    ),
    "ruff format": (
        (_yes("env/bin/ruff format --check-only src", ("--check-only", "--check")), "env/bin/ruff format --check src"),
        (
            _yes("env/bin/ruff format --check-only src/sales", ("--check-only", "--check")),
            "env/bin/ruff format --check src/sales",
        ),
    ),
    "name of a test": (
        (
            _yes("env/bin/pytest tests/test_parse.py::test_read", ("test_read", "test_reads_rows")),
            "env/bin/pytest --collect-only -q tests/test_parse.py",
            "env/bin/pytest tests/test_parse.py::test_reads_rows",
        ),
        (
            _yes("env/bin/pytest -q tests/test_parse.py::test_read", ("test_read", "test_reads_rows")),
            "env/bin/pytest -q tests/test_parse.py::test_reads_rows",
        ),
    ),
    "unit tests": (
        (
            _yes("env/bin/pytest -q tests/unit/test_parse.py", ("tests/unit/test_parse.py", "tests/test_parse.py")),
            "env/bin/pytest -q tests/test_parse.py",
        ),
        (
            _yes("env/bin/pytest tests/unit/test_parse.py", ("tests/unit/test_parse.py", "tests/test_parse.py")),
            "ls tests",
            "env/bin/pytest tests/test_parse.py",
        ),
    ),
    "archive": (
        (
            _yes("tar xzf data/archive.tar.gz -C /tmp", ("tar xzf", "tar xf")),
            "file data/archive.tar.gz",
            "tar xf data/archive.tar.gz -C /tmp",
        ),
        (_yes("tar tzf data/archive.tar.gz", ("tar tzf", "tar tf")), "tar tf data/archive.tar.gz"),
    ),
    "unzip": (
        (_yes("unzip -l data/bundle.zip", ("unzip", "python3 -m zipfile")), "python3 -m zipfile -l data/bundle.zip"),
        (_yes("unzip -l data/bundle.zip", ("unzip", "python3 -m zipfile")), "python3 -m zipfile -l data/bundle.zip"),
    ),
    "encoding": (
        (
            _yes("python3 -c \"print(open('data/raw/names.csv').readline())\"", ("names.csv", "latin-1")),
            "python3 -c \"print(open('data/raw/names.csv', encoding='latin-1').readline())\"",
        ),
        (
            _yes("python3 -c \"print(len(open('data/raw/names.csv').read()))\"", ("names.csv", "latin-1")),
            "python3 -c \"print(len(open('data/raw/names.csv', encoding='latin-1').read()))\"",
        ),
    ),
    "blame": (
        (_yes("git blame src/stats.py", ("src/stats.py", "src/sales/stats.py")), "git blame src/sales/stats.py"),
        (
            _yes(
                "git log --oneline -- src/stats.py src/nothing && git show HEAD:src/stats.py",
                ("src/stats.py", "src/sales/stats.py"),
            ),
            "git show HEAD:src/sales/stats.py",
        ),
    ),
    "add": (
        (
            _yes("git add src/sales/statistics.py", ("src/sales/statistics.py", "src/sales/stats.py")),
            "git add src/sales/stats.py",
        ),
        (
            _yes("git add src/sales/statistics.py", ("src/sales/statistics.py", "src/sales/stats.py")),
            "git status --short",
            "git add src/sales/stats.py",
        ),
    ),
    "no such file": (
        (_no("cat TODO.md", "there is none; what followed had nothing to do with it"), "git status --short"),
        (_no(Read("TODO.md"), "there is none; what followed had nothing to do with it"), "git log --oneline -1"),
    ),
    "another month": (
        (_no("head -2 data/raw/2024-06.csv", "another month; the path was right"), "head -2 data/raw/2024-05.csv"),
        (_no("wc -l data/raw/2024-06.csv", "another month; the path was right"), "wc -l data/raw/2024-05.csv"),
    ),
    "another version": (
        (
            _no("git checkout v1.1", "there is no such version yet; the other one was looked at"),
            "git checkout -q v1.0",
            "git checkout -q main",
        ),
        (
            _no("git checkout v1.1", "there is no such version yet; the other one was looked at"),
            "git tag",
            "git checkout -q v1.0",
            "git checkout -q main",
        ),
    ),
    "another value": (
        (
            _no(f"{_PYTHON} bin/sales report --month 2023-12", "there is no data for that month"),
            f"{_PYTHON} bin/sales report --month 2024-05",
        ),
        (
            _no(f"{_PYTHON} bin/sales report --month 2023-12", "there is no data for that month"),
            f"{_PYTHON} bin/sales report --month 2024-04",
        ),
    ),
    "another test": (
        (
            _no("env/bin/pytest -q tests/test_stats.py", "the code is wrong; the other test is another one"),
            "env/bin/pytest -q tests/test_parse.py",
        ),
        (
            _no("env/bin/pytest -q tests/test_stats.py", "the code is wrong; the other test is another one"),
            "env/bin/pytest -q tests/test_parse.py",
        ),
    ),
    "bad input": (
        (
            _no(f"{_PYTHON} bin/sales import data/raw/broken.csv", "that file is broken; the other one is not"),
            f"{_PYTHON} bin/sales import data/raw/2024-04.csv",
        ),
        (
            _no(f"{_PYTHON} bin/sales import data/raw/broken.csv", "that file is broken; the other one is not"),
            f"{_PYTHON} bin/sales import data/raw/2024-05.csv",
        ),
    ),
    "there already": (
        (_no("mkdir data", _ONCE), "ls data"),
        (_no("mkdir docs", _ONCE), "ls docs"),
    ),
    "gone already": (
        (_no("rm build/out.txt", _ONCE), "ls"),
        (_no("rm build/out.txt", _ONCE), "git status --short"),
    ),
    "flaky": (
        (_no("python3 tools/sync.py", "a service did not answer, and then did"), "python3 tools/sync.py"),
        (_no("python3 tools/sync.py", "a service did not answer, and then did"), "ls", "python3 tools/sync.py"),
    ),
    "made later": (
        (
            _no("cat build/report.txt", "it was made later; the path was right"),
            f"{_PYTHON} bin/sales report --write",
            "cat build/report.txt",
        ),
        (
            _no("cat build/report.txt", "it was made later; the path was right"),
            f"{_PYTHON} bin/sales report --write",
            "cat build/report.txt",
        ),
    ),
    "again and again": (
        (*[_yes("env/bin/pytest -q tests/test_months.py", ("tests/test_months.py", "again"))] * 3,),
        (*[_yes("env/bin/pytest -q tests/test_months.py", ("tests/test_months.py", "again"))] * 3,),
    ),
    "edit that does not fit": (
        (
            _no(Edit("src/sales/parse.py", "SEPARATOR = ','", "SEPARATOR = '|'"), "what stood there was another text"),
            Read("src/sales/parse.py"),
        ),
        (
            _no(Edit("src/sales/parse.py", "SEPARATOR = ','", "SEPARATOR = '|'"), "what stood there was another text"),
            Read("src/sales/parse.py"),
        ),
    ),
    "told: the tests": (
        (
            _yes("env/bin/pytest -q tests/test_env.py", ("pytest", "make test")),
            Say("Please run the tests with `make test`, not with pytest directly. It sets what they need."),
            "make test",
        ),
        (_yes("env/bin/pytest tests/test_env.py", ("pytest", "make test")), "make test"),
    ),
    "told: the linter": (
        ("npm run lint", Say("No, it's `make lint` and not `npm run lint` for the Python part."), "make lint"),
        ("npm run lint", "make lint"),
    ),
    "told: where it is": (
        (
            _yes("cat service/handler.go", ("service/handler.go", "service/main.go")),
            Say("We don't have a handler.go, look in service/main.go instead."),
            "cat service/main.go",
        ),
        (_yes("cat service/handler.go", ("service/handler.go", "service/main.go")), "cat service/main.go"),
    ),
    "told: never": (
        ("npm install --offline", Say("Don't run npm install here, use `npm ci --offline` instead."), "npm run build"),
        ("ls", "npm run build"),
    ),
}

_LOAD = "import pandas as pd\ndf = pd.read_csv('data/raw/2024-05.csv', sep=';')\ndf.shape"
CELLS: Mapping[str, tuple[Sequence[Cell], Sequence[Cell]]] = {
    "column": (
        (_LOAD, _yes("df['revenue'].sum()", ("revenue", "net")), "df.columns", "df['net'].sum()"),
        (_LOAD, _yes("df['revenue'].mean()", ("revenue", "net")), "df['net'].mean()"),
    ),
    "append": (
        (
            _LOAD,
            _yes("both = df.append(df, ignore_index=True)\nlen(both)", ("append", "concat")),
            "both = pd.concat([df, df], ignore_index=True)\nlen(both)",
        ),
        (
            _LOAD,
            _yes("twice = df.append(df)\nlen(twice)", ("append", "concat")),
            "twice = pd.concat([df, df])\nlen(twice)",
        ),
    ),
    "path": (
        (
            "import pandas as pd",
            _yes("df = pd.read_csv('data/2024-05.csv', sep=';')", ("data/2024-05.csv", "data/raw")),
            "df = pd.read_csv('data/raw/2024-05.csv', sep=';')",
        ),
        (
            "import pandas as pd",
            _yes("may = pd.read_csv('data/2024-05.csv', sep=';')\nmay.head()", ("data/2024-05.csv", "data/raw")),
            "may = pd.read_csv('data/raw/2024-05.csv', sep=';')\nmay.head()",
        ),
    ),
    "separator": (
        (
            "import pandas as pd\ndf = pd.read_csv('data/raw/2024-05.csv')",
            _yes("df['net'].sum()", ("read_csv", "sep=")),
            "df = pd.read_csv('data/raw/2024-05.csv', sep=';')\ndf['net'].sum()",
        ),
        (
            "import pandas as pd\ndf = pd.read_csv('data/raw/2024-04.csv')",
            _yes("df['net'].max()", ("read_csv", "sep=")),
            "df.head()",
            "df = pd.read_csv('data/raw/2024-04.csv', sep=';')\ndf['net'].max()",
        ),
    ),
    "missing package": (
        (_no("import seaborn as sns", "another package was taken"), "import matplotlib.pyplot as plt"),
        (_no("import seaborn", "another package was taken"), "import matplotlib"),
    ),
    "colour": (
        (
            "import matplotlib\nmatplotlib.use('agg')\nimport matplotlib.pyplot as plt",
            _yes("plt.plot([1, 2], colour='red')", ("colour", "color")),
            "plt.plot([1, 2], color='red')",
        ),
        (
            "import matplotlib\nmatplotlib.use('agg')\nimport matplotlib.pyplot as plt",
            _yes("plt.bar([1], [2], colour='blue')", ("colour", "color")),
            "plt.bar([1], [2], color='blue')",
        ),
    ),
    "mean of words": (
        (
            _LOAD,
            _yes("df.groupby('shop_id').mean()", ("mean", "numeric_only")),
            "df.groupby('shop_id').mean(numeric_only=True)",
        ),
        (
            _LOAD,
            _yes("df.groupby('shop_id').mean().round(1)", ("mean", "numeric_only")),
            "df.groupby('shop_id').mean(numeric_only=True).round(1)",
        ),
    ),
    "format of dates": (
        (
            _LOAD,
            _yes("df['day'] = pd.to_datetime(df['sold_at'], format='%Y-%m-%d')", ("%Y-%m-%d", "%d.%m.%Y")),
            "df['day'] = pd.to_datetime(df['sold_at'], format='%d.%m.%Y')",
        ),
        (
            _LOAD,
            _yes("days = pd.to_datetime(df['sold_at'], format='%Y-%m-%d')\ndays.min()", ("%Y-%m-%d", "%d.%m.%Y")),
            "days = pd.to_datetime(df['sold_at'], format='%d.%m.%Y')\ndays.min()",
        ),
    ),
    "trapz": (
        ("import numpy as np", _yes("np.trapz([1, 2, 3])", ("np.trapz", "np.trapezoid")), "np.trapezoid([1, 2, 3])"),
        (
            "import numpy as np\ny = [1, 4, 9]",
            _yes("area = np.trapz(y)\narea", ("np.trapz", "np.trapezoid")),
            "area = np.trapezoid(y)\narea",
        ),
    ),
    "list and not table": (
        (
            "import json\nshops = json.load(open('data/shops.json'))",
            _yes("shops['title']", ("'title'", "[0]")),
            "shops[0]['title']",
        ),
        (
            "import json\nshops = json.load(open('data/shops.json'))",
            _yes("shops['title']", ("'title'", "[0]")),
            "type(shops)",
            "shops[0]['title']",
        ),
    ),
    "sort": (
        (_LOAD, _yes("df.sort('net').head()", ("sort", "sort_values")), "df.sort_values('net').head()"),
        (
            _LOAD,
            _yes("df.sort('shop_id', ascending=False)", ("sort", "sort_values")),
            "df.sort_values('shop_id', ascending=False)",
        ),
    ),
    "histogram": (
        (_LOAD, _yes("df['net'].plot(kind='histogram')", ("histogram", "hist")), "df['net'].plot(kind='hist')"),
        (
            _LOAD,
            _yes("df['net'].plot(kind='histogram', bins=5)", ("histogram", "hist")),
            "df['net'].plot(kind='hist', bins=5)",
        ),
    ),
    "datetime": (
        (
            "import datetime",
            _yes("datetime.now().year > 2000", ("datetime.now", "datetime.datetime.now")),
            "datetime.datetime.now().year > 2000",
        ),
        (
            "import datetime",
            _yes("start = datetime.now()", ("datetime.now", "datetime.datetime.now")),
            "start = datetime.datetime.now()",
        ),
    ),
    "assertion": (
        ("total = 3", _no("assert total == 4", "the value was mended"), "total = 4\nassert total == 4"),
        ("total = 5", _no("assert total == 4, total", "the value was mended"), "total = 4\nassert total == 4, total"),
    ),
    "division": (
        ("sold = 0", _no("9 / sold", "what followed was another thing"), "len('sold')"),
        ("sold = 0", _no("1 / sold", "what followed was another thing"), "sold + 1"),
    ),
    "never found": (
        (_LOAD, _no("df['weather'].mean()", "there is no such column; what followed was another thing"), "df.head(2)"),
        (
            _LOAD,
            _no("df['weather'].mean()", "there is no such column; what followed was another thing"),
            "df['shop_id'].nunique()",
        ),
    ),
    "another column": (
        (_LOAD, _no("df['humidity'].max()", "there is no such column; another was asked for"), "df['net'].max()"),
        (_LOAD, _no("df['humidity'].max()", "there is no such column; another was asked for"), "df['net'].max()"),
    ),
    "merge": (
        (
            _LOAD,
            "shops = pd.read_json('data/shops.json')",
            _yes("df.merge(shops, on='id').shape", ("'id'", "shop_id")),
            "df.merge(shops, left_on='shop_id', right_on='id').shape",
        ),
        (
            _LOAD,
            "shops = pd.read_json('data/shops.json')",
            _yes("joined = df.merge(shops, on='id')", ("'id'", "shop_id")),
            "joined = df.merge(shops, left_on='shop_id', right_on='id')",
        ),
    ),
    "by name and not by place": (
        (_LOAD, _yes("df.iloc[:, 'net'].sum()", ("iloc", "loc")), "df.loc[:, 'net'].sum()"),
        (_LOAD, _yes("df.iloc[0, 'net']", ("iloc", "loc")), "df.loc[0, 'net']"),
    ),
    "decimal comma": (
        (
            _LOAD,
            _yes("df['weight'].astype(float)", ("astype", "str.replace")),
            "df['weight'].str.replace(',', '.').astype(float)",
        ),
        (
            _LOAD,
            _yes("df['weight'].astype(float).sum()", ("astype", "str.replace")),
            "df['weight'].str.replace(',', '.').astype(float).sum()",
        ),
    ),
    "style": (
        (
            "import matplotlib.pyplot as plt",
            _yes("plt.style.use('seaborn')", ("seaborn", "seaborn-v0_8")),
            "plt.style.use('seaborn-v0_8')",
        ),
        (
            "import matplotlib.pyplot as plt",
            _yes("plt.style.use('seaborn')", ("seaborn", "seaborn-v0_8")),
            "plt.style.available[:3]",
            "plt.style.use('seaborn-v0_8')",
        ),
    ),
    "numpy of pandas": (
        ("import numpy as np\nimport pandas as pd", _yes("pd.np.sqrt(16)", ("pd.np", "np")), "np.sqrt(16)"),
        ("import numpy as np\nimport pandas as pd", _yes("pd.np.log(1)", ("pd.np", "np")), "np.log(1)"),
    ),
    "iteritems": (
        (
            _LOAD,
            _yes("[name for name, _ in df['net'].iteritems()][:3]", ("iteritems", "items")),
            "[name for name, _ in df['net'].items()][:3]",
        ),
        (_LOAD, _yes("dict(df.iteritems()).keys()", ("iteritems", "items")), "dict(df.items()).keys()"),
    ),
    "separator of a line": (
        ("text = '1,2,3'", _no("text.splt(',')", "a slip of typing, of two names"), "text.split(',')"),
        ("line = 'a b'", _no("line.upperr()", "a slip of typing, of two names"), "line.upper()"),
    ),
}


def halves(names: Sequence[str], *, seed: int) -> tuple[list[str], list[str]]:
    """Names drawn by lot into two halves."""
    drawn = list(names)
    random.Random(seed).shuffle(drawn)  # noqa: S311  # a lot, and no secret
    return drawn[::2], drawn[1::2]


_CSV = "shop_id;net;weight;sold_at;clerk\n" + "".join(
    f"{number % 3 + 1};{number * 2.5};{number},5;{number + 1:02}.05.2024;ann\n" for number in range(9)
)
FILES: Mapping[str, str] = {
    "README.md": "# shop\n\nSales of some shops: a Python package, a small web page, a service in Go.\n",
    "Makefile": (
        "fmt:\n\tenv/bin/ruff format -q src\n\nlint:\n\tenv/bin/ruff check -q src\n\n"
        "test:\n\tSALES_ENV=test env/bin/pytest -q tests/test_env.py\n"
    ),
    "package.json": (
        '{"name": "shop", "version": "1.0.0", "scripts": {"build": "node web/build.mjs",'
        ' "lint": "node web/lint.mjs", "test:unit": "node --test web/test/"}}\n'
    ),
    "package-lock.json": (
        '{"name": "shop", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": {"name": "shop",'
        ' "version": "1.0.0"}}}\n'
    ),
    "pytest.ini": "[pytest]\npythonpath = src\nmarkers =\n    slow: takes long\n",
    "src/sales/__init__.py": "",
    "src/sales/cli.py": "import sys\n\nprint('1.0' if '--version' in sys.argv else '2024-04 2024-05')\n",
    "src/sales/config.py": 'def currency() -> int:\n    return "EUR"\n',
    "src/sales/parse.py": (
        'SEPARATOR = ";"\n\n\ndef rows(text: str) -> list[list[str]]:\n'
        "    return [line.split(SEPARATOR) for line in text.splitlines()]\n"
    ),
    "src/sales/stats.py": "def total(values: list[float]) -> float:\n    return sum(values) - 1\n",
    "tests/test_parse.py": (
        "from sales.parse import rows\n\n\ndef test_reads_rows():\n    assert rows('a;b') == [['a', 'b']]\n\n\n"
        "def test_skips_nothing():\n    assert rows('') == []\n"
    ),
    "tests/test_stats.py": "from sales.stats import total\n\n\ndef test_total():\n    assert total([1, 2]) == 3\n",
    "tests/test_months.py": "import os\n\n\ndef test_months():\n    assert os.environ.get('TZ') == 'Mars'\n",
    "tests/test_env.py": "import os\n\n\ndef test_env():\n    assert os.environ.get('SALES_ENV') == 'test'\n",
    "bin/sales": (
        "import argparse\nimport pathlib\nimport sys\n\nimport pandas as pd\n\n"
        "parser = argparse.ArgumentParser('sales')\n"
        "commands = parser.add_subparsers(dest='command', required=True)\n"
        "for name in ('import', 'export', 'report', 'months'):\n    one = commands.add_parser(name)\n"
        "    one.add_argument('--month', default='2024-05')\n    one.add_argument('--write', action='store_true')\n"
        "    one.add_argument('--output')\n    if name == 'import':\n        one.add_argument('file')\n"
        "told = parser.parse_args()\npath = pathlib.Path(getattr(told, 'file', f'data/raw/{told.month}.csv'))\n"
        "if not path.exists():\n    sys.exit(f'no data for {told.month}')\n"
        "frame = pd.read_csv(path, sep=';')\ntext = f\"{told.command}: {frame['net'].astype(float).sum()}\"\n"
        "if told.write:\n    pathlib.Path('build').mkdir(exist_ok=True)\n"
        "    pathlib.Path('build/report.txt').write_text(text)\n"
        "if told.output:\n    frame.to_csv(told.output)\nprint(text)\n"
    ),
    "config/sales.yaml": "currency: EUR\n",
    "config/ruff.toml": "line-length = = 100\n",
    "data/raw/2024-04.csv": _CSV,
    "data/raw/2024-05.csv": _CSV,
    "data/raw/broken.csv": _CSV.replace("5.0;", "five;"),
    "data/shops.json": '[{"id": 1, "title": "North"}, {"id": 2, "title": "South"}, {"id": 3, "title": "West"}]\n',
    "docs/install.md": "# Install\n\nThere is an environment in env/.\n",
    "docs/format.md": "# Format\n\nSemicolons.\n",
    "scripts/deploy.sh": ('#!/bin/bash\n: "${SALES_ENV:?say where to deploy to}"\necho "would deploy to $SALES_ENV"\n'),
    "scripts/upload.py": (
        "import os\nimport sys\n\nprint('would upload', sys.argv[1], 'to', os.environ['SALES_BUCKET'])\n"
    ),
    "service/go.mod": "module shop.example/service\n\ngo 1.19\n",
    "service/main.go": (
        'package main\n\nimport (\n\t"flag"\n\t"fmt"\n)\n\nfunc main() {\n'
        '\taddr := flag.String("addr", ":8080", "where to listen")\n\tflag.Parse()\n'
        '\tfmt.Println("would listen on", *addr)\n}\n'
    ),
    "tools/fast.c": (
        "#include <math.h>\n#include <stdio.h>\n\nint main(int count, char **words) {\n"
        '    printf("%f\\n", sqrt(count) + pow(count, 0.3));\n    return words == 0;\n}\n'
    ),
    "tools/seed.py": "import sys\nimport time\n\ntime.sleep(0 if '--check' in sys.argv else 4)\nprint('seeded')\n",
    "tools/serve.py": (
        "import socket\nimport sys\n\nwith socket.socket() as server:\n"
        "    server.bind(('127.0.0.1', int(sys.argv[2])))\n    print('would serve on', sys.argv[2])\n"
    ),
    "tools/sync.py": (
        'import pathlib\n\nmark = pathlib.Path(".synced")\nif not mark.exists():\n    mark.touch()\n'
        '    raise SystemExit("TimeoutError: stock.example did not answer")\nprint("synced")\n'
    ),
    "web/build.mjs": "console.log('built');\n",
    "web/lint.mjs": "console.log('clean');\n",
    "web/chart.js": "const d3 = require('d3');\nconsole.log(d3.version);\n",
    "web/test/build.test.mjs": "import test from 'node:test';\ntest('builds', () => {});\n",
    ".gitignore": "env/\nnode_modules/\n.synced\nbuild/\ndata/sales.db\n",
}
