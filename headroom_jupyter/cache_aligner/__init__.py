"""Keeps a provider's prompt cache warm although a prompt is built carelessly, and tells what a cold one cost.

Nothing here is done unless it is asked for, and nothing is sent or stored.
"""

from __future__ import annotations

from headroom_jupyter.cache_aligner.align import Aligned, CacheAligner, Change
from headroom_jupyter.cache_aligner.logs import Skipped, read_log
from headroom_jupyter.cache_aligner.report import CacheReport, ConversationReport, cache_report

__all__ = [
    "Aligned",
    "CacheAligner",
    "CacheReport",
    "Change",
    "ConversationReport",
    "Skipped",
    "cache_report",
    "read_log",
]
