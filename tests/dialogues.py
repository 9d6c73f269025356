"""Long random conversations between an agent and a provider, grown from a seed; not a test.

`Dialogue.step` goes one turn further: it gives the request's body for `Dialogue.path`, and is told what the provider
received. It checks what a provider's prompt cache lives on: everything that was sent before is sent again, byte for
byte. Turns stream or do not, run one tool or several, and are now and then sent twice: their answer was lost.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from headroom_jupyter.exchange.json_text import locate
from tests.agents import answer_to, results_of, tools_of
from tests.carrier import KEYS, body_of, path_of
from tests.material import KINDS, grown
from tests.upstream import Reply, Seen, ToolCall, speak

__all__ = ["Dialogue", "Prefix"]

_TOOLS = ("run", "read", "search")
_SYSTEM = "Be \u00e9xact."
_HEADS = ("tools", "system", "instructions", "systemInstruction")
_CACHE = re.compile(rb',\s*"cache_control":\s*\{[^}]*\}')


@dataclass
class Prefix:
    """What a provider has received so far of one conversation; a hidden round is a branch of it."""

    api: str
    elements: list[bytes] = field(default_factory=list)
    head: tuple[bytes, ...] | None = None

    def branch(self) -> Prefix:
        """The same, so far."""
        return Prefix(self.api, self.elements, self.head)

    def check(self, body: bytes) -> None:
        """The next request holds all that the one before held, in the same bytes.

        cache_control is left out of this: clients move it from message to message, and providers do not count it.
        """
        text = body.decode()
        key = KEYS[self.api]
        value = json.loads(text)
        paths = [(key, index) for index in range(len(value[key]))]
        places = locate(text, [*paths, *((name,) for name in _HEADS)])
        elements = [_CACHE.sub(b"", text[slice(*places[path])].encode()) for path in paths]
        for number, (old, new) in enumerate(zip(self.elements, elements, strict=False)):
            assert old == new, f"message {number} changed"
        assert len(elements) >= len(self.elements), "messages are missing"
        head = tuple(text[slice(*places.get((name,), (0, 0)))].encode() for name in _HEADS)
        assert self.head in (None, head), "tools or system changed"
        self.elements, self.head = elements, head


class Dialogue:
    """One conversation; the provider's part is `script`, the agent's is `step` and `body`."""

    def __init__(self, api: str, seed: int) -> None:
        self.api = api
        self.prefix = Prefix(api)
        self._rng = random.Random(seed)  # noqa: S311  # test data
        self._seed = seed
        self._messages: list[Any] = [{"role": "system", "content": _SYSTEM}] if api == "openai" else []
        self._results: list[tuple[str, dict[str, Any], str]] = []  # tool, arguments, text
        self._turn = 0
        self._hidden = 0
        self._is_mixed = False
        self._is_stream = False
        self._calls: list[ToolCall] = []
        self._ask()

    @property
    def path(self) -> str:
        """Where the agent sends it."""
        return path_of(self.api, is_stream=self._is_stream)

    @property
    def body(self) -> bytes:
        """The request that the agent sends now."""
        heads: dict[str, dict[str, Any]] = {
            "anthropic": {"system": _SYSTEM},
            "openai": {},
            "openai_responses": {"instructions": _SYSTEM},
            "gemini": {"systemInstruction": {"parts": [{"text": _SYSTEM}]}},
        }
        more = heads[self.api]
        if self.api != "gemini":
            more["stream"] = self._is_stream
        messages = self._messages
        if self.api == "anthropic":  # as agents do: the last message is where the cached prefix ends
            messages = json.loads(json.dumps(messages))
            messages[-1]["content"][-1]["cache_control"] = {"type": "ephemeral"}
        return body_of(self.api, messages, tools_of(self.api, *_TOOLS), **more)

    def script(self, seen: Seen) -> Reply:
        """The provider: it retrieves now and then, and has the agent run a tool."""
        marker = re.search(r"<<ccr:([0-9a-f]{12})", str(seen.messages))
        retrieval = ToolCall(f"h{self._turn}.{self._hidden}", "headroom_retrieve", {"ref": marker[1] if marker else ""})
        if marker and self._hidden:
            self._hidden -= 1
            return speak(seen, "Let me look.", retrieval)
        return speak(seen, "Now this.", *([retrieval] if marker and self._is_mixed else []), *self._calls)

    def step(self, send: Callable[[bytes], list[Seen]]) -> None:
        """One turn: `send` carries the body and gives back what the provider received for it."""
        rng = self._rng
        self._turn += 1
        self._hidden = rng.choice([0, 0, 0, 1, 2])
        self._is_mixed = rng.random() < 0.2
        self._is_stream = rng.random() < 0.5
        results = [self._next_result() for _ in range(rng.choice([1, 1, 1, 2, 3]))]
        ids = [f"t{self._turn}.{number}" for number in range(len(results))]
        self._calls = [ToolCall(one, *result[:2]) for one, result in zip(ids, results, strict=True)]
        for _ in range(rng.choice([1] * 9 + [2])):
            first, *rounds = send(self.body)
            self.prefix.check(first.body)
            own = self.prefix.branch()
            for seen in rounds:
                own.check(seen.body)
        self._messages += answer_to(self.api, self._calls)
        self._messages += results_of(
            self.api, [(one, tool, text) for one, (tool, _, text) in zip(ids, results, strict=True)]
        )
        if rng.random() < 0.2:
            self._messages += answer_to(self.api, [], "I have read it.")
            self._ask()

    def _ask(self) -> None:
        words = self._rng.choice(["What went wrong?", "Which order failed?", "Is payment-7 in there? \u2713", "Go on."])
        part: Any = {"parts": [{"text": words}]} if self.api == "gemini" else {"content": words}
        if self.api == "anthropic":
            part = {"content": [{"type": "text", "text": words}]}
        self._messages.append({"role": "user", **part})

    def _next_result(self) -> tuple[str, dict[str, Any], str]:
        """A new text, one that came before, or a new version of one that came before."""
        rng = self._rng
        if self._results and rng.random() < 0.3:
            tool, arguments, text = rng.choice(self._results)
            if rng.random() < 0.5:
                text = text.replace("a", "\u00e4", rng.randint(1, 3))
            return tool, arguments, text
        kind = rng.choice(sorted(KINDS))
        text = rng.choice(["", "short"]) if rng.random() < 0.15 else grown(kind, rng.randint(0, 10**6))
        found = rng.choice(_TOOLS), {"path": f"{kind}-{self._turn}"}, text
        self._results.append(found)
        return found
