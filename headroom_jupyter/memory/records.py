"""What a memory is: its text, where it came from, how long it holds, and what it took the place of.

What users give, and files that others wrote, is checked here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from headroom_jupyter.errors import InputError
from headroom_jupyter.memory.redaction import redact

__all__ = [
    "Record",
    "Source",
    "check_limit",
    "check_query",
    "dump",
    "load",
    "new_facts",
    "new_source",
    "new_text",
    "new_until",
    "new_word",
    "restore",
    "share",
]

_LONGEST_TEXT = 20_000  # characters; a memory is something learned, and documents belong into a SharedContext
_LONGEST_FIELD = 1000
_MOST_FACTS = 64
_MOST_SOURCES = 1000


@dataclass(frozen=True, slots=True)
class Source:
    """Who saved a memory, where and when (seconds since 1970); `text` when it was worded otherwise."""

    agent: str = ""
    notebook: str = ""
    cell: str = ""
    model: str = ""
    at: float = 0.0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One memory.

    `facts` are its statements by key. `outdated` names those that a later record states otherwise, with its id;
    `superseded_by` is set when a later record takes the place of the whole. `score` is how well it answers a search.
    """

    id: str
    text: str
    kind: str = "fact"
    importance: float = 0.5
    facts: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[Source, ...] = ()
    created_at: float = 0.0
    updated_at: float = 0.0
    valid_until: float | None = None
    supersedes: tuple[str, ...] = ()
    superseded_by: str = ""
    outdated: Mapping[str, str] = field(default_factory=dict)
    score: float = field(default=0.0, compare=False)

    def is_valid(self, now: float) -> bool:
        """Whether it holds: nothing took its place, and its time is not over."""
        return not self.superseded_by and (self.valid_until is None or self.valid_until > now)


_KEPT = tuple(entry.name for entry in fields(Record) if entry.name != "score")
_OF_SOURCE = tuple(entry.name for entry in fields(Source))


def dump(record: Record) -> dict[str, Any]:
    """A record as plain data; `load` is the inverse."""
    said = {name: getattr(record, name) for name in _KEPT}
    return {**said, "sources": [{name: getattr(source, name) for name in _OF_SOURCE} for source in record.sources]}


def restore(said: Mapping[str, Any]) -> Record:
    """A record from what `dump` made of it and the store kept, unchecked."""
    sources = tuple(Source(**source) for source in said["sources"])
    return Record(**{**said, "sources": sources, "supersedes": tuple(said["supersedes"])})


def load(said: object) -> Record:
    """A record from plain data of unknown origin, its secrets taken out.

    Raises:
        InputError: names the field that is wrong.
    """
    if not isinstance(said, Mapping):
        raise InputError(f"it is {type(said).__name__}, not an object with the fields of a memory")
    known = {key: said[key] for key in (entry.name for entry in fields(Record)) if key in said and key != "score"}
    text = new_text(known.pop("text", None))
    ident = known.pop("id", "")
    if not isinstance(ident, str) or len(ident) > 64 or (ident and not (ident.isascii() and ident.isalnum())):
        raise InputError("id is no short word")
    sources = known.pop("sources", ())
    if not isinstance(sources, (list, tuple)) or len(sources) > _MOST_SOURCES:
        raise InputError("sources is no list of objects")
    times = {key: _number(key, known.get(key, 0.0)) for key in ("created_at", "updated_at")}
    earlier = known.get("supersedes", ())
    if not isinstance(earlier, (list, tuple)) or not all(isinstance(one, str) for one in earlier):
        raise InputError("supersedes is no list of ids")
    return Record(
        ident,
        text,
        new_word(known.get("kind", "fact")),
        share(known.get("importance", 0.5)),
        new_facts(known.get("facts")),
        tuple(_source(source) for source in sources),
        **times,
        valid_until=new_until(known.get("valid_until")),
        supersedes=tuple(earlier),
        superseded_by=_line("superseded_by", known.get("superseded_by", "")),
        outdated=new_facts(known.get("outdated")),
    )


def check_query(query: object) -> None:
    """Refuse what is no text to search for.

    Raises:
        InputError: it is none.
    """
    if not isinstance(query, str):
        raise InputError(f"query is {type(query).__name__}, not str")


def check_limit(name: str, limit: object) -> None:
    """Refuse what is no positive number.

    Raises:
        InputError: it is none.
    """
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
        raise InputError(f"{name}={str(limit)[:60]} is no positive number")


