"""Stack traces: messages, the cause chain and the user's own frames stay; frames of libraries and recursion are folded.

A test run or a log with traces in it is the business of `log`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from headroom_jupyter.compressors.base import Ask, Compressed, Draft, Hints, line_starts, runs, sample, verbatim
from headroom_jupyter.compressors.traceback_frames import Frame, find_frames, is_message, plain
from headroom_jupyter.selection import Query

__all__ = ["TracebackCompressor"]

_NAMED = re.compile(r"(?:Error|Exception)\b")
_SAID = ("Traceback (most recent call last)", "panicked at ", "Sanitizer: ")
_OPENING = re.compile(  # "\n" is searched much faster than "^"
    r"\n(?:goroutine \d+ \[|[ \t]+at \S|Caused by: |#\d+ +(?:0x|\S+ \()|==\d+== +(?:at|by) 0x)"
)
_RAISED = re.compile(r"from \S+:\d+:in ")
_SANITIZER = re.compile(
    r"^==\d+== ?ERROR: \w+Sanitizer: ", re.MULTILINE
)  # its dump of memory is longer than its stacks
_CLOCK = re.compile(r"^\W?\d{4}-\d\d-\d\d|^\S{0,3}\d\d:\d\d:\d\d|^[A-Z][a-z]{2} +\d+ \d\d:", re.MULTILINE)
_TEST_SESSION = re.compile(r"=+ test session")
_CHEAP_GAP = 80  # characters; a marker that says how many frames are out costs about as much
_SMALL = 1500  # characters; messages and own frames of a short trace may take this much, or half of it
_OVER = 1.3  # times the target that messages and the user's own frames may take
_MESSAGE_LINES = 6  # of one message on each side; a longer one (a printed value) is cut in the middle


class TracebackCompressor:
    """Knows stack traces."""

    name = "traceback"

    def confidence(self, text: str, hints: Hints) -> float:
        """How sure it is that `text` is mostly one or several stack traces, 0 to 1."""
        part = sample(text)
        if not _has_sign(part):
            return 0.0
        lines = [plain(line) for line in part.split("\n")]
        filled = sum(1 for line in lines if line.strip())
        frames = find_frames(lines)
        if not frames or filled > 8 * len(_CLOCK.findall(part)) > filled or _TEST_SESSION.match(part):
            return 0.0
        if all(frame.is_panic for frame in frames) and not re.search(r"panicked at |stack backtrace", part):
            return 0.0  # numbered lines alone are no backtrace: search hits look the same
        covered = sum(1 for frame in frames for line in lines[frame.first : frame.last] if line.strip())
        if covered < 0.6 * filled:
            covered += sum(1 for line in lines if is_message(line))
        share = 1.0 if _SANITIZER.search(part) else covered / max(1, filled)
        if len(frames) < 2 and not re.search(
            r"Traceback \(most recent|panicked at |^goroutine |SIG[A-Z]+,|Sanitizer", part, re.MULTILINE
        ):
            return 0.0
        return 0.96 if share >= 0.6 else 0.75 if share >= 0.4 else 0.3 * share

    def compress(self, text: str, ask: Ask) -> Compressed:
        """Messages and the user's own frames, the rest marked with how many frames it is."""
        if not ask.may_omit:
            return verbatim(text)
        starts = line_starts(text)
        raw = text.split("\n")[: len(starts) - 1]
        lines = [plain(line) for line in raw]
        frames = find_frames(lines)
        if not frames:
            return verbatim(text)
        kept = _chosen(lines, frames, ask)
        return _written(text, starts, lines, frames, kept)

    def decode(self, text: str) -> str | None:
        """Nothing: no lossless form is made."""
        return None


def _has_sign(part: str) -> bool:
    """Whether anything in a text may belong to a stack trace: told cheaply of most texts."""
    if any(words in part for words in _SAID) or _NAMED.search(part):
        return True
    return _OPENING.search("\n" + part) is not None or _RAISED.search(part) is not None


@dataclass(frozen=True, slots=True)
class _Piece:
    """Lines that stay or go together; a lower rank stays first, `order` breaks ties."""

    rank: int
    order: int
    lines: tuple[int, ...]


def _chosen(lines: Sequence[str], frames: Sequence[Frame], ask: Ask) -> list[int]:
    """The lines that stay, sorted: by rank, within the target or a little over it."""
    pieces = sorted(
        [*_messages(lines, frames), *_frames(lines, frames, ask.query)], key=lambda piece: (piece.rank, piece.order)
    )
    kept: set[int] = set()
    spent = 0
    target = max(ask.target_chars, min(_SMALL, int(0.5 * sum(map(len, lines)))))
    for piece in pieces:
        cost = sum(len(lines[i]) + 1 for i in piece.lines if i not in kept)
        limit = target * (_OVER if piece.rank <= 2 else 0.5)
        if spent + cost <= limit or (piece.rank == 0 and spent + cost <= 2 * limit):
            kept.update(piece.lines)
            spent += cost
    ordered = sorted(kept)
    for a, b in zip([-1, *ordered], [*ordered, len(lines)], strict=True):
        if 1 < b - a <= 5 and sum(len(lines[i]) + 1 for i in range(a + 1, b)) <= _CHEAP_GAP:
            kept.update(range(a + 1, b))
    return sorted(kept)


