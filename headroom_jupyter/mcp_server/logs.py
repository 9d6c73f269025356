"""What the server writes to standard error: what happened and where, and never what was in a message."""

from __future__ import annotations

import logging
import sys
import traceback

__all__ = ["set_up"]


def set_up() -> None:
    """Send warnings and worse of all libraries to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


class _Formatter(logging.Formatter):
    """Tells of an exception its type and its lines of code; the words of one may quote a client's text.

    Of what other libraries log only the fixed words are told, for the same reason.
    """

    def format(self, record: logging.LogRecord) -> str:
        told = record.getMessage()
        if not record.name.startswith("headroom_jupyter"):
            told = str(record.msg) if record.args else f"in {record.funcName}()"
        lines = [f"headroom mcp: {record.levelname.lower()}: {record.name}: {' '.join(told.split())}"]
        if record.exc_info and record.exc_info[0]:
            kind, _, trace = record.exc_info
            lines += [*"".join(traceback.format_tb(trace)).splitlines(), kind.__name__]
        return "\n".join(lines)
