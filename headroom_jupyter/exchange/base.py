"""The contract of a wire: what differs between the APIs when a request is rewritten and its replies are read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from headroom_jupyter.exchange.json_text import Splice, dumps, locate
from headroom_jupyter.messages import Path
from headroom_jupyter.policy import RETRIEVE_NAME

__all__ = [
    "Answer",
    "Call",
    "Pair",
    "Places",
    "Replies",
    "Round",
    "Unchained",
    "Wire",
    "added",
    "appended",
    "as_object",
    "inserted_tool",
    "is_ours",
    "names_of",
]

Json = dict[str, Any]
Places = Mapping[Path, tuple[int, int]]  # as `locate` finds them; () is the whole request


@dataclass(frozen=True, slots=True)
class Call:
    """A call of headroom_retrieve; `raw` is the block that makes it, as the history would hold it."""

    id: str
    arguments: str
    raw: Json


@dataclass(frozen=True, slots=True)
class Answer:
    """What the store said to a call."""

    call: Call
    text: str
    is_error: bool = False


@dataclass(slots=True)
class Round:
    """One reply of the provider.

    Attributes:
        content: The whole reply as a follow-up has to repeat it: blocks, items, parts, or one message.
        calls: Our calls in it; they were held back.
        own_calls: Ids of the calls of the client's own tools; they were passed on.
        wants_tools: It ended, and so that tools be run.
    """

    content: list[Any] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    own_calls: list[str] = field(default_factory=list)
    wants_tools: bool = False

    @property
    def is_hidden(self) -> bool:
        """Whether the client gets to see the reply to this reply instead."""
        return self.wants_tools and bool(self.calls) and not self.own_calls

    @property
    def is_mixed(self) -> bool:
        """Whether it calls our tool beside tools that the client has to run."""
        return self.wants_tools and bool(self.calls) and bool(self.own_calls)


@dataclass(frozen=True, slots=True)
class Pair:
    """Where the client's history holds a call of its own tool and its result: the elements' paths in the request."""

    call: Path | None
    result: Path


class Replies(Protocol):
    """All replies to one request of the client, which sees them as one.

    `round` is the reply that is being read. `may_follow` says whether a hidden round may still be answered: if not,
    what ends such a round goes on to the client, changed so that it does not wait for a tool it never saw.
    `chain` is set at the end where the provider keeps the conversation and it differs from what the client saw: the id
    that the client has for it, and the provider's.
    """

    round: Round
    may_follow: bool

    @property
    def chain(self) -> tuple[str, str] | None:
        """The ids, or None."""
        ...

    @property
    def usage(self) -> Json:
        """What the provider said that all replies so far have used, as its API writes it; {} when it said nothing."""
        ...

    def begin(self) -> None:
        """The next reply follows; the usage of the one before is remembered."""
        ...

    def whole(self, reply: Json) -> Json | None:
        """A reply in one piece, as the client sees it; None when it is held back, the same object when unchanged."""
        ...

    def event(self, raw: bytes) -> bytes:
        """What the client sees of an event of a stream, which may be nothing."""
        ...

    def failure(self, status: int, body: bytes) -> bytes:
        """The event that tells a client in the middle of a stream that its provider refused to go on."""
        ...


class Unchained:
    """For replies of providers that keep no conversation."""

    @property
    def chain(self) -> tuple[str, str] | None:
        """None."""
        return None


class Wire(Protocol):
    """Knows one API. Stateless.

    `provider` names the message format, `key` where a request keeps its messages; `takes_text`: these may be one text.
    """

    provider: str
    key: str
    takes_text: bool

    def can_hold_back(self, request: Json) -> bool:
        """Whether a call of our tool in the replies to this request could be found and answered."""
        ...

    def tools(self, request: Json) -> list[str]:
        """Names of the client's tools."""
        ...

    def tools_path(self, request: Json) -> Path:
        """Where the list stands, or would stand, that our tool belongs into."""
        ...

    def inject(self, request: Json, tool: Json, places: Places) -> Splice:
        """Puts the tool first in the list: what a client adds behind it later leaves the prefix as it is."""
        ...

    def replies(self, request: Json) -> Replies:
        """A reader for the replies to a request."""
        ...

    def follow_up(self, text: str, request: Json, said: Round, answers: Sequence[Answer]) -> Splice:
        """Appends a reply of the provider and the answers to its calls."""
        ...

    def pairs(self, request: Json) -> Iterator[tuple[str, Pair]]:
        """Call ids of the client's own tools in its history, and where the call and its result stand."""
        ...

    def result(self, answer: Answer) -> Json:
        """An answer as an element of the history, to stand beside the result of one of the client's own calls."""
        ...


def is_ours(name: object) -> bool:
    """Whether a call is of the tool that was injected."""
    return name == RETRIEVE_NAME


def as_object(arguments: str) -> Json:
    """A call's arguments; {} when they are no JSON object, as those of a call that was cut off."""
    try:
        value = json.loads(arguments)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def names_of(tools: object) -> list[str]:
    """Names in a list of tools, those in groups of tools too."""
    found: list[str] = []
    stack = [tools]
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            stack.extend(reversed(item))
        elif isinstance(item, Mapping):
            if isinstance(item.get("name"), str):
                found.append(item["name"])
            groups = ("function", "tools", "functionDeclarations", "function_declarations")
            stack.extend(item[key] for key in groups if key in item)
    return found


def inserted_tool(request: Json, tool: Json, places: Places, path: Path = ("tools",)) -> Splice:
    """`tool` as the first element of the array at `path`, or as its only one when there is no such array."""
    value: Any = request
    for step in path:
        value = value.get(step) if isinstance(value, dict) else value[int(step)]
    if path not in places:
        start = places[()][0] + 1
        return Splice(start, start, f'"{path[-1]}":[{dumps(tool)}],')
    start, end = places[path]
    if not isinstance(value, list):
        return Splice(start, end, f"[{dumps(tool)}]")
    return Splice(start + 1, start + 1, dumps(tool) + ("," if value else ""))


def appended(text: str, request: Json, key: str, items: Sequence[Json]) -> Splice:
    """`items` at the end of the array under a name of the request."""
    _, end = locate(text, [(key,)])[key,]
    head = "," if request[key] else ""
    return Splice(end - 1, end - 1, head + ",".join(map(dumps, items)))


def added(one: Any, other: Any) -> Any:
    """Two accounts of usage as one: numbers are summed, at any depth; what is no number is the later one's.

    >>> added({"in": 1, "more": {"a": 2}, "tier": "x"}, {"in": 3, "more": {"a": 1, "b": 1}, "tier": "y"})
    {'in': 4, 'more': {'a': 3, 'b': 1}, 'tier': 'y'}
    """
    if isinstance(one, dict) and isinstance(other, dict):
        return {key: added(one.get(key), other.get(key)) for key in {**one, **other}}
    if isinstance(one, bool) or isinstance(other, bool):
        return one if other is None else other
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return one + other
    return one if other is None else other
