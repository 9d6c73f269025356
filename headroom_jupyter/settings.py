"""Everything a person can set; the only module that reads the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

import platformdirs

from headroom_jupyter.errors import InputError

__all__ = ["Settings", "environment", "load", "session_notebook", "session_path"]

_ANTHROPIC, _OPENAI = "https://api.anthropic.com", "https://api.openai.com"
_GEMINI = "https://generativelanguage.googleapis.com"


def _setting(default: object, variable: str, meaning: str) -> object:
    return field(default=default, metadata={"variable": variable, "meaning": meaning})


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings, each with its environment variable and meaning (`fields(Settings)[i].metadata`)."""

    home: str = _setting("", "HEADROOM_HOME", "folder of the store; empty: the user's data directory")  # type: ignore[assignment]  # dataclass field
    project: str = _setting("", "HEADROOM_PROJECT", "project that originals belong to; empty: git root or directory")  # type: ignore[assignment]  # dataclass field
    session: str = _setting("", "HEADROOM_SESSION", "session that savings are booked to; empty: none in particular")  # type: ignore[assignment]  # dataclass field
    quota_bytes: int = _setting(2_000_000_000, "HEADROOM_QUOTA_BYTES", "size of the store, in bytes")  # type: ignore[assignment]  # dataclass field
    expiry_days: int = _setting(30, "HEADROOM_EXPIRY_DAYS", "days an original is kept after its last use")  # type: ignore[assignment]  # dataclass field
    min_tokens: int = _setting(160, "HEADROOM_MIN_TOKENS", "blocks below this many tokens are left alone")  # type: ignore[assignment]  # dataclass field
    keep_tokens: int = _setting(300, "HEADROOM_KEEP_TOKENS", "tokens a compressed block may always have")  # type: ignore[assignment]  # dataclass field
    keep_percent: int = _setting(6, "HEADROOM_KEEP_PERCENT", "and how many percent of its original beyond that")  # type: ignore[assignment]  # dataclass field
    memory_tokens: int = _setting(
        0, "HEADROOM_MEMORY_TOKENS", "tokens of memories that the proxy adds to a user's message; 0: none"
    )  # type: ignore[assignment]  # dataclass field
    cache_breakpoints: int = _setting(
        0, "HEADROOM_CACHE_BREAKPOINTS", "cache_control marks that a request to Anthropic may have; 0: none are added"
    )  # type: ignore[assignment]  # dataclass field
    anthropic_upstream: str = _setting(_ANTHROPIC, "HEADROOM_ANTHROPIC_UPSTREAM", "where Anthropic's requests go")  # type: ignore[assignment]  # dataclass field
    openai_upstream: str = _setting(_OPENAI, "HEADROOM_OPENAI_UPSTREAM", "where OpenAI's requests go")  # type: ignore[assignment]  # dataclass field
    gemini_upstream: str = _setting(_GEMINI, "HEADROOM_GEMINI_UPSTREAM", "where Gemini's requests go")  # type: ignore[assignment]  # dataclass field

    refine_url: str = _setting(
        "",
        "HEADROOM_REFINE_URL",
        "where `headroom learn --refine` asks: …/chat/completions or …/messages; empty: nowhere",
    )  # type: ignore[assignment]  # dataclass field
    refine_model: str = _setting("", "HEADROOM_REFINE_MODEL", "the model that it asks for")  # type: ignore[assignment]  # dataclass field
    refine_key: str = _setting("", "HEADROOM_REFINE_KEY", "the key that it shows there; empty: none")  # type: ignore[assignment]  # dataclass field

    def home_path(self) -> Path:
        """The folder of the store, `~` resolved; it may not exist yet."""
        if self.home:
            return Path(self.home).expanduser()
        return Path(platformdirs.user_data_dir("headroom", appauthor=False))


_VARIABLES = tuple((entry.name, entry.metadata["variable"], entry.default) for entry in fields(Settings))


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment.

    Raises:
        InputError: a variable holds no number where one is needed.
    """
    source = os.environ if environ is None else environ
    values: dict[str, str | int] = {}
    for name, variable, default in _VARIABLES:
        raw = source.get(variable, "")
        if not raw:
            continue
        if isinstance(default, int):
            if not raw.isascii() or not raw.isdigit():
                raise InputError(f"{variable}={raw!r} is no whole number; set it like {variable}={default}")
            values[name] = int(raw)
        else:
            values[name] = raw
    return Settings(**values)  # type: ignore[arg-type]  # each value has its field's type, by the loop above


def session_path() -> str:
    """The notebook that this kernel runs for, as Jupyter tells its kernels; "" if there is none."""
    return os.environ.get("JPY_SESSION_NAME", "")


def session_notebook() -> str:
    """The same, only where it is a notebook and not a console."""
    return path if (path := session_path()).endswith(".ipynb") else ""


def environment() -> dict[str, str]:
    """A copy of the whole environment, for a command that is started with it."""
    return dict(os.environ)
