"""What the routes share in one server: its root, a store and a catalogue for each project, and originals at hand.

A path of a request leads nowhere but into the server's root, links followed.
"""

from __future__ import annotations

import os
import re
import threading
from collections import OrderedDict
from functools import cached_property

from headroom_jupyter.ccr.catalogue import Catalogue
from headroom_jupyter.ccr.project import find_project
from headroom_jupyter.ccr.snapshot import text_of
from headroom_jupyter.ccr.store import Store
from headroom_jupyter.compressors.base import line_starts
from headroom_jupyter.context.opened import Opened
from headroom_jupyter.errors import MissingFile

__all__ = ["Desk", "Original"]

_DRIVE = re.compile(r"\A[A-Za-z][\w.-]*:")
_MOST_OPENED = 12  # notebooks, each with its texts
_MOST_CHARS = 40_000_000  # of originals that are kept at hand, so that their pages need not be unpacked each time


class Original:
    """A stored original; `text` is None when it is no text."""

    def __init__(self, data: bytes, kind: str) -> None:
        self.kind = kind
        try:
            self.text: str | None = text_of(data)
        except UnicodeDecodeError:
            self.text = None
        self.data = data if self.text is None else b""

    @property
    def bytes(self) -> bytes:
        """What was stored; of a table stored by columns, its text."""
        return self.data if self.text is None else self.text.encode("utf-8", "surrogatepass")

    @cached_property
    def starts(self) -> list[int]:
        """Offsets of its lines and of its end, in characters."""
        return line_starts(self.text or "")

    def line_of(self, offset: int) -> int:
        """The line, from 1, in which a character stands."""
        return (self.text or "").count("\n", 0, offset) + 1


class Desk:
    """One server's."""

    def __init__(self, root: str) -> None:
        self.root = os.path.realpath(os.path.expanduser(root)) if root else ""
        self._named_root = os.path.abspath(os.path.expanduser(root)) if root else ""
        self._lock = threading.Lock()
        self._stores: dict[tuple[str, str], Store] = {}
        self._catalogues: dict[str, Catalogue] = {}
        self._originals: OrderedDict[tuple[str, str], Original] = OrderedDict()
        self._opened: OrderedDict[tuple[str, str], Opened] = OrderedDict()

    def real(self, path: str) -> str:
        """Where a path of the server's really leads.

        Raises:
            MissingFile: out of the root, or the server has no root.
        """
        plain = _DRIVE.sub("", path).strip("/")
        if not self.root:
            raise MissingFile("this server keeps its files elsewhere; give the text itself")
        if "\0" in plain or ".." in plain.split("/"):
            raise MissingFile(f"{path[:80]!r} is no path of this server")
        real = os.path.realpath(os.path.join(self.root, plain))
        if real != self.root and not real.startswith(os.path.join(self.root, "")):
            raise MissingFile(f"{path[:80]} leads out of the server's root; name a file inside")
        return real

    def named(self, path: str) -> str:
        """A path of the server's as kernels are told it."""
        return os.path.join(self._named_root, _DRIVE.sub("", path).strip("/"))

    def shown(self, path: str) -> str:
        """A path as kernels are told it, from the server's root where it is inside."""
        for root in (self._named_root, self.root):
            if root and path.startswith(os.path.join(root, "")):
                return os.path.relpath(path, root).replace(os.sep, "/")
        return path

    def project(self, document: str) -> str:
        """The project that a document belongs to; of a folder or notebook that is not there, that of the folder above.

        Raises:
            MissingFile: it is outside of the root.
        """
        real = self.real(document) if self.root else os.getcwd()
        while not os.path.isdir(real):
            real = os.path.dirname(real)
        return find_project(real)

    def store(self, project: str, notebook: str = "") -> Store:
        """The store of a project, for what a notebook puts into it."""
        with self._lock:
            key = project, notebook
            if key not in self._stores:
                self._stores[key] = Store(project=project, notebook=notebook)
            return self._stores[key]

    def catalogue(self, project: str) -> Catalogue:
        """The catalogue of a project."""
        store = self.store(project)
        with self._lock:
            if project not in self._catalogues:
                self._catalogues[project] = Catalogue(store)
            return self._catalogues[project]

    def opened(self, project: str, session: str) -> Opened:
        """What is known of the notebook that a page has open; of the pages of long ago nothing."""
        with self._lock:
            found = self._opened.pop((project, session), None) or Opened()
            self._opened[project, session] = found
            while len(self._opened) > _MOST_OPENED:
                self._opened.popitem(last=False)
            return found

    def original(self, store: Store, ref: str) -> Original:
        """An original of a project; that it is still there is asked each time.

        Raises:
            MissingOriginal: the project has none.
            StoreError: it cannot be read.
        """
        kind = store.kind(ref)
        key = store.project, ref
        with self._lock:
            known = self._originals.get(key)
            if known is not None:
                self._originals.move_to_end(key)
                return known
        found = Original(store.get(ref), kind)
        with self._lock:
            self._originals[key] = found
            while sum(len(one.text or one.data) for one in self._originals.values()) > _MOST_CHARS:
                self._originals.popitem(last=False)
        return found
