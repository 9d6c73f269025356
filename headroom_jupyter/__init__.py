"""Makes what a language model reads small, shows what it did, and loses nothing.

The public names; everything else may change. Each loads when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from headroom_jupyter.agent_tools import headroom_tools
    from headroom_jupyter.ccr.store import Store
    from headroom_jupyter.clients import wrap_client
    from headroom_jupyter.errors import HeadroomError
    from headroom_jupyter.memory.memory import Memory
    from headroom_jupyter.notebook.explorer import explore
    from headroom_jupyter.notebook.tracer import agent_trace
    from headroom_jupyter.notebook.tracing import trace
    from headroom_jupyter.pipeline import compress, count_tokens, expand
    from headroom_jupyter.recall import RETRIEVE_TOOL, original, retrieve
    from headroom_jupyter.results import CompressResult, Decision, TextResult
    from headroom_jupyter.shared_context import SharedContext
    from headroom_jupyter.texts import compress_text, decode
    from headroom_jupyter.values import compress_value

__all__ = [
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

__version__ = "0.1.0"

_PLACES = {
    "RETRIEVE_TOOL": "recall",
    "CompressResult": "results",
    "Decision": "results",
    "HeadroomError": "errors",
    "Memory": "memory.memory",
    "SharedContext": "shared_context",
    "Store": "ccr.store",
    "TextResult": "results",
    "agent_trace": "notebook.tracer",
    "compress": "pipeline",
    "compress_text": "texts",
    "compress_value": "values",
    "count_tokens": "pipeline",
    "decode": "texts",
    "expand": "pipeline",
    "explore": "notebook.explorer",
    "headroom_tools": "agent_tools",
    "original": "recall",
    "retrieve": "recall",
    "trace": "notebook.tracing",
    "wrap_client": "clients",
}


def __getattr__(name: str) -> object:
    """A public name, loaded when it is first used: a notebook or a command pays for what it takes."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value = getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def load_ipython_extension(shell: InteractiveShell) -> None:
    """What `%load_ext headroom_jupyter` calls."""
    from headroom_jupyter import notebook  # noqa: PLC0415  # a Jupyter hook: nothing of it is loaded without a kernel

    notebook.load(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """What `%unload_ext headroom_jupyter` calls."""
    from headroom_jupyter import notebook  # noqa: PLC0415  # as above

    notebook.unload(shell)


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Where the panel's bundle is, for `jupyter-builder develop`."""
    return [{"src": "labextension", "dest": "headroom-jupyter"}]


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """Where the Jupyter server finds what the panel talks to."""
    return [{"module": "headroom_jupyter.lab"}]
