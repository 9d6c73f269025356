"""LiteLLM: a callback that makes the messages of a call smaller, in the SDK and in LiteLLM's proxy.

    litellm.callbacks = [HeadroomCallback()]                      # acompletion, Router, streaming or not
    litellm.completion(**HeadroomCallback().prepared(...))        # completion has no hook that may change its arguments

For LiteLLM's proxy name an instance under `litellm_settings: callbacks:`. It answers no retrieval: where a request's
tools have `headroom_retrieve` among them, from MCP or as `RETRIEVE_TOOL`, units are left out and marked; elsewhere only
what `decode` can undo is done.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any

import anyio.to_thread

from headroom_jupyter.ccr.store import Store
from headroom_jupyter.compressors.base import Level
from headroom_jupyter.errors import HeadroomError, InputError, MissingLibrary
from headroom_jupyter.pipeline import compress
from headroom_jupyter.policy import is_retrieve
from headroom_jupyter.tokens import tokenizer_for

try:
    from litellm.integrations.custom_logger import CustomLogger
except ImportError as err:
    raise MissingLibrary("litellm is not installed; run: pip install litellm") from err

__all__ = ["HeadroomCallback"]

_LISTS = ("messages", "input", "contents")  # where a call of one of the formats keeps its messages
_OTHER_MODEL = "o200k_base"  # counts for deployments that are named as their owner likes
_log = logging.getLogger(__name__)


class HeadroomCallback(CustomLogger):
    """Makes the messages of a call smaller; whatever goes wrong, they go through as they were.

    Args:
        level: As for `headroom_jupyter.compress`.
        retrieval: Whether the model can call `headroom_retrieve`; by default as the tools of each request say.
        store: Where originals go; the user's own store by default.
    """

    def __init__(self, *, level: Level = "faithful", retrieval: bool | None = None, store: Store | None = None) -> None:
        super().__init__()
        self._level = level
        self._retrieval = retrieval
        self._store = store or Store()

    async def async_pre_call_deployment_hook(self, kwargs: dict[str, Any], call_type: object) -> dict[str, Any] | None:
        """LiteLLM calls this before each request to a provider."""
        return await anyio.to_thread.run_sync(partial(self._smaller, kwargs))

    def prepared(self, **arguments: Any) -> dict[str, Any]:
        """The arguments of a call with smaller messages; what was given is not changed."""
        return self._smaller(arguments) or arguments

    def _smaller(self, arguments: dict[str, Any]) -> dict[str, Any] | None:
        key = next((name for name in _LISTS if isinstance(arguments.get(name), list)), None)
        if key is None:
            return None
        try:
            may_retrieve = _has_tool(arguments) if self._retrieval is None else self._retrieval
            result = compress(
                arguments[key],
                model=_known(arguments.get("model")),
                level=self._level,
                retrieval=may_retrieve,
                store=self._store,
            )
        except HeadroomError as err:
            _log.warning("the messages of a call were left as they are: %s", err)
            return None
        except Exception:  # noqa: BLE001  # failing open: the call goes out as it was, and the log has the reason
            _log.warning("the messages of a call were left as they are", exc_info=True)
            return None
        if result.error:
            _log.warning("the messages of a call were left as they are: %s", result.error)
        return {**arguments, key: result.messages} if result.changes else None


def _has_tool(arguments: Mapping[str, Any]) -> bool:
    """Whether our tool is among a call's, in the form of any provider."""
    for tool in arguments.get("tools") or ():
        if isinstance(tool, Mapping):
            inner = tool.get("function")
            if is_retrieve(str((inner if isinstance(inner, Mapping) else tool).get("name"))):
                return True
    return False


def _known(model: object) -> str:
    try:
        tokenizer_for(str(model))
    except InputError:
        return _OTHER_MODEL
    return str(model)
