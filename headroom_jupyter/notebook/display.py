"""Shows a result below the cell; it compresses nothing."""

from __future__ import annotations

from typing import get_args

from IPython.display import display

from headroom_jupyter.errors import InputError
from headroom_jupyter.rendering.bundle import text_bundle
from headroom_jupyter.rendering.card import View
from headroom_jupyter.results import TextResult

__all__ = ["View", "show"]


def show(result: TextResult, view: View = "compressed") -> None:
    """Display a result with one of its views open.

    Args:
        result: What `compress_text` or `compress_value` gave.
        view: "compressed" (what the model reads), "original", or "diff" (before and after, piece by piece).

    Raises:
        InputError: there is no such view.
    """
    if view not in get_args(View):
        raise InputError(f"view={view!r} is unknown; it is one of {', '.join(get_args(View))}")
    display(text_bundle(result, view), raw=True)  # type: ignore[no-untyped-call]  # IPython has no types for it
