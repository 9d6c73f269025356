"""What the edit of a program text changed, if the message of its failure blames that; of cells and of quoted arguments.

It knows tokens and no grammar, so that it reads SQL as well as Python. It runs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

__all__ = ["ALIKE", "edited", "likeness", "tokens"]

ALIKE = 0.75  # of two names, by difflib: order.py and orders.py are, notes.txt and status are not
_MOST_CHANGES = 5
_NEAR = 0.5  # of two texts, over their tokens: below that one is no edit of the other
_MOST_ADDED = 16  # tokens
_NO_ATTRIBUTE = re.compile(r"has no attribute '(\w+)'")
_OF_OBJECT = re.compile(r"object has no attribute")
_TOKENS = re.compile(r"[A-Za-z_]\w*|'[^'\n]*'|\"[^\"\n]*\"|[^\w\s]|\d[\w.]*|\n")
_NAME = re.compile(r"[A-Za-z_]\w*|'[^'\n]{1,60}'|\"[^\"\n]{1,60}\"")

Place = tuple[str, int, int, int, int]  # as difflib has it


def tokens(text: str) -> list[str]:
    """Names, strings, numbers, signs and line ends.

    >>> tokens("df['a'].sum()")
    ['df', '[', "'a'", ']', '.', 'sum', '(', ')']
    """
    return _TOKENS.findall(text.strip())


def likeness(one: str, two: str) -> float:
    """How alike two names are, 0 to 1."""
    return SequenceMatcher(None, one, two).ratio()


def edited(one: Sequence[str], two: Sequence[str], message: str) -> tuple[str, str] | None:
    """What was wrong and what is right in its place.

    Args:
        one: Tokens of what failed.
        two: Tokens of what did not.
        message: What the failure said.

    >>> edited(tokens("math.sqroot(9)"), tokens("math.sqrt(9)"), "module 'math' has no attribute 'sqroot'")
    ('math.sqroot', 'math.sqrt')
    >>> edited(tokens("frame.mean().head()"), tokens("frame.mean(skipna=True).head()"), "cannot do 'mean' of words")
    ('mean()', 'mean(skipna=True)')
    """
    matcher = SequenceMatcher(None, one, two, autojunk=False)
    changes = [op for op in matcher.get_opcodes() if op[0] != "equal"]
    if not changes or len(changes) > _MOST_CHANGES or matcher.ratio() < _NEAR:
        return None
    found = next((found for place in changes if (found := _blamed(one, two, place, message))), None)
    if found is None and len(changes) == 1:
        found = _renamed(one, two, changes[0]) or _added(one, two, changes[0], message)
    return found or _replaced(one, two, message) or _wrapped(one, two, changes, message)


def _is_named(word: str, message: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word.strip(chr(39) + chr(34)))}(?!\w)", message) is not None


def _blamed(one: Sequence[str], two: Sequence[str], place: Place, message: str) -> tuple[str, str] | None:
    """Names that the message names, and those in their place."""
    _, start, end, new_start, new_end = place
    olds = [word for word in one[start:end] if _NAME.fullmatch(word)]
    news = [word for word in two[new_start:new_end] if _NAME.fullmatch(word)]
    if news and any(_is_named(word, message) for word in olds):
        if _OF_OBJECT.search(message):  # whatever the object is called here
            return _joined(one[start:end]).strip("."), _joined(two[new_start:new_end]).strip(".")
        return _dotted(one, start, end), _dotted(two, new_start, new_end)
    if not news:
        return _shorter(one, two, place, message)
    return _longer(one, two, place, message) if start == end and "(" not in two[new_start:new_end] else None


def _longer(one: Sequence[str], two: Sequence[str], place: Place, message: str) -> tuple[str, str] | None:
    """A dotted name that got one more part: datetime.now, datetime.datetime.now."""
    _, start, end, new_start, new_end = place
    is_before = two[new_end - 1] == "." and start < len(one)
    wrong = _dotted(one, start, end + is_before, right=True)
    right = _dotted(two, new_start, new_end + is_before, right=True)
    is_named = "." in wrong and "." in two[new_start:new_end] and _is_named(wrong.rpartition(".")[2], message)
    return (wrong, right) if is_named else None


def _replaced(one: Sequence[str], two: Sequence[str], message: str) -> tuple[str, str] | None:
    """An attribute that is not there, and the one call that is new where it is gone, wherever that stands."""
    found = _NO_ATTRIBUTE.search(message)
    calls = [at for at in range(len(two) - 1) if two[at].isidentifier() and two[at + 1] == "(" and two[at] not in one]
    if found is None or found[1] not in one or found[1] in two or len(calls) != 1:
        return None
    return found[1], _dotted(two, calls[0], calls[0] + 1)


def _wrapped(one: Sequence[str], two: Sequence[str], changes: Sequence[Place], message: str) -> tuple[str, str] | None:
    """Arguments that became one list."""
    if [(place[0], *two[place[3] : place[4]]) for place in changes] != [("insert", "["), ("insert", "]")]:
        return None
    start, end = changes[0][1], changes[1][1]
    is_call = start > 1 and one[start - 1] == "(" and one[end : end + 1] == [")"] and _is_named(one[start - 2], message)
    inside = _joined(one[start:end])
    return (f"{one[start - 2]}({inside})", f"{one[start - 2]}([{inside}])") if is_call else None


def _shorter(one: Sequence[str], two: Sequence[str], place: Place, message: str) -> tuple[str, str] | None:
    """A dotted name that lost its first part: pd.np, np."""
    tag, start, end, new_start, _ = place
    is_part = tag == "delete" and list(one[start + 1 : end]) == ["."] and end < len(one)
    return (_joined(one[start : end + 1]), two[new_start]) if is_part and _is_named(one[end], message) else None


def _renamed(one: Sequence[str], two: Sequence[str], place: Place) -> tuple[str, str] | None:
    """An attribute that nearly has the other's name, all else being equal: the message may not say its name."""
    _, start, end, new_start, new_end = place
    is_one = end - start == new_end - new_start == 1 and start > 0 and one[start - 1] == "."
    old, new = (words[at] if is_one else "" for words, at in ((one, start), (two, new_start)))
    if not old.isidentifier() or not new.isidentifier() or likeness(old, new) < ALIKE:
        return None
    return _dotted(one, start, end), _dotted(two, new_start, new_end)


