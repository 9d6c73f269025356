"""A real proxy in a thread of this process, or in a process of its own; not a test."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import uvicorn

from headroom_jupyter.proxy import server
from headroom_jupyter.proxy.config import ProxyConfig

__all__ = ["ProxyProcess", "proxy_process", "proxy_thread"]


@contextmanager
def proxy_thread(upstream: str, **options: Any) -> Iterator[str]:
    """The URL of a proxy that sends everything to `upstream`."""
    config = ProxyConfig(dict.fromkeys(("anthropic", "openai", "gemini"), upstream), port=0, **options)
    own = server.listen(config)
    started = threading.Event()
    running: list[uvicorn.Server] = []

    def note(one: uvicorn.Server) -> None:
        running.append(one)
        started.set()

    thread = threading.Thread(target=server.serve, args=(config, own), kwargs={"on_start": note})
    thread.start()
    try:
        assert started.wait(30)
        yield f"http://127.0.0.1:{own.getsockname()[1]}"
    finally:
        for one in running:
            one.should_exit = True
        thread.join()


class ProxyProcess:
    """`headroom proxy` as a person starts it."""

    def __init__(self, upstream: str, environ: Mapping[str, str] | None = None, *, has_log: bool = False) -> None:
        names = [f"--{vendor}-upstream={upstream}" for vendor in ("anthropic", "openai", "gemini")]
        command = [sys.executable, "-m", "headroom_jupyter", "proxy", "--port=0", "--json", *names]
        own = {**os.environ, **(environ or {})}
        self._log = tempfile.TemporaryFile() if has_log else None  # noqa: SIM115  # closed by _reap
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self._log, env=own)
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, "the proxy did not start"
        self.told = json.loads(line)
        self.log = b""
        self.url = str(self.told["url"])

    def kill(self) -> None:
        """kill -9."""
        self.process.send_signal(signal.SIGKILL)
        self._reap()

    def stop(self) -> None:
        """As Ctrl-C does."""
        self.process.terminate()
        self._reap()

    def _reap(self) -> None:
        self.process.wait()
        if self._log:
            self._log.seek(0)
            self.log = self._log.read()
            self._log.close()
        if self.process.stdout:
            self.process.stdout.close()


@contextmanager
def proxy_process(upstream: str, environ: Mapping[str, str] | None = None) -> Iterator[ProxyProcess]:
    """A process that is stopped in the end."""
    proxy = ProxyProcess(upstream, environ)
    try:
        yield proxy
    finally:
        if proxy.process.poll() is None:
            proxy.stop()
