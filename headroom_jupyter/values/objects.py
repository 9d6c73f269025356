"""Everything else: what an object says for models, shows in a notebook, or answers to repr; and source of code.

What can be read only once (generators, files, iterators) is described and left as it is.
"""

from __future__ import annotations

import inspect
import io
import json
import types
from collections.abc import Iterator
from itertools import islice
from typing import Any

from headroom_jupyter.compressors.base import Hints
from headroom_jupyter.values.base import Text, Told, named

__all__ = ["told"]

_LONGEST = 20_000_000  # characters of a repr
_MOST_NAMES = 400  # of a module or class
# What a rich display offers, the best for a model first.
_MIMES = ("text/llm+plain", "text/markdown", "application/json", "text/latex", "text/plain", "text/html")
_METHODS = (("_repr_markdown_", "text/markdown"), ("_repr_json_", "application/json"), ("_repr_latex_", "text/latex"))


def told(value: Any, name: str | None, tell: Any) -> Told:
    """The best text an object has of itself."""
    spoken = _spoken(value)
    if spoken is not None:
        return Text(spoken)
    if isinstance(value, (bytes, bytearray)):
        return _bytes(bytes(value), name)
    once = _read_once(value)
    if once is not None:
        return Text(named(name, once))
    if isinstance(value, types.ModuleType):
        return Text(named(name, _module(value)), Hints(path="module.pyi"))
    if isinstance(value, type) or inspect.isroutine(value):
        return _code(value, name)
    return _shown(value) or Text(_repr(value))


def _spoken(value: Any) -> str | None:
    """What an object says for models, when it has a word for them."""
    for method in ("_repr_llm_", "repr_llm"):
        if not isinstance(value, type) and callable(getattr(type(value), method, None)):
            said = _called(value, method)
            if isinstance(said, str):
                return said
    return None


def _called(value: Any, method: str, *arguments: Any) -> Any:
    """What a method of a foreign object answers, None when it fails."""
    try:
        return getattr(value, method)(*arguments)
    except Exception:  # noqa: BLE001  # foreign code; the next way of showing it is tried
        return None


def _bytes(value: bytes, name: str | None) -> Text:
    try:
        return Text(value.decode("utf-8"))
    except UnicodeDecodeError:
        return Text(named(name, f"{len(value):,} bytes, no text; they begin {value[:24].hex(' ')}"))


def _read_once(value: Any) -> str | None:
    """What is said of a thing that reading would use up."""
    kind = type(value).__name__
    if isinstance(value, io.IOBase):
        return _file(value)
    if inspect.iscoroutine(value) or inspect.isawaitable(value):
        return f"{kind} {getattr(value, '__qualname__', '')}: not awaited; await it and compress what it gives"
    if isinstance(value, Iterator) or inspect.isasyncgen(value):
        title = getattr(value, "__qualname__", None) or kind
        what = kind if title == kind else f"{kind} {title}"
        return f"{what}: not looked into, since reading it would use it up; compress list(…) or a slice of it"
    return None


def _file(value: io.IOBase) -> str:
    title, mode = getattr(value, "name", ""), getattr(value, "mode", "")
    shown = f"{type(value).__name__} {title!r}" if isinstance(title, str) and title else type(value).__name__
    if value.closed:
        return f"{shown}: a closed file; compress its Path to read it"
    position = _called(value, "tell") if _called(value, "seekable") else None
    where = f", at {position:,}" if isinstance(position, int) else ""
    how = f", mode {mode}" if isinstance(mode, str) and mode else ""
    return f"{shown}: an open file{how}{where}; not read, so that its position stays; compress its Path instead"


def _module(value: types.ModuleType) -> str:
    members = [(name, member) for name, member in sorted(vars(value).items()) if not name.startswith("_")]
    lines = [f"module {value.__name__}: {inspect.getdoc(value) or 'no docstring'}".split("\n\n")[0]]
    lines += [_signature(name, member) for name, member in islice(members, _MOST_NAMES)]
    more = len(members) - _MOST_NAMES
    return "\n".join([*lines, f"… {more:,} more names"] if more > 0 else lines)


def _signature(name: str, member: Any) -> str:
    word = "class " if isinstance(member, type) else "def " if callable(member) else ""
    if not word:
        return f"{name}: {type(member).__name__}"
    try:
        return f"{word}{name}{inspect.signature(member)}"
    except (ValueError, TypeError):
        return f"{word}{name}(…)"
    except Exception:  # noqa: BLE001  # a foreign __signature__ or default's repr may raise anything
        return f"{word}{name}(…)"


def _code(value: Any, name: str | None) -> Text:
    try:
        return Text(inspect.getsource(value), Hints(path="source.py"))
    except (OSError, TypeError):
        pass
    lines = [_signature(getattr(value, "__qualname__", type(value).__name__), value)]
    lines.append(inspect.getdoc(value) or "")
    if isinstance(value, type):
        members = [(key, member) for key, member in sorted(vars(value).items()) if not key.startswith("_")]
        lines += [f"    {_signature(key, member)}" for key, member in members[:_MOST_NAMES]]
    return Text(named(name, lines[0]) + "\n" + "\n".join(lines[1:]))


def _shown(value: Any) -> Text | None:
    """What an object shows in a notebook, if that is text; of HTML only when its repr says nothing."""
    found: dict[str, Any] = {}
    if callable(getattr(type(value), "_repr_mimebundle_", None)):
        bundle = _called(value, "_repr_mimebundle_")
        bundle = bundle[0] if isinstance(bundle, tuple) and bundle else bundle
        if isinstance(bundle, dict):
            found.update(bundle)
    for method, mime in _METHODS:
        if mime not in found and callable(getattr(type(value), method, None)):
            found[mime] = _called(value, method)
    if found or _is_mute(value):
        found.setdefault("text/plain", None if _is_mute(value) else _repr(value))
    if callable(getattr(type(value), "_repr_html_", None)) and _is_mute(value):
        found.setdefault("text/html", _called(value, "_repr_html_"))
    for mime in (*_MIMES, *sorted(key for key in found if key.endswith("+json"))):
        said = found.get(mime)
        said = said[0] if isinstance(said, tuple) and said else said
        if isinstance(said, (dict, list)):
            return Text(json.dumps(said, ensure_ascii=False, default=str), Hints(mime="application/json"))
        if isinstance(said, str) and said:
            return Text(said, Hints(mime=mime))
    return None


def _is_mute(value: Any) -> bool:
    """Whether its repr is the one that every object has."""
    kind: Any = type(value)
    return kind.__repr__ is object.__repr__ and kind.__str__ is object.__str__


def _repr(value: Any) -> str:
    try:
        kind: Any = type(value)
        text = str(value) if kind.__repr__ is object.__repr__ else repr(value)
    except (Exception, SystemExit) as err:  # noqa: BLE001  # a foreign repr may raise anything; the text says so
        return f"<{type(value).__name__}: its repr raises {type(err).__name__}: {_message(err)}>"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text):,} characters)"


def _message(error: BaseException) -> str:
    try:
        return str(error)[:200]
    except Exception:  # noqa: BLE001  # even that may fail
        return "no message"
