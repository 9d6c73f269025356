"""From a failed call and a later one that worked: what was wrong, and what is right in its place; or nothing.

A pair counts only if the message blames what the second call changed. That, and not closeness in time, is what tells
a correction from a coincidence.
"""

from __future__ import annotations

import os.path
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from headroom_jupyter.agents.sessions import Call
from headroom_jupyter.learn.commands import INTERPRETERS, LOOKING, Command, is_unguarded
from headroom_jupyter.learn.edits import ALIKE, edited, likeness, tokens
from headroom_jupyter.learn.failures import Fault, blames, missing_module

__all__ = ["Correction", "Kind", "Tried", "correction", "feature_of", "is_fit"]

Kind = Literal[
    "interpreter", "module", "flag", "path", "folder", "command", "permission", "timeout", "told", "loop", "reread",
    "name", "cell", "part",
]  # fmt: skip
_NEARLY_SAME = 0.85  # of two names with their endings: package.jsn and package.json
_LEAST_SHORTENED = 4  # letters of a name that is another's beginning: install.md, installation.md
_DIGITS = re.compile(r"\d+")
_MOST_WORDS = 12  # of either side; what is longer is a program and no habit
_MOST_CHARS = 160


@dataclass(frozen=True, slots=True)
class Correction:
    """What was wrong and what is right in its place.

    Attributes:
        kind: What kind of mistake it is.
        wrong: What failed, as short as it can be said.
        right: What worked in its place.
        about: What it is true of: a module that was missing, a program.
        detail: What may differ from time to time: a time limit.
    """

    kind: Kind
    wrong: str
    right: str
    about: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """A call with its command, where it ran within the project, and what kind of failure it is."""

    call: Call
    command: Command
    folder: str
    fault: Fault = "other"


def correction(failed: Tried, worked: Tried, between: Sequence[str]) -> Correction | None:
    """What the two calls teach.

    Args:
        failed: The call that failed.
        worked: A later one that did not.
        between: Commands that worked in between.
    """
    if failed.command.words == worked.command.words:
        found = _same_words(failed, worked, between)
    elif failed.fault == "permission":
        found = _permission(failed, worked)
    elif failed.fault == "interpreter":
        found = _program(failed, worked) or _path(failed, worked)
    elif failed.fault == "module":
        found = _module(failed, worked) or _path(failed, worked)  # node calls a file that is not there a module
    elif failed.fault == "flag":
        found = _flag(failed, worked)
    elif failed.fault == "path":
        found = _path(failed, worked)
    elif failed.fault == "command":
        found = _command(failed, worked)
    else:
        found = None
    found = found or _part(failed, worked)
    return found if found is not None and is_fit(found) else None


def feature_of(found: Correction) -> str:
    """What must not have worked elsewhere if the correction is true; "" if nothing can be said."""
    if found.kind in ("flag", "path", "command", "interpreter"):
        return f"{found.kind} {found.wrong}"
    return f"folder {found.about}:{found.wrong}" if found.kind == "folder" else ""


def is_fit(found: Correction) -> bool:
    """Whether a correction may become a rule: short, and no way around a guard."""
    if found.wrong == found.right or is_unguarded(found.right) or is_unguarded(found.detail):
        return False
    sides = (found.wrong, found.right)
    return all(len(side) <= _MOST_CHARS and len(side.split()) <= _MOST_WORDS for side in sides)


def _same_words(failed: Tried, worked: Tried, between: Sequence[str]) -> Correction | None:
    one, two = failed.command, worked.command
    if failed.fault == "timeout":
        was, now = (max(tried.call.limit_s, tried.command.limit_s) for tried in (failed, worked))
        if was and (now > was or not now):
            detail = f"not {was:g} s but {now:g} s" if now else f"more than {was:g} s"
            return Correction("timeout", _shown(one.words, 3), "a longer timeout", detail=detail)
        return None
    added = [word for word in two.assigns if word not in one.assigns]
    named = [word.partition("=")[0] for word in added if blames(failed.call.output, word.partition("=")[0])]
    if named:  # whatever its value is: that may be a secret
        return Correction("module", one.work, " ".join((*(f"{name}=…" for name in named), one.work)), " ".join(named))
    if added and failed.fault in ("module", "path", "interpreter"):
        about = missing_module(failed.call) if failed.fault == "module" else one.head
        head = one.program if failed.fault == "module" else one.head
        return Correction("module", head, " ".join((*added, head)), about)
    if failed.fault == "module" and (module := missing_module(failed.call)):
        step = next((text for text in between if _installs(text, module)), "")
        if step:
            return Correction("module", _shown(one.words, 2), step, module)
    if failed.folder != worked.folder and failed.fault in ("module", "path", "command"):
        # Run from the folder that the project begins with, a `cd` says where it works.
        right = f"cd {worked.folder} && {one.head}" if worked.folder not in ("", ".") else one.head
        return Correction("folder", one.head, right, failed.folder or ".")
    if failed.fault == "permission":
        step = next((text for text in between if text.startswith("chmod ") and "+x" in text), "")
        if step and one.program.removeprefix("./") in step:
            return Correction("permission", one.program, f"{step} && {one.program}")
    return None


