"""`headroom doctor`: whether everything works here, and what to do where it does not."""

from __future__ import annotations

import shutil
import stat
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass

import click

from headroom_jupyter import Store, settings
from headroom_jupyter.cli import options
from headroom_jupyter.cli.cache import tell_cache
from headroom_jupyter.cli.screen import console, new_table, row, write_json
from headroom_jupyter.compressors.code_languages import LANGUAGES, parse
from headroom_jupyter.errors import HeadroomError
from headroom_jupyter.pipeline import providers
from headroom_jupyter.router import compressors
from headroom_jupyter.tokens import tokenizer_for

__all__ = ["doctor"]

# Counts by tiktoken 0.14 of the text below, so that a broken vocabulary shows.
_KNOWN_TEXT = "def f(x):\n    return {'漢字かな交じり文': 1234567, 'größer': 'übrigens', 'ok': None}  # <|endoftext|>\n"
_KNOWN_COUNTS = {"o200k_base": 43, "cl100k_base": 45}
_NEAR_QUOTA = 0.95
_LEAST_FREE_BYTES = 100_000_000


@dataclass(frozen=True)
class _Finding:
    """What one check found; `remedy` is empty when there is nothing to do."""

    check: str
    is_ok: bool
    told: str
    remedy: str = ""


def _python() -> _Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    is_ok = sys.version_info >= (3, 10)
    return _Finding("python", is_ok, f"{version} at {sys.executable}", "install Python 3.10 or newer")


def _tokenizer() -> _Finding:
    counts = {encoding: tokenizer_for(encoding).count(_KNOWN_TEXT) for encoding in _KNOWN_COUNTS}
    told = ", ".join(f"{encoding} counts {count}" for encoding, count in counts.items())
    remedy = "its vocabulary is damaged: pip install --force-reinstall bpe-openai==0.1.4"
    return _Finding("tokenizer", counts == _KNOWN_COUNTS, f"{told}; offline", remedy)


def _grammars() -> _Finding:
    for language in LANGUAGES:
        parse(language, "x\n")  # an ImportError names the one that is missing
    return _Finding("grammars", True, f"{len(LANGUAGES)} languages")


def _plugins() -> _Finding:
    return _Finding("plug-ins", True, f"{len(compressors())} compressors, {len(providers())} wire formats")


def _project() -> _Finding:
    with Store() as store:
        return _Finding("project", True, f"{store.project}; originals: {len(store.refs()):,}")


def _store() -> _Finding:
    """A real write: nothing else shows a full disk or a read-only mount."""
    with Store() as store:
        store.note({b"doctor": lambda _: b"was here"})
        return _Finding("store", True, f"{store.path} can be written")


def _privacy() -> _Finding:
    with Store() as store:
        path = store.path
    loose = [str(place) for place in (path, *path.iterdir()) if stat.S_IMODE(place.stat().st_mode) & 0o077]
    told = f"others may read {loose[0]}" if loose else "folder 0700, files 0600"
    return _Finding("privacy", not loose, told, f"chmod -R go-rwx {path}")


def _space() -> _Finding:
    with Store() as store:
        used, quota, free = store.volume_bytes(), settings.load().quota_bytes, shutil.disk_usage(store.path).free
    told = f"{used / 1e6:,.1f} MB of {quota / 1e6:,.0f} MB used; {free / 1e6:,.0f} MB free on the disk"
    is_ok = used < _NEAR_QUOTA * quota and free > _LEAST_FREE_BYTES
    return _Finding("space", is_ok, told, "free some space, raise HEADROOM_QUOTA_BYTES or lower HEADROOM_EXPIRY_DAYS")


_CHECKS: tuple[Callable[[], _Finding], ...] = (
    *(_python, _tokenizer, _grammars, _plugins),
    *(_project, _store, _privacy, _space),
)


@click.command(epilog="Examples:\n\n\b\n  headroom doctor --json\n  headroom doctor --cache requests.jsonl")
@click.option(
    "--cache",
    "log",
    metavar="LOG",
    help="Tell instead what keeps a provider's prompt cache cold: JSON lines, each a request body of OpenAI,"
    ' Anthropic or Gemini, alone or as "request" beside "usage".',
)
@options.as_json
def doctor(log: str | None, as_json: bool) -> None:
    """Check that everything works here; exit code 1 if something does not."""
    if log is not None:
        tell_cache(log, as_json=as_json)
        return
    findings = [_found(check) for check in _CHECKS]
    if as_json:
        write_json({"is_ok": all(finding.is_ok for finding in findings), "checks": [asdict(one) for one in findings]})
    else:
        table = new_table("", "check", "found", "what to do")
        for one in findings:
            row(table, "ok" if one.is_ok else "FAIL", one.check, one.told, one.remedy, style="" if one.is_ok else "red")
        console().print(table)
    if not all(finding.is_ok for finding in findings):
        raise click.exceptions.Exit(1)


def _found(check: Callable[[], _Finding]) -> _Finding:
    """What a check found; its own failure is a finding too."""
    name = check.__name__.strip("_")
    try:
        found = check()
    except HeadroomError as err:
        what, _, remedy = str(err).rpartition("; ")
        return _Finding(name, False, what or str(err), remedy if what else "")
    except (ImportError, OSError) as err:
        return _Finding(name, False, str(err), "pip install --force-reinstall headroom_jupyter")
    return _Finding(found.check, found.is_ok, found.told, "" if found.is_ok else found.remedy)
