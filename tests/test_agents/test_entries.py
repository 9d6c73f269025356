"""An entry goes in and out of a configuration text, and everything else stays."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom_jupyter.agents.entries import MISSING, Format, drop, find, put
from headroom_jupyter.errors import InputError

_ENTRY = {"command": "/usr/bin/python3", "args": ["-m", "headroom_jupyter", "mcp"], "env": {}}
_KEYS = ("servers", "headroom")

_JSON = {
    "nothing": ("", '{\n  "servers": {\n    "headroom": 1\n  }\n}\n'),
    "a comment at the end": ('{"a": 1} // c', '{"a": 1, "servers": {"headroom": 1}} // c'),
    "a null": ('{"servers": null}', '{"servers": {\n  "headroom": 1\n}}'),
    "an empty object": ("{}", '{\n  "servers": {\n    "headroom": 1\n  }\n}'),
    "a trailing comma": ('{\n  "a": 1,\n}\n', '{\n  "a": 1,\n  "servers": {\n    "headroom": 1\n  },\n}\n'),
    "four spaces": (
        '{\n    "servers": {\n        "x": {}\n    }\n}',
        '{\n    "servers": {\n        "x": {},\n        "headroom": 1\n    }\n}',
    ),
    "one line": ('{"servers": {"x": 2}, "b": 3}', '{"servers": {"x": 2, "headroom": 1}, "b": 3}'),
    "comments": (
        '// mine\n{\n  "servers": {\n    "x": 2 // two\n    /* three */\n  }\n}\n',
        '// mine\n{\n  "servers": {\n    "x": 2, // two\n    /* three */\n    "headroom": 1\n  }\n}\n',
    ),
    "Windows line ends": ('{\r\n\t"a": 1\r\n}', '{\r\n\t"a": 1,\r\n\t"servers": {\r\n\t\t"headroom": 1\r\n\t}\r\n}'),
    "a byte-order mark": ('\ufeff{"a": "é😀"}', '\ufeff{"a": "é😀", "servers": {"headroom": 1}}'),
    "another value": ('{"servers": {"headroom": [2]}}', '{"servers": {"headroom": 1}}'),
}
_YAML = {
    "nothing": ("", "servers:\n  headroom: 1\n"),
    "comments only": ("# mine", "# mine\nservers:\n  headroom: 1\n"),
    "other keys": ("a: 1  # one\nb:\n- 2\n- 3\n", "a: 1  # one\nb:\n- 2\n- 3\nservers:\n  headroom: 1\n"),
    "siblings": (
        "servers:\n    x:\n        y: |\n            text\n    # end\nz: 0\n",
        "servers:\n    x:\n        y: |\n            text\n    headroom: 1\n    # end\nz: 0\n",
    ),
    "no line end": ("servers:\n  x: 2", "servers:\n  x: 2\n  headroom: 1\n"),
    "an empty mapping": ("servers: {}  # none\nz: 0\n", "servers:\n  headroom: 1  # none\nz: 0\n"),
    "a null": ("a:\n  b: 1\nservers:\n", "a:\n  b: 1\nservers:\n  headroom: 1\n"),
    "flow style": ("servers: {x: 2}\n", 'servers: {"headroom": 1, x: 2}\n'),
    "another value": ("servers:\n  headroom:\n    a: 1\n    b: [2]\n  x: 2\n", "servers:\n  headroom: 1\n  x: 2\n"),
    "Windows line ends": ("a: 1\r\n", "a: 1\r\nservers:\r\n  headroom: 1\r\n"),
}
_TOML = {
    "nothing": ("", "[servers]\nheadroom = 1\n"),
    "comments": ("# mine\na = 1 # one\n", "# mine\na = 1 # one\n\n[servers]\nheadroom = 1\n"),
}
_GOLDEN: list[tuple[Format, str, str, str]] = [
    *(("json", name, *texts) for name, texts in _JSON.items()),
    *(("yaml", name, *texts) for name, texts in _YAML.items()),
]


@pytest.mark.parametrize(("form", "name", "before", "after"), _GOLDEN, ids=lambda value: str(value)[:20])
def test_an_entry_is_written_as_its_neighbours_are(form: Format, name: str, before: str, after: str) -> None:
    assert put(form, before, _KEYS, 1) == after, name
    assert put(form, after, _KEYS, 1) == after


@pytest.mark.parametrize(
    ("form", "text"),
    [
        *(
            ("json", before)
            for name, (before, _) in _JSON.items()
            if name not in ("nothing", "a null", "another value")
        ),
        *(("yaml", before) for name, (before, _) in _YAML.items() if name in ("other keys", "siblings", "flow style")),
        ("toml", '# mine\nmodel = "o3" # best\n\n[servers.x]\ncommand = "y"\n\n[tui]\ntheme = "dark"\n'),
        ("toml", 'model = "o3"\r\nservers = { x = { command = "y" } }\r\n'),
    ],
)
def test_an_entry_goes_as_it_came(form: Format, text: str) -> None:
    kept = 1 if find(form, text, ("servers",)) is not MISSING else 0
    added = put(form, text, _KEYS, _ENTRY)
    assert find(form, added, _KEYS) == _ENTRY
    if text != "{}":
        assert drop(form, added, _KEYS, kept=kept) == text


def test_toml_keeps_comments_and_order() -> None:
    text = '# mine\nmodel = "o3" # best\n\n[servers.x] # first\ncommand = "y"\n\n[tui]\ntheme = "dark"\n'
    added = put("toml", text, _KEYS, {"command": "z"})
    assert '[servers.x] # first\ncommand = "y"' in added
    assert added.startswith('# mine\nmodel = "o3" # best\n')
    assert added.count("\n[tui]\n") == 1


@pytest.mark.parametrize(
    ("form", "text", "left"),
    [
        ("json", '{\n  "servers": {\n    "headroom": {"a": 1} // ours\n  }\n}', "{\n}"),
        ("json", '{"servers": {"headroom": 1, "x": 2}}', '{"servers": { "x": 2}}'),
        ("yaml", "a: 1\nservers:\n  headroom:\n    args:\n    - b\nz: 0\n", "a: 1\nz: 0\n"),
        ("yaml", "servers: {x: 2, headroom: 1}\n", "servers: {x: 2}\n"),
        ("toml", 'a = 1\n\n[servers.headroom]\ncommand = "x"\n', "a = 1\n"),
    ],
)
def test_an_entry_that_others_rewrote_goes_with_its_table(form: Format, text: str, left: str) -> None:
    found = drop(form, text, _KEYS, kept=0)
    assert find(form, found, _KEYS) is MISSING
    assert find(form, found, ()) == find(form, left, ())


def test_a_table_that_stood_there_before_stays() -> None:
    for form, text in (("json", '{"servers": {"headroom": 1}}'), ("yaml", "servers:\n  headroom: 1\n")):
        assert find(form, drop(form, text, _KEYS, kept=1), ("servers",)) == {}  # type: ignore[arg-type]  # a format


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("json", '{"a": }'),
        ("json", "[1]"),
        ("json", "{a: 1}"),
        ("json", '{"a": 0x1}'),
        ("json", '{"a": 1} + {"b": 2}'),
        ("json", '{"a": 1}) + ({"b": 2}'),
        ("json", '{"servers": [1]}'),
        ("json", '{...{"a": 1}}'),
        ("json", "\ud800"),
        ("toml", "a = "),
        ("toml", "servers = 1"),
        ("yaml", "a: [1"),
        ("yaml", "- 1"),
        ("yaml", "a: 1\n---\nb: 2\n"),
        ("yaml", "servers: text"),
    ],
)
def test_a_text_that_is_not_of_its_format_is_refused(form: Format, text: str) -> None:
    with pytest.raises(InputError, match=r"mend|add the entry|UTF-8"):
        put(form, text, _KEYS, 1)


_NAMES = st.text("abcxyz_", min_size=1, max_size=4)
_LEAVES = st.one_of(st.booleans(), st.integers(-9, 9), st.text("aé #:{}[],'\"\\\n", max_size=6))
_TABLES: st.SearchStrategy[dict[str, Any]] = st.recursive(
    st.dictionaries(_NAMES, _LEAVES, max_size=3),
    lambda inner: st.dictionaries(_NAMES, st.one_of(_LEAVES, inner), max_size=3),
)


@given(_TABLES, st.sampled_from([None, 2, "\t"]))
def test_any_json_gets_its_entry_and_is_the_same_without_it(table: dict[str, Any], indent: Any) -> None:
    text = json.dumps(table, indent=indent, ensure_ascii=False)
    added = put("json", text, ("our", "entry"), _ENTRY)
    assert json.loads(added) == table | {"our": {"entry": _ENTRY}}
    assert json.loads(drop("json", added, ("our", "entry"), kept=0)) == table


@given(_TABLES, st.booleans())
def test_any_yaml_gets_its_entry_and_is_the_same_without_it(table: dict[str, Any], is_flow: bool) -> None:
    import yaml  # noqa: PLC0415  # the writer of what is read here

    text = yaml.safe_dump(table, default_flow_style=is_flow, allow_unicode=True)
    added = put("yaml", text, ("our", "entry"), _ENTRY)
    assert yaml.safe_load(added) == table | {"our": {"entry": _ENTRY}}
    assert (yaml.safe_load(drop("yaml", added, ("our", "entry"), kept=0)) or {}) == table