def _installs(text: str, module: str) -> bool:
    is_install = any(word in text.split() for word in ("install", "add", "sync", "ci", "restore"))
    return is_install and (module.lower().replace("_", "-") in text.lower().replace("_", "-") or len(text.split()) <= 3)


def _permission(failed: Tried, worked: Tried) -> Correction | None:
    """A script that may not be executed, given to its interpreter."""
    bare = (failed.command.program.removeprefix("./"), *failed.command.words[1:])
    words = worked.command.words
    if os.path.basename(words[0]) in INTERPRETERS and tuple(word.removeprefix("./") for word in words[1:]) == bare:
        return Correction("permission", bare[0], f"{words[0]} {bare[0]}")
    return None


def _program(failed: Tried, worked: Tried) -> Correction | None:
    """A program that is not there, and another that did the same with the same arguments."""
    one, two = failed.command.words, worked.command.words
    if not blames(failed.call.output, one[0]) or (two[0] in LOOKING and one[0] not in LOOKING):
        return None
    name, bare = os.path.basename(two[0]), [os.path.basename(word) for word in one]
    if name in bare and two[0] != one[0]:  # mypy, env/bin/mypy; uv run pytest, env/bin/pytest
        return Correction("interpreter", " ".join(one[: bare.index(name) + 1]), two[0])
    if len(one) == 1 or one[0] in two:
        at = next((index for index, word in enumerate(two) if os.path.basename(word) == one[0]), -1)
        return Correction("interpreter", one[0], " ".join(two[: at + 1])) if at > 0 else None
    prefix = _prefix(one, two)
    return Correction("interpreter", one[0], " ".join(prefix)) if prefix else None


def _prefix(one: Sequence[str], two: Sequence[str]) -> Sequence[str]:
    """The words of the second command before the first argument that both have, if they share half of them."""
    arguments = [word for word in one[1:] if word not in (".", "-")]
    places = [place for word in arguments if (place := _place(word, two, is_look={one[0], two[0]} <= LOOKING)) > 0]
    if not places or len(places) * 2 < len(arguments):
        return ()
    first = min(places)
    own = [index for index in range(1, first) if two[index] not in one]
    # `find docs -name 'schema*'` for `fd schema docs`: the program alone is what takes the other's place.
    return two[: (max(own) if own else 0) + 1]


def _place(word: str, words: Sequence[str], *, is_look: bool) -> int:
    """Where an argument stands again; programs that look around may have it as a part of a pattern. 0 for nowhere."""
    return next((at for at in range(1, len(words)) if word == words[at] or (is_look and word in words[at])), 0)


def _module(failed: Tried, worked: Tried) -> Correction | None:
    """A module that is missing for one interpreter and not for another, or a module run in another's place."""
    one, two, module = failed.command, worked.command, missing_module(failed.call)
    if not module or two.program in LOOKING:
        return None
    if one.words[1:2] == ("-m",) and two.words[:2] == one.words[:2]:
        is_same_work = one.words[3:] == two.words[3:]
        if is_same_work and one.words[2].split(".")[0] == module:
            return Correction("module", _shown(one.words, 3), _shown(two.words, 3), module)
        return None
    prefix = _prefix(one.words, two.words)
    is_other = bool(prefix) and prefix[0] != one.program
    return Correction("module", one.program, " ".join(prefix), module) if is_other else None


def _flag(failed: Tried, worked: Tried) -> Correction | None:
    """An option that a program does not know, and the one that it does."""
    one, two = failed.command.words, worked.command.words
    if os.path.basename(one[0]) != os.path.basename(two[0]) or worked.command.is_look != failed.command.is_look:
        return None
    old = next((word for word in one if word.startswith("-") and blames(failed.call.output, word)), "").split("=")[0]
    if not old or any(word.split("=")[0] == old for word in two):
        return None
    plain_one = {word for word in one if not word.startswith("-")}
    plain_two = {word for word in two if not word.startswith("-")}
    if len(plain_one & plain_two) * 2 < len(plain_one):
        return None
    new = [word.split("=")[0] for word in two if word.startswith("-") and word not in one]
    label = failed.command.label
    added = [word for word in two if word not in one]
    best = max(new, key=lambda word: (likeness(old, word), word), default=added[0] if len(added) == 1 else "")
    return Correction("flag", f"{label} {old}", f"{label} {best}".strip(), label)


