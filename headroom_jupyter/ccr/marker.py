"""The one marker grammar: emitter, parser and scanner; it stores and looks up nothing.

<<ccr:REF lines 41-77,90-120 of 403 at PLACE; SUMMARY>>     a full marker; "of", "at" and ";" are optional
<<lines 4-391 of 400 at PLACE; SUMMARY>>                    a later gap: the block's first marker gave the reference
<<90-120>>                                                  the same, unit and place as in the marker before
<<ccr:REF same as message 4>>  <<ccr:REF changed from message 4>>  <<ccr:REF reformatted>>
<<ccr:REF image 1280x720 png at PLACE>>                     also as a later gap, without the reference
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from headroom_jupyter.errors import MarkerError

__all__ = ["REF_LENGTH", "Marker", "check_ref", "in_words", "parse", "parse_ranges", "render_ranges", "scan"]

REF_LENGTH = 12
UNITS = ("lines", "rows", "chars")
_REF = re.compile(r"[0-9a-f]{12}\Z")
_RANGES = r"\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*"
_MARKER = re.compile(
    r"<<(?:ccr:(?P<ref>[0-9a-f]{12}) )?"
    r"(?:(?P<note>reformatted|(?:same as|changed from) message \d+|image [^<>;\n]{1,300})"
    rf"|(?:(?P<unit>lines|rows|chars) )?(?P<ranges>{_RANGES})(?: of (?P<total>\d+))?"
    r"(?: at (?P<at>[^\n;>]{1,2000}))?)"
    r"(?:; (?P<summary>[^\n>]{0,400}))?>>"
)


@dataclass(frozen=True, slots=True)
class Marker:
    """What stands where units were left out.

    >>> Marker("0123456789ab", "lines", ((41, 77), (90, 90)), 403).render()
    '<<ccr:0123456789ab lines 41-77,90 of 403>>'
    >>> Marker(None, None, ((90, 120),)).render()
    '<<90-120>>'
    """

    ref: str | None
    unit: str | None = None
    ranges: tuple[tuple[int, int], ...] = ()
    total: int | None = None
    at: str = ""
    summary: str = ""
    note: str = ""

    def render(self) -> str:
        """The marker as text; `parse` is its inverse."""
        words = [f"ccr:{self.ref}"] if self.ref else []
        if self.note:
            words.append(self.note)
        else:
            if self.unit:
                words.append(self.unit)
            words.append(render_ranges(self.ranges))
            if self.total is not None:
                words.append(f"of {self.total}")
            if self.at:
                words.append(f"at {self.at}")
        tail = f"; {self.summary}" if self.summary else ""
        return f"<<{' '.join(words)}{tail}>>"

    def in_words(self) -> str:
        """The same for a reader who cannot have it back.

        >>> Marker("0123456789ab", "lines", ((41, 77),), 403).in_words()
        '[not shown: lines 41-77 of 403]'
        """
        if self.note:
            return f"[{self.note}]"
        said = replace(self, ref=None).render()
        return f"[not shown: {said[2:-2]}]"


def parse(text: str) -> Marker:
    """Read one marker.

    Raises:
        MarkerError: `text` is not exactly one marker.

    >>> parse("<<ccr:0123456789ab rows 4-391 of 400 at $.items; status: ok 388>>").at
    '$.items'
    """
    match = _MARKER.fullmatch(text)
    if match is None:
        raise MarkerError(f"not a marker: {text[:60]!r}; one looks like <<ccr:0123456789ab lines 4-9 of 20>>")
    return _read(match)


def scan(text: str) -> Iterator[tuple[int, int, Marker]]:
    """All markers of `text` in order, with their half-open offsets."""
    for match in _MARKER.finditer(text):
        yield match.start(), match.end(), _read(match)


def in_words(text: str) -> str:
    """The text with all its markers in words."""
    return _MARKER.sub(lambda match: _read(match).in_words(), text)


def check_ref(ref: object) -> str:
    """The reference itself, taken out of a whole marker if one was given.

    Raises:
        MarkerError: it is not 12 lower-case hex digits.
    """
    given = ref.strip() if isinstance(ref, str) else ""
    plain = given.removeprefix("<<").removeprefix("ccr:")[:REF_LENGTH]
    if not _REF.match(plain) or (len(given) != REF_LENGTH and not given.startswith(("<<ccr:", "ccr:"))):
        raise MarkerError(f"{str(ref)[:40]!r} is no reference; give the 12 hex digits that follow 'ccr:' in a marker")
    return plain


def parse_ranges(text: str) -> tuple[tuple[int, int], ...]:
    """Ranges as markers write them.

    Raises:
        MarkerError: not a list of numbers and ranges, or a range runs backwards, or starts before 1.

    >>> parse_ranges("4-9, 12")
    ((4, 9), (12, 12))
    """
    compact = re.sub(r"\s+", "", text)
    if not re.fullmatch(_RANGES, compact) or len(compact) > 5_000_000:
        raise MarkerError(f"{text[:40]!r} is no range; write it as in a marker, for example 41-77 or 4-9,12")
    out = []
    for piece in compact.split(","):
        first, _, last = piece.partition("-")
        if len(first) > 15 or len(last) > 15:
            raise MarkerError(f"{piece[:40]!r} is larger than any original")
        pair = int(first), int(last or first)
        if pair[0] < 1 or pair[1] < pair[0]:
            raise MarkerError(f"range {piece} is empty; ranges count from 1 and run upwards")
        out.append(pair)
    return tuple(out)


def render_ranges(ranges: tuple[tuple[int, int], ...]) -> str:
    """Inverse of `parse_ranges`."""
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in ranges)


def _read(match: re.Match[str]) -> Marker:
    part = match.groupdict()
    return Marker(
        ref=part["ref"],
        unit=part["unit"],
        ranges=parse_ranges(part["ranges"]) if part["ranges"] else (),
        total=int(part["total"]) if part["total"] else None,
        at=part["at"] or "",
        summary=part["summary"] or "",
        note=part["note"] or "",
    )
