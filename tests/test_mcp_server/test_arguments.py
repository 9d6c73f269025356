"""Whatever a client sends as arguments, a tool gets what its schema says or the client gets one clear line."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headroom_jupyter import Memory, Store
from headroom_jupyter.errors import HeadroomError, InputError
from headroom_jupyter.mcp_server import arguments
from headroom_jupyter.mcp_server.base import Scope, Tool
from headroom_jupyter.mcp_server.tools import TOOLS

_TYPES = {"integer": int, "number": float, "object": dict, "string": str}
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
_NAMES = st.sampled_from(sorted({name for tool in TOOLS for name in tool.parameters})) | st.text(max_size=4)
_WORDS = st.text(alphabet="0123456789-,.$[]'\"ab ", max_size=24) | st.text(max_size=8)


@given(st.sampled_from(TOOLS), st.dictionaries(_NAMES, _JSON, max_size=5))
def test_a_tool_gets_what_its_schema_says(tool: Tool, given_: dict[str, Any]) -> None:
    try:
        found = arguments.read(tool, given_)
    except InputError:
        return
    assert set(found) <= set(tool.parameters)
    assert set(tool.required) <= set(found)
    for name, value in found.items():
        assert isinstance(value, _TYPES[tool.parameters[name]["type"]])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(["query", "at", "lines", "rows", "chars"], _WORDS)))
def test_a_retrieval_answers_or_says_why_not(tmp_path: Path, words: dict[str, str]) -> None:
    store = Store(tmp_path / "store", project="p")
    ref = store.put(b'{"items": [{"a": 1}, {"a": "two\\nlines"}]}\n' * 3, kind="json")
    (tool,) = [tool for tool in TOOLS if tool.name == "headroom_retrieve"]
    with suppress(HeadroomError):
        assert isinstance(
            tool.run(arguments.read(tool, {"ref": ref, **words}), Scope(store, Memory(store=store))).text, str
        )


@pytest.mark.parametrize("value", [True, [1, [2]], {"a": 1}, [True]])
def test_what_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(InputError, match="not a text"):
        arguments.read(TOOLS[0], {"content": value})
