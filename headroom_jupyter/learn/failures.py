"""What kind of failure a call is, and which of its words the message blames."""

from __future__ import annotations

import os.path
import re
from typing import Literal

from headroom_jupyter.agents.sessions import Call
from headroom_jupyter.learn.commands import parse

__all__ = ["Fault", "blames", "fault_of", "has_failed", "missing_module", "signature"]

Fault = Literal["timeout", "interpreter", "module", "permission", "flag", "path", "command", "other"]
# In order: the first that matches says what it was.
_SIGNS: tuple[tuple[Fault, re.Pattern[str]], ...] = (
    (
        "flag",
        re.compile(
            r"unrecogni[sz]ed (?:argument|option|flag)|unknown (?:option|flag|argument|switch|predicate)"
            r"|(?:invalid|illegal|unsupported) (?:option|flag)|unexpected argument|argument '\S+' which wasn't expected"
            r"|no such (?:option|flag)|flag provided but not defined|bad option",
            re.IGNORECASE,
        ),
    ),
    ("module", re.compile(r"No module named|Cannot find (?:module|package)|ModuleNotFoundError|no required module")),
    ("interpreter", re.compile(r"command not found|: not found\s*$|is not recognized as an internal", re.MULTILINE)),
    ("permission", re.compile(r"permission denied|EACCES|operation not permitted|not executable", re.IGNORECASE)),
    (
        "command",
        re.compile(
            r"missing script|did not match any|(?:unknown|unrecogni[sz]ed|no such) (?:sub)?command|no such task"
            r"|no rule to make target|is not a \w+ command|(?:invalid|unknown|ambiguous|bad) (?:\S+ )?(?:choice|value"
            r"|format|level|type|reference|revision|argument|object name|target)",
            re.IGNORECASE,
        ),
    ),
    (
        "path",
        re.compile(
            r"no such (?:file|path)|does not exist|(?:file|directory|path) not found|can't open file|cannot access"
            r"|ENOENT|FileNotFoundError|not a directory|cannot find the (?:path|file)|could not find|\bnot found: "
            r"|does not contain|not a git repository",
            re.IGNORECASE,
        ),
    ),
)
_NOT_FOUND = 127  # of a shell, whatever it says
_TIMED_OUT = re.compile(r"timed? ?out|exceed\w* (?:the )?(?:timeout|time limit)", re.IGNORECASE)
_MODULE = re.compile(r"(?:No module named|Cannot find (?:module|package)) ['\"]?([\w./@-]+)")
_SEARCHES = ("grep", "rg", "ag", "ack", "ugrep", "diff", "cmp", "test", "pgrep", "git diff", "git grep", "[")
_VARIES = re.compile(r"0x[0-9a-f]+|\d+(?:\.\d+)?|[0-9a-f]{8,}")


def has_failed(call: Call) -> bool:
    """Whether a call failed; a search that finds nothing did not, and a pipe may have hidden that one did."""
    if not call.is_failed:
        return call.tool == "shell" and _is_hidden(call)
    is_search = call.text.split("|")[-1].split("&&")[-1].strip().startswith(_SEARCHES)
    return not (is_search and call.exit_code == 1)


def _is_hidden(call: Call) -> bool:
    """Whether the first thing that came out of a pipe is its first program's, or the shell's, complaint about it."""
    command = parse(call.text) if "|" in call.text else None
    if command is None:
        return False
    name = re.escape(os.path.basename(command.program))
    line = call.output.lstrip().partition("\n")[0]
    is_own = re.match(rf"(?:\S*sh: )?(?:line \d+: |\d+: )?(?:\S*/)?{name}: ", line)
    return is_own is not None and any(sign.search(line) for _, sign in _SIGNS)


def fault_of(call: Call) -> Fault:
    """What kind of failure a failed call is."""
    if call.exit_code == 124 or (_TIMED_OUT.search(call.output[:400]) and call.limit_s):
        return "timeout"
    if call.exit_code == _NOT_FOUND:
        return "interpreter"
    found = [(sign.search(call.output), fault) for fault, sign in _SIGNS]
    return next((fault for match, fault in found if match), "other")


def missing_module(call: Call) -> str:
    """The module that a message says is missing, its package alone; "" if it names none."""
    found = _MODULE.search(call.output)
    return found[1].split(".")[0] or found[1] if found else ""


def blames(output: str, word: str) -> bool:
    """Whether a message names a word of the command, or the file that it means.

    >>> blames("cat: src/a.py: No such file", "src/a.py"), blames("error: unknown option '--fmt'", "--f")
    (True, False)
    """
    name, _, value = word.removeprefix("./").rstrip("/").partition("=")
    # Some programs tell an option with one dash, or in quotes with none, however many it was given.
    found = rf"(?:-{{1,2}}|(?<=[`'\"])){re.escape(name.lstrip('-'))}" if name.startswith("-") else re.escape(name)
    parts = (found if name.strip("-") else "", re.escape(value))
    return any(part and re.search(rf"(?<![\w-]){part}(?![\w-])", output) for part in parts)


def signature(call: Call) -> str:
    """A failure's last lines without what varies from run to run."""
    lines = [line.strip() for line in call.output.strip().split("\n") if line.strip()]
    return _VARIES.sub("#", "\n".join(lines[-3:]))[-300:] + f" {os.path.basename(call.folder)}"
