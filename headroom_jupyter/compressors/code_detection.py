"""Tells source text from other text, and its language, by name, first line and words.

It parses a sample only when two languages fit equally well.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from headroom_jupyter.compressors.base import sample
from headroom_jupyter.compressors.code_languages import LANGUAGES, PLAIN, Language, parse

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["confidence_of", "detect", "for_path", "lexical", "strip_numbers"]

_SAMPLE = 6000  # characters that a guess looks at
_NUMBERED = re.compile(r"[ \t]*\d{1,7}(?:\t|→|: ?|\| ?| \| ?|-(?= ))")
_SHEBANG = re.compile(r"#!.*?\b(python|node|deno|bun|ts-node|bash|zsh|sh|ruby|perl|php|lua)[\d.]*\b")
_BY_SUFFIX = {suffix: known for known in (*PLAIN, *LANGUAGES) for suffix in known.suffixes}
_BY_NAME = {known.name: known for known in (*PLAIN, *LANGUAGES)}
_BY_PROGRAM = {"python": "python", "node": "javascript", "deno": "typescript", "bun": "typescript", "ts-node": "typescript"}
_BY_PROGRAM |= {"bash": "shell", "zsh": "shell", "sh": "shell", "lua": "lua", "php": "braces"}

# What is seldom outside one language; a hit is worth one line of evidence.
_SIGNS = {
    "python": re.compile(
        r"^[ \t]*(?:(?:async )?def \w+ ?\(|class \w+ ?[(:]|@\w[\w.]*|(?:from [\w.]+ )?import \w"
        r"|(?:elif |if |for |while |with |except).*:$|(?:else|try|finally):$|return\b(?!.*;$)|raise \w|\"\"\")|\bself\.\w",
        re.MULTILINE,
    ),
    "javascript": re.compile(
        r"\b(?:const|let|var) [\w{\[$][^=\n]{0,80}=|=> ?[{(\w]|\bfunction\b ?[*\w$]* ?\(|\brequire\(['\"]|[\w)\]'\"] [!=]== |\bthis\.\w"
        r"|^import .*['\"];?$|^export (?:default|const|function|class|async|\{)|module\.exports|\bundefined\b",
        re.MULTILINE,
    ),
    "typescript": re.compile(
        r"[\w)\]?]: (?:string|number|boolean|void|any|unknown|never|Promise<)|\breadonly \w|\bimport type\b"
        r"|^(?:export )?(?:declare )?(?:abstract )?(?:interface|type|enum|namespace) \w+.*[{=]|\bas const\b|^\s*private \w+[(:=]",
        re.MULTILINE,
    ),
    "go": re.compile(
        r"^package \w+$|^func [\w(]|\w :?= \w|\bfunc\(|^type \w+ (?:struct|interface)|\berr != nil|^import \(|\bchan \w|\bdefer \w",
        re.MULTILINE,
    ),
    "rust": re.compile(
        r"\bfn \w+ ?[(<]|\blet (?:mut )?\w+|^\s*impl\b|\bpub(?:\(\w+\))? (?:fn|struct|enum|mod|use|const|trait)\b"
        r"|^\s*use [\w:]+.*;$|&mut \w|^\s*#!?\[\w|\bSome\(|\bOk\(|\w!\(",
        re.MULTILINE,
    ),
    "java": re.compile(
        r"^import (?:static )?[\w.]+(?:\.\*)?;|^package [\w.]+;|^\s*@[A-Z]\w+|\bnew [A-Z]\w*[<(]|\bthrows \w"
        r"|^\s*(?:public|private|protected) (?:(?:static|final|abstract|synchronized|class|interface|enum) )*[\w<>\[\], ?]+[({=;]",
        re.MULTILINE,
    ),
    "c": re.compile(
        r"^[ \t]*#[ \t]*(?:include|define|ifdef|ifndef|endif|if|elif|else|undef|pragma)\b|^typedef |\w->\w|\bsizeof ?\(|\bNULL\b"
        r"|^\s*(?:static |extern |const |unsigned |inline )*(?:int|void|char|long|size_t|bool|struct \w+|u?int\d+_t|float|double)"
        r"[ *]+\w+ ?[(=;,\[]",
        re.MULTILINE,
    ),
    "cpp": re.compile(
        r"\bstd::|^\s*template ?<|^namespace\b|^\s*(?:public|private|protected):|\bnullptr\b|\busing \w+|\w::\w+ ?\("
        r"|^class \w+|\bvirtual \w|\bauto [&*]?\w+ =|\b(?:static|dynamic|const)_cast<|\boperator\b",
        re.MULTILINE,
    ),
}


_JSON = re.compile(r"\{\s*(?:\"|\}\s*\Z)|\[\s*(?:[\[{\"\d-]|true|false|null)")
_MARKUP = re.compile(r"<(?:!|\?xml|[a-zA-Z][\w-]*[\s>/])")
_OTHER = re.compile(
    r"^(?:[+-](?![+-])|@@ |diff --git|[\w./\\-]+\.\w+:\d+[:-]|\[?\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d|Traceback |\s+File \"|\s+at [\w.$<>]+\("
    r"|```|\||<\w|\$ |> |(?:#{1,6}|[*-]) [A-Z].*[a-z]$(?!\n))",
    re.MULTILINE,
)


def for_path(path: str) -> Language | None:
    """The language that a file's name tells, None if it tells none."""
    _, dot, suffix = path.replace("\\", "/").rsplit("/", 1)[-1].lower().rpartition(".")
    return _BY_SUFFIX.get(suffix) if dot else None


