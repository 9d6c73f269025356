"""A call's arguments, read as generously as is safe: models write 5 for "5", and null for what they leave out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from headroom_jupyter.errors import InputError
from headroom_jupyter.mcp_server.base import Tool

__all__ = ["read"]


def read(tool: Tool, given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments a tool was given, each of its schema's type; those that are null are left out.

    Raises:
        InputError: one is unknown, missing, of another type or out of range.
    """
    unknown = [name for name in given if name not in tool.parameters]
    if unknown:
        known = ", ".join(tool.parameters) or "none"
        raise InputError(f"{tool.name} has no argument {unknown[0][:40]!r}; it takes {known}")
    found = {name: _value(name, value, tool.parameters[name]) for name, value in given.items() if value is not None}
    lacking = [name for name in tool.required if name not in found]
    if lacking:
        raise InputError(f"{lacking[0]} is missing: {tool.parameters[lacking[0]]['description']}")
    return found


def _value(name: str, value: Any, schema: Mapping[str, Any]) -> str | int | float | dict[str, str]:
    if schema["type"] == "integer":
        return _integer(name, value, schema["minimum"])
    if schema["type"] == "number":
        return _number(name, value, schema["minimum"], schema["maximum"])
    if schema["type"] == "object":
        return _object(name, value, schema)
    if isinstance(value, list) and all(_is_plain(entry) for entry in value):
        value = ",".join(map(str, value))
    if not _is_plain(value):
        raise InputError(f"{name} is {_named(value)}, not a text: {schema['description']}")
    text = str(value)
    if "enum" in schema and text not in schema["enum"]:
        raise InputError(f"{name}={text[:40]!r} is unknown; it is one of {', '.join(schema['enum'])}")
    return text


def _integer(name: str, value: Any, least: int) -> int:
    number = int(value) if isinstance(value, float) and value.is_integer() else value
    if isinstance(number, str) and number.isascii() and number.isdigit() and len(number) <= 15:
        number = int(number)
    if isinstance(number, bool) or not isinstance(number, int) or number < least:
        raise InputError(f"{name}={str(value)[:40]!r} is no whole number of {least} or more")
    return number


def _number(name: str, value: Any, least: float, most: float) -> float:
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not least <= number <= most:
        raise InputError(f"{name}={str(value)[:40]!r} is no number from {least} to {most}")
    return number


def _object(name: str, value: Any, schema: Mapping[str, Any]) -> dict[str, str]:
    if not isinstance(value, dict) or not all(map(_is_plain, value.values())):
        raise InputError(f"{name} is no object whose values are texts: {schema['description']}")
    return {str(key): str(inner) for key, inner in value.items()}


def _is_plain(value: Any) -> bool:
    return isinstance(value, (str, int, float)) and not isinstance(value, bool)


def _named(value: Any) -> str:
    names = {dict: "an object", list: "a list", bool: "true or false"}
    return names.get(type(value), type(value).__name__)
