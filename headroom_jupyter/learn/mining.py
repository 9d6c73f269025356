"""One session walked through once: what failed and then worked, what was tried again and again, what was read again.

It holds the last few failures and some counts, however long the session is.
"""

from __future__ import annotations

import os.path
import re
from collections import Counter, deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace

from headroom_jupyter.agents.sessions import Call, Event, Said
from headroom_jupyter.learn.commands import Command, changes_something, parse
from headroom_jupyter.learn.corrections import Correction, Tried, correction, is_fit
from headroom_jupyter.learn.failures import Fault, fault_of, has_failed, signature

__all__ = ["Finding", "Mined", "mine"]

_WINDOW = 12  # calls after a failure in which its correction is looked for
_MOST_OPEN = 20
_MOST_COUNTED = 5_000  # commands and paths of a session
_MOST_CALLS = 50  # kept for one finding
_LOOPS = 3  # the same failure so many times, with no change in between
_REREADS = 4
_LONGEST_SAID = 600  # characters; what is longer was pasted
_TERM = r"(?:`([^`\n]{1,120})`|['\"]([^'\"\n]{1,120})['\"]|([\w./@:+-]+(?: [\w./@:+=-]+){0,4}?))"
_USE = r"(?:use|run|try|call|read|open|see|take|look (?:in|at|into))"
_NEVER = r"(?:don't|do not|never|stop)"
_DOING = r"(?:us(?:e|ing) |run(?:ning)? )"
_NONE = r"(?:don't have|do not have|have no|there is no|there's no|is no)"
_INSTEAD = r"(?:instead of|rather than|and not|not)"
_WHERE = r"(?:\s+(?:for|in|here|there|any ?more|directly|now)\b[^,;.\n]{0,30})?"
_END = r"(?=[.,;!]|\s+instead|\s*$)"
# Sentences that put one thing in another's place, and whether the right one comes first.
_TOLD = (
    (rf"\b{_USE}\s+(?:[\w ]{{1,40}} with\s+)?{_TERM}[,;]?\s+{_INSTEAD}\s+(?:with\s+)?{_TERM}(?=[.,;!\s]|$)", True),
    (rf"\b{_NEVER}\s+{_DOING}?{_TERM}{_WHERE}\s*[,;.:–—-]+\s*(?:but |rather )?{_USE}\s+{_TERM}{_END}", False),
    (
        rf"\b{_NONE}\s+(?:an? |any |the )?{_TERM}{_WHERE}\s*[,;.:–—-]+\s*(?:but |so |please )*{_USE}\s+{_TERM}{_END}",
        False,
    ),
    (rf"\bnot\s+{_TERM}[,;]?\s+but\s+{_TERM}{_END}", False),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One correction with the failed calls that show it."""

    correction: Correction
    calls: tuple[str, ...]
    at: float
    is_told: bool = False


@dataclass(slots=True)
class Mined:
    """What a session gave: findings, what worked in it, and how many calls and failures there were."""

    findings: list[Finding] = field(default_factory=list)
    worked: dict[str, float] = field(default_factory=dict)
    calls: int = 0
    failures: int = 0
    at: float = 0.0


@dataclass(slots=True)
class _Open:
    """A failure whose correction has not come."""

    tried: Tried
    left: int = _WINDOW
    between: list[str] = field(default_factory=list)


class _Walk:
    def __init__(self, root: str) -> None:
        self.mined = Mined()
        self._root = root
        self._open: list[_Open] = []
        self._recent: deque[tuple[str, str]] = deque(maxlen=40)
        self._found: dict[Correction, Finding] = {}
        self._told: deque[Correction] = deque(maxlen=_MOST_OPEN)
        self._loops: Counter[tuple[str, str]] = Counter()
        self._loop_calls: dict[tuple[str, str], list[str]] = {}
        self._reads: Counter[str] = Counter()

    def end(self) -> Mined:
        """What was found."""
        self.mined.findings = list(self._found.values())
        return self.mined

    def step(self, event: Event) -> None:
        self.mined.at = max(self.mined.at, event.at)
        if isinstance(event, Said):
            self._hear(event)
            return
        self.mined.calls += 1
        if event.tool == "edit":
            self._changed(event.text)
            return
        command = Command(("read", event.text)) if event.tool == "read" else None
        command = parse(event.text) if event.tool == "shell" else command
        if command is None:
            if event.tool == "shell" and changes_something(event.text):
                self._changed("")
            return
        self._called(self._tried(event, command))

    def _tried(self, call: Call, command: Command) -> Tried:
        """A call with its paths told from the project's folder on."""
        words = tuple(_within(word, self._root) for word in command.words)
        where = _within(os.path.normpath(os.path.join(call.folder or self._root, command.folder)), self._root)
        return Tried(call, replace(command, words=words), "" if where == "." else where)

    def _called(self, tried: Tried) -> None:
        call = tried.call
        self._recent.append((call.text, call.id if has_failed(call) else ""))
        if has_failed(call):
            self._failed(replace(tried, fault=fault_of(call)))
        elif not call.is_failed:
            self._worked(tried)
            if call.tool == "shell" and changes_something(call.text):
                self._changed("")
            elif len(tried.command.words) == 2 and tried.command.program in ("read", "cat"):
                self._read(tried)

    def _failed(self, tried: Tried) -> None:
        self.mined.failures += 1
        if tried.fault == "other":  # it ran, and found something else to complain about
            self._correct(tried, of=("interpreter", "flag", "module"))
        for one in self._open:
            one.left -= 1
        self._open = [one for one in self._open if one.left > 0][-_MOST_OPEN:]
        self._open.append(_Open(tried))
        key = (" ".join(tried.command.words), signature(tried.call))
        if len(self._loops) < _MOST_COUNTED:
            self._loops[key] += 1
            self._loop_calls.setdefault(key, []).append(tried.call.id)
        if self._loops[key] >= _LOOPS:
            found = Correction("loop", key[0], "the same again")
            calls = tuple(self._loop_calls[key])
            self._add(Finding(found, calls if len(calls) == _LOOPS else calls[-1:], tried.call.at))

    def _worked(self, tried: Tried) -> None:
        self._note(tried)
        self._correct(tried)
        for one in self._open:
            one.left -= 1
            one.between.append(" ".join(tried.command.words))
        self._open = [one for one in self._open if one.left > 0 and not _is_settled(one.tried, tried)]

    def _correct(self, tried: Tried, of: Collection[Fault] = ()) -> None:
        """Close the failures that a call corrects, of some faults alone if there are any."""
        kept = []
        for one in self._open:
            is_asked = not of or one.tried.fault in of
            found = correction(one.tried, tried, one.between) if is_asked else None
            if found is None:
                kept.append(one)
            else:
                self._add(Finding(found, (one.tried.call.id,), tried.call.at, self._is_confirmed(found, tried)))
        self._open = kept

    def _add(self, finding: Finding) -> None:
        """Keep a finding, one of each kind with some of its calls: a long session tells the same many times."""
        found = finding.correction
        if len(found.wrong) > 160:
            return
        key = replace(found, detail="")
        before = self._found.get(key)
        if before is not None:
            calls = (*before.calls, *finding.calls)[:_MOST_CALLS]
            finding = replace(finding, calls=calls, is_told=before.is_told or finding.is_told)
        elif len(self._found) >= _MOST_COUNTED:
            return
        self._found[key] = finding

    def _is_confirmed(self, found: Correction, tried: Tried) -> bool:
        """Whether the person had said so; their own words need then no rule of their own."""
        for one in self._told:
            if one.right in " ".join(tried.command.words) and one.wrong in found.wrong:
                self._found.pop(one, None)
                self._told.remove(one)
                return True
        return False

    def _note(self, tried: Tried) -> None:
        """Remember what worked, so that no rule says that it does not."""
        words, at = tried.command.words, tried.call.at
        features = [f"interpreter {words[0]}", f"folder {tried.folder or '.'}:{tried.command.head}"]
        label: list[str] = []
        for count, word in enumerate(words, 1):
            if word.startswith("-"):
                features.append(f"flag {' '.join(label)} {word.split('=')[0]}")
            else:
                label.append(word)
                features.append(f"path {os.path.normpath(os.path.join(tried.folder, word))}")
            if count <= 4:
                features.append(f"command {' '.join(words[:count])}")
        for feature in features:
            if len(feature) < 200 and len(self.mined.worked) < 10 * _MOST_COUNTED:
                self.mined.worked[feature] = at

    def _changed(self, path: str) -> None:
        """Something is different now: what fails again may fail for another reason, what is read again may be new."""
        self._loops.clear()
        self._loop_calls.clear()
        if path:
            self._reads.pop(_within(path, self._root), None)
        else:
            self._reads.clear()

    def _read(self, tried: Tried) -> None:
        path = os.path.normpath(os.path.join(tried.folder, tried.command.words[1]))
        if len(self._reads) < _MOST_COUNTED or path in self._reads:
            self._reads[path] += 1
        if self._reads[path] == _REREADS and " from " not in path:
            self._add(Finding(Correction("reread", path, "what was read before"), (tried.call.id,), tried.call.at))

    def _hear(self, said: Said) -> None:
        """A correction in the person's own words, of something that was done in this session."""
        if len(said.text) > _LONGEST_SAID:
            return
        for pattern, is_right_first in _TOLD:
            for match in re.finditer(pattern, said.text, re.IGNORECASE):
                terms = [term.strip(" .,:;") for term in match.groups() if term]
                right, wrong = terms if is_right_first else terms[::-1]
                calls = [ident for text, ident in self._recent if wrong in text]
                found = Correction("told", wrong, right)
                if calls and is_fit(found):
                    failed = tuple(ident for ident in calls if ident)[-1:]
                    self._told.append(found)
                    self._add(Finding(found, failed, said.at, is_told=True))
                    return


def _within(word: str, root: str) -> str:
    """A word with a path into the project told from its folder on."""
    if word == root:
        return "."
    if root and word.startswith(f"{root}/"):
        return word[len(root) + 1 :]
    return word


def _is_settled(failed: Tried, worked: Tried) -> bool:
    """Whether the very same works now, or the same of another number: nothing is to be learnt from it."""
    one, two = (
        re.sub(r"\d+", "", " ".join(word for word in tried.command.words if not word.startswith("-")))
        for tried in (failed, worked)
    )
    return (one == two and failed.command.words != worked.command.words) or (
        failed.command == worked.command and failed.folder == worked.folder
    )


def mine(events: Iterator[Event], root: str) -> Mined:
    """Walk through a session.

    Args:
        events: Its events, in order.
        root: The project's folder; paths are told from there on.
    """
    walk = _Walk(root)
    for event in events:
        walk.step(event)
    return walk.end()
