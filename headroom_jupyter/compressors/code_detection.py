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

_PLAINLY = 0.4  # signs a line that no other kind of text has
_SAMPLE = 6000  # characters that a guess at the language looks at
_GLANCE = 3000  # and one at whether it is code at all, asked of every text
_GROWN = {"typescript": "javascript", "cpp": "c"}
_NUMBERED = re.compile(r"[ \t]*([0-9]{1,7})(?:\t|→|: ?|\| ?| \| ?|-(?= ))")
_SHEBANG = re.compile(r"#!.*?\b(python|node|deno|bun|ts-node|bash|zsh|sh|ruby|perl|php|lua)[\d.]*\b")
_BY_SUFFIX = {suffix: known for known in (*PLAIN, *LANGUAGES) for suffix in known.suffixes}
_BY_NAME = {known.name: known for known in (*PLAIN, *LANGUAGES)}
_BY_PROGRAM = {
    "python": "python",
    "node": "javascript",
    "deno": "typescript",
    "bun": "typescript",
    "ts-node": "typescript",
}
_BY_PROGRAM |= {"bash": "shell", "zsh": "shell", "sh": "shell", "lua": "lua", "php": "braces"}

# What is seldom outside one language, looked for with the indentation taken off ("|" parts, "\n" is a line's start).
# A hit is worth one line of evidence.
_SIGNS = {
    name: tuple(signs.split("|"))
    for name, signs in {
        "python": (
            '\n"""|\ndef |\nasync def |\nclass |\nimport |\nfrom |self.|\n# |\nelif |):\n|else:\n|try:\n|\n@|\nraise |'
            '"""\n| is None| not in |__(|\nexcept'
        ),
        "javascript": (
            "\nconst |\nlet |\nvar |function(|function |=> | require(| === | !== |\nthis.|\nexport |\nimport |"
            " from '| from \"|module.exports|});\n|undefined|\nconsole.|\nawait "
        ),
        "typescript": (
            ": string|: number|: boolean|: void|: any|: unknown|readonly |\nexport interface |\ninterface |"
            "\nexport type |\ntype |\nimport type |as const|\nprivate |\npublic |<T|Promise<|?: "
        ),
        "go": (
            "\npackage |\nfunc |:= |func(|\ntype |err != nil|\nimport (|\ndefer |chan |return nil| struct {|"
            "interface {|fmt.|[]string|, err"
        ),
        "rust": (
            "\nfn |pub fn |\nlet |let mut |\nimpl|\npub |\nuse |&mut |&self|\n#[|Some(|Ok(|::new| -> |\nmatch |"
            '!("|.unwrap(|\nmod '
        ),
        "java": (
            "\nimport java|\nimport org.|\nimport |\npackage |\n@Override|\npublic |\nprivate |\nprotected |"
            "= new |throws |\nfinal |static final |String |List<|.class|\n@|this."
        ),
        "c": (
            "\n#include|\n#define|\n#if|\n#endif|\n#else|\n#pragma|\ntypedef |->|sizeof(|NULL|\nstatic |\nint |"
            "\nvoid |\nchar |\nstruct |unsigned |const char|\nextern |uint32_t|size_t "
        ),
        "cpp": (
            "std::|\ntemplate|\nnamespace |\npublic:|\nprivate:|nullptr|\nusing |\nclass |virtual |\nauto |"
            "_cast<|operator|> &|override;"
        ),
        "script": (
            "\nend\n|\nrequire '|\nmodule |\nattr_|\nmy $|\nsub |\nlocal |<- function|\nputs |.each do|\nunless "
        ),
        "shell": '\nfi\n|\nthen\n|; then\n|\ndone\n|\nexport |\necho |"$|$(|\nesac|\nset -|; do\n|\nlocal |${',
        "sql": (
            "\nSELECT |\nFROM |\nCREATE |\nINSERT |\nWHERE |\nJOIN |\nLEFT JOIN |\nALTER | VARCHAR|NOT NULL|"
            "\nGROUP BY |\nselect |\nfrom |\ncreate |\nwhere "
        ),
        "braces": (
            "<?php|\n$|$this->|\nfun |\nval |\nusing System|\nnamespace |\nfunc |\nguard |\nlet |"
            "\npublic static |{ get; |\nobject |\ncase class "
        ),
    }.items()
}
_JSON = re.compile(r"\{\s*(?:\"|\}\s*\Z)|\[\s*(?:[\[{\"\d-]|true|false|null)")
_MARKUP = re.compile(r"<(?:!|\?xml|[a-zA-Z][\w-]*[\s>/])")
_OTHER = re.compile(  # lines of diffs, search results, logs, tracebacks, Markdown, tables
    r"^(?:[+-](?![+-])|@@ |diff --git|[\w./\\-]+\.\w+:\d+[:-]|\[?\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d"
    r"|Traceback |[ \t]+File \"|[ \t]+at [\w.$<>]+\(|```| *(?:\d+ )?\| |<\w|\$ |> "
    r"|(?:#{1,6}|[*-]) [A-Z].*[a-z]$(?!\n))",
    re.MULTILINE,
)
_FENCE = re.compile(r"^```[\w+#.-]*\r?$", re.MULTILINE)
_REPORT = re.compile(r"^(?:=+ [A-Z][A-Z ]+ =+|_{8,} \S+ _{8,})\r?$", re.MULTILINE)  # of tests, with code in it


