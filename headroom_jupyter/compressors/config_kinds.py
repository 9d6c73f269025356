"""Which configuration language a text is in, and how deep each of its lines stands.

It chooses nothing. Lines are counted from 0 here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from headroom_jupyter.compressors.base import Hints

__all__ = ["Language", "depths", "detect", "key_of", "likeliest", "value_of"]

_PAIR = re.compile(
    r"\s*(?:- +)*(\"[^\"\n]*\"|'[^'\n]*'|"
    r"[\w@$.*/?+-][^:#\"'{}()\[\];=]{0,120}?(?:\([^:]{0,80}\)[^:]{0,40})?):(?:\s|\Z)"
)
_YARN = re.compile(r"\"?@?[\w.-][^\s\"]*@[^\n]{1,2000}:\Z")
_ITEM = re.compile(r"\s*- +\S")
_SECTION = re.compile(r"\s*\[\[?[^\[\]\n=,{]{1,200}\]\]?\s*(?:[#;].*)?\Z")
_ASSIGNED = re.compile(r"\s*(?:export +)?(\"[^\"\n]*\"|[A-Za-z_][\w.\-/]*(?:\[[\w.-]+\])?) *[=:] ?")
_PIN = re.compile(r"[A-Za-z][\w.-]*(?:\[[\w,.-]+\])? *(?:[=~<>!]=|[<>@])")
_BLOCK = re.compile(r":[ ]+[|>][-+\d]{0,2}\Z")
_BLOCK_ENDS = "|>+-0123456789"
_SUM = re.compile(r"\S+ v\S+ h1:\S+=\Z")
_STAMP = re.compile(r"\W?(?:\d{4}[-/]\d\d[-/]\d\d|\d\d:\d\d:\d\d|[A-Z][a-z]{2} +\d+ \d\d:\d\d)")

_LEAST_PAIRS = 0.4  # of the lines of YAML
_LEAST_SETTINGS = 0.9  # of the lines of a file without sections
_SUFFIXES = {
    ".yaml": "yaml", ".yml": "yaml", ".toml": "toml", ".ini": "ini", ".cfg": "ini", ".conf": "ini", ".env": "ini",
    ".properties": "ini", ".editorconfig": "ini", ".npmrc": "ini", "poetry.lock": "toml", "cargo.lock": "toml",
    "uv.lock": "toml", "pipfile": "toml", "yarn.lock": "yaml", "gemfile.lock": "yaml", "go.sum": "flat",
    "requirements.txt": "flat",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Language:
    """A configuration language: "yaml" (depth by indentation), "toml", "ini" (by sections) or "flat"."""

    name: str
    confidence: float
    comment: str = "#"


def detect(lines: Sequence[str], hints: Hints) -> Language | None:
    """The language of a sample of lines, None if they are no configuration."""
    full = [line.rstrip() for line in lines if line.strip()]
    hinted = next((name for suffix, name in _SUFFIXES.items() if hints.path.lower().endswith(suffix)), "")
    said = [line for line in full if line.lstrip()[0] not in "#;!" and line.strip() not in ("---", "...")]
    if len(said) < 3 or _is_json(said[0], full[-1]):
        return None
    found = max((_yaml(full, _outside_blocks(said)), _sections(said), _flat(said)), key=lambda one: one.confidence)
    if hinted and (found.confidence > 0.25 or max(_share(_PAIR, said), _share(_ASSIGNED, said)) > 0.25):
        return Language(hinted, max(found.confidence, 0.93), found.comment)
    return found if found.confidence > 0.3 else None


def likeliest(lines: Sequence[str]) -> Language:
    """The language of a text that is taken for configuration already."""
    found = detect(lines, Hints())
    if found is not None:
        return found
    return Language("ini" if any(_SECTION.match(line) for line in lines) else "yaml", 0.0)


def _outside_blocks(said: Sequence[str]) -> list[str]:
    """The lines that stand in no block of text (`key: |`)."""
    out: list[str] = []
    margin = -1
    for line in said:
        indent = len(line) - len(line.lstrip())
        if 0 <= margin < indent:
            continue
        out.append(line)
        margin = indent if line[-1] in _BLOCK_ENDS and _BLOCK.search(line) else -1
    return out


def _is_json(first: str, last: str) -> bool:
    start = first.lstrip()
    return start[0] == "{" or (start[0] == "[" and not _SECTION.match(first)) or last == "}"


def _share(pattern: re.Pattern[str], said: Sequence[str]) -> float:
    return sum(pattern.match(line) is not None for line in said) / len(said)


def _yaml(full: Sequence[str], said: Sequence[str]) -> Language:
    first = full[0]
    if first.startswith("lockfileVersion:") or "yarn lockfile v" in "".join(full[:3]):
        return Language("yaml", 0.97)
    if first in ("GEM", "PATH", "GIT") and any(line.startswith("  remote: ") for line in full[:12]):
        return Language("yaml", 0.96, "")
    if sum(":" in line for line in said) < _LEAST_PAIRS * len(said):
        return Language("yaml", 0.0)
    pairs = sum(":" in line and (_PAIR.match(line) or _YARN.match(line)) is not None for line in said) / len(said)
    items = _share(_ITEM, said)
    code = sum(line[-1] in ";{},(" for line in said) / len(said)
    sentences = sum(line.count(" ") > 14 for line in said) / len(said)
    nested = sum(line[0] in " -" for line in said) / len(said)
    listed = sum(_ITEM.match(line) is not None and _PAIR.match(line) is None for line in said) / len(said)
    if pairs < _LEAST_PAIRS or pairs + listed < 0.7 or code > 0.15 or sentences > 0.25 or _share(_STAMP, said) > 0.2:
        return Language("yaml", 0.0)
    sure = 0.5 + 0.3 * min(1.0, pairs + items) + (0.12 if nested > 0.2 else 0.0) - sentences
    return Language("yaml", sure if nested > 0.05 else sure - 0.2)


def _sections(said: Sequence[str]) -> Language:
    heads = [line for line in said if _SECTION.match(line)]
    if not heads:
        return Language("toml", 0.0)
    pairs = sum(" = " in line or _ASSIGNED.match(line) is not None for line in said) / len(said)
    inner = sum(line.lstrip()[0] in "\"'{]-+" or line[0] in " \t" for line in said) / len(said)
    code = sum(line[-1] in ";{(:" for line in said) / len(said)
    if pairs < 0.3 or pairs + inner + len(heads) / len(said) < 0.8 or code > 0.1:
        return Language("toml", 0.0)
    quoted = any(line.startswith("[[") or ' = "' in line for line in said)
    return Language("toml" if quoted else "ini", 0.92)


def _flat(said: Sequence[str]) -> Language:
    if " h1:" in said[0] and _share(_SUM, said) > 0.9:
        return Language("flat", 0.97, "")
    pinned = sum(_PIN.match(line) is not None or line.lstrip().startswith("--") for line in said) / len(said)
    if pinned > 0.85 and sum(line.count(" ") > 6 for line in said) < 0.2 * len(said):
        return Language("flat", 0.9)
    if sum("=" in line for line in said) < _LEAST_SETTINGS * len(said):
        return Language("ini", 0.0)
    settings = sum(_ASSIGNED.match(line) is not None and "=" in line for line in said) / len(said)
    indented = sum(line[0] in " \t" for line in said) / len(said)
    code = sum(line[-1] in ";{(:" or "(" in line.partition("=")[2][:40] for line in said) / len(said)
    if settings < _LEAST_SETTINGS or indented > 0.2 or code > 0.1:
        return Language("ini", 0.0)
    plain = sum(" = " not in line for line in said) / len(said)
    return Language("ini", 0.86 if plain > 0.7 else 0.6)


def depths(lines: Sequence[str], language: Language) -> list[int]:
    """How deep each line stands, -1 for a blank one; comments stand with what follows them."""
    if language.name == "flat":
        found = [(-1 if not line.strip() else 1 if line[0] in " \t" else 0) for line in lines]
    elif language.name == "yaml":
        found = [_indent(line) for line in lines]
    else:
        found = _by_section(lines)
    below = 0
    for number in range(len(lines) - 1, -1, -1):
        if found[number] >= 0 and lines[number].lstrip()[:1] in "#;" and language.name != "yaml":
            found[number] = below
        elif found[number] >= 0:
            below = found[number]
    return found


def _indent(line: str) -> int:
    stripped = line.lstrip(" \t")
    if not stripped or stripped == "\r":
        return -1
    # A list item stands below the key it belongs to, even at the same indentation.
    return 2 * (len(line) - len(stripped)) + (1 if stripped[:2] in ("- ", "-\r", "-") else 0)


def _by_section(lines: Sequence[str]) -> list[int]:
    out: list[int] = []
    is_open = False
    key_depth = 0
    for line in lines:
        if not line.strip():
            out.append(-1)
        elif not is_open and line.lstrip()[0] == "[" and _SECTION.match(line):
            out.append(0)
            key_depth = 1
        elif is_open or line[0] in " \t]})":
            out.append(key_depth + 1)
            is_open = is_open and line.strip()[:1] not in "]})"
        else:
            out.append(key_depth)
            is_open = line.rstrip()[-1:] in "[({" or line.count('"""') == 1
    return out


def key_of(line: str) -> str:
    """The key of a line, without quotes, dashes and brackets.

    >>> key_of("  '@a/b@1.2':"), key_of("[[package]]"), key_of('name = "x"')
    ('@a/b@1.2', 'package', 'name')
    """
    if _SECTION.match(line):
        return line.strip().strip("[]# ")
    match = _PAIR.match(line) or _ASSIGNED.match(line)
    word = match.group(1) if match is not None else line.strip().removeprefix("- ").rstrip(":").split(" ")[0]
    return word.strip("\"'")[:120]


def value_of(line: str) -> str:
    """What stands after the key, without quotes.

    >>> value_of("    version: 3.2.4(x@1)"), value_of('name = "serde"'), value_of('  version "7.1"')
    ('3.2.4(x@1)', 'serde', '7.1')
    """
    match = _PAIR.match(line) or _ASSIGNED.match(line)
    rest = line[match.end() :] if match is not None else line.strip().partition(" ")[2]
    return rest.strip(" \r,").strip("\"'")[:200]
