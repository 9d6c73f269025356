"""The widget of `explore`: carries questions from the page to the exploration, and views back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from headroom_jupyter.notebook.explorer import Exploration, Question, changed
from headroom_jupyter.results import TextResult

__all__ = ["ExplorerWidget", "bundled"]

_FILES = Path(__file__).parent / "widgets"


def bundled(*names: str) -> str:
    """Files that come with the package, joined: a widget's module is one text."""
    return "\n".join((_FILES / name).read_text(encoding="utf-8") for name in names)


class ExplorerWidget(anywidget.AnyWidget):
    """What a value becomes; `result` is what is shown."""

    _esm = bundled("dom.js", "explorer.js")
    _css = bundled("base.css", "explorer.css")
    ask = traitlets.Dict().tag(sync=True)
    view = traitlets.Dict().tag(sync=True)

    def __init__(self, exploration: Exploration, question: Question) -> None:
        self._exploration = exploration
        self._question = question
        ask = {"query": question.query, "level": question.level, "budget": question.budget, "number": 0}
        super().__init__(ask=ask, view={**exploration.view(question), "number": 0})
        self.observe(self._answer, names="ask")
        self.on_msg(self._more)

    def __repr__(self) -> str:
        """Short: a notebook keeps it as the widget's text, and must not keep all that the widget shows."""
        told = self.view.get("error") or f"{self.view['before']:,} → {self.view['after']:,} tokens"
        return f"explore: {told}"

    @property
    def question(self) -> Question:
        """What the page asks."""
        return self._question

    @property
    def result(self) -> TextResult:
        """The form for what the page asks, with the original in your store."""
        return self._exploration.ask(self._question)

    def _answer(self, change: dict[str, Any]) -> None:
        self._question = changed(self._question, change["new"])
        self.view = {**self._exploration.view(self._question), "number": change["new"].get("number")}

    def _more(self, _widget: object, content: object, _buffers: object) -> None:
        if isinstance(content, dict) and content.get("type") == "more":
            row, shown = content.get("row"), content.get("shown")
            if isinstance(row, int) and isinstance(shown, int):
                text = self._exploration.more(row, shown)
                self.send({"type": "more", "row": row, "shown": shown, "text": text, "number": content.get("number")})
