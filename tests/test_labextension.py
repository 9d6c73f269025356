"""TypeScript: the panel and the client, linted and tested by their own tests; the panel's bundle as it is installed.

Node is needed, and the npm registry on the first run. Without Node this is skipped, but never in CI.
"""

from __future__ import annotations

import json
import os
import pwd
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from headroom_jupyter import RETRIEVE_TOOL, __version__
from tests.proxies import proxy_process

FOLDER = Path(__file__).parents[1] / "labextension"
BUNDLE = FOLDER.parent / "headroom_jupyter" / "labextension"
SOURCES = sorted((FOLDER / "src" / "client").glob("*.ts"))
Yarn = Callable[..., str]
# What a value may say beside a theme's variables.
_PLAIN = {
    *("none", "inherit", "transparent", "currentcolor", "color-mix", "srgb", "solid", "dashed", "inset", "collapse"),
}

pytestmark = [
    pytest.mark.skipif(
        shutil.which("node") is None and not os.environ.get("CI"), reason="Node is not installed; apt install nodejs"
    ),
    pytest.mark.timeout(600),  # the first run downloads what eslint and tsc need
]


@pytest.fixture(scope="module")
def yarn() -> Yarn:
    """Runs a script of package.json, its packages installed as yarn.lock has them."""

    def run(*arguments: str, **variables: str) -> str:
        command = [str(Path(sysconfig.get_path("scripts")) / "jlpm"), *arguments]
        done = subprocess.run(
            command, cwd=FOLDER, env={**os.environ, **variables}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    # The empty home of the tests (see conftest.py) has no cache of packages.
    run("install", "--immutable", HOME=pwd.getpwuid(os.getuid()).pw_dir)
    return run


def test_it_follows_the_rules(yarn: Yarn) -> None:
    yarn("lint:client")  # the panel's rules need all of JupyterLab's types; command 2 of the README has them checked


def test_its_own_tests_pass_also_against_a_real_proxy(yarn: Yarn) -> None:
    with proxy_process("http://127.0.0.1:9") as proxy:
        _all_pass(yarn("test:client", HEADROOM_TEST_PROXY=proxy.url), 30)


def test_the_panels_own_tests_pass(yarn: Yarn) -> None:
    _all_pass(yarn("test:panel"), 30)


def _all_pass(told: str, at_least: int) -> None:
    found = {name: int(count) for name, count in re.findall(r"^# (pass|fail|skipped) (\d+)$", told, re.MULTILINE)}
    assert found["pass"] >= at_least
    assert (found["fail"], found["skipped"]) == (0, 0)


def test_the_committed_bundle_is_of_these_sources(yarn: Yarn) -> None:
    yarn("check:bundle")


def test_the_bundle_is_small() -> None:
    assert sum(path.stat().st_size for path in (BUNDLE / "static").glob("*.js")) < 300_000


@pytest.mark.parametrize("path", sorted((FOLDER / "style").glob("*.css")), ids=lambda path: path.name)
def test_colours_and_fonts_are_the_themes_own(path: Path) -> None:
    rules = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for name, value in re.findall(r"([\w-]+):\s*([^;{}]+);", rules):
        if re.search(r"color|background|border|outline|shadow|fill|stroke", name):
            words = re.sub(r"var\((?:[^()]|\([^()]*\))*\)", "", value)
            assert not re.search(r"#\w{3}|\b(?:rgb|hsl|oklch|lab|lch)a?\(", words), f"{name}: {value}"
            assert set(re.findall(r"[a-z]{3,}(?:-[a-z]+)*", words)) <= _PLAIN, f"{name}: {value}"
        elif name in ("font-family", "font-size"):
            assert value == "inherit" or value.startswith("var(--jp-"), f"{name}: {value}"


def test_installing_brings_the_panel_to_where_jupyterlab_looks(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    # Neither Node nor JupyterLab's tools: the path is empty.
    subprocess.run(command, cwd=FOLDER.parent, env={"PATH": ""}, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    data = f"headroom_jupyter-{__version__}.data/data/"
    there = {name.removeprefix(data) for name in names if name.startswith(data)}
    panel = "share/jupyter/labextensions/headroom-jupyter/"
    built = {path.relative_to(BUNDLE).as_posix() for path in BUNDLE.rglob("*") if path.is_file()}
    assert {panel + name for name in (*built, "install.json")} <= there
    assert "etc/jupyter/jupyter_server_config.d/headroom_jupyter.json" in there
    assert not [name for name in names if name.startswith("headroom_jupyter/labextension")]


def test_it_can_be_installed_as_a_package_and_used_both_ways(yarn: Yarn, tmp_path: Path) -> None:
    yarn("build:client")
    package = tmp_path / "node_modules" / "headroom-jupyter-client"
    shutil.copytree(FOLDER / "dist" / "client", package)
    manifest = json.loads((package / "package.json").read_text())
    assert manifest["version"] == __version__
    assert "dependencies" not in manifest
    shown = "retrieveTool, compress, HeadroomError"
    imported = f"import {{ {shown} }} from 'headroom-jupyter-client';"
    required = f"const {{ {shown} }} = require('headroom-jupyter-client');"
    names = ("openai", "openai_responses", "anthropic", "gemini")
    tools = f"console.log(JSON.stringify({list(names)}.map(retrieveTool)))"
    for kind, head in (("module", imported), ("commonjs", required)):
        found = _node(tmp_path, f"--input-type={kind}", "-e", f"{head}\n{tools}")
        assert [_without_strict(tool) for tool in found] == [RETRIEVE_TOOL(name) for name in names]


def _node(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    done = subprocess.run(["node", *arguments], cwd=folder, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert isinstance(found, list)
    return found


def _without_strict(tool: dict[str, Any]) -> dict[str, Any]:
    """OpenAI's SDK for TypeScript asks for a field that its Python SDK and the API can do without."""
    return {name: value for name, value in tool.items() if name != "strict"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_it_imports_nothing_but_itself(path: Path) -> None:
    found = re.findall(r"(?:from|import|require\() ?['\"]([^'\"]+)['\"]", path.read_text(encoding="utf-8"))
    assert all(name.startswith("./") for name in found)


def test_the_lock_file_names_no_host() -> None:
    assert "://" not in (FOLDER / "yarn.lock").read_text(encoding="utf-8")
