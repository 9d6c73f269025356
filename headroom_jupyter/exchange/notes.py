"""Memories of the project, shown to a model: at the tail of the user's latest message, and nowhere else.

What a message was given is recorded before it goes out, and goes with that message in all later turns, whichever
process sends them: the prefix that a provider has cached stays, whatever is remembered or forgotten meanwhile.

A message is known by how its conversation begins, what it says, and how often that was said there; as soon as an answer
follows, by the answer too. So the same question in a new conversation is given what is known now.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby

from headroom_jupyter.ccr.store import Store
from headroom_jupyter.errors import InputError, StoreError
from headroom_jupyter.memory.framing import REFERENCE_TOKENS
from headroom_jupyter.memory.memory import Memory
from headroom_jupyter.messages import Block, Path, question

__all__ = ["Notes", "text_block"]

_MOST_VERSIONS = 32  # of what one and the same beginning of a conversation was given over time
_LONGEST_QUERY = 4000  # characters, of the end of a long message
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Message:
    """A message of a user: its last text and where that is, what it asks, and by what it is known.

    `pin` is b"" while nobody has answered.
    """

    path: Path
    text: str
    query: str
    key: bytes
    pin: bytes

    def version(self, number: int) -> bytes:
        return _digest("version", self.key.hex(), number)


@dataclass(frozen=True, slots=True)
class Notes:
    """Gives the messages of one project's conversations their notes.

    Attributes:
        memory: Where they come from.
        store: Where it is recorded who got what; of the same project.
        max_tokens: Most tokens that one message is given.
    """

    memory: Memory
    store: Store
    max_tokens: int = REFERENCE_TOKENS

    def __post_init__(self) -> None:
        if self.max_tokens < 1:
            raise InputError(f"{self.max_tokens} tokens for memories are none; give 1 or more, or leave memory off")

    def given(self, blocks: Sequence[Block], model: str) -> dict[Path, str]:
        """What has to be added to texts of a conversation: paths to notes, in the order of messages.

        Args:
            blocks: Of the conversation as its client sent it.
            model: Whose tokens are counted.

        Raises:
            StoreError: it is not known what earlier messages were given, or this could not be recorded.
        """
        messages = list(_messages(blocks))
        answered = [message for message in messages if message.pin]
        found = {message.path: self._recalled(message, pinned) for message, pinned in self._pinned(answered)}
        if messages and not messages[-1].pin:
            found[messages[-1].path] = self._looked_up(messages[-1], list(found.values()), model)
        return {path: notes for path, notes in found.items() if notes}

    def _pinned(self, messages: Sequence[_Message]) -> Iterator[tuple[_Message, bytes | None]]:
        pinned = self.store.forms(message.pin for message in messages)
        return ((message, pinned.get(message.pin)) for message in messages)

    def _recalled(self, message: _Message, pinned: bytes | None) -> str:
        """What a message of the history was given; noted down with its answer when that is seen first."""
        if pinned is None:
            versions = self._versions(message)
            pinned = versions[-1] if versions else b""
            try:
                pinned = self.store.remember(message.pin, pinned)
            except StoreError as err:  # the versions are there, and tell the same
                _log.warning("what a message was given could not be noted down again: %s", err)
        return pinned.decode("utf-8")

    def _looked_up(self, message: _Message, shown: Iterable[str], model: str) -> str:
        """What the latest message is given now, recorded; no memory comes twice in a conversation."""
        new = self.memory.reference(message.query, max_tokens=self.max_tokens, model=model, shown=shown).encode("utf-8")
        versions = self._versions(message)
        if versions and (versions[-1] == new or len(versions) == _MOST_VERSIONS):
            return versions[-1].decode("utf-8")
        return self.store.remember(message.version(len(versions)), new).decode("utf-8")

    def _versions(self, message: _Message) -> list[bytes]:
        """All that this message was given in conversations that began like this one, oldest first."""
        names = [message.version(number) for number in range(_MOST_VERSIONS)]
        found = self.store.forms(names)
        return [found[name] for name in names if name in found]


def text_block(text: str) -> Block:
    """The one block of a request whose messages are a text."""
    return Block(0, 0, "user", (), "text", text)


def _messages(blocks: Sequence[Block]) -> Iterator[_Message]:
    """The messages in which a user asks something; of those that nobody answered yet only the last."""
    groups = [list(group) for _, group in groupby(blocks, key=lambda block: block.message)]
    start = _digest("start", *(_said(block) for group in _until_user(groups) for block in group))
    last_answer = max((at for at, group in enumerate(groups) if group[0].role == "assistant"), default=-1)
    asking = [(at, texts) for at, group in enumerate(groups) if (texts := _asking(group))]
    asked: Counter[tuple[str, ...]] = Counter()
    for at, texts in asking:
        said = tuple(block.text for block in texts)
        asked[said] += 1
        if at > last_answer and at != asking[-1][0]:
            continue
        key = _digest("message", start.hex(), asked[said], *said)
        pin = _digest("pin", key.hex(), *(_said(block) for block in groups[at + 1])) if at < last_answer else b""
        query = question("\n".join(said))[-_LONGEST_QUERY:]
        yield _Message(texts[-1].path, said[-1], query, key, pin)


def _until_user(groups: Sequence[list[Block]]) -> Iterator[list[Block]]:
    for group in groups:
        yield group
        if any(block.role == "user" for block in group):
            return


def _asking(group: Sequence[Block]) -> list[Block]:
    """The texts of a message, if a user asks something in it; what agents inject by themselves asks nothing."""
    texts = [block for block in group if block.role == "user" and block.part == "text"]
    return texts if question("\n".join(block.text for block in texts)) else []


def _said(block: Block) -> list[str]:
    """What tells a block, whatever stands around it: cache_control moves, and thinking is left out at times."""
    return [block.role, block.text] if block.part in ("text", "call") else []


def _digest(*said: object) -> bytes:
    return sha256(b"notes " + json.dumps(said).encode("ascii")).digest()
