"""A fourth set of scenarios, for golden/sessions_fourth: written when the first three had been seen; not a test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.scenarios import Cell, Fails, Read, Say, Shell, Step

__all__ = ["FOURTH", "FOURTH_CELLS"]


def _no(step: str | Shell | Read, why: str) -> Fails:
    return Fails(step, (), why)


def _yes(step: str | Shell | Read, *teaches: tuple[str, str]) -> Fails:
    return Fails(step, teaches)


_PYTHON = "env/bin/python"
_P, _T = "src/sales/parse.py", "tests/test_parse.py"
_OTHER = "what was wanted is not there; what followed was another thing"
FOURTH: Mapping[str, tuple[Sequence[Step], Sequence[Step]]] = {
    "node20": (
        (_yes("node20 web/build.mjs", ("node20", "node")), "node web/build.mjs"),
        (_yes("node20 --test web/test/", ("node20", "node")), "node --test web/test/"),
    ),
    "npm build": (
        (_yes("npm build", ("npm build", "npm run build")), "npm run build"),
        (_yes("npm build", ("npm build", "npm run build")), "cat package.json", "npm run build"),
    ),
    "make linter": (
        (_yes("make linter", ("make linter", "make lint")), "make lint"),
        (_yes("make linter", ("make linter", "make lint")), "cat Makefile", "make lint"),
    ),
    "no main": (
        (_no("cat src/sales/__main__.py", _OTHER), "cat src/sales/cli.py"),
        (_no(Read("src/sales/__main__.py"), _OTHER), "ls src/sales"),
    ),
    "config": (
        (
            _yes(Read("src/sales/configs.py"), ("src/sales/configs.py", "src/sales/config.py")),
            Read("src/sales/config.py"),
        ),
        (_yes("cat src/sales/configs.py", ("src/sales/configs.py", "src/sales/config.py")), "cat src/sales/config.py"),
    ),
    "test folder": (
        (_yes("ls test", ("test", "tests")), "ls tests"),
        (_yes("ls -l test", ("test", "tests")), "ls", "ls -l tests"),
    ),
    "sale": (
        (_yes("ls src/sale", ("src/sale", "src/sales")), "ls src/sales"),
        (_yes("grep -rn total src/sale", ("src/sale", "src/sales")), "grep -rn total src/sales"),
    ),
    "history is short": (
        (_no("git diff HEAD~3", "there is one commit alone"), "git log --oneline"),
        (_no("git show HEAD~2", "there is one commit alone"), "git show --stat HEAD"),
    ),
    "branch is there": (
        (_no("git checkout -b feature-tax", "it was there already"), "git status --short"),
        (_no("git branch feature-tax", "it was there already"), "git branch"),
    ),
    "names": (
        (_yes("git show --name", ("--name", "--name-only")), "git show --name-only"),
        (_yes("git show --name HEAD", ("--name", "--name-only")), "git show --name-only HEAD"),
    ),
    "oneliner": (
        (_yes("git log --oneliner", ("--oneliner", "--oneline")), "git log --oneline"),
        (_yes("git log --oneliner -2", ("--oneliner", "--oneline")), "git log --oneline -2"),
    ),
    "tags": (
        (_yes("git tags", ("git tags", "git tag")), "git tag"),
        (_yes("git tags", ("git tags", "git tag")), "git tag"),
    ),
    "worktree": (
        (_yes("git worktree ls", ("worktree ls", "worktree list")), "git worktree list"),
        (_yes("git worktree ls", ("worktree ls", "worktree list")), "git worktree list"),
    ),
    "type of rg": (
        (_yes("rg --type python total src", ("python", "py")), "rg --type py total src"),
        (_yes("rg -n --type python rows src", ("python", "py")), "rg -n --type py rows src"),
    ),
    "head": (
        (_yes("head -lines 3 README.md", ("-lines", "-n")), "head -n 3 README.md"),
        (_yes("head -lines 2 data/shops.json", ("-lines", "-n")), "head -n 2 data/shops.json"),
    ),
    "wc": (
        (_yes("wc --rows data/raw/2024-05.csv", ("--rows", "-l")), "wc -l data/raw/2024-05.csv"),
        (_yes("wc --rows README.md", ("--rows", "-l")), "wc -l README.md"),
    ),
    "upper": (
        (
            _yes("jq '.[0].title | ascii_upper' data/shops.json", ("ascii_upper", "ascii_upcase")),
            "jq '.[0].title | ascii_upcase' data/shops.json",
        ),
        (
            _yes("jq -r '.[1].title | ascii_upper' data/shops.json", ("ascii_upper", "ascii_upcase")),
            "jq -r '.[1].title | ascii_upcase' data/shops.json",
        ),
    ),
    "shop": (
        (
            _yes('sqlite3 data/sales.db "select title from shop"', ("shop", "shops")),
            'sqlite3 data/sales.db "select title from shops"',
        ),
        (
            _yes('sqlite3 data/sales.db "select count(*) from shop"', ("shop", "shops")),
            "sqlite3 data/sales.db .tables",
            'sqlite3 data/sales.db "select count(*) from shops"',
        ),
    ),
    "store": (
        (
            _yes('sqlite3 data/sales.db "select store_id from receipts"', ("store_id", "shop_id")),
            'sqlite3 data/sales.db "select shop_id from receipts"',
        ),
        (
            _yes('sqlite3 data/sales.db "select id, store_id from receipts"', ("store_id", "shop_id")),
            'sqlite3 data/sales.db "select id, shop_id from receipts"',
        ),
    ),
    "mean": (
        (
            _yes('python3 -c "import math; print(math.mean([1, 2]))"', ("math", "statistics")),
            'python3 -c "import statistics; print(statistics.mean([1, 2]))"',
        ),
        (
            _yes('python3 -c "import math; print(math.mean([3, 4]))"', ("math", "statistics")),
            'python3 -c "import statistics; print(statistics.mean([3, 4]))"',
        ),
    ),
    "last": (
        (_yes(f"env/bin/pytest --last {_T}", ("--last", "--lf")), f"env/bin/pytest --lf {_T}"),
        (_yes(f"env/bin/pytest -q --last {_T}", ("--last", "--lf")), f"env/bin/pytest -q --lf {_T}"),
    ),
    "name of a test file": (
        (_yes("env/bin/pytest tests/parse_test.py", ("tests/parse_test.py", _T)), f"env/bin/pytest {_T}"),
        (
            _yes("env/bin/pytest -q tests/parse_test.py", ("tests/parse_test.py", _T)),
            "ls tests",
            f"env/bin/pytest -q {_T}",
        ),
    ),
    "output": (
        (
            _yes(f"env/bin/ruff check --output json {_P}", ("--output", "--output-format")),
            f"env/bin/ruff check --output-format json {_P}",
        ),
        (
            _yes("env/bin/ruff check --output json src", ("--output", "--output-format")),
            "env/bin/ruff check --output-format json src",
        ),
    ),
    "cache": (
        (
            _yes(f"env/bin/mypy --no-cache {_P}", ("--no-cache", "--no-incremental")),
            f"env/bin/mypy --no-incremental {_P}",
        ),
        (
            _yes(f"env/bin/mypy --no-cache --strict {_P}", ("--no-cache", "--no-incremental")),
            f"env/bin/mypy --no-incremental --strict {_P}",
        ),
    ),
    "program": (
        (_yes("bin/sales report", ("bin/sales", _PYTHON)), f"{_PYTHON} bin/sales report"),
        (_yes("./bin/sales months", ("bin/sales", _PYTHON)), f"{_PYTHON} bin/sales months"),
    ),
    "where to": (
        (_yes("sh scripts/deploy.sh", ("scripts/deploy.sh", "SALES_ENV=")), "SALES_ENV=staging sh scripts/deploy.sh"),
        (_yes("sh scripts/deploy.sh", ("scripts/deploy.sh", "SALES_ENV=")), "SALES_ENV=test sh scripts/deploy.sh"),
    ),
    "slow": (
        (
            _yes(Shell("python3 tools/index.py", 1500), ("tools/index.py", "timeout")),
            Shell("python3 tools/index.py", 60_000),
        ),
        (
            _yes(Shell("python3 tools/index.py", 1500), ("tools/index.py", "timeout")),
            Shell("python3 tools/index.py", 60_000),
        ),
    ),
    "seeds": (
        (_yes("python3 tools/seeds.py --check", ("tools/seeds.py", "tools/seed.py")), "python3 tools/seed.py --check"),
        (
            _yes("python3 tools/seeds.py --check", ("tools/seeds.py", "tools/seed.py")),
            "ls tools",
            "python3 tools/seed.py --check",
        ),
    ),
    "lint": (
        (_yes("node web/lint.js", ("web/lint.js", "web/lint.mjs")), "node web/lint.mjs"),
        (_yes("node web/lint.js", ("web/lint.js", "web/lint.mjs")), "ls web", "node web/lint.mjs"),
    ),
    "node tests": (
        (_yes("node --tests web/test/", ("--tests", "--test")), "node --test web/test/"),
        (_yes("node --tests web/test/", ("--tests", "--test")), "node --test web/test/"),
    ),
    "module of node": (
        (
            _yes(
                "node -e \"import fs from 'node:fs'; console.log(fs.existsSync('web'))\"", ("node -e", "--input-type")
            ),
            "node --input-type=module -e \"import fs from 'node:fs'; console.log(fs.existsSync('web'))\"",
        ),
        (
            _yes("node -e \"import fs from 'node:fs'; console.log(1)\"", ("node -e", "--input-type")),
            "node --input-type=module -e \"import fs from 'node:fs'; console.log(1)\"",
        ),
    ),
    "told: deploy": (
        (
            _yes("cat deploy.sh", ("deploy.sh", "scripts/deploy.sh")),
            Say("There is no deploy.sh here, see scripts/deploy.sh."),
            "cat scripts/deploy.sh",
        ),
        (_yes("cat deploy.sh", ("deploy.sh", "scripts/deploy.sh")), "cat scripts/deploy.sh"),
    ),
    "told: python": (
        (
            _yes("python3 bin/sales months", ("python3", _PYTHON)),
            Say("Please use `env/bin/python`, not python3, for the programs in bin."),
            f"{_PYTHON} bin/sales months",
        ),
        (_yes("python3 bin/sales report", ("python3", _PYTHON)), f"{_PYTHON} bin/sales report"),
    ),
    "no process": (
        (_no("kill 999999", "it was gone already"), "ls"),
        (_no("cat /proc/999999/status", _OTHER), "git log --oneline"),
    ),
    "no reports": (
        (_no("ls src/reports", _OTHER), "ls src/sales"),
        (_no("ls src/reports", _OTHER), "cat README.md"),
    ),
    "no types": (
        (_no("npm run typecheck", "there is no such script; another was run"), "npm run lint"),
        (_no("npm run typecheck", "there is no such script; another was run"), "cat package.json"),
    ),
    "code": (
        (_no("env/bin/pytest -q tests/test_stats.py", "the code is wrong"), "cat src/sales/stats.py"),
        (_no("env/bin/pytest -q tests/test_stats.py", "the code is wrong"), f"env/bin/pytest -q {_T}"),
    ),
}

_LOAD = "import pandas as pd\ndf = pd.read_csv('data/raw/2024-05.csv', sep=';')\ndf.shape"
FOURTH_CELLS: Mapping[str, tuple[Sequence[Cell], Sequence[Cell]]] = {
    "head": (
        (_LOAD, _yes("df.head[3]", ("head[3]", "head(3)")), "df.head(3)"),
        (_LOAD, _yes("df.head[3].shape", ("head[3]", "head(3)")), "df.head(3).shape"),
    ),
    "avg": (
        (_LOAD, _yes("df['net'].avg()", ("avg", "mean")), "df['net'].mean()"),
        (_LOAD, _yes("round(df['net'].avg(), 1)", ("avg", "mean")), "round(df['net'].mean(), 1)"),
    ),
    "rename": (
        (
            _LOAD,
            _yes("df.rename(column={'net': 'n'}).shape", ("column", "columns")),
            "df.rename(columns={'net': 'n'}).shape",
        ),
        (
            _LOAD,
            _yes("df = df.rename(column={'clerk': 'who'})", ("column", "columns")),
            "df = df.rename(columns={'clerk': 'who'})",
        ),
    ),
    "unique": (
        (_LOAD, _yes("len(df.unique())", ("unique", "drop_duplicates")), "len(df.drop_duplicates())"),
        (_LOAD, _yes("only = df.unique()", ("unique", "drop_duplicates")), "only = df.drop_duplicates()"),
    ),
    "shops": (
        (
            "import pandas as pd",
            _yes("pd.read_json('data/shop.json')", ("data/shop.json", "data/shops.json")),
            "pd.read_json('data/shops.json')",
        ),
        (
            "import pandas as pd",
            _yes("shops = pd.read_json('data/shop.json')", ("data/shop.json", "data/shops.json")),
            "shops = pd.read_json('data/shops.json')",
        ),
    ),
    "csv": (
        (_LOAD, _yes("df.to_cvs('/tmp/sales_c.csv')", ("to_cvs", "to_csv")), "df.to_csv('/tmp/sales_c.csv')"),
        (
            _LOAD,
            _yes("df[['net']].to_cvs('/tmp/sales_d.csv')", ("to_cvs", "to_csv")),
            "df[['net']].to_csv('/tmp/sales_d.csv')",
        ),
    ),
    "now": (
        (
            "import pandas as pd",
            _yes("pd.datetime.now().year > 2000", ("pd.datetime", "pd.Timestamp")),
            "pd.Timestamp.now().year > 2000",
        ),
        (
            "import pandas as pd",
            _yes("start = pd.datetime.now()", ("pd.datetime", "pd.Timestamp")),
            "start = pd.Timestamp.now()",
        ),
    ),
    "sum of words": (
        ("price = '2'", _no("price + 2", "the code was mended"), "int(price) + 2"),
        ("price = '3'", _no("2 * price + 2", "the code was mended"), "2 * int(price) + 2"),
    ),
    "no name": (
        (_no("summary.head()", "it was never made"), "1 + 1"),
        (_no("summary.head()", "it was never made"), "len('summary')"),
    ),
}
