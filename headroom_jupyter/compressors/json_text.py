"""JSON read and written without changing how anything is spelled: numbers, layout, NDJSON. It compresses nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any

import orjson

__all__ = [
    "BAR",
    "LARGEST",
    "MISSING",
    "Raw",
    "dump",
    "dump_each",
    "literal",
    "literals",
    "parse",
    "read_json",
    "read_literal",
    "restore",
]

LARGEST = 40_000_000  # characters; a limit by size against what would not fit in memory
MISSING: Any = type("Missing", (), {"__repr__": lambda self: "MISSING"})()
BAR = r"\u007c"  # how JSON may write the sign that parts a table's cells
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|NaN|-?Infinity")
_NOT_BARE = re.compile(r'^["\[{]|[|\x00-\x1f\ud800-\udfff]|^\s|\s$|^(?:true|false|null)$')
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_NOT_ASCII = re.compile(r"[^\x00-\x7e]")
# `_NOT_BARE`, a number or nothing, in any line of a text.
_ANY_NOT_BARE = re.compile(
    rf'^["\[{{]|[|\x00-\x09\x0b-\x1f\ud800-\udfff]|^[^\S\n]|[^\S\n]$|^(?:true|false|null|{_NUMBER.pattern})?$',
    re.MULTILINE,
)
_ODD_INT = re.compile(r"-0|\d{19}")
_CLOSING = {"{": "}", "[": "]"}


class Raw:
    """What Python would change, as JSON: 1.00, 1e3, -0, thirty digits, NaN; an object with a key that comes twice."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Raw) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)


def parse(text: str) -> tuple[Any, str]:
    """The value of a JSON text or of JSON lines (a list), and the name of its layout.

    A layout that `restore` cannot give back is named by a hash of the text, so that no two texts share one.

    Raises:
        ValueError: it is neither, or it is nested too deep.
    """
    body = text.strip(" \t\r\n")
    if not body or len(text) > LARGEST or _CLOSING.get(body[0]) != body[-1]:
        raise ValueError("not a JSON object or array")
    try:
        try:
            value, is_lines = read_json(body), False
        except json.JSONDecodeError as err:
            if err.msg != "Extra data":
                raise
            value, is_lines = list(map(_decoder(body), filter(str.strip, body.split("\n")))), True
        dump(value)
        for layout in _layouts(text, body, is_lines):
            if restore(value, layout) == text:
                return value, layout
    except RecursionError as err:
        raise ValueError("nested too deep") from err
    tag = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return value, f"{'lines ' if is_lines else ''}#{tag}"


def _layouts(text: str, body: str, is_lines: bool) -> list[str]:
    ascii_ = " ascii" if "\\u" in text and body.isascii() else ""
    end = " nl" if text.endswith("\n") else ""
    second = body.find("\n", 0, 200)
    if is_lines or second < 0:
        kinds = (" compact", "") if '": ' not in body[:400] and ", " not in body[:400] else ("", " compact")
        return [f"{'lines' if is_lines else ''}{kind}{ascii_}{end}".strip() for kind in kinds]
    indent = re.match(r"\n(\t| {1,16})(?! )", body[second : second + 40])
    if not indent:
        return []
    return [f"{'tab' if indent.group(1) == chr(9) else f'indent={len(indent.group(1))}'}{ascii_}{end}"]


