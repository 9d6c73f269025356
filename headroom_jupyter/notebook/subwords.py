"""The sub-words that look at the store: `stats`, `retrieve`, `show`; those of the memory are in `remembering`."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from IPython.display import SVG, Code, Image

from headroom_jupyter.ccr.marker import UNITS, Marker, check_ref, parse, render_ranges
from headroom_jupyter.ccr.store import Store
from headroom_jupyter.errors import InputError
from headroom_jupyter.ledger import Ledger, Totals
from headroom_jupyter.notebook.chart import chart
from headroom_jupyter.notebook.options import Options
from headroom_jupyter.recall import original, retrieve
from headroom_jupyter.results import TextResult

__all__ = ["account", "original_of", "retrieved", "stats"]


def account(result: TextResult) -> str:
    """One line on a result."""
    what = ", ".join(word for word in (result.kind, result.fidelity) if word)
    met = {None: "", True: "; budget met", False: "; budget NOT met"}[result.budget_met]
    saved = f"{result.saved_fraction:.1%}".replace("%", " %")
    return f"{result.tokens_before:,} → {result.tokens_after:,} tokens ({saved} saved), {what}{met}"


def stats(store: Store) -> tuple[str, dict[str, Any] | None]:
    """What was saved in this project and what the store holds: in words, and as a chart if anything was."""
    parts = Ledger(store).totals(by="compressor", project=store.project)
    sums = Ledger(store).totals(project=store.project)["all"]
    lines = [
        f"project {store.project}",
        (
            f"saved: {sums.tokens_saved:,} tokens of {sums.tokens_before:,} in {sums.blocks:,} blocks"
            f" ({sums.tokens_retrieved:,} retrieved), counted here"
        ),
        *(_saved_by(name, one) for name, one in parts.items() if one.blocks),
    ]
    if sums.calls:
        lines.append(
            f"prompt cache: {sums.cached_tokens:,} of {sums.input_tokens:,} input tokens of {sums.calls:,} calls"
            f" ({sums.cached_fraction:.1%}), as their providers reported"
        )
    lines.append(f"store: {len(store.refs()):,} originals, {store.volume_bytes() / 1e6:,.1f} MB at {store.path}")
    return "\n".join(lines), chart(parts)


def _saved_by(name: str, sums: Totals) -> str:
    return f"  {name}: {sums.tokens_before - sums.tokens_after:,} of {sums.tokens_before:,} in {sums.blocks:,} blocks"


def retrieved(rest: str, given: Namespace, options: Options) -> str:
    """What a reference or a whole marker stands for; the options say which part of it."""
    if not rest:
        raise InputError("%headroom retrieve needs a REF: the 12 hex digits after 'ccr:' in a marker, or all of it")
    slices = {name: getattr(given, name) for name in ("at", *UNITS) if getattr(given, name) is not None}
    marker = parse(rest) if rest.startswith("<<") else Marker(check_ref(rest))
    if marker.ref is None:
        raise InputError(f"{rest[:40]!r} is a later gap without a reference; give that of the marker before")
    if marker.unit and not slices:
        slices[marker.unit] = render_ranges(marker.ranges)
        if marker.at:
            slices["at"] = marker.at
    return retrieve(
        marker.ref,
        query=given.query or None,
        max_tokens=given.max_tokens,
        model=options.model,
        store=options.store,
        **slices,
    )


def original_of(rest: str, store: Store) -> Any:
    """An original as something to display: a picture, or its text."""
    if not rest:
        raise InputError("%headroom show needs a REF; for a variable of that name: (show)")
    ref = check_ref(rest)
    data = original(ref, store=store)
    kind = store.kind(ref)
    if kind.startswith("image/"):
        return SVG(data) if "svg" in kind else Image(data)  # type: ignore[no-untyped-call]  # IPython has no types for it
    try:
        return Code(data.decode("utf-8", "surrogatepass"), language="text")  # type: ignore[no-untyped-call]
    except UnicodeDecodeError:
        raise InputError(f"original {ref} is no text ({kind or 'binary'}, {len(data):,} bytes)") from None
