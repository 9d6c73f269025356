"""One value under its keys in a configuration text: read, put in, taken out; all else stays, byte for byte.

It knows neither files nor agents. Every change is checked by reading the result: a text that would come out
otherwise than meant is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any, Literal, Protocol, cast

from headroom_jupyter.errors import InputError

__all__ = ["MISSING", "Format", "drop", "find", "put", "value_at"]

Format = Literal["json", "toml", "yaml"]
MISSING: Any = object()
Keys = Sequence[str]


class _Editor(Protocol):
    """A format's module, loaded when a file of that format is met."""

    def load(self, text: str) -> Any: ...
    def put(self, text: str, keys: Keys, value: Any) -> str: ...
    def drop(self, text: str, keys: Keys) -> str: ...


def find(form: Format, text: str, keys: Keys) -> Any:
    """The value under these keys, MISSING if there is none.

    Raises:
        InputError: the text is not of that format.
    """
    return value_at(_load(form, text), keys)


def put(form: Format, text: str, keys: Keys, value: Any) -> str:
    """The text with this value under these keys, the last of several; a value that stands there is replaced.

    Raises:
        InputError: the text is not of that format, or what stands in the way is no table.
    """
    before = _load(form, text)
    if value_at(before, keys) == value:
        return text
    for depth in range(len(keys)):
        above = value_at(before, keys[:depth])
        if above is not MISSING and not isinstance(above, (dict, type(None))):
            raise InputError(f"{'.'.join(keys[:depth]) or 'the whole'} is no table; mend it, or add the entry yourself")
    return _checked(form, _editor(form).put(text, keys, value), _with(before, keys, value))


def drop(form: Format, text: str, keys: Keys, *, kept: int) -> str:
    """The text without the value under these keys, and without tables that are empty then.

    Args:
        form: The text's format.
        text: What to take it from.
        keys: Where it stands; nothing happens when it does not.
        kept: So many of the leading keys name tables that stay, be they empty.

    Raises:
        InputError: the text is not of that format.
    """
    loaded = _load(form, text)
    if value_at(loaded, keys) is MISSING:
        return text
    while len(keys) - 1 > kept and len(value_at(loaded, keys[:-1])) == 1:
        keys = keys[:-1]
    # In TOML a table that only its tables' headers name goes with the last of them.
    meant = (_without(loaded, keys), _without(loaded, keys[:-1]) if len(keys) > 1 else MISSING)
    return _checked(form, _editor(form).drop(text, keys), *meant)


def value_at(loaded: Any, keys: Keys) -> Any:
    """What stands under these keys of a loaded text, or MISSING.

    >>> value_at({"a": {"b": 1}}, ("a", "b")), value_at({"a": 1}, ("a", "b")) is MISSING
    (1, True)
    """
    for key in keys:
        if not isinstance(loaded, dict) or key not in loaded:
            return MISSING
        loaded = loaded[key]
    return loaded


def _editor(form: Format) -> _Editor:
    return cast("_Editor", import_module(f"headroom_jupyter.agents.{form}_text"))


def _load(form: Format, text: str) -> Any:
    loaded = _editor(form).load(text)
    if not isinstance(loaded, dict):
        raise InputError(f"it holds no {form} table but {type(loaded).__name__}; mend it, or add the entry yourself")
    return loaded


def _checked(form: Format, text: str, *meant: Any) -> str:
    if _load(form, text) not in meant:
        raise InputError(f"this {form} text is written in a way that we cannot edit safely; change the entry yourself")
    return text


def _with(loaded: Any, keys: Keys, value: Any) -> Any:
    if not keys:
        return value
    table = loaded if isinstance(loaded, dict) else {}
    return table | {keys[0]: _with(table.get(keys[0]), keys[1:], value)}


def _without(loaded: Any, keys: Keys) -> Any:
    rest = {key: value for key, value in loaded.items() if key != keys[0]}
    return rest if len(keys) == 1 else {**loaded, keys[0]: _without(loaded[keys[0]], keys[1:])}
