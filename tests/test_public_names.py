"""What users may rely on: the names, their signatures, and that importing them is light."""

from __future__ import annotations

import inspect
import subprocess
import sys
from importlib.metadata import version
from importlib.resources import files

import headroom_jupyter

# Heavy or special: loaded when first used, if at all (design §10).
_HEAVY = (
    "IPython PIL click httpx httpx2 jupyter_server mcp narwhals numpy pandas prometheus_client rich starlette"
    " torch transformers tree_sitter uvicorn"
).split()
_SOCKETS_BLOCKED = """
import sys
def block(event, arguments):
    if event.startswith("socket.") and event != "socket.gethostname":
        raise RuntimeError(f"network used: {event}")
sys.addaudithook(block)
"""


def test_the_public_names_are_these_and_no_more() -> None:
    assert headroom_jupyter.__all__ == [
        "RETRIEVE_TOOL",
        "CompressResult",
        "Decision",
        "HeadroomError",
        "Memory",
        "SharedContext",
        "Store",
        "TextResult",
        "agent_trace",
        "compress",
        "compress_text",
        "compress_value",
        "count_tokens",
        "decode",
        "expand",
        "explore",
        "headroom_tools",
        "original",
        "retrieve",
        "trace",
        "wrap_client",
    ]
    assert all(hasattr(headroom_jupyter, name) for name in headroom_jupyter.__all__)


def test_options_are_given_by_name() -> None:
    for name in headroom_jupyter.__all__:
        entry = getattr(headroom_jupyter, name)
        if inspect.isfunction(entry):
            parameters = list(inspect.signature(entry).parameters.values())
            assert all(parameter.kind is parameter.KEYWORD_ONLY for parameter in parameters[1:]), name


def test_every_public_name_says_what_it_does() -> None:
    for name in headroom_jupyter.__all__:
        assert (inspect.getdoc(getattr(headroom_jupyter, name)) or "").strip(), name


def test_the_version_stands_in_one_place() -> None:
    assert version("headroom_jupyter") == headroom_jupyter.__version__


def test_types_are_shipped() -> None:
    assert files("headroom_jupyter").joinpath("py.typed").is_file()


def test_importing_loads_nothing_heavy() -> None:
    code = f"import sys, headroom_jupyter; print([name for name in {_HEAVY} if name in sys.modules])"
    assert _run(code) == "[]\n"


def test_a_fresh_process_compresses_and_retrieves_without_a_network() -> None:
    code = _SOCKETS_BLOCKED + (
        "from headroom_jupyter import compress_text, retrieve\n"
        "text = ''.join(f'line {i} of the build took {i % 7} ms\\n' for i in range(900)) + 'ERROR: out of paper\\n'\n"
        "result = compress_text(text, query='what failed?')\n"
        "print(retrieve(result.refs[0]) == text, 'out of paper' in result.text, 'socket' in sys.modules)"
    )
    assert _run(code).startswith("True True")


def _run(code: str) -> str:
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