def restore(value: Any, layout: str) -> str:
    """The text of a value in a named layout; one named by a hash is written compactly."""
    words = layout.split()
    end = "\n" if "nl" in words else ""
    if "lines" in words:
        separators = (",", ":") if "compact" in words else (", ", ": ")
        return _dump_lines(value, ensure_ascii="ascii" in words, separators=separators) + end
    if any(word.startswith("#") for word in words) or "compact" in words:
        return dump(value, is_ascii="ascii" in words) + end
    indent = next((word for word in words if word.startswith("indent=")), "")
    step = "\t" if "tab" in words else " " * min(int(indent[7:]), 16) if indent else ""
    if not step:
        return _dumps(value, ensure_ascii="ascii" in words) + end
    try:
        text = _orjson(value, orjson.OPT_INDENT_2)
    except TypeError:  # a lone surrogate
        return _dumps(value, indent=step, ensure_ascii="ascii" in words) + end
    if step != "  ":
        text = re.sub(r"\n +", lambda found: "\n" + step * ((found.end() - found.start()) // 2), text)
    return (_NOT_ASCII.sub(_escaped, text) if "ascii" in words else text) + end


def _escaped(found: re.Match[str]) -> str:
    return json.dumps(found.group())[1:-1]


def dump(value: Any, *, is_ascii: bool = False) -> str:
    """Compact JSON, numbers as they were written."""
    if not is_ascii:
        try:
            return orjson.dumps(value).decode() if isinstance(value, str) else _orjson(value)
        except TypeError as err:
            if "ecursion" in str(err):  # orjson's limit is 254 levels; what is deeper stays as it is
                raise ValueError("nested too deep") from err
    text = _dumps(value, separators=(",", ":"), ensure_ascii=is_ascii)
    return _SURROGATE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def _orjson(value: Any, option: int = 0) -> str:
    return _spelled(lambda default: orjson.dumps(value, default, option).decode())


def _dumps(value: Any, **options: Any) -> str:
    return _spelled(lambda default: json.dumps(value, default=default, **options))


def _dump_lines(values: Sequence[Any], **options: Any) -> str:
    return _spelled(lambda default: "\n".join(map(json.JSONEncoder(default=default, **options).encode, values)))


def dump_each(values: Sequence[Any]) -> list[str]:
    """`dump` of each value."""
    try:
        return [orjson.dumps(value).decode() for value in values]
    except TypeError:
        return [dump(value) for value in values]


def _spelled(write: Callable[[Callable[[object], str]], str]) -> str:
    """What `write` makes of a value, its `Raw` parts smuggled through as strings that stand nowhere else in it."""
    raws: list[str] = []
    sign = "raw"

    def smuggled(raw: object) -> str:
        if not isinstance(raw, Raw):
            raise TypeError(f"{type(raw).__name__} is no JSON value")
        raws.append(raw.text)
        return f"\x00{sign}{len(raws) - 1}"

    while True:
        text = write(smuggled)
        if not raws:
            return text
        made, count = re.subn(rf'"\\u0000{sign}(\d+)"', lambda found: raws[int(found.group(1)) % len(raws)], text)
        if count == len(raws):
            return made
        raws.clear()
        sign += "!"


def read_json(text: str) -> Any:
    """The value of a JSON text, spellings kept as `Raw`."""
    return _decoder(text)(text)


def _decoder(text: str) -> Callable[[str], Any]:
    """What reads `text` or lines of it."""
    parse_int = _int if _ODD_INT.search(text) else int
    decoder = json.JSONDecoder(parse_float=_float, parse_int=parse_int, parse_constant=Raw, object_pairs_hook=_object)
    return decoder.decode


def _float(text: str) -> Any:
    number = float(text)  # orjson spells exponents in its own way
    return number if "e" not in text and repr(number) == text else Raw(text)


def _int(text: str) -> Any:
    return int(text) if len(text.lstrip("-")) < 19 and text != "-0" else Raw(text)


def _object(pairs: list[tuple[str, Any]]) -> Any:
    made = dict(pairs)
    if len(made) != len(pairs):
        return Raw("{" + ",".join(f"{dump(key)}:{dump(value)}" for key, value in pairs) + "}")
    return made


def literal(value: Any) -> str:
    """A value in a cell: strings bare where they cannot be taken for something else; "" for a missing one.

    >>> literal("a b"), literal("12"), literal(12), literal(None), literal("")
    ('a b', '"12"', '12', 'null', '""')
    """
    if isinstance(value, str):
        if value and not _NOT_BARE.search(value) and not _NUMBER.fullmatch(value):
            return value
    elif value is MISSING:
        return ""
    elif isinstance(value, Raw):
        return value.text.replace("|", BAR)
    elif type(value) is int:
        return str(value)
    return dump(value).replace("|", BAR)


def literals(values: Sequence[Any]) -> tuple[str, ...]:
    """`literal` of each value, by the column where that is simpler."""
    kinds = set(map(type, values))
    if kinds == {str}:
        text = "\n".join(values)
        if text.count("\n") == len(values) - 1 and not _ANY_NOT_BARE.search(text):
            return tuple(values)
    elif kinds == {int}:
        return tuple(map(str, values))
    elif kinds == {float}:
        return tuple(map(repr, values))
    return tuple(map(literal, values))


def read_literal(text: str) -> Any:
    """Inverse of `literal`.

    Raises:
        ValueError: a quoted part is no JSON.
    """
    if not text:
        return MISSING
    if text[0] in '"[{':
        return read_json(text)
    if text in ("true", "false", "null"):
        return {"true": True, "false": False, "null": None}[text]
    if _NUMBER.fullmatch(text):
        return Raw(text) if text[-1] in "Ny" else _float(text) if set(text) & set(".eE") else _int(text)
    return text
