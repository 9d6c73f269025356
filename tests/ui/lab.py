"""A real JupyterLab on a free port, and a real Chromium to look at it; not a test."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

__all__ = ["Lab", "chromium", "lab_server"]

expect.set_options(timeout=30_000)  # on a busy machine a kernel's answer takes its time
_ROOT = Path(__file__).parents[2]
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
# What calls the network, or pops up.
_DISABLED = {
    "@jupyterlab/apputils-extension:announcements": True,
    "@jupyterlab/extensionmanager-extension:plugin": True,
}


@dataclass(frozen=True)
class Lab:
    """Where a running JupyterLab is."""

    url: str
    token: str
    root: Path

    def open(self, page: Page, notebook: str) -> None:
        """Open a notebook of the server's folder, and wait until its kernel is idle."""
        page.goto(f"{self.url}/lab/tree/{notebook}?token={self.token}&reset")
        page.wait_for_function("window.jupyterapp && window.jupyterapp.started")
        page.wait_for_selector(".jp-Notebook .jp-Cell")
        page.wait_for_function(
            "window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'", timeout=120_000
        )

    def run_all(self, page: Page) -> None:
        """Run all cells, and wait until the last is done."""
        page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")

    def theme(self, page: Page, name: str) -> None:
        """Switch to "JupyterLab Light" or "JupyterLab Dark"."""
        page.evaluate("name => window.jupyterapp.commands.execute('apputils:change-theme', {theme: name})", name)
        page.wait_for_function("name => document.body.dataset.jpThemeName === name", arg=name)


@contextmanager
def lab_server(root: Path, home: Path) -> Iterator[Lab]:
    """JupyterLab over a folder; its settings and logs go to `home`."""
    pages = home / "config" / "labconfig"
    pages.mkdir(parents=True)
    (pages / "page_config.json").write_text(json.dumps({"disabledExtensions": _DISABLED}))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(8)
    # Panel and server extension of this checkout, not those that were installed with an earlier state of it.
    extensions = home / "labextensions"
    extensions.mkdir()
    bundle = _ROOT / "headroom_jupyter" / "labextension"
    (extensions / "headroom-jupyter").symlink_to(bundle, target_is_directory=True)
    enabled = home / "config" / "jupyter_server_config.d"
    enabled.symlink_to(_ROOT / "jupyter-config" / "server-config", target_is_directory=True)
    folders = {"CONFIG_DIR": "config", "RUNTIME_DIR": "runtime", "DATA_DIR": "data"}
    lab_folders = {"SETTINGS_DIR": "settings", "WORKSPACES_DIR": "workspaces"}
    environ = {
        **os.environ,
        **{f"JUPYTER_{name}": str(home / folder) for name, folder in folders.items()},
        **{f"JUPYTERLAB_{name}": str(home / folder) for name, folder in lab_folders.items()},
        "IPYTHONDIR": str(home / "ipython"),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    arguments = [
        *("--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"),
        *("--ServerApp.port_retries=0", f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={root}"),
        "--LabApp.expose_app_in_browser=True",
        f"--LabApp.extra_labextensions_path={extensions}",
    ]
    log_path = home / "lab.log"
    with log_path.open("w") as log:
        command = [sys.executable, "-m", "jupyterlab", *arguments]
        server = subprocess.Popen(command, env=environ, stdout=log, stderr=subprocess.STDOUT)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(f"{url}/api?token={token}", server, log_path)
            yield Lab(url, token, root)
        finally:
            server.terminate()
            try:
                server.wait(30)  # a busy machine takes its time
            except subprocess.TimeoutExpired:  # it waits for a kernel that is gone
                server.kill()
                server.wait(30)


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 120
    while True:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  # our own server
                answer.read()
            return
        except OSError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"JupyterLab did not start:\n{log.read_text()[-3000:]}") from None
            time.sleep(0.1)


@contextmanager
def chromium() -> Iterator[Page]:
    """A page of the system's Chromium."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for path in map(shutil.which, names) if path), None)
    assert found, "the browser tests need Chromium; run: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=_FLAGS)
        try:
            yield browser.new_context(viewport={"width": 1300, "height": 900}).new_page()
        finally:
            browser.close()
