"""Random texts of every kind, grown from a seed, and damage to do to them; not a test."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

from hypothesis import strategies as st

__all__ = ["KINDS", "grown", "texts"]

_WORDS = (
    "order user cache index table request session worker queue invoice payment region shard token retry batch plan"
    " report metric deploy build stage branch commit module parser buffer socket header cookie route service"
).split()


def _words(rng: random.Random, least: int, most: int) -> str:
    return " ".join(rng.choice(_WORDS) for _ in range(rng.randint(least, most)))


def _json(rng: random.Random) -> str:
    rows = [
        {
            "id": 1000 + i,
            "name": f"{rng.choice(_WORDS)}-{i}",
            "status": "ok" if rng.random() < 0.97 else "failed",
            "price": rng.choice([1.0, 2.5, 1e9, None, "1.00"]),
            "tags": [rng.choice(_WORDS) for _ in range(rng.randint(0, 3))],
            **({"note": _words(rng, 1, 60)} if rng.random() < 0.2 else {}),
        }
        for i in range(rng.randint(1, 120))
    ]
    value = rng.choice([rows, {"total": len(rows), "items": rows, "next": None}, {str(row["id"]): row for row in rows}])
    return json.dumps(value, indent=rng.choice([None, 2]), ensure_ascii=rng.random() < 0.5)


def _ndjson(rng: random.Random) -> str:
    rows = [{"ts": i, "level": rng.choice(["info", "warn", "error"]), "msg": _words(rng, 2, 9)} for i in range(60)]
    return "\n".join(json.dumps(row) for row in rows) + "\n"


def _csv(rng: random.Random) -> str:
    rows = [
        f"{i},{rng.choice(_WORDS)},{rng.gauss(50, 3):.2f},2024-01-{1 + i % 28:02}" for i in range(rng.randint(3, 200))
    ]
    return "\n".join(["id,name,value,day", *rows]) + rng.choice(["", "\n"])


def _fixed(rng: random.Random) -> str:
    rows = [f"{rng.choice(_WORDS):<14}{rng.randint(1, 99999):>8}  {_words(rng, 1, 3):<30}ready" for _ in range(80)]
    return "\n".join([f"{'NAME':<14}{'SIZE':>8}  {'DETAIL':<30}STATE", *rows]) + "\n"


def _log(rng: random.Random) -> str:
    levels = ["INFO"] * 30 + ["WARNING", "ERROR"]
    return "".join(
        f"2024-05-01 10:{i // 60 % 60:02}:{i % 60:02},{rng.randint(0, 999):03} {rng.choice(levels)} "
        f"[{rng.choice(_WORDS)}] {rng.choice(_WORDS)} {rng.randint(1, 999)} took {rng.random():.3f}s\n"
        for i in range(rng.randint(5, 300))
    )


def _terminal(rng: random.Random) -> str:
    bars = "".join(f"\r{i:3}%|{'#' * (i // 10)} | {i}/100 [00:0{i % 9}]" for i in range(0, 101, rng.randint(2, 9)))
    return f"$ make\n\x1b[32mok\x1b[0m {_words(rng, 3, 9)}\n{bars}\n" + "\x1b[1mdone\x1b[0m\n" * rng.randint(1, 40)


def _traceback(rng: random.Random) -> str:
    frames = "".join(
        f'  File "/srv/{rng.choice(["app", "lib/site-packages/web"])}/{rng.choice(_WORDS)}.py",'
        f" line {rng.randint(1, 900)}, in {rng.choice(_WORDS)}\n    return {rng.choice(_WORDS)}({rng.choice(_WORDS)})\n"
        for _ in range(rng.randint(2, 60))
    )
    return f"Traceback (most recent call last):\n{frames}ValueError: {_words(rng, 2, 6)}\n"


def _search(rng: random.Random) -> str:
    return "".join(
        f"src/{rng.choice(_WORDS)}/{rng.choice(_WORDS)}.py:{rng.randint(1, 2000)}:    {_words(rng, 2, 12)}\n"
        for _ in range(90)
    )


def _listing(rng: random.Random) -> str:
    return "".join(f"./{rng.choice(_WORDS)}/{rng.choice(_WORDS)}/{rng.choice(_WORDS)}_{i}.py\n" for i in range(150))


def _diff(rng: random.Random) -> str:
    hunks = []
    for _ in range(rng.randint(1, 12)):
        name = f"{rng.choice(_WORDS)}/{rng.choice(_WORDS)}.py"
        body = "".join(f" {_words(rng, 2, 6)}\n" for _ in range(3)) + f"-{_words(rng, 2, 6)}\n+{_words(rng, 2, 6)}\n"
        head = f"diff --git a/{name} b/{name}\nindex 1111111..2222222 100644\n--- a/{name}\n+++ b/{name}\n"
        hunks.append(f"{head}@@ -10,4 +10,4 @@ def x():\n{body}")
    return "".join(hunks)


def _code(rng: random.Random) -> str:
    parts = ['"""A module."""\n\nimport os\n\n']
    for i in range(rng.randint(2, 40)):
        body = "".join(
            f"    {rng.choice(_WORDS)} = {rng.choice(_WORDS)}({rng.randint(0, 99)})\n"
            for _ in range(rng.randint(2, 14))
        )
        parts.append(
            f"def {rng.choice(_WORDS)}_{i}(a, b=1):\n    '''Does {_words(rng, 2, 5)}.'''\n{body}    return a\n\n\n"
        )
    return "".join(parts)


def _markup(rng: random.Random) -> str:
    sections = "".join(
        f"<h2>{_words(rng, 1, 3)}</h2>\n<p>{_words(rng, 20, 80)}.</p>\n" for _ in range(rng.randint(2, 30))
    )
    head = "<!DOCTYPE html>\n<html><head><script>var a = 1;</script></head><body><nav>menu</nav>\n"
    return f"{head}{sections}</body></html>\n"


def _notebook(rng: random.Random) -> str:
    cells: list[dict[str, object]] = []
    for i in range(rng.randint(1, 20)):
        output = {"output_type": "stream", "name": "stdout", "text": [_log(rng)[:4000]]}
        cells.append(
            {"cell_type": "markdown", "metadata": {}, "source": [f"# {_words(rng, 2, 4)}\n", _words(rng, 5, 30)]}
        )
        cells.append(
            {"cell_type": "code", "execution_count": i, "metadata": {}, "source": _code(rng)[:900], "outputs": [output]}
        )
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def _config(rng: random.Random) -> str:
    return "".join(
        f"{rng.choice(_WORDS)}_{i}:\n  version: {i}.{i % 7}.0\n  enabled: true\n" for i in range(rng.randint(5, 90))
    )


def _prose(rng: random.Random) -> str:
    return "\n\n".join(
        " ".join(f"{_words(rng, 5, 18).capitalize()}." for _ in range(8)) for _ in range(rng.randint(2, 25))
    )


def _mixed(rng: random.Random) -> str:
    return f"Here is what I found.\n\n```python\n{_code(rng)}```\n\nAnd the answer:\n{_json(rng)}\n{_prose(rng)}\n"


KINDS: dict[str, Callable[[random.Random], str]] = {
    "json": _json, "ndjson": _ndjson, "csv": _csv, "fixed": _fixed, "log": _log, "terminal": _terminal,
    "traceback": _traceback, "search": _search, "listing": _listing, "diff": _diff, "code": _code,
    "markup": _markup, "notebook": _notebook, "config": _config, "prose": _prose, "mixed": _mixed,
}  # fmt: skip

_DAMAGE: tuple[Callable[[str, random.Random], str], ...] = (
    lambda text, rng: text,
    lambda text, rng: text.replace("\n", "\r\n"),
    lambda text, rng: text[: rng.randint(0, len(text))],
    lambda text, rng: text[(at := rng.randint(0, len(text))) :] + "\ud800\x00" + text[:at],
    lambda text, rng: "".join(line + rng.choice(["\n", "\r\n", "\r", "\u2028\n"]) for line in text.split("\n")),
    lambda text, rng: text.replace(" ", "\t", 5).replace("e", "é").replace("a", "漢", 3),
    lambda text, rng: text + "<<ccr:0123456789ab lines 1-2 of 3>>\n<<90-120>>\n" + text[:500],
    lambda text, rng: text.replace("\n", " "),
)


def grown(kind: str, seed: int, damage: int = 0) -> str:
    """A text of a kind; the same seed gives the same text."""
    rng = random.Random(f"{kind} {seed}")  # noqa: S311  # test data
    return _DAMAGE[damage](KINDS[kind](rng), rng)


def texts() -> st.SearchStrategy[str]:
    """Any text at all, or one of a kind, whole or damaged."""
    anything = st.text(st.characters(exclude_categories=()), max_size=1500)
    lines = st.lists(
        st.sampled_from(["", "x", "{", "}", "[", "a,b", "<p>", "```", "| a |", "\x00", "1e999", "-" * 30]), max_size=400
    )
    of_kind = st.builds(grown, st.sampled_from(sorted(KINDS)), st.integers(0, 10_000), st.integers(0, len(_DAMAGE) - 1))
    return st.one_of(
        of_kind, of_kind, of_kind, anything, anything.map(lambda text: text[:200] * 12), lines.map("\n".join)
    )
