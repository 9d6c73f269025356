"""A request's body, read once: its value, and where its members and its messages stand in the text.

Bodies of one conversation begin alike: what was read of the messages that are still the same is taken over, so that a
long conversation costs what is new in it. What is refused is what `json_text.parse` refuses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from json.decoder import scanstring  # type: ignore[attr-defined]  # in C, and in no stub
from typing import Any

from headroom_jupyter.errors import InputError
from headroom_jupyter.exchange.json_text import after_space, locate, parse, read_value
from headroom_jupyter.messages import Path

__all__ = ["Place", "Reading", "read"]

Place = tuple[int, int]  # where a value begins and ends in the text


@dataclass(frozen=True, slots=True)
class Reading:
    """A body as `read` gives it; `items` are the places of the elements of the list under `key`, if there is one."""

    text: str
    key: str
    request: dict[str, Any]
    whole: Place
    members: Mapping[str, Place]
    items: Sequence[Place]

    def locate(self, paths: Iterable[Path]) -> dict[Path, Place]:
        """Where the values at some paths are; those that are not there have no entry.

        >>> read('{"m": [1, {"b": "x"}]}', "m").locate([("m", 1, "b"), ("c",)])
        {('m', 1, 'b'): (16, 19)}
        """
        found: dict[Path, Place] = {}
        inside: dict[tuple[Path, int], list[Path]] = {}
        for path in paths:
            head = path[: 2 if self.items and path[:1] == (self.key,) else 1]
            place = self._place(head)
            if place and path == head:
                found[path] = place
            elif place:
                inside.setdefault((head, place[0]), []).append(path[len(head) :])
        for (head, start), rests in inside.items():
            found |= {(*head, *rest): place for rest, place in locate(self.text, rests, at=start).items()}
        return found

    def _place(self, head: Path) -> Place | None:
        if not head:
            return self.whole
        if len(head) == 1:
            return self.members.get(str(head[0]))
        at = head[1]
        return self.items[at] if isinstance(at, int) and at < len(self.items) else None


def read(text: str, key: str, before: Reading | None = None, shared: int = 0) -> Reading:
    """Read a JSON object.

    Args:
        text: The body.
        key: Where it keeps the list of its messages.
        before: A reading under the same key of a text that is the same up to the end of its first messages.
        shared: How many these are.

    Raises:
        InputError: as for `parse`.
    """
    try:
        reader = _Reader(text, key)
        if before is not None and shared:
            reader.go_on(before, shared)
        else:
            reader.begin()
        return Reading(text, key, reader.request, reader.whole, reader.members, reader.items)
    except (ValueError, StopIteration, IndexError, RecursionError) as err:
        parse(text.encode("utf-8", "surrogatepass"))  # knows what is wrong, and where
        raise InputError("the body is no JSON that two readers would read alike") from err


class _Reader:
    """Goes through the outermost object and the list in it; all deeper values are read in C."""

    def __init__(self, text: str, key: str) -> None:
        self.text = text
        self.key = key
        self.request: dict[str, Any] = {}
        self.members: dict[str, Place] = {}
        self.items: list[Place] = []
        self.start = after_space(text, 0)
        self.whole = self.start, self.start

    def begin(self) -> None:
        if self.text[self.start] != "{":
            raise ValueError
        at = after_space(self.text, self.start + 1)
        self._members(at if self.text[at] == "}" else self._member(at))

    def go_on(self, before: Reading, shared: int) -> None:
        """Begin behind messages that were read before."""
        names = list(before.members)
        first = names.index(self.key)
        for name in names[:first]:
            self.request[name], self.members[name] = before.request[name], before.members[name]
        start, end = before.members[self.key]
        self.items = [*before.items[:shared]]
        values = before.request[self.key][:shared]
        at = self._elements(after_space(self.text, self.items[-1][1]), values)
        self.request[self.key], self.members[self.key] = values, (start, at)
        rest = before.text[end:]
        if len(self.text) - at != len(rest) or not self.text.endswith(rest):
            self._members(after_space(self.text, at))
            return
        for name in names[first + 1 :]:
            self.request[name] = before.request[name]
            self.members[name] = before.members[name][0] + at - end, before.members[name][1] + at - end
        self.whole = self.start, before.whole[1] + at - end

    def _member(self, at: int) -> int:
        text = self.text
        if text[at] != '"':
            raise ValueError
        name, at = scanstring(text, at + 1)
        at = after_space(text, at)
        if text[at] != ":":
            raise ValueError
        if name in self.request:
            raise InputError("an object has one name twice")
        at = after_space(text, at + 1)
        values: Any = []
        if name == self.key and text[at] == "[":
            end = self._list(at, values)
        else:
            values, end = read_value(text, at)
        self.request[name], self.members[name] = values, (at, end)
        return after_space(text, end)

    def _members(self, at: int) -> None:
        """What follows a member: others, and the end of the object."""
        while self.text[at] == ",":
            at = self._member(after_space(self.text, at + 1))
        if self.text[at] != "}":
            raise ValueError
        self.whole = self.start, at + 1
        if after_space(self.text, at + 1) != len(self.text):
            raise ValueError

    def _list(self, at: int, values: list[Any]) -> int:
        at = after_space(self.text, at + 1)
        if self.text[at] == "]":
            return at + 1
        return self._elements(self._element(at, values), values)

    def _element(self, at: int, values: list[Any]) -> int:
        value, end = read_value(self.text, at)
        values.append(value)
        self.items.append((at, end))
        return after_space(self.text, end)

    def _elements(self, at: int, values: list[Any]) -> int:
        """What follows an element: others, and the end of the list."""
        while self.text[at] == ",":
            at = self._element(after_space(self.text, at + 1), values)
        if self.text[at] != "]":
            raise ValueError
        return at + 1