def lexical(text: str) -> dict[str, float]:
    """Hits of each language's signs in a sample, in lines; a language contains the one it grew from."""
    hits = {name: float(sum(1 for _ in sign.finditer(text))) for name, sign in _SIGNS.items()}
    hits["typescript"] = hits["javascript"] + 1.5 * hits["typescript"] if hits["typescript"] >= 2 else 0.0
    hits["cpp"] = hits["c"] + 1.5 * hits["cpp"] if hits["cpp"] >= 2 else 0.0
    return hits


def detect(text: str, path: str = "") -> Language | None:
    """The language of a source text: by its file's name, its first line, or its words.

    Args:
        text: Source without line numbers; a sample of it is looked at.
        path: A file name, when one is known.

    >>> detect("def f(x):\\n    return x\\n").name
    'python'
    """
    named = for_path(path)
    piece = sample(text, _SAMPLE)
    hits = lexical(piece)
    best, second = sorted(hits, key=lambda name: -hits[name])[:2]
    if named is not None and (not named.module or hits.get(named.name.replace("tsx", "javascript"), 0) >= 0.4 * hits[best]):
        is_cpp = named.name == "c" and path.lower().endswith(".h") and hits["cpp"] > hits["c"] + 3
        return _BY_NAME["cpp"] if is_cpp else named
    shebang = _SHEBANG.match(text)
    if shebang:
        return _BY_NAME[_BY_PROGRAM.get(shebang.group(1), "script")]
    if hits[best] < 1:
        return None
    if hits[second] < 0.7 * hits[best] or len(text) < 40:
        return _BY_NAME[best]
    return min((_BY_NAME[best], _BY_NAME[second]), key=lambda known: _errors(parse(known, piece)))


def _errors(root: Node) -> int:
    """Characters in error nodes near the root."""
    if not root.has_error:
        return 0
    if root.is_error:
        return root.end_byte
    found, level = 0, [root]
    for _ in range(3):
        children = [child for node in level for child in node.children if child.has_error]
        found += sum(child.end_byte - child.start_byte for child in children if child.is_error)
        level = [child for child in children if not child.is_error][:50]
    return found + 1


def strip_numbers(text: str) -> str | None:
    """Source without the line numbers that a tool wrote before each line; None if there are none.

    >>> strip_numbers("  7→import os\\n  8→\\n  9→os.getcwd()\\n")
    'import os\\n\\nos.getcwd()\\n'
    """
    first = _NUMBERED.match(text)
    if first is None:
        return None
    lines = text.split("\n", 41)[:41]
    numbers = [int("".join(c for c in found.group() if "0" <= c <= "9")) for found in map(_NUMBERED.match, lines) if found]
    full = [line for line in lines if line.strip()]
    rising = sum(b == a + 1 for a, b in pairwise(numbers))
    if len(numbers) < 3 or rising < 0.95 * (len(numbers) - 1) or len(numbers) < 0.95 * len(full):
        return None
    mark = first.group().lstrip(" \t0123456789")
    short = re.escape(mark.rstrip(" "))
    return re.sub(rf"(?m)^[ \t]*\d{{1,7}}(?:{re.escape(mark)}|{short}$)", "", text)


def confidence_of(text: str, path: str) -> float:
    """How surely a text is source code, 0 to 1, from its file's name and a sample.

    >>> confidence_of("def f(x):\\n    return x\\n", "a.py") > 0.9, confidence_of("I saw the def of f.\\n", "")
    (True, 0.0)
    """
    head = text[:400].lstrip("\ufeff \t\r\n")
    if not head or (head[0] in "[{" and _JSON.match(head)) or _MARKUP.match(head):
        return 0.0
    piece = sample(text, _SAMPLE)
    piece = strip_numbers(piece) or piece
    lines = [line.strip() for line in piece.split("\n")]
    filled = [line for line in lines if line]
    if not filled or len(_OTHER.findall(piece)) > 0.15 * len(filled):
        return 0.0
    named = for_path(path)
    best = max(lexical(piece).values()) / len(filled)
    ends = sum(line[-1] in "{};:,()[]\\" or line.startswith(("//", "/*", "*", "#", "--")) for line in filled) / len(filled)
    if named is not None:
        return (0.95 if named.module else 0.5) if best + ends > 0.1 else 0.2
    if _SHEBANG.match(text):
        return 0.85 if best > 0.1 else 0.5
    if best < 0.12 or ends < 0.2:
        return 0.0
    return min(0.9, 0.3 + best + 0.3 * ends)
