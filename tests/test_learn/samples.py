"""The recorded sessions as the home of somebody, and calls made by hand; not a test."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterable, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from headroom_jupyter.agents.base import Place
from headroom_jupyter.agents.sessions import Call, Event, Said
from headroom_jupyter.learn.gathering import Gathered, gather
from headroom_jupyter.learn.mining import mine
from headroom_jupyter.learn.rules import Ledger, Rule

__all__ = [
    "FOLDER",
    "GOLDEN",
    "ROOT",
    "SETS",
    "Score",
    "gathered_from",
    "labels",
    "make_home",
    "rules_from",
    "rules_of",
    "score",
    "shell",
]

GOLDEN = Path(__file__).parents[1] / "golden" / "sessions"
ROOT = Path("/home/ann/shop")
# In the order in which they were recorded; each was labelled before the miner saw it.
SETS = ("sessions", "sessions_later", "sessions_first", "sessions_aside", "sessions_last", "sessions_fourth")
FOLDER = str(ROOT)
_number = count(1)


def make_home(into: Path, samples: Path = GOLDEN) -> Path:
    """The home with all logs, opencode's database made from its SQL."""
    shutil.copytree(samples / "home", into)
    for path in into.rglob("*.sql"):
        database = sqlite3.connect(path.with_suffix(".db"))
        database.executescript(f"BEGIN;{path.read_text(encoding='utf-8')}COMMIT;")
        database.close()
        path.unlink()
    return into


def gathered_from(home: Path, **options: Any) -> Gathered:
    """What the logs of a home teach about the recorded project."""
    return gather(options.pop("root", ROOT), place=Place({}, home, ROOT), **options)


def rules_from(home: Path) -> list[Rule]:
    """What agents' logs in a home and the notebooks of its project teach, each in the place where it was recorded."""
    books = gather(home / "shop", place=Place({}, home / "nobody", home / "shop"))
    return [*gathered_from(home).rules, *books.rules]


def labels(samples: Path = GOLDEN) -> dict[str, Any]:
    """What a person says of each failed call: the corrections that it teaches, none for a coincidence."""
    found: dict[str, Any] = json.loads((samples / "labels.json").read_text(encoding="utf-8"))
    return found


class Score:
    """How the rules' evidence compares with the labels."""

    def __init__(self, told: dict[str, Any], rules: Iterable[Rule]) -> None:
        self.right: set[str] = set()
        self.wrong: list[tuple[str, Rule]] = []
        for rule in rules:
            if rule.correction.kind == "reread":  # no failure of a call
                continue
            for call in rule.calls:
                source, _, ident = call.split(" ", 2)
                name = f"{source} {ident.rpartition('_')[2]}"
                if _fits(rule, told.get(name, {}).get("corrections", ())):
                    self.right.add(name)
                else:
                    self.wrong.append((name, rule))
        self.missed = [name for name, label in told.items() if label["corrections"] and name not in self.right]

    @property
    def precision(self) -> float:
        """Of the failures that rules name, how many a person would name for the same reason."""
        return len(self.right) / max(1, len(self.right) + len(self.wrong))

    @property
    def recall(self) -> float:
        """Of the failures that teach something, how many a rule names."""
        return len(self.right) / max(1, len(self.right) + len(self.missed))


def score(told: dict[str, Any], rules: Iterable[Rule]) -> Score:
    """Compare."""
    return Score(told, rules)


def _fits(rule: Rule, corrections: Iterable[dict[str, str]]) -> bool:
    found = rule.correction
    wrong, right = f"{found.wrong} {found.about}", f"{found.right} {found.detail}"
    return any((one["wrong"] in wrong or found.wrong in one["wrong"]) and one["right"] in right for one in corrections)


def shell(
    text: str, output: str = "", code: int = 0, *, at: float = 1e9, limit_s: float = 0, folder: str = FOLDER
) -> Call:
    """A command and what came of it."""
    return Call(str(next(_number)), "shell", text, folder, output, code != 0, code, limit_s, at)


def rules_of(*sessions: Sequence[Event | str]) -> list[str]:
    """What some sessions teach together, as "kind: wrong -> right"; a text is what the person said."""
    ledger = Ledger()
    for number, events in enumerate(sessions):
        told = (Said(event) if isinstance(event, str) else event for event in events)
        ledger.add("claude", str(number), mine(told, FOLDER))
    return [f"{rule.correction.kind}: {rule.correction.wrong} -> {rule.correction.right}" for rule in ledger.rules()]
