"""The order of dependence holds, every module says what it exports, and siblings never meet."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from headroom_jupyter.plugins import BUILT_IN

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "headroom_jupyter"
MODULES = sorted(PACKAGE.rglob("*.py"))
# What all compressors stand on; any other module there belongs to the one kind that its name begins with.
_SHARED = {
    *("alignment", "base", "column_rules", "columns", "extremes", "json_places", "json_source", "passages", "paths"),
    *("pictures", "quantities", "sentences"),
}


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _family(family: str) -> list[str]:
    return sorted(target.partition(":")[0] for target in BUILT_IN[f"headroom_jupyter.{family}"])


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.update({node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)})
    return found


def test_the_contracts_hold() -> None:
    # In a process of its own: it sets up logging anew and would silence every logger of this one.
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("family", ["agents", "compressors", "providers"])
def test_every_built_in_plug_in_is_under_its_contract(family: str) -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert re.findall(rf'"(headroom_jupyter\.{family}\.\w+)"', project) == _family(family)


def test_every_kind_of_value_is_under_its_contract() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    told = {path.stem for path in (PACKAGE / "values").glob("*.py") if "def told(" in path.read_text(encoding="utf-8")}
    assert set(re.findall(r'"headroom_jupyter\.values\.(\w+)"', project)) == told


def test_a_compressors_second_module_is_imported_by_its_owner_alone() -> None:
    owners = {name.rpartition(".")[2] for name in _family("compressors")}
    owner_of = {}
    for path in (PACKAGE / "compressors").glob("*.py"):
        if path.stem not in _SHARED | owners | {"__init__"}:
            owner_of[path.stem] = path.stem.partition("_")[0]
    assert set(owner_of.values()) <= owners, "a module here is a kind, a kind's second module, or shared"
    for path in MODULES:
        for module in _imports(path):
            stem = module.removeprefix("headroom_jupyter.compressors.").partition(".")[0]
            if module.startswith("headroom_jupyter.compressors.") and stem in owner_of:
                is_cli = path.parent.name == "cli"
                assert is_cli or path.stem.partition("_")[0] == owner_of[stem], f"{_name(path)} imports {module}"


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_every_module_names_what_it_exports(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = [
        target.id
        for node in tree.body
        if isinstance(node, (ast.Assign, ast.AnnAssign))
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    ]
    is_only_text = all(isinstance(node, ast.Expr) for node in tree.body)
    assert is_only_text or "__all__" in names
    assert ast.get_docstring(tree)


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_no_module_is_longer_than_400_lines(path: Path) -> None:
    assert path.read_text(encoding="utf-8").count("\n") <= 400


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_no_function_is_longer_than_60_lines(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            assert (node.end_lineno or 0) - node.lineno < 60, f"{node.name} at line {node.lineno}"


def test_only_settings_read_the_environment() -> None:
    readers = [_name(path) for path in MODULES if {"os.environ", "os.getenv"} & _used(path)]
    assert readers == ["headroom_jupyter.settings"]


def _used(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)} | _imports(path)


def test_errors_are_defined_in_one_module() -> None:
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and path.stem != "errors":
                bases = " ".join(map(ast.unparse, node.bases))
                assert not re.search(r"Error\b|Exception\b", bases), f"{_name(path)} defines {node.name}"