def for_path(path: str) -> Language | None:
    """The language that a file's name tells, None if it tells none."""
    _, dot, suffix = path.replace("\\", "/").rsplit("/", 1)[-1].lower().rpartition(".")
    return _BY_SUFFIX.get(suffix) if dot else None


def lexical(text: str, *, most: int = 15, bonus: float = 0.0, least: int = 1) -> dict[str, float]:
    """How much speaks for each language in a sample; a language has what the one that it grew from has.

    Args:
        text: A sample.
        most: Hits of one sign that count; more of the same prove no more.
        bonus: What a different sign counts beside its hits.
        least: Different signs that a language must have, or nothing speaks for it; a log repeats one of them.
    """
    flat = "\n" + "\n".join([line.strip() for line in text.split("\n")]) + "\n"
    hits = {}
    for name, signs in _SIGNS.items():
        counts = [min(count, most) for count in map(flat.count, signs) if count]
        is_enough = len(counts) >= (3 if name in _GROWN else least)
        hits[name] = sum(counts) + bonus * len(counts) if is_enough else 0.0
    for name, origin in _GROWN.items():
        hits[name] = hits[origin] + 1.5 * hits[name] if hits[name] else 0.0
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
    hits = lexical(piece, most=3, bonus=3.0)
    best, second = sorted(hits, key=lambda name: -hits[name])[:2]
    if named is not None and (
        not named.module or hits.get(named.name.replace("tsx", "javascript"), 0) >= 0.4 * hits[best]
    ):
        is_cpp = named.name == "c" and path.lower().endswith(".h") and hits["cpp"] > hits["c"] + 3
        return _BY_NAME["cpp"] if is_cpp else named
    shebang = _SHEBANG.match(text)
    if shebang:
        return _BY_NAME[_BY_PROGRAM.get(shebang.group(1), "script")]
    if hits[best] < 1:
        return None
    is_close = hits[second] >= 0.7 * hits[best] and _GROWN.get(best) != second
    close = [_BY_NAME[best], _BY_NAME[second]] if is_close else []
    if not all(known.module for known in close):
        return _BY_NAME[best]
    return min(close, key=lambda known: _errors(parse(known, piece)), default=_BY_NAME[best])


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
    numbers = [
        int("".join(c for c in found.group() if "0" <= c <= "9")) for found in map(_NUMBERED.match, lines) if found
    ]
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
    if (
        not head
        or head.startswith(("diff --", "commit "))
        or (head[0] in "[{" and _JSON.match(head))
        or _MARKUP.match(head)
    ):
        return 0.0
    piece = sample(text, _GLANCE)
    piece = strip_numbers(piece) or piece
    lines = [line.strip() for line in piece.split("\n")]
    filled = [line for line in lines if line]
    if not filled or len(_OTHER.findall(piece)) > 0.15 * len(filled):
        return 0.0
    named = for_path(path)
    if named is None and (_REPORT.search(piece) or (head[0] not in "\"'/" and len(_FENCE.findall(piece)) > 1)):
        return 0.0
    ends = sum(line[-1] in "{};:,()[]\\" or line.startswith(("//", "/*", "*", "#", "--")) for line in filled) / len(
        filled
    )
    if named is None and ends < 0.12 and text[:2] != "#!":
        return 0.0
    hits = lexical(piece, least=3 if len(piece) > 400 else 2 if len(piece) > 80 else 1)
    language = max(hits, key=lambda name: hits[name])
    density = hits[language] / len(filled)
    look = density + ends / 4
    if named is not None:
        return (0.95 if named.module else 0.5) if look > 0.08 else 0.2
    if _SHEBANG.match(text):
        return 0.85 if density > 0.1 else 0.5
    if density < 0.05 or look < 0.2:
        return 0.0
    most = 0.95 if look > _PLAINLY else 0.9
    return min(most if _BY_NAME[language].module else 0.5, 0.45 + 0.9 * look)
