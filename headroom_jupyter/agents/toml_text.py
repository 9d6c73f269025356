"""TOML edited by tomlkit, which keeps comments, order and layout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import InlineTable

from headroom_jupyter.errors import InputError

__all__ = ["drop", "load", "put"]

Keys = Sequence[str]


def load(text: str) -> Any:
    """The table.

    Raises:
        InputError: it is no TOML.
    """
    return _parse(text).unwrap()


def put(text: str, keys: Keys, value: Any) -> str:
    """Put a table in."""
    document = _parse(text)
    table: Any = document
    for key in keys[:-1]:
        if key not in table:
            table[key] = (
                tomlkit.inline_table() if isinstance(table, InlineTable) else tomlkit.table(is_super_table=True)
            )
        table = table[key]
    table[keys[-1]] = _inline(value) if isinstance(table, InlineTable) else tomlkit.item(value)
    return tomlkit.dumps(document)


def drop(text: str, keys: Keys) -> str:
    """Take a value out."""
    document = _parse(text)
    table: Any = document
    for key in keys[:-1]:
        table = table[key]
    del table[keys[-1]]
    return tomlkit.dumps(document)


def _inline(value: Any) -> Any:
    """A value for the inside of an inline table, where only inline tables may stand."""
    if not isinstance(value, dict):
        return tomlkit.item(value)
    table = tomlkit.inline_table()
    for key, inner in value.items():
        table[key] = _inline(inner)
    return table


def _parse(text: str) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(text)
    except TOMLKitError as err:
        raise InputError(f"it is no TOML ({err}); mend it, or add the entry yourself") from err
