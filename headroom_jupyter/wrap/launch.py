"""A command becomes one whose requests go through a proxy.

Its environment is set for that, its arguments where an agent needs it, and where it may not be otherwise an entry in
its configuration, for as long as it runs.

The process of `headroom wrap` turns into the command, so its terminal, its signals and its exit code are the
command's own, with nobody in between.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from headroom_jupyter import files, settings
from headroom_jupyter.agents.base import DEFAULT_UPSTREAMS, Agent, Launch, Place, Proxied, Wire, own_base
from headroom_jupyter.ccr.project import find_project
from headroom_jupyter.errors import HeadroomError, InputError
from headroom_jupyter.wrap import proxies
from headroom_jupyter.wrap.agents import agents, journal, wrap_folder

__all__ = ["Plan", "plan_of", "restore_unused", "run"]

_PURPOSE = "wrap"
_LOOPBACK = "127.0.0.1"
_BASES: tuple[tuple[Wire, tuple[str, ...]], ...] = (
    ("anthropic", ("ANTHROPIC_BASE_URL",)),
    ("openai", ("OPENAI_BASE_URL", "OPENAI_API_BASE")),
    ("gemini", ("GOOGLE_GEMINI_BASE_URL",)),
)
_UPSTREAM = {wire: f"HEADROOM_{wire.upper()}_UPSTREAM" for wire in DEFAULT_UPSTREAMS}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is run: the proxy that is needed, and what is known of the command before there is one."""

    agent: Agent | None
    words: tuple[str, ...]
    place: Place
    wanted: proxies.Wanted
    bases: Mapping[Wire, str] = field(default_factory=dict)

    def launch(self, url: str) -> Launch:
        """The command with a proxy at this address."""
        own = self.agent.launch if self.agent else _any_command
        found = own(self.place, Proxied(url, self.wanted.upstreams, self.bases), self.words[1:])
        return replace(found, environ={**_common(self.place, url, self.wanted), **found.environ})


def plan_of(agent: Agent | None, words: Sequence[str], place: Place, *, level: str, memory_tokens: int = 0) -> Plan:
    """What running an agent, or with None any command, takes.

    Raises:
        InputError: there is no such command.
    """
    program = shutil.which(words[0], path=place.environ.get("PATH"))
    if program is None:
        advice = f"install {agent.name}, or " if agent else ""
        raise InputError(f"there is no command {words[0]!r} here; {advice}see to PATH")
    own = agent.upstreams(place) if agent else _in_environment(place)
    # Within a wrap the base addresses in the environment are a proxy's: what that was told itself comes first.
    given = {wire: url.rstrip("/") for wire, name in _UPSTREAM.items() if (url := place.get(name))}
    bases = {wire: url for wire, url in own.items() if given.get(wire, url) == url and url != DEFAULT_UPSTREAMS[wire]}
    upstreams = {**DEFAULT_UPSTREAMS, **bases, **given}
    marks = settings.load(place.environ).cache_breakpoints
    wanted = proxies.Wanted(find_project(str(place.cwd)), upstreams, level, memory_tokens, marks)
    return Plan(agent, (program, *words[1:]), place, wanted, bases)


def run(plan: Plan) -> None:
    """Become the command; this returns only by raising.

    Raises:
        HeadroomError: no proxy could be had, or the command cannot be run.
    """
    lease = proxies.acquire(wrap_folder() / "proxies", plan.wanted, _for_proxy(plan.place))
    launch = plan.launch(lease.url)
    if sys.stderr.isatty():
        _tell(f"what is saved, live: {lease.url}/dashboard")
    if launch.edits and plan.agent:
        try:
            _edit(plan.agent, launch)
        except InputError as err:
            _tell(f"{plan.agent.name} starts without an entry that it may need: {err}")
    sys.stderr.flush()
    words = [plan.words[0], *launch.arguments, *plan.words[1:]]
    for ignored in ("SIGPIPE", "SIGXFSZ"):  # by Python; what its starter ignored stays ignored
        if hasattr(signal, ignored):
            signal.signal(getattr(signal, ignored), signal.SIG_DFL)
    try:
        os.execve(words[0], words, {**plan.place.environ, **launch.environ})  # noqa: S606  # what its user asked for
    except OSError as err:
        raise HeadroomError(f"{words[0]} cannot be run: {err.strerror}; see to the file") from err


def restore_unused() -> None:
    """Take out of agents' files what stood there for a wrap, of agents of which none runs any more."""
    import fcntl  # noqa: PLC0415  # Windows has none, and no wrap

    for agent in agents():
        place = _lease_of(agent)
        if not place.exists():
            continue
        descriptor = os.open(place, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            journal().take(agent.name, purpose=_PURPOSE)
        except BlockingIOError:
            continue
        except HeadroomError as err:  # the other agents' files are still to be seen to
            _tell(
                f"an entry for {agent.name} is left in its file, and headroom unwrap {agent.name} takes it out: {err}"
            )
        finally:
            os.close(descriptor)


def _tell(text: str) -> None:
    sys.stderr.write(f"headroom: {text}\n")


def _edit(agent: Agent, launch: Launch) -> None:
    """Put entries in, for as long as the command or any of its children lives."""
    import fcntl  # noqa: PLC0415  # the same

    place = _lease_of(agent)
    files.make_private(place.parent)
    descriptor = os.open(place, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    os.set_inheritable(descriptor, True)
    journal().put(agent.name, launch.edits, purpose=_PURPOSE)


def _lease_of(agent: Agent) -> Path:
    return wrap_folder() / "agents" / agent.name


def _in_environment(place: Place) -> dict[Wire, str]:
    return {wire: base for wire, names in _BASES if (base := own_base(place, *names))}


def _any_command(place: Place, proxied: Proxied, arguments: tuple[str, ...]) -> Launch:
    """The variables that the providers' own clients look at."""
    bases = {"anthropic": proxied.url, "openai": proxied.base("openai"), "gemini": proxied.url}
    return Launch(environ={name: bases[wire] for wire, names in _BASES for name in names})


def _for_proxy(place: Place) -> dict[str, str]:
    """The environment without a token, which no agent would send, and with the store's place as it is from here."""
    own = {name: value for name, value in place.environ.items() if name != "HEADROOM_TOKEN"}
    return own | ({"HEADROOM_HOME": str(wrap_folder().parent)} if own.get("HEADROOM_HOME") else {})


def _common(place: Place, url: str, wanted: proxies.Wanted) -> dict[str, str]:
    """What every command gets: its proxy, what lies behind it, and no other proxy before it."""
    upstreams = {_UPSTREAM[wire]: wanted.upstreams[wire] for wire in DEFAULT_UPSTREAMS}
    found = {"HEADROOM_PROXY": url, "HEADROOM_PROJECT": wanted.project, **upstreams}
    for name in ("NO_PROXY", "no_proxy"):
        hosts = [host for host in place.get(name).split(",") if host]
        found[name] = ",".join(dict.fromkeys([*hosts, _LOOPBACK]))
    return found
