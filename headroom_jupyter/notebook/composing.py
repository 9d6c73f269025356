"""Several outputs or files as one result: each shortened by its own kind, joined in their order.

It is given the parts; it decides how many tokens each may have and what the joined text is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from headroom_jupyter.compressors.base import Fidelity, Span
from headroom_jupyter.context.issuing import issue_as
from headroom_jupyter.notebook.keep import missing_lines
from headroom_jupyter.notebook.options import Options
from headroom_jupyter.notebook.outputs import compress_output, text_of, whole
from headroom_jupyter.notebook.recording import Output
from headroom_jupyter.results import TextResult
from headroom_jupyter.selection import shares
from headroom_jupyter.texts import compress_text

__all__ = ["Part", "compress_outputs", "issue_joined", "join"]

_MOST_STREAMS = 6  # with more changes between stdout and stderr they are read as one text, as on the screen
_ORDER: tuple[Fidelity, ...] = ("verbatim", "lossless", "faithful", "abridged")


@dataclass(frozen=True)
class Part:
    """A piece of what is compressed: its heading, its size in characters, and how to make it within a budget."""

    heading: str
    text: str
    make: Callable[[Options], TextResult]


def compress_outputs(outputs: Sequence[Output], options: Options) -> TextResult:
    """All outputs of a cell as one result."""
    merged = _merged(outputs)
    parts = [
        Part(_heading(output, len(merged)), text_of(output), lambda own, output=output: compress_output(output, own))  # type: ignore[misc]  # mypy cannot infer a lambda with a default
        for output in merged
    ]
    return join(parts, options)


def join(parts: Sequence[Part], options: Options) -> TextResult:
    """Compress each part within its share of the budget, and join what they became.

    A single part is its own result. At the level "lossless" the parts are compressed as one text, because that is what
    `decode` gives back.
    """
    if not parts:
        return whole("", options, reason="nothing was put out")
    if len(parts) == 1:
        return kept(parts[0].make(options), options)
    if options.own_level == "lossless":
        text = "".join(f"{part.heading}{_ended(part.make(_whole_of(options)).original)}" for part in parts)
        return compress_text(text, query=options.asked, model=options.model, level="lossless", store=options.store)
    room = {index: len(part.text) for index, part in enumerate(parts)}
    budgets: Mapping[int, int | None] = dict.fromkeys(room)
    if options.budget is not None:
        headings = sum(options.tokenizer.count(part.heading) + 1 for part in parts)
        sizes = {index: max(1, options.tokenizer.count(part.text)) for index, part in enumerate(parts)}
        budgets = shares(sizes, dict.fromkeys(sizes, 1.0), max(1, options.budget - headings))
    made = []
    for index, part in enumerate(parts):
        share = budgets[index]
        made.append(part.make(options.within(None if share is None else max(1, share))))
    return kept(_joined(parts, made, options), options)


def kept(result: TextResult, options: Options) -> TextResult:
    """The result with the lines that `--keep` demands, or the original when that is no longer smaller."""
    if options.pattern is None or result.fidelity in ("verbatim", "lossless"):
        return result
    more = missing_lines(result.original, result.text, options.pattern)
    if not more:
        return result
    text = _ended(result.text) + more
    after = options.tokenizer.count(text)
    if after >= result.tokens_before:
        return whole(result.original, options, kind=result.kind, reason=f"{options.keep} matches too much to gain")
    issue_joined(text, result.original, result.kind, options)
    met = None if options.budget is None else after <= options.budget
    end, shown = len(result.original), len(result.text)
    spans = lambda: [*result.spans(), (end, end, shown, len(text))]  # noqa: E731  # as short as it can be said
    return replace(result, text=text, tokens_after=after, budget_met=met, _spans=spans)


def issue_joined(text: str, original: str, kind: str, options: Options) -> str:
    """Store the joined original, so that `expand` and `retrieve` know the joined text; its reference."""
    return issue_as(text, original, kind, tokenizer=options.tokenizer, level=options.own_level, store=options.store)[0]


def _joined(parts: Sequence[Part], made: Sequence[TextResult], options: Options) -> TextResult:
    text, original = (
        "".join(f"{part.heading}{_ended(getattr(one, name))}" for part, one in zip(parts, made, strict=True))
        for name in ("text", "original")
    )
    before, after = options.tokenizer.count(original), options.tokenizer.count(text)
    fidelity = _ORDER[max(_ORDER.index(one.fidelity) for one in made)]
    if text == original or after >= before:
        return whole(original, options, kind="mixed", reason="nothing to gain")
    # Parts that decode() gives back are no text that it gives back.
    fidelity = "faithful" if fidelity == "lossless" else fidelity
    ref = issue_joined(text, original, "mixed", options)
    return TextResult(
        text=text,
        _original=original,
        kind="mixed",
        compressor="Notebook",
        fidelity=fidelity,
        tokens_before=before,
        tokens_after=after,
        refs=tuple(dict.fromkeys([ref, *(ref for one in made for ref in one.refs)])),
        reason=f"{len(parts)} parts",
        budget_met=None if options.budget is None else after <= options.budget,
        _spans=lambda: _spans(parts, made),
    )


def _spans(parts: Sequence[Part], made: Sequence[TextResult]) -> list[Span]:
    out: list[Span] = []
    source = shown = 0
    for part, one in zip(parts, made, strict=True):
        size = len(part.heading)
        if size:
            out.append((source, source + size, shown, shown + size))
        source, shown = source + size, shown + size
        out += [(a + source, b + source, c + shown, d + shown) for a, b, c, d in one.spans()]
        ends = len(_ended(one.original)), len(_ended(one.text))
        grown = ends[0] - len(one.original), ends[1] - len(one.text)
        source, shown = source + ends[0], shown + ends[1]
        if any(grown):
            out.append((source - grown[0], source, shown - grown[1], shown))
    return out


def _merged(outputs: Iterable[Output]) -> list[Output]:
    """The outputs that say something; streams that keep changing become one."""
    found = [output for output in outputs if output.text or output.data or output.title]
    if sum(output.kind in ("stdout", "stderr") for output in found) <= _MOST_STREAMS:
        return found
    merged: list[Output] = []
    for output in found:
        is_stream = output.kind in ("stdout", "stderr")
        if is_stream and merged and merged[-1].kind in ("stdout", "stderr"):
            merged[-1] = replace(merged[-1], text=merged[-1].text + output.text)
        else:
            merged.append(output)
    return merged


def _heading(output: Output, count: int) -> str:
    if count == 1:
        return ""
    return f"[error] {' '.join(output.title.split())[:200]}\n" if output.kind == "error" else f"[{output.kind}]\n"


def _ended(text: str) -> str:
    return text if text.endswith("\n") or not text else text + "\n"


def _whole_of(options: Options) -> Options:
    return replace(options, level="lossless", budget=None)
