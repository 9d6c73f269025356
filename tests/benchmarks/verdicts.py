"""One measured figure beside its bar, and how it is printed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec

__all__ = ["Verdict", "milliseconds"]

P = ParamSpec("P")


@dataclass(frozen=True)
class Verdict:
    """A figure; `bar` is the most it may be, None for what is only told."""

    name: str
    value: float
    unit: str
    bar: float | None = None

    @property
    def is_held(self) -> bool:
        """Whether the figure is within its bar."""
        return self.bar is None or self.value <= self.bar

    def __str__(self) -> str:
        mark = "    " if self.bar is None else "ok  " if self.is_held else "MISS"
        bar = "" if self.bar is None else f"   bar {self.bar:g} {self.unit}"
        return f"{mark} {self.name:58} {self.value:9,.2f} {self.unit}{bar}"


def milliseconds(run: Callable[P, object], *arguments: P.args, **options: P.kwargs) -> float:
    """How long one run takes."""
    start = time.perf_counter()
    run(*arguments, **options)
    return (time.perf_counter() - start) * 1e3
