"""Rules as lines of Markdown: what logs say is quoted as data, short, without secrets, and stays in quotes."""

from __future__ import annotations

import re
import time
import unicodedata

from headroom_jupyter.learn.corrections import Correction
from headroom_jupyter.learn.rules import Rule
from headroom_jupyter.memory.redaction import redact

__all__ = ["line_of", "quoted"]

_LONGEST = 160
# A secret behind an option, which has no sign between the two.
_OPTION = re.compile(r"(--?[\w-]*(?:password|passwd|token|secret|api-?key|credential)[\w-]*[ =])(\S+)", re.IGNORECASE)


def quoted(text: str) -> str:
    """A text from a log as a code span of one line.

    >>> quoted("a `b` -->\\nc --token=hunter2")
    "`a 'b' - -> c --token=[redacted: secret]`"
    """
    plain = "".join(" " if unicodedata.category(char) in _UNSEEN else char for char in text)
    plain = redact(_OPTION.sub(r"\1[redacted: secret]", " ".join(plain.split())))
    plain = plain.replace("`", "'").replace("<!", "< !").replace("-->", "- ->").replace("~~~", "~ ~ ~")
    return f"`{plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + '…'}`"


_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))  # controls, marks of direction, separators of lines


def line_of(rule: Rule) -> str:
    """A rule with its evidence, and its id at the end."""
    day = time.strftime("%Y-%m-%d", time.gmtime(rule.last_seen))
    count = f"{rule.evidence}× in {rule.sessions} session{'s' if rule.sessions > 1 else ''}"
    return f"- {_said(rule.correction, is_told=rule.is_told)} ({count}, last {day}; {rule.id})"


def _said(found: Correction, *, is_told: bool) -> str:
    wrong, right, about = quoted(found.wrong), quoted(found.right), quoted(found.about)
    told = {
        "interpreter": f"{wrong} is not there; {right} is.",
        "module": f"Where {about} was missing with {wrong}, {right} worked.",
        "flag": f"{wrong} is not known; {right} is.",
        "path": f"{wrong} is not there; {right} is.",
        "folder": f"{wrong} fails in {'the project folder' if found.about == '.' else about}; {right} works.",
        "command": f"{wrong} fails; {right} works.",
        "permission": f"{wrong} may not be executed; {right} works.",
        "timeout": f"{wrong} takes long: give it more time ({found.detail}).",
        "loop": f"{wrong} failed the same way several times in a row; change something before it is run again.",
        "reread": f"{wrong} was read again and again, unchanged; once is enough.",
        "name": f"Cells with {wrong} were edited at once; with {right} they stayed.",
        "cell": f"A cell with {wrong} failed ({about}); with {right} it passed.",
        "part": f"In {about}, {wrong} is not known; {right} is.",
        "told": f"The person said to use {right}, not {wrong}.",
    }[found.kind]
    return f"{told} The person said so." if is_told and found.kind != "told" else told
