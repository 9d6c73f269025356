"""`headroom learn`: what failed in earlier sessions and what then worked, as a diff or in a file that agents read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict

import click

from headroom_jupyter import settings
from headroom_jupyter.cli import options
from headroom_jupyter.cli.screen import amount, console, write_json, write_text
from headroom_jupyter.learn.asking import previewed, refine
from headroom_jupyter.learn.block import Block, read_block
from headroom_jupyter.learn.gathering import Gathered, gather, root_of, sources
from headroom_jupyter.learn.lessons import EXPIRY_DAYS, Lesson, target, teach
from headroom_jupyter.learn.refining import Refinement
from headroom_jupyter.learn.targets import FILES
from headroom_jupyter.learn.wording import line_of
from headroom_jupyter.memory.redaction import redact

__all__ = ["learn"]

_MOST_REASONS = 8


@click.command(
    epilog="Examples:\n\n\b\n  headroom learn\n  headroom learn --apply\n  headroom learn --into AGENTS.md --apply\n"
    "  headroom learn --into analysis.ipynb --apply\n  headroom learn --forget 2a9f220e33 --apply"
)
@click.option("--apply", "is_applied", is_flag=True, help="Write it; without this nothing is written.")
@click.option(
    "--into", default=FILES[0], show_default=True, metavar="FILE", help=f"{', '.join(FILES)}, or a notebook's path."
)
@click.option("--project", metavar="FOLDER", help="The project; that of the working directory if left out.")
@click.option("--all-projects", is_flag=True, help="Learn from the sessions of other projects too.")
@click.option("--from", "only", multiple=True, metavar="SOURCE", help=f"{', '.join(sources())}; repeatable; else all.")
@click.option(
    "--expire-days",
    type=click.IntRange(min=1),
    default=EXPIRY_DAYS,
    show_default=True,
    help="Rules that were not seen for so long go.",
)
@click.option("--forget", multiple=True, metavar="ID", help="A rule that is to go and not to come back; repeatable.")
@click.option("--refine", "is_refined", is_flag=True, help="Let the model that HEADROOM_REFINE_URL names reword them.")
@options.as_json
def learn(
    is_applied: bool, into: str, project: str | None, all_projects: bool, only: tuple[str, ...], expire_days: int,
    forget: tuple[str, ...], is_refined: bool, as_json: bool,
) -> None:  # fmt: skip
    """Write down what failed in earlier sessions, and what worked instead.

    Reads the logs of Claude Code, Codex, Gemini CLI and opencode, notebooks and IPython's history, of this project
    alone, and shows what would change as a diff. A rule needs two sessions, or the person's word. No model is asked
    except with --refine: it gets the rules, no logs; what it makes of them is shown, and then written by --apply too.
    """
    unknown = sorted(set(only) - set(sources()))
    if unknown:
        raise click.UsageError(f"--from {unknown[0]} is none of {', '.join(sources())}.")
    bad = next((ident for ident in forget if not re.fullmatch(r"[0-9a-f]{10}", ident)), None)
    if bad is not None:
        raise click.UsageError(f"--forget {bad!r} is no id: ten hex digits, as they stand at a rule's end.")
    root = root_of(project)
    path = target(into, root)
    gathered = gather(root, only=only, all_projects=all_projects)
    refinement, reason = None, ""
    if is_refined:
        plain = teach(gathered, path, root, expiry_days=expire_days, forget=forget)
        refinement, reason = _refined(read_block(plain.change.text_after), is_applied=is_applied)
    lesson = teach(
        gathered, path, root, apply=is_applied, expiry_days=expire_days, forget=forget, refinement=refinement
    )
    if as_json:
        write_json(_told(str(root), gathered, lesson) | {"refined": _told_refined(refinement, reason)})
    else:
        write_text("" if lesson.change.is_none else lesson.change.diff())
        _account(gathered, lesson)
        if refinement is not None:
            _account_refined(refinement, reason)


def _refined(block: Block, *, is_applied: bool) -> tuple[Refinement, str]:
    loaded = settings.load()
    return (previewed(block, loaded), "") if is_applied else refine(block, loaded)


def _told_refined(refinement: Refinement | None, reason: str) -> dict[str, object] | None:
    return None if refinement is None else {**asdict(refinement), "reason": reason}


def _account_refined(refinement: Refinement, reason: str) -> None:
    screen = console(is_error=True)
    if reason:
        screen.print(f"not refined: {reason}; the rules are as learn wrote them", soft_wrap=True)
        return
    screen.print(
        f"refined: {len(refinement.wording)} reworded, {sum(map(len, refinement.merge))} made"
        f" {len(refinement.merge)}, {len(refinement.drop)} dropped, {len(refinement.refused)} refused"
    )
    _reasons([(reason, 1) for reason in refinement.refused])


def _told(root: str, gathered: Gathered, lesson: Lesson) -> dict[str, object]:
    return {
        "project": root,
        "path": str(lesson.change.path),
        "applied": lesson.is_applied,
        "changed": not lesson.change.is_none,
        "note": lesson.note,
        "sessions": gathered.read,
        "calls": gathered.calls,
        "failures": gathered.failures,
        "damped": gathered.damped,
        "skipped": gathered.skipped,
        "rules": [
            {
                "id": rule.id,
                "kind": rule.correction.kind,
                "wrong": redact(rule.correction.wrong),
                "right": redact(rule.correction.right),
                "line": line_of(rule),
                "evidence": rule.evidence,
                "sessions": rule.sessions,
                "last_seen": rule.last_seen,
                "sources": list(rule.sources),
                "told": rule.is_told,
            }
            for rule in gathered.rules
        ],
        "diff": lesson.change.diff(),
    }


def _account(gathered: Gathered, lesson: Lesson) -> None:
    """What was read and done, for the person."""
    screen = console(is_error=True)
    read = ", ".join(f"{name} {amount(count)}" for name, count in sorted(gathered.read.items())) or "none"
    screen.print(
        f"sessions read: {read}; calls: {amount(gathered.calls)}, failed: {amount(gathered.failures)};"
        f" rules: {len(gathered.rules)}, seen and not sure enough: {gathered.damped}",
        soft_wrap=True,
    )
    _reasons(list(gathered.skipped.items()))
    if lesson.change.is_none:
        screen.print(f"{lesson.change.path} says all of it already" if gathered.rules else "nothing to write")
    elif lesson.is_applied:
        screen.print(f"written: {lesson.change.path}", soft_wrap=True)
    else:
        screen.print("nothing was written; --apply does it", soft_wrap=True)
    if lesson.note:
        screen.print(lesson.note, soft_wrap=True)


def _reasons(skipped: Sequence[tuple[str, int]]) -> None:
    screen = console(is_error=True)
    for reason, count in skipped[:_MOST_REASONS]:
        screen.print(f"  left out, {amount(count)}×: {reason}", soft_wrap=True)
    if len(skipped) > _MOST_REASONS:
        screen.print(f"  and {len(skipped) - _MOST_REASONS} other reasons: --json has them")
