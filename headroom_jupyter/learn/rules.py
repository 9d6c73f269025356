"""From findings to rules: two sessions or the person's own word, and nothing that speaks against it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

from headroom_jupyter.learn.corrections import Correction, feature_of
from headroom_jupyter.learn.mining import Finding, Mined

__all__ = ["Ledger", "Rule"]

_LEAST_SESSIONS = 2
_MOST_FEATURES = 300_000  # of all sessions; beyond that no new ones are kept
_MOST_CALLS = 50  # named for one rule


@dataclass(frozen=True, slots=True)
class Rule:
    """What failed and what worked, with its evidence.

    Attributes:
        correction: What was wrong and what is right.
        evidence: Failed calls that show it.
        sessions: In how many sessions.
        last_seen: When last, in seconds of the epoch.
        sources: Agents, or "notebook".
        is_told: The person said so.
        calls: Some of the failed calls, as "agent session call".
    """

    correction: Correction
    evidence: int
    sessions: int
    last_seen: float
    sources: tuple[str, ...] = ()
    is_told: bool = False
    calls: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Ten hex digits: six for what was wrong, four for what is right."""
        found = self.correction
        return _digest(found.kind, found.wrong, found.about)[:6] + _digest(found.right)[:4]


@dataclass(slots=True)
class _Heap:
    """All findings of one correction."""

    correction: Correction
    evidence: int = 0
    sessions: set[str] = field(default_factory=set)
    last_seen: float = 0.0
    sources: set[str] = field(default_factory=set)
    is_told: bool = False
    calls: list[str] = field(default_factory=list)


class Ledger:
    """Gathers sessions, and then tells the rules."""

    def __init__(self) -> None:
        self.sessions = 0
        self.calls = 0
        self.failures = 0
        self._heaps: dict[tuple[str, str, str, str], _Heap] = {}
        self._worked: dict[str, tuple[int, float]] = {}

    def add(self, source: str, session: str, mined: Mined) -> None:
        """Take a session in."""
        self.sessions += 1
        self.calls += mined.calls
        self.failures += mined.failures
        for finding in mined.findings:
            self._gather(source, session, finding)
        for feature, at in mined.worked.items():
            count, last = self._worked.get(feature, (0, 0.0))
            if count or len(self._worked) < _MOST_FEATURES:
                self._worked[feature] = count + 1, max(last, at)

    def _gather(self, source: str, session: str, finding: Finding) -> None:
        found = finding.correction
        # However many dashes an option was given.
        key = (found.kind, _plain(found.wrong), _plain(found.right), found.about)
        heap = self._heaps.setdefault(key, _Heap(found))
        heap.evidence += max(1, len(finding.calls))
        heap.sessions.add(session)
        if finding.at >= heap.last_seen:
            heap.last_seen, heap.correction = finding.at, found
        heap.sources.add(source)
        heap.is_told |= finding.is_told
        if len(heap.calls) < _MOST_CALLS:
            heap.calls += [f"{source} {session} {call}" for call in finding.calls]

    def rules(self) -> list[Rule]:
        """The rules that hold, those with most evidence first."""
        held = [heap for heap in self._heaps.values() if self._holds(heap)]
        rules = [
            Rule(
                heap.correction,
                heap.evidence,
                len(heap.sessions),
                heap.last_seen,
                tuple(sorted(heap.sources)),
                heap.is_told,
                tuple(heap.calls),
            )
            for heap in held
        ]
        return sorted(rules, key=lambda rule: (-rule.is_told, -rule.sessions, -rule.evidence, rule.id))

    def damped(self) -> int:
        """How many corrections were seen and make no rule."""
        return len(self._heaps) - len(self.rules())

    def _holds(self, heap: _Heap) -> bool:
        if heap.is_told:
            return True
        count, found = len(heap.sessions), heap.correction
        if count < _LEAST_SESSIONS:
            return False
        worked, last = self._worked.get(feature_of(found), (0, 0.0))
        if worked and (worked >= count or last > heap.last_seen):
            return False
        rivals = [
            len(other.sessions)
            for other in self._heaps.values()
            if other is not heap and _is_rival(found, other.correction)
        ]
        opposite = self._heaps.get((found.kind, _plain(found.right), _plain(found.wrong), found.about))
        opposite = opposite if opposite is not heap else None
        against = len(opposite.sessions) if opposite else 0
        return count > 2 * against and all(count >= rival for rival in rivals) and rivals.count(count) == 0


def _is_rival(one: Correction, two: Correction) -> bool:
    """Whether two corrections give different answers to one question."""
    return (one.kind, one.wrong, one.about) == (two.kind, two.wrong, two.about) and one.right != two.right


def _plain(text: str) -> str:
    return re.sub(r"(?<!\S)--", "-", text)


def _digest(*words: Iterable[str]) -> str:
    return sha256("\0".join(map(str, words)).encode("utf-8", "replace")).hexdigest()
