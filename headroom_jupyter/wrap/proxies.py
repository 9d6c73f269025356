"""A proxy for a project and its upstreams: found running or started, and gone when nobody uses it any more.

All of it hangs on locks that the kernel takes back from whoever ends, however it ends. A proxy holds `alive` as long
as it lives, so the address beside that file is its own and no stranger's that took the port later. Who uses a proxy
holds `lease`, shared, and hands it down to the command it becomes and to that command's children; when nobody holds it
any more, the proxy, which waits for it alone, stops.
"""

from __future__ import annotations

import json
import logging
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from headroom_jupyter import __version__, files
from headroom_jupyter.agents.base import Wire
from headroom_jupyter.errors import HeadroomError, InputError

__all__ = ["Lease", "Wanted", "acquire", "when_unused"]

_START_S = 60.0  # a start takes about a second; this is for a machine that swaps
_STOP_S = 10.0  # more than the proxy itself gives to requests under way
_ANSWER_S = 30.0
_log = logging.getLogger(__name__)
_TOLD = 8000  # characters of a proxy's last words


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a proxy must be like to be used: its project, where it sends what, how far it goes, what it adds."""

    project: str
    upstreams: Mapping[Wire, str]
    level: str
    memory_tokens: int = 0
    cache_breakpoints: int = 0

    @property
    def key(self) -> str:
        """The name of its folder: another Python, version or store is another proxy."""
        own = [
            self.project,
            sorted(self.upstreams.items()),
            self.level,
            self.memory_tokens,
            self.cache_breakpoints,
            __version__,
            sys.executable,
        ]
        return sha256(json.dumps(own).encode()).hexdigest()[:16]

    def command(self) -> list[str]:
        """The words after `headroom`."""
        upstreams = [f"--{wire}-upstream={url}" for wire, url in sorted(self.upstreams.items())]
        return ["proxy", "--port=0", "--json", f"--level={self.level}", *upstreams]

    def environ(self) -> dict[str, str]:
        """What its environment says beside that."""
        return {
            "HEADROOM_PROJECT": self.project,
            "HEADROOM_MEMORY_TOKENS": str(self.memory_tokens),
            "HEADROOM_CACHE_BREAKPOINTS": str(self.cache_breakpoints),
        }


@dataclass(frozen=True, slots=True)
class Lease:
    """A running proxy that stays as long as `descriptor` is open in any process."""

    url: str
    descriptor: int


def acquire(folder: Path, wanted: Wanted, environ: Mapping[str, str]) -> Lease:
    """A running proxy, started when there is none.

    Args:
        folder: Where proxies are kept, each in a folder of its own.
        wanted: What it must be like.
        environ: Its environment, should it be started.

    Raises:
        HeadroomError: it does not start.
    """
    own = files.make_private(files.make_private(folder) / wanted.key)
    with files.locked(own / "starting"):
        # One that is about to stop holds the lease alone: then this waits until it is gone.
        lease = _locked(own / "lease", is_shared=True)
        try:
            while (url := _running(own)) == "":
                # Its wrap was killed before it could note the address. Nobody else uses it: let it stop.
                os.close(lease)
                os.close(_locked(own / "alive", is_shared=True))
                lease = _locked(own / "lease", is_shared=True)
            url = url or _started(own, wanted, environ)
        except BaseException:
            os.close(lease)
            raise
    os.set_inheritable(lease, True)
    return Lease(url, lease)


def when_unused(folder: Path, act: Callable[[], None]) -> None:
    """Wait until nobody holds a proxy's lease, keep it from then on, and act.

    This is the proxy's own side: it runs in a thread of its process, and `alive` is held by that process already.
    """
    _locked(folder / "lease", is_shared=False)
    with suppress(FileNotFoundError):
        (folder / "proxy.json").unlink()
    try:
        act()
    except Exception:  # noqa: BLE001  # a proxy that stayed would hold its lease, and the next wrap would wait for ever
        _log.warning("the last that a proxy had to do failed", exc_info=True)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_STOP_S)
    os._exit(0)


def _running(own: Path) -> str | None:
    """The address of the proxy that lives here; None when there is none, "" when it is not known.

    Raises:
        HeadroomError: it does not answer, or something else does.
    """
    fcntl = _fcntl()
    alive = os.open(own / "alive", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(alive, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        data = files.read(own / "proxy.json")
        if data is None:
            return ""
        told = json.loads(data)
        if not _answers(told):
            raise HeadroomError(
                f"the proxy of this project, process {told['pid']}, does not answer; stop it (kill {told['pid']})"
            ) from None
        return str(told["url"])
    finally:
        os.close(alive)
    return None


def _answers(told: Mapping[str, Any]) -> bool:
    """Whether the process that was started is the one that answers there."""
    from http.client import HTTPConnection, HTTPException  # noqa: PLC0415  # only where one runs already

    connection = HTTPConnection("127.0.0.1", int(told["port"]), timeout=_ANSWER_S)
    try:
        connection.request("GET", "/livez")
        found = json.loads(connection.getresponse().read())
    except (OSError, HTTPException, ValueError):
        return False
    finally:
        connection.close()
    return isinstance(found, dict) and bool(found.get("pid") == told["pid"])


def _started(own: Path, wanted: Wanted, environ: Mapping[str, str]) -> str:
    """Start a proxy and wait until it says where it listens."""
    alive = _locked(own / "alive", is_shared=False)
    log = os.open(own / "log", os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        process = subprocess.Popen(  # noqa: S603  # our own module
            [sys.executable, "-m", "headroom_jupyter.cli.leased", str(own), *wanted.command()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            pass_fds=(alive,),  # and with it the lock
            cwd=str(own),
            env={**environ, **wanted.environ()},
        )
    finally:
        os.close(alive)
        os.close(log)
    told = _first_words(process)
    process.wait()  # it leaves a child that is nobody's, least of all the command's
    if told is None:
        words = (files.read(own / "log") or b"").decode(errors="replace")[-_TOLD:].strip()
        raise HeadroomError(f"the proxy did not start: {words or 'it said nothing'}; try: headroom proxy --port 0")
    files.replace(own / "proxy.json", json.dumps(told).encode())
    return str(told["url"])


def _locked(path: Path, *, is_shared: bool) -> int:
    """A descriptor that holds a lock on a file, waited for if need be."""
    fcntl = _fcntl()
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX)
    return descriptor


def _first_words(process: subprocess.Popen[bytes]) -> dict[str, Any] | None:
    """The JSON that a proxy prints once it listens; None when it ends or takes too long."""
    assert process.stdout is not None  # noqa: S101  # it was asked for
    text, end = b"", time.monotonic() + _START_S
    with process.stdout as pipe:
        while (rest := end - time.monotonic()) > 0 and select.select([pipe], [], [], rest)[0]:
            piece = os.read(pipe.fileno(), 65536)
            text += piece
            with suppress(ValueError):
                told = json.loads(text)
                return told if isinstance(told, dict) and "url" in told else None
            if not piece:
                break
    return None


def _fcntl() -> Any:
    try:
        import fcntl  # noqa: PLC0415  # Windows has none
    except ImportError as err:
        raise InputError(
            "headroom wrap needs Linux or macOS; start headroom proxy and set the agent's base URL yourself"
        ) from err
    return fcntl