def _added(one: Sequence[str], two: Sequence[str], place: Place, message: str) -> tuple[str, str] | None:
    """An argument, a place, or a step of a chain, that was added."""
    tag, start, _, new_start, new_end = place
    added = two[new_start:new_end]
    is_one = tag == "insert" and len(added) <= _MOST_ADDED and "\n" not in added and 0 < start < len(one)
    if not is_one or "is not defined" in message:
        return None
    opened = next((at for at in range(start - 1, -1, -1) if one[at] in "()\n"), 0)
    if one[opened] == "(" and opened and one[start] in "),":
        name, before = one[opened - 1], _joined(one[opened + 1 : start])
        is_sure = "=" in added or _is_line_named(one, start, message)
        return (f"{name}({before})", f"{name}({before}{_joined(added)})") if is_sure and name.isidentifier() else None
    if added[0] == "[" and added[-1] == "]" and one[start] == "[":
        name, close = _dotted(one, start - 1, start), _closed(one, start)
        return f"{name}{_joined(one[start:close])}", f"{name}{_joined(added)}{_joined(one[start:close])}"
    if "." in (added[0], added[-1]) and "(" in added and _is_line_named(one, start, message):
        step = _step(one, start)
        return (step, f"{_joined(added).strip('.')}.{step}") if step else None
    return None


def _closed(words: Sequence[str], at: int) -> int:
    return next((index + 1 for index in range(at, len(words)) if words[index] == "]"), at + 1)


def _is_line_named(words: Sequence[str], at: int, message: str) -> bool:
    return any(_is_named(word, message) for word in _line(words, at) if _NAME.fullmatch(word))


def _line(words: Sequence[str], at: int) -> Sequence[str]:
    ends = [index for index, word in enumerate(words) if word == "\n"]
    start = max((end for end in ends if end < at), default=-1) + 1
    return words[start : min((end for end in ends if end >= at), default=len(words))]


def _step(words: Sequence[str], at: int) -> str:
    """The call of a chain that begins at a place: `.astype(float)`."""
    start = at + (words[at] == ".")
    close = next((index for index in range(start, len(words)) if words[index] == ")"), -1)
    is_call = close > start and words[start].isidentifier() and words[start + 1] == "("
    return _joined(words[start : close + 1]) if is_call else ""


def _dotted(words: Sequence[str], start: int, end: int, *, right: bool = False) -> str:
    """The changed tokens with what stands before their dot, and behind it too if asked for."""
    while start > 0 and (words[start] == "." or words[start - 1] == ".") and end - start < 8:
        start -= 1
    while right and end < len(words) and "." in (words[end], words[end - 1]) and end - start < 8:
        end += 1
    while start < end and not _NAME.fullmatch(words[start]):
        start += 1
    return _joined(words[start:end])


def _joined(words: Sequence[str]) -> str:
    return "".join(f"{word} " if word == "," else word for word in words if word != "\n").strip()
