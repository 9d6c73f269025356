"""Which names a cell binds and which it needs, by its syntax tree; nothing is run.

A cell that does not parse is read line by line, as far as that goes.
"""

from __future__ import annotations

import ast
import builtins
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from IPython.core.inputtransformer2 import TransformerManager

__all__ = ["Names", "names_of"]

# Cell magics whose body is Python of the notebook; any other body is a text of its own.
_PYTHON_MAGIC = re.compile(r"\A\s*%%(?:time|capture|prun|headroom|timeit)\b[^\n]*(?:\n|\Z)")
_MAGIC_OUTPUT = re.compile(r"^\s*%{1,2}headroom\b.*?\s(?:-o|--out)[ =](\w+)", re.MULTILINE)
_CAPTURE = re.compile(r"\A\s*%%capture\s+(?:--\S+\s+)*([A-Za-z_]\w*)")
_BINDING = re.compile(
    r"^(?:(?P<def>(?:async\s+)?def|class)\s+)?(?P<name>[A-Za-z_]\w*)(?(def)|\s*(?::[^=\n]+)?=(?!=))", re.MULTILINE
)
_IMPORT = re.compile(r"^(?:from\s+\S+\s+)?import\s+(.+)$", re.MULTILINE)
_ODD_ENDS = re.compile(r"[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")  # line ends to str.splitlines alone
_LONGEST_SIGNATURE = 80
_BUILTIN = frozenset(dir(builtins))


@dataclass(frozen=True)
class Names:
    """What a cell binds, in order, and what it needs; `shown` are its definitions with signatures."""

    imports: tuple[str, ...] = ()
    defines: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    uses: frozenset[str] = frozenset()

    @property
    def binds(self) -> tuple[str, ...]:
        """All names that the cell binds."""
        return (*self.imports, *self.defines)

    def line(self) -> str:
        """Them all in a line, for a reader who does not see the cell; "" if there are none."""
        parts = [f"imports {', '.join(self.imports)}"] if self.imports else []
        return "; ".join([*parts, f"defines {', '.join(self.shown)}"] if self.shown else parts)


@lru_cache(maxsize=2048)
def names_of(source: str) -> Names:
    """The names of a cell.

    >>> names = names_of("import numpy as np\\ndef f(a, *, b=1): return np.abs(a)\\nx, y = f(z), 2")
    >>> names.line(), sorted(names.uses)
    ('imports np; defines f(a, *, b=1), x, y', ['z'])
    """
    named = [*_MAGIC_OUTPUT.findall(source), *_CAPTURE.findall(source)]
    match = _PYTHON_MAGIC.match(source)
    body = source[match.end() :] if match else source
    try:
        tree = _parsed(_ODD_ENDS.sub(" ", body))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _by_lines(body, named)
    found = dict(_bound(tree.body))
    imports = [name for name, shown in found.items() if shown is None]
    defines = [name for name, shown in found.items() if shown is not None]
    more = [name for name in named if name not in found]
    shown = [*(text for text in found.values() if text is not None), *more]
    own = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    uses = (own - _BUILTIN - set(found) - set(_local(tree)) - {"get_ipython"}) | _used_first(tree, found)
    return Names(tuple(imports), (*defines, *more), tuple(shown), frozenset(uses))


def _parsed(body: str) -> ast.Module:
    """The syntax tree of a cell, its magics as IPython writes them, without warnings on the person's code."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(TransformerManager().transform_cell(body))  # type: ignore[no-untyped-call]  # no types


def _bound(body: list[ast.stmt]) -> Iterator[tuple[str, str | None]]:
    """Names that statements bind outside functions, with what to show of them; None for an import."""
    for node in body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from ((alias.asname or alias.name.partition(".")[0], None) for alias in node.names)
            continue
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, _signature(node)
            continue
        if isinstance(node, ast.ClassDef):
            yield node.name, f"class {node.name}"
            continue
        for part in _outside_functions(node):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                yield part.id, part.id
        for name in ("body", "orelse", "finalbody"):
            yield from _nested(getattr(node, name, None))
        for handler in getattr(node, "handlers", ()):
            yield from _nested(handler.body)


def _nested(body: object) -> Iterator[tuple[str, str | None]]:
    """Definitions and imports inside a block; its plain names are found by `_outside_functions`."""
    kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    for node in body if isinstance(body, list) else ():
        if isinstance(node, kinds):
            yield from _bound([node])
        elif isinstance(node, ast.stmt):
            for name in ("body", "orelse", "finalbody"):
                yield from _nested(getattr(node, name, None))


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    """A node and what is in it, without the insides of functions, classes and comprehensions."""
    inner = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
    comprehensions = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
    stack = [node]
    while stack:
        part = stack.pop()
        yield part
        if not isinstance(part, (*inner, *comprehensions)):
            stack.extend(reversed(list(ast.iter_child_nodes(part))))


def _signature(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    arguments = ast.unparse(node.args)
    short = arguments if len(arguments) <= _LONGEST_SIGNATURE else arguments[:_LONGEST_SIGNATURE] + "…"
    return f"{node.name}({short})"


def _local(tree: ast.AST) -> Iterator[str]:
    """Names that are parameters or are bound only inside functions and comprehensions."""
    outside = {part.id for part in _outside_functions(tree) if isinstance(part, ast.Name)}
    for node in ast.walk(tree):
        if isinstance(node, ast.arg) and node.arg not in outside:
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id not in outside:
            yield node.id


def _used_first(tree: ast.Module, found: dict[str, str | None]) -> set[str]:
    """Bound names that the cell reads before it binds them: those it needs from another cell."""
    needed: set[str] = set()
    bound: set[str] = set()
    for statement in tree.body:
        parts = list(_outside_functions(statement))
        stored = {p.id for p in parts if isinstance(p, ast.Name) and isinstance(p.ctx, ast.Store)}
        loaded = {p.id for p in parts if isinstance(p, ast.Name) and isinstance(p.ctx, ast.Load)}
        if isinstance(statement, ast.AugAssign):  # `x += 1` needs the x that was there before
            loaded |= stored
        is_block = hasattr(statement, "body")
        needed |= (loaded - bound - (stored if is_block else set())) & set(found)
        bound |= stored | {name for name, _ in _bound([statement])}
    return needed


def _by_lines(source: str, named: list[str]) -> Names:
    imports = [
        part.strip().rpartition(" ")[2].partition(".")[0]
        for line in _IMPORT.findall(source)
        for part in line.split(",")
    ]
    defines = [*dict.fromkeys([*(match["name"] for match in _BINDING.finditer(source)), *named])]
    words = frozenset(re.findall(r"[A-Za-z_]\w*", source)) - set(defines) - set(imports) - _BUILTIN
    return Names(tuple(name for name in imports if name.isidentifier()), tuple(defines), tuple(defines), words)
