"""What `headroom doctor --cache LOG` writes: how a provider's prompt cache fared with the requests of a log."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from headroom_jupyter.cache_aligner import CacheReport, ConversationReport, cache_report
from headroom_jupyter.cli.screen import amount, console, new_table, percent, row, write_json

__all__ = ["tell_cache"]

_MOST_ROWS = 20


def tell_cache(log: str, *, as_json: bool) -> None:
    """Report on a log of requests."""
    report = cache_report(log)
    if as_json:
        write_json(_as_json(report))
        return
    screen = console()
    table = new_table(
        "conversation",
        "model",
        ">calls",
        ">input",
        ">stable",
        ">cached",
        ">aligned",
        ">read again",
        ">cost",
        ">measured",
    )
    for one in (*report.conversations[:_MOST_ROWS], report.total):
        row(table, one.name, one.model, *_figures(one), style="bold" if one is report.total else "")
    screen.print(table)
    if report.conversation_count > _MOST_ROWS:
        screen.print(f"the {_MOST_ROWS} of {report.conversation_count:,} conversations that cost most; all are summed")
    if report.total.breaks:
        causes = new_table("where", "what changed", ">calls", ">read again", "example", title="\nwhat broke the cache")
        for broken in report.total.breaks:
            row(causes, broken.place, broken.kind, *map(amount, (broken.calls, broken.lost_tokens)), broken.example)
        screen.print(causes)
    screen.print(
        "\ntokens; cached: by the rules its provider documents, each conversation by itself; aligned: sent through"
        f" CacheAligner(marks=True); cost: US dollars at the prices of {report.prices_of}; measured: cached, by the"
        f" provider's usage{'; ~ counted in o200k' if report.total.is_estimate else ''}",
        soft_wrap=True,
    )
    for reason, count in report.skipped.reasons.most_common():
        screen.print(f"skipped {count:,}: {reason} (first at line {report.skipped.first[reason]:,})", soft_wrap=True)


def _figures(one: ConversationReport) -> tuple[str, ...]:
    mark = "~" if one.is_estimate else ""
    measured = (
        one.measured.cached_tokens / one.measured.input_tokens if one.measured and one.measured.input_tokens else None
    )
    return (
        amount(one.calls),
        mark + amount(one.input_tokens),
        "" if one.name == "all" else mark + amount(one.stable_tokens),
        percent(one.cached_share),
        percent(one.aligned_share),
        mark + amount(one.lost_tokens),
        "no price" if one.lost_usd is None else f"{one.lost_usd:,.4f}",
        "" if measured is None else percent(measured),
    )


def _as_json(report: CacheReport) -> dict[str, Any]:
    return {
        "total": _one(report.total),
        "conversations": [_one(one) for one in report.conversations],
        "conversation_count": report.conversation_count,
        "prices_of": report.prices_of,
        "skipped": dict(report.skipped.reasons),
        "skipped_first": report.skipped.first,
    }


def _one(one: ConversationReport) -> dict[str, Any]:
    shares = {"cached_share": round(one.cached_share, 4), "aligned_share": round(one.aligned_share, 4)}
    return asdict(one) | shares
