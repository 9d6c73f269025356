"""Signs by which a text is known to be a log; it only looks at a sample."""

from __future__ import annotations

import re
from collections import Counter

from headroom_jupyter.compressors.base import Hints, sample
from headroom_jupyter.compressors.log_history import is_history

__all__ = ["confidence_of"]

# Patterns for beginnings of lines start with "\n", which is searched much faster than "^"; so does the text.
_CLOCK = re.compile(r"\d\d:\d\d:\d\d")
_SECONDS = re.compile(r"\[ *\d+\.\d{3,}\]|[IWEF]\d{4} ")
_LEVELS = ("INFO", "DEBUG", "WARN", "ERROR", "TRACE", "FATAL", "NOTICE", "CRITICAL")
_TAGS = ("[info]", "[debug]", "[warn]", "[error]", "[notice]", "level=")
_LEVEL = re.compile(rf"\b(?:{'|'.join(_LEVELS)}|WARNING)\b|{'|'.join(map(re.escape, _TAGS))}")
_REPORT = re.compile(  # of tests
    r"\n(?:=+ test session starts =+$|=+ (?:FAILURES|ERRORS|short test summary info) =+$"
    r"|[^\n]*::[^\n]* (?:PASSED|FAILED|SKIPPED|ERROR|XFAIL)\b|[ \t]*[✓✔✕✗√×] |running \d+ tests?|test result: "
    r"|(?:test|PASS|FAIL|ok|not ok|--- PASS|--- FAIL|=== RUN)[: \t][^\n]*(?:ok|FAILED|\d|\.\w+|Test\w*)"
    r"|(?:FAIL|ERROR): \w+ \(|Ran \d+ tests)",
    re.MULTILINE,
)
_CERTAIN = re.compile(  # what only a test runner prints
    r"\n(?:=+ (?:test session starts|FAILURES|ERRORS|short test summary info|warnings summary) =+"
    r"|[.FEsxXR]{20,} *\[ *\d+%\]|TAP version \d+)\r?$",
    re.MULTILINE,
)
_DIAGNOSTIC = re.compile(
    r"\n(?:[^\s:()|][^:()\n|]{0,200}[:(]\d+(?:[:,]\d+)?\)?:? (?:- )?"
    r"(?:(?:fatal )?error|warning|note|info|[A-Z]{1,4}\d{2,5})[: ]"
    r"| +--> [^\n]+:\d+|[ \t]+\d+:\d+ +(?:error|warning) |(?:error|warning)(?:\[\w+\])?: )",
    re.MULTILINE,
)
_TOOL = re.compile(  # package managers, builds, CI
    r"\n[ \t]*(?:Collecting |Downloading |Requirement already|Installing |Successfully |Using cached |Building wheel"
    r"|npm (?:WARN|ERR!|warn|error|notice|http|info|verbose|timing)|added \d+ packages"
    r"|Step \d+/\d+|#\d+ (?:\[|\d|DONE|CACHED|sha)"
    r"|(?:Get|Hit|Ign|Err):\d+ |Unpacking |Setting up |Selecting |Preparing |Processing triggers|Reading |Compiling "
    r"|Checking |Finished |Fetched |\[\d+/\d+\]|make(?:\[\d+\])?: |(?:gcc|g\+\+|cc|clang|rustc|javac|ld) "
    r"|> (?:Task|Configure)|\[(?:INFO|ERROR|WARNING)\]|Run |##\[|::(?:group|error|warning))",
    re.MULTILINE,
)
_TRACE = re.compile(r"\n[ \t]+(?:at |File \"|\d+: )")
_LABELLED = re.compile(r"[A-Za-z][\w .\-]{1,30}: ")
_SENTENCE = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}\b")
_ONE_SENTENCE = 0.95  # of the lines say it, with other numbers
_NUMBER = re.compile(r"\d+")


