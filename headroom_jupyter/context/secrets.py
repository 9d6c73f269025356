"""Finds values that look like keys, tokens or passwords, and writes something else in their place."""

from __future__ import annotations

import re
from functools import partial

__all__ = ["MASK", "is_secret_name", "masked"]

MASK = "[masked]"
_NAME = r"(?:api_?key|apikey|secret|token|passw(?:or)?d|passphrase|pwd|credentials?|private_?key|access_?key|auth_?key)"
_SECRET_NAME = re.compile(rf"(?i)(?:^|[_\W]|(?<=[a-z])(?=[A-Z])){_NAME}s?(?:$|[_\W\d])")
_NO_SECRET = re.compile(r"(?i)tokenizer|tokens?_?(?:count|used|before|after|limit|per)|(?:n|num|max|min)_?tokens?")
# What services publish on the form of their keys; the literal before each says when it is worth looking.
_FORMS: tuple[tuple[str, str], ...] = (
    ("sk-", r"\bsk-[A-Za-z0-9_-]{16,}"),
    ("ghp_", r"\bghp_[A-Za-z0-9]{30,}"),
    ("gho_", r"\bgho_[A-Za-z0-9]{30,}"),
    ("github_pat_", r"\bgithub_pat_[A-Za-z0-9_]{22,}"),
    ("glpat-", r"\bglpat-[A-Za-z0-9_-]{18,}"),
    ("AKIA", r"\bAKIA[0-9A-Z]{16}\b"),
    ("ASIA", r"\bASIA[0-9A-Z]{16}\b"),
    ("AIza", r"\bAIza[0-9A-Za-z_-]{35}"),
    ("hf_", r"\bhf_[A-Za-z0-9]{24,}"),
    ("xox", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    ("npm_", r"\bnpm_[A-Za-z0-9]{36}"),
    ("pypi-", r"\bpypi-[A-Za-z0-9_-]{40,}"),
    ("eyJ", r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+"),
    ("PRIVATE KEY-----", r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----"),
    ("earer ", r"(?<=earer )[A-Za-z0-9._~+/-]{16,}=*"),
)
_COMPILED = tuple((literal, re.compile(pattern)) for literal, pattern in _FORMS)
_IN_URL = re.compile(r"(?<=://)([^\s:/@\"']+):(?!\[masked\]@)([^\s/@\"']{3,})@")
_ASSIGNED = re.compile(
    rf"(?i)(?P<name>\b[\w.-]*{_NAME}[\w-]*[\"']?\]?\s*(?:=|:|\))\s*[bfru]{{0,2}})"
    r"(?P<quote>[\"'])(?P<value>[^\"'\n]{3,})(?P=quote)"
)
_BARE = re.compile(
    rf"(?im)^(?P<name>\s*(?:export\s+|set\s+)?[\w.-]*{_NAME}[\w-]*\s*[=:]\s*)"
    r"(?P<value>[^\s\"'(){}\[\],]{8,})\s*$"
)
_WORDS = ("key", "secret", "token", "passw", "passphrase", "pwd", "credential")


def is_secret_name(name: str) -> bool:
    """Whether a variable or field of that name is likely to hold a secret.

    >>> is_secret_name("OPENAI_API_KEY"), is_secret_name("dbPassword"), is_secret_name("max_tokens")
    (True, True, False)
    """
    return _SECRET_NAME.search(name) is not None and _NO_SECRET.search(name) is None


def masked(text: str) -> tuple[str, int]:
    """The text without what looks like a secret, and how many places were masked.

    >>> masked('client = Client(api_key="abcd1234efgh")')
    ('client = Client(api_key="[masked]")', 1)
    """
    count = 0
    for literal, pattern in _COMPILED:
        if literal in text:
            text, found = pattern.subn(MASK, text)
            count += found
    if "://" in text and "@" in text:
        text, found = _IN_URL.subn(rf"\1:{MASK}@", text)
        count += found
    low = text.lower() if len(text) < 50_000_000 else ""
    if any(word in low for word in _WORDS):
        seen: list[str] = []
        for pattern in (_ASSIGNED, _BARE):
            text = pattern.sub(partial(_value_masked, seen), text)
        count += len(seen)
    return text, count


def _value_masked(seen: list[str], match: re.Match[str]) -> str:
    name = re.findall(r"[\w-]+", match["name"])
    if not name or match["value"] == MASK or not any(is_secret_name(word) for word in name[:3]):
        return match.group()
    seen.append(name[0])
    quote = match.groupdict().get("quote") or ""
    return f"{match['name']}{quote}{MASK}{quote}"
