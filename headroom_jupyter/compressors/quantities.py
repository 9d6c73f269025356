"""Numbers, dates, sizes and spans of time as people and programs write them, read as plain numbers.

A base-layer module for the compressors of tabular kinds; it judges no column.
"""

from __future__ import annotations

import re
from datetime import datetime, timezone
from math import isfinite

__all__ = ["moment", "number", "quantity"]

_DATE = re.compile(
    r"(\d{4})([-/.])(\d\d)\2(\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(?:[.,]\d+)?(?:Z| ?[+-]\d\d:?\d\d| UTC)?)?\Z"
)
_NAMED_DATE = re.compile(r"([A-Z][a-z]{2})[a-z]* +(\d{1,2}),? +(\d{4})\Z")
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_UNIT = re.compile(r"[$€£]?([-+]?\d+(?:,\d{3})*(?:\.\d+)?)\s?(%|[kKMGTP]i?B?|B|ms|[smhdwy])?(?:\s?ago)?\Z")
_COMMA = re.compile(r"[-+]?\d+,\d+\Z")
_SIZES = {"K": 1, "M": 2, "G": 3, "T": 4, "P": 5}
_TIMES = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0, "y": 31536000.0}


def number(text: str) -> float | None:
    """A plain number.

    >>> number("-1.5e3"), number("1_000"), number("nan")
    (-1500.0, None, None)
    """
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) and "_" not in text else None


def moment(text: str) -> float | None:
    """A date, with or without a time of day, in seconds since 1970; the offset from UTC is not looked at.

    >>> moment("1970-01-02"), moment("Jan 2 1970"), moment("1970-13-01")
    (86400.0, 86400.0, None)
    """
    match = _DATE.match(text)
    if match is not None:
        year, _, month, day, clock, seconds = match.groups()
        written = f"{year}-{month}-{day}T{clock or '00:00'}{seconds or ''}"
    else:
        match = _NAMED_DATE.match(text)
        if match is None or match[1] not in _MONTHS:
            return None
        written = f"{match[3]}-{_MONTHS.index(match[1]) + 1:02}-{int(match[2]):02}"
    try:
        return datetime.fromisoformat(written).replace(tzinfo=timezone.utc).timestamp()
    except ValueError:
        return None


def quantity(text: str) -> float | None:
    """A number with a sign of money, size, time or share, or with a decimal comma.

    >>> quantity("1.5K"), quantity("2h ago"), quantity("$1,200.50"), quantity("39,1")
    (1536.0, 7200.0, 1200.5, 39.1)
    """
    match = _UNIT.match(text)
    if match is None:
        return float(text.replace(",", ".")) if _COMMA.match(text) else None
    value, unit = float(match[1].replace(",", "")), match[2] or ""
    if unit in _TIMES:
        return value * _TIMES[unit]
    power = _SIZES.get(unit[:1].upper(), 0)
    return value * (1024.0 if unit[1:2] == "i" or len(unit) == 1 else 1000.0) ** power
