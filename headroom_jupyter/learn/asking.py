"""Asks the model that a person configured to refine rules, and keeps its answer until it is written.

The only place of `learn` that opens a connection, and only when it is called. It sends what `refining.asked` says.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from headroom_jupyter import files
from headroom_jupyter.errors import HeadroomError, InputError
from headroom_jupyter.learn.block import Block
from headroom_jupyter.learn.refining import INSTRUCTIONS, Refinement, asked, fingerprint, read_answer
from headroom_jupyter.settings import Settings

__all__ = ["previewed", "refine"]

_LONGEST_S = 120.0
_LARGEST_BYTES = 1_000_000  # of an answer
_MOST_TOKENS = 8_000
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def refine(block: Block, settings: Settings) -> tuple[Refinement, str]:
    """Ask, and keep the answer for `previewed`.

    Returns:
        What the model made of the rules; or nothing, and why: they stay as they are then.

    Raises:
        InputError: nobody configured a model.
    """
    if not settings.refine_url or not settings.refine_model:
        raise InputError("no model is configured to refine rules: set HEADROOM_REFINE_URL and HEADROOM_REFINE_MODEL")
    is_anthropic = _is_anthropic(settings)
    if not block.lines:
        return Refinement(), "there are no rules"
    try:
        refinement = read_answer(_text(_answer(settings, asked(block), is_anthropic=is_anthropic)), block)
    except HeadroomError as err:
        return Refinement(), str(err)
    except (ValueError, AttributeError, RecursionError):
        return Refinement(), "the model's answer is not the JSON that was asked for"
    kept = {"of": fingerprint(block), "wording": dict(refinement.wording), "merge": refinement.merge}
    path = _kept(settings)
    files.make_private(path.parent)
    files.replace(path, json.dumps(kept | {"drop": refinement.drop}).encode())
    return refinement, ""


def previewed(block: Block, settings: Settings) -> Refinement:
    """What was shown last; a model that is asked again may answer otherwise.

    Raises:
        InputError: nothing was shown of these rules.
    """
    try:
        kept = json.loads(files.read(_kept(settings)) or b"{}")
        if kept.get("of") == fingerprint(block):
            return Refinement(kept["wording"], tuple(map(tuple, kept["merge"])), tuple(kept["drop"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    raise InputError("no model has refined these rules yet: headroom learn --refine shows it, then --apply writes it")


def _kept(settings: Settings) -> Path:
    return Path(settings.home_path()).absolute() / "learn-refined.json"


def _is_anthropic(settings: Settings) -> bool:
    url = urlsplit(settings.refine_url)
    if url.scheme not in ("http", "https") or not url.path.endswith(("/messages", "/chat/completions")):
        raise InputError("HEADROOM_REFINE_URL is no http(s) address that ends with /chat/completions or /messages")
    if url.scheme == "http" and settings.refine_key and url.hostname not in _LOOPBACK:
        raise InputError("HEADROOM_REFINE_URL would send HEADROOM_REFINE_KEY in the open: use https")
    return url.path.endswith("/messages")


def _answer(settings: Settings, rules: str, *, is_anthropic: bool) -> Any:
    import httpx2  # noqa: PLC0415  # heavy, and mostly not needed

    body: dict[str, Any] = {"model": settings.refine_model, "max_tokens": _MOST_TOKENS}
    message = {"role": "user", "content": rules}
    if is_anthropic:
        body |= {"system": INSTRUCTIONS, "messages": [message]}
        headers = {"x-api-key": settings.refine_key, "anthropic-version": "2023-06-01"}
    else:
        body |= {"messages": [{"role": "system", "content": INSTRUCTIONS}, message]}
        headers = {"authorization": f"Bearer {settings.refine_key}"}
    try:
        with (
            httpx2.Client(timeout=_LONGEST_S, follow_redirects=False) as client,
            client.stream(
                "POST", settings.refine_url, json=body, headers=headers if settings.refine_key else {}
            ) as reply,
        ):
            data = b""
            for piece in reply.iter_bytes():
                data += piece
                if len(data) > _LARGEST_BYTES:
                    raise HeadroomError("the model's answer is larger than 1 MB")
            if reply.status_code != 200:
                raise HeadroomError(f"the model's server answered {reply.status_code}")
    except (httpx2.HTTPError, httpx2.InvalidURL) as err:
        raise HeadroomError(f"the model could not be asked ({type(err).__name__})") from err
    return json.loads(data)


def _text(reply: Mapping[str, Any]) -> str:
    """The text of a reply of either API."""
    if isinstance(blocks := reply.get("content"), list):
        return "".join(str(block.get("text", "")) for block in blocks if block.get("type") == "text")
    choices = reply.get("choices")
    if not isinstance(choices, list) or not choices:
        raise HeadroomError("the model answered with no text")
    return str(choices[0].get("message", {}).get("content") or "")
