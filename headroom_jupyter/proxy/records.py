"""What the proxy did lately: counts and reasons for its pages and metrics, never a text, a header or a key."""

from __future__ import annotations

import os
import time
from collections import Counter as Amounts
from collections import deque
from dataclasses import asdict, dataclass, field
from itertools import count
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from headroom_jupyter.exchange.requests import Report

__all__ = ["MEASURED", "Record", "Records"]

MEASURED = ("calls", "input_tokens", "cached_tokens", "written_tokens")

_LATEST = 200
_MOST_DECISIONS = 40  # of one request, the largest savings first
_BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)


@dataclass(slots=True)
class Record:
    """One request."""

    api: str
    started: float = field(default_factory=time.time)
    report: Report = field(default_factory=Report)
    status: int = 0
    rewrite_ms: float = 0.0
    is_stream: bool = False


class Records:
    """The latest requests, totals since the start, and the same for Prometheus."""

    def __init__(self) -> None:
        self._latest: deque[tuple[int, Record]] = deque(maxlen=_LATEST)
        self._numbers = count(1)
        self._totals: Amounts[str] = Amounts()
        self.started = time.time()
        self.instance = f"{os.getpid()}-{self.started:.3f}"  # tells this process from the one before
        own = self.registry = CollectorRegistry()
        self._requests = Counter("headroom_requests", "Requests passed on.", ["api", "status"], registry=own)
        self._tokens = Counter("headroom_tokens", "Tokens of messages, by when.", ["api", "when"], registry=own)
        told = "Input tokens as providers reported them: all, read from their prompt caches, written to them."
        self._measured = Counter("headroom_provider_input_tokens", told, ["api", "part"], registry=own)
        self._failed = Counter("headroom_failures", "Requests passed on as they came.", ["api"], registry=own)
        self._retrievals = Counter("headroom_retrievals", "Calls answered from the store.", registry=own)
        self._seconds = Histogram(
            "headroom_rewrite_seconds", "Time to rewrite a request.", registry=own, buckets=_BUCKETS
        )
        self.open = Gauge("headroom_open_requests", "Requests under way.", registry=own)

    def add(self, record: Record) -> None:
        """Book a request that is over."""
        report = record.report
        self._latest.append((next(self._numbers), record))
        self._totals += Amounts(
            requests=1,
            failed=bool(report.failed),
            tokens_before=report.tokens_before,
            tokens_after=report.tokens_after,
            retrievals=report.retrievals,
            rounds=report.rounds,
        )
        if report.use:
            self._totals += Amounts(calls=report.rounds + 1, **asdict(report.use))
            for part, tokens in asdict(report.use).items():
                self._measured.labels(record.api, part.removesuffix("_tokens")).inc(tokens)
        self._requests.labels(record.api, str(record.status)).inc()
        self._tokens.labels(record.api, "before").inc(report.tokens_before)
        self._tokens.labels(record.api, "after").inc(report.tokens_after)
        self._retrievals.inc(report.retrievals)
        if report.failed:
            self._failed.labels(record.api).inc()
        if report.model:
            self._seconds.observe(record.rewrite_ms / 1e3)

    def metrics(self) -> bytes:
        """In Prometheus' text format."""
        return bytes(generate_latest(self.registry))

    def totals(self) -> dict[str, int]:
        """Sums since the start, those of `MEASURED` as providers reported them."""
        names = ("requests", "failed", "tokens_before", "tokens_after", "retrievals", "rounds", *MEASURED)
        return {name: self._totals[name] for name in names}

    def latest(self, after: int = 0) -> list[dict[str, Any]]:
        """The latest requests, newest first; `after`: only those with a larger number."""
        return [_as_json(number, record) for number, record in reversed(self._latest) if number > after]


def _as_json(number: int, record: Record) -> dict[str, Any]:
    report = record.report
    changed = sorted(
        (decision for decision in report.decisions if decision.is_changed),
        key=lambda decision: decision.tokens_after - decision.tokens_before,
    )
    reasons = Amounts(decision.reason for decision in report.decisions if not decision.is_changed)
    return {
        "number": number,
        "at": round(record.started, 3),
        "api": record.api,
        "model": report.model,
        "status": record.status,
        "is_stream": record.is_stream,
        "tokens_before": report.tokens_before,
        "tokens_after": report.tokens_after,
        "rewrite_ms": round(record.rewrite_ms, 2),
        "rounds": report.rounds,
        "retrievals": report.retrievals,
        "notes_tokens": report.notes_tokens,
        "failed": report.failed,
        "measured": asdict(report.use) if report.use else None,
        "changed": [
            {
                "message": decision.message,
                "kind": decision.kind,
                "compressor": decision.compressor,
                "fidelity": decision.fidelity,
                "tokens_before": decision.tokens_before,
                "tokens_after": decision.tokens_after,
                "refs": list(decision.refs),
                "reason": decision.reason,
            }
            for decision in changed[:_MOST_DECISIONS]
        ],
        "changed_count": len(changed),
        "kept": dict(reasons.most_common(12)),
    }
