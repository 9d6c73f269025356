"""The tools' one contract: what a tool says of itself, what it may look at, and what it answers.

Nothing here knows the SDK.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from headroom_jupyter.ccr.store import Store
from headroom_jupyter.memory.memory import Memory

__all__ = ["Answer", "Scope", "Tool"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call gives back.

    `text` is what a model reads. `account` is for programs; models do not see it. `structured` is the answer as an
    object, where the answer is one. A text is not given a second time in it: some clients show the model nothing but
    the object, and a text costs up to 11 % more tokens as a JSON string.
    """

    text: str
    account: Mapping[str, Any] = field(default_factory=dict)
    structured: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a call may look: one project's store and memory, and the folders that files may be read from.

    `client` is what the client calls itself.
    """

    store: Store
    memory: Memory
    folders: Sequence[Path] = ()
    client: str = ""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool; `run` may take long and belongs into a thread."""

    name: str
    title: str
    description: str
    parameters: Mapping[str, Mapping[str, Any]]
    run: Callable[[Mapping[str, Any], Scope], Answer]
    required: tuple[str, ...] = ()
    result: Mapping[str, Any] | None = None
    is_read_only: bool = True

    def input_schema(self) -> dict[str, Any]:
        """The JSON schema of its arguments."""
        return {
            "type": "object",
            "properties": {name: dict(schema) for name, schema in self.parameters.items()},
            "required": list(self.required),
            "additionalProperties": False,
        }

    def wire(self) -> dict[str, Any]:
        """The tool as the protocol lists it."""
        hints = {
            "title": self.title,
            "readOnlyHint": self.is_read_only,
            "destructiveHint": False,
            "idempotentHint": True,
            "openWorldHint": False,
        }
        listed = {
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "inputSchema": self.input_schema(),
            "annotations": hints,
        }
        return listed if self.result is None else {**listed, "outputSchema": dict(self.result)}