def _path(failed: Tried, worked: Tried) -> Correction | None:
    """A path that is not there, and the one that was meant."""
    one, two = failed.command.words, worked.command.words
    is_alike = one[0] == two[0] or {one[0], two[0]} <= LOOKING | {"read"}
    if not is_alike:
        return None
    words = [word for word in one[1:] if not word.startswith("-")]
    # An agent's own tool has one path, and its message does not always say which.
    old = next((word for word in words if one[0] == "read" or blames(failed.call.output, word)), "")
    if not old or old in two:
        return None
    candidates = [word for word in two[1:] if word not in one and not word.startswith("-") and _means(old, word)]
    if not candidates:
        return None
    return Correction("path", _placed(old, failed.folder), _placed(candidates[0], worked.folder))


def _means(old: str, new: str) -> bool:
    """Whether a path is another's right form: the same or nearly the same name, elsewhere or here.

    >>> _means("src/orders.py", "backend/shop/orders.py"), _means("docs/api", "docs"), _means("a.txt", "b.md")
    (True, False, False)
    """
    (one, end), (two, other) = (os.path.splitext(os.path.basename(path.rstrip("/"))) for path in (old, new))
    if _DIGITS.sub("", one + end) == _DIGITS.sub("", two + other) and one + end != two + other:
        return False  # another month, another version
    if one == two and "" in (end, other):
        return True
    if end != other and likeness(one + end, two + other) < _NEARLY_SAME:
        return False
    if old.startswith(f"{new.rstrip('/')}/") or "*" in old + new:
        return False
    if sorted(re.split(r"[_-]", one)) == sorted(re.split(r"[_-]", two)):  # parse_test, test_parse
        return True
    is_shorter = min(len(one), len(two)) >= _LEAST_SHORTENED and (one.startswith(two) or two.startswith(one))
    if one == two or is_shorter or likeness(one, two) >= ALIKE:
        return True
    return bool(end) and one in new.split("/")[:-1]  # config.toml, config/settings.toml


def _placed(path: str, folder: str) -> str:
    return os.path.normpath(os.path.join(folder, path)) if not path.startswith(("/", "~", "$")) else path


def _command(failed: Tried, worked: Tried) -> Correction | None:
    """A sub-command, script or name that is not known, and the one that is."""
    one, two = failed.command.words, worked.command.words
    if one[0] != two[0]:
        return None
    changes = [op for op in SequenceMatcher(None, one, two, autojunk=False).get_opcodes() if op[0] != "equal"]
    if len(changes) != 1 or changes[0][0] == "delete":
        return None
    tag, start, end, new_start, new_end = changes[0]
    if tag == "insert":  # npm build, npm run build
        end, new_end = end + 1, new_end + 1
    if not one[start:end] or not all(blames(failed.call.output, word) for word in one[start:end]):
        return None
    new = [word for word in two[new_start:new_end] if not word.startswith("-")]
    if _DIGITS.sub("", " ".join(one[start:end])) == _DIGITS.sub("", " ".join(new)):
        return None  # another version
    is_command = one[start - 1] == "run" or "subcommand" in failed.call.output
    if end - start == len(new) == 1 and start > 1 and not is_command:  # an argument, of any command
        return Correction("part", one[start], new[0], one[0])
    return Correction("command", " ".join(one[:end]), " ".join(two[:new_end]), one[0])


def _part(failed: Tried, worked: Tried) -> Correction | None:
    """A name within one argument that is a program text of its own: SQL, a filter, a line of Python."""
    one, two = failed.command.words, worked.command.words
    changed = [at for at, (old, new) in enumerate(zip(one, two, strict=False)) if old != new]
    if len(one) != len(two) or len(changed) != 1 or changed[0] == 0:
        return None
    old, new = one[changed[0]], two[changed[0]]
    if not re.search(r"[\s(\[{]", old) or not re.search(r"[\s(\[{]", new):
        return None
    found = edited(tokens(old), tokens(new), failed.call.output)
    about = " ".join(word for word in one[: changed[0]] if not word.startswith("-"))
    return Correction("part", *found, about) if found else None


def _shown(words: Sequence[str], most: int) -> str:
    return " ".join(words[:most])
