"""A third set of scenarios, for golden/sessions_last: written when the first two had been seen; not a test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.scenarios import Cell, Edit, Fails, Read, Say, Shell, Step

__all__ = ["LAST", "LAST_CELLS", "LAST_FILES"]


def _no(step: str | Shell | Read | Edit, why: str) -> Fails:
    return Fails(step, (), why)


def _yes(step: str | Shell | Read | Edit, *teaches: tuple[str, str]) -> Fails:
    return Fails(step, teaches)


_PYTHON = "env/bin/python"
_P, _T = "src/sales/parse.py", "tests/test_parse.py"
_REFUSED = "what was wanted is not there; what followed had nothing to do with it"
LAST: Mapping[str, tuple[Sequence[Step], Sequence[Step]]] = {
    "python of a version": (
        (_yes("python3.12 tools/seed.py --check", ("python3.12", "python3")), "python3 tools/seed.py --check"),
        (_yes("python3.12 -m json.tool package.json", ("python3.12", "python3")), "python3 -m json.tool package.json"),
    ),
    "pnpm": (
        (_yes("pnpm run build", ("pnpm", "npm")), "npm run build"),
        (_yes("pnpm run lint", ("pnpm", "npm")), "npm run lint"),
    ),
    "bun": (
        (_yes("bun test", ("bun", "npm run test:unit")), "npm run test:unit"),
        (_yes("bun test web/test", ("bun", "npm run test:unit")), "cat package.json", "npm run test:unit"),
    ),
    "script": (
        (_yes("npm run tests", ("npm run tests", "npm run test:unit")), "npm run test:unit"),
        (_yes("npm run tests", ("npm run tests", "npm run test:unit")), "npm run", "npm run test:unit"),
    ),
    "make": (
        (_yes("make tests", ("make tests", "make test")), "make test"),
        (_yes("make tests", ("make tests", "make test")), "cat Makefile", "make test"),
    ),
    "name of the environment": (
        (_yes(".venv/bin/python bin/sales report", (".venv/bin/python", _PYTHON)), f"{_PYTHON} bin/sales report"),
        (_yes(f".venv/bin/python -m pytest {_T}", (".venv/bin/python", _PYTHON)), "ls", f"{_PYTHON} -m pytest {_T}"),
    ),
    "module of mypy": (
        (_yes(f"python3 -m mypy {_P}", ("python3", "env/bin/")), f"{_PYTHON} -m mypy {_P}"),
        (_yes(f"python3 -m mypy --strict {_P}", ("python3", "env/bin/")), f"{_PYTHON} -m mypy --strict {_P}"),
    ),
    "another file": (
        (_no("cat src/sales/utils.py", "there is none; another file was read"), "ls src/sales", f"cat {_P}"),
        (_no(Read("src/sales/utils.py"), "there is none; another file was read"), Read(_P)),
    ),
    "source": (
        (_yes(Read("sales/parse.py"), ("sales/parse.py", _P)), Read(_P)),
        (_yes("sed -n 1,5p sales/parse.py", ("sales/parse.py", _P)), f"sed -n 1,5p {_P}"),
    ),
    "readme": (
        (_yes("cat README", ("README", "README.md")), "cat README.md"),
        (_yes(Read("README"), ("README", "README.md")), "ls", Read("README.md")),
    ),
    "format": (
        (_yes("cat docs/formats.md", ("docs/formats.md", "docs/format.md")), "cat docs/format.md"),
        (_yes("wc -l docs/formats.md", ("docs/formats.md", "docs/format.md")), "wc -l docs/format.md"),
    ),
    "tag": (
        (_yes("git show v1.0.0:README.md", ("v1.0.0", "v1.0")), "git show v1.0:README.md"),
        (_yes("git diff --stat v1.0.0", ("v1.0.0", "v1.0")), "git tag", "git diff --stat v1.0"),
    ),
    "develop": (
        (_yes("git checkout develop", ("develop", "main")), "git checkout main"),
        (_yes("git log --oneline -2 develop", ("develop", "main")), "git branch", "git log --oneline -2 main"),
    ),
    "git branch": (
        (_yes("git branch --list-all", ("--list-all", "--all")), "git branch --all"),
        (_yes("git branch --list-all", ("--list-all", "--all")), "git branch --all"),
    ),
    "nothing to commit": (
        (_no("git commit -m 'Try it'", "there was nothing to commit"), "git status"),
        (_no("git commit -m 'Sort it'", "there was nothing to commit"), "git log --oneline -1"),
    ),
    "grep": (
        (_yes("grep --recurse total src", ("--recurse", "--recursive")), "grep --recursive total src"),
        (_yes("grep --recurse -n rows src", ("--recurse", "--recursive")), "grep --recursive -n rows src"),
    ),
    "find": (
        (_yes("find . --name '*.csv'", ("--name", "-name")), "find . -name '*.csv'"),
        (_yes("find src --name '*.py'", ("--name", "-name")), "find src -name '*.py'"),
    ),
    "sort": (
        (_yes("sort --number data/raw/2024-05.csv", ("--number", "-n")), "sort -n data/raw/2024-05.csv"),
        (
            _yes("sort --number data/raw/2024-04.csv | head -2", ("--number", "-n")),
            "sort -n data/raw/2024-04.csv | head -2",
        ),
    ),
    "column": (
        (
            _yes('sqlite3 data/sales.db "select sum(amount) from receipts"', ("amount", "net")),
            'sqlite3 data/sales.db "select sum(net) from receipts"',
        ),
        (
            _yes('sqlite3 data/sales.db "select max(amount) from receipts"', ("amount", "net")),
            "sqlite3 data/sales.db .schema",
            'sqlite3 data/sales.db "select max(net) from receipts"',
        ),
    ),
    "tables": (
        (_yes('sqlite3 data/sales.db "show tables"', ("show tables", ".tables")), "sqlite3 data/sales.db .tables"),
        (_yes('sqlite3 data/sales.db "show tables;"', ("show tables", ".tables")), "sqlite3 data/sales.db .tables"),
    ),
    "pytest option": (
        (_yes(f"env/bin/pytest --fast {_T}", ("--fast", "-m")), f"env/bin/pytest -m 'not slow' {_T}"),
        (_yes(f"env/bin/pytest -q --fast {_T}", ("--fast", "-m")), f"env/bin/pytest -q -m 'not slow' {_T}"),
    ),
    "test file": (
        (_yes("env/bin/pytest tests/test_parser.py", ("tests/test_parser.py", _T)), f"env/bin/pytest {_T}"),
        (
            _yes("env/bin/pytest -q tests/test_parser.py", ("tests/test_parser.py", _T)),
            "ls tests",
            f"env/bin/pytest -q {_T}",
        ),
    ),
    "coverage": (
        (_yes(f"env/bin/pytest --cov=src {_T}", ("--cov", "env/bin/pytest")), f"env/bin/pytest {_T}"),
        (_yes(f"env/bin/pytest -q --cov=sales {_T}", ("--cov", "env/bin/pytest")), f"env/bin/pytest -q {_T}"),
    ),
    "ruff command": (
        (_yes("env/bin/ruff lint src", ("ruff lint", "ruff check")), "env/bin/ruff check src"),
        (_yes(f"env/bin/ruff lint {_P}", ("ruff lint", "ruff check")), f"env/bin/ruff check {_P}"),
    ),
    "month": (
        (
            _yes(f"{_PYTHON} bin/sales report --year 2024", ("--year", "--month")),
            f"{_PYTHON} bin/sales report --month 2024-05",
        ),
        (
            _yes(f"{_PYTHON} bin/sales report --year 2024", ("--year", "--month")),
            f"{_PYTHON} bin/sales report --help",
            f"{_PYTHON} bin/sales report --month 2024-04",
        ),
    ),
    "name of the program": (
        (_yes(f"{_PYTHON} bin/sale months", ("bin/sale", "bin/sales")), f"{_PYTHON} bin/sales months"),
        (_yes(f"{_PYTHON} bin/sale report", ("bin/sale", "bin/sales")), "ls bin", f"{_PYTHON} bin/sales report"),
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
    "not executable": (
        (_yes("tools/backup.sh", ("tools/backup.sh", "sh")), "sh tools/backup.sh"),
        (_yes("./tools/backup.sh", ("tools/backup.sh", "sh")), "sh tools/backup.sh"),
    ),
    "parameter": (
        (_yes("sh tools/notify.sh", ("tools/notify.sh", "CHANNEL=")), "CHANNEL=ops sh tools/notify.sh"),
        (
            _yes("sh tools/notify.sh", ("tools/notify.sh", "CHANNEL=")),
            "cat tools/notify.sh",
            "CHANNEL=ops sh tools/notify.sh",
        ),
    ),
    "no pid": (
        (_no("cat build/server.pid", _REFUSED), "git status --short"),
        (_no("cat build/server.pid", _REFUSED), "ls"),
    ),
    "pull": (
        (_no("git pull", _REFUSED), "git log --oneline -1"),
        (_no("git pull --rebase", _REFUSED), "git branch"),
    ),
    "syntax": (
        (
            _no("node --check web/broken.mjs", "the file was broken and was mended"),
            Read("web/broken.mjs"),
            Edit("web/broken.mjs", "const a = ;", "const a = 1;"),
            "node --check web/broken.mjs",
        ),
        (
            _no("node --check web/broken.mjs", "the file was broken and was mended"),
            Read("web/broken.mjs"),
            Edit("web/broken.mjs", "const a = ;", "const a = 1;"),
            "node --check web/broken.mjs",
        ),
    ),
    "no such month": (
        (
            _no(f"{_PYTHON} bin/sales report --month 2024-13", "there is no such month"),
            f"{_PYTHON} bin/sales report --month 2024-04",
        ),
        (
            _no(f"{_PYTHON} bin/sales report --month 2024-13", "there is no such month"),
            f"{_PYTHON} bin/sales report --month 2024-04",
        ),
    ),
    "no such data": (
        (_no("head -1 data/raw/2023-04.csv", "another year; the path was right"), "head -1 data/raw/2024-04.csv"),
        (_no("tail -1 data/raw/2023-04.csv", "another year; the path was right"), "tail -1 data/raw/2024-04.csv"),
    ),
    "no such notes": (
        (_no("cat data/raw/north.csv", "another file; nothing says that it was meant"), "cat data/raw/2024-04.csv"),
        (
            _no("cat data/raw/north.csv", "another file; nothing says that it was meant"),
            "ls data/raw",
            "head -1 data/raw/names.csv",
        ),
    ),
    "told: not curl": (
        (
            _yes("curl -sS http://127.0.0.1:47119/seed", ("curl", "tools/seed.py --check")),
            Say("Don't use curl for that, run `python3 tools/seed.py --check` instead."),
            "python3 tools/seed.py --check",
        ),
        (
            _no("curl -sS http://127.0.0.1:47119/seed", "nothing listened there; nobody said more of it here"),
            "ls tools",
        ),
    ),
    "look for a program": (
        (_no("which pytest", "a look around"), "ls env/bin"),
        (_no("which ruff", "a look around"), "ls env/bin"),
    ),
    "import of the environment": (
        (
            _yes(f'{_PYTHON} -c "from sales import parse"', (_PYTHON, "PYTHONPATH=src")),
            f'PYTHONPATH=src {_PYTHON} -c "from sales import parse"',
        ),
        (
            _yes(f'{_PYTHON} -c "import sales.stats as s; print(s.total([2]))"', (_PYTHON, "PYTHONPATH=src")),
            f'PYTHONPATH=src {_PYTHON} -c "import sales.stats as s; print(s.total([2]))"',
        ),
    ),
    "separator in one line": (
        (
            _yes(
                f"{_PYTHON} -c \"import pandas as pd; print(pd.read_csv('data/raw/2024-05.csv')['net'].sum())\"",
                ("read_csv", "sep="),
            ),
            f"{_PYTHON} -c \"import pandas as pd; print(pd.read_csv('data/raw/2024-05.csv', sep=';')['net'].sum())\"",
        ),
        (
            _yes(
                f"{_PYTHON} -c \"import pandas as pd; print(pd.read_csv('data/raw/2024-05.csv')['net'].max())\"",
                ("read_csv", "sep="),
            ),
            f"{_PYTHON} -c \"import pandas as pd; print(pd.read_csv('data/raw/2024-05.csv', sep=';')['net'].max())\"",
        ),
    ),
    "yaml in a here document": (
        (
            _yes(
                "python3 - <<'EOF'\nimport yaml\nprint(yaml.safe_load(open('config/sales.yaml')))\nEOF",
                ("python3", _PYTHON),
            ),
            f"{_PYTHON} - <<'EOF'\nimport yaml\nprint(yaml.safe_load(open('config/sales.yaml')))\nEOF",
        ),
        (
            _yes("python3 <<EOF\nimport yaml\nprint(yaml.__version__)\nEOF", ("python3", _PYTHON)),
            f"{_PYTHON} <<EOF\nimport yaml\nprint(yaml.__version__)\nEOF",
        ),
    ),
    "no editor": (
        (_no("code .", "there is no such program; nothing took its place"), "ls web"),
        (_no("code web", "there is no such program; nothing took its place"), "ls web"),
    ),
    "du": (
        (_yes("du --depth=1 data", ("--depth", "--max-depth")), "du --max-depth=1 data"),
        (_yes("du -h --depth=1 src", ("--depth", "--max-depth")), "du -h --max-depth=1 src"),
    ),
    "date": (
        (_yes("date --format=%F", ("--format", "+%F")), "date +%F"),
        (_yes("date --format=%F", ("--format", "+%F")), "date +%F"),
    ),
}

_LOAD = "import pandas as pd\ndf = pd.read_csv('data/raw/2024-05.csv', sep=';')\ndf.shape"
_PLOT = "import matplotlib\nmatplotlib.use('agg')\nimport matplotlib.pyplot as plt\nplt.plot([1], label='a')"
LAST_CELLS: Mapping[str, tuple[Sequence[Cell], Sequence[Cell]]] = {
    "shop": (
        (_LOAD, _yes("df['shop'].nunique()", ("shop", "shop_id")), "df['shop_id'].nunique()"),
        (
            _LOAD,
            _yes("df.groupby('shop')['net'].sum()", ("shop", "shop_id")),
            "df.columns",
            "df.groupby('shop_id')['net'].sum()",
        ),
    ),
    "delimeter": (
        (
            "import pandas as pd",
            _yes("pd.read_csv('data/raw/2024-05.csv', delimeter=';').shape", ("delimeter", "delimiter")),
            "pd.read_csv('data/raw/2024-05.csv', delimiter=';').shape",
        ),
        (
            "import pandas as pd",
            _yes("april = pd.read_csv('data/raw/2024-04.csv', delimeter=';')", ("delimeter", "delimiter")),
            "april = pd.read_csv('data/raw/2024-04.csv', delimiter=';')",
        ),
    ),
    "average": (
        (
            _LOAD,
            _yes("df.groupby('shop_id')['net'].agg('average')", ("average", "mean")),
            "df.groupby('shop_id')['net'].agg('mean')",
        ),
        (_LOAD, _yes("df['net'].agg('average')", ("average", "mean")), "df['net'].agg('mean')"),
    ),
    "drop": (
        (_LOAD, _yes("df.drop('clerk').shape", ("drop", "axis=1")), "df.drop('clerk', axis=1).shape"),
        (_LOAD, _yes("small = df.drop('clerk')", ("drop", "axis=1")), "small = df.drop('clerk', axis=1)"),
    ),
    "float of numpy": (
        ("import numpy as np", _yes("np.float(3)", ("np.float", "float")), "float(3)"),
        ("import numpy as np", _yes("half = np.float('2.5') / 2", ("np.float", "float")), "half = float('2.5') / 2"),
    ),
    "matrix": (
        (_LOAD, _yes("df.as_matrix().shape", ("as_matrix", "to_numpy")), "df.to_numpy().shape"),
        (_LOAD, _yes("df[['net']].as_matrix().sum()", ("as_matrix", "to_numpy")), "df[['net']].to_numpy().sum()"),
    ),
    "legend": (
        (_PLOT, _yes("plt.legend(position='upper left')", ("position", "loc")), "plt.legend(loc='upper left')"),
        (
            _PLOT,
            _yes("plt.legend(position='best', fontsize=8)", ("position", "loc")),
            "plt.legend(loc='best', fontsize=8)",
        ),
    ),
    "numbers of numpy": (
        (
            _LOAD + "\nimport json",
            _yes("json.dumps(df['net'].count())", ("json.dumps", "int(")),
            "json.dumps(int(df['net'].count()))",
        ),
        (
            _LOAD + "\nimport json",
            _yes("json.dumps({'n': df['net'].count()})", ("json.dumps", "int(")),
            "json.dumps({'n': int(df['net'].count())})",
        ),
    ),
    "no notes": (
        (
            _no("open('data/notes.txt').read()", "there are none; what followed was another thing"),
            "open('data/shops.json').read()",
        ),
        (_no("open('data/notes.txt').read()", "there are none; what followed was another thing"), "1 + 1"),
    ),
    "polars": (
        (_yes("import polar as pl", ("polar", "polars")), "import polars as pl"),
        (_yes("import polar as pl\npl.__version__", ("polar", "polars")), "import polars as pl\npl.__version__"),
    ),
    "concat": (
        (_LOAD, _yes("pd.concat(df, df).shape", ("concat", "[df")), "pd.concat([df, df]).shape"),
        (_LOAD, _yes("twice = pd.concat(df, df)", ("concat", "[df")), "twice = pd.concat([df, df])"),
    ),
    "fill": (
        (_LOAD, _yes("df['net'].fillna(method='ffill').sum()", ("fillna", "ffill")), "df['net'].ffill().sum()"),
        (_LOAD, _yes("filled = df['net'].fillna(method='ffill')", ("fillna", "ffill")), "filled = df['net'].ffill()"),
    ),
    "half": (
        ("parts = 0", _no("1 / parts", "the value was mended"), "parts = 2\n1 / parts"),
        ("parts = 0", _no("8 / parts", "what followed was another thing"), "sum([parts, 8])"),
    ),
    "discount": (
        (_LOAD, _no("df['discount'].sum()", "there is no such column; what followed was another thing"), "df.tail(1)"),
        (
            _LOAD,
            _no("df['discount'].sum()", "there is no such column; what followed was another thing"),
            "df['net'].sum() / 2",
        ),
    ),
}
LAST_FILES = {
    "tools/index.py": "import time\n\ntime.sleep(4)\nprint('indexed')\n",
    "tools/backup.sh": "#!/bin/sh\necho would back up\n",
    "tools/notify.sh": '#!/bin/sh\nset -u\necho "would tell $CHANNEL"\n',
    "web/broken.mjs": "const a = ;\nconsole.log(a);\n",
}
