"""The TypeScript client: linted, built, tested by its own tests, installed as a package, and one with the library.

Node is needed, and the npm registry on the first run. Without Node this is skipped, but never in CI.
"""

from __future__ import annotations

import json
import os
import pwd
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from headroom_jupyter import RETRIEVE_TOOL, __version__
from tests.proxies import proxy_process

FOLDER = Path(__file__).parents[1] / "labextension"
SOURCES = sorted((FOLDER / "src" / "client").glob("*.ts"))
Yarn = Callable[..., str]

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
    yarn("lint:client")


def test_its_own_tests_pass_also_against_a_real_proxy(yarn: Yarn) -> None:
    with proxy_process("http://127.0.0.1:9") as proxy:
        told = yarn("test:client", HEADROOM_TEST_PROXY=proxy.url)
    found = {name: int(count) for name, count in re.findall(r"^# (pass|fail|skipped) (\d+)$", told, re.MULTILINE)}
    assert found["pass"] >= 30
    assert (found["fail"], found["skipped"]) == (0, 0)


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
