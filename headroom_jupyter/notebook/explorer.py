"""`explore(value)`: what a value becomes under any budget, question and level; the view is built here, not drawn.

Trying out costs nothing later: it goes to a store of its own, and no saving is booked in the user's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from importlib import import_module
from shutil import rmtree
from tempfile import mkdtemp
from time import perf_counter
from typing import TYPE_CHECKING, Any, cast
from weakref import finalize

from headroom_jupyter.ccr.store import Store
from headroom_jupyter.compressors.base import Level
from headroom_jupyter.errors import HeadroomError, InputError
from headroom_jupyter.pipeline import check_options
from headroom_jupyter.rendering.comparison import Piece, compare, line_range
from headroom_jupyter.rendering.html import visible
from headroom_jupyter.rendering.shown import percent
from headroom_jupyter.results import TextResult
from headroom_jupyter.tokens import Tokenizer, tokenizer_for
from headroom_jupyter.values import compress_value

if TYPE_CHECKING:
    from headroom_jupyter.notebook.explorer_widget import ExplorerWidget

__all__ = ["Exploration", "Question", "changed", "explore", "widget_module"]

_MOST_CHARS = 200_000  # sent to the page at once; a message above 10 MiB kills the connection
_MOST_ROWS = 600
_MOST_PIECE = 3_000  # characters of one piece; the page asks for more
_MOST_MORE = 60_000  # and gets as many at once
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_COUNTED_CHARS = 500_000  # of an original; the slider has to stay live


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a value; `budget` None is the usual size."""

    query: str = ""
    level: Level = "faithful"
    budget: int | None = None


@dataclass
class Exploration:
    """One value, and the result of the last question about it."""

    value: Any
    name: str | None = None
    model: str = "gpt-4o"
    _folder: str = field(default_factory=lambda: mkdtemp(prefix="headroom-explore-"))
    _result: TextResult | None = None
    _pieces: list[Piece] = field(default_factory=list)

    def __post_init__(self) -> None:
        finalize(self, rmtree, self._folder, ignore_errors=True)

    def ask(self, question: Question, *, store: Store | None = None) -> TextResult:
        """The value's form for a question."""
        return compress_value(
            self.value,
            name=self.name,
            query=question.query,
            level=question.level,
            budget=question.budget,
            model=self.model,
            store=store,
        )

    def view(self, question: Question) -> dict[str, Any]:
        """What the page shows for a question; with an error instead where there is one to tell."""
        started = perf_counter()
        try:
            with Store(self._folder, project="explore") as store:
                result = self.ask(question, store=store)
        except HeadroomError as err:
            return {"error": str(err)}
        self._result = result
        # The original of an estimate would have to be written out at each step of the slider.
        whole = [Piece("added", 0, 0, 0, len(result.text))]
        self._pieces = whole if result.is_estimate else compare(result.original, result.text, result.spans())
        rows, cut = self._rows(result, tokenizer_for(self.model))
        return {
            "kind": result.kind or "text",
            "fidelity": result.fidelity,
            "reason": visible(result.reason),
            "before": result.tokens_before,
            "after": result.tokens_after,
            "saved": percent(result.tokens_before, result.tokens_after),
            "budget_met": result.budget_met,
            "is_estimate": result.is_estimate or not tokenizer_for(self.model).is_exact,
            "elapsed_ms": round((perf_counter() - started) * 1e3),
            "rows": rows,
            "cut": cut,
        }

    def more(self, row: int, shown: int) -> str:
        """The next characters of a row's original after the first `shown`."""
        if self._result is None or not 0 <= row < len(self._pieces) or shown < 0:
            return ""
        piece = self._pieces[row]
        start = min(piece.source_start + shown, piece.source_end)
        return visible(self._result.original[start : min(start + _MOST_MORE, piece.source_end)])

    def _rows(self, result: TextResult, tokenizer: Tokenizer) -> tuple[list[dict[str, Any]], int]:
        rows: list[dict[str, Any]] = []
        left = _MOST_CHARS
        for piece in self._pieces[:_MOST_ROWS]:
            row = self._row(result, piece, tokenizer, left)
            left -= sum(len(line) for line, _ in row["lines"]) + len(row["source"])
            rows.append(row)
            if left <= 0:
                break
        return rows, len(self._pieces) - len(rows)

    def _row(self, result: TextResult, piece: Piece, tokenizer: Tokenizer, left: int) -> dict[str, Any]:
        source = "" if piece.change == "added" else result.original[piece.source_start : piece.source_end]
        text = result.text[piece.text_start : piece.text_end]
        shown = text[: max(0, left)]
        if piece.change == "added":
            where, tokens = (0, 0), 0
        else:
            where = line_range(result.original, piece.source_start, piece.source_end)
            tokens = _cost(result, source, tokenizer)
        return {
            "change": piece.change,
            "source": visible(source[:_MOST_PIECE]) if piece.change != "same" else "",
            "source_chars": len(source),
            "source_shown": min(len(source), _MOST_PIECE),
            "source_lines": list(where),
            "source_tokens": tokens,
            "lines": [[visible(line), tokenizer.count(line)] for line in _LINE.findall(shown)],
            "is_cut": len(shown) < len(text),
        }


def _cost(result: TextResult, source: str, tokenizer: Tokenizer) -> int:
    """Tokens of a run of the original; its share of them where counting would take too long."""
    if len(result.original) <= _COUNTED_CHARS:
        return tokenizer.count(source)
    return round(result.tokens_before * len(source) / len(result.original))


def explore(
    value: Any, *, name: str | None = None, query: str = "", level: Level = "faithful", model: str = "gpt-4o"
) -> ExplorerWidget:
    """A widget that shows what a value becomes: budget, question and level can be changed, and it follows at once.

    Args:
        value: A text, a DataFrame, or anything else that `compress_value` takes.
        name: What to call it.
        query: A question to begin with.
        level: A level to begin with.
        model: Whose tokens to count.

    Returns:
        The widget; its `result` is what is shown, with the original in your store.

    Raises:
        InputError: widgets are not installed, or the level or the model is unknown.
    """
    check_options(level, None)
    tokenizer_for(model)
    exploration = Exploration(value, name, model)
    widget = widget_module("explorer_widget").ExplorerWidget(exploration, Question(query, level))
    return cast("ExplorerWidget", widget)


def widget_module(name: str) -> Any:
    """A module that needs anywidget.

    Raises:
        InputError: it is not installed.
    """
    try:
        import_module("anywidget")
    except ImportError as err:
        raise InputError("widgets need anywidget; run: pip install 'headroom_jupyter[widgets]'") from err
    return import_module(f"headroom_jupyter.notebook.{name}")


def changed(question: Question, given: dict[str, Any]) -> Question:
    """The question with what the page has changed; what it cannot be is left out."""
    query, level, budget = given.get("query"), given.get("level"), given.get("budget")
    if isinstance(query, str):
        question = replace(question, query=query[:4000])
    if level in ("lossless", "faithful", "abridged"):
        question = replace(question, level=cast("Level", level))
    is_number = isinstance(budget, int) and not isinstance(budget, bool) and budget > 0
    return replace(question, budget=cast("int", budget) if is_number else None)
