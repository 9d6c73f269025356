"""Finds the frames of a stack trace: Python, IPython, JVM, Node, .NET, Go, Rust, Ruby, gdb, sanitizers, valgrind.

It says which are of a library; it reads lines without colour codes and chooses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Frame", "find_frames", "is_message", "plain"]

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_PYTHON = re.compile(r'[ \t|+]*File "[^"]+", line \d+')
_IPYTHON = re.compile(
    r"(?:Cell |Input )?In ?\[\d+\](?:, |:|$)|File [^\s\"][^\"]*:\d+, in "
    r"|(?:<ipython-input-[^>]+>|[~/.\w][^\s\"]*\.py|/tmp/ipykernel\S+) in \S"
)
_AT = re.compile(r"\s+at \S")
_NUMBERED = re.compile(r" *\d+: +(?:0x[0-9a-f]+ - )?\S")
_HASH = re.compile(r" {0,8}#\d+ +(?:0x[0-9a-f]+ |\S.*(?: at |\(\)|/))")
_MEMCHECK = re.compile(r"(?:==\d+==)? +(?:at|by) 0x[0-9A-F]+: ")
_SOURCE = re.compile(r"\d+\t")
_RUBY = re.compile(r"\s+(?:from |\d+: from )\S+:\d+:in ")
_GO = re.compile(r"(?:created by )?[\w./*()\[\]{}$@·-]+\(?.*\)?(?: in goroutine \d+)?$")
_GO_PLACE = re.compile(r"\t\S+:\d+")
_LIBRARY = re.compile(
    r"site-packages|dist-packages|node_modules|/lib/python\d|<frozen |node:|\(internal/|<anonymous>\)$"
    r"|[\\/]lib[\\/](?:asyncio|concurrent|importlib|unittest|json)[\\/]"
    r"|/rustc/|/\.cargo/registry/|/library/(?:std|core|alloc|test)/|/usr/(?:local/)?(?:lib|go|share)/|/go/pkg/mod/"
    r"|/src/(?:runtime|net|testing|internal|reflect|sync)/|/gems/|/rubygems|/ruby/\d|\./(?:csu|nptl|elf|misc)/|sysdeps/"
    r"|\bin (?:__libc_|_start )|/libsanitizer/|/csu/libc-start|\(in /usr/lib|/valgrind/|\.so(?:\.\d+)*\)$| from /lib"
)
_LIBRARY_CALL = re.compile(
    r"at (?<!\wat )(?:[\w.]+/|app//|async )?"
    r"(?:java|javax|jdk|sun|com\.sun|kotlin|kotlinx|scala|groovy|clojure|akka|reactor|rx"
    r"|io\.(?:netty|reactivex|undertow|micrometer)|okhttp3|android|androidx|dalvik|System|Microsoft|Xunit|NUnit"
    r"|org\.(?:apache|springframework|hibernate|junit|eclipse|gradle|jboss|mockito|slf4j|scalatest|aspectj|postgresql)"
    r"|com\.(?:google|fasterxml|zaxxer|mysql|intellij))\."
)
_PROCESS = re.compile(r"==\d+==|0x[0-9A-F]+")
_LIBRARY_NAME = re.compile(
    r" *\d+: +(?:0x[0-9a-f]+ - )?(?:<?&?<*(?:dyn |&mut )?)?(?:"
    r"(?:std|core|alloc|test|tokio|rayon|backtrace|panic_unwind)\b|__rust\w*|rust_\w+|_start|__libc\w*|start_thread|clone3?|__GI\w*|main$|<unknown>)"
)
_ARROW = re.compile(r"\s*(?:-+>|>) ?\s*\d+")
_REPEATED = re.compile(r"[ |]*\[Previous line repeated ")
_MESSAGE = re.compile(
    r"(?:Caused by|caused by|Suppressed|Exception in|Un(?:handled|caught)|panic|fatal|FATAL|goroutine \d+ \[running"
    r"|\[signal|During handling|The above exception|Traceback|thread '|Error|--- End|called `|assertion"
    r"|(?:left|right): )"
    r"|(?:==\d+== ?)?(?:ERROR: |SUMMARY: |(?:READ|WRITE) of size |Program received|Thread \S+ .*received"
    r"|Invalid (?:read|write)|Process terminating|Conditional jump|Use of uninit|ERROR SUMMARY)"
    r"|[\w.$:<>' -]{0,120}(?:Error|Exception|Warning|Exit|Interrupt|Iteration|Group|Failure|Timeout)\b"
    r"|[^\n]{0,200}(?:panicked at|: \w*(?:Error|Exception)\b)"
)


@dataclass(frozen=True, slots=True)
class Frame:
    """Lines first to last (half-open); `arrow` is the line of source that was running, -1 if it is not given.

    `key` is what a frame of the same place has too. `is_panic`: its stack begins with the machinery of panics.
    """

    first: int
    last: int
    is_library: bool
    key: str
    arrow: int = -1
    is_innermost_last: bool = False
    is_panic: bool = False


def _is_library(line: str) -> bool:
    """Whether a line names a place in somebody's library. Calls first: a pattern that begins with a word is fast."""
    return _LIBRARY_CALL.search(line) is not None or _LIBRARY.search(line) is not None


