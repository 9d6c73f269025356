"""Finds the compressor for a text by confidence, splits mixed text, and checks what is called lossless.

It stores nothing and counts no tokens.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any, cast

from headroom_jupyter.compressors.base import Ask, Compressed, Compressor, Draft, Hints, line_starts, verbatim
from headroom_jupyter.plugins import load_family

__all__ = ["Routed", "compressors", "decode", "is_same", "rank", "route", "route_pasted"]

MIXED = "mixed"
_SURE = 0.9
_WHOLE = 0.85  # a text claimed so surely is of one piece
_MOST_ASKED = 3
_MOST_PARTS = 24  # a document with more is better cut by its sections than part by part
_DEEPEST = 3  # parts within parts: a notebook's output that holds fenced JSON
_LEAST_PART = 400  # characters; a smaller part cannot pay for a marker of its own
_LONGEST_WORDS = 1000  # characters of a first or last paragraph that is taken for the person's own words
_FENCE = re.compile(r"^(`{3,}|~{3,})[ \t]*([\w+#.-]*)[^\n`]*$", re.MULTILINE)
_HEADING = re.compile(r"^#{1,4} \S", re.MULTILINE)
_LEAST_HEADINGS = 3
_JSON_START = re.compile(r"^[ \t]*[\[{](?=[\s\"\[{\d-])", re.MULTILINE)
_HEADER = re.compile(r"<<parts((?: [LV]\d+)+)>>\n")
# A fence's language is its file suffix, but for these.
_SUFFIX = {"python": "py", "javascript": "js", "typescript": "ts", "rust": "rs", "c++": "cpp", "patch": "diff"}


@dataclass(frozen=True, slots=True)
class Routed:
    """What became of a text, and who did it; `kind` and `compressor` are empty when nobody wanted it."""

    kind: str
    compressor: str
    compressed: Compressed


@dataclass(frozen=True, slots=True)
class _Part:
    """A run of a mixed text: `hints` is None where it stays as it is."""

    start: int
    end: int
    hints: Hints | None


def compressors() -> tuple[Compressor, ...]:
    """All compressors, in the order that breaks ties."""
    found = load_family("headroom_jupyter.compressors", ("name", "confidence", "compress", "decode"))
    return cast("tuple[Compressor, ...]", found)


def rank(text: str, hints: Hints) -> Iterator[tuple[float, Compressor]]:
    """The compressors that want the text, the surest first, each asked no sooner than it must be.

    A claim of `_SURE` or more is final: those after it in order are asked only when it has nothing to gain.
    """
    waiting: list[tuple[float, Compressor]] = []
    for compressor in compressors():
        confidence = compressor.confidence(text, hints)
        if confidence >= _SURE:
            yield confidence, compressor
        elif confidence > 0:
            waiting.append((confidence, compressor))
    yield from sorted(waiting, key=lambda pair: -pair[0])


def route(text: str, hints: Hints, ask: Ask, *, depth: int = 0) -> Routed:
    """Compress a text by whoever knows its kind best.

    The next in rank is asked when the first has nothing to gain (a notebook that may omit nothing is still JSON).
    What a compressor calls lossless is decoded and compared; if that fails it counts as nothing to gain.
    """

    def part_of(part: str, part_hints: Hints, target_chars: int) -> Compressed:
        if depth >= _DEEPEST:
            return verbatim(part)
        return route(part, part_hints, replace(ask, target_chars=target_chars), depth=depth + 1).compressed

    asked = replace(ask, route=part_of, hints=hints)
    ranked = rank(text, hints)
    confidence, best = next(ranked, (0.0, None))
    parts = _split(text) if confidence < _WHOLE else []
    if parts and _is_document(text, parts):
        parts = []
        ranked = rank(text, replace(hints, mime="text/markdown"))
        _, best = next(ranked, (0.0, None))
    if 0 < sum(part.hints is not None for part in parts) <= _MOST_PARTS:
        mixed = _compress_parts(text, parts, asked)
        if mixed.fidelity != "verbatim":
            return Routed(MIXED, "Router", mixed)
    for compressor in chain([best] if best else [], (compressor for _, compressor in islice(ranked, _MOST_ASKED - 1))):
        result = compressor.compress(text, asked)
        if result.fidelity == "lossless" and not is_same(text, compressor.decode(result.text)):
            continue
        if result.fidelity == "verbatim" or result.text == text and not result.omissions:
            continue
        if ask.level == "lossless" and result.fidelity != "lossless":
            continue
        return Routed(compressor.name, type(compressor).__name__, result)
    return Routed(best.name if best else "", type(best).__name__ if best else "", verbatim(text))


def route_pasted(text: str, ask: Ask) -> Routed:
    """Compress what a person pasted into a message; the person's own words stay as they are.

    Pasted are fenced blocks, JSON documents, and the paragraphs between the first and the last when together
    they are plainly of a kind that nobody types.
    """
    parts = [replace(part, hints=None) if part.hints == Hints() else part for part in _split(text)]
    if not any(part.hints for part in parts):
        start = text.find("\n\n") + 2 if 0 < text.find("\n\n") < _LONGEST_WORDS else 0
        end = text.rfind("\n\n", start) + 1
        end = end if 0 < len(text) - end < _LONGEST_WORDS and end > start else len(text)
        confidence, best = next(rank(text[start:end], Hints()), (0.0, None))
        if best is None or confidence < 0.5 or best.name in ("prose", "markup"):
            return Routed("prose", "", verbatim(text))
        parts = [_Part(0, start, None), _Part(start, end, Hints()), _Part(end, len(text), None)]

    def part_of(part: str, hints: Hints, target_chars: int) -> Compressed:
        return route(part, hints, replace(ask, target_chars=target_chars), depth=1).compressed

    filled = [part for part in parts if part.end > part.start]
    return Routed(MIXED, "Router", _compress_parts(text, filled, replace(ask, route=part_of)))


def decode(text: str) -> str | None:
    """The original of a lossless form, None if `text` is none."""
    header = _HEADER.match(text)
    if header:
        return _decode_parts(text, header)
    found = (compressor.decode(text) for compressor in compressors())
    return next((original for original in found if original is not None), None)


def is_same(original: str, decoded: str | None) -> bool:
    """Whether a decoded text is the original: the same characters, or the same JSON value.

    Values are compared with numbers as they are written, key order and duplicate keys.

    >>> is_same('{"a": 1.00}', '{"a":1.00}'), is_same('{"a": 1.00}', '{"a": 1.0}')
    (True, False)
    """
    if decoded is None or decoded == original:
        return decoded is not None
    try:
        return _values(original) == _values(decoded)
    except (ValueError, RecursionError):
        return False


def _values(text: str) -> list[Any]:
    def number(written: str) -> tuple[str, str]:
        return "number", written

    def one(document: str) -> Any:
        return json.loads(
            document,
            object_pairs_hook=lambda pairs: ("object", tuple(pairs)),
            parse_float=number,
            parse_int=number,
            parse_constant=number,
        )

    try:
        return [one(text)]
    except json.JSONDecodeError:
        return [one(line) for line in text.split("\n") if line.strip()]


def _split(text: str) -> list[_Part]:
    """The parts of a mixed text: fenced blocks, or JSON documents among other lines. [] when it is of one piece."""
    found = sorted(_fenced(text), key=lambda part: part.start) or list(_documents(text))
    if not found:
        return []
    parts: list[_Part] = []
    at = 0
    for part in [*found, _Part(len(text), len(text), None)]:
        if part.start - at >= _LEAST_PART:
            parts.append(_Part(at, part.start, Hints()))
        elif part.start > at:
            parts.append(_Part(at, part.start, None))
        if part.end > part.start:
            parts.append(part)
        at = part.end
    return parts if len(parts) > 1 else []


def _is_document(text: str, parts: Sequence[_Part]) -> bool:
    """Whether words under headings make up most of a text with fenced parts: it is cut by its sections then."""
    words = [text[part.start : part.end] for part in parts if part.hints in (None, Hints())]
    headings = sum(len(_HEADING.findall(piece)) for piece in words)
    return headings >= _LEAST_HEADINGS and 2 * sum(map(len, words)) > len(text)


def _fenced(text: str) -> Iterator[_Part]:
    if "```" not in text and "~~~" not in text:
        return
    opening: re.Match[str] | None = None
    for fence in _FENCE.finditer(text):
        if opening is None:
            opening = fence
        elif not fence.group(2) and fence.group(1).startswith(opening.group(1)):
            start = opening.end() + 1
            if fence.start() - start >= _LEAST_PART:
                language = opening.group(2).lower()
                path = f"part.{_SUFFIX.get(language, language)}" if language else ""
                yield _Part(opening.start(), start, None)
                yield _Part(start, fence.start(), Hints(path=path))
                yield _Part(fence.start(), min(fence.end() + 1, len(text)), None)
            opening = None


def _documents(text: str) -> Iterator[_Part]:
    """JSON documents that start and end at line ends, at most 20, looked for at a bounded number of places."""
    decoder = json.JSONDecoder()
    at = 0
    for tries in range(20):
        candidate = _JSON_START.search(text, at)
        if candidate is None or (tries == 0 and not text[: candidate.start()].strip() and text.rstrip()[-1:] in "]}"):
            return
        start = candidate.end() - 1
        try:
            end = decoder.raw_decode(text, start)[1]
        except (ValueError, RecursionError):
            at = candidate.end()
            continue
        line_end = text.find("\n", end)
        line_end = len(text) if line_end < 0 else line_end + 1
        if end - start >= _LEAST_PART and not text[end:line_end].strip():
            yield _Part(candidate.start(), line_end, Hints(mime="application/json"))
        at = max(end, candidate.end())


def _compress_parts(text: str, parts: Sequence[_Part], ask: Ask) -> Compressed:
    results = []
    for part in parts:
        piece = text[part.start : part.end]
        share = ask.target_chars * len(piece) // max(1, len(text))
        results.append(ask.route(piece, part.hints, share) if part.hints else verbatim(piece))
    if all(result.fidelity == "verbatim" for result in results):
        return verbatim(text)
    starts = line_starts(text)
    draft = Draft(text)
    if all(result.fidelity in ("verbatim", "lossless") for result in results):
        # Joined, a part must come back by the character: an equal JSON value is not enough.
        pieces = [text[part.start : part.end] for part in parts]
        results = [
            result if result.fidelity == "verbatim" or decode(result.text) == piece else verbatim(piece)
            for piece, result in zip(pieces, results, strict=True)
        ]
        sizes = "".join(f" {'L' if r.fidelity == 'lossless' else 'V'}{len(r.text)}" for r in results)
        draft.write(f"<<parts{sizes}>>\n")
        for part, result in zip(parts, results, strict=True):
            draft.embed(result, start=part.start)
        return draft.done("lossless") if "L" in sizes else verbatim(text)
    for part, result in zip(parts, results, strict=True):
        first, last = _lines(starts, part)
        draft.embed(result, at=f"lines {first}-{last}", start=part.start)
        if not result.text.endswith("\n") and part.end < len(text):
            draft.write("\n")
    return draft.done()


def _lines(starts: Sequence[int], part: _Part) -> tuple[int, int]:
    """1-based first and last line of a part; parts begin at line starts."""
    return bisect_left(starts, part.start) + 1, max(bisect_left(starts, part.end), bisect_left(starts, part.start) + 1)


def _decode_parts(text: str, header: re.Match[str]) -> str | None:
    out, at = [], header.end()
    for entry in header.group(1).split():
        size = int(entry[1:])
        piece = text[at : at + size]
        original = decode(piece) if entry[0] == "L" else piece
        if original is None or len(piece) != size:
            return None
        out.append(original)
        at += size
    return "".join(out) if at == len(text) else None
