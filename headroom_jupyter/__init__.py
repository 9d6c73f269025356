"""Makes what a language model reads small, shows what it did, and loses nothing.

The public names; everything else may change. Heavy parts load when first used.
"""

from __future__ import annotations

from headroom_jupyter.ccr.store import Store
from headroom_jupyter.errors import HeadroomError
from headroom_jupyter.pipeline import compress, count_tokens, expand
from headroom_jupyter.recall import RETRIEVE_TOOL, original, retrieve
from headroom_jupyter.results import CompressResult, Decision, TextResult
from headroom_jupyter.texts import compress_text, decode
from headroom_jupyter.values import compress_value

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