def plain(line: str) -> str:
    """The line without colour codes."""
    return _ANSI.sub("", line) if "\x1b" in line else line


def is_message(line: str) -> bool:
    """Whether a line outside the frames says what went wrong, or how two traces belong together."""
    return bool(_MESSAGE.match(line.lstrip(" |+-\t")))


def find_frames(lines: Sequence[str]) -> list[Frame]:
    """All frames in order.

    >>> [(f.first, f.last, f.is_library) for f in find_frames(['  File "a.py", line 1, in f', "    g()", "KeyError"])]
    [(0, 2, False)]
    """
    found: list[Frame] = []
    at, total = 0, len(lines)
    while at < total:
        line = lines[at][:1000]
        if not line.strip():
            at += 1
            continue
        frame = None
        if '"' in line and _PYTHON.match(line):
            frame = _python(lines, at)
        elif _IPYTHON.match(line):
            frame = _ipython(lines, at)
        elif _HASH.match(line):
            frame = _native(lines, at)
        elif _AT.match(line) or _RUBY.match(line) or _MEMCHECK.match(line):
            frame = _one_line(lines, at)
        elif _NUMBERED.match(line):
            frame = _numbered(lines, at)
        elif at + 1 < total and lines[at + 1].startswith("\t") and _GO_PLACE.match(lines[at + 1]) and _GO.match(line):
            frame = Frame(at, at + 2, _is_library(lines[at + 1]), lines[at + 1].split(" +0x")[0], at + 1)
        if frame is None:
            at += 1
            continue
        found.append(frame)
        at = frame.last
    return found


def _python(lines: Sequence[str], at: int) -> Frame:
    head = lines[at]
    body = head.index("File")
    last = at + 1
    while last < len(lines) and last - at < 12:
        line = lines[last]
        own = line[body:] if line[:body].strip(" |+") == "" else ""
        if not own.startswith("  ") or not own.strip() or _PYTHON.match(line):
            break
        last += 1
    if last < len(lines) and _REPEATED.match(lines[last]):
        last += 1
    return Frame(at, last, _is_library(head), head.strip(), at + 1 if last > at + 1 else -1, True)


def _ipython(lines: Sequence[str], at: int) -> Frame:
    last = at + 1
    arrow = -1
    while last < len(lines) and last - at < 60:
        line = lines[last]
        if not line.strip() or _IPYTHON.match(line):
            break
        if not re.match(r"\s|[-(>\d]", line):
            break
        if arrow < 0 and _ARROW.match(line):
            arrow = last
        last += 1
    return Frame(at, last, _is_library(lines[at]), lines[at], arrow, True)


def _one_line(lines: Sequence[str], at: int) -> Frame:
    line = lines[at]
    key = _PROCESS.sub("", line) if "==" in line or "0x" in line else line
    return Frame(at, at + 1, _is_library(line), key.strip())


def _native(lines: Sequence[str], at: int) -> Frame:
    """A frame of gdb or a sanitizer, with the values of its locals and the line of source that gdb prints."""
    last = at + 1
    while last < len(lines) and (
        lines[last].startswith(("No locals.", " " * 8)) and not _HASH.match(lines[last]) or _SOURCE.match(lines[last])
    ):
        last += 1
    line = lines[at]
    key = re.sub(r" *#\d+ +(?:0x\w+ in )?|\(.*?\)|0x[0-9a-f]+", "", line)
    return Frame(at, last, _is_library(line), key)


def _numbered(lines: Sequence[str], at: int) -> Frame:
    """A frame of a Rust backtrace: a number and a name, then where."""
    has_place = at + 1 < len(lines) and _AT.match(lines[at + 1]) is not None
    name = lines[at].partition(": ")[2].rpartition(" - ")[2]
    if not has_place:
        return Frame(at, at + 1, bool(_LIBRARY_NAME.match(lines[at])), name, is_panic=True)
    is_library = _is_library(lines[at + 1]) or _LIBRARY_NAME.match(lines[at]) is not None
    return Frame(at, at + 2, is_library, name + lines[at + 1].strip(), at + 1, is_panic=True)
