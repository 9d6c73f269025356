"""Takes secrets out of what is to be remembered; it leaves hashes, placeholders and names of variables alone.

Patterns of keys are those that their issuers publish.
"""

from __future__ import annotations

import re

__all__ = ["redact"]

_KEYS = (
    ("private key", r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----(?:.*?-----END [A-Z0-9 ]*KEY[A-Z ]*-----|.*)"),
    ("web token", r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"),
    ("cloud key", r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    ("cloud key", r"\bAIza[\w-]{35}"),
    ("code host token", r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{20,})"),
    ("chat token", r"\bxox[abeoprs]-[\w-]{10,}"),
    ("payment key", r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}"),
    ("registry token", r"\b(?:npm_[A-Za-z0-9]{30,}|pypi-[\w-]{40,}|hf_[A-Za-z0-9]{20,}|dckr_pat_[\w-]{20,})"),
    ("model key", r"\bsk-(?:[a-z]+-)*[\w-]{16,}"),
)  # fmt: skip
_PATTERNS = tuple((name, re.compile(pattern, re.DOTALL)) for name, pattern in _KEYS)
_URL = re.compile(r"(\b[a-z][a-z0-9+.-]{1,20}://[^\s:/@'\"]{0,200}:)([^\s@/'\"]{1,300})(@)", re.IGNORECASE)
_BEARER = re.compile(r"(\b(?:bearer|basic)\s+)([\w.~+/-]{12,}=*)", re.IGNORECASE)
_NAMED = re.compile(
    r"((?:password|passwd|passphrase|pwd|secret|api[_ -]?key|access[_ -]?key|private[_ -]?key|auth[_ -]?token|token"
    r"|credential)s?[\w-]{0,20}[\"']?\s{0,3}(?:=|:=|:|=>)\s{0,3})(\"[^\"\n]{1,300}\"|'[^'\n]{1,300}'|[^\s,;\"']{4,300})",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"(\b(?:password|passwd|passphrase|pwd|secret|api key|token)\b[^.\n]{0,60}?\bis\s+[\"'`]?)([^\s\"'`]{6,300})",
    re.IGNORECASE,
)
# What stands for a secret and is none: a variable, a call, a placeholder, a word of its own like "None" or "required".
_NONE = re.compile(r"[\"']?(?:\$|<|\{|%|\*{3}|\[redacted|os\.|env[.(\[]|settings?\.|config\.|get)", re.IGNORECASE)
_EMPTY = frozenset(("none", "null", "true", "false", "required", "optional"))
_PLAIN_WORD = re.compile(r"[\"']?(?:[a-z]+|[A-Z]?[a-z]+)[.,]?[\"']?")


def redact(text: str) -> str:
    """The text with a note in place of each key, token and password.

    >>> redact("psql postgres://ann:hunter2@db:5432/app, token=tok_83hs72h1")
    'psql postgres://ann:[redacted: password]@db:5432/app, token=[redacted: secret]'
    """
    for name, pattern in _PATTERNS:
        text = pattern.sub(f"[redacted: {name}]", text)
    text = _URL.sub(lambda found: found[0] if _NONE.match(found[2]) else f"{found[1]}[redacted: password]@", text)
    text = _BEARER.sub(lambda found: f"{found[1]}[redacted: token]", text)
    text = _NAMED.sub(_without_value, text)
    return _SAID.sub(_without_said, text)


def _without_value(found: re.Match[str]) -> str:
    if "token" in found[1].lower() and found[2].strip("\"'").replace("_", "").isdigit():  # a count of them
        return found[0]
    if _NONE.match(found[2]) or found[2].lower().strip("\"'") in _EMPTY:
        return found[0]
    quote = found[2][0] if found[2][0] in "\"'" else ""
    return f"{found[1]}{quote}[redacted: secret]{quote}"


def _without_said(found: re.Match[str]) -> str:
    is_word = _PLAIN_WORD.fullmatch(found[2]) is not None
    return found[0] if is_word or _NONE.match(found[2]) else f"{found[1]}[redacted: secret]"