def confidence_of(text: str, hints: Hints) -> float:
    """How sure it is that a text is a log, 0 to 1."""
    part = sample(text)
    lines = [line for line in part.split("\n") if line.strip()]
    if not lines or (part.rstrip()[-1:] in "]}" and re.match(r"\s*(?:\{\s*\"|\[\s*[\[{\"])", part)):
        return 0.0
    if re.match(r"\s*(?:diff --git |--- \S|<[!?a-zA-Z]|Traceback \(most)", part):
        return 0.0
    if is_history(lines) or (not hints.path and _CERTAIN.search("\n" + part)):
        return 0.96
    score = _score("\n" + part, [line[:400] for line in lines[:300]])
    if hints.path.endswith((".log", ".out", ".err")):
        score = max(score + 0.2, 0.6) if not _is_records(lines) else score
    return min(score, 0.97 if part.count("\x1b[") < 0.05 * len(lines) else 0.85)  # `terminal` comes first there


def _score(part: str, lines: list[str]) -> float:
    count = len(lines)
    if _is_records(lines):
        return 0.0
    clocks = _clocks(part, lines) / count
    levels = 0.0
    if any(word in part for word in _LEVELS + _TAGS):
        levels = sum(1 for line in lines if _LEVEL.search(line, 0, 160)) / count
    reports = len(_REPORT.findall(part)) / count
    diagnostics = len(_DIAGNOSTIC.findall(part)) / count
    tools = len(_TOOL.findall(part)) / count
    traces = len(_TRACE.findall(part)) / count
    if traces > 0.5 and clocks < 0.1:
        return 0.2
    signs = clocks + 0.8 * levels + min(1.0, 2.5 * reports) + min(1.0, 8 * diagnostics) + 0.9 * tools
    if signs >= 0.25:
        return min(0.95, 0.6 + 0.4 * signs)
    return max(0.5 * signs, _monotony(lines))


def _clocks(part: str, lines: list[str]) -> int:
    """How many lines have a time of day near their beginning, or seconds at it."""
    if _CLOCK.search(part):
        return sum(1 for line in lines if _CLOCK.search(line, 0, 80) or _SECONDS.match(line))
    return sum(1 for line in lines if _SECONDS.match(line))


def _is_records(lines: list[str]) -> bool:
    """Whether the lines are CSV, JSON or other records rather than messages."""
    most = lines[:60]
    for delimiter in (",", "\t", ";"):
        commas = Counter(line.count(delimiter) for line in most).most_common(1)[0]
        if commas[0] >= 2 and commas[1] >= 0.9 * len(most) and len(most) > 2:
            return sum(line.count(" ") for line in most) < 2 * len(most) * (commas[0] - 1)
    return sum(line.lstrip()[:1] in "{[" and line.rstrip()[-1:] in "}]," for line in most) > 0.8 * len(most)


def _monotony(lines: list[str]) -> float:
    """High for lines that say one thing over and over with other numbers."""
    if len(lines) < 8:
        return 0.0
    openings = Counter(line.split(None, 2)[0] if line[:1] > " " else "" for line in lines)
    word, number = openings.most_common(1)[0]
    masked = Counter(_NUMBER.sub("0", "\n".join(lines)).split("\n"))
    (first, most), *_ = masked.most_common(1)
    if most >= _ONE_SENTENCE * len(lines) and _SENTENCE.match(first):
        return 0.9
    alike = sum(n for _, n in masked.most_common(4)) / len(lines)
    if alike > 0.6 and re.search(r"[A-Za-z]{3}", first):
        return 0.6
    if number <= 0.8 * len(lines):
        return 0.0
    if word[:1].isalpha() and sum(1 for line in lines if _LABELLED.match(line)) > 0.8 * len(lines):
        return 0.9
    is_mode = re.fullmatch(r"[-dlbcps](?:[-r][-w][-xsStT]){3}[.+@]?", word)  # of a file, in `ls -l`
    return 0.5 if sum(map(str.isalnum, word)) > 2 and not is_mode else 0.0
