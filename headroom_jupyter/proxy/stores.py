"""Which store a request's originals go to: that of its project."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from urllib.parse import unquote

from headroom_jupyter.ccr.store import Store
from headroom_jupyter.errors import InputError

__all__ = ["PROJECT_HEADER", "Stores"]

PROJECT_HEADER = "x-headroom-project"  # a folder or a name, percent-encoded UTF-8
_MOST = 64
_LONGEST = 4096


class Stores:
    """Stores by project, the least recently used let go; requests that name none get the proxy's own project."""

    def __init__(self) -> None:
        self._own = Store()
        self._named: OrderedDict[str, Store] = OrderedDict()
        self._lock = Lock()

    @property
    def own(self) -> Store:
        """The store of the proxy's own project."""
        return self._own

    def of(self, project: str | None) -> Store:
        """The store of a project, as its header names it.

        Raises:
            InputError: the name is too long or cannot be printed.
        """
        if not project:
            return self._own
        name = unquote(project)
        if len(name) > _LONGEST or not name.isprintable():
            raise InputError(f"{PROJECT_HEADER} is no folder and no name")
        with self._lock:
            store = self._named.pop(name, None) or Store(project=name)
            self._named[name] = store
            if len(self._named) > _MOST:
                self._named.popitem(last=False)
        return store
