"""Takes secrets out of what is to be remembered; it leaves hashes, placeholders and names of variables alone.

Patterns of keys are those that their issuers publish. Where a word may be a password, the name before it decides.
"""

from __future__ import annotations

import re
from functools import partial

__all__ = ["redact"]

_KEYS = (
    ("private key", r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----(?:.*?-----END [A-Z0-9 ]*KEY[A-Z ]*-----|.*)"),
    ("private key", r"\bAGE-SECRET-KEY-1[A-Z0-9]{20,}"),
    ("web token", r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"),
    ("cloud key", r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    ("cloud key", r"\bAIza[\w-]{35}|\bya29\.[\w-]{20,}|\bGOCSPX-[\w-]{20,}"),
    ("cloud key", r"\bdop_v1_[0-9a-f]{40,}|\bdapi[0-9a-f]{32}\b|\bhv[sb]\.[\w-]{20,}"),
    ("code host token", r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|gl[a-z]{2,6}-[\w-]{20,})"),
    ("chat token", r"\bxox[abeoprs]-[\w-]{10,}|\bxapp-\d-[\w-]{10,}|\b\d{6,12}:AA[\w-]{30,}"),
    ("payment key", r"\b(?:[rs]k_(?:live|test)|whsec)_[A-Za-z0-9]{16,}|\bshp(?:at|ca|pa|ss)_[0-9a-f]{32}\b"),
    ("registry token", r"\b(?:npm_[A-Za-z0-9]{30,}|pypi-[\w-]{40,}|hf_[A-Za-z0-9]{20,}|dckr_pat_[\w-]{20,})"),
    ("mail key", r"\bSG\.[\w-]{16,}\.[\w-]{16,}"),
    ("model key", r"\bsk-(?:[a-z]+-)*(?=[\w-]*\d)[\w-]{16,}"),
)  # fmt: skip
_PATTERNS = tuple((name, re.compile(pattern, re.DOTALL)) for name, pattern in _KEYS)
# What a secret stands behind where no name of its own says so: an address, a header, a command's option.
_BEHIND = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("password", r"(\b[a-z][a-z0-9+.-]{1,20}://[^\s:/@'\"]{0,200}:)([^\s@/'\"]{1,300})(?=@)"),
        ("webhook", r"(\bhooks\.slack\.com/\w+/|\bdiscord(?:app)?\.com/api/webhooks/)([\w/-]{16,300})"),
        ("signature", r"([?&]sig=)([\w%+/=-]{16,300})"),
        ("token", r"(\b(?:bearer|basic)\s+)([\w.~+/-]{12,}=*)"),
        ("token", r"(\bauthorization[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?:\w{3,10}\s+)?)([\w.~+/-]{12,}=*)"),
        ("cookie", r"(\bcookie:\s{0,3}[\w.-]{1,60}=)([^\s;,\"']{12,4000})"),
        ("password", r"(\bcurl\b[^\n|;]{0,300}?\s(?:-u|--user)[ =]?[\"']?[^\s:\"']{1,100}:)([^\s\"']{1,300})"),
        ("password", r"(\b(?:mysql|mysqldump|mysqladmin|mariadb)\b[^\n|;]{0,300}?\s-p)([^\s\"']{4,300})"),
        ("password", r"(\bsshpass\s+-p\s*)([^\s\"']{4,300})"),
        ("password", r"(\blogin\s+\S{1,100}\s+password\s+)(\S{4,300})"),  # of a .netrc
    )
)
_NAMED = re.compile(
    r"((?:password|passwd|passphrase|pwd|secret|credential|token(?!iz)|api[_ -]?key|auth[_ -]?token"
    r"|(?:access|account|encryption|master|private|signing|storage)[_ -]?key)s?[\w-]{0,20}[\"']?"
    r"[ \t]{0,3}(?:=|:=|:|=>)[ \t]{0,3})(\"[^\"\n]{1,300}\"|'[^'\n]{1,300}'|[^\s,;\"']{4,300})([ \t]+[a-z]+\b)?",
    re.IGNORECASE,
)
_ANY_KEY = re.compile(  # of a name that ends in "key" only what no word, version or column is
    r"([Kk]ey[\"']?[ \t]{0,3}[:=][ \t]{0,3}[\"']?)((?=[\w+/-]*[a-z])(?=[\w+/-]*[A-Z])(?=[\w+/-]*\d)[\w+/-]{20,300}=*)",
)
_SAID = re.compile(
    r"(\b(?:password|passwd|passphrase|pwd|secret|api key|token)\b[^.\n]{0,60}?\bis\s+[\"'`]?)([^\s\"'`]{6,300})",
    re.IGNORECASE,
)
# What stands for a secret and is none: a variable, a call, a placeholder, a type.
_NONE = re.compile(
    r"[\"']?(?:\$|<|\{|%|\*{3}|\[redacted|os\.|env[.(\[]|settings?\.|config\.|get"
    r"|(?:str|bytes|int|SecretStr|Optional|Annotated)\b(?![\w-]))",
    re.IGNORECASE,
)
_EMPTY = frozenset("none null true false required optional include omit same-origin".split())
_ABOUT = re.compile(r"(?:ref|name|path|file|url|uri|type|policy|length)s?[\"']?\s*\W{1,2}\s*$", re.IGNORECASE)
_PLAIN_WORD = re.compile(r"[\"']?(?:[a-z]+|[A-Z]?[a-z]+)[.,]?[\"']?")


def redact(text: str) -> str:
    """The text with a note in place of each key, token and password.

    >>> redact("psql postgres://ann:hunter2@db:5432/app, token=tok_83hs72h1")
    'psql postgres://ann:[redacted: password]@db:5432/app, token=[redacted: secret]'
    """
    for name, pattern in _PATTERNS:
        text = pattern.sub(f"[redacted: {name}]", text)
    for name, pattern in _BEHIND:
        text = pattern.sub(partial(_without_behind, name), text)
    text = _NAMED.sub(_without_value, text)
    text = _ANY_KEY.sub(r"\1[redacted: secret]", text)
    return _SAID.sub(_without_said, text)


def _without_behind(name: str, found: re.Match[str]) -> str:
    is_word = name == "token" and _PLAIN_WORD.fullmatch(found[2]) is not None
    return found[0] if is_word or _NONE.match(found[2]) else f"{found[1]}[redacted: {name}]"


def _without_value(found: re.Match[str]) -> str:
    name, value, next_word = found[1].lower(), found[2], found[3] or ""
    if "token" in name and value.strip("\"'").replace("_", "").isdigit():  # a count of them
        return found[0]
    if _NONE.match(value) or value.lower().strip("\"'") in _EMPTY or _ABOUT.search(name):
        return found[0]
    if name.startswith("pwd") and value.startswith(("/", "~")):  # the folder one is in
        return found[0]
    if next_word and not name.startswith("pass") and _PLAIN_WORD.fullmatch(value):  # "API key: kept in the vault"
        return found[0]
    quote = value[0] if value[0] in "\"'" else ""
    return f"{found[1]}{quote}[redacted: secret]{quote}{next_word}"


def _without_said(found: re.Match[str]) -> str:
    is_word = _PLAIN_WORD.fullmatch(found[2]) is not None
    return found[0] if is_word or _NONE.match(found[2]) else f"{found[1]}[redacted: secret]"
