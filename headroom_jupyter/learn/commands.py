"""A shell command taken apart: where it runs, its variables, its time limit, its words. It runs nothing."""

from __future__ import annotations

import os.path
import re
import shlex
from dataclasses import dataclass, field

__all__ = ["INTERPRETERS", "LOOKING", "Command", "changes_something", "is_unguarded", "parse"]

# Programs that look around: that one of them finds something says nothing about what failed before.
LOOKING = frozenset(
    "ls cat head tail find tree fd fdfind grep rg ag ack which type file stat wc echo pwd command test bat less".split()
)
INTERPRETERS = frozenset("sh bash zsh dash python python3 node ruby perl".split())
_LONGEST = 2_000  # characters; what is longer holds a program of its own
_FOLDER, _ENDS = {"cd", "pushd"}, {";", "&&", "||", "|", "&", "\n", "|&"}
_ASSIGN = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)
_REDIRECTION = re.compile(r"(?<=\s)(?:\d?>{1,2}|&>|<)\s?(?:&\d|[^\s;&|]+)")
_DOCUMENT = re.compile(r"(?P<head>[^\n]*?)<<-?\s*(['\"]?)(?P<end>\w+)\2\n(?P<body>.*?)\n(?P=end)", re.DOTALL)
_LIMIT = re.compile(r"(\d+(?:\.\d+)?)([smh]?)")
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}
_CHANGES = re.compile(
    r"(?:^|[;&|\s])(?:sed -i|mv|cp|rm|tee|touch|mkdir|chmod|ln|patch|git (?:checkout|apply|stash|pull|reset|merge)"
    r"|(?:pip|npm|pnpm|yarn|uv|cargo|apt|apt-get|brew) (?:\S+ )*?(?:install|add|i|sync)|make)\b|(?<![0-9&])>{1,2}(?!&)"
)
# A way around a guard is never worth learning, even if it worked.
_UNGUARDED = re.compile(
    r"(?:^|\s)(?:sudo|doas|su)\s|--no-verify|--force\b|(?:^|\s)-f\b.*push|--no-gpg-sign|--trusted-host|chmod\s+(?:-R\s+)?0?777"
    r"|rm\s+-\w*[rf]|(?:curl|wget)\b[^|]*\|\s*\w*sh\b|--insecure|-k\s+http|--break-system-packages|--dangerously|--yolo"
    r"|reset\s+--hard|--skip-(?:tests|checks)|SKIP="
)


@dataclass(frozen=True, slots=True)
class Command:
    """What a shell is told to do.

    Attributes:
        words: The program and its arguments, of the first part that is no `cd`.
        folder: Where its `cd` leads; "" without one.
        assigns: Variables set for it.
        limit_s: Its time limit by `timeout`, 0 without one.
    """

    words: tuple[str, ...]
    folder: str = ""
    assigns: tuple[str, ...] = field(default=())
    limit_s: float = 0.0

    @property
    def program(self) -> str:
        """The first word."""
        return self.words[0]

    @property
    def is_look(self) -> bool:
        """Whether it only looks around, or asks for help."""
        return self.words[0] in LOOKING or bool({"--help", "--version"} & {*self.words}) or "help" in self.words[1:2]

    @property
    def label(self) -> str:
        """The program with its sub-commands, up to the first option; a module that it runs counts as one.

        >>> parse("python3 -m tool export --month 2024-05 --to x").label
        'python3 -m tool export'
        """
        count = 1
        while count < len(self.words) and (self.words[count] == "-m" or not self.words[count].startswith("-")):
            count += 1
        return " ".join(self.words[:count])

    @property
    def work(self) -> str:
        """The program; an interpreter with its script.

        >>> parse("env/bin/python tools/upload.py a.csv").work
        'env/bin/python tools/upload.py'
        """
        is_script = len(self.words) > 1 and os.path.basename(self.program) in INTERPRETERS and self.words[1][:1] != "-"
        return " ".join(self.words[: 2 if is_script else 1])

    @property
    def head(self) -> str:
        """The program with its sub-command, without what it is applied to.

        >>> parse("cd backend && python3 -m unittest tests.test_orders").head
        'python3 -m unittest'
        """
        count = 1
        while count < len(self.words) and count < 4:
            word = self.words[count]
            if word not in ("-m", "run") and (not word.replace("-", "").isalpha() or word.startswith("-")):
                break
            count += 1
        if self.words[:3] and self.words[1:2] == ("-m",):
            count = 3
        return " ".join(self.words[:count])


def parse(text: str) -> Command | None:
    """A command; None where there is none that could be compared: a script, a here document, open quotes.

    >>> parse("cd src && LANG=C timeout 5 pytest -q 2>&1 | tail -3")
    Command(words=('pytest', '-q'), folder='src', assigns=('LANG=C',), limit_s=5.0)
    """
    text, body = _without_document(text)
    if len(text) > _LONGEST or "<<" in text or not text.strip():
        return None
    try:
        lexer = shlex.shlex(_REDIRECTION.sub("", text).replace("\n", " ; "), posix=True, punctuation_chars=";&|")
        lexer.whitespace_split = True
        lexer.commenters = ""
        tokens = list(lexer)
    except ValueError:
        return None
    folder, words, assigned = "", [], list[str]()
    part: list[str] = []
    for token in [*tokens, ";"]:
        if token not in _ENDS:
            part.append(token)
            continue
        if part[0:1] == ["export"] and all(map(_ASSIGN.fullmatch, part[1:])):
            assigned += part[1:]
        elif len(part) == 2 and part[0] in _FOLDER:
            folder = os.path.normpath(os.path.join(folder, part[1]))
        elif part:
            words = part
            break
        part = []
    return _taken_apart([*assigned, *words, *([body] if body else ())], folder) if words else None


def _without_document(text: str) -> tuple[str, str]:
    """A command without its here document, and that; "" if there is none, or if more follows it.

    >>> _without_document("python3 - <<'EOF'\\nprint(1)\\nEOF")
    ('python3 - ', 'print(1)')
    """
    found = _DOCUMENT.fullmatch(text.strip())
    return (found["head"], found["body"]) if found else (text, "")


def _taken_apart(words: list[str], folder: str) -> Command | None:
    assigns, limit = [], 0.0
    while words:
        if _ASSIGN.fullmatch(words[0]):
            assigns.append(words.pop(0))
        elif words[0] == "env" and len(words) > 1 and _ASSIGN.fullmatch(words[1]):
            words.pop(0)
        elif words[0] == "timeout" and len(words) > 2 and (found := _LIMIT.fullmatch(words[1])):
            limit, words = float(found[1]) * _SECONDS[found[2]], words[2:]
        else:
            break
    return Command(tuple(words), folder, tuple(assigns), limit) if words else None


def changes_something(text: str) -> bool:
    """Whether a command writes, installs or moves: what fails after it fails in another world.

    >>> changes_something("sed -i s/a/b/ x"), changes_something("pytest 2>&1"), changes_something("npm install x")
    (True, False, True)
    """
    return _CHANGES.search(text) is not None


def is_unguarded(text: str) -> bool:
    """Whether a command goes around a guard.

    >>> is_unguarded("git commit --no-verify"), is_unguarded("git commit -m x")
    (True, False)
    """
    return _UNGUARDED.search(f"{text} ") is not None
