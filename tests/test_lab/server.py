"""A real Jupyter server of this environment, and requests to it; not a test."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headroom_jupyter.ccr.store import Store

__all__ = ["Answer", "Server", "running_server"]

_STARTS_S = 90
# Ours is switched on by its own file, as after `pip install`; the others would only take time.
_OTHERS = ("jupyterlab", "jupyter_lsp", "jupyter_server_terminals", "notebook_shim", "notebook", "nbclassic")
_ALONE = {"ServerApp": {"jpserver_extensions": dict.fromkeys(_OTHERS, False)}}


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Its body."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Server:
    """Where a server is, its root and the home of its store."""

    url: str
    token: str
    root: Path
    home: Path

    def ask(self, method: str, path: str, body: object = None, *, token: str | None = None, **given: Any) -> Answer:
        """One request, below `headroom/`; `token=""` sends none."""
        query = urllib.parse.urlencode({name: str(value) for name, value in given.items()})
        key = self.token if token is None else token
        request = urllib.request.Request(  # noqa: S310  # our own server
            f"{self.url}/headroom/{path}{'?' * bool(query)}{query}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"token {key}"} if key else {},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as found:  # noqa: S310
                return Answer(found.status, dict(found.headers), found.read())
        except urllib.error.HTTPError as err:
            return Answer(err.code, dict(err.headers), err.read())

    def get(self, path: str, **given: Any) -> Any:
        """What a GET answers."""
        answer = self.ask("GET", path, **given)
        assert answer.status == 200, answer.body
        return answer.json

    def post(self, path: str, body: object, **given: Any) -> Any:
        """What a POST answers."""
        answer = self.ask("POST", path, body, **given)
        assert answer.status == 200, answer.body
        return answer.json

    def store(self, document: str = "", **given: Any) -> Store:
        """The store that another process of the same user has, of a document's project."""
        return Store(self.home / "store", project=str(self.root / document), **given)


@contextmanager
def running_server(folder: Path) -> Iterator[Server]:
    """A server whose root is `folder/root`, with a store of its own."""
    root, home = folder / "root", folder / "home"
    root.mkdir()
    token = secrets.token_hex(8)
    places = {name: str(folder / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")}
    (folder / "JUPYTER_CONFIG_DIR").mkdir()
    (folder / "JUPYTER_CONFIG_DIR" / "jupyter_server_config.json").write_text(json.dumps(_ALONE))
    told = folder / "told"
    command = [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", "--ServerApp.port=0"]
    command += ["--ServerApp.ip=127.0.0.1", f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={root}"]
    with told.open("w") as log:
        process = subprocess.Popen(
            command, env={**os.environ, **places, "HEADROOM_HOME": str(home)}, stdout=log, stderr=log
        )
    try:
        yield Server(_address(process, folder / "JUPYTER_RUNTIME_DIR", told), token, root, home)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def _address(process: subprocess.Popen[bytes], runtime: Path, told: Path) -> str:
    """Where it listens, once it says so."""
    end = time.monotonic() + _STARTS_S
    while time.monotonic() < end and process.poll() is None:
        for file in runtime.glob("jpserver-*.json"):
            try:
                return str(json.loads(file.read_text())["url"]).rstrip("/")
            except (ValueError, KeyError):
                continue  # it is being written
        time.sleep(0.05)
    raise AssertionError(told.read_text()[-3000:])
