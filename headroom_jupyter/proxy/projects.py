"""What holds for a request of a project: the store its originals go to, and how far to go."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from urllib.parse import unquote

from headroom_jupyter.ccr.store import Store
from headroom_jupyter.compressors.base import Level
from headroom_jupyter.errors import InputError
from headroom_jupyter.exchange.conversations import Conversations
from headroom_jupyter.exchange.notes import Notes
from headroom_jupyter.exchange.requests import Options
from headroom_jupyter.memory.memory import Memory

__all__ = ["PROJECT_HEADER", "Projects"]

PROJECT_HEADER = "x-headroom-project"  # a folder or a name, percent-encoded UTF-8
_MOST = 64
_LONGEST = 4096


class Projects:
    """Options by project, the least recently used let go; requests that name none get the proxy's own project."""

    def __init__(self, level: Level, memory_tokens: int = 0, cache_breakpoints: int = 0) -> None:
        self._level = level
        self._memory_tokens = memory_tokens
        self._cache_breakpoints = cache_breakpoints
        self._conversations = Conversations()
        self._own = self._options(Store(), Memory())
        self._named: OrderedDict[str, Options] = OrderedDict()
        self._lock = Lock()

    @property
    def own(self) -> Options:
        """Those of the proxy's own project."""
        return self._own

    def of(self, project: str | None) -> Options:
        """Those of a project, as its header names it.

        Raises:
            InputError: the name is too long or cannot be printed.
        """
        if not project:
            return self._own
        name = unquote(project)
        if len(name) > _LONGEST or not name.isprintable():
            raise InputError(f"{PROJECT_HEADER} is no folder and no name")
        with self._lock:
            options = self._named.pop(name, None) or self._options(Store(project=name), Memory(name))
            self._named[name] = options
            if len(self._named) > _MOST:
                self._named.popitem(last=False)
        return options

    def _options(self, store: Store, memory: Memory) -> Options:
        notes = Notes(memory, store, self._memory_tokens) if self._memory_tokens else None
        return Options(
            store,
            self._level,
            conversations=self._conversations,  # of all projects, so that there is one limit; each asks its own store
            notes=notes,
            cache_breakpoints=self._cache_breakpoints,
        )
