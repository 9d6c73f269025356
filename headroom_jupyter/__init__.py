"""Makes what a language model reads small, shows what it did, and loses nothing.

The public names; everything else may change. Heavy parts load when first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from headroom_jupyter.ccr.store import Store
from headroom_jupyter.errors import HeadroomError
from headroom_jupyter.pipeline import compress, count_tokens, expand
from headroom_jupyter.recall import RETRIEVE_TOOL, original, retrieve
from headroom_jupyter.results import CompressResult, Decision, TextResult
from headroom_jupyter.texts import compress_text, decode
from headroom_jupyter.values import compress_value

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = [
    "RETRIEVE_TOOL",
    "CompressResult",
    "Decision",
    "HeadroomError",
    "Store",
    "TextResult",
    "compress",
    "compress_text",
    "compress_value",
    "count_tokens",
    "decode",
    "expand",
    "original",
    "retrieve",
]

__version__ = "0.1.0"


def load_ipython_extension(shell: InteractiveShell) -> None:
    """What `%load_ext headroom_jupyter` calls."""
    from headroom_jupyter import notebook  # noqa: PLC0415  # a Jupyter hook: nothing of it is loaded without a kernel

    notebook.load(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """What `%unload_ext headroom_jupyter` calls."""
    from headroom_jupyter import notebook  # noqa: PLC0415  # as above

    notebook.unload(shell)
