"""What real agents' logs teach, against labels that a person wrote before the miner was."""

from __future__ import annotations

from pathlib import Path

import pytest

from headroom_jupyter.agents.base import NEEDS, Place
from headroom_jupyter.agents.sessions import Call, Said, Skipped
from headroom_jupyter.learn.failures import has_failed
from headroom_jupyter.learn.gathering import Gathered
from headroom_jupyter.plugins import load_family
from tests.test_learn.samples import GOLDEN, ROOT, SETS, Score, gathered_from, labels, make_home, rules_from, score


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_home(tmp_path_factory.mktemp("ann") / "home")


@pytest.fixture(scope="module")
def gathered(home: Path) -> Gathered:
    return gathered_from(home)


def test_every_agents_sessions_are_read_and_nothing_is_left_out(gathered: Gathered) -> None:
    assert gathered.read == {"claude": 8, "codex": 6, "gemini": 4, "opencode": 5}
    assert gathered.skipped == {}


def test_every_failure_has_a_label(home: Path) -> None:
    told, failed, said = labels(), set(), []
    for agent in load_family("headroom_jupyter.agents", NEEDS):
        for folder, pattern in agent.session_logs(Place({}, home, ROOT)):
            for path in folder.glob(pattern):
                for session in agent.sessions(path, Skipped()):
                    assert session.folder == str(ROOT)
                    for event in session.events:
                        if isinstance(event, Call) and has_failed(event):
                            failed.add(f"{agent.name} {event.id.rpartition('_')[2]}")
                        elif isinstance(event, Said):
                            said.append(event.text)
    assert len(failed) > 50
    assert failed <= told.keys()
    assert "Why does the stock test fail?" in said
    assert all(text[0] not in "<{" for text in said), "what an agent put into the person's mouth is no word of theirs"


@pytest.mark.parametrize("name", SETS)
def test_precision_is_at_least_90_percent_and_recall_at_least_70(name: str, tmp_path: Path) -> None:
    samples = GOLDEN.with_name(name)
    _assert_good(score(labels(samples), rules_from(make_home(tmp_path / "home", samples))))


def _assert_good(found: Score) -> None:
    assert found.precision >= 0.9, found.wrong
    assert found.recall >= 0.7, found.missed


def test_no_rule_comes_from_a_coincidence(gathered: Gathered) -> None:
    words = " ".join(f"{rule.correction.wrong} {rule.correction.right}" for rule in gathered.rules)
    for planted in ("notes.txt", "git status", "sync.py", "build/out.json", "docs/api", "git push", "data/", "refund"):
        assert planted not in words


def test_rules_tell_their_evidence(gathered: Gathered) -> None:
    rule = next(rule for rule in gathered.rules if rule.correction.wrong == "npm test")
    assert (rule.evidence, rule.sessions, rule.sources) == (3, 3, ("claude", "gemini", "opencode"))
    assert rule.last_seen > 1.7e9
    assert len(rule.id) == 10


def test_one_agents_sessions_alone_are_read_when_asked_for(home: Path) -> None:
    assert gathered_from(home, only=["gemini"]).read == {"gemini": 4}


def test_sessions_of_other_projects_stay_closed_unless_asked_for(home: Path) -> None:
    elsewhere = gathered_from(home, root=Path("/home/ann/bakery"))
    assert (elsewhere.rules, elsewhere.read) == ([], {})
    assert elsewhere.skipped == {"session of another project": 23}
    assert gathered_from(home, root=Path("/home/ann/shop/backend")).read == {}
    assert len(gathered_from(home, root=Path("/home/ann/bakery"), all_projects=True).rules) > 10