def new_text(text: object) -> str:
    """A text to be remembered, its secrets taken out.

    Raises:
        InputError: it is none, empty or too long.
    """
    if not isinstance(text, str):
        raise InputError(f"text is {type(text).__name__}, not str; a memory is a sentence or a few")
    plain = text.strip().encode("utf-8", "replace").decode("utf-8")
    if not plain:
        raise InputError("text is empty; say what is to be remembered")
    if len(plain) > _LONGEST_TEXT:
        raise InputError(
            f"text has {len(plain):,} characters; a memory has at most {_LONGEST_TEXT:,}: save what was learned from"
            " it, or hand the whole over by SharedContext"
        )
    return redact(plain)


def new_until(until: object) -> float | None:
    """The end of a memory's time, or None.

    Raises:
        InputError: it is no time.
    """
    return None if until is None else _number("valid_until", until)


def new_word(kind: object) -> str:
    """A kind of memory, such as fact, preference, decision or lesson.

    Raises:
        InputError: it is no single word.
    """
    if not isinstance(kind, str) or not kind.isidentifier() or len(kind) > 40:
        raise InputError(f"kind={str(kind)[:60]!r} is no word; use fact, preference, decision, lesson or your own")
    return kind.lower()


def share(importance: object) -> float:
    """An importance.

    Raises:
        InputError: it is no number from 0 to 1.
    """
    if isinstance(importance, bool) or not isinstance(importance, (int, float)) or not 0 <= importance <= 1:
        raise InputError(f"importance={str(importance)[:60]!r} is no number from 0 to 1")
    return float(importance)


def new_facts(facts: object) -> dict[str, str]:
    """Statements by key, as texts, their secrets taken out.

    Raises:
        InputError: they are no mapping from texts to texts or numbers, or too many or too long.
    """
    if facts is None:
        return {}
    if not isinstance(facts, Mapping) or len(facts) > _MOST_FACTS:
        raise InputError(f"facts is no mapping of at most {_MOST_FACTS} keys to values, such as {{'port': 5433}}")
    found = {}
    for key, value in facts.items():
        if not isinstance(key, str) or not key.strip() or not isinstance(value, (str, int, float)):
            raise InputError(f"the fact {str(key)[:60]!r} is no text, number or bool under a text")
        name = _line("a fact's key", key).strip()
        found[redact(name)] = _redacted_value(name, _line(f"the fact {name[:60]!r}", str(value)))
    return found


def new_source(source: object, at: float) -> Source:
    """Where a memory comes from: a Source, a mapping with its fields, the name of an agent, or nothing.

    Raises:
        InputError: it is something else, or has another field.
    """
    if source is None:
        return Source(at=at)
    if isinstance(source, str):
        return Source(agent=redact(_line("source", source)), at=at)
    if isinstance(source, Source):
        return replace(source, at=source.at or at)
    if not isinstance(source, Mapping):
        raise InputError(f"source is {type(source).__name__}; give an agent's name, or a mapping with agent, notebook,"
                         " cell or model")  # fmt: skip
    unknown = [str(key) for key in source if key not in ("agent", "notebook", "cell", "model", "at")]
    if unknown:
        raise InputError(f"source has {unknown[0][:60]!r}; its fields are agent, notebook, cell, model")
    found = _source(source)
    return replace(found, at=found.at or at)


def _source(said: object) -> Source:
    if not isinstance(said, Mapping):
        raise InputError("a source is no object")
    texts = {key: redact(_line(key, said.get(key, ""))) for key in ("agent", "notebook", "cell", "model")}
    text = said.get("text") or ""
    return Source(**texts, at=_number("at", said.get("at") or 0.0), text=new_text(text) if text else "")


def _redacted_value(name: str, value: str) -> str:
    """A fact's value: redacted by itself, and as a whole where its key says that it is a secret."""
    alone = redact(value)
    behind = f"{name}={value.split(maxsplit=1)[0]}" if value.strip() else ""
    return "[redacted: secret]" if alone == value and behind and redact(behind) != behind else alone


def _line(name: str, value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or len(value) > _LONGEST_FIELD:
        raise InputError(f"{name} is no text of at most {_LONGEST_FIELD:,} characters")
    return value.encode("utf-8", "replace").decode("utf-8")


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < 1e12:
        raise InputError(f"{name} is no time in seconds since 1970")
    return float(value)