def _messages(lines: Sequence[str], frames: Sequence[Frame]) -> Iterator[_Piece]:
    """The lines between the frames: what went wrong first and last, then the others; repetitions late."""
    inside = [False] * (len(lines) + 1)
    for frame in frames:
        inside[frame.first : frame.last] = [True] * (frame.last - frame.first)
    groups: list[tuple[int, int]] = []
    at = 0
    for first, last, is_out in runs([i for i in range(len(lines)) if not inside[i]], len(lines)):
        if is_out:
            groups.append((first, last))
    seen: Counter[str] = Counter()
    for number, (first, last) in enumerate(groups):
        filled = [i for i in range(first, last) if lines[i].strip()]
        if not filled:
            continue  # blank lines stay only where a marker would cost more
        at = min(number, len(groups) - 1 - number)
        said = re.sub(r"\d+|0x[0-9a-f]+", "0", "\n".join(lines[i] for i in filled[:2]))
        seen[said] += 1
        rank = 0 if seen[said] <= 2 else 3
        telling = [i for i in filled if is_message(lines[i])]
        near = {*filled[:_MESSAGE_LINES], *filled[-_MESSAGE_LINES:], *telling[:20]}
        told = tuple(sorted(near))
        yield _Piece(rank, at, told)
        yield _Piece(4, first, tuple(range(first, last)))


def _frames(lines: Sequence[str], frames: Sequence[Frame], query: Query) -> Iterator[_Piece]:
    """The frames, stack by stack: the user's own, innermost first; where it was raised; both ends of other stacks."""
    named = [term.text for term in query.terms if term.weight > 2][:8]
    stack: list[Frame] = []
    stacks: list[list[Frame]] = []
    for frame in frames:
        if stack and any(lines[i].strip() for i in range(stack[-1].last, frame.first)):
            stacks.append(stack)
            stack = []
        stack.append(frame)
    stacks.append(stack)
    seen: set[tuple[str, ...]] = set()
    for number, stack in enumerate(stacks):
        keys = tuple(frame.key for frame in stack)
        if keys in seen:  # threads that wait at the same place
            continue
        seen.add(keys)
        place = min(number, len(stacks) - 1 - number)
        inwards = stack[::-1] if stack[0].is_innermost_last else stack
        own = _without_recursion([frame for frame in inwards if not frame.is_library])
        for depth, frame in enumerate(own):
            yield _Piece(1 if depth == 0 else 2, place * 1000 + depth, _all(frame))
        is_machinery = own and inwards[0].is_panic  # how a panic is reported, not where it came from
        if not own or (inwards[0] is not own[0] and not is_machinery):
            yield _Piece(2 if not own else 3, place * 1000, _brief(inwards[0]))
        if not own and len(inwards) > 1:
            yield _Piece(3, place * 1000 + 1, _brief(inwards[-1]))
        for frame in stack:
            text = "\n".join(lines[i] for i in _brief(frame)).lower()
            if named and any(name in text for name in named):
                yield _Piece(1, -1, _all(frame))  # the question names it


def _without_recursion(frames: Sequence[Frame]) -> list[Frame]:
    """Frames with the repetitions of one place left out but the first and the last."""
    counts = Counter(frame.key for frame in frames)
    seen: Counter[str] = Counter()
    out = []
    for frame in frames:
        seen[frame.key] += 1
        if seen[frame.key] == 1 or seen[frame.key] == counts[frame.key]:
            out.append(frame)
    return out


def _all(frame: Frame) -> tuple[int, ...]:
    return tuple(range(frame.first, frame.last))


def _brief(frame: Frame) -> tuple[int, ...]:
    """A frame's head and the line that was running."""
    return (frame.first, frame.arrow) if frame.arrow > frame.first else (frame.first,)


def _written(
    text: str, starts: Sequence[int], lines: Sequence[str], frames: Sequence[Frame], kept: Sequence[int]
) -> Compressed:
    total = len(starts) - 1
    has_colour = "\x1b" in text
    draft = Draft(text)
    frame = 0
    for first, last, is_kept in runs(kept, total):
        if not is_kept:
            while frame < len(frames) and frames[frame].first < first:
                frame += 1
            before = frame
            while frame < len(frames) and frames[frame].first < last:
                frame += 1
            draft.omit(
                "lines", [(first + 1, last)], total, source=[(starts[first], starts[last])],
                summary=_summary(frames[before:frame]),
            )  # fmt: skip
        elif has_colour:
            for i in range(first, last):
                end = "\n" if text[starts[i + 1] - 1 : starts[i + 1]] == "\n" else ""
                draft.write(lines[i] + end, source=(starts[i], starts[i + 1]))
        else:
            draft.copy(starts[first], starts[last])
    return draft.done()


def _summary(frames: Sequence[Frame]) -> str:
    """How many frames are out, and whose they are."""
    library = sum(1 for frame in frames if frame.is_library)
    if not frames:
        return ""
    kind = "library " if library == len(frames) else "" if library else "repeated " if _is_one(frames) else ""
    return f"{len(frames)} {kind}frame{'s' if len(frames) != 1 else ''}"


def _is_one(frames: Sequence[Frame]) -> bool:
    return len(frames) > 1 and len({frame.key for frame in frames}) < len(frames)
