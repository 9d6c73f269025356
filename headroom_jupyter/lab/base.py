"""What a route is: a function from a request to JSON, run in a thread. Errors become statuses in one place."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

from headroom_jupyter.ccr.catalogue import Catalogue
from headroom_jupyter.ccr.marker import check_ref
from headroom_jupyter.ccr.store import Store
from headroom_jupyter.errors import InputError
from headroom_jupyter.lab.desk import Desk

__all__ = ["Action", "Download", "Json", "Reader", "Request", "Route"]

Json: TypeAlias = dict[str, Any]
Reader: TypeAlias = Callable[[str, str], Any]  # path, and "notebook", "file" or "version": what of it
_MOST_PAGE = 500
_MOST_UNITS = 250_000


@dataclass(frozen=True)
class Download:
    """An answer that is a file."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Request:
    """One request: what its address says, what its body says, and what the server has."""

    desk: Desk
    read: Reader
    arguments: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    names: tuple[str, ...] = ()

    @cached_property
    def project(self) -> str:
        """The project of the document that one works on."""
        return self.desk.project(self.arguments.get("document", ""))

    @cached_property
    def store(self) -> Store:
        """The project's store; what is put into it belongs to the document, if that is a notebook."""
        document = self.arguments.get("document", "")
        return self.desk.store(self.project, self.desk.named(document) if document.endswith(".ipynb") else "")

    @property
    def catalogue(self) -> Catalogue:
        """The project's catalogue."""
        return self.desk.catalogue(self.project)

    @property
    def ref(self) -> str:
        """The reference in the address."""
        return check_ref(self.names[0])

    def text(self, name: str) -> str:
        """A text of the address, "" if it is left out."""
        return self.arguments.get(name, "")

    def number(self, name: str, default: int, most: int | None = None) -> int:
        """A whole number of the address, 0 or more.

        Raises:
            InputError: it is none.
        """
        given = self.arguments.get(name, "")
        if given and (not given.isascii() or not given.isdigit() or len(given) > 15):
            raise InputError(f"{name}={given[:40]!r} is no whole number, 0 or more")
        value = int(given) if given else default
        return value if most is None else min(value, most)

    def optional(self, name: str) -> int | None:
        """The same, None if it is left out."""
        return self.number(name, 0) if self.arguments.get(name) else None

    def moment(self, name: str) -> float | None:
        """A moment of the address in seconds since 1970, None if it is left out.

        Raises:
            InputError: it is none.
        """
        given = self.arguments.get(name, "")
        try:
            value = float(given) if given else None
        except ValueError:
            value = math.nan
        if value is not None and not math.isfinite(value):
            raise InputError(f"{name}={given[:40]!r} is no time in seconds since 1970")
        return value

    def page(self) -> tuple[int, int]:
        """Offset and limit of a list."""
        return self.number("offset", 0), self.number("limit", 100, _MOST_PAGE)

    def extent(self) -> tuple[int, int]:
        """Offset and limit of a text, in UTF-16 units."""
        return self.number("offset", 0), max(2, self.number("limit", _MOST_UNITS, _MOST_UNITS))


Action: TypeAlias = Callable[[Request], "Json | Download | None"]


@dataclass(frozen=True)
class Route:
    """An address below `headroom/`, and what it does on GET, POST or DELETE; `is_long`: it may take seconds."""

    pattern: str
    get: Action | None = None
    post: Action | None = None
    delete: Action | None = None
    is_long: bool = False
