"""What the code compressor knows of each language: its grammar, its node types, its comments.

It parses text that it is given; it neither guesses a language nor decides what stays.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Language as Grammar
    from tree_sitter import Node

__all__ = ["LANGUAGES", "PLAIN", "Language", "parse"]

_UNFIT = re.compile(r"[^\x01-\x7f]")


def _types(names: str) -> frozenset[str]:
    return frozenset(names.split())


@dataclass(frozen=True, slots=True)
class Language:
    """One language: where its grammar is, and which of its node types mean what.

    `blocks` hold statements or members between an opening and a closing token, `literals` hold values. `groups` wrap
    definitions without being one (`#ifdef`, namespaces, `try`); `prefixes` belong to what follows them. `line` opens
    a comment to the end of a line; `block` opens and closes one inside a line, None where the language has none.
    """

    name: str
    suffixes: tuple[str, ...]
    module: str = ""
    loader: str = "language"
    line: str = "// "
    block: tuple[str, str] | None = ("/* ", " */")
    blocks: frozenset[str] = frozenset()
    literals: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    imports: frozenset[str] = frozenset()
    comments: frozenset[str] = field(default_factory=lambda: _types("comment line_comment block_comment"))
    prefixes: frozenset[str] = frozenset()
    statements: frozenset[str] = frozenset()

    @property
    def is_indented(self) -> bool:
        """Whether blocks are told by their indentation."""
        return self.name == "python"


_C_LOOSE = (
    "expression_statement if_statement for_statement while_statement do_statement return_statement goto_statement"
    " switch_statement case_statement break_statement continue_statement labeled_statement compound_statement"
)
_C_PREPROCESSOR = "preproc_if preproc_ifdef preproc_else preproc_elif preproc_elifdef"
_JS_BLOCKS = "statement_block class_body switch_body"
_JS_LITERALS = "object array arguments named_imports export_clause"
_JS_FUNCTIONS = (
    "function_declaration generator_function_declaration function_expression generator_function arrow_function"
    " method_definition"
)
_TYPESCRIPT = Language(
    "typescript",
    ("ts", "mts", "cts"),
    "tree_sitter_typescript",
    "language_typescript",
    blocks=_types(f"{_JS_BLOCKS} interface_body enum_body object_type"),
    literals=_types(_JS_LITERALS),
    functions=_types(_JS_FUNCTIONS),
    classes=_types(
        "class_declaration class abstract_class_declaration interface_declaration enum_declaration"
        " type_alias_declaration internal_module module"
    ),
    groups=_types("if_statement try_statement ambient_declaration"),
    imports=_types("import_statement"),
    prefixes=_types("decorator"),
)

LANGUAGES: tuple[Language, ...] = (
    Language(
        "python",
        ("py", "pyi", "pyw", "pyx"),
        "tree_sitter_python",
        line="# ",
        block=None,
        blocks=_types("block"),
        literals=_types("dictionary list tuple set argument_list parenthesized_expression"),
        functions=_types("function_definition"),
        classes=_types("class_definition"),
        groups=_types("if_statement try_statement with_statement for_statement while_statement match_statement"),
        imports=_types("import_statement import_from_statement future_import_statement"),
    ),
    Language(
        "javascript",
        ("js", "jsx", "mjs", "cjs"),
        "tree_sitter_javascript",
        blocks=_types(_JS_BLOCKS),
        literals=_types(_JS_LITERALS),
        functions=_types(_JS_FUNCTIONS),
        classes=_types("class_declaration class"),
        groups=_types("if_statement try_statement"),
        imports=_types("import_statement"),
        prefixes=_types("decorator"),
    ),
    _TYPESCRIPT,
    replace(_TYPESCRIPT, name="tsx", suffixes=("tsx",), loader="language_tsx"),
    Language(
        "go",
        ("go",),
        "tree_sitter_go",
        blocks=_types(
            "block field_declaration_list interface_type import_spec_list var_spec_list const_declaration"
            " type_declaration"
        ),
        literals=_types("literal_value argument_list"),
        functions=_types("function_declaration method_declaration func_literal"),
        classes=_types("type_declaration"),
        groups=_types("const_declaration var_declaration"),
        imports=_types("import_declaration package_clause"),
    ),
    Language(
        "rust",
        ("rs",),
        "tree_sitter_rust",
        blocks=_types("block declaration_list field_declaration_list enum_variant_list match_block macro_definition"),
        literals=_types("array_expression field_initializer_list arguments token_tree use_list"),
        functions=_types("function_item macro_definition"),
        classes=_types("impl_item trait_item struct_item enum_item union_item mod_item"),
        groups=_types("foreign_mod_item"),
        imports=_types("use_declaration extern_crate_declaration"),
        prefixes=_types("attribute_item"),
    ),
    Language(
        "java",
        ("java",),
        "tree_sitter_java",
        blocks=_types("block class_body interface_body enum_body annotation_type_body constructor_body switch_block"),
        literals=_types("array_initializer element_value_array_initializer argument_list"),
        functions=_types(
            "method_declaration constructor_declaration compact_constructor_declaration static_initializer"
            " lambda_expression"
        ),
        classes=_types(
            "class_declaration interface_declaration enum_declaration record_declaration annotation_type_declaration"
        ),
        imports=_types("import_declaration package_declaration"),
    ),
    Language(
        "c",
        ("c", "h"),
        "tree_sitter_c",
        blocks=_types("compound_statement field_declaration_list enumerator_list declaration_list"),
        literals=_types("initializer_list argument_list"),
        functions=_types("function_definition"),
        classes=_types("struct_specifier union_specifier enum_specifier"),
        groups=_types(f"{_C_PREPROCESSOR} linkage_specification"),
        imports=_types("preproc_include"),
        statements=_types(_C_LOOSE),
    ),
    Language(
        "cpp",
        ("cpp", "cc", "cxx", "c++", "hpp", "hh", "hxx", "h++", "ipp", "inl", "tpp", "cu", "cuh", "ino"),
        "tree_sitter_cpp",
        blocks=_types("compound_statement field_declaration_list enumerator_list declaration_list"),
        literals=_types("initializer_list argument_list"),
        functions=_types("function_definition lambda_expression"),
        classes=_types("struct_specifier union_specifier enum_specifier class_specifier"),
        groups=_types(f"{_C_PREPROCESSOR} linkage_specification namespace_definition"),
        imports=_types("preproc_include using_declaration"),
        statements=_types(_C_LOOSE),
    ),
)


def _plain(name: str, suffixes: str, line: str, block: tuple[str, str] | None = None) -> Language:
    return Language(name, tuple(suffixes.split()), line=line, block=block)


PLAIN: tuple[Language, ...] = (
    _plain("sql", "sql ddl psql", "-- "),
    _plain("lua", "lua hs elm adb ads vhd", "-- "),
    _plain("shell", "sh bash zsh fish ksh ps1 psm1", "# "),
    _plain("script", "rb rake gemspec cr pl pm r jl ex exs nim tcl mk cmake tf", "# "),
    _plain("lisp", "clj cljs lisp el scm rkt asm", "; "),
    _plain("erlang", "erl hrl", "% "),
    _plain("stylesheet", "css scss less", "/* ", ("/* ", " */")),
    _plain(
        "braces", "php kt kts swift cs scala groovy gradle dart zig proto glsl hlsl v sv fs d mm sol vala hx m", "// "
    ),
)


@cache
def _grammar(language: Language) -> Grammar:
    tree_sitter = import_module("tree_sitter")
    grammar: Grammar = tree_sitter.Language(getattr(import_module(language.module), language.loader)())
    return grammar


def parse(language: Language, text: str) -> Node:
    """The root of the tree of `text`; byte offsets in it are character offsets.

    What is not ASCII is shown to the parser as a letter: it stands in strings, comments and names.
    """
    tree_sitter = import_module("tree_sitter")
    if not text.isascii() or "\x00" in text:
        text = _UNFIT.sub("_", text.replace("\ufeff", " ").replace("\xa0", " "))
    root: Node = tree_sitter.Parser(_grammar(language)).parse(text.encode("ascii")).root_node
    return root
