"""Every error this package raises; it knows nothing of how a door shows one.

HeadroomError
├── InputError          what the caller gave cannot be used: wrong shape, unknown model, binary file
│   └── MissingFile     a path that is not there, or not to be read: outside of the root, hidden
├── MarkerError         text that should be a marker, a reference or an address in an original is none
├── StoreError          the store of originals cannot be read or written
│   └── StoreFull       over its quota, and nothing old enough to let go
├── MissingOriginal     a reference that the store does not hold: expired, deleted, or never stored
├── MissingLibrary      an optional library is not installed
└── PluginError         a compressor, provider or agent that does not keep its contract
"""

from __future__ import annotations

__all__ = [
    "HeadroomError",
    "InputError",
    "MarkerError",
    "MissingFile",
    "MissingLibrary",
    "MissingOriginal",
    "PluginError",
    "StoreError",
    "StoreFull",
]


class HeadroomError(Exception):
    """Base of all; its text says what happened and what to do."""


class InputError(HeadroomError, ValueError):
    """The caller's argument, file or message list cannot be used."""


class MissingFile(InputError):
    """The file is not there, or is not to be read: outside of the root, hidden."""


class MarkerError(HeadroomError, ValueError):
    """A marker, reference or address does not follow the grammar or points outside the original."""


class StoreError(HeadroomError):
    """The store cannot be read or written."""


class StoreFull(StoreError):
    """The store is over its quota and holds nothing old enough to let go."""


class MissingOriginal(HeadroomError, LookupError):
    """No original under this reference; the text says whether it expired, was deleted or never existed."""


class MissingLibrary(HeadroomError, ImportError):
    """An optional library is not installed; the text says how to install it."""


class PluginError(HeadroomError):
    """A plug-in is malformed, or two carry one name."""
