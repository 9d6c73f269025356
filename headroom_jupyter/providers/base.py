"""The providers' one contract: tell a message list's format, take it apart into blocks, define a tool."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from headroom_jupyter.messages import Block, Path, Role, as_plain

__all__ = ["Blocks", "Provider", "ToolSpec"]

ToolSpec = Mapping[str, Any]  # keys: name, description, parameters (a JSON schema)


class Provider(Protocol):
    """Knows one wire format. Stateless; `name` is what `RETRIEVE_TOOL` calls it."""

    name: str

    def claim(self, messages: Sequence[Mapping[str, Any]]) -> float:
        """How sure it is that the messages have its format, 0 to 1."""
        ...

    def blocks(self, messages: Sequence[Mapping[str, Any]], *, after: Blocks | None = None) -> list[Block]:
        """The blocks in order; every text of a message is in one, unknown fields in none.

        Args:
            messages: All of a conversation, or those that follow the ones whose blocks are in `after`.
            after: What was found before, in which all that is found now is put down too.
        """
        ...

    def tool(self, spec: ToolSpec) -> dict[str, Any]:
        """A tool definition as the format writes it."""
        ...


class Blocks:
    """Collects the blocks of a message list and numbers them within their message; `messages` were read so far."""

    def __init__(self) -> None:
        self.found: list[Block] = []
        self.calls: dict[str, tuple[str, str]] = {}
        self.messages = 0

    def copy(self) -> Blocks:
        """One that can go on without this one knowing."""
        other = Blocks()
        other.found, other.calls, other.messages = [*self.found], {**self.calls}, self.messages
        return other

    def numbered(self, messages: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """The next messages with their numbers."""
        for message in messages:
            yield self.messages, message
            self.messages += 1

    def _next(self, message: int) -> int:
        return self.found[-1].index + 1 if self.found and self.found[-1].message == message else 0

    def text(self, role: Role, path: Path, text: str, call_id: str | None = None) -> None:
        """A piece of text; `call_id` names the tool call it answers."""
        message = int(path[0])
        tool, arguments = self.calls.get(call_id or "", ("", ""))
        block = Block(message, self._next(message), role, path, "text", text, tool=tool, arguments=arguments)
        self.found.append(block)

    def call(self, path: Path, call_id: object, name: object, arguments: str) -> None:
        """A tool call; later texts that answer it carry its name and arguments."""
        self.calls[str(call_id)] = str(name or ""), arguments
        message = int(path[0])
        self.found.append(
            Block(message, self._next(message), "assistant", path, "call", arguments, tool=str(name or ""))
        )

    def other(self, role: Role, path: Path, part: str) -> None:
        """An image, or something that is not ours to read."""
        message = int(path[0])
        kind = "image" if "image" in part else "opaque"
        self.found.append(Block(message, self._next(message), role, path, kind))  # type: ignore[arg-type]  # one of two literals

    def pieces(self, role: Role, path: Path, content: object, call_id: str | None = None) -> None:
        """A string, or a list of typed pieces of which those with a "text" are text."""
        if isinstance(content, str):
            self.text(role, path, content, call_id)
        elif isinstance(content, Sequence):
            for index, entry in enumerate(content):
                piece = as_plain(entry)
                if isinstance(piece, str):
                    self.text(role, (*path, index), piece, call_id)
                elif isinstance(piece, Mapping) and isinstance(piece.get("text"), str) and "signature" not in piece:
                    self.text(role, (*path, index, "text"), piece["text"], call_id)
                else:
                    self.other(role, (*path, index), str(piece.get("type", "")) if isinstance(piece, Mapping) else "")
