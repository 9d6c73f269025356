"""What agents hand over to each other under a key: small to read, whole on demand, seen by other processes at once.

Each value is an original of the store and shares its quota and expiry; a key's note is a line of its own, so that no
key's update touches another.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from functools import partial
from hashlib import sha256
from typing import Any

from headroom_jupyter.ccr.disk import pack, unpack
from headroom_jupyter.ccr.store import Store
from headroom_jupyter.errors import InputError, StoreError
from headroom_jupyter.texts import compress_text
from headroom_jupyter.values import compress_value

__all__ = ["SharedContext"]

_PREFIX = b"nshared "
_LONGEST_KEY = 500


class SharedContext:
    """Values by key, of one project.

    Args:
        project: A folder or a name; the project of the working directory if it is left out.
        store: Where they lie; the user's own store by default.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> from headroom_jupyter import SharedContext, Store
        >>> with TemporaryDirectory() as home, Store(f"{home}/store", project="shop") as store:
        ...     shared = SharedContext(store=store)
        ...     shared.put("plan", "1. read  2. write", agent="planner")
        ...     shared.get("plan"), shared.keys()
        ('1. read  2. write', ['plan'])
    """

    def __init__(self, project: str | None = None, *, store: Store | None = None) -> None:
        if project is not None and (not str(project).strip()):
            raise InputError(f"project={project!r} names no project; give a folder or a name")
        if store is not None and project is not None:
            store = Store(store.path, project=project)
        self._store = store or Store(project=project)

    def put(self, key: str, value: Any, *, agent: str = "", query: str = "", model: str = "gpt-4o") -> None:
        """Hand a value over; what was under the key before is no longer got by it, and stays among the originals.

        Args:
            key: A name.
            value: A text, or any value that `compress_value` reads.
            agent: Who hands it over.
            query: What the reader will want to know; matching parts stay in the small form.
            model: Whose tokens are counted.

        Raises:
            InputError: the key or the agent is no name.
            StoreError: the store cannot be written.
        """
        name = self._name(key)
        if len(str(agent)) > _LONGEST_KEY:
            raise InputError(f"agent is no text of at most {_LONGEST_KEY} characters")
        make = partial(compress_text, value) if isinstance(value, str) else partial(compress_value, value)
        result = make(query=query, model=model, store=self._store)
        ref = self._store.put(result.original.encode("utf-8", "surrogatepass"), kind=result.kind)
        said = {
            "key": key,
            "agent": str(agent),
            "at": time.time(),
            "ref": ref,
            "text": result.text,
            "tokens_before": result.tokens_before,
            "tokens_after": result.tokens_after,
        }
        line = pack(json.dumps(said).encode("ascii"))
        with self._store.writing(len(line)) as shelf:
            shelf.write({name: line})

    def get(self, key: str, full: bool = False) -> str | None:
        """What is under a key: its small form, or with `full` the whole; None when there is nothing.

        Raises:
            MissingOriginal: the whole has expired; the text says so.
            StoreError: the store cannot be read.
        """
        name = self._name(key)
        with self._store.reading() as shelf:
            row = shelf.rows([name]).get(name) if shelf else None
        if row is None:
            return None
        said = _said(row.value)
        if full:
            return self._store.get(said["ref"]).decode("utf-8", "surrogatepass")
        return str(said["text"])

    def keys(self) -> list[str]:
        """The keys, last handed over first."""
        return [str(said["key"]) for said in sorted(self._all(), key=lambda said: (-said["at"], said["key"]))]

    def stats(self) -> dict[str, Any]:
        """How many entries, their tokens before and after, what was saved, and entries by agent."""
        entries = self._all()
        before, after = (sum(said[f"tokens_{when}"] for said in entries) for when in ("before", "after"))
        agents: dict[str, int] = {}
        for said in entries:
            agents[said["agent"]] = agents.get(said["agent"], 0) + 1
        saved = before - after
        return {
            "entries": len(entries),
            "tokens_before": before,
            "tokens_after": after,
            "tokens_saved": saved,
            "saved_fraction": saved / before if before else 0.0,
            "agents": dict(sorted(agents.items())),
        }

    def clear(self, key: str | None = None) -> int:
        """Take one entry away, or all; their originals stay until they expire.

        Returns:
            How many.
        """
        prefix = self._prefix if key is None else self._name(key)
        with self._store.reading() as shelf:
            if shelf is None:
                return 0
        with self._store.writing(0) as shelf:
            found = list(shelf.prefixed(prefix))
            for row in found:
                shelf.delete(row.key)
        return len(found)

    def _all(self) -> list[Mapping[str, Any]]:
        with self._store.reading() as shelf:
            rows = list(shelf.prefixed(self._prefix)) if shelf else []
        return [_said(row.value) for row in rows]

    @property
    def _prefix(self) -> bytes:
        return _PREFIX + self._store.scope

    def _name(self, key: str) -> bytes:
        if not _is_name(key):
            raise InputError(f"key={str(key)[:60]!r} is no name of at most {_LONGEST_KEY} characters")
        return self._prefix + sha256(key.encode("utf-8", "surrogatepass")).digest()


def _is_name(key: object) -> bool:
    return isinstance(key, str) and bool(key.strip()) and len(key) <= _LONGEST_KEY


def _said(value: bytes) -> dict[str, Any]:
    try:
        return dict(json.loads(unpack(value)))
    except ValueError as err:
        raise StoreError(f"a shared entry is damaged ({err}); clear() it, or move the store's folder away") from err
